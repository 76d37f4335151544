#include "ui/pages/study/study_settings.h"

#include "core/base/error.h"
#include "core/config/run_config_schema.h"
#include "core/train/register.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

using namespace ablate;
using namespace ablate::ui;

class StudySettingsTest : public QObject {
    Q_OBJECT

    struct Editing {
        test::TempFolder folder;
        StudyDocument document{folder.path()};
        StudySettings settings;
        Editing() {
            StudyConfig study;
            study.name = "norms";
            study.baseline = test::synthetic_baseline();
            study.grid = {{"train.lr", {0.01}}, {"train.steps", {100, 200}}};
            document.start_new(study);
            settings.set_document(&document);
            settings.show();
            [[maybe_unused]] const bool active = QTest::qWaitForWindowActive(&settings);  // for the focus
        }
        template <class Widget>
        Widget& named(const QString& name) {
            for (Widget* widget : settings.findChildren<Widget*>())
                if (widget->accessibleName() == name && widget->isVisible()) return *widget;
            throw std::logic_error(name.toStdString());
        }
        void type(const QString& name, const char* text) {
            QLineEdit& line = named<QLineEdit>(name);
            line.setFocus();
            line.selectAll();
            QTest::keyClicks(&line, text);
        }
        QString told() {
            for (QLabel* label : settings.findChildren<QLabel*>())
                if (label->property("role") == "danger" && label->isVisible()) return label->text();
            return {};
        }
        const StudyConfig& study() { return document.study(); }
    };

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void what_the_seeds_can_find_is_told_while_they_are_typed() {
        Editing editing;
        test::write_synthetic_seeds(editing.folder.path(), {}, {3.65, 3.65, 3.65});
        test::write_synthetic_seeds(editing.folder.path(), {.variant = "nope", .patch = test::kNoPE},
                                    {3.64, 3.65, 3.66});
        StudyConfig study = editing.study();
        study.grid.clear();
        study.variants = {{"nope", "NoPE", test::kNoPE}};
        editing.document.edit("Compare NoPE", study);
        editing.document.set_runs(std::make_shared<const run::RunList>(run::RunStore(editing.folder.path()).list()));
        const auto told = [&] { return editing.named<QLabel>("What the seeds can find").text(); };
        editing.type("Seeds", "1-3");
        QTRY_VERIFY2(told().startsWith("3 seeds find a difference of "), qPrintable(told()));
        QVERIFY(told().contains("spread from 3 paired differences in this workspace"));
        editing.type("Seeds", "1-8");
        QTRY_VERIFY2(told().startsWith("8 seeds find a difference of "), qPrintable(told()));
        QVERIFY(told().contains("with one variant ("));
    }

    void a_pilot_is_offered_where_nothing_is_known() {
        Editing editing;
        StudyConfig study = editing.study();
        study.variants = {{"nope", "NoPE", test::kNoPE}};
        editing.document.edit("Compare NoPE", study);
        editing.document.set_runs(std::make_shared<const run::RunList>());
        const auto pilot = [&] {
            for (QPushButton* button : editing.settings.findChildren<QPushButton*>())
                if (button->text() == "Train a pilot") return button;
            return static_cast<QPushButton*>(nullptr);
        };
        QVERIFY(pilot());
        QTRY_VERIFY(pilot()->isVisible());
        QSignalSpy wanted(&editing.settings, &StudySettings::pilot_wanted);
        QTest::mouseClick(pilot(), Qt::LeftButton);
        QCOMPARE(wanted.count(), 1);
    }

    void seeds_are_read_as_people_write_them() {
        using Seeds = std::vector<std::int64_t>;
        Editing editing;
        for (const auto& [typed, seeds] : std::vector<std::pair<const char*, Seeds>>{
                 {"1 2 3", {1, 2, 3}}, {" 7, 0 ", {7, 0}}, {"1-3 8", {1, 2, 3, 8}}}) {
            editing.type("Seeds", typed);
            QCOMPARE(editing.study().seeds, seeds);
        }
    }

    void grid_values_are_checked_as_the_option() {
        const FieldInfo& lr = *find_option("train.lr");
        QCOMPARE(values_from_text(lr, "train.lr", "1e-3, .01"), (std::vector<Json>{0.001, 0.01}));
        for (const char* bad : {"", "0", "1e-3 0.001", "x", "1 012"})
            QVERIFY2(!test::input_error([&] { values_from_text(lr, "train.lr", bad); }).empty(), bad);
    }

    void typing_seeds_is_one_undo_step() {
        Editing editing;
        editing.type("Seeds", "1 2 3");
        QCOMPARE(editing.study().seeds, (std::vector<std::int64_t>{1, 2, 3}));
        editing.document.undo_stack()->undo();
        QCOMPARE(editing.study().seeds, std::vector<std::int64_t>{1});
        QCOMPARE(editing.named<QLineEdit>("Seeds").text(), "1");
    }

    void a_wrong_seed_stays_and_is_told() {
        Editing editing;
        editing.type("Seeds", "1 x");
        QCOMPARE(editing.named<QLineEdit>("Seeds").text(), "1 x");
        QVERIFY(editing.told().contains("'x'"));
        QTest::keyClick(&editing.named<QLineEdit>("Seeds"), Qt::Key_Escape);
        QCOMPARE(editing.named<QLineEdit>("Seeds").text(), "1");
        QVERIFY(editing.told().isEmpty());
    }

    void grid_values_are_typed_in_place() {
        Editing editing;
        editing.type("Grid values of train.lr", "0.001 0.01");
        QCOMPARE(editing.study().grid[0].second, (std::vector<Json>{0.001, 0.01}));
        QCOMPARE(editing.named<QLineEdit>("Grid values of train.lr").text(), "0.001 0.01");
        QCOMPARE(editing.named<QLineEdit>("Grid values of train.steps").text(), "100 200");
        editing.named<QToolButton>("Remove train.steps from the grid").click();
        QCOMPARE(editing.study().grid.size(), 1u);
        editing.document.undo_stack()->undo();
        QCOMPARE(editing.named<QLineEdit>("Grid values of train.steps").text(), "100 200");
    }

    void the_menu_adds_an_option_with_the_baselines_value() {
        Editing editing;
        QMenu* menu = nullptr;
        for (QPushButton* button : editing.settings.findChildren<QPushButton*>())
            if (button->text() == "Add option") menu = button->menu();
        QVERIFY(menu);
        Q_EMIT menu->aboutToShow();
        QAction* weight_decay = nullptr;
        for (QMenu* below : menu->findChildren<QMenu*>())
            for (QAction* action : below->actions()) {
                QVERIFY(action->text() != "Learning rate");  // it is in the grid
                if (action->text() == "Weight decay") weight_decay = action;
            }
        QVERIFY(weight_decay);
        weight_decay->trigger();
        QCoreApplication::processEvents();  // its row is shown
        QCOMPARE(editing.study().grid.size(), 3u);
        QCOMPARE(editing.named<QLineEdit>("Grid values of train.weight_decay").text(), "0.1");
        bool named = false;  // as the form names it
        for (QLabel* label : editing.settings.findChildren<QLabel*>()) named |= label->text() == "Weight decay";
        QVERIFY(named);
    }

    void combination_and_policy_are_chosen() {
        Editing editing;
        auto& combine = editing.named<QComboBox>("Combine variants");
        combine.setCurrentIndex(combine.findData("pairs"));
        Q_EMIT combine.activated(combine.currentIndex());
        QCOMPARE(editing.study().combine, "pairs");
        auto& policy = editing.named<QComboBox>("On collapse");
        policy.setCurrentIndex(policy.findData("record"));
        Q_EMIT policy.activated(policy.currentIndex());
        QCOMPARE(editing.document.baseline().train.policy, "record");
        editing.document.undo_stack()->undo();
        QCOMPARE(policy.currentData().toString(), "stop");
    }
};

QTEST_MAIN(StudySettingsTest)
#include "study_settings_test.moc"
