#include "core/plot/dash.h"

#include <QTest>
#include <set>

using namespace ablate::plot;

class DashTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void five_seeds_differ_and_then_the_dashes_repeat() {
        std::set<std::vector<double>> seen;
        for (int seed = 0; seed < kSeedDashes; ++seed) seen.insert(seed_dash(seed));
        QCOMPARE(seen.size(), std::size_t{5});
        QVERIFY(seed_dash(0).empty() && seed_dash(-1).empty());
        QCOMPARE(seed_dash(1), (std::vector<double>{4, 2}));
        QCOMPARE(seed_dash(kSeedDashes + 1), seed_dash(1));
    }

    void a_pattern_is_pairs_of_line_and_gap() {
        for (int seed = 0; seed < kSeedDashes; ++seed) QCOMPARE(seed_dash(seed).size() % 2, std::size_t{0});
    }
};

QTEST_GUILESS_MAIN(DashTest)
#include "dash_test.moc"
