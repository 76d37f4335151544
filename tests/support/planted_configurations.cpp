#include "tests/support/planted_configurations.h"

#include "core/plan/preflight.h"
#include "tests/support/tiny_run.h"

namespace ablate::test {
namespace {

Json model_patch(Json patch) { return {{"model", std::move(patch)}}; }
Json kind(const char* name) { return {{"kind", name}}; }

std::vector<Json> patches_of(PlantedFault fault, const RunConfig& baseline) {
    const Json no_position = {{"position", kind("none")}}, gpt2 = {{"init", kind("gpt2")}};
    switch (fault) {
        case PlantedFault::none:
            return {model_patch(no_position), model_patch(gpt2), {{"train", {{"z_loss", 0.01}}}}};
        case PlantedFault::no_op:
            return {model_patch({{"norm", {{"attn_out", kind("layer")}}}}),  // not at this placement
                    model_patch({{"kv_heads", baseline.model.heads}}),       // as many as there were
                    {{"train", {{"momentum", 0.1}}}}};                       // AdamW has none
        case PlantedFault::not_finite: {
            const Json huge = {{"kind", "normal"}, {"std", 1e30}};
            const Json no_norm = {{"attn_in", kind("none")}, {"ffn_in", kind("none")}, {"final", kind("none")}};
            return {model_patch({{"init", huge}}), model_patch({{"init", huge}, {"norm", no_norm}})};
        }
        case PlantedFault::confounded:
            return {model_patch({{"position", kind("none")}, {"init", kind("gpt2")}}),
                    {{"model", no_position}, {"train", {{"z_loss", 0.01}}}},
                    {{"model", gpt2}, {"train", {{"lr", 0.005}}}}};
    }
    return {};
}

bool is_warned_about(const StudyConfig& study) {
    for (const study::Finding& finding : study::preview(study::resolve_study(study, {}), {}, false).findings)
        if (finding.variant == "variant" && finding.severity != study::Severity::note) return true;
    return false;
}

bool found_at_step_zero(const RunConfig& baseline, const Json& patch, const data::PreparedData& data,
                        std::uint64_t seed, PlantedFault fault) {
    const std::vector<VariantPoint> points{{"baseline", "baseline", "Baseline", "", baseline},
                                           {"variant", "variant", "Variant", "", patched(baseline, patch, "planted")}};
    const study::StepZero result = study::step_zero(points, data, seed).at(1);
    if (fault == PlantedFault::no_op) return result.same_as_baseline;
    if (fault == PlantedFault::not_finite) return !result.first_non_finite.empty();
    return result.same_as_baseline || !result.first_non_finite.empty();
}

}  // namespace

const char* to_string(PlantedFault fault) {
    switch (fault) {
        case PlantedFault::none:
            return "one change";
        case PlantedFault::no_op:
            return "a change without effect";
        case PlantedFault::not_finite:
            return "an overflow";
        case PlantedFault::confounded:
            return "two changes";
    }
    return "";
}

PlantedFindings find_planted(PlantedFault fault, std::int64_t variants, const std::filesystem::path& folder) {
    const std::filesystem::path tokens = write_tiny_tokens(folder / "tokens");
    const RunConfig tiny = tiny_config(tokens, 10);
    const data::PreparedData data = data::prepare_data(tiny.data, folder / "cache");
    RandomStream random(1, to_string(fault));
    PlantedFindings findings;
    for (; findings.variants < variants; ++findings.variants) {
        Json size = tiny_baseline(tokens, 10);
        size["model"]["d_model"] = 16 * (1 + random.below(3));
        size["model"]["layers"] = 1 + random.below(3);
        size["model"]["d_ff"] = 32 * (1 + random.below(3));
        const RunConfig baseline = patched(RunConfig(), size, "planted");
        const std::vector<Json> patches = patches_of(fault, baseline);
        const Json& patch = patches[random.below(patches.size())];
        const Json changed = {{"name", "variant"}, {"patch", patch}};
        bool found = false;
        if (fault != PlantedFault::confounded) found = found_at_step_zero(baseline, patch, data, random.next(), fault);
        if (fault == PlantedFault::confounded || fault == PlantedFault::none)
            found |= is_warned_about(study_from_json(
                {{"name", "planted"}, {"baseline", size}, {"variants", Json::array({changed})}, {"seeds", {1, 2, 3}}},
                "planted"));
        findings.found += found;
        if (found == (fault == PlantedFault::none) && findings.missed.empty()) findings.missed = patch.dump();
    }
    return findings;
}

}  // namespace ablate::test
