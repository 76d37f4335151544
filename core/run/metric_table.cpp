#include "core/run/metric_table.h"

#include <cctype>

namespace ablate::run {

static_assert(
    [] {
        for (std::size_t i = 0; i < kMetrics.size(); ++i)
            if (kMetrics[i].id != static_cast<MetricId>(i)) return false;
        return true;
    }(),
    "metric() finds a row of the table by its position");

std::string axis_title(const Metric& metric) {
    const std::string unit = metric.unit;
    return unit.empty() ? metric.title : std::string(metric.title) + " (" + unit + ")";
}

std::string in_sentence(const Metric& metric) {
    std::string words = metric.title;
    words.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(words.front())));
    return words;
}

std::string evaluation_tag(const std::string& set, MetricId id) { return "eval/" + set + "/" + metric(id).field; }

std::string loss_tag(const std::string& set) { return set + "/loss"; }

}  // namespace ablate::run
