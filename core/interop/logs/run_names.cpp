#include "core/interop/logs/run_names.h"

#include "core/base/error.h"

namespace ablate::interop::logs {

void name_runs(std::vector<ImportedRun>& runs, const RunNames& names, bool offers_options) {
    const std::string dashes = offers_options ? "--" : "";
    for (ImportedRun& run : runs) {
        if (!names.study.empty()) run.study = names.study;
        if (names.seed && run.is_mean)
            throw InputError("{}seed {}: {} holds means over several runs, which have no seed", dashes, *names.seed,
                             run.path.string());
        if (names.seed) {
            run.seed = *names.seed;
            run.knows_seed = true;
        }
        if (names.variant.empty()) continue;
        const auto at = names.variant.find('@');
        run.variant = names.variant.substr(0, at);
        run.grid_point = at == std::string::npos ? "" : names.variant.substr(at + 1);
        run.label.clear();
        if (runs.size() < 2) continue;
        const bool can_join = offers_options && runs.front().format != "csv";
        throw InputError("{}variant {}: the log holds {} runs, which keep their own names{}", dashes, names.variant,
                         runs.size(), can_join ? "; --restarts resume or --restarts continue reads one run" : "");
    }
}

}  // namespace ablate::interop::logs
