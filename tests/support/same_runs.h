#pragma once
#include "core/run/metrics.h"
#include "core/run/run_directory.h"

#include <QTest>

#include <cstring>

namespace ablate::test {

// The values of a run's logs as text, bit for bit, without what depends on the clock: "" when two runs agree, else the
// first difference.
inline std::string first_difference(const run::RunDirectory& a, const run::RunDirectory& b) {
    run::RunMetrics left(a.folder()), right(b.folder());
    left.refresh();
    right.refresh();
    for (const auto& [tag, series] : left.series()) {
        if (tag == run::kTokensPerSecond) continue;
        const run::Series& other = right[tag];
        if (series.step != other.step) return tag + ": steps";
        for (std::size_t i = 0; i < series.value.size(); ++i)
            if (std::memcmp(&series.value[i], &other.value[i], sizeof(double)) != 0)
                return tag + ": step " + std::to_string(series.step[i]);
    }
    if (left.series().size() != right.series().size()) return "tags";
    const auto timeless = [](const run::RunMetrics& metrics) {
        Json events = train::to_json(metrics.events());
        for (Json& event : events)
            for (const char* key : {"time", "seconds"}) event.erase(key);
        return events;
    };
    if (timeless(left) != timeless(right)) return "events.jsonl";
    return {};
}

}  // namespace ablate::test

#define VERIFY_SAME_RUNS(a, b)                                          \
    do {                                                                \
        const std::string found = ablate::test::first_difference(a, b); \
        QVERIFY2(found.empty(), found.c_str());                         \
    } while (false)
