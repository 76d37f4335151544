#include "ui/window/palette_ranking.h"

#include <QTest>

using namespace ablate::ui;

class PaletteRankingTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void better_answers_come_first() {
        const std::vector<PaletteText> texts{{"Layers", "model layers"},            // 0: only its letters
                                             {"AdamW learning rate", "muon"},       // 1: a word begins with it
                                             {"Learning rate", "train lr"},         // 2: the title itself
                                             {"Schedule", "of the learning rate"},  // 3: other words
                                             {"Learning rate floor", ""}};          // 4: begins with it
        QCOMPARE(palette_order("learning rate", texts), (std::vector<int>{2, 4, 1, 3}));
        QCOMPARE(palette_order("LEARNING-RATE", texts), (std::vector<int>{2, 4, 1, 3}));
        QCOMPARE(palette_order("lr", texts).front(), 2);  // its key, before those that hold the letters
    }

    void words_may_stand_in_any_order() {
        QVERIFY(palette_score("rate learning", {"Learning rate", ""}) > 0);
        QVERIFY(palette_score("rate muon", {"Learning rate", "muon"}) > 0);
        QCOMPARE(palette_score("rate sgd", {"Learning rate", "muon"}), -1);
    }

    void the_parts_of_a_key_belong_together() {
        const PaletteText width{"Feed-forward width", "model d ff"}, off{"Dropout", "model dropout off"};
        QCOMPARE(palette_order("d_ff", {off, width}), (std::vector<int>{1}));
    }

    void letters_in_order_are_enough() {
        QVERIFY(palette_score("lrn", {"Learning rate", ""}) > 0);
        QCOMPARE(palette_score("nrl", {"Rate", ""}), -1);
        QVERIFY(palette_score("lrn", {"Learning rate", ""}) < palette_score("learn", {"Learning rate", ""}));
    }

    void nothing_typed_keeps_the_order() {
        QCOMPARE(palette_order("  ", {{"b", ""}, {"a", ""}}), (std::vector<int>{0, 1}));
        QVERIFY(palette_order("zzz", {{"b", ""}, {"a", ""}}).empty());
    }

    void equals_keep_the_order() {  // pages before options before runs, and runs as they are listed
        QCOMPARE(palette_order("seed", {{"quick: Post-norm, seed 1", ""}, {"quick: NoPE, seed 1", ""}}),
                 (std::vector<int>{0, 1}));
    }
};

QTEST_MAIN(PaletteRankingTest)
#include "palette_ranking_test.moc"
