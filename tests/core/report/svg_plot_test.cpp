#include "core/report/svg_plot.h"

#include "core/plot/dash.h"
#include "core/report/svg_forest.h"

#include <QRegularExpression>
#include <QXmlStreamReader>
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <numeric>

using namespace ablate::report;

namespace {

bool well_formed(const std::string& svg) {
    QXmlStreamReader reader(QString::fromStdString(svg));
    while (!reader.atEnd()) reader.readNext();
    if (reader.hasError()) qWarning("%s", qPrintable(reader.errorString()));
    return !reader.hasError();
}

int count(const std::string& text, const std::string& part) {
    int n = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++n;
    return n;
}

LinePlot plot_of(std::vector<double> y) {
    std::vector<double> x(y.size());
    std::iota(x.begin(), x.end(), 0.0);
    return {"loss", "loss over steps", "steps", "loss", false, {}, {}, {{"Baseline", x, std::move(y), -1, {}}}};
}

}  // namespace

class SvgPlotTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void losses_below_zero_are_drawn_in_their_places() {
        const std::string svg = line_plot_svg(plot_of({-3, -2, -5}));
        const std::size_t begin = svg.find("<path d=\"M") + 9;
        const QString path = QString::fromStdString(svg.substr(begin, svg.find('"', begin) - begin));
        std::vector<double> heights;
        for (auto match = QRegularExpression("[ML][0-9.]+ ([0-9.]+)").globalMatch(path); match.hasNext();)
            heights.push_back(match.next().captured(1).toDouble());
        QCOMPARE(heights.size(), std::size_t{3});
        QVERIFY(heights[1] < heights[0] && heights[0] < heights[2]);  // y grows downward
        // -2 is a third as far from -3 as -5 is from -2.
        QVERIFY(std::abs((heights[0] - heights[1]) * 3 - (heights[2] - heights[1])) < 0.5);
    }

    void what_a_logarithmic_axis_cannot_show_is_marked_and_counted() {
        LinePlot plot = plot_of({3, 2, 1, 1e-16, -1, -2, 0});
        plot.log_y = true;
        const std::string svg = line_plot_svg(plot);
        QVERIFY(well_formed(svg));
        QVERIFY(svg.find("3 values are 0 or less; 1 value is below 0.00020") != std::string::npos);
        QCOMPARE(count(svg, "l-4 -7h8z"), 4);
        QCOMPARE(count(svg, "e-1"), 1);  // in the title of its mark: the axis does not reach down there
        LinePlot small = plot_of({1, 1e-8, 1e-16});
        small.log_y = true;
        QVERIFY(line_plot_svg(small).find("10⁻¹⁶") != std::string::npos);  // small values alone are shown
        QVERIFY(line_plot_svg(plot_of({-1, -2})).find("0 or less") == std::string::npos);
    }

    void points_that_went_back_are_drawn_in_their_places_and_counted() {
        LinePlot plot = plot_of({5, 4, 9, 3});
        plot.lines[0].x = {0, 10, 5, NAN};
        const std::string svg = line_plot_svg(plot);
        QCOMPARE(count(svg, "1 point went back and is drawn in its place; 1 point has no place along x"), 1);
        const std::size_t begin = svg.find("<path d=\"M") + 9, end = svg.find('"', begin);
        QRegularExpression point("[ML]([0-9.]+) ");
        double before = -1;
        for (auto match = point.globalMatch(QString::fromStdString(svg.substr(begin, end - begin))); match.hasNext();) {
            const double x = match.next().captured(1).toDouble();
            QVERIFY(x > before);
            before = x;
        }
    }

    // Negative, zero, tiny, huge, equal and backward values, along both axes and as bars.
    void values_of_any_kind_are_written() {
        const std::vector<std::vector<double>> kinds{
            {-3, -2, -5},           {0, 0, 0}, {1e-12, 3e-12, 2e-12}, {5e-324, 0, 1e-310},
            {1e299, -1e299, 1e300}, {7, 7, 7}, {1e308, NAN, -1e308},  {4e9, 4e9 + 1, 4e9 + 2},
            {1e-300, 1, 1e300}};
        for (const auto& x : kinds)
            for (const auto& y : kinds)
                for (const bool log : {false, true}) {
                    LinePlot plot = plot_of(y);
                    plot.lines[0].x = x;
                    plot.log_y = log;
                    const std::string svg = line_plot_svg(plot);
                    QVERIFY(well_formed(svg));
                    QVERIFY(svg.find("\"nan") == std::string::npos && svg.find("inf") == std::string::npos);
                    QVERIFY(svg.find("-nan") == std::string::npos);
                }
        for (const auto& values : kinds) {
            ForestPlot forest{"final loss", "nats", 0, {}};
            for (const double value : values) forest.rows.push_back({"a", value, value, value, "text", 1});
            const std::string svg = forest_plot_svg(forest);
            QVERIFY(well_formed(svg));
            QVERIFY(svg.find("nan") == std::string::npos && svg.find("inf") == std::string::npos);
        }
    }

    void steps_beyond_what_an_int_holds_keep_their_digits() {
        LinePlot plot = plot_of({3, NAN, 2});
        plot.lines[0].x = {2147483648, 2147483649, 2147483658};
        QVERIFY(line_plot_svg(plot).find("not finite at 2,147,483,649") != std::string::npos);
    }

    void labels_at_the_lines_ends_keep_their_distance_and_stay_in_the_figure() {
        for (const std::size_t lines : {std::size_t{3}, std::size_t{40}}) {
            LinePlot plot = plot_of({3, 2});
            for (std::size_t i = 1; i < lines; ++i)
                plot.lines.push_back({"Variant", {0, 1}, {3, 2.01}, static_cast<int>(i), {}});
            const QString svg = QString::fromStdString(line_plot_svg(plot));
            std::vector<double> heights;
            for (auto match = QRegularExpression("y=\"([0-9.-]+)\"[^>]*>(Baseline|Variant)<").globalMatch(svg);
                 match.hasNext();)
                heights.push_back(match.next().captured(1).toDouble());
            const std::size_t left_out = lines - heights.size();
            QCOMPARE(left_out, lines == 3 ? std::size_t{0} : std::size_t{23});  // 18 lines fit, one counts the others
            QCOMPARE(svg.contains(">23 more<"), lines == 40);
            std::sort(heights.begin(), heights.end());
            QVERIFY(heights.front() > 20 && heights.back() < 310);
            for (std::size_t i = 1; i < heights.size(); ++i) QVERIFY(heights[i] - heights[i - 1] >= 14.85);
        }
    }

    void a_logarithmic_axis_labels_its_round_values() {
        LinePlot plot = plot_of({0.4, 2, 3});
        plot.log_y = true;
        const std::string svg = line_plot_svg(plot);
        for (const char* label : {">0.5<", ">1<", ">2<"}) QCOMPARE(count(svg, label) > 0, true);
        QVERIFY(svg.find("><") == std::string::npos);  // no text without a label
    }

    void non_finite_points_are_marked_not_drawn() {
        const std::string svg = line_plot_svg(plot_of({3, 2, NAN, INFINITY, 2.5, 2.4}));
        QVERIFY(well_formed(svg));
        QCOMPARE(count(svg, "#d32f2f"), 2);
        QVERIFY(svg.find("nan") == std::string::npos && svg.find("inf") == std::string::npos);
        const std::size_t path = svg.find("<path d=\"M");
        QCOMPARE(count(svg.substr(path, svg.find('"', path + 9) - path), "M"), 2);  // the line is broken at the gap
    }

    void a_spike_among_twenty_thousand_points_is_drawn() {
        std::vector<double> y(20000, 1.0);
        y[12345] = 9.0;
        const std::string spiked = line_plot_svg(plot_of(y));
        LinePlot flat = plot_of(std::vector<double>(20000, 1.0));
        QVERIFY(spiked.size() < 100000);
        QVERIFY(spiked.find(">8<") != std::string::npos);  // the axis reaches it
        QVERIFY(line_plot_svg(flat).find(">8<") == std::string::npos);
    }

    void what_lies_above_the_limit_is_not_drawn() {
        LinePlot plot = plot_of({1, 2, 9, 2, 1, 9});
        plot.y_max = 3;
        const std::string svg = line_plot_svg(plot);
        const std::size_t begin = svg.find("<path d=\"M") + 9, end = svg.find('"', begin);
        const QString path = QString::fromStdString(svg.substr(begin, end - begin));
        QRegularExpression point("[ML][0-9.]+ (-?[0-9.]+)");
        int points = 0, at_top = 0;
        for (auto match = point.globalMatch(path); match.hasNext(); ++points) {
            const double y = match.next().captured(1).toDouble();
            QVERIFY2(y >= 30, qPrintable(path));  // the top of the plot
            at_top += y == 30;
        }
        QCOMPARE(points, 7);  // four below the limit, and where the line crosses it: up, down, up
        QCOMPARE(at_top, 3);
    }

    void degenerate_data_still_give_a_plot() {
        for (const auto& y : {std::vector<double>{}, {5.0}, {NAN, NAN}, {2.0, 2.0}}) {
            LinePlot plot = plot_of(y);
            QVERIFY(well_formed(line_plot_svg(plot)));
            plot.log_y = true;
            QVERIFY(well_formed(line_plot_svg(plot)));
        }
        LinePlot negative = plot_of({-1, 0, 10});
        negative.log_y = true;
        const std::string svg = line_plot_svg(negative);
        QVERIFY(svg.find("nan") == std::string::npos && svg.find("inf") == std::string::npos);
    }

    // A study that has just started has its first evaluation alone.
    void a_single_point_has_no_steps_below_zero() {
        const std::string svg = line_plot_svg(plot_of({5.0}));
        QVERIFY(svg.find(">0<") != std::string::npos);
        QVERIFY(svg.find(">-") == std::string::npos);
    }

    void where_a_run_collapsed_is_marked() {
        LinePlot plot = plot_of({3, 2, 1});
        plot.lines[0].collapsed_at = 1;
        QVERIFY(line_plot_svg(plot).find("collapsed at 1") != std::string::npos);
    }

    void hostile_labels_are_text() {
        LinePlot plot = plot_of({3, 2});
        plot.lines[0].label = "<script>alert(1)</script>\x01";
        const std::string svg = line_plot_svg(plot);
        QVERIFY(well_formed(svg));
        QVERIFY(svg.find("<script") == std::string::npos);
        const std::string forest = forest_plot_svg({"d", "x", 3, {{"\"><b>", 3.5, 3.4, 3.6, "<b>", 1}}});
        QVERIFY(well_formed(forest));
        QVERIFY(forest.find("<b>") == std::string::npos);
    }

    void rows_of_a_forest_plot_without_a_value_say_why() {
        const std::string svg =
            forest_plot_svg({"final loss",
                             "nats",
                             0,
                             {{"Baseline", 0, NAN, NAN, "baseline, 3.0", -1, true},
                              {"NoPE", 0.1, 0.05, 0.15, "+0.1000 ± 0.0500", 0},
                              {"No norm", NAN, NAN, NAN, "2 of 2 seeds collapsed", 1, false, true}}});
        QVERIFY(well_formed(svg));
        QVERIFY(svg.find(">2 of 2 seeds collapsed</text>") != std::string::npos);
        QCOMPARE(count(svg, "#d32f2f"), 1);  // the cross
        QCOMPARE(count(svg, "<rect"), 1);    // NoPE
        QCOMPARE(count(svg, "<circle"), 1);  // the baseline
    }

    // Variants often differ at the end of their names.
    void long_labels_at_the_lines_ends_keep_both_ends() {
        LinePlot plot = plot_of({3, 2});
        plot.lines[0].label = "Wider feed-förward layers, number 12";
        QVERIFY(line_plot_svg(plot).find(">Wider feed-förwar…s, number 12<") != std::string::npos);
        plot.lines[0].label = "Wider feed-förward layers, 12";
        QVERIFY(line_plot_svg(plot).find(">Wider feed-förward layers, 12<") != std::string::npos);
    }

    void forty_rows_of_a_forest_plot_have_their_names_in_full() {
        ForestPlot plot{"d", "x", 0, {}};
        for (int i = 0; i < 40; ++i)
            plot.rows.push_back({"A variant with quite a long name, number " + std::to_string(i), 0.01 * i, NAN, NAN,
                                 std::to_string(i), i});
        const QString svg = QString::fromStdString(forest_plot_svg(plot));
        QVERIFY(well_formed(svg.toStdString()));
        QVERIFY(!svg.contains("…"));
        QCOMPARE(svg.count("<rect"), 40);
        // In the order given, without overlap, inside the figure.
        std::vector<double> places;
        for (auto match = QRegularExpression("<rect x=\"[0-9.]+\" y=\"([0-9.]+)\"").globalMatch(svg); match.hasNext();)
            places.push_back(match.next().captured(1).toDouble());
        for (std::size_t i = 1; i < places.size(); ++i) QVERIFY(places[i] - places[i - 1] >= 14);
        const double height = QRegularExpression("viewBox=\"0 0 780 ([0-9]+)\"").match(svg).captured(1).toDouble();
        QVERIFY(places.back() < height - 44);
    }

    // Two seeds give intervals that are a dozen times wider than the differences.
    void a_wide_interval_does_not_flatten_a_forest_plot() {
        ForestPlot plot{"d", "x", 0, {{"a", 0.1, 0.05, 0.15, "a", 0}, {"b", 0.2, -9.8, 10.2, "b", 1}}};
        QVERIFY(cuts_intervals(plot));
        QVERIFY(forest_plot_svg(plot).find(">10<") == std::string::npos);
        QCOMPARE(count(forest_plot_svg(plot), "l-6 -4v8z") + count(forest_plot_svg(plot), "l6 -4v8z"), 2);
        plot.rows[1].low = 0.1, plot.rows[1].high = 0.3;
        QVERIFY(!cuts_intervals(plot));
        QCOMPARE(count(forest_plot_svg(plot), "-4v8z"), 0);
    }

    void a_curve_over_a_grid_has_dots_on_a_logarithmic_axis() {
        LinePlot plot = plot_of({3.2, 3.0, 3.4});
        plot.lines[0].x = {1e-4, 1e-3, 1e-2};
        plot.log_x = plot.dots = true;
        const QString svg = QString::fromStdString(line_plot_svg(plot));
        QVERIFY(well_formed(svg.toStdString()));
        std::vector<double> places;
        for (auto match = QRegularExpression("<circle cx=\"([0-9.]+)\"").globalMatch(svg); match.hasNext();)
            places.push_back(match.next().captured(1).toDouble());
        QCOMPARE(places.size(), std::size_t{3});
        QVERIFY(std::abs((places[1] - places[0]) - (places[2] - places[1])) < 0.3);  // decades are equally long
    }

    void a_standalone_file_has_colors_for_dark_viewers() {
        const std::string svg = standalone_svg(line_plot_svg(plot_of({3, 2})));
        QVERIFY(well_formed(svg));
        QVERIFY(svg.find("prefers-color-scheme:dark") != std::string::npos);
        // The fourth variant's yellow is bright on a dark ground.
        QVERIFY(svg.find("[stroke=\"#b8a900\"]{stroke:#f0e442}[fill=\"#b8a900\"]{fill:#f0e442}") != std::string::npos);
    }

    void the_baseline_is_neutral_and_neighbors_differ() {
        QCOMPARE(series_color(-1), std::string("currentColor"));
        QCOMPARE(series_color(3), std::string("#b8a900"));
        for (int i = 0; i < 5; ++i) QVERIFY(series_color(i) != series_color(i + 1));
    }

    // The rule of the window, core/plot/dash.h.
    void dashes_tell_the_seeds_of_a_variant_apart() {
        LinePlot plot = plot_of({3, 2});
        QCOMPARE(count(line_plot_svg(plot), "stroke-dasharray"), 0);
        plot.lines[0].seed = 0;
        QCOMPARE(count(line_plot_svg(plot), "stroke-dasharray"), 0);
        plot.lines.push_back({"", {0, 1}, {3, 2.5}, 2, {}, 1});
        std::string dashes;
        for (const double length : ablate::plot::seed_dash(1))
            dashes += (dashes.empty() ? "" : " ") + std::to_string(static_cast<int>(length * 1.5));
        QCOMPARE(count(line_plot_svg(plot), "stroke-width=\"1.5\" stroke-dasharray=\"" + dashes + "\""), 1);
    }
};

QTEST_GUILESS_MAIN(SvgPlotTest)
#include "svg_plot_test.moc"
