#include "core/model/start_plan.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/model/sites.h"
#include "core/model/tensor_table.h"

#include <algorithm>
#include <set>

namespace ablate::model {
namespace {

// The norm a tensor belongs to, by the name of its place: "blocks.0.attn_in".
struct NormPlace {
    NormSite site;
    std::string kind;
};
using NormPlaces = std::map<std::string, NormPlace, std::less<>>;
using Table = std::map<std::string, TensorSpec, std::less<>>;

NormPlaces norm_places(const RunConfig& config) {
    NormPlaces places;
    for (const NormSite site : kNormSites)
        if (config.model.site_in_use(site))
            for (std::int64_t layer = 0; layer < config.model.layers; ++layer)
                places[norm_name(site, layer)] = {site, config.model.norm_at(site).kind};
    return places;
}

const NormPlace* place_of(const std::string& tensor, const NormPlaces& places) {
    const auto found = places.find(tensor.substr(0, tensor.rfind('.')));
    return found == places.end() ? nullptr : &found->second;
}

std::string label(const std::string& kind) { return KindTable::instance().get("norm", kind, "norm").label; }

Table by_name(const std::vector<TensorSpec>& specs) {
    Table table;
    for (const TensorSpec& spec : specs) table.emplace(spec.name, spec);
    return table;
}

// The options whose value in the initial weights' configuration gives the tensor their shape: each alone, else all that
// change it.
std::string options_that_fit(const TensorSpec& in_start, const TensorSpec& here, const RunConfig& from,
                             const RunConfig& to) {
    std::vector<std::string> alone, together;
    for (const ConfigDifference& difference : difference(to, from)) {
        if (difference.key.starts_with("train.") || difference.key.ends_with(".kind")) continue;
        const RunConfig tried = patched(to, patch_from_dotted(difference.key, difference.after), difference.key);
        for (const TensorSpec& spec : tensor_table(tried)) {
            if (spec.name != here.name || spec.shape == here.shape) continue;
            (spec.shape == in_start.shape ? alone : together)
                .push_back(difference.key + " " + value_in_words(difference.key, difference.after));
        }
    }
    const std::string words = alone.empty() ? join(together, " and ") : join(alone, " or ");
    return words.empty() ? "" : "; " + words + " as in the initial weights would fit";
}

std::string first_value(const TensorSpec& spec, const RunConfig& config) {
    if (spec.role == TensorRole::matrix || spec.role == TensorRole::embedding)
        return "random, by init " + config.model.init.kind;
    return fmt::format("starts at {:.6g}", spec.initial);
}

// Why the tensor of a norm is on one side only; empty for other tensors.
std::string norm_change(const std::string& tensor, const NormPlaces& before, const NormPlaces& after) {
    const NormPlace *was = place_of(tensor, before), *is = place_of(tensor, after);
    if (!was && !is) return {};
    const NormSite site = was ? was->site : is->site;
    return fmt::format("norm at {}: {} → {}", to_string(site), was ? label(was->kind) : "no such site",
                       is ? label(is->kind) : "no such site");
}

std::set<NormSite> sites_with_tensors(const RunConfig& config) {
    const NormPlaces places = norm_places(config);
    std::set<NormSite> sites;
    for (const TensorSpec& spec : tensor_table(config))
        if (const NormPlace* place = place_of(spec.name, places)) sites.insert(place->site);
    return sites;
}

bool same_norm(const std::string& tensor, const NormPlaces& before, const NormPlaces& after) {
    const NormPlace *was = place_of(tensor, before), *is = place_of(tensor, after);
    return !was || !is || was->kind == is->kind;
}

}  // namespace

StartPlan plan_start(const RunConfig& from, const RunConfig& to, const std::string& where) {
    const Table start = by_name(tensor_table(from));
    const NormPlaces before = norm_places(from), after = norm_places(to);
    const std::vector<TensorSpec> wanted = tensor_table(to);
    StartPlan plan;
    std::set<std::string> kept;
    for (const TensorSpec& spec : wanted) {
        const auto found = start.find(spec.name);
        if (found == start.end() || !same_norm(spec.name, before, after)) {
            const std::string change = norm_change(spec.name, before, after);
            plan.fresh.push_back(
                {spec, (change.empty() ? "not in the initial weights" : change) + ": " + first_value(spec, to)});
            continue;
        }
        if (found->second.shape != spec.shape)
            throw InputError("{}: tensor {} is [{}] in the initial weights and [{}] here{}", where, spec.name,
                             fmt::join(found->second.shape, ", "), fmt::join(spec.shape, ", "),
                             options_that_fit(found->second, spec, from, to));
        plan.kept.push_back(spec);
        kept.insert(spec.name);
    }
    for (const TensorSpec& spec : tensor_table(from)) {
        if (kept.contains(spec.name)) continue;
        const std::string change = norm_change(spec.name, before, after);
        plan.dropped.push_back({spec, change.empty() ? "no such tensor in this model" : change});
    }
    return plan;
}

std::string in_words(const StartPlan& plan) {
    const auto count = [](std::size_t n) { return n ? std::to_string(n) : std::string("none"); };
    return fmt::format("{} tensors kept, {} dropped, {} new", plan.kept.size(), count(plan.dropped.size()),
                       count(plan.fresh.size()));
}

Json to_json(const StartPlan& plan) {
    const auto with_reasons = [](const std::vector<StartTensor>& tensors) {
        Json list = Json::array();
        for (const auto& [spec, why] : tensors)
            list.push_back({{"tensor", spec.name}, {"shape", spec.shape}, {"why", why}});
        return list;
    };
    Json kept = Json::array();
    for (const TensorSpec& spec : plan.kept) kept.push_back(spec.name);
    return {{"kept", kept}, {"dropped", with_reasons(plan.dropped)}, {"new", with_reasons(plan.fresh)}};
}

std::vector<std::string> silent_changes(const RunConfig& from, const RunConfig& to) {
    const std::set<NormSite> shown_before = sites_with_tensors(from), shown_after = sites_with_tensors(to);
    const auto is_silent_norm = [&](NormSite site) {
        return from.model.site_in_use(site) && to.model.site_in_use(site) && !shown_before.contains(site) &&
               !shown_after.contains(site);
    };
    std::set<std::string> shown;  // another kind of norm, where one of the two has a tensor or neither is in use
    for (const NormSite site : kNormSites)
        if (!is_silent_norm(site)) shown.insert(fmt::format("model.norm.{}.kind", to_string(site)));
    std::vector<std::string> changes;
    for (const ConfigDifference& difference : difference(from, to)) {
        const bool of_model = difference.key.starts_with("model.") && !difference.key.starts_with("model.init") &&
                              difference.key != "model.dropout";
        if (of_model && !shown.contains(difference.key)) changes.push_back(in_words(difference));
    }
    return changes;
}

}  // namespace ablate::model
