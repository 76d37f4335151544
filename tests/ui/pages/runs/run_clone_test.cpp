#include "ui/pages/runs/run_clone.h"

#include "core/train/register.h"
#include "tests/support/listed_runs.h"
#include "ui/pages/runs/run_actions.h"

#include <QFloat16>  // QCOMPARE of Json asks whether it converts to one
#include <QTest>

using namespace ablate;
using namespace ablate::ui;
using run::Status;

class RunCloneTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void a_run_becomes_a_variant_without_its_data() {
        run::RunInfo info = test::listed_run("a", "quick", "no-norm", 1, 1).info;
        info.label = "No norm";
        info.config.train.lr = 0.5;
        info.config.data.vocab_size = 77;
        info.config.data.context = 64;
        const ClonedVariant clone = clone_as_variant(info, RunConfig());
        QCOMPARE(clone.variant.name, std::string("no-norm"));
        QCOMPARE(clone.variant.label, std::string("No norm"));
        QVERIFY(clone.data_left_out);
        QCOMPARE(clone.variant.patch["data"], Json({{"context", 64}}));
        QCOMPARE(clone.variant.patch["train"]["lr"], Json(0.5));
        info.variant = "baseline";
        QCOMPARE(clone_as_variant(info, RunConfig()).variant.name, std::string("quick-baseline"));
        info.variant = "an import/of others";
        QVERIFY(is_plain_name_of(clone_as_variant(info, RunConfig()).variant.name));
        info = test::listed_run("a", "quick", "nope", 1, 1).info;
        info.config = RunConfig();
        QVERIFY(clone_as_variant(info, RunConfig()).variant.patch.empty());
    }

    // Of a log of elsewhere the rest of its configuration is nobody's fact: the baseline's stands in.
    void an_imported_log_gives_what_it_tells_and_is_not_trained() {
        run::ListedRun listed = test::listed_run("a", "quick", "twin", 1, 1);
        listed.info.config.train.lr = 0.5;
        listed.info.config.train.batch = 77;
        listed.info.source = {{"format", "csv"}, {"known", {"train.lr"}}};
        const ClonedVariant clone = clone_as_variant(listed.info, RunConfig());
        QCOMPARE(clone.variant.patch, Json({{"train", {{"lr", 0.5}}}}));
        listed.info.source["known"] = Json::array();
        QVERIFY(clone_as_variant(listed.info, RunConfig()).variant.patch.empty());
        listed.status = Status::stopped;
        for (const RunAction action : {RunAction::resume, RunAction::retry})
            QVERIFY(why_not(action, {&listed}).contains("imported log"));
        QVERIFY(why_not(RunAction::remove, {&listed}).isEmpty());
    }

    void actions_apply_to_what_they_can_change_data() {
        QTest::addColumn<int>("status");
        QTest::addColumn<int>("place");
        QTest::addColumn<QString>("applying");  // resume, pause, stop, retry, earlier, later, delete
        const auto row = [](const char* name, Status status, int place, const char* applying) {
            QTest::newRow(name) << static_cast<int>(status) << place << QString(applying);
        };
        row("queued", Status::queued, -1, "resume stop delete");
        row("next in the queue", Status::queued, 0, "pause stop later delete");
        row("last in the queue", Status::queued, 2, "pause stop earlier delete");
        row("running", Status::running, -1, "pause stop");
        row("paused", Status::paused, -1, "resume stop delete");
        row("interrupted", Status::interrupted, -1, "resume stop delete");
        row("healthy", Status::healthy, -1, "retry delete");
        row("collapsed", Status::collapsed, -1, "retry delete");
        row("stopped", Status::stopped, -1, "resume retry delete");
        row("failed", Status::failed, -1, "resume retry delete");
    }

    void actions_apply_to_what_they_can_change() {
        QFETCH(int, status);
        QFETCH(int, place);
        QFETCH(QString, applying);
        const run::ListedRun run = test::listed_run("a", "s", "v", 1, 1, static_cast<Status>(status));
        const std::pair<RunAction, const char*> actions[] = {
            {RunAction::resume, "resume"}, {RunAction::pause, "pause"},          {RunAction::stop, "stop"},
            {RunAction::retry, "retry"},   {RunAction::move_earlier, "earlier"}, {RunAction::move_later, "later"},
            {RunAction::remove, "delete"}};
        QStringList found;
        for (const auto& [action, name] : actions)
            if (why_not(action, {&run, place, 3}).isEmpty()) found += name;
        QCOMPARE(found.join(' '), applying);
    }

    void imported_runs_train_and_damaged_ones_can_only_go() {
        run::ListedRun run = test::listed_run("a", "s", "v", 1, 1, Status::stopped);
        run.info.origin = "/elsewhere/runs/a";
        QCOMPARE(why_not(RunAction::resume, {&run, -1, 0}), QString());
        QCOMPARE(why_not(RunAction::retry, {&run, -1, 0}), QString());
        QVERIFY(!why_not(RunAction::resume, {}).isEmpty());
        QVERIFY(why_not(RunAction::remove, {}).isEmpty());
    }

  private:
    static bool is_plain_name_of(const std::string& name) {
        StudyConfig study;
        study.name = "s";
        study.variants.push_back({name, name, {{"train", {{"lr", 0.5}}}}});
        return expand(study).size() == 2;
    }
};

QTEST_MAIN(RunCloneTest)
#include "run_clone_test.moc"
