#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/workspace_layout.h"
#include "core/config/study_config.h"
#include "core/io/json_file.h"

#include <algorithm>

namespace ablate {

namespace fs = std::filesystem;

StudyConfig load_study(const fs::path& file) { return study_from_json(io::read_json(file), file.string()); }

fs::path presets_folder() {
    // Installed: PREFIX/bin/ablate and PREFIX/share/ablate/presets. In a source tree: build/*/bin and
    // resources/presets.
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    for (fs::path folder = program.parent_path(); !folder.empty(); folder = folder.parent_path()) {
        for (const char* place : {"share/ablate/presets", "resources/presets"})
            if (fs::is_directory(folder / place, error)) return folder / place;
        if (folder == folder.root_path()) break;
    }
    throw InputError("the presets are missing: no resources/presets above {}", program.string());
}

std::vector<fs::path> preset_files() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(presets_folder()))
        if (entry.path().extension() == ".json") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

StudySource find_study(const std::string& name, const fs::path& workspace) {
    std::error_code error;
    if (name.find('/') != std::string::npos || name.ends_with(".json")) {
        if (!fs::is_regular_file(name, error)) throw InputError("{}: no such study file", name);
        return {name, false};
    }
    if (!is_plain_name(name))
        throw InputError("'{}' is not a study's name; use A-Z, a-z, 0-9, '.', '_', '-' or a path", name);
    const fs::path own = study_file_named(workspace, name);
    if (fs::is_regular_file(own, error)) return {own, false};

    std::vector<std::string> known;
    for (const fs::path& preset : preset_files()) {
        if (preset.stem() == name) return {preset, true};
        known.push_back(preset.stem().string());
    }
    throw InputError("no study '{}' in {} and no preset of that name (presets: {}){}", name,
                     studies_folder(workspace).string(), join(known, ", "), did_you_mean(name, known));
}

}  // namespace ablate
