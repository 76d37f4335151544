#include "core/interop/logs/logs.h"

#include "core/run/metrics.h"
#include "core/train/register.h"
#include "tests/support/contains.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QTest>

#include <cmath>

using namespace ablate;
using interop::ImportedRun;
namespace logs = ablate::interop::logs;
namespace fs = std::filesystem;
using Points = std::map<std::int64_t, double>;

namespace {

Points series(const ImportedRun& run, const std::string& tag = run::kTrainLoss) {
    Points values;
    for (const io::ScalarEvent& event : run.metrics)
        for (const auto& [name, value] : event.values)
            if (name == tag) values[event.step] = value;
    return values;
}

std::vector<std::int64_t> evaluated(const ImportedRun& run) {
    std::vector<std::int64_t> steps;
    for (const interop::ImportedEvaluation& one : run.evaluations) steps.push_back(one.step);
    return steps;
}

std::string remarks(const ImportedRun& run) {
    std::string all;
    for (const std::string& remark : run.remarks) all += remark + "\n";
    return all;
}

bool is_remarked(const ImportedRun& run, const char* words) { return test::contains(remarks(run), words); }

}  // namespace

// Tables as other programs and people write them: what is a log, what is none, and what a cell means.
class CsvLogsTest : public QObject {
    Q_OBJECT
    test::TempFolder folder_;

    std::vector<ImportedRun> read(const std::string& text, const logs::ReadOptions& options = {}) {
        return logs::read_log(folder_.write("t.csv", text), options);
    }
    ImportedRun one(const std::string& text, const logs::ReadOptions& options = {}) {
        std::vector<ImportedRun> runs = read(text, options);
        if (runs.size() != 1) throw std::logic_error("not one run");
        return runs.front();
    }
    bool is_refused(const std::string& text, std::initializer_list<const char*> parts,
                    const logs::ReadOptions& options = {}) {
        return test::is_line_with(test::input_error([&] { read(text, options); }), parts);
    }

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void a_table_of_runs_is_no_log() {
        QVERIFY(
            is_refused("Name,State,Created,train/global_step,train/loss\n"
                       "run3,finished,2024-01-01,300,2.5\nrun4,finished,2024-01-02,400,2.4\n",
                       {"a row for each run", "'Name'", "history"}));
        QVERIFY(is_refused("Name,_step,train/loss\nrun0,500,2.5\nrun1,400,2.4\nrun2,450,2.3\n", {"'Name'"}));
        QVERIFY(is_refused("owner,State,step,loss\nme,finished,500,2.5\nme,crashed,400,2.4\n", {"'State'"}));
        QVERIFY(is_refused("model,step,loss\nsmall,500,2.5\nlarge,400,2.4\nhuge,450,2.3\n", {"'model'"}));
        // Words that differ in a log: notes, dates, the name of the checkpoint.
        QCOMPARE(one("step,loss,checkpoint\n1,4,ckpt-1\n2,3,ckpt-2\n3,2,ckpt-3\n4,1,ckpt-4\n").steps, 4);
        QCOMPARE(one("step,loss,name\n1,4,base\n2,3,base\n3,2,base\n").steps, 3);
    }

    void a_table_of_several_values_a_step_is_no_log() {
        QVERIFY(is_refused("step,seed,loss\n10,0,4\n10,1,4.5\n20,0,3\n20,1,3.5\n",
                           {"2 of 2 steps have several values of 'loss'", "told apart by 'seed'"}));
        QVERIFY(is_refused("step,run,loss\n10,a,4\n10,b,4.5\n20,a,3\n20,b,3.5\n", {"told apart by 'run'"}));
        QVERIFY(is_refused("step,loss\n10,4\n10,4.5\n20,3\n20,3.5\n30,2\n30,2.5\n", {"no column says"}));
        QVERIFY(is_refused("run_id,key,value,step,timestamp\nabc,train_loss,4,10,1\nabc,val_loss,5,10,1\n",
                           {"a row for each value of 'key'"}));
        // A step that was logged twice by a program that went on.
        QCOMPARE(one("step,loss\n1,4\n2,3\n2,2.5\n3,2\n4,1.5\n5,1.25\n6,1\n").steps, 6);
        // An epoch tells the rows apart.
        QCOMPARE(one("epoch,step,loss\n1,250,4\n2,250,3\n3,250,2.5\n").steps, 750);
    }

    void evaluations_after_the_training_are_no_resume() {
        const ImportedRun run =
            one("epoch,step,loss,eval_loss\n0.1,10,4,\n0.2,20,3,\n0.3,30,2.5,\n0.4,40,2.25,\n"
                "0.2,20,,3.5\n0.4,40,,2.5\n");
        QCOMPARE(series(run), (Points{{10, 4}, {20, 3}, {30, 2.5}, {40, 2.25}}));
        QCOMPARE(evaluated(run), (std::vector<std::int64_t>{20, 40}));
        QVERIFY2(remarks(run).find("resume") == std::string::npos, remarks(run).c_str());
        // A training that goes back is one still, and its evaluations go with it.
        const ImportedRun resumed =
            one("epoch,step,loss,eval_loss\n0.1,10,4,\n0.2,20,3,\n0.2,20,,3.5\n0.3,30,2.5,\n"
                "0.2,20,3.25,\n0.3,30,2,\n");
        QCOMPARE(series(resumed), (Points{{10, 4}, {20, 3.25}, {30, 2}}));
        QVERIFY(is_remarked(resumed, "go back from 30 to 20"));
    }

    void durations_are_no_steps() {
        ImportedRun run = one("step,train/loss,time/step,time/forward\n10,4,205,91\n20,3,210,92\n30,2,202,93\n");
        QCOMPARE(series(run, "time/step"), (Points{{10, 205}, {20, 210}, {30, 202}}));
        QCOMPARE(series(run, "time/forward").size(), std::size_t{3});
        // Of an evaluation it is one, and said; but the row's own train/global_step counts updates.
        run = one("_step,train/loss,val/step,val/loss\n0,4,,\n1,3,,\n2,,20,3.5\n3,,40,3.25\n");
        QCOMPARE(evaluated(run), (std::vector<std::int64_t>{20, 40}));
        QVERIFY(is_remarked(run, "the values of 'val/step'"));
        run = one("_step,train/global_step,train/loss,eval/step,eval/loss\n0,50,4,,\n1,100,3,,\n2,100,,1,3.5\n");
        QCOMPARE(evaluated(run), (std::vector<std::int64_t>{100}));
        run = one("step,loss,val/step,val/loss\n10,4,7,4.5\n20,3,5,3.5\n");
        QCOMPARE(evaluated(run), (std::vector<std::int64_t>{10, 20}));  // it falls: no step
    }

    void files_of_one_name_are_named_after_their_folders() {
        for (const char* folder : {"lr1e-3", "lr1e-4"}) {
            fs::create_directories(folder_ / folder);
            const fs::path file = folder_.write(std::string(folder) + "/metrics.csv", "step,loss\n1,4\n2,3\n");
            QCOMPARE(logs::read_log(file).front().variant, std::string(folder));
        }
        QCOMPARE(one("step,loss\n1,4\n").variant, std::string("t"));
    }

    // NaN in the rows that have no value themselves.
    void holes_are_no_values() {
        ImportedRun run =
            one("step,loss,val_loss\n1,4,nan\n2,3.5,nan\n3,3,3.1\n4,2.5,nan\n5,2.4,nan\n6,2.3,2.4\n7,2,nan\n");
        QCOMPARE(run.verdict.outcome, train::Outcome::healthy);
        QCOMPARE(evaluated(run), (std::vector<std::int64_t>{3, 6}));
        QVERIFY(is_remarked(run, "'val_loss' is NaN in 5 lines where it was not measured"));
        QVERIFY(run.events.empty());
        // Training and validation take turns; the gradient norm goes with the training loss.
        run = one("step,loss,grad_norm,val_loss\n1,4,1,nan\n2,3,1,nan\n2,nan,nan,3.1\n3,2.5,1,nan\n3,nan,nan,2.6\n");
        QCOMPARE(series(run), (Points{{1, 4}, {2, 3}, {3, 2.5}}));
        QCOMPARE(series(run, run::kGradNorm), (Points{{1, 1}, {2, 1}, {3, 1}}));
        QCOMPARE(evaluated(run), (std::vector<std::int64_t>{2, 3}));
        QCOMPARE(run.verdict.outcome, train::Outcome::healthy);
        // A step that is NaN is none.
        run = one("_step,train/global_step,train/loss\n0,NaN,NaN\n1,20,4\n2,30,3\n");
        QCOMPARE(series(run), (Points{{20, 4}, {30, 3}}));
        QCOMPARE(series(one("step,loss\n1,4\n2,3\n2,nan\n3,2\n")), (Points{{1, 4}, {2, 3}, {3, 2}}));
    }

    void a_loss_that_is_really_nan_stays_a_collapse() {
        const auto collapses_at = [&](const std::string& text, std::int64_t step) {
            const ImportedRun run = one(text);
            return run.verdict.collapse == train::Collapse::non_finite && run.verdict.step == step;
        };
        QVERIFY(collapses_at("step,loss,val_loss\n1,4,\n2,3,3.5\n3,nan,\n4,nan,nan\n", 3));
        // Beside holes.
        QVERIFY(collapses_at("step,loss,val_loss\n1,4,nan\n2,3,nan\n2,nan,3.5\n3,nan,nan\n4,nan,nan\n4,nan,nan\n", 3));
        QVERIFY(
            collapses_at("step,val_loss,loss\n1,nan,4\n2,3.5,4\n3,nan,3\n4,3.25,3\n5,nan,3\n6,nan,3\n7,nan,3\n", 6));
    }

    void words_for_no_value() {
        const ImportedRun run =
            one("Step,Training Loss,Validation Loss\n10,No log,6.5\n20,No log,6\n30,5.5,5.75\n40,5,5.25\n");
        QCOMPARE(series(run), (Points{{30, 5.5}, {40, 5}}));
        QCOMPARE(run.evaluations.size(), std::size_t{4});
    }

    void files_that_were_cut() {
        ImportedRun run = one("step,loss,lr\n10,4,0.1\n20,3,0.1\n30,2");
        QCOMPARE(series(run), (Points{{10, 4}, {20, 3}}));
        QVERIFY(is_remarked(run, "last line (4) is torn"));
        QVERIFY(is_remarked(one("step,loss\n10,4\n20,3\n30,2e-"), "last line (4) is torn"));
        QVERIFY(is_remarked(one("\"step\",\"loss\"\n\"10\",\"4\"\n\"20\",\"3"), "last line (3) is torn"));
        const std::string zeros(64, '\0');
        run = one("step,loss\n10,4\n20,3\n30,2." + zeros, {"csv", {}});
        QCOMPARE(series(run), (Points{{10, 4}, {20, 3}}));
        QVERIFY(is_remarked(run, "64 bytes of zero"));
        QCOMPARE(series(one("step,loss\n10,4\n20,3\n" + zeros, {"csv", {}})).size(), std::size_t{2});
        // Elsewhere a short row is refused.
        QVERIFY(is_refused("step,loss\n10\n20,3\n", {"line 2", "1 fields"}));
        QVERIFY(is_refused("step,loss\n10,4\n20,low\n", {"line 3", "'low'"}));
    }

    void a_header_in_the_middle_begins_a_session() {
        ImportedRun run = one("step,loss\n10,4\n20,3\n30,2\nstep,loss\n20,3.5\n30,2.5\n40,2\n");
        QCOMPARE(series(run), (Points{{10, 4}, {20, 3.5}, {30, 2.5}, {40, 2}}));
        QVERIFY(is_remarked(run, "go back from 30 to 20"));
        QCOMPARE(read("step,loss\n10,4\n20,3\nstep,loss\n10,3.5\n20,2.5\n").size(), std::size_t{2});
    }

    void separators_that_are_none() {
        const auto refused = [&](const std::string& text) {
            return is_refused(text, {"no comma, semicolon or tab"}, {"csv", {}});
        };
        QVERIFY(refused("step|loss\n10|4\n"));
        QVERIFY(refused("step loss\n10 4\n"));
    }

    void a_column_has_one_meaning() {
        QVERIFY(is_refused("step,x\n1,4\n2,3\n", {"'loss=x'", "'val_loss=x'", "one meaning"},
                           {"", {{"loss", "x"}, {"val_loss", "x"}}}));
    }

    void runs_of_an_export_without_values_are_told() {
        const ImportedRun run = one("Step,a - train/loss,b - train/loss\n10,4,\n20,3,\n");
        QCOMPARE(run.variant, std::string("a"));
        QVERIFY(is_remarked(run, "run 'b' has no value and is left out"));
    }

    // Weights & Biases' train/train_loss is the Trainer's average; other programs call the loss of each step so.
    void train_loss_of_every_step() {
        ImportedRun run = one("step,train/train_loss,val/loss\n10,4,\n20,3,3.5\n30,2.5,\n");
        QCOMPARE(series(run), (Points{{10, 4}, {20, 3}, {30, 2.5}}));
        QVERIFY(!run.summary.contains("run_average_train_loss"));
        for (const char* text : {"step,train/loss,train/train_loss,train/train_runtime\n10,4,,\n20,3,,\n20,,3.75,90\n",
                                 "step,train/loss,train/train_loss\n10,4,\n20,3,\n20,,3.75\n"}) {
            run = one(text);
            QCOMPARE(series(run), (Points{{10, 4}, {20, 3}}));
            QCOMPARE(run.summary["run_average_train_loss"].get<double>(), 3.75);
        }
    }

    void times_in_milliseconds() {
        const ImportedRun run =
            one("step,timestamp,loss\n10,1700000010000,4\n20,1700000020000,3\n30,1700000030000,2\n");
        QCOMPARE(run.seconds, 20.0);
        QVERIFY(is_remarked(run, "milliseconds"));
    }

    void events_that_were_cut() {
        const fs::path whole = fs::path(ABLATE_SOURCE_DIR) / "tests/data/logs/tensorboard";
        const std::string name = "events.out.tfevents.1700000000.reference";
        fs::create_directories(folder_ / "cut");
        const std::string bytes = read_file(whole / name);
        folder_.write("cut/" + name, bytes.substr(0, bytes.size() - 5));
        const ImportedRun run = logs::read_log(folder_ / "cut").front();
        QVERIFY(is_remarked(run, "ends within a record"));
        QVERIFY(remarks(logs::read_log(whole).front()).find("within a record") == std::string::npos);
    }
};

QTEST_GUILESS_MAIN(CsvLogsTest)
#include "csv_logs_test.moc"
