#include "tests/app/ablate/program.h"

#include <csignal>

using ablate::Json;
using ablate::test::Output;
using ablate::test::TinyStudy;

// Signals, pauses and resumes of the real program. Weights are compared by SHA-256.
class InterruptTest : public QObject {
    Q_OBJECT

    static constexpr int kSteps = 250;
    static constexpr const char* kVariants =
        R"([{"name": "nope", "patch": {"model": {"position": {"kind": "none"}}}}])";
    std::map<std::string, std::string> uninterrupted_;  // "variant/seed" -> sha256 of the final weights

    static std::map<std::string, std::string> weights(const TinyStudy& study) {
        std::map<std::string, std::string> hashes;
        const Json list = study.list();
        for (const Json& run : list.at("runs"))
            hashes[run.at("info").at("variant").get<std::string>() + "/" + run.at("info").at("seed").dump()] =
                run.at("state").at("summary").value("weights_sha256", "");
        return hashes;
    }
    static std::vector<std::string> ids_with_status(const TinyStudy& study, const std::string& status) {
        std::vector<std::string> ids;
        const Json list = study.list();
        for (const Json& run : list.at("runs"))
            if (run.at("status") == status) ids.push_back(run.at("info").at("id"));
        return ids;
    }
    static bool some_run_trains(const TinyStudy& study) {
        const Json list = study.list();
        for (const Json& run : list.at("runs"))
            if (run.at("status") == "running" && run.at("state").at("step") > 0) return true;
        return false;
    }
    static void start(QProcess& process, const TinyStudy& study) {
        process.start(ABLATE_BIN_DIR "/ablate",
                      ablate::test::words(study.with_workspace({"run", study.file(), "--jobs", "2"})));
        QTRY_VERIFY_WITH_TIMEOUT(some_run_trains(study), 60'000);
    }

  private Q_SLOTS:
    void initTestCase() {
        const TinyStudy study(kSteps, kVariants);
        const Output output = study.run({"run", study.file(), "--jobs", "2"});
        QVERIFY2(output.code == 0, output.err.c_str());
        uninterrupted_ = weights(study);
        QCOMPARE(uninterrupted_.size(), std::size_t(4));
    }

    void a_signal_pauses_every_run_and_resume_ends_with_the_same_weights_data() {
        QTest::addColumn<int>("signal");
        QTest::addColumn<int>("code");
        QTest::newRow("Ctrl-C") << SIGINT << 130;
        QTest::newRow("SIGTERM") << SIGTERM << 143;
    }

    void a_signal_pauses_every_run_and_resume_ends_with_the_same_weights() {
        QFETCH(int, signal);
        QFETCH(int, code);
        const TinyStudy study(kSteps, kVariants);
        QProcess process;
        start(process, study);
        ::kill(static_cast<pid_t>(process.processId()), signal);
        QVERIFY(process.waitForFinished(60'000));
        QCOMPARE(process.exitCode(), code);
        const QByteArray said = process.readAllStandardError();
        QVERIFY2(said.contains("to resume: ablate resume --all"), said.constData());
        QVERIFY(ids_with_status(study, "running").empty());
        QVERIFY(!ids_with_status(study, "paused").empty());

        const Output resumed = study.run({"resume", "--all", "--jobs", "2"});
        QVERIFY2(resumed.code == 0, resumed.err.c_str());
        QCOMPARE(weights(study), uninterrupted_);
        QCOMPARE(study.run({"verify", "--all"}).code, 0);
    }

    void a_killed_program_leaves_runs_that_resume_to_the_same_weights() {
        const TinyStudy study(kSteps, kVariants);
        QProcess process;
        start(process, study);
        process.kill();
        QVERIFY(process.waitForFinished(60'000));
        QVERIFY(!ids_with_status(study, "interrupted").empty());
        QVERIFY(ids_with_status(study, "running").empty());
        const Output resumed = study.run({"resume", "--all", "--jobs", "2"});
        QVERIFY2(resumed.code == 0, resumed.err.c_str());
        QCOMPARE(weights(study), uninterrupted_);
    }

    void another_process_pauses_and_stops_runs_and_cannot_take_a_running_one() {
        const TinyStudy study(kSteps * 50, kVariants);
        QProcess process;
        start(process, study);
        QTRY_COMPARE_WITH_TIMEOUT(ids_with_status(study, "running").size(), std::size_t(2), 60'000);
        const auto running = ids_with_status(study, "running");
        const Output taken = study.run({"resume", running[0]});
        QCOMPARE(taken.code, 2);
        QVERIFY2(taken.err.find("is training it") != std::string::npos, taken.err.c_str());
        QCOMPARE(study.run({"delete", running[0]}).code, 2);
        QCOMPARE(study.run({"pause", running[0]}).code, 0);
        QCOMPARE(study.run({"stop", running[1]}).code, 0);
        QTRY_COMPARE_WITH_TIMEOUT(ids_with_status(study, "paused"), std::vector{running[0]}, 60'000);
        QTRY_COMPARE_WITH_TIMEOUT(ids_with_status(study, "stopped"), std::vector{running[1]}, 60'000);
        process.kill();
        process.waitForFinished();
    }
};

QTEST_GUILESS_MAIN(InterruptTest)
#include "interrupt_test.moc"
