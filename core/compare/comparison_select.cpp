#include "core/base/error.h"
#include "core/base/text.h"
#include "core/compare/comparison_internal.h"
#include "core/compare/rules.h"
#include "core/compare/wording.h"
#include "core/config/variant_names.h"
#include "core/plan/resolve.h"
#include "core/plot/variant_order.h"
#include "core/run/older_settings.h"
#include "core/run/seed_text.h"

#include <algorithm>
#include <map>
#include <set>

namespace ablate::study {

namespace {

using run::ListedRun;

// Of several runs of one hash and seed, the newest that has ended, else the newest. The rest is noted, not merged.
std::vector<ListedRun> one_per_seed(std::vector<ListedRun> runs, std::vector<std::string>& notes) {
    std::vector<ListedRun> kept;
    std::map<std::pair<std::string, std::int64_t>, std::pair<std::size_t, int>> seen;
    for (ListedRun& listed : runs) {
        const auto key = std::pair(listed.info.config_hash, listed.info.seed);
        const auto found = seen.find(key);
        if (found == seen.end()) {
            seen[key] = {kept.size(), 1};
            kept.push_back(std::move(listed));
            continue;
        }
        ListedRun& other = kept[found->second.first];
        ++found->second.second;
        const auto rank = [](const ListedRun& one) { return std::pair(has_result(one.status), one.info.created); };
        if (rank(listed) > rank(other)) other = std::move(listed);
    }
    for (const auto& [key, use] : seen)
        if (use.second > 1)
            notes.push_back(fmt::format("{}, seed {}: {} {} times; run {} is compared",
                                        point_name(kept[use.first].info), run::seed_text(kept[use.first].info),
                                        run::is_imported_log(kept[use.first].info) ? "imported" : "trained", use.second,
                                        kept[use.first].info.id));
    return kept;
}

std::string in_words(const std::vector<ConfigDifference>& differences) {
    std::vector<std::string> words;
    for (const ConfigDifference& one : differences) words.push_back(ablate::in_words(one));
    if (words.size() > 3) words = {words[0], words[1], fmt::format("{} more", words.size() - 2)};
    return words.empty() ? "other data" : join(words, "; ");
}

// Groups come in the order of the points, a variant's points beside each other.
std::vector<ListedRun> in_order(std::vector<ListedRun> runs, const std::vector<std::string>& point_order) {
    const auto place = [](const std::vector<std::string>& names, const std::string& name) {
        return std::find(names.begin(), names.end(), name) - names.begin();
    };
    std::stable_sort(runs.begin(), runs.end(),
                     [](const ListedRun& a, const ListedRun& b) { return a.info.created < b.info.created; });
    std::vector<std::string> points = point_order, variants{kBaseline};
    for (const ListedRun& listed : runs) points.push_back(point_name(listed.info));
    for (const std::string& point : points) variants.push_back(point.substr(0, point.find('@')));
    std::stable_sort(runs.begin(), runs.end(), [&](const ListedRun& a, const ListedRun& b) {
        const auto key = [&](const ListedRun& one) {
            return std::pair(place(variants, one.info.variant), place(points, point_name(one.info)));
        };
        return key(a) < key(b);
    });
    return runs;
}

struct Selection {
    std::vector<ListedRun> runs;
    std::vector<std::string> notes;
};

void note_left_out(const ListedRun& listed, std::size_t count, const RunConfig& present, Selection& selection) {
    const auto differences =
        run::known_difference(present, run::KnownKeys(), listed.info.config, run::KnownKeys(listed.info));
    selection.notes.push_back(fmt::format("{}: {} of other settings left out ({})", point_name(listed.info),
                                          count_of(static_cast<std::int64_t>(count), "run"), in_words(differences)));
}

// The runs of each point name by hash, oldest first: different hashes under one name are different experiments.
using ByHash = std::map<std::string, std::vector<ListedRun>>;
std::map<std::string, ByHash> by_point(const std::vector<ListedRun>& runs) {
    std::map<std::string, ByHash> points;
    for (const ListedRun& listed : runs) points[point_name(listed.info)][listed.info.config_hash].push_back(listed);
    return points;
}

Selection newest_of_each_point(const std::vector<ListedRun>& runs, const std::vector<std::string>& order) {
    Selection selection;
    const auto older = run::runs_of_older_settings(runs);
    for (const auto& [name, hashes] : by_point(runs)) {
        if (!order.empty() && std::find(order.begin(), order.end(), name) == order.end()) {
            selection.notes.push_back(fmt::format("{}: left out, the study has no such point now", name));
            continue;
        }
        const auto newest = std::find_if(hashes.begin(), hashes.end(), [&older](const auto& of_hash) {
            return !older.contains(of_hash.second.front().info.id);
        });
        selection.runs.insert(selection.runs.end(), newest->second.begin(), newest->second.end());
        for (auto other = hashes.begin(); other != hashes.end(); ++other)
            if (other != newest)
                note_left_out(other->second.front(), other->second.size(), newest->second.front().info.config,
                              selection);
    }
    return selection;
}

// Of several hashes that fit a point (the same settings on other data), the one trained last.
Selection exactly_these_points(const std::vector<ListedRun>& runs, const std::vector<VariantPoint>& points) {
    Selection selection;
    auto found = by_point(runs);
    for (const VariantPoint& point : points) {
        const std::vector<ListedRun>* present = nullptr;
        const ByHash& hashes = found[point.name];
        for (const auto& [hash, of_hash] : hashes) {
            const run::RunInfo& info = of_hash.front().info;
            const RunConfig planned = as_planned(point.config, info.config.train.steps);
            const bool fits = config_hash(planned, info.data_sha256) == hash;
            if (fits && (!present || present->back().info.created < of_hash.back().info.created)) present = &of_hash;
        }
        for (const auto& [hash, of_hash] : hashes)
            if (&of_hash != present) note_left_out(of_hash.front(), of_hash.size(), point.config, selection);
        if (present)
            selection.runs.insert(selection.runs.end(), present->begin(), present->end());
        else
            selection.notes.push_back(fmt::format("{}: no run yet", point.name));
        found.erase(point.name);
    }
    for (const auto& entry : found)
        selection.notes.push_back(fmt::format("{}: left out, the study has no such point now", entry.first));
    return selection;
}

// Runs are known by the sha256 of what they started from. A start that is gone leaves its own points without runs.
std::vector<VariantPoint> with_starts(std::vector<VariantPoint> points, const std::filesystem::path& workspace) {
    for (VariantPoint& point : points) {
        try {
            resolve_starts({&point, 1}, workspace);
        } catch (const InputError&) {
        }
    }
    return points;
}

std::vector<ListedRun> runs_of(const run::RunList& list, const std::string& study) {
    std::vector<ListedRun> runs;
    for (const ListedRun& listed : list.runs)
        if (listed.info.study == study && !run::is_imported_log(listed.info)) runs.push_back(listed);
    return runs;
}

// Imported logs are of no point of a study: all of them are shown next to it.
void add_imported(const run::RunList& list, const std::string& study, Selection& selection) {
    for (const ListedRun& listed : list.runs)
        if (listed.info.study == study && run::is_imported_log(listed.info)) selection.runs.push_back(listed);
}

plot::VariantColors colors_of(const run::RunList& list) {
    if (list.runs.empty()) return {};
    plot::VariantColors colors = plot::stored_variant_order(list.runs.front().directory.workspace());
    for (const ListedRun& listed : list.runs) colors.add(listed.info.study, listed.info.variant);
    return colors;
}

Comparison finish(Selection selection, const run::RunList& list, const std::string& study,
                  const std::vector<std::string>& order, MetricsCache* kept, Rules rules) {
    add_imported(list, study, selection);
    for (const run::DamagedRun& damaged : list.damaged)
        selection.notes.push_back(fmt::format("left out, damaged: {}", damaged.reason));
    auto runs = in_order(one_per_seed(std::move(selection.runs), selection.notes), order);
    // Nobody elsewhere calls a variant "baseline".
    const bool all_imported =
        std::all_of(runs.begin(), runs.end(), [](const ListedRun& one) { return run::is_imported_log(one.info); });
    return compare(std::move(runs),
                   {study, std::move(selection.notes), kept, all_imported ? StandIn::first_variant : StandIn::none,
                    list.runs, colors_of(list), std::move(rules)});
}

}  // namespace

Comparison compare_study(const run::RunStore& store, const std::string& study,
                         const std::vector<std::string>& point_order, MetricsCache* kept) {
    const run::RunList list = store.list();
    const std::vector<ListedRun> runs = runs_of(list, study);
    Selection selection = newest_of_each_point(runs, point_order);
    if (selection.runs.empty() && !runs.empty()) {
        // The study has been edited until none of its points is left: what was trained is still worth seeing.
        selection = newest_of_each_point(runs, {});
        selection.notes.push_back("no run is of a point the study has now: all points trained are shown");
    }
    return finish(std::move(selection), list, study, point_order, kept, recorded_rules(store.workspace(), study));
}

Comparison compare_study(const run::RunStore& store, const std::string& study,
                         const std::vector<VariantPoint>& study_points, MetricsCache* kept) {
    const std::vector<VariantPoint> points = with_starts(study_points, store.workspace());
    const run::RunList list = store.list();
    const std::vector<ListedRun> runs = runs_of(list, study);
    std::vector<std::string> order;
    for (const VariantPoint& point : points) order.push_back(point.name);
    Selection selection = exactly_these_points(runs, points);
    if (!selection.runs.empty() || runs.empty())
        return finish(std::move(selection), list, study, order, kept, recorded_rules(store.workspace(), study));
    Comparison comparison = compare_study(store, study, order, kept);
    comparison.notes.push_back("no run has the study's present settings: of each point the one trained last is shown");
    return comparison;
}

Comparison compare_named_study(const run::RunStore& store, const std::string& study, MetricsCache* kept) {
    std::vector<VariantPoint> points;
    try {
        // A name out of a stranger's run.json must not lead to a file.
        if (is_plain_name(study) && !study.ends_with(".json")) {
            const StudySource source = find_study(study, store.workspace());
            if (!source.preset) {
                const StudyConfig present = load_study(source.file);
                if (present.name == study) points = expand(present);
            }
        }
    } catch (const InputError&) {  // no such file, or one that cannot be read: the runs tell what there is
    }
    return points.empty() ? compare_study(store, study, std::vector<std::string>(), kept)
                          : compare_study(store, study, points, kept);
}

Comparison compare_runs(const run::RunStore& store, const std::vector<std::string>& ids, MetricsCache* kept) {
    Selection selection;
    std::set<std::string> studies, seen;
    for (const std::string& id : ids) {
        ListedRun listed = store.find(id);
        studies.insert(listed.info.study);
        if (seen.insert(listed.info.id).second) selection.runs.push_back(std::move(listed));
    }
    auto runs = one_per_seed(std::move(selection.runs), selection.notes);
    const std::string study = studies.size() == 1 ? *studies.begin() : "runs of several studies";
    const run::RunList list = store.list();
    return compare(std::move(runs),
                   {study, std::move(selection.notes), kept, StandIn::first_group, list.runs, colors_of(list)});
}

}  // namespace ablate::study
