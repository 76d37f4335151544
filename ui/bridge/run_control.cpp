#include "ui/bridge/run_control.h"

#include "core/base/error.h"
#include "core/run/process_executor.h"
#include "core/run/thread_executor.h"
#include "ui/bridge/run_requests.h"
#include "ui/bridge/text.h"
#include "ui/bridge/worker.h"

#include <QCoreApplication>
#include <atomic>
#include <chrono>
#include <map>
#include <optional>

namespace ablate::ui {

namespace fs = std::filesystem;

namespace {

constexpr auto kTellEvery = std::chrono::milliseconds(100);

struct Abandoned : std::exception {};

// One run that trains, with its own executor: it is paused and waited for apart from the others.
struct Training {
    RunControl::Mode mode;
    Submission run;
    std::unique_ptr<run::Executor> executor;
    bool pausing = false, stopping = false;

    bool pause() {  // false: it pauses already
        executor->stop_all();
        return !std::exchange(pausing, true);
    }
};

// Passes on what is being prepared, ten times a second.
class PreparationProgress {
  public:
    PreparationProgress(RunControl* control, std::shared_ptr<const std::atomic<bool>> cancelled)
        : control_(control), cancelled_(std::move(cancelled)) {}

    void operator()(const std::string& what, double share) {
        if (*cancelled_) throw Abandoned();
        const auto now = std::chrono::steady_clock::now();
        if (what == what_ && now - told_ < kTellEvery) return;
        what_ = what;
        told_ = now;
        QMetaObject::invokeMethod(
            control_, [c = control_, what = text(what), share] { Q_EMIT c->preparing(what, share); },
            Qt::QueuedConnection);
    }

  private:
    RunControl* control_;
    std::shared_ptr<const std::atomic<bool>> cancelled_;
    std::string what_;
    std::chrono::steady_clock::time_point told_{};
};

}  // namespace

struct RunControl::Private {
    Private(RunControl& owner, fs::path workspace)
        : control(owner),
          store(std::move(workspace)),
          program(fs::path(QCoreApplication::applicationDirPath().toStdString()) / "ablate") {}

    RunControl& control;
    const run::RunStore store;
    fs::path program;
    Mode mode = Mode::threads;
    int jobs = 0;
    std::vector<Submission> waiting;
    std::map<QString, Training> training;
    QStringList begun;                               // ids of `training`, in the order they began
    std::shared_ptr<std::atomic<bool>> preparation;  // set to true: cancelled; null: none under way
    std::optional<Leave> leaving;
    bool handing_over = false;
    std::vector<Submission> to_hand_over;
    Worker launcher{Worker::Priority::low};
    Worker disk;  // what is asked of runs is done before it ends

    bool known(const QString& id) const {
        const auto is = [&](const Submission& one) { return one.id() == id; };
        return training.contains(id) || std::any_of(waiting.begin(), waiting.end(), is) ||
               std::any_of(to_hand_over.begin(), to_hand_over.end(), is);
    }
    bool place_free(const Submission& next) const;
    void begin(const Submission& next);
    void begin_what_fits();
    void enqueue(std::vector<Submission> submissions);
    void take_end(const QString& id, const std::optional<train::Verdict>& verdict);
    void answer(Answer answer);
    void ask(Answer (*request)(const run::RunStore&, const QStringList&), const QStringList& ids);
    bool drop_waiting(const QString& id);

    void take_launch(const StudyConfig& study, const study::Launch& launch, std::vector<Submission> submissions);
    void take_refusal(const StudyConfig& study, const QString& line);

    bool must_end(const Training& run) const { return leaving == Leave::pause || run.mode == Mode::threads; }
    void leave_when_ended();
    void stay(const QString& line);
};

RunControl::RunControl(fs::path workspace, QObject* parent)
    : QObject(parent), private_(std::make_unique<Private>(*this, std::move(workspace))) {}

RunControl::~RunControl() {
    cancel_preparation();
    for (auto& [id, run] : private_->training)
        if (run.mode == Mode::threads) run.executor->stop_all();
    private_->training.clear();  // waits for the threads; children train on
    private_.reset();
}

void RunControl::set_mode(Mode mode) { private_->mode = mode; }
void RunControl::set_program(fs::path program) { private_->program = std::move(program); }
RunControl::Mode RunControl::mode() const { return private_->mode; }
int RunControl::jobs() const { return private_->jobs; }

void RunControl::set_jobs(int jobs) {
    private_->jobs = std::max(0, jobs);
    private_->begin_what_fits();
}

QStringList RunControl::waiting() const {
    QStringList ids;
    for (const Submission& one : private_->waiting) ids += one.id();
    return ids;
}

QStringList RunControl::training() const { return private_->begun; }

QStringList RunControl::pausing() const {
    QStringList ids;
    for (const auto& [id, run] : private_->training)
        if (run.pausing) ids += id;
    return ids;
}

// The queue

bool RunControl::Private::place_free(const Submission& next) const {
    if (training.empty()) return true;
    int places = jobs > 0 ? jobs : next.allowed;
    if (jobs == 0)
        for (const auto& [id, run] : training) places = std::min(places, run.run.allowed);
    return static_cast<int>(training.size()) < places;
}

void RunControl::Private::begin(const Submission& next) {
    const QString id = next.id();
    const auto end = [this, id](std::optional<train::Verdict> verdict) {
        QMetaObject::invokeMethod(
            &control, [this, id, verdict = std::move(verdict)] { take_end(id, verdict); }, Qt::QueuedConnection);
    };
    run::QueueObserver observer{
        {},
        [end](const run::RunDirectory&, const train::Verdict& verdict) { end(verdict); },
        [end](const run::RunDirectory&) { end({}); },
    };
    auto executor = mode == Mode::threads ? run::thread_executor(1, std::move(observer))
                                          : run::process_executor(1, program, std::move(observer));
    executor->submit(next.directory);
    training.emplace(id, Training{mode, next, std::move(executor)});
    begun.append(id);
}

void RunControl::Private::begin_what_fits() {
    bool changed = false;
    while (!leaving && !waiting.empty() && place_free(waiting.front())) {
        const Submission next = waiting.front();
        waiting.erase(waiting.begin());
        begin(next);
        changed = true;
    }
    if (changed) Q_EMIT control.queue_changed();
}

void RunControl::Private::enqueue(std::vector<Submission> submissions) {
    for (Submission& one : submissions) {
        if (known(one.id())) {
            Q_EMIT control.message("run " + one.id() + " is in the queue already");
            continue;
        }
        waiting.push_back(std::move(one));
    }
    Q_EMIT control.queue_changed();
    begin_what_fits();
}

void RunControl::Private::take_end(const QString& id, const std::optional<train::Verdict>& verdict) {
    const auto found = training.find(id);
    if (found == training.end()) return;
    const bool goes_on = !verdict || verdict->outcome == train::Outcome::paused;
    // Asked to stop when it was already about to pause: it had not heard.
    const bool stop_now = goes_on && found->second.stopping;
    if (leaving == Leave::background && goes_on && !stop_now && must_end(found->second))
        to_hand_over.push_back(found->second.run);
    training.erase(found);
    begun.removeAll(id);
    if (stop_now) ask(stop_runs, {id});
    if (verdict && (verdict->outcome == train::Outcome::failed || verdict->outcome == train::Outcome::interrupted))
        Q_EMIT control.message("run " + id + ": " + text(verdict->cause));
    Q_EMIT control.queue_changed();
    Q_EMIT control.run_ended(id);
    begin_what_fits();
    leave_when_ended();
}

void RunControl::move(const QString& id, int places) {
    std::vector<Submission>& waiting = private_->waiting;
    const auto found =
        std::find_if(waiting.begin(), waiting.end(), [&](const Submission& one) { return one.id() == id; });
    if (found == waiting.end()) return;
    const auto from = found - waiting.begin(), last = static_cast<std::ptrdiff_t>(waiting.size()) - 1;
    const auto to = std::clamp<std::ptrdiff_t>(from + places, 0, last);
    if (to == from) return;
    const Submission moved = *found;
    waiting.erase(found);
    waiting.insert(waiting.begin() + to, moved);
    Q_EMIT queue_changed();
}

// What is asked of runs

void RunControl::Private::answer(Answer answer) {
    for (const QString& line : answer.lines) Q_EMIT control.message(line);
    if (!answer.submit.empty()) enqueue(std::move(answer.submit));
}

void RunControl::Private::ask(Answer (*request)(const run::RunStore&, const QStringList&), const QStringList& ids) {
    if (ids.isEmpty()) return;
    disk.post([this, request, ids] {
        QMetaObject::invokeMethod(
            &control, [this, result = request(store, ids)] { answer(result); }, Qt::QueuedConnection);
    });
}

bool RunControl::Private::drop_waiting(const QString& id) {
    const bool dropped = std::erase_if(waiting, [&](const Submission& one) { return one.id() == id; }) > 0;
    if (dropped) Q_EMIT control.queue_changed();
    return dropped;
}

void RunControl::resume(const QStringList& ids) {
    QStringList others;
    for (const QString& id : ids) {
        if (private_->known(id))
            Q_EMIT message("run " + id + " is in the queue already");
        else
            others += id;
    }
    private_->ask(resume_runs, others);
}

void RunControl::retry(const QStringList& ids) { private_->ask(retry_runs, ids); }

void RunControl::add_seeds(const std::vector<SeedsToAdd>& wanted) {
    private_->disk.post([d = private_.get(), wanted] {
        QMetaObject::invokeMethod(
            &d->control, [d, result = ui::add_seeds(d->store, wanted)] { d->answer(result); }, Qt::QueuedConnection);
    });
}

void RunControl::pause(const QStringList& ids) {
    QStringList others;
    bool changed = false;
    for (const QString& id : ids) {
        const auto found = private_->training.find(id);
        if (found != private_->training.end())
            changed |= found->second.pause();
        else if (!private_->drop_waiting(id))
            others += id;
    }
    if (changed) Q_EMIT queue_changed();
    private_->ask(pause_elsewhere, others);
}

void RunControl::stop(const QStringList& ids) {
    QStringList begun, others;
    for (const QString& id : ids) {
        const auto found = private_->training.find(id);
        if (found != private_->training.end()) found->second.stopping = true;
        (found != private_->training.end() ? begun : others) += id;
        private_->drop_waiting(id);
    }
    private_->ask(stop_begun, begun);
    private_->ask(stop_runs, others);
}

// Studies

void RunControl::start_study(const StudyConfig& study, const study::PlanOptions& options) {
    if (private_->preparation) return Q_EMIT refused(text(study.name), "another study is being prepared");
    private_->preparation = std::make_shared<std::atomic<bool>>(false);
    Q_EMIT preparing("Preparing " + text(study.name), -1);
    private_->launcher.post([this, study, options, jobs = private_->jobs, d = private_.get(),
                             cancelled = private_->preparation] {
        const auto send = [this](auto action) { QMetaObject::invokeMethod(this, action, Qt::QueuedConnection); };
        try {
            study::ResolvedStudy resolved = study::resolve_study(study, options);
            const int at_once = jobs > 0 ? jobs : study::default_jobs(resolved.points().front().config);
            study::Launch launch =
                study::launch(std::move(resolved), d->store, at_once, PreparationProgress(this, cancelled));
            std::vector<Submission> submissions;
            for (const run::RunDirectory& directory : launch.runs) submissions.push_back(submission(directory));
            send([d, study, launch, submissions] { d->take_launch(study, launch, submissions); });
        } catch (const Abandoned&) {
            send([d, study] { d->take_refusal(study, kCancelled); });
        } catch (const std::exception& error) {
            const std::string what = error.what();  // LibTorch's messages end in a backtrace
            send([d, study, line = text(one_line(what.substr(0, what.find('\n'))))] { d->take_refusal(study, line); });
        }
    });
}

void RunControl::Private::take_launch(const StudyConfig& study, const study::Launch& launch,
                                      std::vector<Submission> submissions) {
    preparation.reset();
    if (submissions.empty() && launch.elsewhere.empty()) {
        Q_EMIT control.refused(text(study.name),
                               launch.finished.empty()
                                   ? QStringLiteral("no variant changes anything that is computed")
                                   : QStringLiteral("all its runs have ended; retry trains one again"));
    } else {
        std::erase_if(submissions, [&](const Submission& one) { return known(one.id()); });  // started before
        QStringList ids;
        for (const Submission& one : submissions) ids += one.id();
        enqueue(std::move(submissions));
        Q_EMIT control.started(text(study.name), ids, notes_of(launch));
    }
    leave_when_ended();
}

void RunControl::Private::take_refusal(const StudyConfig& study, const QString& line) {
    preparation.reset();
    Q_EMIT control.refused(text(study.name), line);
    leave_when_ended();
}

bool RunControl::preparing_study() const { return private_->preparation != nullptr; }

void RunControl::cancel_preparation() {
    if (private_->preparation) *private_->preparation = true;
}

// Leaving

bool RunControl::leaving() const { return private_->leaving.has_value(); }

void RunControl::leave(Leave how) {
    if (private_->leaving) return;
    private_->leaving = how;
    cancel_preparation();
    for (auto& [id, run] : private_->training)
        if (private_->must_end(run)) run.pause();
    Q_EMIT queue_changed();
    QMetaObject::invokeMethod(
        this, [this] { private_->leave_when_ended(); }, Qt::QueuedConnection);
}

void RunControl::Private::leave_when_ended() {
    if (!leaving || handing_over || preparation) return;
    for (const auto& [id, run] : training)
        if (must_end(run)) return;
    if (*leaving == Leave::background)
        for (Submission& one : std::exchange(waiting, {})) to_hand_over.push_back(std::move(one));
    if (to_hand_over.empty()) return Q_EMIT control.left();
    handing_over = true;
    std::vector<run::RunDirectory> runs;
    for (const Submission& one : to_hand_over) runs.push_back(one.directory);
    disk.post([this, runs, program = program, jobs = jobs] {
        QString problem;
        try {
            hand_over(program, store, runs, jobs);
        } catch (const std::exception& error) {
            problem = text(one_line(error.what()));
        }
        QMetaObject::invokeMethod(
            &control, [this, problem] { problem.isEmpty() ? Q_EMIT control.left() : stay(problem); },
            Qt::QueuedConnection);
    });
}

void RunControl::Private::stay(const QString& line) {
    waiting.insert(waiting.begin(), to_hand_over.begin(), to_hand_over.end());
    to_hand_over.clear();
    handing_over = false;
    leaving.reset();
    Q_EMIT control.leave_failed(line);
    Q_EMIT control.queue_changed();
    begin_what_fits();
}

}  // namespace ablate::ui
