#include "ui/pages/study/step_zero_check.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/workspace_layout.h"
#include "core/plan/launch.h"
#include "core/plan/resolve.h"

#include <cmath>

namespace ablate::ui {
namespace {

constexpr int kLookEvery = 100;  // ms

struct Cancelled : std::exception {};

}  // namespace

StepZeroCheck::StepZeroCheck(QObject* parent) : QObject(parent) {
    timer_.setInterval(kLookEvery);
    connect(&timer_, &QTimer::timeout, this, &StepZeroCheck::look);
}

void StepZeroCheck::start(std::vector<VariantPoint> points, std::uint64_t seed,
                          const std::filesystem::path& workspace) {
    cancel();
    place_ = std::make_shared<Place>();
    timer_.start();
    const auto work = [place = place_, chosen = std::move(points), seed, workspace](const Latest::Ticket& ticket) {
        const auto progress = [&](const std::string& what, double share) {
            if (ticket.stale()) throw Cancelled();
            const std::lock_guard lock(place->mutex);
            place->what = what;
            place->share = share;
        };
        std::vector<VariantPoint> points = chosen;
        study::resolve_starts(points, workspace);
        const DataConfig& config = points.front().config.data;
        const data::PreparedData data = data::prepare_data(config, cache_folder(workspace), progress);
        StepZeroResults results;
        results.points = study::step_zero_of_study(points, data, seed, progress);
        results.ln_vocab = std::log(static_cast<double>(config.vocab_size));
        results.data_note = QString::fromStdString(join(data.remarks, "\n"));
        return results;
    };
    latest_.ask(
        work,
        [this](const StepZeroResults& results) {
            timer_.stop();
            Q_EMIT finished(results);
        },
        [this](const QString& line) {
            timer_.stop();
            Q_EMIT failed(QString::fromStdString(one_line(line.toStdString())));
        });
}

void StepZeroCheck::cancel() {
    if (!running()) return;
    latest_.cancel();
    timer_.stop();
    Q_EMIT cancelled();
}

void StepZeroCheck::look() {
    std::string what;
    double share = 0;
    {
        const std::lock_guard lock(place_->mutex);
        what = place_->what;
        share = place_->share;
    }
    if (!what.empty()) Q_EMIT progress(QString::fromStdString(what), share);
}

}  // namespace ablate::ui
