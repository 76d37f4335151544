#include "core/io/json_lines.h"
#include "core/io/tensorboard.h"
#include "core/train/register.h"
#include "tests/bench/median.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"
#include "ui/charts/chart_view.h"
#include "ui/theme/theme.h"
#include "ui/widgets/page.h"
#include "ui/window/main_window.h"
#include "ui/window/session.h"

#include <fmt/format.h>

#include <QAbstractItemView>
#include <QApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QProcess>
#include <QStandardPaths>
#include <QTimer>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <random>
#include <thread>

// The window's figures, medians of several rounds: start to the first paint, a workspace of 1,000 runs, 20 long runs
// drawn and held, and the longest stall of the event loop while 8 runs log. Each start is a separate process. To be
// run on a display: xvfb-run -s "-screen 0 1440x900x24" window_bench
namespace {

using namespace ablate;
using namespace ablate::ui;
namespace fs = std::filesystem;

constexpr int kStarts = 5, kRounds = 5, kManyRuns = 1000, kLongRuns = 20, kLongSteps = 40'000, kLoggingRuns = 8;
constexpr int kPatience = 120'000, kLoggingSeconds = 8;
constexpr const char* kFifthTag = "param/norm";

double largest(const std::vector<double>& values) { return *std::max_element(values.begin(), values.end()); }

void say(const char* what) { std::puts(what), std::fflush(stdout); }

// Workspaces

io::ScalarEvent record(std::int64_t step, int run, std::mt19937& random) {
    std::normal_distribution<float> noise(0, 0.05F);
    const auto progress = static_cast<float>(step) / 3000;
    return {1e9 + 0.1 * static_cast<double>(step),
            step,
            {{run::kTrainLoss, 3 + 0.02F * static_cast<float>(run) + 5 * std::exp(-progress) + noise(random)},
             {run::kGradNorm, 1 + std::abs(noise(random))},
             {run::kLearningRate, 1e-3F * std::exp(-progress)},
             {run::kTokensPerSecond, 20000 + 1000 * noise(random)},
             {kFifthTag, 40 + progress}}};
}

run::RunDirectory make_run(const fs::path& workspace, const std::string& study, int number, std::int64_t steps) {
    test::SyntheticRun run{.study = study,
                           .variant = number % 4 == 0 ? "baseline" : fmt::format("variant-{}", number % 4)};
    run.seed = number / 4 + 1;
    run.patch = {{"train", {{"steps", kLongSteps}, {"eval_every", 1000}}}};
    run::RunInfo info;
    info.study = study;
    info.variant = info.label = run.variant;
    info.seed = run.seed;
    info.config = test::synthetic_config(run.patch);
    info.config_hash = run.variant;
    info.data_sha256 = "aaaa1111";
    info.parameters = 1315968;
    info.flops_per_token = 2.5e6;
    const run::RunDirectory directory = run::create_run(workspace, info);
    io::TensorBoardWriter metrics(directory.folder());
    io::JsonLinesWriter events(directory.folder() / "events.jsonl");
    std::mt19937 random(static_cast<unsigned>(number));
    for (std::int64_t step = 0; step < steps; ++step) {
        metrics.append(record(step, number, random));
        if (step % 1000 == 0)
            events.append(
                {{"type", "evaluation"}, {"step", step}, {"set", "val"}, {"loss", 3.5}, {"bpb", 1.4}, {"time", 1e9}});
    }
    metrics.flush();
    run::RunState state;
    state.phase = "ended";
    state.step = steps;
    state.last_loss = 3.1;
    state.tokens_per_second = 20000;
    state.verdict = train::Verdict();
    state.updated = 1e9;
    directory.write_state(state);
    return directory;
}

QStringList ids_of(const fs::path& workspace, const std::string& study) {
    QStringList ids;
    for (const run::ListedRun& listed : run::RunStore(workspace).list().runs)
        if (listed.info.study == study) ids += QString::fromStdString(listed.info.id);
    return ids;
}

// Child processes: each opens a window, says "painted", "listed" or "drawn", and stays until it is ended.

// Calls back when something has been painted, once the event loop turns again.
class PaintWatch : public QObject {
  public:
    explicit PaintWatch(std::function<void()> painted) : painted_(std::move(painted)) {
        qApp->installEventFilter(this);
    }
    bool eventFilter(QObject*, QEvent* event) override {
        if (event->type() == QEvent::Paint) QTimer::singleShot(0, this, [this] { painted_(); });
        return false;
    }

  private:
    std::function<void()> painted_;
};

// The largest model that a visible list or table of the window shows.
int rows_shown(const MainWindow& window) {
    int rows = 0;
    for (const QAbstractItemView* view : window.findChildren<QAbstractItemView*>()) {
        if (!view->isVisible() || !view->model()) continue;
        int own = view->model()->rowCount();
        for (int row = 0; row < view->model()->rowCount() && row < 100; ++row)
            own += view->model()->rowCount(view->model()->index(row, 0));
        rows = std::max(rows, own);
    }
    return rows;
}

int open_window(QApplication&, const fs::path& workspace) {
    MainWindow window(workspace);
    bool painted = false, listed = false;
    const PaintWatch watch([&] {
        if (!std::exchange(painted, true)) say("painted");
        if (!listed && rows_shown(window) >= kManyRuns) listed = true, say("listed");
    });
    window.show();
    return QApplication::exec();
}

// Waits, with the event loop running, until `done`.
bool wait_until(const std::function<bool()>& done) {
    QElapsedTimer since;
    since.start();
    while (!done() && since.elapsed() < kPatience) QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 5);
    return done();
}

// Shows the runs in Live, as a click in Runs does; milliseconds until every chart has been painted with all of them.
double show_in_live(MainWindow& window, const QStringList& ids) {
    QElapsedTimer since;
    since.start();
    window.page("live")->choose_runs(ids);
    const auto charts = window.page("live")->findChildren<ChartView*>();
    const auto all_read = [&] {
        return std::all_of(ids.begin(), ids.end(),
                           [&](const QString& id) { return window.session().workspace.curves(id) != nullptr; });
    };
    if (!wait_until(all_read)) throw std::runtime_error("the runs were not read");
    wait_until([&] { return window.page("live")->settle(); });
    for (ChartView* chart : charts) chart->viewport()->repaint();
    return static_cast<double>(since.nsecsElapsed()) / 1e6;
}

int open_long_runs(QApplication&, const fs::path& workspace) {
    MainWindow window(workspace);
    window.show();
    window.show_page("live");
    const QStringList ids = ids_of(workspace, "long");
    wait_until([&] { return window.session().workspace.runs()->runs.size() > static_cast<std::size_t>(kLongRuns); });
    for (int round = 0; round < kRounds; ++round) {
        window.page("live")->choose_runs({});
        wait_until([&] { return window.session().workspace.curves(ids.front()) == nullptr; });
        std::printf("drawn %.1f\n", show_in_live(window, ids));
    }
    say("held");
    return QApplication::exec();
}

// Appends to runs as training does: 100 records a second each, flushed ten times, the state twice.
int log_runs(const fs::path& workspace) {
    struct Log {
        run::RunDirectory directory;
        run::RunLock lock;
        io::TensorBoardWriter metrics;
        run::RunState state;
        explicit Log(const run::RunDirectory& d)
            : directory(d),
              lock(d.folder()),
              metrics(d.folder(), static_cast<std::int64_t>(fs::file_size(io::event_files(d.folder()).front()))),
              state(d.state()) {
            state.phase = "training";
            state.verdict.reset();
        }
    };
    std::vector<std::unique_ptr<Log>> logs;
    for (const run::ListedRun& listed : run::RunStore(workspace).list().runs)
        if (listed.info.study == "logging") logs.push_back(std::make_unique<Log>(listed.directory));
    say("logging");
    std::mt19937 random(7);
    for (int tenth = 0;; ++tenth) {
        const auto next = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
        for (std::size_t i = 0; i < logs.size(); ++i) {
            Log& log = *logs[i];
            for (int one = 0; one < 10; ++one)
                log.metrics.append(record(log.state.step++, static_cast<int>(i), random));
            log.metrics.flush();
            log.state.updated = 1e9 + tenth;
            if (tenth % 5 == 0) log.directory.write_state(log.state);
        }
        std::this_thread::sleep_until(next);
    }
}

// The longest time between two turns of an event loop that has a timer of a millisecond.
std::vector<double> stalls(MainWindow& window, const QStringList& ids) {
    show_in_live(window, ids);
    QElapsedTimer turn;
    double longest = 0;
    QTimer tick;
    tick.setTimerType(Qt::PreciseTimer);
    QObject::connect(&tick, &QTimer::timeout, &window, [&] {
        longest = std::max(longest, static_cast<double>(turn.nsecsElapsed()) / 1e6 - 1);
        turn.restart();
    });
    tick.start(1);
    std::vector<double> found;
    for (int round = 0; round < kRounds; ++round) {
        longest = 0;
        turn.restart();
        QEventLoop loop;
        QTimer::singleShot(kLoggingSeconds * 1000, &loop, &QEventLoop::quit);
        loop.exec();
        found.push_back(longest);
    }
    return found;
}

int watch_logging(QApplication&, const fs::path& workspace) {
    MainWindow window(workspace);
    window.show();
    window.show_page("live");
    const QStringList ids = ids_of(workspace, "logging");
    wait_until([&] { return !window.session().workspace.runs()->runs.empty(); });
    for (const double stall : stalls(window, ids)) std::printf("stall %.1f\n", stall);
    say("held");
    return QApplication::exec();
}

// The parent

class Child {
  public:
    Child(const QString& program, const QStringList& arguments) {
        since_.start();
        process_.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        process_.start(program, arguments);
    }
    explicit Child(const char* mode, const fs::path& workspace)
        : Child(QCoreApplication::applicationFilePath(), {mode, QString::fromStdString(workspace.string())}) {}
    ~Child() {
        process_.kill();
        process_.waitForFinished();
    }
    // Milliseconds from the start until it says `word`.
    double until(const QByteArray& word) {
        while (!said_.contains(word)) {
            if (!process_.waitForReadyRead(kPatience))
                throw std::runtime_error(("it never said " + word).toStdString());
            said_ += process_.readAllStandardOutput();
        }
        return static_cast<double>(since_.nsecsElapsed()) / 1e6;
    }
    std::vector<double> numbers_after(const QByteArray& word) const {
        std::vector<double> numbers;
        for (const QByteArray& line : said_.split('\n'))
            if (line.startsWith(word + ' ')) numbers.push_back(line.mid(word.size()).toDouble());
        return numbers;
    }
    double megabytes(const char* field) const {  // "VmRSS:"
        std::ifstream status(fmt::format("/proc/{}/status", process_.processId()));
        for (std::string line; std::getline(status, line);)
            if (line.starts_with(field)) return std::stod(line.substr(std::string_view(field).size())) / 1024;
        return NAN;
    }

  private:
    QElapsedTimer since_;
    QProcess process_;
    QByteArray said_;
};

QString empty_window() { return QCoreApplication::applicationDirPath() + "/empty_window"; }

double start_to(const char* word, const std::function<std::unique_ptr<Child>()>& make) {
    std::vector<double> times;
    for (int i = 0; i < kStarts; ++i) times.push_back(make()->until(word));
    return bench::median(times);
}

void bench_starts(const fs::path& empty, const fs::path& many) {
    const double bare = start_to("painted", [] { return std::make_unique<Child>(empty_window(), QStringList()); });
    const double first = start_to("painted", [&] { return std::make_unique<Child>("--open", empty); });
    std::printf("start to first paint: empty Qt window          %8.0f ms\n", bare);
    std::printf("start to first paint: workbench                %8.0f ms  (at most 600, or %.0f)\n", first, 3 * bare);
    const double listed = start_to("listed", [&] { return std::make_unique<Child>("--open", many); });
    std::printf("%d runs, from start to a usable list         %8.0f ms  (at most 1000)\n", kManyRuns, listed);
}

void bench_long_runs(const fs::path& workspace, const fs::path& empty) {
    Child bare(empty_window(), {}), none("--open", empty), window("--long", workspace);
    bare.until("painted");
    none.until("painted");
    window.until("held");
    std::printf("%d runs x %d steps x 5 series, click to drawn %7.0f ms  (at most 1000)\n", kLongRuns, kLongSteps,
                bench::median(window.numbers_after("drawn")));
    const auto beyond = [&](const Child& other, const char* field) {
        return window.megabytes(field) - other.megabytes(field);
    };
    std::printf("  memory beyond an empty Qt window, resident  %8.0f MB  (at most 250)\n", beyond(bare, "VmRSS:"));
    std::printf("  beyond the workbench without runs           %8.0f MB\n", beyond(none, "VmRSS:"));
}

void bench_logging(const fs::path& workspace) {
    Child logger("--log", workspace);
    logger.until("logging");
    Child window("--watch", workspace);
    window.until("held");
    const std::vector<double> stalls = window.numbers_after("stall");
    std::printf("%d runs logging 100 records/s, 4 charts: stall   %7.0f ms  (at most 50; worst %.0f)\n", kLoggingRuns,
                bench::median(stalls), largest(stalls));
}

int compare() {
    const test::TempFolder empty, many, longest, logging;
    for (int i = 0; i < kManyRuns; ++i) make_run(many.path(), fmt::format("study-{}", i / 50), i, 20);
    for (int i = 0; i < kLongRuns; ++i) make_run(longest.path(), "long", i, kLongSteps);
    make_run(longest.path(), "other", 0, 100);
    for (int i = 0; i < kLoggingRuns; ++i) make_run(logging.path(), "logging", i, kLongSteps / 2);
    bench_starts(empty.path(), many.path());
    bench_long_runs(longest.path(), empty.path());
    bench_logging(logging.path());
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName("ablate-test");
    QCoreApplication::setApplicationName("window_bench");
    train::register_kinds();
    const QByteArray mode = argc > 2 ? argv[1] : "";
    if (mode == "--log") return log_runs(argv[2]);
    if (mode.isEmpty()) {
        QCoreApplication application(argc, argv);
        return compare();
    }
    QApplication application(argc, argv);
    Theme::instance().choose(ThemeChoice::light);
    if (mode == "--open") return open_window(application, argv[2]);
    if (mode == "--long") return open_long_runs(application, argv[2]);
    return watch_logging(application, argv[2]);
}
