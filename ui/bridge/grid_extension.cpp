#include "ui/bridge/grid_extension.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/workspace_layout.h"
#include "core/compare/grid.h"
#include "core/config/study_edits.h"
#include "core/io/json_file.h"
#include "core/plan/kept_study.h"

#include <algorithm>

namespace ablate::ui {

namespace fs = std::filesystem;

namespace {

std::vector<Json>& values_of(StudyConfig& study, const std::string& key) {
    for (auto& [name, values] : study.grid)
        if (name == key) return values;
    throw InputError("study {}: its grid has no {}", study.name, key);
}

}  // namespace

StudyConfig with_grid_value(StudyConfig study, const GridExtension& extension) {
    std::vector<Json>& values = values_of(study, extension.key);
    if (std::find(values.begin(), values.end(), extension.value) != values.end())
        throw InputError("study {}: its grid has {} = {} already", study.name, extension.key,
                         study::grid_value_text(extension.value));
    values.push_back(extension.value);
    if (std::all_of(values.begin(), values.end(), [](const Json& value) { return value.is_number(); }))
        std::sort(values.begin(), values.end(),
                  [](const Json& a, const Json& b) { return a.get<double>() < b.get<double>(); });
    require_readable(study);
    return study;
}

StudyConfig at_grid_value(StudyConfig study, const GridExtension& extension) {
    values_of(study, extension.key) = {extension.value};
    return study;
}

StudyConfig extend_grid(const fs::path& workspace, const GridExtension& extension) {
    if (!is_plain_name(extension.study)) throw InputError("'{}' is not a study's name", extension.study);
    const fs::path file = study_file_named(workspace, extension.study);
    std::error_code error;
    StudyConfig study;
    if (fs::is_regular_file(file, error)) {
        study = load_study(file);
    } else {
        auto rebuilt = study::study_of_runs(run::RunStore(workspace).list(), extension.study);
        if (!rebuilt) throw InputError("study {}: it has no file and no run that was trained here", extension.study);
        study = std::move(*rebuilt);
    }
    study = with_grid_value(std::move(study), extension);
    fs::create_directories(file.parent_path(), error);
    if (error) throw InputError("{}: {}", file.parent_path().string(), error.message());
    io::write_json(file, to_json(study));
    return at_grid_value(std::move(study), extension);
}

}  // namespace ablate::ui
