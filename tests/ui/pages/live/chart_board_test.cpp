#include "ui/pages/live/chart_board.h"

#include <QMenu>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>
#include <cmath>

using namespace ablate;
using namespace ablate::ui;

class ChartBoardTest : public QObject {
    Q_OBJECT

    // Of a run with statistics of twelve blocks.
    static std::vector<LiveMetric> many_metrics() {
        auto curves = std::make_shared<RunCurves>();
        for (int block = 0; block < 12; ++block)
            curves->add("grad_norm/blocks." + std::to_string(block), {{0, 1}, {1, 2}, {10, 11}});
        return live_metrics({curves});
    }
    static QStringList shown(const ChartBoard& board) {
        QStringList keys;
        for (const ChartCard* card : board.cards()) keys += card->metric().key;
        return keys;
    }
    static void choose(ChartCard* card, const QString& entry) {
        for (QToolButton* button : card->findChildren<QToolButton*>()) {
            if (!button->menu()) continue;
            for (QAction* action : button->menu()->actions())
                if (action->text() == entry) action->trigger();
        }
    }

  private Q_SLOTS:
    void there_are_up_to_twelve_charts_each_of_its_own_metric() {
        ChartBoard board;
        QCOMPARE(shown(board), QStringList({"train_loss", "val_loss", "grad_norm", "lr"}));
        board.set_choices(many_metrics());
        QSignalSpy arranged(&board, &ChartBoard::arranged);
        while (board.can_add()) board.add();
        QCOMPARE(board.cards().size(), ChartBoard::kMostCharts);
        QCOMPARE(arranged.count(), 8);
        const QStringList keys = shown(board);
        QCOMPARE(QSet<QString>(keys.begin(), keys.end()).size(), qsizetype{12});
        board.add();  // refused
        QCOMPARE(board.cards().size(), ChartBoard::kMostCharts);
    }

    void small_charts_side_by_side_fit_the_width() {
        ChartBoard board;
        const auto left = [&](std::size_t card) { return board.cards()[card]->mapTo(&board, QPoint()).x(); };
        const auto right = [&](std::size_t card) { return left(card) + board.cards()[card]->width(); };
        board.resize(1600, 800);
        board.show();
        QTRY_VERIFY(left(1) < left(2) && left(2) < left(3));
        const int narrow = 2 * board.cards()[1]->minimumSizeHint().width() + 60;
        board.resize(narrow, 800);
        QTRY_VERIFY(left(3) == left(1));  // in a second row
        for (std::size_t card = 1; card < 4; ++card) QTRY_VERIFY(right(card) <= narrow);
    }

    void a_chart_is_removed_and_the_large_one_is_replaced() {
        ChartBoard board;
        choose(board.cards()[1], "Remove this chart");
        QCOMPARE(shown(board), QStringList({"train_loss", "grad_norm", "lr"}));
        choose(board.cards()[0], "Remove this chart");
        QCOMPARE(shown(board), QStringList({"grad_norm", "lr"}));
        QVERIFY(board.cards()[0]->hero() && board.cards()[0]->logarithmic());
        choose(board.cards()[1], "Show as the large chart");
        QCOMPARE(shown(board), QStringList({"lr", "grad_norm"}));
        choose(board.cards()[1], "Remove this chart");
        choose(board.cards()[0], "Remove this chart");  // the last one stays
        QCOMPARE(shown(board), QStringList({"lr"}));
    }

    void outliers_are_included_for_one_metric() {
        ChartBoard board;
        ChartCard* card = board.cards()[1];
        QVERIFY(!card->includes_outliers());
        Q_EMIT card->plot().outliers_clicked();
        QVERIFY(card->includes_outliers());
        card->set_metric(*live_metric_of("tag:grad_norm/blocks.3"));
        QVERIFY(!card->includes_outliers());
    }

    void a_chart_that_is_added_is_zoomed_as_the_others() {
        ChartBoard board;
        board.set_choices(many_metrics());
        Q_EMIT board.cards()[0]->plot().x_range_changed(10, 20);
        board.add();
        QVERIFY(board.cards().back()->plot().zoomed());
        Q_EMIT board.cards()[1]->plot().x_range_changed(std::nan(""), std::nan(""));
        board.add();
        QVERIFY(!board.cards().back()->plot().zoomed());
    }

    void an_arrangement_is_kept_and_a_damaged_one_changes_nothing() {
        ChartBoard board;
        board.set_choices(many_metrics());
        board.add();
        board.cards()[0]->set_logarithmic(true);
        board.cards()[1]->set_metric(*live_metric_of("tag:grad_norm/blocks.3"));
        const QVariantList kept = board.arrangement();
        ChartBoard other;
        other.arrange(kept);
        QCOMPARE(shown(other), shown(board));
        QVERIFY(other.cards()[0]->logarithmic());
        QCOMPARE(other.arrangement(), kept);
        for (const QVariantList& damaged : {QVariantList(), QVariantList{7, "x"}, QVariantList{QVariantMap()}}) {
            other.arrange(damaged);
            QCOMPARE(other.arrangement(), kept);
        }
        other.arrange({QVariantMap{{"metric", "lr"}}, QVariantMap{{"metric", "lr"}}});
        QCOMPARE(shown(other), QStringList({"lr"}));
    }
};

QTEST_MAIN(ChartBoardTest)
#include "chart_board_test.moc"
