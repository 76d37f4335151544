#include "ui/bridge/run_requests.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/workspace_layout.h"
#include "core/plan/plan_recording.h"
#include "core/run/detached.h"
#include "core/run/known_keys.h"
#include "core/run/queue_owner.h"
#include "ui/bridge/run_status.h"
#include "ui/bridge/text.h"

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <map>
#include <thread>

namespace ablate::ui {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using run::Status;

namespace {

// Looks each run up and lets `act` add to the answer; what it throws is a separate line.
template <class Act>
Answer for_each_run(const run::RunStore& store, const QStringList& ids, Act act) {
    Answer answer;
    for (const QString& id : ids) {
        try {
            const run::ListedRun listed = store.find(id.toStdString());
            const std::string why = act(listed, answer);
            if (!why.empty()) answer.lines += text(fmt::format("run {} {}", listed.info.id, why));
        } catch (const std::exception& error) {
            answer.lines += text(one_line(error.what()));
        }
    }
    return answer;
}

std::string go_on(const run::ListedRun& listed, Answer& answer) {
    listed.directory.request("");  // an old request to pause has been served
    answer.submit.push_back(submission(listed.directory));
    return {};
}

std::string holder_of(const run::RunDirectory& directory) {
    run::LockHolder holder;
    directory.locked(&holder);
    return fmt::format("is trained by process {} on {}", holder.pid, holder.host);
}

std::string again(const run::ListedRun& listed, Answer& answer) {
    run::RunInfo info = listed.info;
    info.versions = Json::object();  // this program trains it
    answer.submit.push_back(submission(run::create_run(listed.directory.workspace(), std::move(info))));
    return {};
}

// A run that nobody trains ends at once. What waits in the queue of another process is left a request.
void end_as_stopped(const run::RunDirectory& directory) {
    const run::RunLock lock(directory.folder());
    run::RunState state = directory.state();
    state.phase = "ended";
    state.verdict = train::Verdict();
    state.verdict->outcome = train::Outcome::stopped;
    state.verdict->cause = fmt::format("stopped while it waited at step {}", state.step);
    state.updated = unix_now();
    directory.write_state(state);
    directory.request("stop");
}

}  // namespace

Submission submission(const run::RunDirectory& directory) {
    run::join_queue(directory);
    return {directory, study::default_jobs(directory.info().config)};
}

Answer resume_runs(const run::RunStore& store, const QStringList& ids) {
    return for_each_run(store, ids, [](const run::ListedRun& listed, Answer& answer) -> std::string {
        if (listed.status == Status::running) return holder_of(listed.directory);
        if (run::is_imported_log(listed.info)) return "is an imported log and cannot be trained";
        if (run::has_result(listed.status)) return "has ended; retry trains it again";
        return go_on(listed, answer);
    });
}

Answer retry_runs(const run::RunStore& store, const QStringList& ids) {
    return for_each_run(store, ids, [](const run::ListedRun& listed, Answer& answer) -> std::string {
        if (run::is_imported_log(listed.info)) return "is an imported log and cannot be trained";
        if (listed.status == Status::failed) return go_on(listed, answer);
        if (run::has_result(listed.status) || listed.status == Status::stopped) return again(listed, answer);
        return fmt::format("has not ended: it is {}", run::to_string(listed.status));
    });
}

Answer add_seeds(const run::RunStore& store, const std::vector<SeedsToAdd>& wanted) {
    Answer answer;
    const run::RunList list = store.list();
    std::map<std::string, std::vector<study::AddedSeed>> added;  // by study
    for (const SeedsToAdd& one : wanted) {
        try {
            const run::ListedRun listed = store.find(one.run.toStdString());
            if (run::is_imported_log(listed.info))
                throw InputError("run {} is an imported log and cannot be trained", listed.info.id);
            for (const std::int64_t seed : one.seeds) {
                const auto has_it = [&](const run::ListedRun& other) {
                    return other.info.study == listed.info.study && other.info.config_hash == listed.info.config_hash &&
                           other.info.seed == seed && !run::is_imported_log(other.info);
                };
                if (std::any_of(list.runs.begin(), list.runs.end(), has_it)) {
                    answer.lines += text(fmt::format("{} has seed {} already", listed.info.variant, seed));
                    continue;
                }
                run::RunInfo info = listed.info;
                info.seed = seed;
                info.versions = Json::object();  // this program trains it
                added[listed.info.study].push_back({listed.info.variant, seed});
                answer.submit.push_back(submission(run::create_run(store.workspace(), std::move(info))));
            }
        } catch (const std::exception& error) {
            answer.lines += text(one_line(error.what()));
        }
    }
    for (const auto& [study, seeds] : added) {
        try {
            study::record_addition(study, seeds, store);
        } catch (const std::exception& error) {
            answer.lines += text(one_line(error.what()));
        }
    }
    return answer;
}

Answer pause_elsewhere(const run::RunStore& store, const QStringList& ids) {
    return for_each_run(store, ids, [](const run::ListedRun& listed, Answer&) -> std::string {
        if (listed.status != Status::running) return fmt::format("is not training: it is {}", to_string(listed.status));
        listed.directory.request("pause");
        return {};
    });
}

Answer stop_begun(const run::RunStore& store, const QStringList& ids) {
    return for_each_run(store, ids, [](const run::ListedRun& listed, Answer&) -> std::string {
        listed.directory.request("stop");
        return {};
    });
}

Answer stop_runs(const run::RunStore& store, const QStringList& ids) {
    return for_each_run(store, ids, [](const run::ListedRun& listed, Answer&) -> std::string {
        if (listed.status == Status::running)
            listed.directory.request("stop");
        else if (is_over(listed.status))
            return fmt::format("has ended already: {}", run::to_string(listed.status));
        else
            end_as_stopped(listed.directory);
        return {};
    });
}

QStringList notes_of(const study::Launch& launch) {
    QStringList notes;
    for (const std::string& note : launch.notes) notes += text(note);
    for (const std::string& point : launch.left_out)
        notes += text(point + " does not change the computation: not trained");
    for (const study::PlannedRun& planned : launch.elsewhere)
        notes += text(fmt::format("{} seed {}: run {} trains it already", planned.point.name, planned.seed,
                                  *planned.running_run));
    if (!launch.finished.empty())
        notes += text(fmt::format("{} finished run{} left as {}; retry trains one again", launch.finished.size(),
                                  launch.finished.size() == 1 ? "" : "s",
                                  launch.finished.size() == 1 ? "it is" : "they are"));
    return notes;
}

namespace {

std::string last_line(const fs::path& file) {
    const std::string all = read_file(file, 64u << 20);
    const std::vector<std::string> lines = split(trim(all), '\n');
    return lines.empty() ? "it said nothing" : lines.back();
}

bool any_held_by(pid_t process, const std::vector<run::RunDirectory>& runs) {
    return std::any_of(runs.begin(), runs.end(), [&](const run::RunDirectory& directory) {
        run::LockHolder holder;
        return directory.locked(&holder) && holder.pid == process;
    });
}

}  // namespace

void hand_over(const fs::path& program, const run::RunStore& store, const std::vector<run::RunDirectory>& runs,
               int jobs, std::chrono::milliseconds patience) {
    std::vector<std::string> words{"resume", "--submitted"};
    for (const run::RunDirectory& directory : runs) words.push_back(directory.id());
    words.insert(words.end(), {"--quiet", "--workspace", fs::absolute(store.workspace()).string()});
    if (jobs > 0) words.insert(words.end(), {"--jobs", std::to_string(jobs)});
    const fs::path log = background_log(store.workspace());
    const pid_t child = run::start_detached(program, words, log);
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!any_held_by(child, runs)) {
        int status = 0;
        if (waitpid(child, &status, WNOHANG) == child) {
            if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;  // short runs: done already
            throw InputError("training in the background did not start: {}", last_line(log));
        }
        if (std::chrono::steady_clock::now() > until) {
            kill(child, SIGKILL);  // it must not begin once the runs go on here
            waitpid(child, nullptr, 0);
            throw InputError("training in the background did not start in {} s", patience / 1s);
        }
        std::this_thread::sleep_for(20ms);
    }
}

}  // namespace ablate::ui
