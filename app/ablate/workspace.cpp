#include "app/ablate/workspace.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/workspace_layout.h"
#include "core/config/study_config.h"

#include <algorithm>
#include <iostream>

namespace ablate::app {

namespace fs = std::filesystem;

void add_workspace_option(CLI::App& parser, std::string& workspace) {
    parser.add_option("--workspace", workspace,
                      "folder of the runs (default: $ABLATE_WORKSPACE, else ./ablate-workspace)");
}

void add_json_option(CLI::App& parser, bool& json) {
    parser.add_flag("--json", json, "print JSON with stable keys and full precision");
}

fs::path open_workspace(const std::string& given) {
    if (given.empty()) return run::default_workspace();
    if (!fs::is_directory(given)) throw InputError("{}: no such workspace; name a folder that holds runs", given);
    return given;
}

fs::path future_workspace(const std::string& given) {
    const fs::path workspace = given.empty() ? run::default_workspace_path() : fs::path(given);
    std::error_code error;
    if (fs::exists(workspace, error) && !fs::is_directory(workspace, error))
        throw InputError("{}: is a file, but a workspace is a folder; name a folder, which may be new",
                         workspace.string());
    return workspace;
}

fs::path make_workspace(const std::string& given) {
    std::error_code error;
    if (!given.empty() && !fs::create_directories(given, error) && !fs::is_directory(given))
        throw InputError("{}: the workspace cannot be created: {}", given,
                         error ? error.message() : std::string("a file of that name exists"));
    return open_workspace(given);
}

namespace {

// A shorter word is more likely a misspelled study than the beginning of a deleted run's id.
constexpr std::size_t kShortestPrefix = 4;

void refuse_deleted(const run::RunStore& store, const std::string& name) {
    if (name.size() < kShortestPrefix) return;
    for (const run::TrashedRun& run : store.trash())
        if (run.name.starts_with(name))
            throw InputError("run {} is in the trash ({}); restore it on the Runs page of the window first",
                             quote(run.name), (trash_folder(store.workspace()) / run.name).string());
}

study::Comparison comparison_of_runs(const run::RunStore& store, const std::vector<run::ListedRun>& runs,
                                     const std::vector<std::string>& names) {
    for (const std::string& name : names)
        if (std::none_of(runs.begin(), runs.end(), [&](const auto& run) { return run.info.id.starts_with(name); }))
            refuse_deleted(store, name);
    return study::compare_runs(store, names);
}

}  // namespace

study::Comparison comparison_of(const run::RunStore& store, const std::vector<std::string>& names) {
    const std::vector<run::ListedRun> runs = store.list().runs;
    const std::string& name = names.front();
    if (names.size() > 1 || name.empty()) return comparison_of_runs(store, runs, names);

    const auto trained = [&](const std::string& study) {
        return std::any_of(runs.begin(), runs.end(), [&](const auto& run) { return run.info.study == study; });
    };
    const bool begins_id =
        std::any_of(runs.begin(), runs.end(), [&](const auto& run) { return run.info.id.starts_with(name); });
    std::optional<StudyConfig> study;
    bool preset = false;
    try {
        const StudySource source = find_study(name, store.workspace());
        preset = source.preset;
        study = load_study(source.file);
    } catch (const InputError&) {
        // The study file may be gone or have been elsewhere: its runs know its name.
        if (trained(name)) return study::compare_study(store, name);
        if (begins_id) return study::compare_runs(store, names);
        refuse_deleted(store, name);
        throw;
    }
    if (trained(study->name)) return study::compare_study(store, study->name, expand(*study));
    if (trained(name)) return study::compare_study(store, name);
    if (preset && begins_id) return study::compare_runs(store, names);
    throw InputError("study {} has no runs in {}; train it first: ablate run {}", study->name,
                     store.workspace().string(), name);
}

void print_json(const Json& value) { std::cout << value.dump(2, ' ', false, Json::error_handler_t::replace) << '\n'; }

}  // namespace ablate::app
