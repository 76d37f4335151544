#pragma once
#include "core/run/metric_table.h"
#include "core/train/events.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ablate::run {

struct Series {
    std::vector<std::int64_t> step;
    std::vector<double> value;      // non-finite values are kept
    std::vector<double> wall_time;  // unix seconds
};

// The metrics of a run directory, followed while it grows: the one reader of events.out.tfevents.* and events.jsonl.
class RunMetrics {
  public:
    explicit RunMetrics(std::filesystem::path run_folder);
    ~RunMetrics();
    RunMetrics(RunMetrics&&) noexcept;
    RunMetrics& operator=(RunMetrics&&) noexcept;
    bool refresh();  // reads what was added (or all of it again after a resume cut the logs back); true when something
                     // changed
    const std::map<std::string, Series>& series() const { return series_; }
    const Series& operator[](const std::string& tag) const;              // empty when absent
    const std::vector<train::Event>& events() const { return events_; }  // events.jsonl in order
    std::vector<std::string> problems() const;                           // "k records lost in FILE"

  private:
    struct Source;
    std::filesystem::path folder_;
    std::unique_ptr<Source> source_;
    std::map<std::string, Series> series_;
    std::vector<train::Event> events_;
};

// Validation results of a set, from events.jsonl in full precision: updates done -> loss; likewise bits per byte.
Series evaluations(const RunMetrics& metrics, const std::string& set, const std::string& field = "loss");
std::vector<std::string> evaluation_sets(const RunMetrics& metrics);
// The same from the events alone.
Series evaluations(const std::vector<train::Event>& events, const std::string& set, const std::string& field = "loss");
std::vector<std::string> evaluation_sets(const std::vector<train::Event>& events);

}  // namespace ablate::run
