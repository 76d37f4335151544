#include "core/infer/sampling.h"

#include <QTest>

#include <cmath>
#include <map>

using namespace ablate;

// Against what transformers' processors leave of the same logits.
class SamplingTest : public QObject {
    Q_OBJECT

    static const std::vector<float>& logits() {
        static const std::vector<float> values{1.0f, 3.0f, -2.0f, 2.5f, 0.0f, 3.0f, -0.5f, 2.0f};
        return values;
    }

    static std::vector<std::int32_t> draws(const infer::SamplingOptions& options, int count,
                                           std::vector<std::int32_t> ids = {}) {
        infer::Sampler sampler(options, 0);
        std::vector<std::int32_t> drawn;
        for (int i = 0; i < count; ++i) {
            std::vector<float> values = logits();
            drawn.push_back(sampler.pick(values, ids));
        }
        return drawn;
    }

    static std::set<std::int32_t> drawn(const infer::SamplingOptions& options) {
        const std::vector<std::int32_t> all = draws(options, 3000);
        return {all.begin(), all.end()};
    }

    static infer::SamplingOptions at(double temperature) {
        infer::SamplingOptions options;
        options.temperature = temperature;
        return options;
    }

  private Q_SLOTS:
    void greedy_takes_the_first_of_the_likeliest() { QCOMPARE(draws(at(0), 1), std::vector<std::int32_t>{1}); }

    void draws_follow_the_softmax() {
        for (const double temperature : {0.7, 1.0, 2.0}) {
            std::map<std::int32_t, double> share;
            constexpr int count = 40000;
            for (const std::int32_t id : draws(at(temperature), count)) share[id] += 1.0 / count;
            double sum = 0;
            for (const float logit : logits()) sum += std::exp(logit / temperature);
            for (std::size_t id = 0; id < logits().size(); ++id) {
                const double wanted = std::exp(logits()[id] / temperature) / sum;
                const double gap = std::abs(share[static_cast<std::int32_t>(id)] - wanted);
                QVERIFY2(gap < 5 * std::sqrt(wanted / count) + 1e-4, std::to_string(id).c_str());
            }
        }
    }

    // TopKLogitsWarper, TopPLogitsWarper and MinPLogitsWarper on these logits.
    void filters_leave_what_those_of_transformers_leave() {
        using Ids = std::set<std::int32_t>;
        infer::SamplingOptions options = at(1);
        options.top_k = 3;
        QCOMPARE(drawn(options), (Ids{1, 3, 5}));
        options = at(1);
        options.top_p = 0.62;  // 0.313, 0.313, 0.190, ...
        QCOMPARE(drawn(options), (Ids{1, 5}));
        options.top_p = 0.63;
        QCOMPARE(drawn(options), (Ids{1, 3, 5}));
        options = at(1);
        options.min_p = 0.36;  // e^-1 = 0.368, e^-2 = 0.135
        QCOMPARE(drawn(options), (Ids{1, 3, 5, 7}));
        options.temperature = 0.9;  // it comes first: e^(-1 / 0.9) = 0.329
        QCOMPARE(drawn(options), (Ids{1, 3, 5}));
    }

    // The nucleus is that of what top-k leaves: of all, the second and third would be needed.
    void top_p_comes_behind_top_k() {
        infer::SamplingOptions options = at(1);
        options.top_k = 2;
        options.top_p = 0.5;
        QCOMPARE(drawn(options), std::set<std::int32_t>{1});
        options.top_k = 3;
        QCOMPARE(drawn(options), (std::set<std::int32_t>{1, 5}));
    }

    void a_nucleus_of_many_tokens_is_found() {
        std::vector<float> flat(5000);
        for (std::size_t i = 0; i < flat.size(); ++i) flat[i] = -1e-4f * static_cast<float>((i * 37) % flat.size());
        infer::SamplingOptions options = at(1);
        options.top_p = 0.5;
        double whole = 0, kept = 0;
        for (std::size_t rank = 0; rank < flat.size(); ++rank) whole += std::exp(-1e-4 * static_cast<double>(rank));
        std::size_t count = 0;
        while (kept < 0.5 * whole) kept += std::exp(-1e-4 * static_cast<double>(count++));
        infer::Sampler sampler(options, 0);
        std::size_t furthest = 0;
        for (int i = 0; i < 3000; ++i) {
            std::vector<float> values = flat;
            const auto id = static_cast<std::size_t>(sampler.pick(values, {}));
            furthest = std::max(furthest, (id * 37) % flat.size());
        }
        QVERIFY(furthest < count && furthest + 20 > count);
    }

    // RepetitionPenaltyLogitsProcessor: 3 / 2 = 1.5, -2 * 2 = -4, once for an id however often it is there.
    void repetition_is_penalised() {
        infer::SamplingOptions options = at(0);
        options.repetition_penalty = 2;
        QCOMPARE(draws(options, 1, {1, 1}), std::vector<std::int32_t>{5});
        QCOMPARE(draws(options, 1, {1, 5}), std::vector<std::int32_t>{3});
        options.repetition_penalty = 1.1;
        QCOMPARE(draws(options, 1, {1, 1, 1, 1, 1, 5}), std::vector<std::int32_t>{1});
        infer::Sampler sampler(options, 0);
        std::vector<float> values = logits();
        sampler.pick(values, std::vector<std::int32_t>{2, 7});
        QCOMPARE(values[2], -2.2f);
        QVERIFY(std::abs(values[7] - 2.0f / 1.1f) < 1e-6f);
    }

    void sequences_of_a_batch_draw_on_their_own() {
        const infer::SamplingOptions options = at(2);
        std::vector<std::int32_t> first, second, again;
        infer::Sampler a(options, 0), b(options, 1), c(options, 0);
        for (int i = 0; i < 50; ++i) {
            std::vector<float> x = logits(), y = logits(), z = logits();
            first.push_back(a.pick(x, {}));
            second.push_back(b.pick(y, {}));
            again.push_back(c.pick(z, {}));
        }
        QVERIFY(first == again);
        QVERIFY(first != second);
    }
};

QTEST_GUILESS_MAIN(SamplingTest)
#include "sampling_test.moc"
