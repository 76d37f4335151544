#include "core/train/gradient_history.h"

#include "tests/core/train/recording.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QTest>
#include <cmath>
#include <limits>

using namespace ablate;
using namespace ablate::test;
using train::GradientHistory;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Without norms and with plain gradient descent at a huge learning rate: not finite after a few steps.
RunConfig doomed(const std::filesystem::path& tokens, std::int64_t log_every) {
    return patched(tiny_config(tokens, 40, {{"optimizer", "sgd"}, {"lr", 1e12}, {"clip", 0}, {"log_every", log_every}}),
                   {{"model", {{"norm", {{"attn_in", "none"}, {"ffn_in", "none"}, {"final", "none"}}}}}}, "test");
}

GradientHistory example() {
    GradientHistory history{{"embed", "blocks.0"}, {}};
    history.add({7, 3.5, 1.25, {0.75, 1.0}});
    history.add({8, NAN, kInfinity, {0.5, NAN}});
    return history;
}

}  // namespace

class GradientHistoryTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void json_keeps_every_value() {
        const Json json = train::to_json(example());
        QVERIFY(json.at("block_grad_norm") == Json({{0.75, 0.5}, {1.0, "NaN"}}));
        const GradientHistory again = train::gradient_history_from_json(json, "file");
        QVERIFY(again.blocks == example().blocks);
        QCOMPARE(again.rows.size(), std::size_t{2});
        QCOMPARE(again.rows[1].step, 8);
        QVERIFY(std::isnan(again.rows[1].loss) && std::isnan(again.rows[1].blocks[1]));
        QCOMPARE(again.rows[1].grad_norm, kInfinity);
        QVERIFY(train::to_json(again) == json);
    }

    void damage_is_one_line() {
        const auto refusal = [](const char* key, const Json& value) {
            Json json = train::to_json(example());
            json[key] = value;
            return input_error([&] { train::gradient_history_from_json(json, "collapse.json"); });
        };
        QVERIFY(is_line_with(refusal("format", 2), {"collapse.json", "newer"}));
        QVERIFY(is_line_with(refusal("loss", {1.0}), {"collapse.json", "loss", "2 steps"}));
        QVERIFY(is_line_with(refusal("steps", {8, 7}), {"collapse.json", "do not ascend"}));
        QVERIFY(is_line_with(refusal("block_grad_norm", Json::array()), {"collapse.json", "2 blocks"}));
        QVERIFY(is_line_with(refusal("blocks", 3), {"collapse.json"}));
        QVERIFY(is_line_with(refusal("grad_norm", {1.0, "high"}), {"high"}));
    }

    void the_last_steps_are_remembered() {
        GradientHistory history{{"embed"}, {}};
        for (std::int64_t step = 0; step < 120; ++step) history.add({step, 1, 1, {1}});
        QCOMPARE(history.rows.size(), train::kHistorySteps);
        QCOMPARE(history.rows.front().step, 70);
    }

    void a_collapse_tells_the_norms_of_its_blocks() {
        const TempFolder folder;
        const auto tokens = write_tiny_tokens(folder / "tokens");
        Json first;
        for (const int log_every : {1, 20}) {
            const RunConfig config = doomed(tokens, log_every);
            const Trained run =
                train_in(folder / ("run" + std::to_string(log_every)), config, prepared(config, folder.path()));
            QCOMPARE(run.summary.verdict.collapse, train::Collapse::non_finite);
            QCOMPARE(run.sink.collapses.size(), std::size_t{1});
            const GradientHistory& history = run.sink.collapses[0];
            QVERIFY(history.blocks == (std::vector<std::string>{"embed", "blocks.0", "blocks.1", "head"}));
            QCOMPARE(history.rows.back().step, run.summary.verdict.step);
            QCOMPARE(history.rows.size(), run.sink.records.size());
            for (const auto& row : history.rows) {
                if (!std::isfinite(row.grad_norm) || row.grad_norm > 1e18) continue;  // fp32 squares overflow
                double squares = 0;
                for (const double norm : row.blocks) squares += norm * norm;
                QVERIFY(std::abs(std::sqrt(squares) - row.grad_norm) <= 1e-5 * row.grad_norm);
            }
            // It does not depend on how often the values are read.
            if (first.is_null()) first = train::to_json(history);
            QVERIFY(train::to_json(history) == first);
        }
    }

    void a_healthy_run_tells_nothing() {
        const TempFolder folder;
        const RunConfig config = tiny_config(write_tiny_tokens(folder / "tokens"), 12);
        QVERIFY(train_in(folder / "run", config, prepared(config, folder.path())).sink.collapses.empty());
    }

    void a_resumed_run_tells_the_same() {
        const TempFolder folder;
        const RunConfig config = doomed(write_tiny_tokens(folder / "tokens"), 1);
        const auto data = prepared(config, folder.path());
        const Trained whole = train_in(folder / "whole", config, data);
        QCOMPARE(whole.sink.collapses.size(), std::size_t{1});
        QVERIFY(whole.summary.verdict.step >= 1);
        train_in(folder / "cut", config, data, at_poll(1));
        const Trained second = train_in(folder / "cut", config, data);
        QCOMPARE(second.sink.collapses.size(), std::size_t{1});
        QVERIFY(train::to_json(second.sink.collapses[0]) == train::to_json(whole.sink.collapses[0]));
    }
};

QTEST_GUILESS_MAIN(GradientHistoryTest)
#include "gradient_history_test.moc"
