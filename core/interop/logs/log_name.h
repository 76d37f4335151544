#pragma once
#include <filesystem>
#include <string>

namespace ablate::interop::logs {

// What a log in one file is called after: the file, or its folder where the file has a name that every run gives its
// log, such as metrics.csv.
std::string name_of_file(const std::filesystem::path& file);

}  // namespace ablate::interop::logs
