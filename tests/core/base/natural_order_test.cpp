#include "core/base/natural_order.h"

#include <QTest>
#include <algorithm>
#include <string>
#include <vector>

using ablate::natural_less;

class NaturalOrderTest : public QObject {
    Q_OBJECT

    static std::vector<std::string> sorted(std::vector<std::string> words) {
        std::sort(words.begin(), words.end(), [](const auto& a, const auto& b) { return natural_less(a, b); });
        return words;
    }
    using Words = std::vector<std::string>;

  private Q_SLOTS:
    void numbers_are_ordered_by_value() {
        QCOMPARE(sorted({"1000", "128", "16"}), Words({"16", "128", "1000"}));
        QCOMPARE(sorted({"0.02", "1e-05", "0.001", "3"}), Words({"1e-05", "0.001", "0.02", "3"}));
        QCOMPARE(sorted({"1,000", "128", "1,315,968", "-2"}), Words({"-2", "128", "1,000", "1,315,968"}));
        QCOMPARE(sorted({"1e30", "1e-30", "12"}), Words({"1e-30", "12", "1e30"}));
    }

    void numbers_in_text_are_ordered_by_value() {
        QCOMPARE(sorted({"train.lr=0.02", "train.lr=1e-05", "train.lr=0.003"}),
                 Words({"train.lr=1e-05", "train.lr=0.003", "train.lr=0.02"}));
        QCOMPARE(sorted({"run10", "run9", "run2"}), Words({"run2", "run9", "run10"}));
        QCOMPARE(sorted({"v1.10", "v1.9"}), Words({"v1.9", "v1.10"}));
        QCOMPARE(sorted({"1.4B", "410M", "70M"}), Words({"1.4B", "70M", "410M"}));
        QCOMPARE(sorted({"layers.10.norm", "layers.2.norm"}), Words({"layers.2.norm", "layers.10.norm"}));
        QCOMPARE(sorted({"lr=0.01,d_ff=1000", "lr=0.01,d_ff=16"}), Words({"lr=0.01,d_ff=16", "lr=0.01,d_ff=1000"}));
    }

    void text_is_ordered_without_regard_to_case_and_after_numbers() {
        QCOMPARE(sorted({"no-norm", "Baseline", "QK-norm", "NoPE", "8"}),
                 Words({"8", "Baseline", "no-norm", "NoPE", "QK-norm"}));
        QVERIFY(natural_less("A", "a") != natural_less("a", "A"));
    }

    void missing_values_are_last() {
        QCOMPARE(sorted({"", "b", "nan", "1", "\u2013"}).front(), std::string("1"));
        QCOMPARE(sorted({"", "b", "1", "NaN"})[1], std::string("b"));
        QVERIFY(!natural_less("", "nan") && !natural_less("nan", ""));
        QVERIFY(natural_less("nano", ""));
    }

    void the_order_is_consistent() {
        const Words words{"",    "1",   "01",   "1.0", "1e0", "1,000", "1000", "a1",    "a01",
                          "a 1", "-1",  "a-1",  "-",   "a.",  "a.1",   "a1.",  "1.2.3", "1..2",
                          ".5",  "=.5", "x=-3", "x=-", "é",   "nan",   "inf",  "--1"};
        for (const std::string& a : words) {
            QVERIFY(!natural_less(a, a));
            for (const std::string& b : words) {
                QVERIFY(!(natural_less(a, b) && natural_less(b, a)));
                for (const std::string& c : words)
                    if (natural_less(a, b) && natural_less(b, c))
                        QVERIFY2(natural_less(a, c), qPrintable(QString::fromStdString(a + "|" + b + "|" + c)));
            }
        }
    }
};

QTEST_GUILESS_MAIN(NaturalOrderTest)
#include "natural_order_test.moc"
