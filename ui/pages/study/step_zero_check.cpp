#include "ui/pages/study/step_zero_check.h"

#include "core/base/error.h"
#include "core/study/launch.h"
#include "ui/widgets/in_background.h"

#include <cmath>

namespace ablate::ui {
namespace {

constexpr int kLookEvery = 100;  // ms

struct Cancelled : std::exception {};

}  // namespace

struct StepZeroCheck::State {
    std::atomic<bool> cancelled = false;
    std::mutex mutex;
    std::string what;
    double share = 0;

    void report(const std::string& now, double how_far) {
        if (cancelled) throw Cancelled();
        const std::lock_guard lock(mutex);
        what = now;
        share = how_far;
    }
};

StepZeroCheck::StepZeroCheck(QObject* parent) : QObject(parent) {
    timer_.setInterval(kLookEvery);
    connect(&timer_, &QTimer::timeout, this, &StepZeroCheck::look);
}

StepZeroCheck::~StepZeroCheck() {
    if (state_) state_->cancelled = true;
}

void StepZeroCheck::start(std::vector<VariantPoint> points, std::uint64_t seed,
                          const std::filesystem::path& workspace) {
    cancel();
    state_ = std::make_shared<State>();
    timer_.start();
    const auto work = [state = state_, points = std::move(points), seed, workspace] {
        const auto progress = [&](const std::string& what, double share) { state->report(what, share); };
        const DataConfig& config = points.front().config.data;
        const data::PreparedData data = data::prepare_data(config, workspace / "cache", progress);
        StepZeroResults results;
        results.points = study::step_zero_of_study(points, data, seed, progress);
        results.ln_vocab = std::log(static_cast<double>(config.vocab_size));
        results.data_note = QString::fromStdString(data.note);
        return results;
    };
    // An answer to a check that has been cancelled or begun anew is nobody's.
    const auto current = [this, state = state_] {
        if (state != state_) return false;
        state_.reset();
        timer_.stop();
        return true;
    };
    in_background(
        this, work,
        [this, current](const StepZeroResults& results) {
            if (current()) Q_EMIT finished(results);
        },
        [this, current](const QString& line) {
            if (current()) Q_EMIT failed(QString::fromStdString(one_line(line.toStdString())));
        });
}

void StepZeroCheck::cancel() {
    if (!state_) return;
    state_->cancelled = true;
    state_.reset();
    timer_.stop();
    Q_EMIT cancelled();
}

void StepZeroCheck::look() {
    std::string what;
    double share = 0;
    {
        const std::lock_guard lock(state_->mutex);
        what = state_->what;
        share = state_->share;
    }
    if (!what.empty()) Q_EMIT progress(QString::fromStdString(what), share);
}

}  // namespace ablate::ui
