#include "core/ops/attention.h"
#include "core/ops/gated.h"
#include "core/ops/linear.h"
#include "core/ops/linear_cross_entropy.h"
#include "core/ops/norm.h"
#include "core/ops/rope.h"
#include "tests/support/rounding.h"

#include <ATen/Parallel.h>
#include <QTest>

#include <bit>

using namespace ablate;

// Each operation against its plain reference in fp64: values and gradients, whatever type it computes in.
class OpsTest : public QObject {
    Q_OBJECT

    using Inputs = std::vector<at::Tensor>;
    using Operation = std::function<at::Tensor(const Inputs&)>;

    static at::Tensor random(at::IntArrayRef shape, double scale = 1) {
        return at::randn(shape, at::kDouble).mul_(scale);
    }

    static double distance(const at::Tensor& value, const at::Tensor& wanted) {
        return ((value.to(at::kDouble) - wanted).abs().max() / wanted.abs().max()).item<double>();
    }

    // The result followed by the gradient of every input, of a sum with fixed random weights.
    static Inputs evaluate(const Operation& operation, const Inputs& inputs, const Inputs& types_like) {
        Inputs leaves;
        for (std::size_t i = 0; i < inputs.size(); ++i)
            leaves.push_back(inputs[i].to(types_like[i].scalar_type()).clone().set_requires_grad(true));
        const at::Tensor y = operation(leaves);
        const at::Tensor weights = at::linspace(-1, 2, y.numel(), at::kDouble).view(y.sizes());
        (y.to(at::kDouble) * weights).sum().backward();
        Inputs results{y.detach()};
        for (const at::Tensor& leaf : leaves) results.push_back(leaf.grad());
        return results;
    }

    static void compare(const Operation& fast, const Operation& reference, const Inputs& inputs, at::ScalarType type,
                        double tolerance) {
        Inputs rounded, wide;
        for (const at::Tensor& input : inputs) {
            rounded.push_back(input.to(type));
            wide.push_back(rounded.back().to(at::kDouble));
        }
        const Inputs found = evaluate(fast, rounded, rounded), wanted = evaluate(reference, wide, wide);
        for (std::size_t i = 0; i < found.size(); ++i) {
            QVERIFY2(found[i].defined(), fmt::format("result {} is missing", i).c_str());
            const double error = distance(found[i], wanted[i]);
            QVERIFY2(error <= tolerance, fmt::format("result {}: off by {:.2e}", i, error).c_str());
        }
    }

    static void compare_types(const Operation& fast, const Operation& reference, const Inputs& inputs) {
        compare(fast, reference, inputs, at::kDouble, 1e-12);
        compare(fast, reference, inputs, at::kFloat, 1e-5);
        compare(fast, reference, inputs, at::kBFloat16, 2e-2);
    }

  private Q_SLOTS:
    void initTestCase() { at::set_num_threads(1); }
    void init() { at::manual_seed(3); }

    void linear() {
        const auto of = [](auto function) {
            return [function](const Inputs& in) {
                return function(in[0], at::TensorList(in).slice(1, 2), at::TensorList(in).slice(3));
            };
        };
        const Inputs inputs{random({2, 5, 24}), random({8, 24}), random({16, 24}), random({8}), random({16})};
        compare_types(of(ops::linear), of(ops::reference::linear), inputs);
        compare_types(of(ops::linear), of(ops::reference::linear), {inputs[0], inputs[1], inputs[2]});
    }

    void linear_keeps_master_weights_single() {
        const at::Tensor weight = random({8, 24}).to(at::kFloat).set_requires_grad(true);
        const at::Tensor x = random({5, 24}).to(at::kBFloat16).set_requires_grad(true);
        const at::Tensor y = ops::linear(x, {weight});
        QVERIFY(y.scalar_type() == at::kBFloat16);
        y.sum().backward();
        QVERIFY(weight.grad().scalar_type() == at::kFloat && x.grad().scalar_type() == at::kBFloat16);
    }

    void norms_data() {
        QTest::addColumn<int>("width");
        for (const int width : {1, 7, 16, 37, 128}) QTest::addRow("%d", width) << width;
    }
    void norms() {
        QFETCH(int, width);
        const Inputs inputs{random({3, 5, width}, 2), random({width}) + 1}, scaled{inputs[0], random({1}) + 2};
        const auto of = [](auto function, double eps) {
            return [function, eps](const Inputs& in) {
                return function(
                    in[0], in.size() > 1 ? in[1].to(at::promote_types(in[1].scalar_type(), at::kFloat)) : at::Tensor(),
                    eps, in[0].scalar_type());
            };
        };
        if (width > 1) compare_types(of(ops::l2_norm, 1e-12), of(ops::reference::l2_norm, 1e-12), scaled);
        compare_types(of(ops::rms_norm, 0.1), of(ops::reference::rms_norm, 0.1), inputs);
        compare_types(of(ops::rms_norm, 0.1), of(ops::reference::rms_norm, 0.1), {inputs[0]});
        compare_types(of(ops::l2_norm, 50.0), of(ops::reference::l2_norm, 50.0), inputs);  // the constant divisor
    }

    // Without a gradient, one row or a few take another way.
    void linear_of_a_few_rows() {
        const at::NoGradGuard no_gradient;
        // Of x, and of the weights: some may stay bf16.
        const std::vector<std::pair<at::ScalarType, at::ScalarType>> kinds = {{at::kFloat, at::kFloat},
                                                                              {at::kFloat, at::kBFloat16},
                                                                              {at::kBFloat16, at::kFloat},
                                                                              {at::kBFloat16, at::kBFloat16}};
        for (const std::int64_t rows : {1, 3, 40})
            for (const std::int64_t width : {5, 48, 64, 1031})
                for (const auto& [type, stored] : kinds) {
                    const at::Tensor x = random({rows, width}).to(type);
                    const Inputs weights{random({21, width}).to(stored), random({2, width}).to(at::kFloat)},
                        biases{random({21}).to(at::kFloat), random({2}).to(at::kFloat)};
                    Inputs wide_weights, wide_biases;
                    for (const at::Tensor& each : weights) wide_weights.push_back(each.to(type).to(at::kDouble));
                    for (const at::Tensor& each : biases) wide_biases.push_back(each.to(type).to(at::kDouble));
                    const at::Tensor found = ops::linear(x, weights, biases),
                                     wanted = ops::reference::linear(x.to(at::kDouble), wide_weights, wide_biases);
                    const double error = distance(found, wanted);
                    QVERIFY2(error <= test::sum_tolerance(width, type), fmt::format("off by {:.2e}", error).c_str());
                    QCOMPARE(found.scalar_type(), type);
                }
        at::Tensor weight = at::ones({3, 20});
        weight[1][4] = std::bit_cast<float>(0x7FFFFFFF);  // a NaN that rounding would carry out of the NaNs
        const at::Tensor y = ops::linear(at::ones({1, 20}, at::kBFloat16), {weight});
        QVERIFY(y.isnan().equal(at::tensor({0, 1, 0}, at::kLong).view({1, 3}).to(at::kBool)));
    }

    void norms_of_a_strided_view() {
        const auto of = [](auto function) {
            return [function](const Inputs& in) {
                return function(in[0].narrow(-1, 4, 8).unflatten(-1, {2, 4}).transpose(1, 2), at::Tensor(), 1e-5,
                                in[0].scalar_type());
            };
        };
        compare_types(of(ops::rms_norm), of(ops::reference::rms_norm), {random({2, 3, 16})});
    }

    void layer_norm() {
        const auto of = [](auto function) {
            return [function](const Inputs& in) {
                const at::ScalarType wide = at::promote_types(in[1].scalar_type(), at::kFloat);
                return function(in[0], in[1].to(wide), in[2].to(wide), 1e-5, in[0].scalar_type());
            };
        };
        compare_types(of(ops::layer_norm), of(ops::reference::layer_norm),
                      {random({3, 37}), random({37}), random({37})});
    }

    void rope_data() {
        QTest::addColumn<bool>("half");
        QTest::newRow("half") << true;
        QTest::newRow("interleaved") << false;
    }
    void rope() {
        QFETCH(bool, half);
        const auto layout = half ? ops::RopeLayout::half : ops::RopeLayout::interleaved;
        const auto of = [layout](auto function, const std::vector<std::int64_t>& first) {
            return [function, layout, first](const Inputs& in) {
                const at::ScalarType type = at::promote_types(in[0].scalar_type(), at::kFloat);
                return function(in[0].transpose(1, 2), ops::rope_table(9, 10, 100, type, at::kCPU), layout, first);
            };
        };
        compare_types(of(ops::rope, {}), of(ops::reference::rope, {}), {random({2, 7, 3, 10})});
        compare_types(of(ops::rope, {2, 0}), of(ops::reference::rope, {2, 0}), {random({2, 7, 3, 10})});
    }

    void rope_knows_where_its_table_ends() {
        const ops::RopeTable table = ops::rope_table(9, 10, 100, at::kFloat, at::kCPU);
        const at::Tensor x = at::ones({1, 2, 3, 10});
        ops::rope(x, table, ops::RopeLayout::half, {6});
        QVERIFY_THROWS_EXCEPTION(std::logic_error, ops::rope(x, table, ops::RopeLayout::half, {7}));
    }

    void rope_turns_by_the_distance_alone() {
        const ops::RopeTable table = ops::rope_table(40, 8, 10000, at::kDouble, at::kCPU);
        const at::Tensor q = random({8}).expand({1, 1, 40, 8}), k = random({8}).expand({1, 1, 40, 8});
        const at::Tensor scores = at::matmul(ops::rope(q, table, ops::RopeLayout::half),
                                             ops::rope(k, table, ops::RopeLayout::half).transpose(-2, -1));
        QVERIFY(at::allclose(scores[0][0][5][2], scores[0][0][37][34]));
        QVERIFY(!at::allclose(scores[0][0][5][2], scores[0][0][37][30]));
    }

    void attention() {
        const Inputs inputs{random({2, 4, 9, 8}), random({2, 2, 9, 8}), random({2, 2, 9, 8})};
        at::Tensor bias = random({4, 9, 9});
        bias.masked_fill_(at::ones({9, 9}, at::kBool).triu(1), -std::numeric_limits<double>::infinity());
        const auto of = [](auto function, const at::Tensor& bias) {
            return [function, bias](const Inputs& in) {
                const at::ScalarType type = at::promote_types(in[0].scalar_type(), at::kFloat);
                return function(in[0], in[1], in[2], ops::AttentionOptions{0.3, bias.defined() ? bias.to(type) : bias});
            };
        };
        compare_types(of(ops::attention, {}), of(ops::reference::attention, {}), inputs);
        compare_types(of(ops::attention, bias), of(ops::reference::attention, bias), inputs);
    }

    // Queries of the last tokens, of two sequences at other lengths, against the whole of each.
    void cached_attention_data() {
        QTest::addColumn<bool>("biased");
        QTest::addColumn<qint64>("queries");
        for (const bool biased : {false, true})
            for (const int queries : {1, 3})
                QTest::addRow("%d queries%s", queries, biased ? ", bias" : "") << biased << qint64(queries);
    }
    void cached_attention() {
        QFETCH(bool, biased);
        QFETCH(qint64, queries);
        const std::vector<std::int64_t> sequences{2, 0}, lengths{9, 5};
        const at::Tensor keys = random({3, 2, 11, 37}), values = random({3, 2, 11, 37}),
                         q = random({2, 4, queries, 37});
        std::vector<at::Tensor> bias, wanted;
        for (std::size_t row = 0; row < 2; ++row) {
            const std::int64_t length = lengths[row];
            const at::Tensor later = at::ones({length, length}, at::kBool).triu(1);
            const at::Tensor whole =
                random({4, length, length}).masked_fill_(later, -std::numeric_limits<double>::infinity());
            if (biased) bias.push_back(whole.narrow(1, length - queries, queries));
            const auto own = [&](const at::Tensor& all) {
                return all.narrow(0, sequences[row], 1).narrow(2, 0, length);
            };
            const at::Tensor padded =
                at::cat({random({1, 4, length - queries, 37}), q.narrow(0, static_cast<std::int64_t>(row), 1)}, 2);
            wanted.push_back(
                ops::reference::attention(padded, own(keys), own(values), {0.3, biased ? whole : at::Tensor(), nullptr})
                    .narrow(2, length - queries, queries));
        }
        for (const auto& [type, tolerance] :
             {std::pair(at::kDouble, 1e-12), {at::kFloat, 1e-5}, {at::kBFloat16, 2e-2}}) {
            const at::ScalarType wide = at::promote_types(type, at::kFloat);
            const at::Tensor k = keys.to(wide), v = values.to(wide);
            std::vector<at::Tensor> rows;
            for (const at::Tensor& each : bias) rows.push_back(each.to(wide));
            const at::Tensor found = ops::cached_attention(q.to(type), {k, v, sequences, lengths, rows}, 0.3);
            QCOMPARE(found.scalar_type(), type);
            const double error = distance(found, at::cat(wanted));
            QVERIFY2(error <= tolerance, fmt::format("off by {:.2e}", error).c_str());
        }
    }

    void attention_drops_by_its_own_generator() {
        const at::Tensor x = random({1, 2, 6, 4});
        const auto once = [&](std::uint64_t seed) {
            const ops::Dropout dropout(0.5, seed, at::kCPU);
            return ops::attention(x, x, x, {0.5, {}, &dropout});
        };
        const at::Tensor first = once(1);
        at::rand({100});  // the shared generator moves on
        QVERIFY(at::equal(first, once(1)));
        QVERIFY(!at::equal(first, once(2)));
    }

    void dropout_keeps_the_mean() {
        const at::Tensor dropped = ops::Dropout(0.25, 1, at::kCPU)(at::ones({20000}));
        QVERIFY(std::abs(dropped.mean().item<double>() - 1) < 0.02);
        QVERIFY(std::abs(dropped.eq(0).to(at::kFloat).mean().item<double>() - 0.25) < 0.02);
    }

    void gated_products() {
        const Inputs inputs{random({3, 5, 2 * 37}, 3)};
        const auto of = [](auto function) { return [function](const Inputs& in) { return function(in[0]); }; };
        compare_types(of(ops::swiglu), of(ops::reference::swiglu), inputs);
        compare_types(of(ops::geglu), of(ops::reference::geglu), inputs);
    }

    void linear_cross_entropy_data() {
        QTest::addColumn<double>("softcap");
        QTest::addColumn<double>("z_loss");
        QTest::addColumn<bool>("biased");
        QTest::newRow("plain") << 0.0 << 0.0 << false;
        QTest::newRow("bias") << 0.0 << 0.0 << true;
        QTest::newRow("z-loss") << 0.0 << 0.2 << true;
        QTest::newRow("softcap") << 3.0 << 0.2 << true;
    }
    void linear_cross_entropy() {
        QFETCH(double, softcap);
        QFETCH(double, z_loss);
        QFETCH(bool, biased);
        const at::Tensor targets = at::randint(101, {13}, at::kLong);
        Inputs inputs{random({13, 24}), random({101, 24}, 0.3)};
        if (biased) inputs.push_back(random({101}));
        const auto of = [&](auto function) {
            return [=](const Inputs& in) {
                return function(in[0], in[1], in.size() > 2 ? in[2] : at::Tensor(), targets,
                                ops::CrossEntropyOptions{softcap, z_loss})
                    .objective;
            };
        };
        compare_types(of(ops::linear_cross_entropy), of(ops::reference::linear_cross_entropy), inputs);
    }

    void cross_entropy_is_the_same_in_chunks() {
        const std::int64_t rows = 300, vocabulary = 50000;  // more than one chunk
        QVERIFY(ops::cross_entropy_rows(rows, vocabulary) < rows);
        const at::Tensor targets = at::randint(vocabulary, {rows}, at::kLong);
        const auto of = [&](auto function) {
            return [=](const Inputs& in) {
                return function(in[0], in[1], at::Tensor(), targets, ops::CrossEntropyOptions{0, 0.1}).objective;
            };
        };
        compare(of(ops::linear_cross_entropy), of(ops::reference::linear_cross_entropy),
                {random({rows, 4}), random({vocabulary, 4})}, at::kFloat, 1e-4);
    }

    void non_finite_values_come_through() {
        const auto nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
        for (const double bad : {nan, infinity})
            for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
                at::Tensor x = at::ones({2, 34}, type);
                x[1][3] = bad;
                for (const at::Tensor& y : {ops::rms_norm(x, {}, 1e-5, type), ops::swiglu(x)}) {
                    QVERIFY(y[0].isfinite().all().item<bool>());
                    QVERIFY(!y[1].isfinite().all().item<bool>());
                }
                const at::Tensor weight = at::ones({50, 34}, type), targets = at::zeros({2}, at::kLong);
                const at::Tensor nll = ops::linear_nll(x, weight, {}, targets, 0);
                QVERIFY(nll[0].isfinite().item<bool>() && nll[1].isnan().item<bool>());
            }
    }

    void confident_rows_lose_nothing() {
        at::Tensor weight = at::zeros({40, 1});
        weight[7] = 200;  // the other probabilities underflow
        const at::Tensor nll = ops::linear_nll(at::ones({2, 1}), weight, {}, at::tensor({7, 8}, at::kLong), 0);
        QCOMPARE(nll[0].item<float>(), 0.0f);
        QCOMPARE(nll[1].item<float>(), 200.0f);
    }
};

QTEST_GUILESS_MAIN(OpsTest)
#include "ops_test.moc"
