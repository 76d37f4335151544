#include "ui/collapse/collapse_card.h"

#include "core/base/workspace_layout.h"
#include "core/io/json_file.h"
#include "core/run/queue.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tiny_run.h"
#include "ui/bridge/run_control.h"
#include "ui/bridge/study_document.h"
#include "ui/bridge/workspace.h"
#include "ui/charts/chart_view.h"
#include "ui/collapse/collapse_area.h"
#include "ui/theme/theme.h"

#include <QCheckBox>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QUndoStack>

using namespace ablate;
using namespace ablate::ui;
namespace fs = std::filesystem;

namespace {

constexpr int kPatience = 30'000;
constexpr auto kRate = "Retry at a third of the learning rate", kClip = "Add gradient clipping";

// A study whose baseline has collapsed: without norms, at a huge learning rate.
struct Fixture {
    test::TempFolder workspace;
    StudyConfig study;
    run::RunDirectory directory{workspace.path()};
    StudyDocument document{workspace.path()};
    RunControl control{workspace.path()};
    CollapseCard card;

    Fixture() {
        study.name = "tiny";
        study.baseline = test::tiny_baseline(test::write_tiny_tokens(workspace / "tokens"), 12);
        study.baseline["train"]["optimizer"] = "sgd";
        study.baseline["train"]["lr"] = 1e12;
        study.baseline["train"]["clip"] = 0;
        study.baseline["model"]["norm"] = {{"attn_in", "none"}, {"ffn_in", "none"}, {"final", "none"}};
        study.variants = {{"nope", "NoPE", {{"model", {{"position", {{"kind", "none"}}}}}}}};
        fs::create_directories(studies_folder(workspace.path()));
        io::write_json(study_file_named(workspace.path(), "tiny"), to_json(study));
        const RunConfig config = patched(RunConfig(), study.baseline, "test");
        directory = test::create_tiny_run(workspace.path(), config);
        if (train_run(directory, {}, {}).outcome != train::Outcome::collapsed) qFatal("it has not collapsed");
        card.resize(1000, 700);
        card.show();
    }
    void open_study() {
        QSignalSpy loaded(&document, &StudyDocument::loaded);
        document.open_named("tiny");
        QTRY_COMPARE(loaded.count(), 1);
    }
    void show_run() { card.show_run(run::read_run(directory.folder())); }
    QPushButton* button(const QString& text) const {
        for (QPushButton* button : card.findChildren<QPushButton*>())
            if (button->text() == text) return button;
        return nullptr;
    }
    QLabel* label(const QString& words) const {
        for (QLabel* label : card.findChildren<QLabel*>())
            if (label->isVisible() && label->text().contains(words)) return label;
        return nullptr;
    }
    void train_now(bool now) { card.findChild<QCheckBox*>()->setChecked(now); }
};

}  // namespace

class CollapseCardTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() {
        train::register_kinds();
        Theme::instance().choose(ThemeChoice::light);
    }

    void it_says_what_happened() {
        Fixture fixture;
        fixture.show_run();
        QTRY_VERIFY(fixture.label("The run collapsed: "));
        QVERIFY(fixture.label("Checkpoints, with the mean training loss"));
        QVERIFY(fixture.label("largest finite gradient norm"));
        QVERIFY(fixture.card.findChild<HeatMapView*>()->isVisible());
        QCOMPARE(fixture.card.findChildren<ChartView*>().size(), 2);
        QVERIFY(!fixture.button(kRate)->isEnabled());  // without a study nothing can be added
        QVERIFY(fixture.label("No workspace is open."));
        fixture.card.clear();
        QVERIFY(!fixture.label("The run collapsed: "));
    }

    void a_remedy_is_shown_before_it_is_added() {
        Fixture fixture;
        fixture.open_study();
        fixture.card.set_context(&fixture.document, &fixture.control);
        fixture.show_run();
        QTRY_VERIFY(fixture.label("baseline-clip – "));
        QVERIFY(fixture.button(kClip)->isEnabled());
        QSignalSpy opened(&fixture.card, &CollapseCard::open_page);
        fixture.train_now(false);
        QTest::mouseClick(fixture.button(kClip), Qt::LeftButton);
        QCOMPARE(fixture.document.study().variants.size(), std::size_t{2});
        QCOMPARE(fixture.document.study().variants.back().name, std::string("baseline-clip"));
        QVERIFY(fixture.document.study().variants.back().patch == Json({{"train", {{"clip", 1.0}}}}));
        QCOMPARE(fixture.document.variant(), QString("baseline-clip"));
        QCOMPARE(opened.count(), 1);
        QCOMPARE(opened[0][0].toString(), QString("study"));
        QVERIFY(!fixture.button(kClip)->isEnabled());  // it is there now
        QVERIFY(fixture.button(kClip)->toolTip().contains("baseline-clip"));
        fixture.document.undo_stack()->undo();
        QCOMPARE(fixture.document.study().variants.size(), std::size_t{1});
        QVERIFY(fixture.button(kClip)->isEnabled());
    }

    void it_is_trained_with_the_seed_of_the_run() {
        Fixture fixture;
        fixture.open_study();
        fixture.card.set_context(&fixture.document, &fixture.control);
        fixture.show_run();
        QTRY_VERIFY(fixture.button(kRate)->isEnabled());
        QSignalSpy started(&fixture.control, &RunControl::started);
        QTest::mouseClick(fixture.button(kRate), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(started.count(), 1, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(!fixture.control.busy(), kPatience);
        const run::RunList list = run::RunStore(fixture.workspace.path()).list();
        QCOMPARE(list.runs.size(), std::size_t{2});  // the old one is left as it is
        const run::RunInfo& info = list.runs.back().info;
        QCOMPARE(info.variant, std::string("baseline-lower-lr"));
        QCOMPARE(info.seed, std::int64_t{1});
        QCOMPARE(info.config.train.lr, 3.3e11);
        const StudyConfig saved = load_study(study_file_named(fixture.workspace.path(), "tiny"));
        QCOMPARE(saved.variants.size(), std::size_t{2});
    }

    void the_study_of_the_run_is_opened_for_it() {
        Fixture fixture;
        fixture.card.set_context(&fixture.document, &fixture.control);
        fixture.show_run();
        QTRY_VERIFY(fixture.button(kClip)->isEnabled());
        fixture.train_now(false);
        QTest::mouseClick(fixture.button(kClip), Qt::LeftButton);
        QTRY_COMPARE(fixture.document.study().variants.size(), std::size_t{2});
        QCOMPARE(fixture.document.study().name, std::string("tiny"));
    }

    void unsaved_changes_of_another_study_are_not_lost() {
        Fixture fixture;
        StudyConfig other;
        other.name = "other";
        other.baseline = {{"train", {{"steps", 10}}}};
        fixture.document.start_new(other);
        fixture.card.set_context(&fixture.document, &fixture.control);
        fixture.show_run();
        QTRY_VERIFY(fixture.label("unsaved changes of other"));
        QVERIFY(!fixture.button(kRate)->isEnabled());
    }

    void a_run_of_an_earlier_version_shows_what_it_has() {
        const test::TempFolder workspace;
        const run::RunDirectory directory = test::write_synthetic_run(workspace.path(), {.nan_at = 23});
        CollapseCard card;
        card.show();
        card.show_run(run::read_run(directory.folder()));
        const auto told = [&](const QString& words) {
            for (QLabel* label : card.findChildren<QLabel*>())
                if (label->isVisible() && label->text().contains(words)) return true;
            return false;
        };
        QTRY_VERIFY(told("first in blocks.2.attn"));
        QVERIFY(told("an earlier version of Ablate"));
        QVERIFY(told("no checkpoints"));
    }
};

QTEST_MAIN(CollapseCardTest)
#include "collapse_card_test.moc"
