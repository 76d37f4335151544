#include "core/run/run_store.h"
#include "core/run/verify.h"
#include "core/train/register.h"
#include "tests/app/ablate/program.h"
#include "tests/support/display.h"
#include "tests/support/same_runs.h"
#include "ui/theme/theme.h"
#include "ui/window/main_window.h"
#include "ui/window/session.h"

#include <QApplication>
#include <QMessageBox>
#include <QPushButton>
#include <QRandomGenerator>
#include <QTimer>
#include <QtTest/QTest>
#include <csignal>
#include <map>

using namespace ablate;
using run::Status;

namespace {

constexpr int kSteps = 200, kPatience = 120'000;
constexpr const char* kVariants = R"([{"name": "nope", "patch": {"model": {"position": {"kind": "none"}}}}])";

// How often each way to end is tried: ABLATE_ROUNDS, 1 in the everyday suite.
int rounds() { return std::max(1, qEnvironmentVariableIntValue("ABLATE_ROUNDS")); }

// The window in its own process, with four runs in training. `program` is the workbench, or this test as a driver
// of the window (see drive_window).
class Window {
  public:
    Window(const test::TinyStudy& study, const QString& program, const QStringList& arguments, const char* mode) {
        const std::string settings = (study.folder() / "settings").string();
        std::filesystem::create_directories(settings + "/ablate");
        study.folder().write("settings/ablate/workbench.conf",
                             std::string("[runs]\njobs=4\nmode=") + mode + "\n[window]\nnotify=false\n");
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("DISPLAY", display_.name());
        environment.insert("QT_QPA_PLATFORM", "xcb");
        environment.insert("XDG_CONFIG_HOME", QString::fromStdString(settings));
        environment.remove("WAYLAND_DISPLAY");
        process_.setProcessEnvironment(environment);
        process_.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        process_.start(program, arguments);
    }
    ~Window() {
        process_.kill();
        process_.waitForFinished();
    }
    QProcess& process() { return process_; }
    test::Display& display() { return display_; }

  private:
    test::Display display_;
    QProcess process_;
};

run::RunList runs_of(const test::TinyStudy& study) { return run::RunStore(study.workspace()).list(); }

bool four_train(const test::TinyStudy& study) {
    const run::RunList list = runs_of(study);
    return std::count_if(list.runs.begin(), list.runs.end(), [](const run::ListedRun& listed) {
               return listed.status == Status::running && listed.state.step > 0;
           }) == 4;
}

bool any_is(const test::TinyStudy& study, Status status) {
    const run::RunList list = runs_of(study);
    return std::any_of(list.runs.begin(), list.runs.end(), [&](const auto& listed) { return listed.status == status; });
}

// A run may have ended just before the window did.
bool all_are(const test::TinyStudy& study, Status status) {
    const run::RunList list = runs_of(study);
    return std::all_of(list.runs.begin(), list.runs.end(), [&](const run::ListedRun& listed) {
        return listed.status == status || listed.status == Status::healthy;
    });
}

QStringList started(const test::TinyStudy& study) {
    return {QString::fromStdString(study.workspace()), "--study", QString::fromStdString(study.file()), "--start"};
}

}  // namespace

// Whatever ends the window while four runs train: no run is damaged, and each resumes with the bits of one that was
// never interrupted.
class EndingTest : public QObject {
    Q_OBJECT

    const test::TinyStudy reference_{kSteps, kVariants};
    std::map<std::pair<std::string, std::int64_t>, run::RunDirectory> whole_;  // by variant and seed

    void verify_runs(const test::TinyStudy& study) {
        const run::RunList list = runs_of(study);
        QVERIFY(list.damaged.empty());
        QCOMPARE(list.runs.size(), std::size_t{4});
        for (const run::ListedRun& listed : list.runs) {
            QCOMPARE(listed.status, Status::healthy);
            const run::RunDirectory& whole = whole_.at({listed.info.variant, listed.info.seed});
            QCOMPARE(listed.state.summary.at("weights_sha256").get<std::string>(),
                     whole.state().summary.at("weights_sha256").get<std::string>());
            VERIFY_SAME_RUNS(whole, listed.directory);
            QVERIFY(run::verify_run(listed.directory).empty());
        }
    }

    void resume_and_verify(const test::TinyStudy& study) {
        QVERIFY(runs_of(study).damaged.empty());
        QVERIFY(!any_is(study, Status::running));
        const test::Output resumed = study.run({"resume", "--all", "--jobs", "4"});
        QVERIFY2(resumed.code == 0, resumed.err.c_str());
        verify_runs(study);
    }

    static void wait_a_moment() { QTest::qWait(QRandomGenerator::global()->bounded(1000)); }

    // `end` ends the window's process, or asks it to.
    template <class End>
    void end_window(const char* mode, End end, int code, Status then) {
        for (int round = 0; round < rounds(); ++round) {
            const test::TinyStudy study(kSteps, kVariants);
            Window window(study, ABLATE_BIN_DIR "/ablate-workbench", started(study), mode);
            QTRY_VERIFY_WITH_TIMEOUT(four_train(study), kPatience);
            wait_a_moment();
            end(window);
            QVERIFY(window.process().waitForFinished(kPatience));
            if (code >= 0) QCOMPARE(window.process().exitCode(), code);
            QVERIFY(all_are(study, then));
            resume_and_verify(study);
            if (QTest::currentTestFailed()) return;
        }
    }

    void close_window(const QString& answer) {
        for (int round = 0; round < rounds(); ++round) {
            const test::TinyStudy study(kSteps, kVariants);
            Window window(
                study, QCoreApplication::applicationFilePath(),
                {"--close", answer, QString::fromStdString(study.workspace()), QString::fromStdString(study.file())},
                "threads");
            QTRY_VERIFY_WITH_TIMEOUT(four_train(study), kPatience);
            wait_a_moment();
            ::kill(static_cast<pid_t>(window.process().processId()), SIGUSR1);  // the driver closes its window
            QVERIFY(window.process().waitForFinished(kPatience));
            QCOMPARE(window.process().exitCode(), 0);
            if (answer == "background") {
                QTRY_VERIFY_WITH_TIMEOUT(!any_is(study, Status::running), kPatience);
                verify_runs(study);
            } else {
                QVERIFY(all_are(study, Status::paused));
                resume_and_verify(study);
            }
            if (QTest::currentTestFailed()) return;
        }
    }

  private Q_SLOTS:
    void initTestCase() {
        if (QStandardPaths::findExecutable("Xvfb").isEmpty()) QSKIP("Xvfb is not installed");
        train::register_kinds();
        const test::Output output = reference_.run({"run", reference_.file(), "--jobs", "4"});
        QVERIFY2(output.code == 0, output.err.c_str());
        for (const run::ListedRun& listed : runs_of(reference_).runs)
            whole_.emplace(std::pair(listed.info.variant, listed.info.seed), listed.directory);
        QCOMPARE(whole_.size(), std::size_t{4});
    }

    void sigterm() {
        end_window(
            "threads", [](Window& window) { ::kill(static_cast<pid_t>(window.process().processId()), SIGTERM); },
            128 + SIGTERM, Status::paused);
    }

    void kill_9() {
        end_window(
            "threads", [](Window& window) { window.process().kill(); }, -1, Status::interrupted);
    }

    void the_display_goes_away() {
        end_window(
            "threads", [](Window& window) { window.display().take_away(); }, 1, Status::paused);
    }

    void closed_with_a_pause() { close_window("pause"); }
    void closed_while_training_goes_on_in_the_background() { close_window("background"); }

    void child_processes_do_not_notice_the_window_was_killed() {
        for (int round = 0; round < rounds(); ++round) {
            const test::TinyStudy study(kSteps, kVariants);
            Window window(study, ABLATE_BIN_DIR "/ablate-workbench", started(study), "processes");
            QTRY_VERIFY_WITH_TIMEOUT(four_train(study), kPatience);
            wait_a_moment();
            window.process().kill();
            QVERIFY(window.process().waitForFinished(kPatience));
            QTRY_VERIFY_WITH_TIMEOUT(!any_is(study, Status::running), kPatience);
            verify_runs(study);
            if (QTest::currentTestFailed()) return;
        }
    }
};

namespace {

std::atomic<bool> asked_to_close = false;

// The window as its program makes it, closed at SIGUSR1 with the answer of that name to its question.
int drive_window(int argc, char** argv) {
    train::register_kinds();
    QCoreApplication::setOrganizationName("ablate");
    QCoreApplication::setApplicationName("workbench");
    QApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    ui::Theme::instance().choose(ui::ThemeChoice::light);
    ui::MainWindow window(arguments.at(3).toStdString());
    window.session().control.set_program(ABLATE_BIN_DIR "/ablate");
    window.show();
    window.start_preset(arguments.at(4));
    std::signal(SIGUSR1, [](int) { asked_to_close = true; });
    QTimer watch;
    QObject::connect(&watch, &QTimer::timeout, &window, [&] {
        if (asked_to_close.exchange(false)) window.close();
        for (QPushButton* button : window.findChildren<QPushButton*>(arguments.at(2)))
            if (button->isVisible()) QTest::mouseClick(button, Qt::LeftButton);
    });
    watch.start(10);
    return QApplication::exec();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 2 && QByteArray(argv[1]) == "--close") return drive_window(argc, argv);
    QCoreApplication application(argc, argv);
    // Many rounds take longer than the five minutes a test function has.
    if (rounds() > 1) qputenv("QTEST_FUNCTION_TIMEOUT", QByteArray::number(rounds() * kPatience));
    EndingTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "ending_test.moc"
