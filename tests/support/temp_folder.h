#pragma once
#include "core/base/atomic_file.h"

#include <QTemporaryDir>
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace ablate::test {

// A separate folder that goes with the test.
class TempFolder {
  public:
    std::filesystem::path path() const { return folder_.path().toStdString(); }
    std::filesystem::path operator/(std::string_view name) const { return path() / name; }
    std::filesystem::path write(std::string_view name, std::string_view bytes) const {
        atomic_write(path() / name, bytes);
        return path() / name;
    }
    std::vector<std::string> names() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(path()))
            names.push_back(entry.path().filename().string());
        std::sort(names.begin(), names.end());
        return names;
    }

  private:
    QTemporaryDir folder_;
};

}  // namespace ablate::test
