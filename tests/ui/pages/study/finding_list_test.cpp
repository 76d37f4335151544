#include "ui/pages/study/finding_list.h"

#include "core/train/register.h"
#include "ui/theme/theme.h"

#include <QAbstractItemModelTester>
#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

using namespace ablate;
using namespace ablate::ui;
using study::Severity;

class FindingListTest : public QObject {
    Q_OBJECT

    static StudyPreviewPtr found(std::vector<study::Finding> findings, const QString& error = {}) {
        StudyPreview preview;
        preview.preview.findings = std::move(findings);
        preview.error = error;
        return std::make_shared<const StudyPreview>(std::move(preview));
    }

  private Q_SLOTS:
    void initTestCase() {
        train::register_kinds();
        Theme::instance().choose(ThemeChoice::light);
    }

    void the_gravest_come_first_and_each_names_its_option() {
        FindingList list;
        FindingModel& model = list.findings();
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
        model.take(found({{Severity::note, "a", "small"},
                          {Severity::error, "a@train.lr=0.1", "a@train.lr=0.1.model.heads: does not divide"},
                          {Severity::warning, "", "one seed"}}));
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(model.index(0).data(FindingModel::mark).toInt(), int(Mark::error));
        QCOMPARE(model.index(0).data().toString(), "model.heads: does not divide");
        QCOMPARE(model.index(0).data(FindingModel::key).toString(), "model.heads");
        QCOMPARE(model.index(1).data().toString(), "one seed");
        QCOMPARE(model.index(2).data(Qt::AccessibleTextRole).toString(), "note, a: small");
        model.take(found({{Severity::note, "a", "small"}}));
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(model.index(0).data(FindingModel::mark).toInt(), int(Mark::note));
        model.take(found({}, "study x: no such key"));
        QCOMPARE(model.index(0).data().toString(), "study x: no such key");
        QCOMPARE(resets.size(), 0);
    }

    void findings_are_copied_with_their_variants() {
        FindingList list;
        list.findings().take(
            found({{Severity::error, "a", "a.model.heads: does not divide"}, {Severity::warning, "", "one seed"}}));
        for (QAction* action : list.actions())
            if (action->text() == "Copy rows") action->trigger();
        QCOMPARE(QGuiApplication::clipboard()->text(), QString("a: model.heads: does not divide\none seed\n"));
    }

    void a_variant_that_cannot_be_trained_is_named() {
        FindingModel model;
        StudyPreview preview;
        preview.study.name = "x";
        preview.error = "study x: variant a: its patch changes nothing";
        preview.broken = {{"a", preview.error}, {"b", "study x: b: other data"}};
        model.take(std::make_shared<const StudyPreview>(preview));
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.index(0).data(FindingModel::variant).toString(), "a");
        QCOMPARE(model.index(0).data().toString(), "its patch changes nothing");
        QCOMPARE(model.index(1).data(FindingModel::variant).toString(), "b");
        QCOMPARE(model.index(1).data().toString(), "other data");
    }

    void what_holds_at_several_grid_points_is_said_once() {
        FindingModel model;
        model.take(found({{Severity::error, "a@train.lr=0.1", "a@train.lr=0.1.model.heads: wrong"},
                          {Severity::error, "a@train.lr=0.2", "a@train.lr=0.2.model.heads: wrong"},
                          {Severity::error, "b@train.lr=0.2", "b@train.lr=0.2.model.heads: wrong"}}));
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.index(0).data(FindingModel::variant).toString(), "a");
        QCOMPARE(model.index(1).data(FindingModel::variant).toString(), "b@train.lr=0.2");
        model.take(found({{Severity::error, "baseline", "baseline.model.heads: wrong"},
                          {Severity::error, "a", "a.model.heads: wrong"},
                          {Severity::error, "a", "a.model.heads: worse"}}));
        QCOMPARE(model.rowCount(), 2);  // what the baseline has, its variants have
        QCOMPARE(model.index(0).data(FindingModel::variant).toString(), "baseline");
    }

    void long_lines_wrap_to_the_width() {
        FindingList list;
        list.resize(240, 300);
        list.show();
        list.findings().take(found({{Severity::warning, "a-long-variant-name", std::string(200, 'x') + " and more"},
                                    {Severity::note, "", "short"}}));
        const auto height = [&](int row) { return list.visualRect(list.findings().index(row)).height(); };
        QTRY_VERIFY(height(0) > 3 * height(1));
        QVERIFY(list.visualRect(list.findings().index(0)).width() <= list.viewport()->width());
        const int narrow = height(0);
        list.resize(600, 300);
        QTRY_VERIFY(height(0) < narrow);
    }

    void what_mends_a_finding_is_a_button_below_it() {
        FindingList list;
        list.resize(500, 300);
        list.show();
        const study::Mend wide{"Set feed-forward width to 96 (equal parameters)", {{"seeds", {1}}}},
            near{"Set feed-forward width to 64", {{"seeds", {2}}}};
        list.findings().take(found({{Severity::warning, "a", "parameters differ", {wide, near}},
                                    {Severity::note, "b", "nothing to be done"}}));
        std::vector<study::Mend> chosen;
        connect(&list, &FindingList::mend_chosen, &list, [&](const study::Mend& mend) { chosen.push_back(mend); });
        const auto button = [&](const QString& text) -> QPushButton* {
            for (QPushButton* one : list.findChildren<QPushButton*>())
                if (one->text() == text && one->isVisible()) return one;
            return nullptr;
        };
        QTRY_VERIFY(button("Set feed-forward width to 96 (equal parameters)"));
        // Below the line and within it.
        const auto row_of = [&](int row) { return list.visualRect(list.findings().index(row)); };
        QTRY_VERIFY(row_of(0).height() > row_of(1).height() + 20);
        QPushButton* best = button("Set feed-forward width to 96 (equal parameters)");
        QTRY_VERIFY(row_of(0).contains(best->mapTo(list.viewport(), best->rect().center())));
        QTest::mouseClick(best, Qt::LeftButton);
        QCOMPARE(chosen.size(), std::size_t{1});
        QVERIFY(chosen[0] == wide);
        QPushButton* others = button("Other ways");
        QVERIFY(others && others->menu());
        QCOMPARE(others->menu()->actions().size(), 1);
        others->menu()->actions().front()->trigger();
        QVERIFY(chosen.back() == near);
        list.findings().take(found({{Severity::note, "b", "nothing to be done"}}));
        QTRY_VERIFY(!button("Set feed-forward width to 96 (equal parameters)"));
    }

    void a_finding_of_the_study_names_its_option() {
        FindingModel model;
        model.take(found({{Severity::error, "", "data.val_every: the text has 3 documents"},
                          {Severity::error, "", "data.val.news: /none: no such file or folder"},
                          {Severity::warning, "", "note: no option is called so"}}));
        QCOMPARE(model.index(0).data(FindingModel::key).toString(), "data.val_every");
        QCOMPARE(model.index(0).data().toString(), "data.val_every: the text has 3 documents");
        QCOMPARE(model.index(1).data().toString(), "data.val.news: /none: no such file or folder");
        QVERIFY(model.index(2).data(FindingModel::key).toString().isEmpty());
    }

    void a_click_or_return_shows_what_it_is_about() {
        FindingList list;
        list.resize(300, 200);
        list.show();
        list.findings().take(found({{Severity::error, "a@train.lr=0.1", "a@train.lr=0.1.model.heads: wrong"}}));
        QSignalSpy chosen(&list, &FindingList::chosen);
        QTest::mouseClick(list.viewport(), Qt::LeftButton, {}, QPoint(60, 12));
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen.first(), QVariantList({"a", "model.heads"}));
        QTest::keyClick(&list, Qt::Key_Return);
        QCOMPARE(chosen.size(), 2);
    }
};

QTEST_MAIN(FindingListTest)
#include "finding_list_test.moc"
