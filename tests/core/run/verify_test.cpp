#include "core/run/verify.h"

#include "core/io/tensorboard.h"
#include "core/run/metrics.h"
#include "core/run/queue.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"
#include "tests/support/tiny_run.h"

#include <QTest>
#include <fstream>

using namespace ablate;
using namespace ablate::run;
using test::is_line_with;
namespace fs = std::filesystem;

namespace {

void flip_byte(const fs::path& file, std::streamoff at) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(at);
    const char byte = static_cast<char>(stream.get());
    stream.seekp(at);
    stream.put(static_cast<char>(byte ^ 0x10));
}

// A log that holds these steps and nothing else.
RunDirectory run_with_steps(const fs::path& workspace, const std::vector<std::int64_t>& steps) {
    const RunDirectory directory = test::create_bare_run(workspace);
    io::TensorBoardWriter writer(directory.folder());
    for (const std::int64_t step : steps) writer.append({1, step, {{kTrainLoss, 1.0f}}});
    writer.flush();
    return directory;
}

}  // namespace

class VerifyTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void a_run_that_never_began_is_sound() {
        const test::TempFolder workspace;
        QVERIFY(verify_run(test::create_bare_run(workspace.path())).empty());
    }

    void gaps_and_repeated_steps_are_named() {
        const test::TempFolder workspace;
        const auto problem = [&](const std::vector<std::int64_t>& steps) {
            const auto problems = verify_run(run_with_steps(workspace.path(), steps));
            return problems.size() == 1 ? problems.front() : std::string();
        };
        QVERIFY(verify_run(run_with_steps(workspace.path(), {0, 1, 2, 3})).empty());
        QVERIFY(is_line_with(problem({0, 1, 4, 5}), {"steps 2 to 3 are missing"}));
        QVERIFY(is_line_with(problem({2, 3}), {"steps 0 to 1 are missing"}));
        QVERIFY(is_line_with(problem({0, 1, 2, 1, 2}), {"step 1 follows step 2"}));
        QVERIFY(is_line_with(problem({0, 2, 4, 6}), {"steps 1 to 1", "2 more gaps"}));
    }

    void a_log_that_ends_too_early_is_named() {
        const test::TempFolder workspace;
        const RunDirectory directory = run_with_steps(workspace.path(), {0, 1, 2});
        RunState state;
        state.phase = "ended";
        state.step = 5;
        state.verdict = train::Verdict{};
        directory.write_state(state);
        const auto problems = verify_run(directory);
        QCOMPARE(problems.size(), std::size_t{1});
        QVERIFY(is_line_with(problems[0], {"ends at step 3, state.json at step 5"}));
    }

    void a_flipped_bit_is_found_wherever_it_is() {
        const test::TempFolder workspace;
        const fs::path tokens = test::write_tiny_tokens(workspace / "tokens");
        const RunDirectory directory =
            test::create_tiny_run(workspace.path(), test::tiny_config(tokens, 12, {{"checkpoint_every", 5}}));
        train_run(directory, {});
        QVERIFY(verify_run(directory).empty());
        std::vector<fs::path> files = io::event_files(directory.folder());
        files.push_back(directory.folder() / "run.json");
        for (const auto& entry : fs::recursive_directory_iterator(directory.checkpoints()))
            if (entry.is_regular_file() && entry.path().filename() != "kept.json") files.push_back(entry.path());
        QVERIFY(files.size() >= 6);
        for (const fs::path& file : files) {
            const auto at = static_cast<std::streamoff>(file.filename() == "run.json" ? 0 : fs::file_size(file) / 2);
            flip_byte(file, at);
            const auto problems = verify_run(directory);
            QVERIFY2(!problems.empty(), file.c_str());
            for (const std::string& problem : problems) QVERIFY(problem.find('\n') == std::string::npos);
            flip_byte(file, at);
        }
        QVERIFY(verify_run(directory).empty());
    }
};

QTEST_GUILESS_MAIN(VerifyTest)
#include "verify_test.moc"
