#include "core/model/tensor_table.h"
#include "core/train/register.h"

#include <QTest>

#include <cmath>
#include <set>

using namespace ablate;

// Golden figures, from Levanter's published results and the models' own files.
class CountsTest : public QObject {
    Q_OBJECT

    // Levanter's speedrun geometry: vocabulary 128,256, untied, RMSNorm, SwiGLU, length 4,096.
    static RunConfig speedrun(std::int64_t d_model, std::int64_t d_ff, std::int64_t layers, std::int64_t heads) {
        RunConfig config;
        config.model.d_model = d_model;
        config.model.d_ff = d_ff;
        config.model.layers = layers;
        config.model.heads = heads;
        config.model.kv_heads = 8;
        config.model.head_dim = 0;
        config.model.norm_at(NormSite::q) = kind_from_json("norm", "rms", "test");
        config.model.norm_at(NormSite::k) = kind_from_json("norm", "rms", "test");
        config.data.vocab_size = 128256;
        config.data.context = 4096;
        return config;
    }

    static RunConfig tiny_stories() {
        RunConfig config;
        config.model.d_model = 512;
        config.model.d_ff = 1344;
        config.model.layers = 4;
        config.model.heads = 16;
        config.data.vocab_size = 10000;
        config.data.context = 256;
        return config;
    }

    static RunConfig silu(RunConfig config, std::int64_t d_ff) {
        config.model.ffn = kind_from_json("ffn", "silu", "test");
        config.model.d_ff = d_ff;
        return config;
    }

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void levanter_sizes_data() {
        QTest::addColumn<int>("d_model");
        QTest::addColumn<int>("d_ff");
        QTest::addColumn<int>("layers");
        QTest::addColumn<int>("heads");
        QTest::addColumn<qint64>("parameters");
        QTest::addColumn<double>("training_flops_per_token");
        QTest::newRow("130m") << 512 << 1792 << 6 << 8 << qint64(154147328) << 3 * 227868672.0;
        QTest::newRow("300m") << 768 << 2688 << 12 << 12 << qint64(299649792) << 1665073152.0;
        QTest::newRow("520m") << 1024 << 3584 << 24 << 16 << qint64(602457088) << 4048551936.0;
        QTest::newRow("1.2b") << 2048 << 7168 << 16 << 16 << qint64(1431373824) << 8631877632.0;
    }

    void levanter_sizes() {
        QFETCH(int, d_model);
        QFETCH(int, d_ff);
        QFETCH(int, layers);
        QFETCH(int, heads);
        QFETCH(qint64, parameters);
        QFETCH(double, training_flops_per_token);
        RunConfig config = speedrun(d_model, d_ff, layers, heads);
        if (layers == 12) config.model.kv_heads = 12;
        const model::ParameterCounts counts = model::parameter_counts(config);
        QCOMPARE(qint64(counts.levanter), parameters);
        const std::int64_t query_key_gains = 2 * config.model.head_width() * layers;
        QCOMPARE(qint64(counts.unique), parameters + qint64(query_key_gains));
        QCOMPARE(3 * model::forward_flops_per_token(config).levanter, training_flops_per_token);
    }

    void qwen3_counts_the_tied_head_once_and_twice() {
        RunConfig config = speedrun(1024, 3072, 28, 16);
        config.model.head_dim = 128;
        config.model.tie_embeddings = true;
        config.data.vocab_size = 151936;
        const model::ParameterCounts counts = model::parameter_counts(config);
        QCOMPARE(qint64(counts.unique), qint64(596049920));
        QCOMPARE(qint64(counts.tied_head_twice), qint64(751632384));
    }

    void tiny_stories_and_quick() {
        QCOMPARE(qint64(model::parameter_counts(tiny_stories()).unique), qint64(22696448));
        QCOMPARE(qint64(model::parameter_counts(silu(tiny_stories(), 2048)).unique), qint64(22827520));
        RunConfig quick = tiny_stories();
        quick.model.d_model = 128;
        quick.model.d_ff = 344;
        quick.model.heads = 4;
        quick.data.vocab_size = 2048;
        QCOMPARE(qint64(model::parameter_counts(quick).unique), qint64(1315968));
        QCOMPARE(qint64(model::parameter_counts(quick).non_embedding), qint64(1315968 - 2048 * 128));
    }

    void six_n_counts_products_and_the_attention_map() {
        const RunConfig config = tiny_stories();
        const double products = 22696448 - 10000 * 512 - 9 * 512;  // without the embedding and the gains
        QCOMPARE(model::forward_flops_per_token(config).six_n, (6 * products + 12.0 * 4 * 512 * 256) / 3);
        RunConfig tied = config;
        tied.model.tie_embeddings = true;  // the head is a product, tied or not
        QCOMPARE(model::forward_flops_per_token(tied).six_n, model::forward_flops_per_token(config).six_n);
        QCOMPARE(model::training_flops(config), 3 * model::forward_flops_per_token(config).six_n * config.train.batch *
                                                    config.train.accumulate * 256 * config.train.steps);
    }

    void names_are_unique_and_in_forward_order() {
        RunConfig config = tiny_stories();
        config.model.layers = 1;
        config.model.placement = "sandwich";
        config.model.attn_bias = config.model.head_bias = true;
        config.model.position = kind_from_json("position", "learned", "test");
        config.model.norm_at(NormSite::embed) = kind_from_json("norm", "scale", "test");
        config.model.norm_at(NormSite::q) = kind_from_json("norm", "layer", "test");
        std::vector<std::string> names;
        for (const TensorSpec& spec : model::tensor_table(config)) names.push_back(spec.name);
        const std::vector<std::string> expected{"embed.weight",
                                                "embed_norm.weight",
                                                "position.weight",
                                                "blocks.0.attn_in.weight",
                                                "blocks.0.attn.q.weight",
                                                "blocks.0.attn.q.bias",
                                                "blocks.0.attn.k.weight",
                                                "blocks.0.attn.k.bias",
                                                "blocks.0.attn.v.weight",
                                                "blocks.0.attn.v.bias",
                                                "blocks.0.attn.q_norm.weight",
                                                "blocks.0.attn.q_norm.bias",
                                                "blocks.0.attn.o.weight",
                                                "blocks.0.attn.o.bias",
                                                "blocks.0.attn_out.weight",
                                                "blocks.0.ffn_in.weight",
                                                "blocks.0.ffn.gate.weight",
                                                "blocks.0.ffn.up.weight",
                                                "blocks.0.ffn.down.weight",
                                                "blocks.0.ffn_out.weight",
                                                "final.weight",
                                                "head.weight",
                                                "head.bias"};
        QVERIFY2(names == expected, Json(names).dump().c_str());
    }

    void matched_widths() {
        const RunConfig target = tiny_stories();
        const model::MatchedWidth by_parameters =
            model::match_d_ff(silu(target, 2048), target, model::MatchBy::parameters);
        QCOMPARE(qint64(by_parameters.d_ff), qint64(2048));  // 3/2 · 1344 = 2016 is between 1984 and 2048: ties up
        QVERIFY(std::abs(by_parameters.mismatch - (22827520.0 - 22696448) / 22696448) < 1e-12);
        QCOMPARE(qint64(model::match_d_ff(target, target, model::MatchBy::flops).d_ff), qint64(1344));
        QCOMPARE(model::match_d_ff(target, target, model::MatchBy::flops).mismatch, 0.0);
        RunConfig narrow = target;
        narrow.model.layers = 1;  // a target out of reach: the least width there is
        QCOMPARE(qint64(model::match_d_ff(target, narrow, model::MatchBy::parameters).d_ff), qint64(64));
    }

    void a_width_of_any_multiple_matches_parameters_or_flops() {
        const RunConfig target = tiny_stories();
        const RunConfig plain = silu(target, 1344);
        for (const model::MatchBy by : {model::MatchBy::parameters, model::MatchBy::flops}) {
            const model::MatchedWidth exact = model::match_d_ff(plain, target, by, 1);
            QCOMPARE(qint64(exact.d_ff), qint64(2016));  // 3/2 · 1344
            QCOMPARE(exact.mismatch, 0.0);
            QCOMPARE(qint64(model::match_d_ff(plain, target, by, 8).d_ff), qint64(2016));
            QCOMPARE(qint64(model::match_d_ff(plain, target, by, 64).d_ff), qint64(2048));
        }
        QCOMPARE(qint64(model::proposed_width(plain, target).width.d_ff), qint64(2016));
        RunConfig qk = plain;  // gains that no width of this feed-forward makes up for
        qk.model.norm_at(NormSite::q) = kind_from_json("norm", "rms", "test");
        QCOMPARE(qint64(model::proposed_width(qk, target).width.d_ff), qint64(1984));  // 2015.94 would be exact
        const std::vector<model::WidthMatch> all = model::width_matches(plain, target);
        QCOMPARE(all.size(), std::size_t{6});
        QCOMPARE(model::in_words(all[0]), std::string("parameters +0.58 %, a multiple of 64"));
        QCOMPARE(model::in_words(all[2]), std::string("equal parameters"));
        QVERIFY(all[5].by == model::MatchBy::flops && all[5].multiple == 1);
    }

    void memory_follows_what_is_kept() {
        const RunConfig config = tiny_stories();
        const model::MemoryEstimate estimate = model::memory_estimate(config);
        QCOMPARE(estimate.weights, 4 * 22696448.0);
        QCOMPARE(estimate.gradients, estimate.weights);
        QCOMPARE(estimate.optimizer, 2 * estimate.weights);
        RunConfig larger = config;
        larger.train.batch *= 2;
        QCOMPARE(model::memory_estimate(larger).activations, 2 * estimate.activations);
        RunConfig sgd = config;
        sgd.train.optimizer = "sgd";
        sgd.train.momentum = 0;
        QCOMPARE(model::memory_estimate(sgd).optimizer, 0.0);
        RunConfig lion = config;
        lion.train.optimizer = "lion";
        QCOMPARE(model::memory_estimate(lion).optimizer, estimate.weights);
    }
};

QTEST_GUILESS_MAIN(CountsTest)
#include "counts_test.moc"
