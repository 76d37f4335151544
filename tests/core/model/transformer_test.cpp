#include "core/model/transformer.h"

#include "core/train/register.h"
#include "tests/support/throws.h"

#include <ATen/Parallel.h>
#include <QTest>

#include <thread>

using namespace ablate;

class TransformerTest : public QObject {
    Q_OBJECT

    static RunConfig tiny(const Json& patch = Json::object()) {
        const Json base = {{"model", {{"d_model", 32}, {"layers", 2}, {"heads", 4}, {"d_ff", 48}}},
                           {"data", {{"vocab_size", 61}, {"context", 16}}},
                           {"train", {{"batch", 4}, {"precision", "fp32"}}}};
        return patched(patched(RunConfig{}, base, "base"), patch, "patch");
    }

    static at::Tensor ids(std::int64_t offset = 0) {
        return at::arange(4 * 16).mul(7).add(offset).remainder(61).view({4, 16});
    }

    // Losses of some steps of plain gradient descent.
    static std::vector<float> losses(const RunConfig& config, std::uint64_t seed) {
        const model::Transformer transformer(config, seed, at::kCPU);
        std::vector<float> losses;
        for (std::uint64_t step = 0; step < 5; ++step) {
            for (const model::Parameter& parameter : transformer.parameters())
                parameter.value.mutable_grad() = at::Tensor();
            const model::LossOutput loss = transformer.loss(ids(), ids(7), {.training = true, .dropout_seed = step});
            loss.objective.backward();
            losses.push_back(loss.nll.item<float>());
            const at::NoGradGuard no_gradient;
            for (const model::Parameter& parameter : transformer.parameters())
                at::Tensor(parameter.value).sub_(parameter.value.grad(), 0.1);
        }
        return losses;
    }

  private Q_SLOTS:
    void initTestCase() {
        train::register_kinds();
        at::set_num_threads(1);
    }

    void starts_at_the_loss_of_no_preference() {
        const model::Transformer transformer(tiny({{"model", {{"init", {{"kind", "normal"}}}}}}), 1, at::kCPU);
        const model::LossOutput loss = transformer.loss(ids(), ids(7));
        QVERIFY(std::abs(loss.nll.item<double>() - std::log(61)) < 0.05);
        QVERIFY(loss.objective.requires_grad() && !loss.nll.requires_grad());
    }

    void learns() {
        const std::vector<float> curve = losses(tiny(), 1);
        QVERIFY(curve.back() < curve.front() - 0.1);
    }

    void half_precision_stays_near_single() {
        const std::vector<float> single = losses(tiny(), 1),
                                 half = losses(tiny({{"train", {{"precision", "bf16"}}}}), 1);
        QVERIFY(single != half);
        for (std::size_t i = 0; i < single.size(); ++i) QVERIFY(std::abs(single[i] - half[i]) < 0.05);
    }

    void half_precision_keeps_parameters_and_gradients_single() {
        const model::Transformer transformer(tiny({{"train", {{"precision", "bf16"}}}}), 1, at::kCPU);
        const model::LossOutput loss = transformer.loss(ids(), ids(7));
        QVERIFY(loss.objective.scalar_type() == at::kFloat);
        loss.objective.backward();
        for (const model::Parameter& parameter : transformer.parameters()) {
            QVERIFY(parameter.value.scalar_type() == at::kFloat);
            QVERIFY(parameter.value.grad().scalar_type() == at::kFloat);
        }
        QVERIFY(transformer.logits(ids()).scalar_type() == at::kFloat);
    }

    void loss_logits_and_token_nll_agree() {
        const RunConfig config = tiny({{"model", {{"logit_softcap", 5.0}, {"head_bias", true}}}});
        const model::Transformer transformer(config, 1, at::kCPU);
        const at::NoGradGuard no_gradient;
        const at::Tensor nll = transformer.token_nll(ids(), ids(7));
        QVERIFY(nll.sizes() == ids().sizes());
        const at::Tensor from_logits =
            at::nll_loss(at::log_softmax(transformer.logits(ids()).flatten(0, 1), -1), ids(7).flatten());
        QVERIFY(at::allclose(nll.mean(), from_logits));
        QVERIFY(at::allclose(transformer.loss(ids(), ids(7)).nll, from_logits));
        QVERIFY(transformer.logits(ids()).abs().max().item<double>() <= 5);
    }

    // Runs draw nothing from one another: two at once end with the bits of each alone.
    void runs_beside_others_give_the_same_bits() {
        const RunConfig config = tiny({{"model", {{"dropout", 0.1}}}, {"train", {{"precision", "bf16"}}}});
        const std::vector<float> alone[] = {losses(config, 1), losses(config, 2)};
        std::vector<float> beside[2];
        std::vector<std::thread> threads;
        for (int i = 0; i < 2; ++i)
            threads.emplace_back([&, i] {
                at::set_num_threads(1);
                beside[i] = losses(config, i + 1);
            });
        for (std::thread& thread : threads) thread.join();
        QVERIFY(beside[0] == alone[0] && beside[1] == alone[1] && alone[0] != alone[1]);
    }

    void dropout_follows_its_seed_and_only_in_training() {
        const model::Transformer transformer(tiny({{"model", {{"dropout", 0.5}}}}), 1, at::kCPU);
        const at::NoGradGuard no_gradient;
        const auto logits = [&](bool training, std::uint64_t seed) {
            return transformer.logits(ids(), {.training = training, .dropout_seed = seed});
        };
        QVERIFY(at::equal(logits(true, 1), logits(true, 1)));
        QVERIFY(!at::equal(logits(true, 1), logits(true, 2)));
        QVERIFY(at::equal(logits(false, 1), logits(false, 2)));
        const model::Transformer plain(tiny(), 1, at::kCPU);
        QVERIFY(at::equal(logits(false, 1), plain.logits(ids())));
    }

    void probes_see_every_site_in_order_and_change_nothing() {
        const RunConfig config = tiny({{"model", {{"placement", "sandwich"}, {"layers", 1}}}});
        const model::Transformer transformer(config, 1, at::kCPU);
        std::vector<std::string> sites;
        const model::Probe probe = [&](const std::string& site, const at::Tensor& value) {
            sites.push_back(site);
            QVERIFY(!value.requires_grad());
        };
        const float looked_at = transformer.loss(ids(), ids(7), {.probe = &probe}).nll.item<float>();
        QCOMPARE(looked_at, transformer.loss(ids(), ids(7)).nll.item<float>());
        const std::vector<std::string> expected{"embed",
                                                "blocks.0.attn_in",
                                                "blocks.0.attn",
                                                "blocks.0.attn_out",
                                                "blocks.0.ffn_in",
                                                "blocks.0.ffn",
                                                "blocks.0.ffn_out",
                                                "blocks.0",
                                                "final",
                                                "logits"};
        QVERIFY2(sites == expected, Json(sites).dump().c_str());
    }

    void initial_values_have_their_spread() {
        const auto deviation = [](const Json& init, const std::string& name) {
            const RunConfig config = tiny({{"model", {{"d_model", 128}, {"init", init}}}});
            const model::Transformer transformer(config, 1, at::kCPU);
            for (const model::Parameter& parameter : transformer.parameters())
                if (parameter.spec.name == name) return parameter.value.std().item<double>();
            return 0.0;
        };
        const auto near = [](double value, double wanted) { return std::abs(value / wanted - 1) < 0.05; };
        const double truncated = 0.9866;  // of N(0, 1) cut at three sigma
        QVERIFY(near(deviation({{"kind", "cs336"}}, "embed.weight"), truncated));
        QVERIFY(near(deviation({{"kind", "cs336"}}, "blocks.0.attn.k.weight"), truncated * std::sqrt(2.0 / 256)));
        QVERIFY(
            near(deviation({{"kind", "cs336"}}, "blocks.0.ffn.up.weight"), truncated * std::sqrt(2.0 / (128 + 48))));
        QVERIFY(near(deviation({{"kind", "gpt2"}}, "blocks.0.attn.q.weight"), 0.02));
        QVERIFY(near(deviation({{"kind", "gpt2"}}, "blocks.1.ffn.down.weight"), 0.02 / std::sqrt(2.0 * 2)));
        QVERIFY(near(deviation({{"kind", "normal"}, {"std", 0.3}}, "head.weight"), 0.3));
    }

    void absent_devices_are_one_line() {
        QVERIFY(model::resolve_device("cpu").is_cpu());
        for (const char* name : {"cuda:99", "cuda:", "gpu", "cuda:-1"})
            QVERIFY(test::is_line_with(test::input_error([&] { model::resolve_device(name); }), {name, "cpu"}));
    }
};

QTEST_GUILESS_MAIN(TransformerTest)
#include "transformer_test.moc"
