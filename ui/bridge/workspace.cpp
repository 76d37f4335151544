#include "ui/bridge/workspace.h"

#include "core/base/log.h"

#include <QTimer>
#include <algorithm>

namespace ablate::ui {
namespace {

using run::Status;

constexpr int kTrainingInterval = 250, kIdleInterval = 1000;  // milliseconds between two looks

bool same(const run::ListedRun& a, const run::ListedRun& b) {
    return a.directory.folder() == b.directory.folder() && a.status == b.status && a.state.updated == b.state.updated &&
           a.state.step == b.state.step && a.notes == b.notes && a.problems == b.problems;
}

bool same(const run::RunList& a, const run::RunList& b) {
    const auto same_damage = [](const run::DamagedRun& x, const run::DamagedRun& y) {
        return x.folder == y.folder && x.reason == y.reason;
    };
    return std::equal(a.runs.begin(), a.runs.end(), b.runs.begin(), b.runs.end(),
                      [](const auto& x, const auto& y) { return same(x, y); }) &&
           std::equal(a.damaged.begin(), a.damaged.end(), b.damaged.begin(), b.damaged.end(), same_damage);
}

bool any_training(const run::RunList& list) {
    return std::any_of(list.runs.begin(), list.runs.end(),
                       [](const run::ListedRun& listed) { return listed.status == Status::running; });
}

// A run that will not go on by itself.
bool at_rest(Status status) { return status != Status::queued && status != Status::running; }

}  // namespace

// Lives in the reader thread and touches nothing of the window: what it reads leaves it as immutable values.
class Workspace::Reader : public QObject {
  public:
    Reader(std::filesystem::path folder, Workspace* workspace) : store_(std::move(folder)), workspace_(workspace) {}

    void start() {
        timer_ = new QTimer(this);
        connect(timer_, &QTimer::timeout, this, [this] { look(); });
        look();
    }

    void follow(const QStringList& ids) {
        std::erase_if(followed_, [&](const auto& entry) { return !ids.contains(entry.first); });
        for (const QString& id : ids) followed_.try_emplace(id, store_.workspace() / "runs" / id.toStdString());
        look();
    }

    void look() {
        try {
            auto list = std::make_shared<const run::RunList>(store_.list());
            timer_->start(any_training(*list) ? kTrainingInterval : kIdleInterval);
            if (!last_ || !same(*last_, *list)) send([w = workspace_, list] { w->take_runs(list); });
            last_ = std::move(list);
            for (auto& [id, metrics] : followed_)
                if (metrics.refresh()) send_curves(id, metrics);
        } catch (const std::exception& error) {
            spdlog::warn("{}: {}", store_.workspace().string(), error.what());
        }
    }

  private:
    template <class Action>
    void send(Action action) {
        QMetaObject::invokeMethod(workspace_, std::move(action), Qt::QueuedConnection);
    }

    void send_curves(const QString& id, const run::RunMetrics& metrics) {
        auto curves = std::make_shared<RunCurves>();
        curves->id = id;
        for (const auto& [tag, series] : metrics.series())
            curves->series[tag] = std::make_shared<const run::Series>(series);
        curves->events = metrics.events();
        curves->problems = metrics.problems();
        send([w = workspace_, curves = RunCurvesPtr(std::move(curves))] { w->take_curves(curves); });
    }

    run::RunStore store_;
    Workspace* workspace_;
    QTimer* timer_ = nullptr;
    RunListPtr last_;
    std::map<QString, run::RunMetrics> followed_;
};

Workspace::Workspace(std::filesystem::path folder, QObject* parent)
    : QObject(parent),
      folder_(std::move(folder)),
      thread_(std::make_unique<QThread>()),
      reader_(new Reader(folder_, this)),
      runs_(std::make_shared<const run::RunList>()) {
    reader_->moveToThread(thread_.get());
    connect(thread_.get(), &QThread::started, reader_, [reader = reader_] { reader->start(); });
    connect(thread_.get(), &QThread::finished, reader_, &QObject::deleteLater);
    thread_->start();
}

Workspace::~Workspace() {
    thread_->quit();
    thread_->wait();
}

RunCurvesPtr Workspace::curves(const QString& id) const {
    const auto found = curves_.find(id);
    return found == curves_.end() ? nullptr : found->second;
}

void Workspace::follow(const QStringList& ids) {
    std::erase_if(curves_, [&](const auto& entry) { return !ids.contains(entry.first); });
    QMetaObject::invokeMethod(
        reader_, [reader = reader_, ids] { reader->follow(ids); }, Qt::QueuedConnection);
}

void Workspace::refresh() {
    QMetaObject::invokeMethod(
        reader_, [reader = reader_] { reader->look(); }, Qt::QueuedConnection);
}

int Workspace::color_index(const run::RunInfo& info) const {
    if (info.variant == "baseline") return -1;
    const auto [place, fresh] = colors_.try_emplace({info.study, info.variant}, 0);
    if (fresh) place->second = variants_seen_[info.study]++;
    return place->second;
}

void Workspace::take_runs(RunListPtr runs) {
    const RunListPtr before = std::exchange(runs_, std::move(runs));
    std::map<std::string, Status> then;
    std::map<std::string, bool> was_open, is_open;  // by study: some of its runs may still go on
    for (const run::ListedRun& listed : before->runs) {
        then[listed.info.id] = listed.status;
        was_open[listed.info.study] |= !at_rest(listed.status);
    }
    QStringList collapsed;
    for (const run::ListedRun& listed : runs_->runs) {
        color_index(listed.info);  // colours follow the order of creation, whoever asks first
        is_open[listed.info.study] |= !at_rest(listed.status);
        const auto known = then.find(listed.info.id);
        if (known != then.end() && known->second != Status::collapsed && listed.status == Status::collapsed)
            collapsed.append(QString::fromStdString(listed.info.id));
    }
    Q_EMIT runs_changed();
    for (const QString& id : collapsed) Q_EMIT run_collapsed(id);
    for (const auto& [study, open] : was_open)
        if (open && !is_open[study]) Q_EMIT study_ended(QString::fromStdString(study));
}

void Workspace::take_curves(RunCurvesPtr curves) {
    const QString id = curves->id;
    curves_[id] = std::move(curves);
    Q_EMIT curves_changed(id);
}

}  // namespace ablate::ui
