#include "ui/widgets/pinned_row.h"

#include <QListView>
#include <QScrollBar>
#include <QSignalSpy>
#include <QSortFilterProxyModel>
#include <QStringListModel>
#include <QTest>

using namespace ablate::ui;

class PinnedRowTest : public QObject {
    Q_OBJECT

    struct Window {
        QStringListModel model;
        QSortFilterProxyModel filter;
        QWidget scope;
        QListView view{&scope};
        explicit Window() {
            QStringList rows;
            for (int i = 0; i < 100; ++i) rows += QString("run %1.").arg(i);
            model.setStringList(rows);
            filter.setSourceModel(&model);
            view.setModel(&filter);
            view.setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
            view.resize(200, 120);
            scope.show();
        }
    };

  private Q_SLOTS:
    void a_row_that_a_filter_hides_can_be_pinned() {
        Window window;
        PinnedRow pinned(&window.view, &window.scope, Qt::DisplayRole);
        QSignalSpy changed(&pinned, &PinnedRow::changed);
        pinned.pin("run 3.");
        pinned.while_replacing([&] { window.filter.setFilterFixedString("run 5"); });
        QCOMPARE(pinned.key(), "");
        pinned.pin("run 5.");
        pinned.pin("run 4.");  // by its curve, which is still drawn
        QCOMPARE(pinned.key(), "run 4.");
        QVERIFY(!window.view.currentIndex().isValid());
        QCOMPARE(changed.size(), 4);
        pinned.while_replacing([&] { window.model.setStringList(window.model.stringList()); });
        QCOMPARE(pinned.key(), "run 4.");
        pinned.while_replacing([&] { window.filter.setFilterFixedString(""); });
        QCOMPARE(window.view.currentIndex().data(), "run 4.");
        pinned.while_replacing([&] { window.model.setStringList({"run 1."}); });
        QCOMPARE(pinned.key(), "");
    }

    void rows_are_replaced_without_scrolling() {
        Window window;
        PinnedRow pinned(&window.view, &window.scope, Qt::DisplayRole);
        pinned.pin("run 3.");
        QScrollBar& bar = *window.view.verticalScrollBar();
        bar.setValue(bar.maximum() / 2);
        const int top = bar.value();
        QVERIFY(top > 0);
        const QStringList rows = window.model.stringList();
        pinned.while_replacing([&] {
            window.model.removeRows(3, 1);
            window.model.insertRows(3, 1);
            window.model.setData(window.model.index(3), rows[3]);
        });
        QCOMPARE(pinned.key(), "run 3.");
        QCOMPARE(window.view.currentIndex().data(), "run 3.");
        QTest::qWait(20);
        QCOMPARE(bar.value(), top);
    }
};

QTEST_MAIN(PinnedRowTest)
#include "pinned_row_test.moc"
