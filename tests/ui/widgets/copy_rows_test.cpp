#include "ui/widgets/copy_rows.h"

#include "ui/theme/figures.h"
#include "ui/theme/theme.h"
#include "ui/widgets/header_state.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QStandardItemModel>
#include <QTableView>
#include <QTest>
#include <QTreeView>

using namespace ablate::ui;

class CopyRowsTest : public QObject {
    Q_OBJECT

    struct Table {
        QStandardItemModel model{0, 3};
        QTableView view;
        Table() {
            model.setHorizontalHeaderLabels({"Variant", "Loss", "Note"});
            for (const auto& [name, loss, note] :
                 {std::tuple{"baseline", "3.058", ""}, {"no-norm", "nan", "two\nlines"}, {"NoPE", "3.1", "a\tb"}}) {
                auto* number = new QStandardItem(loss);
                if (QString(name) == "baseline") number->setData("3.0581234567", kFullTextRole);
                model.appendRow({new QStandardItem(name), number, new QStandardItem(note)});
            }
            view.setModel(&model);
            view.setSelectionBehavior(QAbstractItemView::SelectRows);
            view.resize(500, 300);
        }
        QString copied() {
            QTest::keyClick(&view, Qt::Key_C, Qt::ControlModifier);
            return QGuiApplication::clipboard()->text();
        }
    };
    static bool is_number(const QString& text) {
        bool ok = false;
        text.toDouble(&ok);
        return ok;
    }

  private Q_SLOTS:
    void initTestCase() { Theme::instance().choose(ThemeChoice::light); }

    void selected_rows_are_copied_with_titles_and_in_full() {
        Table t;
        copy_rows_on_request(&t.view);
        t.view.show();
        QVERIFY(QTest::qWaitForWindowActive(&t.view));
        t.view.setFocus();
        t.view.selectRow(0);
        QCOMPARE(t.copied(), QString("Variant\tLoss\tNote\nbaseline\t3.0581234567\t\n"));
        t.view.clearSelection();  // then all of them
        QCOMPARE(t.copied(), QString("Variant\tLoss\tNote\nbaseline\t3.0581234567\t\nno-norm\tnan\ttwo lines\n"
                                     "NoPE\t3.1\ta b\n"));
        t.view.selectRow(2);
        t.view.horizontalHeader()->moveSection(1, 0);
        t.view.setColumnHidden(2, true);
        QCOMPARE(t.copied(), QString("Loss\tVariant\n3.1\tNoPE\n"));
        QCOMPARE(t.view.contextMenuPolicy(), Qt::ActionsContextMenu);
        QCOMPARE(t.view.actions().size(), 1);
    }

    void rows_of_a_tree_are_copied_in_the_order_shown() {
        QStandardItemModel model;
        model.setHorizontalHeaderLabels({"Name"});
        auto* parent = new QStandardItem("study");
        parent->appendRow(new QStandardItem("a"));
        parent->appendRow(new QStandardItem("b"));
        model.appendRow(parent);
        model.appendRow(new QStandardItem("last"));
        QTreeView view;
        view.setModel(&model);
        view.setSelectionMode(QAbstractItemView::ExtendedSelection);
        view.setContextMenuPolicy(Qt::CustomContextMenu);
        const QAction* copy = copy_rows_on_request(&view);
        QCOMPARE(view.contextMenuPolicy(), Qt::CustomContextMenu);
        QCOMPARE(copy->text(), QString("Copy rows"));
        view.selectionModel()->select(model.index(1, 0), QItemSelectionModel::Select);
        view.selectionModel()->select(parent->child(1)->index(), QItemSelectionModel::Select);
        QCOMPARE(rows_as_text(view, rows_to_copy(view)), QString("Name\nb\nlast\n"));
    }

    // A page that is saved without ever having been shown must not fix the widths of its first layout.
    void widths_are_restored_only_once_somebody_changed_them() {
        Table before, after;
        QHeaderView &saved = *before.view.horizontalHeader(), &restored = *after.view.horizontalHeader();
        follow_widths(saved);
        saved.resizeSection(1, 37);  // by layout
        saved.moveSection(2, 0);
        saved.setSectionHidden(0, true);
        restored.resizeSection(1, 140);
        QVERIFY(!restore_header(restored, save_header(saved)));
        QCOMPARE(restored.sectionSize(1), 140);
        QVERIFY(restored.isSectionHidden(0));
        QCOMPARE(restored.visualIndex(2), 0);

        saved.setSectionHidden(0, false);
        before.view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&before.view));
        const QPoint edge(saved.sectionViewportPosition(1) + saved.sectionSize(1) - 1, saved.height() / 2);
        QTest::mousePress(saved.viewport(), Qt::LeftButton, {}, edge);
        saved.resizeSection(1, 91);  // what the drag does
        QTest::mouseRelease(saved.viewport(), Qt::LeftButton, {}, edge);
        QVERIFY(restore_header(restored, save_header(saved)));
        QCOMPARE(restored.sectionSize(1), saved.sectionSize(1));
        QVERIFY(restore_header(restored, save_header(restored)));  // and stay restored
    }

    void digits_are_never_cut() {
        const QFontMetricsF metrics(Theme::instance().font());
        const QString number = "-1.1550 ± 0.0123";
        const double whole = figures_width(number, metrics), alone = figures_width("-1.1550", metrics);
        QCOMPARE(fitted_figures(number, whole, metrics), number);
        QCOMPARE(fitted_figures(number, whole - 1, metrics), QString("-1.1550"));
        QCOMPARE(fitted_figures(number, alone, metrics), QString("-1.1550"));
        QCOMPARE(fitted_figures(number, alone - 1, metrics), QString("…"));
        for (double width = 0; width < whole; width += 1) {
            const QString shown = fitted_figures(number, width, metrics);
            QVERIFY2(shown == "…" || is_number(shown), qPrintable(shown));
        }
        QVERIFY(fitted_figures("collapsed", 40, metrics) != "…");
        // A sign before it, a range and a duration are numbers as well.
        QCOMPARE(fitted_figures("≈ +0.142 ± 0.029", figures_width("≈ +0.142", metrics), metrics), QString("≈ +0.142"));
        for (const QString& text : {QString("≈ +0.142"), QString("991–1,000"), QString("4m 10s")})
            QCOMPARE(fitted_figures(text, figures_width(text, metrics) - 1, metrics), QString("…"));
    }
};

QTEST_MAIN(CopyRowsTest)
#include "copy_rows_test.moc"
