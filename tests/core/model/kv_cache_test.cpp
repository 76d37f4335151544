#include "core/model/kv_cache.h"

#include "core/base/random.h"
#include "core/model/transformer.h"
#include "core/train/register.h"
#include "tests/support/rounding.h"

#include <ATen/Parallel.h>
#include <QTest>

using namespace ablate;

// A pass that continues what a cache holds gives the logits of one over the whole sequence.
class KvCacheTest : public QObject {
    Q_OBJECT

    static constexpr std::int64_t kVocabulary = 29, kContext = 12;

    static RunConfig config(const Json& model) {
        const Json base = {{"model", {{"d_model", 24}, {"layers", 2}, {"heads", 4}, {"d_ff", 40}}},
                           {"data", {{"vocab_size", kVocabulary}, {"context", kContext}}},
                           {"train", {{"precision", "fp32"}}}};
        return patched(patched(RunConfig{}, base, "base"), {{"model", model}}, "model");
    }

    // Random numbers of each tensor's own, so that no gain is 1 and no bias 0.
    static std::unique_ptr<model::Transformer> perturbed(const RunConfig& config, at::ScalarType type = at::kFloat) {
        auto transformer = std::make_unique<model::Transformer>(config, 1, at::kCPU, type);
        const at::NoGradGuard no_gradient;
        for (model::Parameter& parameter : transformer->parameters()) {
            RandomStream stream(5, parameter.spec.name);
            const at::Tensor noise = at::empty(parameter.spec.shape, at::kDouble);
            for (std::int64_t i = 0; i < noise.numel(); ++i)
                noise.mutable_data_ptr<double>()[i] = 0.2 * stream.normal();
            parameter.value.add_(noise.to(type));
        }
        return transformer;
    }

    static at::Tensor ids(std::int64_t count, std::int64_t offset = 0) {
        return at::arange(count).mul(7).add(offset).remainder(kVocabulary).view({1, -1});
    }

    // In pieces of these lengths, one sequence.
    static at::Tensor in_pieces(const model::Transformer& transformer, const at::Tensor& ids,
                                const std::vector<std::int64_t>& pieces) {
        model::KeyValueCache cache = transformer.make_cache(1, ids.size(1));
        std::vector<at::Tensor> logits;
        std::int64_t first = 0;
        for (const std::int64_t length : pieces) {
            logits.push_back(transformer.logits(ids.narrow(1, first, length), cache, std::vector<std::int64_t>{0}));
            first += length;
        }
        return at::cat(logits, 1);
    }

    // By the largest logit, which is some hundreds without norms.
    static void near(const at::Tensor& found, const at::Tensor& wanted, double tolerance) {
        QVERIFY(found.sizes() == wanted.sizes());
        const double error =
            (found - wanted).abs().max().item<double>() / std::max(1.0, wanted.abs().max().item<double>());
        QVERIFY2(error <= tolerance, fmt::format("off by {:.2e}", error).c_str());
    }

  private Q_SLOTS:
    void initTestCase() {
        train::register_kinds();
        at::set_num_threads(1);
    }

    void pieces_give_the_logits_of_the_whole_data() {
        QTest::addColumn<QString>("model");
        const auto add = [](const std::string& name, const Json& model) {
            QTest::newRow(name.c_str()) << QString::fromStdString(model.dump());
        };
        for (const std::string& position : KindTable::instance().names("position"))
            for (const char* placement : {"pre", "post", "sandwich"})
                for (const int kv_heads : {0, 2, 1})
                    for (const char* scope : {"head", "projection"})
                        add(fmt::format("{} {} {} kv {}", position, placement, scope, kv_heads),
                            {{"position", position},
                             {"placement", placement},
                             {"kv_heads", kv_heads},
                             {"qk_norm_scope", scope},
                             {"norm", {{"q", "rms"}, {"k", "rms"}}}});
        for (const std::string& norm : KindTable::instance().names("norm")) {
            Json sites = {{"q", norm}, {"k", norm}};
            if (!KindTable::instance().get("norm", norm, "test").query_key_only)
                for (const char* site : {"attn_in", "ffn_in", "embed", "final"}) sites[site] = norm;
            add("norm " + norm, {{"norm", sites}});
        }
        for (const std::string& ffn : KindTable::instance().names("ffn")) add("ffn " + ffn, {{"ffn", ffn}});
        add("biases and softcap",
            {{"attn_bias", true}, {"ffn_bias", true}, {"head_bias", true}, {"logit_softcap", 5.0}, {"head_dim", 10}});
        add("tied", {{"tie_embeddings", true}, {"head_dim", 32}});
    }
    void pieces_give_the_logits_of_the_whole() {
        QFETCH(QString, model);
        const RunConfig built = config(Json::parse(model.toStdString()));
        const at::NoGradGuard no_gradient;
        const auto of_single = perturbed(built);
        const model::Transformer& single = *of_single;
        const at::Tensor wanted = single.logits(ids(11));
        const double rounding = test::logits_tolerance(built, at::kFloat);
        near(in_pieces(single, ids(11), {4, 1, 1, 1, 1, 1, 1, 1}), wanted, rounding);
        near(in_pieces(single, ids(11), {1, 3, 5, 2}), wanted, rounding);
        const auto of_double = perturbed(built, at::kDouble);
        const model::Transformer& wide = *of_double;
        near(in_pieces(wide, ids(11), {4, 1, 5, 1}), wide.logits(ids(11)), 1e-12);  // far below any rounding of fp32
    }

    void bf16_products_round_alike() {
        for (const char* position : {"rope", "alibi", "learned"}) {
            RunConfig built = config({{"position", position}, {"kv_heads", 2}});
            built.train.precision = "bf16";
            const auto made = perturbed(built);
            const model::Transformer& transformer = *made;
            const at::NoGradGuard no_gradient;
            const at::Tensor wanted = transformer.logits(ids(11));
            near(in_pieces(transformer, ids(11), {4, 1, 1, 1, 1, 1, 1, 1}), wanted,
                 test::logits_tolerance(built, at::kBFloat16));
        }
    }

    void sequences_of_a_batch_differ_in_length_data() {
        QTest::addColumn<QString>("position");
        for (const std::string& position : KindTable::instance().names("position"))
            QTest::newRow(position.c_str()) << QString::fromStdString(position);
    }
    void sequences_of_a_batch_differ_in_length() {
        QFETCH(QString, position);
        const auto made = perturbed(config({{"position", position.toStdString()}, {"kv_heads", 2}}));
        const model::Transformer& transformer = *made;
        const double rounding = test::logits_tolerance(transformer.config(), at::kFloat);
        const at::NoGradGuard no_gradient;
        const std::vector<std::int64_t> lengths{3, 7, 5}, order{2, 0};
        model::KeyValueCache cache = transformer.make_cache(3, kContext);
        for (std::int64_t i = 0; i < 3; ++i)
            transformer.logits(ids(lengths[static_cast<std::size_t>(i)], i), cache, std::vector{i});
        // The third and the first go on by two tokens, beside each other and in this order.
        const at::Tensor more = at::cat({ids(7, 2).narrow(1, 5, 2), ids(5, 0).narrow(1, 3, 2)});
        const at::Tensor found = transformer.logits(more, cache, order);
        near(found[0], transformer.logits(ids(7, 2))[0].narrow(0, 5, 2), rounding);
        near(found[1], transformer.logits(ids(5, 0))[0].narrow(0, 3, 2), rounding);
        QCOMPARE(cache.length(1), 7);
        QCOMPARE(cache.length(2), 7);
        // Of the last token alone.
        const at::Tensor last =
            transformer.logits(ids(9, 1).narrow(1, 7, 2), cache, std::vector<std::int64_t>{1}, true);
        near(last[0], transformer.logits(ids(9, 1))[0].narrow(0, 8, 1), rounding);
    }

    void a_cleared_sequence_begins_again() {
        const auto made = perturbed(config(Json::object()));
        const model::Transformer& transformer = *made;
        const at::NoGradGuard no_gradient;
        const std::vector<std::int64_t> first{0};
        model::KeyValueCache cache = transformer.make_cache(1, 6);
        transformer.logits(ids(6, 3), cache, first);
        QVERIFY_THROWS_EXCEPTION(std::logic_error, transformer.logits(ids(1), cache, first));
        cache.clear(0);
        near(transformer.logits(ids(5), cache, first), transformer.logits(ids(5)), 1e-6);
        model::KeyValueCache longer = transformer.make_cache(1, kContext + 1);
        QVERIFY_THROWS_EXCEPTION(std::logic_error, transformer.logits(ids(kContext + 1), longer, first));
    }

    void a_model_for_weights_that_are_loaded_next_has_the_same_tensors() {
        const RunConfig built = config({{"position", "learned"}});
        const model::Transformer drawn(built, 1, at::kCPU), empty(built, at::kCPU);
        QCOMPARE(empty.parameters().size(), drawn.parameters().size());
        for (std::size_t i = 0; i < drawn.parameters().size(); ++i)
            QVERIFY(empty.parameters()[i].value.sizes() == drawn.parameters()[i].value.sizes());
    }
};

QTEST_GUILESS_MAIN(KvCacheTest)
#include "kv_cache_test.moc"
