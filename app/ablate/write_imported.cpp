#include "app/ablate/write_imported.h"

#include "app/ablate/run_json.h"
#include "app/ablate/workspace.h"
#include "core/base/error.h"

#include <iostream>

namespace ablate::app {

namespace {

void tell(const std::string& words) { std::cerr << one_line(words) << '\n'; }

// Of several runs each line says whose it is; those of one file differ in their variant alone.
void tell(const interop::ImportedRun& run, bool one_of_several) {
    const std::string whose = one_of_several ? run.variant + ": " : "";
    tell(fmt::format("{}{} log of {}: {}", whose, run.format, run.path.string(), verdict_in_words(run)));
    for (const std::string& remark : run.remarks) tell(fmt::format("note: {}{}", whose, remark));
}

void print_runs(const std::vector<run::RunDirectory>& runs, bool as_json) {
    Json all = Json::array();
    for (const run::RunDirectory& directory : runs) {
        if (as_json)
            all.push_back(run_json(run::read_run(directory.folder())));
        else
            std::cout << directory.id() << '\n';
    }
    if (as_json) print_json(all);
}

}  // namespace

void write_and_tell(const std::filesystem::path& workspace, std::vector<interop::ImportedRun> runs,
                    const WriteOptions& options, const std::vector<std::string>& notes) {
    interop::SplitRuns split;
    if (options.again)
        split.fresh = std::move(runs);
    else
        split = interop::split_known(workspace, std::move(runs));
    std::vector<run::RunDirectory> all;
    for (const interop::KnownRun& known : split.known) {
        tell(fmt::format("{} is there already as run {}; --again imports it again", known.path.string(),
                         known.directory.id()));
        all.push_back(known.directory);
    }
    for (run::RunDirectory& written : interop::write_imported_runs(workspace, split.fresh))
        all.push_back(std::move(written));
    print_runs(all, options.json);
    for (const std::string& note : notes) tell("note: " + note);
    for (const interop::ImportedRun& run : split.fresh) tell(run, split.fresh.size() > 1);
}

}  // namespace ablate::app
