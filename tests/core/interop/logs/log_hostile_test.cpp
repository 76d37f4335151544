#include "core/interop/logs/logs.h"

#include "core/base/error.h"
#include "core/run/run_store.h"
#include "core/train/register.h"
#include "tests/core/interop/logs/marin_files.h"
#include "tests/fuzz/mutator.h"
#include "tests/support/temp_folder.h"

#include <QTest>

#include <fstream>

using namespace ablate;
namespace logs = ablate::interop::logs;
namespace fs = std::filesystem;

// Damaged logs: whatever is read ends in a run that every listing reads, or in an InputError of one line.
class LogHostileTest : public QObject {
    Q_OBJECT
    test::TempFolder folder_;

    static std::string reference(const std::string& name) {
        return read_file(fs::path(ABLATE_SOURCE_DIR) / "tests/data/logs" / name);
    }

    void survives(const std::string& format, const std::string& name, const std::vector<std::string>& corpus) {
        const fs::path file = folder_ / name, workspace = folder_ / ("workspace-" + format);
        fs::create_directory(workspace);
        test::Mutator mutator(2026, corpus);
        int refused = 0;
        const int count = test::mutant_count();
        for (int i = 0; i < count; ++i) {
            std::ofstream(file, std::ios::binary | std::ios::trunc) << mutator.next();
            try {
                const auto runs = logs::read_log(file, {format, {}});
                // Writing takes longer than reading: every tenth.
                if (i % 10 == 0) interop::write_imported_runs(workspace, runs);
            } catch (const InputError& error) {
                ++refused;
                const std::string message = error.what();
                QVERIFY2(message.find('\n') == std::string::npos && message.size() < 800, message.c_str());
            } catch (const std::exception& error) {
                QFAIL(qPrintable(QString("mutant %1: %2").arg(i).arg(error.what())));
            }
        }
        const run::RunList list = run::RunStore(workspace).list();
        QVERIFY2(list.damaged.empty(), list.damaged.empty() ? "" : list.damaged.front().reason.c_str());
        qInfo("%d of %d mutants refused, %zu imported", refused, count, list.runs.size());
        QVERIFY(refused > 0 && !list.runs.empty());
    }

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void trainer_state() {
        survives("hf-trainer", "trainer_state.json",
                 {reference("hf-healthy/trainer_state.json"), reference("hf-collapsed/trainer_state.json")});
    }
    void train_results() { survives("hf-trainer", "train_results.json", {reference("hf-healthy/train_results.json")}); }
    void tensorboard() {
        survives("tensorboard", "events.out.tfevents.1",
                 {reference("tensorboard/events.out.tfevents.1700000000.reference")});
    }
    void llama_factory() {
        survives("llama-factory", "trainer_log.jsonl",
                 {"{\"current_steps\": 10, \"total_steps\": 30, \"loss\": 2.5, \"lr\": 5e-05, \"elapsed_time\": "
                  "\"0:01:05\"}\n"
                  "{\"current_steps\": 20, \"total_steps\": 30, \"loss\": NaN, \"elapsed_time\": \"1 day, 0:00:05\"}\n"
                  "{\"current_steps\": 20, \"total_steps\": 30, \"eval_loss\": 2.25}\n"});
    }
    void marin_speedrun() {
        survives(
            "marin-speedrun", "speedrun_results.json",
            {test::speedrun_json(test::speedruns()[0]).dump(1), test::speedrun_json(test::speedruns()[5]).dump(1)});
    }
    void csv() {
        survives("csv", "log.csv",
                 {"step,train_loss,lr,grad_norm,_timestamp\n1,3.5,1e-3,1,1700000000\n2,3.25,1e-3,nan,1700000001\n",
                  "\"Step\",\"a - loss\",\"b, c - loss\",\"a - "
                  "eval_loss\"\n\"0\",\"3.5\",\"\",\"inf\"\n\"1\",\"2\",\"1\",\"0\"\n"});
    }
};

QTEST_GUILESS_MAIN(LogHostileTest)
#include "log_hostile_test.moc"
