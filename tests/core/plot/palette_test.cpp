#include "core/plot/palette.h"

#include <QTest>
#include <set>

using namespace ablate::plot;

class PaletteTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void twenty_one_variants_and_the_baseline_have_distinct_colors() {
        for (const bool dark : {false, true}) {
            std::set<Rgb> colors;
            for (int index = kBaselineColor; index < kRunColors; ++index) colors.insert(run_color(index, dark));
            QCOMPARE(colors.size(), std::size_t{22});
            QCOMPARE(run_color(kRunColors, dark), run_color(0, dark));
        }
    }

    // A quarter or 35 % of the way to black or white, by hand: 0xe6 is 230, 0x9f 159.
    void later_rounds_are_darker_and_lighter() {
        QCOMPARE(hex(run_color(0, false)), std::string("#e69f00"));
        QCOMPARE(hex(run_color(8, false)), std::string("#387597"));   // 86 * 0.65 = 55.9, 117, 151.45
        QCOMPARE(hex(run_color(14, true)), std::string("#efc159"));   // 230 + 25 * 0.35 = 238.75, 192.6, 89.25
        QCOMPARE(hex(run_color(14, false)), std::string("#ecb740"));  // 230 + 25 * 0.25 = 236.25, 183, 63.75
        QCOMPARE(hex(0x00000f), std::string("#00000f"));
    }

    // 0xe69f00 is (230, 159, 0): 20 % of the way to white, and half of the way to black.
    void lightness_goes_by_the_place_in_the_grid() {
        QCOMPARE(hex(run_color(0, 0, 3, false)), std::string("#ebb233"));  // 235, 178.2, 51
        QCOMPARE(run_color(0, 1, 3, false), run_color(0, false));
        QCOMPARE(hex(run_color(0, 2, 3, false)), std::string("#735000"));  // 115, 79.5, 0
        QCOMPARE(hex(run_color(0, 0, 2, true)), std::string("#b87f00"));   // 184, 127.2, 0
        for (const bool dark : {false, true}) {
            QCOMPARE(run_color(3, 0, 1, dark), run_color(3, dark));
            for (int index = kBaselineColor; index < kRunColors; ++index) {
                std::set<Rgb> shades;
                for (int point = 0; point < 5; ++point) shades.insert(run_color(index, point, 5, dark));
                QCOMPARE(shades.size(), std::size_t{5});
            }
            QCOMPARE(run_color(kBaselineColor, 4, 5, dark), run_color(kBaselineColor, dark));
        }
    }

    void a_color_is_found_on_the_other_ground() {
        QCOMPARE(on_other_ground(run_color(1, true), true), run_color(1, false));
        QCOMPARE(on_other_ground(run_color(4, 2, 3, true), true), run_color(4, 2, 3, false));
        QCOMPARE(on_other_ground(run_color(kBaselineColor, 0, 3, false), false), run_color(kBaselineColor, 0, 3, true));
        QCOMPARE(on_other_ground(0x123456, true), Rgb{0x123456});
    }

    void variants_are_numbered_by_their_first_runs() {
        VariantColors colors;
        for (const char* variant : {"silu", "baseline", "nope", "silu"}) colors.add("quick", variant);
        colors.add("other", "nope");
        QCOMPARE(colors.index("quick", "silu"), 0);
        QCOMPARE(colors.index("quick", "nope"), 1);
        QCOMPARE(colors.index("quick", "baseline"), kBaselineColor);
        QCOMPARE(colors.index("other", "nope"), 0);
        QCOMPARE(colors.index("quick", "new"), 2);  // what it gets once it has a run
        QCOMPARE(colors.index("none", "baseline"), kBaselineColor);
        QCOMPARE(colors.index("none", "new"), 0);
    }
};

QTEST_GUILESS_MAIN(PaletteTest)
#include "palette_test.moc"
