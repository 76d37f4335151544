#include "core/base/error.h"
#include "core/base/text.h"
#include "core/compare/comparison_internal.h"
#include "core/compare/wording.h"
#include "core/data/batches.h"
#include "core/run/seed_text.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

namespace ablate::study {

namespace {

using Values = std::map<std::string, std::vector<std::string>>;  // value -> the names of what has it

std::string run_name(const ComparedRun& compared) {
    return fmt::format("{} seed {}", point_name(compared.listed.info), run::seed_text(compared.listed.info));
}

// "A (x, y), B (z)": who has which value, the first few of each.
std::string who_has_what(const Values& values) {
    std::vector<std::string> parts;
    for (const auto& [value, names] : values) {
        std::vector<std::string> some(names.begin(), names.begin() + std::min<std::ptrdiff_t>(3, std::ssize(names)));
        if (names.size() > some.size()) some.push_back(fmt::format("{} more", names.size() - some.size()));
        parts.push_back(fmt::format("{} ({})", value.empty() ? "unknown" : value, join(some, ", ")));
    }
    return join(parts, "; ");
}

template <class Value>
void note_unequal(Comparison& comparison, const std::string& what, Value value) {
    Values values;
    for (const ComparedRun& compared : comparison.runs) values[value(compared)].push_back(run_name(compared));
    if (values.size() > 1) comparison.notes.push_back(fmt::format("{}: {}", what, who_has_what(values)));
}

std::string version_of(const ComparedRun& compared, const char* key) {
    const Json& versions = compared.listed.info.versions;
    return versions.is_object() && versions.contains(key) && versions[key].is_string()
               ? versions[key].get<std::string>()
               : "";
}

// "" where the configuration of an imported log does not tell.
template <class Value>
auto where_known(std::vector<const char*> keys, Value value) {
    return [=](const ComparedRun& compared) -> std::string {
        const run::KnownKeys known(compared.listed.info);
        const bool told = std::all_of(keys.begin(), keys.end(), [&](const char* key) { return known.has(key); });
        return told ? value(compared.listed.info) : "";
    };
}

void note_unequal_circumstances(Comparison& comparison) {
    note_unequal(comparison, "the runs were trained on different data", [](const ComparedRun& compared) {
        const std::string& sha256 = compared.listed.info.data_sha256;
        return sha256.empty() ? "" : "sha256 " + sha256.substr(0, 8);
    });
    note_unequal(comparison, "threads a run differ, so equal seeds do not give equal bits and times do not compare",
                 where_known({"train.threads"},
                             [](const run::RunInfo& info) { return count_of(info.config.train.threads, "thread"); }));
    note_unequal(comparison, "devices differ, so times do not compare",
                 where_known({"train.device"}, [](const run::RunInfo& info) { return info.config.train.device; }));
    note_unequal(comparison, "the validation windows differ, so losses are means over different texts",
                 where_known({"train.eval_batches", "train.batch", "data.context"}, [](const run::RunInfo& info) {
                     return fmt::format("{} windows of {} tokens",
                                        with_thousands(data::evaluation_windows(info.config.train)),
                                        with_thousands(info.config.data.context));
                 }));
    for (const char* key : {"ablate", "libtorch", "compiler"})
        note_unequal(comparison, fmt::format("versions of {} differ", key),
                     [key](const ComparedRun& compared) { return version_of(compared, key); });
}

// The leaves of what a source states, as text.
void add_values(const Json& stated, const std::string& key, std::map<std::string, std::set<std::string>>& values) {
    if (stated.is_object()) {
        for (const auto& [name, value] : stated.items())
            add_values(value, key.empty() ? name : key + "." + name, values);
    } else if (!stated.is_null()) {
        values[key].insert(one_line(stated.is_string() ? stated.get<std::string>()
                                                       : stated.dump(-1, ' ', false, Json::error_handler_t::replace)));
    }
}

constexpr std::size_t kNamed = 8;  // runs of a note; the others are counted

// What a reader must know of logs that others wrote.
void note_imported(Comparison& comparison) {
    std::vector<std::string> names, only_ends;
    std::map<std::string, std::vector<std::string>> remarks;  // and whose they are
    bool all = true;
    for (const ComparedRun& compared : comparison.runs) {
        all &= run::is_imported_log(compared.listed.info);
        if (!run::is_imported_log(compared.listed.info)) continue;
        const std::string name = run_name(compared);
        names.push_back(fmt::format("{} ({})", name, run::source_format(compared.listed.info)));
        for (const std::string& remark : run::source_remarks(compared.listed.info)) remarks[remark].push_back(name);
        if (compared.val.value.size() == 1) only_ends.push_back(name);
    }
    if (names.empty()) return;
    const auto some = [](std::vector<std::string> all_names) {
        const std::size_t count = all_names.size();
        if (count > kNamed) {
            all_names.resize(kNamed);
            all_names.push_back(fmt::format("{} more", count - kNamed));
        }
        return join(all_names, ", ");
    };
    comparison.notes.push_back(fmt::format(
        "imported logs, of whose configuration only what they state is known, and of whose data nothing: {}",
        some(names)));
    if (all && comparison.measure != Measure::val_loss)
        comparison.notes.push_back(
            fmt::format("no log holds a validation loss, so the comparison uses the {}", measured(comparison)));
    if (!only_ends.empty())
        comparison.notes.push_back(fmt::format(
            "only the values at the end are known, so there is no reading at equal steps before it and none "
            "at equal time: {}",
            some(only_ends)));
    for (const auto& [remark, whose] : remarks) comparison.notes.push_back(fmt::format("{}: {}", some(whose), remark));
}

// Options that a source states and that change no weight are no part of what is compared: which of them differ between
// the runs of a group is said.
void note_ignored_options(Comparison& comparison) {
    for (const Group& group : comparison.groups) {
        std::map<std::string, std::set<std::string>> values;  // by option
        for (const std::size_t index : group.runs) {
            const Json& source = comparison.runs[index].listed.info.source;
            if (source.is_object()) add_values(source.value("config", Json()), "", values);
        }
        std::vector<std::string> differing;
        for (const auto& [option, of_runs] : values)
            if (of_runs.size() > 1)
                differing.push_back(
                    fmt::format("{} ({})", option, join(std::vector(of_runs.begin(), of_runs.end()), ", ")));
        if (differing.empty()) continue;
        if (differing.size() > kNamed) {
            const std::size_t more = differing.size() - kNamed;
            differing.resize(kNamed);
            differing.push_back(fmt::format("{} more", more));
        }
        comparison.notes.push_back(fmt::format(
            "{}: its logs differ in options that change no training, so its runs are compared as seeds of one "
            "configuration: {}",
            group.name, join(differing, "; ")));
    }
}

// Runs that went on after values that were not finite are in the means.
void note_finite_again(Comparison& comparison) {
    for (const ComparedRun& compared : comparison.runs) {
        if (!compared.healthy()) continue;
        std::int64_t count = 0, first = -1, last = -1;
        for (const train::Event& event : compared.metrics->events()) {
            const auto* again = std::get_if<train::FiniteAgainEvent>(&event.what);
            if (!again) continue;
            count += again->count;
            if (first < 0) first = again->since;
            last = event.step;
        }
        if (count > 0)
            comparison.notes.push_back(fmt::format(
                "{}: {} with a loss or gradient norm that is not finite, first at step {}; all are finite from step {} "
                "to the end, so the run counts as healthy",
                run_name(compared), count_of(count, "logged step"), first, last));
    }
}

void note_times(Comparison& comparison) {
    const auto any = [&](auto test) { return std::any_of(comparison.runs.begin(), comparison.runs.end(), test); };
    if (any(std::mem_fn(&ComparedRun::shared_machine)))
        comparison.notes.push_back(
            "some of these runs trained while another run of the workspace did. They slowed each other, so their times "
            "are rough and marked with ≈. For exact times train one run after the other (Runs at once: 1 in the "
            "settings of the window, --jobs 1 in the terminal)");
    if (any([](const ComparedRun& compared) { return compared.healthy() && compared.seconds < kShortestTime; }))
        comparison.notes.push_back("runs that trained for less than a second: their times are not compared");
}

void note_spans(Comparison& comparison) {
    const auto runs_on_line = [](const Group& group) { return group.span.on_line || group.delta_span.on_line; };
    if (std::any_of(comparison.groups.begin(), comparison.groups.end(), runs_on_line))
        comparison.notes.push_back(
            "the logs share no step near their ends, so final values are interpolated between two logged steps");
    if (std::any_of(comparison.groups.begin(), comparison.groups.end(),
                    [](const Group& group) { return group.span.centered || group.delta_span.centered; }))
        comparison.notes.push_back(
            "the lines of the logs are means over different numbers of steps (logging_steps): each is read in the "
            "middle of its steps");
}

void note_seeds(Comparison& comparison) {
    const bool any_pair = std::any_of(comparison.groups.begin(), comparison.groups.end(),
                                      [](const Group& group) { return group.runs.size() > 1; });
    if (!any_pair && !comparison.groups.empty())
        comparison.notes.push_back("one seed: no interval can be given, and no difference can be told from noise");
    for (const Group& group : comparison.groups)
        if (group.unfinished > 0)
            comparison.notes.push_back(fmt::format("{}: {} of {} not finished", group.name, group.unfinished,
                                                   count_of(std::ssize(group.runs), "seed")));
}

}  // namespace

void add_notes(Comparison& comparison) {
    std::set<std::string> data_notes;
    for (const ComparedRun& compared : comparison.runs)
        if (!compared.listed.info.data_note.empty()) data_notes.insert(compared.listed.info.data_note);
    comparison.notes.insert(comparison.notes.begin(), data_notes.begin(), data_notes.end());
    note_imported(comparison);
    note_ignored_options(comparison);
    note_spans(comparison);
    note_finite_again(comparison);
    note_times(comparison);
    note_seeds(comparison);
    note_unequal_circumstances(comparison);
    if (std::any_of(comparison.runs.begin(), comparison.runs.end(),
                    [](const auto& compared) { return compared.mfu > 1; }))
        comparison.notes.push_back(
            "runs exceed the measured matrix-product peak, which was taken on a busy machine: no MFU is shown; without "
            "cache/machine.json the next run measures it again");
    for (const ComparedRun& compared : comparison.runs)
        for (const std::string& problem : compared.metrics->problems())
            comparison.notes.push_back(fmt::format("{}: {}", run_name(compared), problem));
}

}  // namespace ablate::study
