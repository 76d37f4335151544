#include "core/report/terminal.h"

#include "core/base/text.h"
#include "core/report/escape.h"
#include "core/report/text_table.h"
#include "tests/support/contains.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"

#include <QtTest>

using namespace ablate;
using namespace ablate::report;
using namespace ablate::test;

namespace {

std::size_t longest_line(const std::string& text) {
    std::size_t longest = 0;
    for (const std::string& line : split(text, '\n')) longest = std::max(longest, display_width(line));
    return longest;
}

}  // namespace

class TerminalTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void columns_align() {
        const std::string table =
            text_table({{"name", false, 9}, {"x", true, 9}}, {{{"a"}, {"1.5"}}, {{"long"}, {"±10.25"}}}, false, 0);
        QCOMPARE(table, std::string("name       x\na        1.5\nlong  ±10.25\n"));
    }

    void narrow_terminals_lose_the_least_important_column() {
        const std::vector<TextColumn> columns{{"variant", false, 9}, {"detail", false, 1}, {"loss", true, 9}};
        const std::string table = text_table(columns, {{{"baseline"}, {"unimportant"}, {"3.6"}}}, false, 20);
        QVERIFY(table.find("unimportant") == std::string::npos);
        QVERIFY(contains(table, "baseline   3.6"));
    }

    void the_last_column_is_cut() {
        const std::string table =
            text_table({{"a", false, 9}, {"b", false, 9}}, {{{"x"}, {"a long sentence"}}}, false, 10);
        QVERIFY(contains(table, "x  a long…"));
    }

    void text_wraps_at_spaces() {
        QCOMPARE(wrapped("one two three four five", 2, 22), std::string("one two three four\n  five"));
        QCOMPARE(wrapped("one two", 2, 0), std::string("one two"));
    }

    void a_comparison() {
        TempFolder workspace;
        write_measured_study(workspace.path());
        const study::Comparison comparison = study::compare_study(run::RunStore(workspace.path()), "quick");
        const std::string table = comparison_table(comparison);
        QVERIFY(
            QByteArray::fromStdString(table).startsWith("NoPE and SiLU are worse.\n2 variants are judged together"));
        QVERIFY(contains(table, "3.6514 ± 0.0156"));
        QVERIFY(contains(table, "+0.0815 ± 0.0082"));
        QVERIFY(contains(table, "worse by 0.0815 nats"));
        QVERIFY(contains(table, "1,315,968"));
        QVERIFY(table.find("\033") == std::string::npos);
        QVERIFY(contains(comparison_table(comparison, true, 0), "\033[1mBaseline"));
        const std::string narrow = comparison_table(comparison, false, 90);
        QVERIFY2(longest_line(narrow) <= 90, narrow.c_str());
    }

    void collapse_and_grid() {
        TempFolder workspace;
        for (double lr : {0.01, 0.03}) {
            SyntheticRun run{.grid_point = "train.lr=" + full_precision(lr), .patch = {{"train", {{"lr", lr}}}}};
            write_synthetic_run(workspace.path(), run);
            run.variant = "no-norm";
            run.label = "No norm";
            run.patch.merge_patch(kNoNorm);
            run.nan_at = lr > 0.02 ? 23 : -1;
            write_synthetic_run(workspace.path(), run);
        }
        const std::string table =
            comparison_table(study::compare_study(run::RunStore(workspace.path()), "quick"), true, 0);
        QVERIFY(contains(table, "\033[31mcollapsed 1/1, step 23"));
        QVERIFY(contains(table, "Each variant at its own best grid point"));
        QVERIFY(contains(table, "Δ to the baseline at its best"));
    }

    void a_list_of_runs() {
        TempFolder workspace;
        QVERIFY(contains(list_table({}), "no runs yet"));
        write_synthetic_run(workspace.path(), {});
        write_synthetic_run(workspace.path(), {.variant = "nope", .label = "x", .patch = kNoPE, .ended = false});
        const std::string table = list_table(run::RunStore(workspace.path()).list());
        QVERIFY(contains(table, "100/100"));
        QVERIFY(contains(table, "50/100"));
        QVERIFY(contains(table, "interrupted"));
    }

    // The mean over the whole run once it has ended, the rate of its newest steps before: as everywhere.
    void a_rate_is_the_mean_of_a_run_that_ended() {
        TempFolder workspace;
        const auto directory = write_synthetic_run(workspace.path(), {});
        run::RunState state = directory.state();
        state.tokens_per_second = 31000;
        directory.write_state(state);
        const auto row = [&] { return split(list_table(run::RunStore(workspace.path()).list()), '\n')[1]; };
        QVERIFY(contains(row(), short_count(20000)));
        state.summary.erase("tokens_per_second");
        directory.write_state(state);
        QVERIFY(contains(row(), short_count(31000)));
    }

    // A loss that was at ln 256 before the run was called dead is no result.
    void the_loss_of_a_collapsed_run_is_no_number() {
        TempFolder workspace;
        const auto directory = write_synthetic_run(workspace.path(), {.nan_at = 40});
        run::RunState state = directory.state();
        state.last_loss = 5.545;
        directory.write_state(state);
        const std::string table = list_table(run::RunStore(workspace.path()).list());
        QVERIFY(table.find("5.545") == std::string::npos);
        const std::string row = split(table, '\n')[1];
        QVERIFY(row.find("collapsed") != row.rfind("collapsed"));  // status and loss
    }

    void details_of_a_run() {
        TempFolder workspace;
        const auto directory = write_synthetic_run(
            workspace.path(),
            {.variant = "no-norm", .label = "\033]0;title\007", .patch = kNoNorm, .nan_at = 23, .spikes = 30});
        const run::ListedRun listed = run::RunStore(workspace.path()).find(directory.id());
        run::RunMetrics metrics(directory.folder());
        metrics.refresh();
        const std::string text = run_details(listed, metrics);
        QVERIFY(contains(text, "loss is NaN at step 23"));
        QVERIFY(contains(text, "7.6400 at step 0"));
        QVERIFY(contains(text, "spike at step 10"));
        QVERIFY(contains(text, "19 more"));
        QVERIFY(text.find('\033') == std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TerminalTest)
#include "terminal_test.moc"
