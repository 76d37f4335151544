#include "core/plan/resolved_study.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/plan/resolve.h"

#include <algorithm>
#include <set>

namespace ablate::study {

namespace {

// Which points `only` leaves: those of the variants or points it names, and those of the baseline in any case.
std::vector<bool> chosen_by(const std::vector<std::string>& only, const std::vector<VariantPoint>& points) {
    if (only.empty()) return std::vector<bool>(points.size(), true);
    std::vector<std::string> known;
    for (const VariantPoint& point : points) {
        if (std::find(known.begin(), known.end(), point.variant) == known.end()) known.push_back(point.variant);
        if (point.name != point.variant) known.push_back(point.name);
    }
    for (const std::string& name : only)
        if (std::find(known.begin(), known.end(), name) == known.end())
            throw InputError("--only: no variant '{}' in the study{}", name, did_you_mean(name, known));
    std::vector<bool> chosen;
    for (const VariantPoint& point : points) {
        const auto named = [&](const std::string& name) { return name == point.variant || name == point.name; };
        chosen.push_back(point.variant == points.front().variant || std::any_of(only.begin(), only.end(), named));
    }
    return chosen;
}

std::vector<std::int64_t> without_repetitions(const std::vector<std::int64_t>& seeds) {
    std::vector<std::int64_t> distinct;
    std::set<std::int64_t> seen;
    for (const std::int64_t seed : seeds)
        if (seen.insert(seed).second) distinct.push_back(seed);
    return distinct;
}

}  // namespace

ResolvedStudy resolve_study(StudyConfig study, PlanOptions options) {
    ResolvedStudy resolved;
    resolved.points_ = expand(study, options.settings);
    resolved.chosen_ = chosen_by(options.only, resolved.points_);
    resolved.seeds_ = without_repetitions(options.seeds.empty() ? study.seeds : options.seeds);
    resolved.config_ = std::move(study);
    resolved.options_ = std::move(options);
    return resolved;
}

std::vector<VariantPoint> ResolvedStudy::chosen() const {
    std::vector<VariantPoint> chosen;
    for (std::size_t i = 0; i < points_.size(); ++i)
        if (chosen_[i]) chosen.push_back(points_[i]);
    return chosen;
}

void ResolvedStudy::find_starts(const std::filesystem::path& workspace) { resolve_starts(points_, workspace); }

void ResolvedStudy::use_data(std::shared_ptr<const data::PreparedData> data) {
    resolve_epochs(points_, *data);
    resolve_schedules(points_);
    data_ = std::move(data);
}

const data::PreparedData& ResolvedStudy::data() const {
    if (!data_) throw std::logic_error("a resolved study without data");
    return *data_;
}

}  // namespace ablate::study
