#include "core/report/points.h"

#include "core/base/atomic_file.h"
#include "core/base/text.h"
#include "core/io/numbers.h"

#include <limits>
#include <set>

namespace ablate::report {

namespace {

using study::ComparedRun;
using study::Comparison;

constexpr std::size_t kPart = 1 << 20;  // bytes handed on at once

// Evaluations by column name: the metrics have them as events.
using Evaluations = std::map<std::string, run::Series>;
Evaluations evaluations_of(const ComparedRun& compared) {
    Evaluations evaluations;
    for (const std::string& set : run::evaluation_sets(*compared.metrics))
        for (const run::Metric& metric : run::kMetrics) {
            if (!metric.is_evaluation()) continue;
            if (run::Series series = run::evaluations(*compared.metrics, set, metric.field); !series.step.empty())
                evaluations["evaluation/" + set + "/" + metric.field] = std::move(series);
        }
    return evaluations;
}

std::vector<std::string> column_names(const Comparison& comparison) {
    std::set<std::string> names;
    for (const ComparedRun& compared : comparison.runs) {
        for (const auto& column : compared.metrics->series()) names.insert(column.first);
        for (const auto& column : evaluations_of(compared)) names.insert(column.first);
    }
    return {names.begin(), names.end()};
}

// The rows of a run, each a step any series has a point at; of several points at one step the last.
class Rows {
  public:
    Rows(const ComparedRun& compared, const std::vector<std::string>& names) : evaluations_(evaluations_of(compared)) {
        const auto& dense = compared.metrics->series();
        for (const std::string& name : names) {
            const auto found = evaluations_.find(name);
            const auto other = dense.find(name);
            series_.push_back(found != evaluations_.end() ? &found->second
                              : other != dense.end()      ? &other->second
                                                          : nullptr);
        }
        places_.resize(series_.size());
    }
    // The next step; none at the end.
    std::optional<std::int64_t> next_step() const {
        std::optional<std::int64_t> step;
        for (std::size_t i = 0; i < series_.size(); ++i)
            if (series_[i] && places_[i] < series_[i]->step.size())
                step = std::min(step.value_or(series_[i]->step[places_[i]]), series_[i]->step[places_[i]]);
        return step;
    }
    // Time and values at `step`, as cells; what was read is passed.
    std::string take(std::int64_t step) {
        std::string cells;
        double time = std::numeric_limits<double>::quiet_NaN();
        for (std::size_t i = 0; i < series_.size(); ++i) {
            cells += ',';
            std::optional<double> value;
            for (; series_[i] && places_[i] < series_[i]->step.size() && series_[i]->step[places_[i]] == step;
                 ++places_[i]) {
                value = series_[i]->value[places_[i]];
                if (places_[i] < series_[i]->wall_time.size()) time = series_[i]->wall_time[places_[i]];
            }
            if (value) cells += full_precision(*value);
        }
        return (std::isfinite(time) ? full_precision(time) : "") + cells;
    }

  private:
    Evaluations evaluations_;
    std::vector<const run::Series*> series_;
    std::vector<std::size_t> places_;
};

// Collects what is written into parts.
class Parts {
  public:
    explicit Parts(const AppendBytes& append) : append_(append) {}
    Parts& operator<<(std::string_view bytes) {
        held_ += bytes;
        if (held_.size() >= kPart) flush();
        return *this;
    }
    void flush() {
        append_(held_);
        held_.clear();
    }

  private:
    const AppendBytes& append_;
    std::string held_;
};

std::string dumped(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string json_of(const run::Series& series) {
    std::string values;
    for (const double value : series.value) values += (values.empty() ? "" : ",") + dumped(io::number_to_json(value));
    return "{\"step\":" + dumped(series.step) + ",\"value\":[" + values + "],\"time\":" + dumped(series.wall_time) +
           "}";
}

}  // namespace

void write_points_csv(const Comparison& comparison, const std::filesystem::path& file) {
    const std::vector<std::string> names = column_names(comparison);
    atomic_write(file, [&](const AppendBytes& append) {
        Parts parts(append);
        parts << "run,study,variant,grid_point,seed,step,time";
        for (const std::string& name : names) parts << "," << study::csv_cell(name);
        parts << "\n";
        for (const ComparedRun& compared : comparison.runs) {
            const run::RunInfo& info = compared.listed.info;
            const std::string start =
                join(std::vector<std::string>{info.id, study::csv_cell(info.study), study::csv_cell(info.variant),
                                              study::csv_cell(info.grid_point), std::to_string(info.seed)},
                     ",");
            Rows rows(compared, names);
            while (const auto step = rows.next_step())
                parts << start << "," << std::to_string(*step) << "," << rows.take(*step) << "\n";
        }
        parts.flush();
    });
}

void write_points_json(const Comparison& comparison, const std::filesystem::path& file) {
    atomic_write(file, [&](const AppendBytes& append) {
        Parts parts(append);
        parts << "{\"format\":1,\"runs\":[";
        bool first_run = true;
        for (const ComparedRun& compared : comparison.runs) {
            const run::RunInfo& info = compared.listed.info;
            parts << (std::exchange(first_run, false) ? "\n{" : ",\n{");
            for (const auto& [key, value] :
                 {std::pair("id", info.id), std::pair("study", info.study), std::pair("variant", info.variant),
                  std::pair("grid_point", info.grid_point)})
                parts << dumped(key) << ":" << dumped(value) << ",";
            parts << "\"seed\":" << std::to_string(info.seed) << ",\"series\":{";
            bool first = true;
            for (const auto& [tag, series] : compared.metrics->series())
                parts << (std::exchange(first, false) ? "" : ",") << dumped(tag) << ":" << json_of(series);
            parts << "},\"events\":" << dumped(train::to_json(compared.metrics->events())) << "}";
        }
        parts << "\n]}\n";
        parts.flush();
    });
}

}  // namespace ablate::report
