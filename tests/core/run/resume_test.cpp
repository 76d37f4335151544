#include "core/base/random.h"
#include "core/run/queue.h"
#include "core/run/run_store.h"
#include "core/run/verify.h"
#include "tests/support/same_runs.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"
#include "tests/support/tiny_run.h"

#include <QProcess>
#include <QTest>
#include <fstream>
#include <iostream>

// Processes that train and are killed at any moment. $ABLATE_KILLS sets how many times (10).
using namespace ablate;
using namespace ablate::run;
namespace fs = std::filesystem;

namespace {

void start_training(QProcess& process, const RunDirectory& directory) {
    process.start(QString::fromStdString(fs::read_symlink("/proc/self/exe")), {"train", directory.folder().c_str()});
}

// The last N of the lines "checkpoint at step N saved" of log.txt: what the run has claimed to be safe.
std::int64_t claimed_step(const RunDirectory& directory) {
    std::ifstream log(directory.folder() / "log.txt");
    std::int64_t step = -1;
    for (std::string line; std::getline(log, line);)
        if (const auto at = line.find("checkpoint at step "); at != std::string::npos && line.ends_with(")"))
            step = std::stoll(line.substr(at + 19));
    return step;
}

std::int64_t newest_checkpoint(const RunDirectory& directory) {
    std::int64_t newest = -1;
    for (const auto& entry : fs::directory_iterator(directory.checkpoints()))
        if (entry.path().filename().string().starts_with("step-"))
            newest = std::max<std::int64_t>(newest, std::stoll(entry.path().filename().string().substr(5)));
    return newest;
}

std::string weights(const RunDirectory& directory) { return directory.state().summary.value("weights_sha256", ""); }

}  // namespace

class ResumeTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void a_run_killed_at_any_moment_ends_with_the_same_bits() {
        const test::TempFolder workspace;
        const fs::path tokens = test::write_tiny_tokens(workspace / "tokens");
        const int kills = qEnvironmentVariable("ABLATE_KILLS", "10").toInt();
        const RunConfig config = test::tiny_config(tokens, 20 * kills, {{"checkpoint_every", 5}, {"log_every", 3}});
        const RunDirectory whole = test::create_tiny_run(workspace.path(), config);
        const RunDirectory killed = test::create_tiny_run(workspace.path(), config);
        QCOMPARE(train_run(whole, {}).outcome, train::Outcome::healthy);

        RandomStream random(7, "kills");
        int done = 0;
        for (; done < kills && killed.status() != Status::healthy; ++done) {
            QProcess process;
            const std::int64_t before = newest_checkpoint(killed);
            start_training(process, killed);
            QVERIFY(process.waitForStarted());
            const bool early = random.below(4) == 0;  // now and then before it has got anywhere
            while (!early && process.state() == QProcess::Running && newest_checkpoint(killed) <= before)
                process.waitForFinished(2);
            process.waitForFinished(static_cast<int>(random.below(early ? 400 : 60)));
            process.kill();
            process.waitForFinished();
            QVERIFY(killed.status() == Status::interrupted || killed.status() == Status::queued ||
                    killed.status() == Status::healthy);
            QVERIFY2(newest_checkpoint(killed) >= claimed_step(killed), "a completed checkpoint was lost");
            const auto problems = verify_run(killed);
            QVERIFY2(problems.empty(), problems.empty() ? "" : problems.front().c_str());
            QVERIFY(RunStore(workspace.path()).list().damaged.empty());
        }
        QVERIFY(done >= std::min(kills, 3));
        qInfo("killed %d times", done);
        QCOMPARE(train_run(killed, {}).outcome, train::Outcome::healthy);
        QCOMPARE(weights(killed), weights(whole));
        VERIFY_SAME_RUNS(whole, killed);
    }

    void of_two_processes_exactly_one_resumes_a_run() {
        const test::TempFolder workspace;
        const fs::path tokens = test::write_tiny_tokens(workspace / "tokens");
        const RunDirectory directory = test::create_tiny_run(workspace.path(), test::tiny_config(tokens, 1000000));
        for (int round = 0; round < 3; ++round) {
            QProcess first, second;
            start_training(first, directory);
            start_training(second, directory);
            QTRY_VERIFY_WITH_TIMEOUT(first.state() == QProcess::NotRunning || second.state() == QProcess::NotRunning,
                                     30000);
            QProcess& loser = first.state() == QProcess::NotRunning ? first : second;
            QProcess& winner = &loser == &first ? second : first;
            QCOMPARE(loser.exitCode(), 2);
            const std::string message = loser.readAllStandardError().trimmed().toStdString();
            QVERIFY(test::is_line_with(message, {"process", "is training it"}));
            QTRY_COMPARE_WITH_TIMEOUT(directory.status(), Status::running, 30000);
            QTRY_COMPARE_WITH_TIMEOUT(directory.state().phase, std::string("training"), 30000);
            directory.request("pause");
            QVERIFY(winner.waitForFinished(30000));
            QCOMPARE(winner.exitCode(), 0);
            QCOMPARE(directory.status(), Status::paused);
        }
    }
};

namespace {

int train_here(const char* folder) {
    train::register_kinds();
    try {
        return train_run(RunDirectory(folder), {}).outcome == train::Outcome::failed ? 1 : 0;
    } catch (const InputError& error) {
        std::cerr << error.what() << '\n';
        return 2;
    }
}

}  // namespace

int main(int count, char** arguments) {
    if (count == 3 && std::string_view(arguments[1]) == "train") return train_here(arguments[2]);
    QCoreApplication application(count, arguments);
    ResumeTest test;
    return QTest::qExec(&test, count, arguments);
}
#include "resume_test.moc"
