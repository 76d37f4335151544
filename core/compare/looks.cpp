#include "core/compare/looks.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/compare/verdict.h"

#include <algorithm>
#include <charconv>

namespace ablate::study {

std::vector<std::int64_t> looks_from_text(const std::string& text, const std::string& where) {
    std::vector<std::int64_t> looks;
    for (const std::string& part : split(text, ',')) {
        std::int64_t look = 0;
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), look);
        if (error != std::errc() || end != part.data() + part.size() || look < 2 || look > 1000)
            throw InputError("{}: {} is not a number of seeds from 2 to 1000", where, quote(part));
        if (!looks.empty() && look <= looks.back())
            throw InputError("{}: {} does not come after {}; name ascending numbers of seeds", where, look,
                             looks.back());
        looks.push_back(look);
    }
    return looks;
}

void declare_looks(const std::filesystem::path& workspace, const std::string& study,
                   const std::vector<std::int64_t>& looks, bool has_results) {
    const auto in_words = [](const std::vector<std::int64_t>& numbers) {
        std::vector<std::string> words;
        for (const std::int64_t number : numbers) words.push_back(std::to_string(number));
        return join(words, ",");
    };
    run::edit_plan_record(workspace, study, [&](run::PlanRecord& plan) {
        if (plan.looks == looks) return;
        if (has_results && !plan.looks.empty())
            throw InputError("study {}: its plan declares looks at {} seeds; --looks {} would continue it", study,
                             in_words(plan.looks), in_words(plan.looks));
        if (has_results)
            throw InputError(
                "study {}: it has results already, and looks can be declared only before the first; give it another "
                "name to begin again",
                study);
        plan.looks = looks;
    });
}

std::vector<std::int64_t> first_seeds(const std::vector<std::int64_t>& seeds, std::int64_t count) {
    std::vector<std::int64_t> first = seeds;
    std::int64_t next = *std::max_element(seeds.begin(), seeds.end());
    while (std::ssize(first) < count) first.push_back(++next);
    first.resize(static_cast<std::size_t>(count));
    return first;
}

Look look_at(const Comparison& comparison, std::int64_t seeds) {
    Look look{seeds};
    for (const std::size_t index : comparison.best_of_variant) {
        const Group& group = comparison.groups[index];
        if (verdict_reference(comparison, index) == index) continue;
        const auto& kept = comparison.rules.kept;
        if (std::any_of(kept.begin(), kept.end(), [&](const Rules::Kept& one) { return one.variant == group.variant; }))
            continue;
        if (group.judged.outcome == Outcome::undecided)
            look.undecided.push_back(group.variant);
        else
            look.decided.push_back(group.variant + ": " + to_string(group.judged.outcome));
    }
    return look;
}

void record_look(const std::filesystem::path& workspace, const std::string& study, const Look& look) {
    run::edit_plan_record(workspace, study, [&](run::PlanRecord& plan) {
        plan.looked.push_back({look.seeds, unix_now(), look.decided});
    });
}

}  // namespace ablate::study
