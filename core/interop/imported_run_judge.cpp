#include "core/interop/imported_run_judge.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/run/metrics.h"
#include "core/train/collapse.h"

#include <algorithm>
#include <cmath>

namespace ablate::interop {

namespace {

using train::Collapse;
using train::Outcome;
using train::Verdict;

// One logged training step.
struct Point {
    std::int64_t step = 0;
    float* loss = nullptr;       // its place in the run's metrics
    float* grad_norm = nullptr;  // null: not logged
    bool bad_norm() const { return grad_norm && !std::isfinite(*grad_norm); }
    bool sound_norm() const { return grad_norm && std::isfinite(*grad_norm) && *grad_norm > 0; }
};

std::vector<Point> points_of(ImportedRun& run) {
    std::vector<Point> points;
    for (io::ScalarEvent& event : run.metrics) {
        Point point{event.step};
        for (auto& [tag, value] : event.values) {
            if (tag == run::kTrainLoss) point.loss = &value;
            if (tag == run::kGradNorm) point.grad_norm = &value;
        }
        if (point.loss) points.push_back(point);
    }
    return points;
}

const char* word(float value) { return std::isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity"; }

// Before the zeros at the end: a loss of 0 beside a gradient norm that is not finite was hidden by the same filter. It
// becomes NaN, which the detector tells as an event, and enters no mean.
void reveal_zeros(std::vector<Point>& points, std::size_t end, ImportedRun& run) {
    std::size_t revealed = 0;
    std::int64_t first = 0;
    for (std::size_t i = 0; i < end; ++i) {
        if (*points[i].loss != 0 || !points[i].bad_norm()) continue;
        *points[i].loss = static_cast<float>(kUnknown);
        if (revealed++ == 0) first = points[i].step;
    }
    if (revealed == 0) return;
    run.remarks.push_back(fmt::format(
        "{} logged as 0.0 beside a gradient norm that is not finite (the first at step {}): the trainer's NaN filter "
        "hides a loss there, and it is read as NaN",
        revealed == 1 ? "1 training loss is" : fmt::format("{} training losses are", revealed), first));
}

// What shows that a loss of exactly 0 from points[zero] on is none; "" when nothing does.
std::string disproof(const std::vector<Point>& points, std::size_t zero, const ImportedRun& run) {
    for (std::size_t i = zero; i < points.size(); ++i)
        if (points[i].bad_norm()) return fmt::format("a gradient norm of {}", word(*points[i].grad_norm));
    for (const ImportedEvaluation& one : run.evaluations)
        if (one.loss && !std::isfinite(*one.loss) && one.step >= points[zero].step)
            return fmt::format("a validation loss of {} after step {}", full_precision(*one.loss), one.step);
    return "";
}

// The verdict on a loss of exactly 0 from points[zero] to the end.
std::optional<Verdict> judge_zeros(std::vector<Point>& points, std::size_t zero, ImportedRun& run) {
    const auto tail = points.begin() + static_cast<std::ptrdiff_t>(zero);
    const std::int64_t zero_step = points[zero].step;
    if (const std::string proof = disproof(points, zero, run); !proof.empty()) {
        std::size_t first = zero;
        while (first > 0 && points[first - 1].bad_norm()) --first;
        const std::int64_t step = points[first].step;
        for (auto point = tail; point != points.end(); ++point) *point->loss = static_cast<float>(kUnknown);
        run.events.push_back({step, train::NonFiniteEvent{.loss = kUnknown, .logged_as = 0.0}});
        return Verdict{Outcome::collapsed, Collapse::non_finite, step, "",
                       fmt::format("loss is not finite from step {} on: logged as 0.0 from step {} to the end, beside "
                                   "{}; the trainer's NaN filter hides it",
                                   step, zero_step, proof)};
    }
    if (std::any_of(tail, points.end(), std::mem_fn(&Point::sound_norm))) {
        run.remarks.push_back(fmt::format(
            "the training loss is logged as 0.0 from step {} on, beside finite gradient norms: rounded", zero_step));
        return {};
    }
    return Verdict{Outcome::collapsed, Collapse::contradicted_loss, zero_step, "",
                   fmt::format("a training loss of exactly 0.0 from step {} to the end is no loss of a language model: "
                               "most likely NaN, hidden by the trainer's filter",
                               zero_step)};
}

// Hands the detector what our own trainer would.
class Replay {
  public:
    Replay(ImportedRun& run, const std::vector<Point>& points)
        : run_(run), points_(points), detector_(config(run), entropy(run), run.config.data.vocab_size) {}

    std::optional<Verdict> judge(std::int64_t before) {
        auto evaluation = run_.evaluations.begin();
        const auto evaluations_up_to = [&](std::int64_t step) {
            for (; evaluation != run_.evaluations.end() && evaluation->step <= step; ++evaluation)
                if (evaluation->loss) note(detector_.evaluated(evaluation->step, *evaluation->loss, evaluation->set));
        };
        for (std::size_t i = 0; i < points_.size() && points_[i].step < before; ++i) {
            evaluations_up_to(points_[i].step - 1);
            see(i);
        }
        evaluations_up_to(std::min(before, INT64_MAX - 1));
        return detector_.finish(run_.steps);
    }

  private:
    static TrainConfig config(const ImportedRun& run) {
        TrainConfig train;
        train.steps = std::max<std::int64_t>(run.steps, 1);
        return train;
    }
    // A loss is dead only beside a known vocabulary; without one no loss is.
    static double entropy(const ImportedRun& run) {
        const bool known = std::find(run.known.begin(), run.known.end(), "data.vocab_size") != run.known.end();
        return known ? 0 : std::numeric_limits<double>::infinity();
    }
    void note(const std::vector<train::Event>& events) {
        run_.events.insert(run_.events.end(), events.begin(), events.end());
    }
    void see(std::size_t i) {
        const Point& point = points_[i];
        const double norm = point.grad_norm ? *point.grad_norm : last_norm_;
        note(detector_.step(point.step, *point.loss, norm));
        if (std::isfinite(norm)) last_norm_ = norm;
    }

    ImportedRun& run_;
    const std::vector<Point>& points_;
    train::CollapseDetector detector_;
    double last_norm_ = 1;  // where none was logged: one that never changes is never judged
};

// How a log that ends before the steps it was to have ended. The record that a trainer writes when it has ended tells
// more than its last step, and a log that counts its steps from 0 ends one step short.
void judge_end(ImportedRun& run) {
    const auto budget = std::find(run.known.begin(), run.known.end(), "train.steps");
    if (budget == run.known.end() || run.steps >= run.config.train.steps) return;
    const std::string end = fmt::format("its log ends at step {} of {}", run.steps, run.config.train.steps);
    if (run.summary.contains("run_average_train_loss"))
        run.remarks.push_back(end +
                              ". Its last record says that the training ended there, so the run counts as "
                              "finished");
    else if (run.steps + 1 == run.config.train.steps)
        run.remarks.push_back(end +
                              ". That is the last step of a log that counts from 0, so the run counts as "
                              "finished");
    else
        run.verdict = {Outcome::stopped, Collapse::none, run.steps, "", end};
}

}  // namespace

void judge(ImportedRun& run) {
    std::vector<Point> points = points_of(run);
    std::size_t zero = points.size();
    while (zero > 0 && *points[zero - 1].loss == 0) --zero;
    reveal_zeros(points, zero, run);
    std::optional<Verdict> zeros;
    if (zero < points.size()) zeros = judge_zeros(points, zero, run);
    const std::optional<Verdict> earlier = Replay(run, points).judge(zeros ? zeros->step : INT64_MAX);
    std::stable_sort(run.events.begin(), run.events.end(),
                     [](const train::Event& a, const train::Event& b) { return a.step < b.step; });
    if (earlier && !(zeros && zeros->step <= earlier->step))
        run.verdict = *earlier;
    else if (zeros)
        run.verdict = *zeros;
    else
        judge_end(run);
}

}  // namespace ablate::interop
