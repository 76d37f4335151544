#include "app/ablate/export.h"
#include "app/ablate/interrupt.h"
#include "app/ablate/progress.h"
#include "app/ablate/workspace.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/interop/norm_ablation/export_study.h"
#include "core/run/known_keys.h"

#include <algorithm>
#include <iostream>

namespace ablate::app {

namespace {

namespace na = interop::norm_ablation;

struct Options {
    std::string study, folder, workspace;
    std::optional<std::int64_t> seed;
    std::vector<std::string> only;
    na::StudyExportOptions study_export;
    bool no_checkpoints = false, json = false, quiet = false;
};

struct Chosen {
    std::int64_t seed = 1;
    std::vector<na::PointToExport> points;
    std::vector<std::string> notes;
};

bool has_ended(const run::ListedRun& listed) {
    return run::has_result(listed.status) || listed.status == run::Status::stopped;
}

bool is_wanted(const study::Group& group, const std::vector<std::string>& only) {
    const auto names = [&](const std::string& name) { return name == group.variant || name == group.name; };
    return only.empty() || std::any_of(only.begin(), only.end(), names);
}

void require_known(const study::Comparison& comparison, const std::vector<std::string>& only) {
    std::vector<std::string> names;
    for (const study::Group& group : comparison.groups) names.push_back(group.variant);
    for (const std::string& name : only) {
        const bool known = std::any_of(comparison.groups.begin(), comparison.groups.end(),
                                       [&](const auto& group) { return is_wanted(group, {name}); });
        if (!known)
            throw InputError("--only {}: study {} has no such variant{}", name, comparison.study,
                             did_you_mean(name, names));
    }
}

std::optional<std::int64_t> first_seed(const study::Comparison& comparison) {
    std::optional<std::int64_t> seed;
    for (const study::ComparedRun& run : comparison.runs)
        if (has_ended(run.listed)) seed = std::min(seed.value_or(run.listed.info.seed), run.listed.info.seed);
    return seed;
}

// One run of each variant: that of the seed. A variant without one is told, never left out in silence.
Chosen choose(const study::Comparison& comparison, const Options& options) {
    require_known(comparison, options.only);
    Chosen chosen;
    chosen.seed = options.seed.value_or(first_seed(comparison).value_or(1));
    for (const study::Group& group : comparison.groups) {
        if (!is_wanted(group, options.only)) continue;
        const run::ListedRun* found = nullptr;
        for (const std::size_t index : group.runs) {
            const run::ListedRun& listed = comparison.runs[index].listed;
            if (listed.info.seed == chosen.seed && has_ended(listed) && !run::is_imported_log(listed.info))
                found = &listed;
        }
        if (found)
            chosen.points.push_back({group.variant, group.grid_point, group.is_baseline, found->directory});
        else
            chosen.notes.push_back(
                fmt::format("left out: {} has no run of seed {} that has ended", group.name, chosen.seed));
    }
    if (chosen.points.empty())
        throw InputError("study {} has no run of seed {} that has ended; train it first: ablate run {}", options.study,
                         chosen.seed, options.study);
    return chosen;
}

Json to_json(const na::ExportedVariant& variant) {
    return {{"name", variant.name},
            {"run", variant.run},
            {"base_rebuilt", variant.base_rebuilt},
            {"step", variant.step},
            {"checkpoints", variant.checkpoints}};
}

void print(const na::ExportedStudy& exported, std::int64_t seed, const Options& options) {
    if (options.json) {
        Json variants = Json::array();
        for (const na::ExportedVariant& variant : exported.variants) variants.push_back(to_json(variant));
        return print_json({{"folder", options.folder},
                           {"seed", seed},
                           {"variants", variants},
                           {"bytes", exported.bytes},
                           {"tokenizer", exported.has_tokenizer},
                           {"notes", exported.notes}});
    }
    std::cout << options.folder << '\n';
    for (const std::string& note : exported.notes) std::cerr << "note: " << one_line(note) << '\n';
    const auto rebuilt = std::count_if(exported.variants.begin(), exported.variants.end(),
                                       [](const auto& variant) { return variant.base_rebuilt; });
    std::cerr << fmt::format("{} variants of seed {}, {}, {}{}\n", exported.variants.size(), seed,
                             short_bytes(static_cast<double>(exported.bytes)),
                             exported.has_tokenizer ? "with their tokenizer" : "their data have no tokenizer",
                             rebuilt > 0 ? fmt::format("; base stage of {} rebuilt from the seed", rebuilt) : "");
}

int export_norm_ablation(Options& options) {
    const Interrupt interrupt;
    ProgressBoard board(options.quiet);
    const run::RunStore store(open_workspace(options.workspace));
    const Chosen chosen = choose(comparison_of(store, {options.study}), options);
    options.study_export.checkpoints = !options.no_checkpoints;
    na::ExportedStudy exported = na::export_study(chosen.points, options.folder, options.study_export,
                                                  [&](const std::string& what, double share) {
                                                      interrupt.check();
                                                      board.preparing(what, share);
                                                  });
    exported.notes.insert(exported.notes.begin(), chosen.notes.begin(), chosen.notes.end());
    print(exported, chosen.seed, options);
    return 0;
}

}  // namespace

Action declare_export_norm_ablation(CLI::App& parser) {
    const auto options = std::make_shared<Options>();
    parser.add_option("STUDY", options->study, "a study that has been trained")->required();
    parser.add_option("DIR", options->folder, "the folder to write; it must not exist")->required();
    parser.add_option("--seed", options->seed, "the seed whose runs are written (default: the lowest)");
    parser.add_option("--only", options->only, "these variants alone: a,b")->delimiter(',');
    parser.add_option("--dtype", options->study_export.dtype, "of every weight: float32 or bfloat16")
        ->capture_default_str()
        ->check(CLI::IsMember({"float32", "bfloat16"}));
    parser.add_option(
        "--base-model", options->study_export.base_model,
        "the id that metadata.json names (default: where the runs started from; Qwen/Qwen3-0.6B where the "
        "shape is its; else the study)");
    parser.add_flag("--no-checkpoints", options->no_checkpoints,
                    "leave out the checkpoints between the start and the end");
    parser.add_flag("--quiet", options->quiet, "no progress");
    add_workspace_option(parser, options->workspace);
    add_json_option(parser, options->json);
    parser.footer(
        "Writes VARIANT/{model.pt, metadata.json} with the weights before training and VARIANT_finetuned/{model.pt,\n"
        "train_metrics.json, trainer_state.json, checkpoint-N/, tokenizer files} with those after it, tokenizer/ and\n"
        "all_train_metrics.json. The baseline is called original. Tensors are named as in transformers; what that has\n"
        "no word for: ScaleNorm's scalar is .scale, LayerNorm's bias .bias.");
    return [options] { return export_norm_ablation(*options); };
}

}  // namespace ablate::app
