#include "core/report/table_layout.h"

#include "core/report/escape.h"

#include <QtTest>
#include <numeric>

using namespace ablate::report;

namespace {

// One unit a character.
double characters(const std::string& text, bool) { return static_cast<double>(display_width(text)); }

double whole_width(const TablePart& part, double gap) {
    return std::accumulate(part.widths.begin(), part.widths.end(), 0.0) +
           gap * static_cast<double>(part.widths.size() - 1);
}

Table wide() {
    Table table{{{"Variant"}, {"Loss", true}, {"Difference to the baseline", true}, {"Time", true}, {"What changes"}},
                {}};
    table.rows.push_back({{"NoPE", "3.6514 ± 0.0156", "+0.0815 ± 0.0056", "30s", "Position: RoPE to NoPE"}, false});
    table.rows.push_back(
        {{"SiLU", "3.7935 ± 0.0401", "+0.1421 ± 0.0231", "27s", "Feed-forward: SwiGLU to SiLU"}, true});
    return table;
}

}  // namespace

class TableLayoutTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void what_fits_stays_one_table() {
        const TableRoom room{200, 2, 20};
        const auto parts = fit_table(wide(), room, characters);
        QCOMPARE(parts.size(), std::size_t{1});
        QCOMPARE(parts[0].table.columns.size(), std::size_t{5});
        // With room for it nothing wraps, titles included.
        QCOMPARE(parts[0].widths, (std::vector<double>{7, 15, 26, 4, 28}));
        QVERIFY(parts[0].table.rows[1].strong);
    }

    void columns_without_room_go_into_further_tables_under_the_same_keys() {
        const TableRoom room{45, 2, 20};
        const auto parts = fit_table(wide(), room, characters);
        QCOMPARE(parts.size(), std::size_t{2});
        std::vector<std::string> titles;
        for (const TablePart& part : parts) {
            QVERIFY(whole_width(part, room.gap) <= room.width + 1e-9);
            QCOMPARE(part.table.columns[0].title, std::string("Variant"));
            QCOMPARE(part.table.rows[0].cells[0], std::string("NoPE"));
            for (std::size_t i = 1; i < part.table.columns.size(); ++i) titles.push_back(part.table.columns[i].title);
        }
        QCOMPARE(titles, (std::vector<std::string>{"Loss", "Difference to the baseline", "Time", "What changes"}));
    }

    // Numbers, and so "±", stay on one line; only words wrap.
    void numbers_get_the_width_of_their_text() {
        for (const double width : {40.0, 45.0, 60.0, 90.0})
            for (const TablePart& part : fit_table(wide(), {width, 2, 12}, characters))
                for (std::size_t i = 0; i < part.table.columns.size(); ++i) {
                    if (!part.table.columns[i].right) continue;
                    for (const auto& row : part.table.rows)
                        QVERIFY(characters(row.cells[i], false) <= part.widths[i] + 1e-9);
                }
    }

    void a_key_and_a_column_too_wide_together_still_fit() {
        Table table{{{"Run"}, {"Value", true}}, {}};
        table.rows.push_back({{std::string(50, 'a'), std::string(60, '1')}, false});
        const auto parts = fit_table(table, {40, 2, 30}, characters);
        QCOMPARE(parts.size(), std::size_t{1});
        QVERIFY(whole_width(parts[0], 2) <= 40 + 1e-6);
        for (const double width : parts[0].widths) QVERIFY(width > 0);
    }

    void two_keys_are_repeated() {
        Table table = wide();
        table.keys = 2;
        for (const TablePart& part : fit_table(table, {48, 2, 20}, characters)) {
            QCOMPARE(part.table.columns[0].title, std::string("Variant"));
            QCOMPARE(part.table.columns[1].title, std::string("Loss"));
        }
    }

    void a_long_narrow_table_is_folded() {
        Table table{{{"Option"}, {"Value"}}, {}};
        for (int i = 0; i < 21; ++i) table.rows.push_back({{"option" + std::to_string(i), std::to_string(i)}, false});
        const Table made = folded(table, {60, 2, 20}, characters);
        QCOMPARE(made.columns.size(), std::size_t{4});
        QCOMPARE(made.rows.size(), std::size_t{11});
        QCOMPARE(made.rows[0].cells, (std::vector<std::string>{"option0", "0", "option11", "11"}));
        QCOMPARE(made.rows[10].cells, (std::vector<std::string>{"option10", "10", "", ""}));
        QCOMPARE(fit_table(made, {60, 2, 20}, characters).size(), std::size_t{1});
        QCOMPARE(folded(table, {30, 2, 20}, characters).rows.size(), std::size_t{21});  // no room for two
        table.rows.resize(5);
        QCOMPARE(folded(table, {60, 2, 20}, characters).rows.size(), std::size_t{5});
    }
};

QTEST_GUILESS_MAIN(TableLayoutTest)
#include "table_layout_test.moc"
