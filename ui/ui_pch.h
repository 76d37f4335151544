#pragma once
// What nearly every file of the window includes, compiled once.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <QtGui>
#include <QtWidgets>
#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>
