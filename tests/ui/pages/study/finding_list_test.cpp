#include "ui/pages/study/finding_list.h"

#include "ui/theme/theme.h"

#include <QAbstractItemModelTester>
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
    void initTestCase() { Theme::instance().choose(ThemeChoice::light); }

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
