#include "ui/pages/live/live_metrics.h"

#include "core/train/register.h"
#include "ui/pages/live/depth_panel.h"

#include <QTest>
#include <cmath>

using namespace ablate;
using namespace ablate::ui;

class LiveMetricsTest : public QObject {
    Q_OBJECT

    static run::Series series(std::vector<std::int64_t> steps, std::vector<double> values, double start) {
        run::Series made{std::move(steps), std::move(values), {}};
        for (std::size_t i = 0; i < made.step.size(); ++i)
            made.wall_time.push_back(start + 2.0 * static_cast<double>(i));
        return made;
    }
    static std::vector<train::Event> events_of(const std::vector<Json>& lines) {
        std::vector<train::Event> events;
        for (const Json& line : lines) events.push_back(train::event_from_json(line));
        return events;
    }
    static RunCurvesPtr curves() {
        auto made = std::make_shared<RunCurves>();
        made->id = "a";
        made->add(run::kTrainLoss, series({0, 1, 2}, {7, 6, 5}, 100));
        made->add(run::kGradNorm, series({0, 1, 2}, {1, 2, INFINITY}, 100));
        made->add("act_rms/final", series({0, 2}, {1, 3}, 100));
        made->add("act_rms/blocks.10.attn_in", series({0, 2}, {1, 2}, 100));
        made->add("act_rms/blocks.2.attn_in", series({0, 1}, {4, 5}, 100));
        const std::vector<Json> lines = {
            {{"type", "evaluation"}, {"step", 0}, {"set", "val"}, {"loss", 7.625}, {"bpb", 3.5}, {"time", 99.0}},
            {{"type", "spike"}, {"step", 1}, {"of", "loss"}, {"value", 9.5}},
            {{"type", "evaluation"}, {"step", 2}, {"set", "val"}, {"loss", "NaN"}, {"bpb", 2.5}, {"time", 104.0}},
            {{"type", "non_finite"}, {"step", 2}, {"tensor", "blocks.2.attn"}}};
        made->events = events_of(lines);
        return made;
    }
    static const run::Metric& metric(const std::string& key) {
        for (const run::Metric& metric : run::kMetrics)
            if (key == metric.key) return metric;
        throw std::logic_error("no such metric");
    }
    static run::ListedRun listed() {
        run::ListedRun run{run::RunDirectory("/nowhere/a"), {}, {}, run::Status::running};
        run.info.config.train.batch = 4;
        run.info.config.train.accumulate = 2;
        run.info.config.data.context = 16;
        run.info.flops_per_token = 1000;
        return run;
    }

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void x_is_steps_tokens_time_or_flops() {
        CurveMaker maker;
        const auto run = listed();
        const auto all = curves();
        const auto x = [&](plot::XAxis axis) {
            maker.set_x_axis(axis);
            return *maker.make(metric("train_loss"), run, all)->x;
        };
        QCOMPARE(x(plot::XAxis::steps), std::vector<double>({0, 1, 2}));
        QCOMPARE(x(plot::XAxis::tokens), std::vector<double>({0, 128, 256}));
        QCOMPARE(x(plot::XAxis::seconds), std::vector<double>({0, 2, 4}));
        QCOMPARE(x(plot::XAxis::flops), std::vector<double>({0, 384000, 768000}));
        QCOMPARE(maker.position(2, run, *all), 768000.0);
        maker.set_x_axis(plot::XAxis::seconds);
        QCOMPARE(maker.position(1, run, *all), 2.0);
    }

    // The clock goes back by an hour at step 2, as after a restart on another machine, and a pause precedes step 4.
    void wall_time_never_goes_back_and_counts_pauses() {
        auto made = std::make_shared<RunCurves>();
        made->id = "a";
        run::Series loss{{0, 1, 2, 3, 4}, {5, 4, 3, 2, 1}, {5000, 5010, 1410, 1420, 1920}};
        made->add(run::kTrainLoss, loss);
        CurveMaker maker;
        maker.set_x_axis(plot::XAxis::seconds);
        QCOMPARE(*maker.make(metric("train_loss"), listed(), made)->x, std::vector<double>({0, 10, 10, 20, 520}));
        QCOMPARE(maker.position(3, listed(), *made), 20.0);
        QCOMPARE(QString(text_of(plot::XAxis::seconds).choice), QString("Wall time"));
    }

    void a_line_without_a_time_does_not_hide_the_others() {
        auto made = std::make_shared<RunCurves>();
        made->id = "a";
        made->add(run::kTrainLoss, {{0, 1, 2}, {5, 4, 3}, {NAN, 10, 12}});
        CurveMaker maker;
        maker.set_x_axis(plot::XAxis::seconds);
        const auto x = *maker.make(metric("train_loss"), listed(), made)->x;
        QVERIFY(std::isnan(x[0]));
        QCOMPARE(x[2] - x[1], 2.0);
    }

    void tags_logged_together_share_their_x_and_values_are_not_copied() {
        CurveMaker maker;
        const auto all = curves();
        const auto loss = maker.make(metric("train_loss"), listed(), all),
                   norm = maker.make(metric("grad_norm"), listed(), all);
        QCOMPARE(loss->x.get(), norm->x.get());
        QCOMPARE(loss->y.get(), &all->series.at(run::kTrainLoss)->value);
        const auto again = maker.make(metric("train_loss"), listed(), all);
        QCOMPARE(again->x.get(), loss->x.get());
    }

    void validation_comes_from_the_events_with_its_nans() {
        CurveMaker maker;
        const auto all = curves();
        const auto loss = maker.make(metric("val_loss"), listed(), all);
        QCOMPARE(loss->y->size(), std::size_t{2});
        QCOMPARE((*loss->y)[0], 7.625);
        QVERIFY(std::isnan((*loss->y)[1]));
        QCOMPARE(*maker.make(metric("bpb"), listed(), all)->y, std::vector<double>({3.5, 2.5}));
        QVERIFY(!maker.make(metric("lr"), listed(), all));
        QCOMPARE(maker.make(metric("val_loss"), listed(), all)->y.get(), loss->y.get());
    }

    void any_series_of_a_run_is_a_metric() {
        auto all = std::make_shared<RunCurves>(*curves());
        all->add("eval/val/loss", series({0, 2}, {7, 6}, 100));
        all->add("act_rms/final/min", series({0, 2}, {1, 3}, 100));
        QStringList titles;
        for (const LiveMetric& metric : live_metrics({all, nullptr})) titles += metric.title;
        const qsizetype table = std::ssize(run::kLiveMetrics);
        QCOMPARE(titles.first(table).front(), QString("Training loss"));
        QCOMPARE(titles.mid(table), QStringList({"Activation RMS: blocks.2.attn_in",
                                                 "Activation RMS: blocks.10.attn_in", "Activation RMS: final"}));
        const auto metric = live_metric_of("tag:act_rms/final");
        QVERIFY(metric);
        CurveMaker maker;
        QCOMPARE(*maker.make(*metric, listed(), all)->y, std::vector<double>({1, 3}));
        QVERIFY(!live_metric_of("no such metric") && !live_metric_of(""));
        QVERIFY(!maker.make(*live_metric_of("tag:none"), listed(), all));
    }

    void validation_sets_are_metrics_by_name_where_there_are_several() {
        auto all = std::make_shared<RunCurves>(*curves());
        const std::vector<Json> lines = {
            {{"type", "evaluation"}, {"step", 2}, {"set", "code"}, {"loss", 4.5}, {"bpb", 2.25}, {"time", 104.0}}};
        for (const train::Event& event : events_of(lines)) all->events.push_back(event);
        QStringList titles;
        for (const LiveMetric& metric : live_metrics({all})) titles += metric.title;
        QVERIFY(titles.contains("Validation loss: code") && titles.contains("Validation loss: val"));
        QVERIFY(titles.contains("Validation bits per byte: code"));
        CurveMaker maker;
        QCOMPARE(*maker.make(*live_metric_of("set:val_loss:code"), listed(), all)->y, std::vector<double>({4.5}));
        QCOMPARE(maker.make(*live_metric_of("set:val_loss:val"), listed(), all)->y->front(), 7.625);
    }

    void what_went_wrong_is_found_in_the_events() {
        const auto all = curves();
        QCOMPARE(first_non_finite(*all)->first, 2);
        QVERIFY(first_non_finite(*all)->second.contains("blocks.2.attn"));
        QCOMPARE(spikes(*all).size(), std::size_t{1});
        QVERIFY(spikes(*all)[0].second.contains("9.5"));
        RunCurves again;
        const std::vector<Json> lines = {{{"type", "non_finite"}, {"step", 2}, {"tensor", "loss"}},
                                         {{"type", "finite_again"}, {"step", 4}, {"since", 2}, {"count", 2}}};
        again.events = events_of(lines);
        QVERIFY(!first_non_finite(again));
        again.events.push_back({9, train::NonFiniteEvent{.tensor = "loss"}});
        QCOMPARE(first_non_finite(again)->first, 9);
        RunCurves foreign;
        const std::vector<Json> strange = {
            Json(3), {{"type", 7}}, {{"type", "spike"}}, {{"type", "non_finite"}, {"step", "x"}}};
        foreign.events = events_of(strange);
        QVERIFY(!first_non_finite(foreign) && spikes(foreign).empty());
    }

    void the_heat_map_goes_by_depth_and_knows_gaps() {
        const DepthValues values = depth_values(*curves(), "act_rms/");
        QCOMPARE(values.sites, std::vector<QString>({"blocks.2.attn_in", "blocks.10.attn_in", "final"}));
        QCOMPARE(values.steps, std::vector<double>({0, 1, 2}));
        QCOMPARE(values.values[0][1], 5.0);
        QVERIFY(std::isnan(values.values[0][2]) && std::isnan(values.values[2][1]));
        QVERIFY(depth_values(RunCurves(), "act_rms/").sites.empty());
        RunCurves broken;  // measured and not a number differs from not measured
        broken.add("act_rms/final", series({0, 1}, {1, NAN}, 100));
        QVERIFY(std::isinf(depth_values(broken, "act_rms/").values[0][1]));
    }
};

QTEST_MAIN(LiveMetricsTest)
#include "live_metrics_test.moc"
