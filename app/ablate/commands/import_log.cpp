#include "app/ablate/import.h"
#include "app/ablate/workspace.h"
#include "app/ablate/write_imported.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/interop/logs/logs.h"
#include "core/interop/logs/run_names.h"

#include <algorithm>

namespace ablate::app {

namespace {

namespace logs = interop::logs;

struct Options {
    std::string path, format, study, variant, workspace, restarts = "auto";
    std::vector<std::string> columns;
    std::optional<std::int64_t> seed;
    bool again = false, json = false;
};

// "loss=train_loss": what it means here, and its name in the table.
std::map<std::string, std::string> columns_of(const std::vector<std::string>& given) {
    std::map<std::string, std::string> columns;
    const std::vector<std::string> known = logs::column_meanings();
    for (const std::string& one : given) {
        const auto equals = one.find('=');
        const std::string ours = one.substr(0, equals);
        if (equals == std::string::npos || equals + 1 == one.size())
            throw InputError("--column {}: say what a column means, as in loss=train_loss", quote(one));
        if (std::find(known.begin(), known.end(), ours) == known.end())
            throw InputError("--column {}: {} is none of {}", quote(one), quote(ours), join(known, ", "));
        columns[ours] = one.substr(equals + 1);
    }
    return columns;
}

int import_log(const Options& options) {
    logs::ReadOptions reading{options.format, columns_of(options.columns), logs::restarts_from_name(options.restarts)};
    std::vector<interop::ImportedRun> runs = logs::read_log(options.path, reading);
    logs::name_runs(runs, {options.study, options.variant, options.seed});
    write_and_tell(make_workspace(options.workspace), std::move(runs), {options.again, options.json});
    return 0;
}

}  // namespace

Action declare_import_log(CLI::App& parser) {
    const auto options = std::make_shared<Options>();
    std::vector<std::string> names;
    std::string what = "Formats, detected from path and contents:\n";
    for (const logs::Format& format : logs::formats()) {
        names.emplace_back(format.name);
        what += fmt::format("  {:16}{}\n", format.name, format.what);
    }
    parser.add_option("PATH", options->path, "the log: a file, or the folder of a run")->required();
    parser.add_option("--format", options->format,
                      "instead of the format detected from the path: " + join(names, ", "));
    parser.add_option("--study", options->study, "the study that it belongs to (default: imported)");
    parser.add_option("--variant", options->variant,
                      "its variant, or VARIANT@POINT; of a study's runs, baseline is what the others are compared with "
                      "(default: as the log is called)");
    parser.add_option("--seed", options->seed, "its seed (default: as the log says, else unknown)");
    parser
        .add_option("--column", options->columns,
                    "MEANING=NAME, what a column means: " + join(logs::column_meanings(), ", "))
        ->allow_extra_args(false);
    const auto restarts = logs::restart_names();
    parser
        .add_option(
            "--restarts", options->restarts,
            "How to read a step that appears again: resume (the later lines replace the earlier ones), "
            "separate (a second training, a run for each), continue (each epoch counts from the start: steps "
            "are counted on), or auto (decided from steps and epochs; refused where these do not decide). One of " +
                join(std::vector<std::string>(restarts.begin(), restarts.end()), ", "))
        ->capture_default_str();
    parser.add_flag("--again", options->again, "import it although it is there");
    add_workspace_option(parser, options->workspace);
    add_json_option(parser, options->json);
    parser.footer(what);
    return [options] { return import_log(*options); };
}

}  // namespace ablate::app
