#include "ui/bridge/workspace.h"

#include "core/base/log.h"
#include "core/base/memory.h"
#include "core/config/variant_names.h"
#include "core/plot/variant_order.h"
#include "core/run/older_settings.h"
#include "core/run/run_listing.h"
#include "ui/bridge/run_status.h"

#include <QElapsedTimer>
#include <QTimer>
#include <algorithm>
#include <future>
#include <optional>

namespace ablate::ui {
namespace {

using run::Status;

constexpr int kTrainingInterval = 250, kIdleInterval = 1000;  // milliseconds between two looks
constexpr int kLongestSilence = 250;  // milliseconds of reading many runs before the first of them are sent
constexpr std::size_t kReadAtOnce = 4;

bool waits_or_trains(Status status) { return status == Status::queued || status == Status::running; }

}  // namespace

// Lives in the reader thread and touches nothing of the window: what it reads leaves it as immutable values, at most
// once a look.
class Workspace::Reader : public QObject {
  public:
    Reader(std::filesystem::path folder, Workspace* workspace) : listing_(std::move(folder)), workspace_(workspace) {}

    void start() {
        timer_ = new QTimer(this);
        connect(timer_, &QTimer::timeout, this, [this] { look(); });
        timer_->start(kIdleInterval);
        look();
    }

    void follow(const QStringList& ids) {
        std::erase_if(followed_, [&](const auto& entry) { return !ids.contains(entry.first); });
        for (const QString& id : ids) followed_.try_emplace(id);
        look();
    }

    void look() {
        try {
            if (listing_.refresh() || !told_) tell_runs();
            timer_->start(run::any_running(listing_.list()) ? kTrainingInterval : kIdleInterval);
            read_followed();
        } catch (const std::exception& error) {
            spdlog::warn("{}: {}", listing_.workspace().string(), error.what());
        }
    }

  private:
    // A run's metrics while it may grow. Of a run at rest nothing is kept here once it was sent: the window has the
    // only copy, and the run is read again should it go on.
    struct Followed {
        std::optional<run::RunMetrics> metrics;
        std::optional<std::pair<Status, double>> at_rest;  // as it was when it was read: status, time of its state
        bool problem_told = false;
    };

    template <class Action>
    void send(Action action) {
        QMetaObject::invokeMethod(workspace_, std::move(action), Qt::QueuedConnection);
    }

    void tell_runs() {
        told_ = true;
        std::erase_if(sent_, [](const RunListPtr& list) { return list.use_count() == 1; });
        sent_.push_back(listing_.shared_list());
        number_variants(*sent_.back());
        send([w = workspace_, list = sent_.back(), colors = colors_] { w->take_runs(list, colors); });
    }

    // A variant that has its first run gets the next number of its study, which it keeps whatever is deleted.
    void number_variants(const run::RunList& list) {
        bool is_new = false;
        for (const run::ListedRun& listed : list.runs) is_new |= colors_.add(listed.info.study, listed.info.variant);
        if (!is_new) return;
        // Another process may have stored numbers meanwhile.
        colors_ = plot::stored_variant_order(listing_.workspace());
        is_new = false;
        for (const run::ListedRun& listed : list.runs) is_new |= colors_.add(listed.info.study, listed.info.variant);
        if (!is_new) return;
        try {
            plot::store_variant_order(listing_.workspace(), colors_);
        } catch (const std::exception& error) {  // a read-only workspace: its colors are those of the runs there now
            if (!std::exchange(order_problem_told_, true)) spdlog::warn("{}", error.what());
        }
    }

    void read_followed() {
        std::vector<std::pair<const run::ListedRun*, std::map<QString, Followed>::iterator>> wanted;
        for (const run::ListedRun& listed : listing_.list().runs) {
            const auto found = followed_.find(QString::fromStdString(listed.info.id));
            if (found != followed_.end()) wanted.emplace_back(&listed, found);
        }
        std::vector<RunCurvesPtr> fresh;
        const auto tell = [&] { send([w = workspace_, some = std::exchange(fresh, {})] { w->take_curves(some); }); };
        const bool from_the_beginning = std::any_of(wanted.begin(), wanted.end(),
                                                    [](const auto& one) { return worth_a_thread(one.second->second); });
        QElapsedTimer since;
        since.start();
        // A few at a time, each in a thread: long runs are read from their beginning.
        for (std::size_t begin = 0; begin < wanted.size(); begin += kReadAtOnce) {
            const std::size_t end = std::min(begin + kReadAtOnce, wanted.size());
            std::vector<std::future<RunCurvesPtr>> readings;
            for (std::size_t i = begin; i < end; ++i)
                readings.push_back(
                    std::async(worth_a_thread(wanted[i].second->second) ? std::launch::async : std::launch::deferred,
                               [listed = wanted[i].first, followed = wanted[i].second] {
                                   return read(followed->first, followed->second, *listed);
                               }));
            for (std::size_t i = 0; i < readings.size(); ++i)
                if (RunCurvesPtr curves = result_of(readings[i], *wanted[begin + i].second)) fresh.push_back(curves);
            if (since.elapsed() < kLongestSilence || fresh.empty()) continue;
            tell();
            since.restart();
        }
        if (!fresh.empty()) tell();
        if (from_the_beginning) release_free_memory();  // a log in the making takes twice what is left of it
    }

    static bool worth_a_thread(const Followed& followed) { return !followed.metrics && !followed.at_rest; }

    // Null when there is nothing new, or nothing that can be read: that hides no other run's curves.
    static RunCurvesPtr result_of(std::future<RunCurvesPtr>& reading, std::pair<const QString, Followed>& of) {
        try {
            return reading.get();
        } catch (const std::exception& error) {
            of.second.metrics.reset();  // read from its beginning once it can be
            if (!std::exchange(of.second.problem_told, true))
                spdlog::warn("run {}: {}", of.first.toStdString(), error.what());
            return nullptr;
        }
    }

    // Null when there is nothing new.
    static RunCurvesPtr read(const QString& id, Followed& followed, const run::ListedRun& listed) {
        const std::pair now{listed.status, listed.state.updated};
        if (followed.at_rest == now) return nullptr;
        const bool fresh = !followed.metrics;
        if (fresh) followed.metrics.emplace(listed.directory.folder());
        const bool changed = followed.metrics->refresh();
        RunCurvesPtr curves = changed || fresh ? curves_of(id, *followed.metrics) : nullptr;
        followed.at_rest.reset();
        if (listed.status != Status::running) {
            followed.at_rest = now;
            followed.metrics.reset();
        }
        return curves;
    }

    static RunCurvesPtr curves_of(const QString& id, const run::RunMetrics& metrics) {
        auto curves = std::make_shared<RunCurves>();
        curves->id = id;
        for (const auto& [tag, series] : metrics.series()) curves->add(tag, series);
        curves->events = metrics.events();
        curves->problems = metrics.problems();
        return curves;
    }

    run::RunListing listing_;
    Workspace* workspace_;
    QTimer* timer_ = nullptr;
    bool told_ = false, order_problem_told_ = false;
    plot::VariantColors colors_;
    std::vector<RunListPtr> sent_;  // kept until nobody else has them: a thousand runs take long to destroy
    std::map<QString, Followed> followed_;
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
    followed_ = ids;
    std::erase_if(curves_, [&](const auto& entry) { return !ids.contains(entry.first); });
    QMetaObject::invokeMethod(
        reader_, [reader = reader_, ids] { reader->follow(ids); }, Qt::QueuedConnection);
}

void Workspace::refresh() {
    QMetaObject::invokeMethod(
        reader_, [reader = reader_] { reader->look(); }, Qt::QueuedConnection);
}

int Workspace::color_index(const run::RunInfo& info) const { return colors_.index(info.study, info.variant); }

void Workspace::take_runs(RunListPtr runs, plot::VariantColors colors) {
    has_read_ = true;
    const RunListPtr before = std::exchange(runs_, std::move(runs));
    colors_ = std::move(colors);
    std::map<std::string, Status> then;
    for (const run::ListedRun& listed : before->runs) then[listed.info.id] = listed.status;
    // Of the runs of a study's present settings; a paused run may still go on.
    struct Ending {
        bool was_open = false, all_over = true;
    };
    std::map<std::string, Ending> studies;
    const auto older = run::runs_of_older_settings(runs_->runs);
    QStringList collapsed;
    for (const run::ListedRun& listed : runs_->runs) {
        const auto known = then.find(listed.info.id);
        if (!older.contains(listed.info.id)) {
            Ending& ending = studies[listed.info.study];
            ending.was_open |= known != then.end() && waits_or_trains(known->second);
            ending.all_over &= is_over(listed.status);
        }
        if (known != then.end() && known->second != Status::collapsed && listed.status == Status::collapsed)
            collapsed.append(QString::fromStdString(listed.info.id));
    }
    Q_EMIT runs_changed();
    for (const QString& id : collapsed) Q_EMIT run_collapsed(id);
    for (const auto& [study, ending] : studies)
        if (ending.was_open && ending.all_over) Q_EMIT study_ended(QString::fromStdString(study));
}

void Workspace::take_curves(const std::vector<RunCurvesPtr>& fresh) {
    QStringList ids;
    for (const RunCurvesPtr& curves : fresh) {
        if (!followed_.contains(curves->id)) continue;  // no longer followed: read before the reader knew
        curves_[curves->id] = curves;
        ids += curves->id;
    }
    for (const QString& id : ids) Q_EMIT curves_changed(id);
}

}  // namespace ablate::ui
