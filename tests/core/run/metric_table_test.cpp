#include "core/run/metric_table.h"

#include <QTest>
#include <set>

using namespace ablate::run;

namespace {

template <class Ids>
std::vector<std::string> titles(const Ids& ids) {
    std::vector<std::string> titles;
    for (const MetricId id : ids) titles.emplace_back(metric(id).title);
    return titles;
}

}  // namespace

class MetricTableTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    // Settings, logs and reports written so far name metrics so.
    void names_that_files_hold_stay() {
        const auto names = [](MetricId id) {
            const Metric& row = metric(id);
            return std::vector<std::string>{row.key, row.column, row.tag, row.field, row.figure};
        };
        using Names = std::vector<std::string>;
        QCOMPARE(names(MetricId::train_loss), (Names{"train_loss", "loss", "train/loss", "", "training-loss"}));
        QCOMPARE(names(MetricId::val_loss), (Names{"val_loss", "val_loss", "", "loss", "validation-loss"}));
        QCOMPARE(names(MetricId::val_bpb), (Names{"bpb", "val_bpb", "", "bpb", ""}));
        QCOMPARE(names(MetricId::grad_norm), (Names{"grad_norm", "grad_norm", "grad/norm", "", "grad-norm"}));
        QCOMPARE(names(MetricId::learning_rate), (Names{"lr", "lr", "optim/lr", "", "learning-rate"}));
        QCOMPARE(names(MetricId::tokens_per_second),
                 (Names{"tokens_per_second", "tokens_per_second", "throughput/tokens_per_second", "", ""}));
        QCOMPARE(evaluation_tag("wiki", MetricId::val_loss), std::string("eval/wiki/loss"));
        QCOMPARE(evaluation_tag("wiki", MetricId::val_bpb), std::string("eval/wiki/bpb"));
        QCOMPARE(loss_tag("wiki"), std::string("wiki/loss"));
    }

    void no_two_metrics_share_a_name() {
        std::set<std::string> keys, columns, sources, shown;
        for (const Metric& row : kMetrics) {
            keys.insert(row.key);
            columns.insert(row.column);
            sources.insert(row.is_evaluation() ? row.field : row.tag);
            shown.insert(row.title);
            QVERIFY2(row.is_evaluation() == std::string(row.tag).empty(), row.key);  // one source each
        }
        for (const auto* names : {&keys, &columns, &sources, &shown}) {
            QCOMPARE(names->size(), kMetrics.size());
            QVERIFY(!names->contains(""));
        }
    }

    void each_page_lists_its_metrics() {
        using Titles = std::vector<std::string>;
        QCOMPARE(titles(kLiveMetrics), (Titles{"Training loss", "Validation loss", "Validation bits per byte",
                                               "Gradient norm", "Learning rate", "Tokens per second"}));
        QCOMPARE(titles(kCompareMetrics), (Titles{"Validation loss", "Training loss"}));
        QCOMPARE(titles(kReportMetrics),
                 (Titles{"Validation loss", "Training loss", "Gradient norm", "Learning rate"}));
        for (const MetricId id : kReportMetrics) QVERIFY2(*metric(id).figure, metric(id).key);
    }

    void each_page_has_its_smoothing() {
        QCOMPARE(metric(MetricId::train_loss).smoothing.live, 0.6);
        QCOMPARE(metric(MetricId::train_loss).smoothing.compare, 0.9);
        for (const Metric& row : kMetrics)
            if (row.is_evaluation()) QVERIFY(row.smoothing.live == 0 && row.smoothing.compare == 0);
    }

    void titles_in_words() {
        QCOMPARE(axis_title(metric(MetricId::train_loss)), std::string("Training loss (nats per token)"));
        QCOMPARE(axis_title(metric(MetricId::val_bpb)), std::string("Validation bits per byte"));
        QCOMPARE(in_sentence(metric(MetricId::val_loss)), std::string("validation loss"));
    }
};

QTEST_GUILESS_MAIN(MetricTableTest)
#include "metric_table_test.moc"
