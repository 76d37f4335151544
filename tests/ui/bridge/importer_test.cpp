#include "ui/bridge/importer.h"

#include "core/io/json_file.h"
#include "core/run/run_store.h"
#include "core/train/register.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"

#include <QSignalSpy>
#include <QTest>

using namespace ablate;
using namespace ablate::ui;
namespace fs = std::filesystem;

class ImporterTest : public QObject {
    Q_OBJECT

    static fs::path data(const std::string& name) { return fs::path(ABLATE_SOURCE_DIR) / "tests/data" / name; }

    struct Taking {
        test::TempFolder folder;
        Importer importer;
        QSignalSpy imported{&importer, &Importer::imported}, failed{&importer, &Importer::failed},
            finished{&importer, &Importer::finished};
        Imported take(ImportKind kind, const fs::path& from) {
            importer.import(kind, QString::fromStdString(from.string()), folder.path());
            if (!QTest::qWaitFor([&] { return !importer.busy(); })) qFatal("not finished");
            return imported.isEmpty() ? Imported() : imported.takeLast().front().value<Imported>();
        }
    };

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void a_model_brings_the_study_of_its_norms() {
        Taking taking;
        QSignalSpy progress(&taking.importer, &Importer::progress);
        const Imported model = taking.take(ImportKind::model, data("hf/qwen3-tied-bf16-v5"));
        QVERIFY2(model.told.startsWith("Imported the model qwen3-tied-bf16-v5: qwen3, "), qPrintable(model.told));
        QVERIFY(model.told.endsWith("without a tokenizer."));
        QVERIFY(fs::exists(taking.folder / "models/qwen3-tied-bf16-v5/model.safetensors"));
        QVERIFY(progress.count() > 2);
        QCOMPARE(model.norms.name, std::string("qwen3-tied-bf16-v5-norms"));
        QCOMPARE(model.norms.variants.size(), std::size_t{6});
        const fs::path file = study_file(model.norms, taking.folder.path());
        QCOMPARE(io::read_json(file).at("name"), Json(model.norms.name));
        io::write_json(file, {{"format", 1}, {"name", "mine"}});
        study_file(model.norms, taking.folder.path());
        QCOMPARE(io::read_json(file).at("name"), Json("mine"));  // what is there stays
    }

    void the_same_folder_is_imported_once_another_of_its_name_too() {
        Taking taking;
        const test::TempFolder elsewhere;
        fs::copy(data("hf/qwen3-untied-v4"), elsewhere / "qwen3-tied-bf16-v5");
        taking.take(ImportKind::model, data("hf/qwen3-tied-bf16-v5"));
        const Imported again = taking.take(ImportKind::model, data("hf/qwen3-tied-bf16-v5"));
        QVERIFY2(again.told.endsWith("is in the workspace already, as the model qwen3-tied-bf16-v5."),
                 qPrintable(again.told));
        QCOMPARE(again.norms.variants.size(), std::size_t{6});
        const Imported other = taking.take(ImportKind::model, elsewhere / "qwen3-tied-bf16-v5");
        QVERIFY(other.told.startsWith("Imported the model qwen3-tied-bf16-v5-2: "));
        QCOMPARE(taking.failed.count(), 0);
    }

    void a_folder_that_has_changed_since_is_imported_again() {
        Taking taking;
        const test::TempFolder elsewhere;
        fs::copy(data("hf/qwen3-untied-v4"), elsewhere / "model");
        taking.take(ImportKind::model, elsewhere / "model");
        fs::create_directories(taking.folder / "models/damaged");
        taking.folder.write("models/damaged/model.json", "{");  // must not prevent it
        QVERIFY(taking.take(ImportKind::model, elsewhere / "model").told.contains("already, as the model model."));
        fs::last_write_time(elsewhere / "model/model.safetensors",
                            fs::file_time_type::clock::now() + std::chrono::hours(1));
        const Imported again = taking.take(ImportKind::model, elsewhere / "model");
        QVERIFY2(again.told.startsWith("Imported the model model-2: "), qPrintable(again.told));
        QCOMPARE(taking.failed.count(), 0);
    }

    void a_log_tells_its_verdict() {
        Taking taking;
        const Imported log = taking.take(ImportKind::log, data("logs/hf-collapsed/trainer_state.json"));
        QVERIFY2(log.told.contains("hf-trainer log") && log.told.contains("collapsed: "), qPrintable(log.told));
        QCOMPARE(log.runs.size(), 1);
        QCOMPARE(run::RunStore(taking.folder.path()).list().runs.size(), std::size_t{1});
        const Imported again = taking.take(ImportKind::log, data("logs/hf-collapsed/trainer_state.json"));
        QVERIFY(again.told.contains("is there already as run " + log.runs.front()));
        QCOMPARE(again.runs, log.runs);
        QCOMPARE(run::RunStore(taking.folder.path()).list().runs.size(), std::size_t{1});
    }

    void a_log_whose_steps_come_again_is_handed_back_and_read_as_it_is_told() {
        using interop::logs::Restarts;
        Taking taking;
        const test::TempFolder elsewhere;
        QSignalSpy ambiguous(&taking.importer, &Importer::ambiguous);
        const fs::path file = elsewhere.write("twice.csv", "step,loss\n5,4\n10,3.5\n15,3.2\n5,4.1\n10,3.4\n");
        taking.take(ImportKind::log, file);
        QCOMPARE(taking.failed.count(), 0);
        QCOMPARE(ambiguous.count(), 1);
        const auto log = ambiguous.takeFirst().front().value<AmbiguousLog>();
        QCOMPARE(log.path, QString::fromStdString(file.string()));
        QVERIFY2(log.problem.contains("twice.csv") && log.problem.contains("begin again at 5 after 15"),
                 qPrintable(log.problem));
        QVERIFY(!log.problem.contains("--restarts"));
        QCOMPARE(log.readings.size(), std::size_t{3});
        taking.importer.import(ImportKind::log, log.path, log.workspace, Restarts::separate);
        QTRY_COMPARE(taking.imported.count(), 1);
        const auto told = taking.imported.takeLast().front().value<Imported>();
        QCOMPARE(told.new_runs, 2);
        QVERIFY2(!told.notes.join(' ').contains("--"), qPrintable(told.notes.join('\n')));
        QCOMPARE(ambiguous.count(), 0);
        QTRY_VERIFY(!taking.importer.busy());
    }

    void a_log_is_not_handed_back_once_its_import_is_cancelled() {
        Taking taking;
        const test::TempFolder elsewhere;
        QSignalSpy ambiguous(&taking.importer, &Importer::ambiguous);
        connect(&taking.importer, &Importer::progress, &taking.importer, [&] { taking.importer.cancel(); });
        taking.take(ImportKind::log, elsewhere.write("twice.csv", "step,loss\n5,4\n10,3\n5,4\n10,3.5\n"));
        QCOMPARE(ambiguous.count(), 0);
        QCOMPARE(taking.failed.count(), 0);
    }

    void a_norm_ablation_brings_a_run_for_each_variant() {
        Taking taking;
        const test::TempFolder source;
        for (const char* variant : {"original", "replace_l2norm"}) {
            const fs::path folder = source / (std::string(variant) + "_finetuned");
            fs::create_directories(folder);
            io::write_json(folder / "train_metrics.json", {{"step", {10, 20}}, {"loss", {3.5, 2.25}}});
        }
        const Imported norms = taking.take(ImportKind::norm_ablation, source.path());
        QVERIFY2(taking.failed.isEmpty(), qPrintable(taking.failed.value(0).value(0).toString()));
        QCOMPARE(norms.told, QString("Imported 2 of 2 runs."));
        QCOMPARE(norms.runs.size(), 2);
        QCOMPARE(norms.new_runs, 2);
        QVERIFY(norms.notes.join('\n').contains("replace_l2norm_finetuned, healthy."));
        const Imported again = taking.take(ImportKind::norm_ablation, source.path());
        QCOMPARE(again.told, QString("Imported 0 of 2 runs."));
        QCOMPARE(again.runs, norms.runs);
        QCOMPARE(again.new_runs, 0);
    }

    void all_runs_asked_for_arrive() {
        Taking taking;
        const test::TempFolder elsewhere;
        for (int seed = 1; seed <= 3; ++seed) {
            const auto run = test::write_synthetic_run(elsewhere.path(), {.seed = seed});
            taking.importer.import(ImportKind::run, QString::fromStdString(run.folder().string()),
                                   taking.folder.path());
        }
        QTRY_COMPARE(taking.imported.count(), 3);
        QTRY_COMPARE(taking.finished.count(), 1);
        QVERIFY(taking.imported.front().front().value<Imported>().told.startsWith("Imported run "));
    }

    void what_cannot_be_read_is_one_line() {
        Taking taking;
        for (const ImportKind kind : {ImportKind::model, ImportKind::run, ImportKind::log}) {
            taking.take(kind, taking.folder / "absent");
            QCOMPARE(taking.failed.count(), 1);
            const QString line = taking.failed.takeFirst().front().toString();
            QVERIFY2(line.contains("absent") && !line.contains('\n'), qPrintable(line));
        }
    }

    void cancelled_it_leaves_nothing() {
        Taking taking;
        connect(&taking.importer, &Importer::progress, &taking.importer, [&] { taking.importer.cancel(); });
        for (int i = 0; i < 50; ++i)  // the first of them may be done before it is heard
            taking.importer.import(ImportKind::model, QString::fromStdString(data("hf/qwen3-untied-v4").string()),
                                   taking.folder / std::to_string(i));
        QTRY_COMPARE(taking.finished.count(), 1);
        QVERIFY(taking.imported.count() < 50);
        QCOMPARE(taking.failed.count(), 0);
        int models = 0;
        for (int i = 0; i < 50; ++i) models += fs::exists(taking.folder / std::to_string(i) / "models/qwen3-untied-v4");
        QCOMPARE(models, taking.imported.count());
    }
};

QTEST_MAIN(ImporterTest)
#include "importer_test.moc"
