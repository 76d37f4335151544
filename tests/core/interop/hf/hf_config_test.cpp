#include "core/interop/hf/config.h"

#include "core/config/study_config.h"
#include "core/interop/hf/tensor_names.h"
#include "core/model/norm_counts.h"
#include "core/model/tensor_table.h"
#include "core/train/register.h"
#include "tests/support/throws.h"

#include <QTest>

using namespace ablate;
namespace hf = ablate::interop::hf;
using test::is_line_with;

class HfConfigTest : public QObject {
    Q_OBJECT

    // Qwen3-0.6B's config.json, as its publisher wrote it with transformers 4.51.
    static Json qwen3() {
        return Json::parse(R"({"architectures": ["Qwen3ForCausalLM"], "attention_bias": false, "attention_dropout": 0.0,
            "bos_token_id": 151643, "eos_token_id": 151645, "head_dim": 128, "hidden_act": "silu", "hidden_size": 1024,
            "initializer_range": 0.02, "intermediate_size": 3072, "max_position_embeddings": 40960,
            "max_window_layers": 28, "model_type": "qwen3", "num_attention_heads": 16, "num_hidden_layers": 28,
            "num_key_value_heads": 8, "rms_norm_eps": 1e-06, "rope_scaling": null, "rope_theta": 1000000,
            "sliding_window": null, "tie_word_embeddings": true, "torch_dtype": "bfloat16",
            "transformers_version": "4.51.0", "use_cache": true, "use_sliding_window": false, "vocab_size": 151936})");
    }
    static Json llama() {
        return {{"model_type", "llama"},       {"hidden_size", 64},        {"intermediate_size", 96},
                {"num_hidden_layers", 2},      {"num_attention_heads", 4}, {"vocab_size", 128},
                {"tie_word_embeddings", false}};
    }
    static Json changed(Json json, const Json& change) {
        json.merge_patch(change);
        return json;
    }
    static hf::Config read(const Json& json) { return hf::config_from_json(json, "config.json"); }
    static std::string refusal(const Json& json, const Json& change) {
        return test::input_error([&] { read(changed(json, change)); });
    }
    static std::string misfit(const Json& patch) {
        hf::Config config = read(qwen3());
        config.run = patched(config.run, patch, "patch");
        config.architecture = hf::architecture_of(config.run);
        return test::input_error([&] { hf::config_to_json(config, "a run"); });
    }

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void qwen3_is_read_as_it_is() {
        const hf::Config config = read(qwen3());
        const ModelConfig& m = config.run.model;
        QCOMPARE(config.architecture, std::string("qwen3"));
        QCOMPARE(config.dtype, std::string("bfloat16"));
        QCOMPARE(m.head_width(), std::int64_t{128});
        QCOMPARE(m.key_value_heads(), std::int64_t{8});
        QCOMPARE(m.norm_at(NormSite::q).real("eps"), 1e-6);
        QCOMPARE(m.position.real("theta"), 1e6);
        QCOMPARE(m.position.text("layout"), std::string("half"));
        QVERIFY(m.tie_embeddings && !m.attn_bias && !m.ffn_bias);
        QCOMPARE(config.run.data.context, std::int64_t{40960});
        const model::ParameterCounts counts = model::parameter_counts(config.run);
        QCOMPARE(counts.unique, std::int64_t{596'049'920});
        QCOMPARE(counts.tied_head_twice, std::int64_t{751'632'384});
        QCOMPARE(model::in_words(model::norm_counts(config.run)),
                 std::string("attn_in 28, ffn_in 28, q 28, k 28, final 1"));
        QCOMPARE(model::total(model::norm_counts(config.run)), std::int64_t{113});
    }

    void the_preset_is_that_model() {
        const StudyConfig study = load_study(presets_folder() / "qwen3-0.6b.json");
        const std::vector<VariantPoint> points = expand(study);
        RunConfig config = read(qwen3()).run;
        QVERIFY(to_json(points.front().config).at("model") == to_json(config).at("model"));
        std::vector<std::int64_t> norms;
        for (const VariantPoint& point : points) norms.push_back(model::total(model::norm_counts(point.config)));
        QCOMPARE(norms, (std::vector<std::int64_t>{113, 57, 57, 0, 113, 113, 113}));
    }

    void both_dialects_say_the_same() {
        Json five = changed(qwen3(), {{"rope_theta", nullptr}, {"torch_dtype", nullptr}, {"dtype", "bfloat16"}});
        five["rope_parameters"] = {{"rope_type", "default"}, {"rope_theta", 1000000}};
        five["layer_types"] = std::vector<std::string>(28, "full_attention");
        QVERIFY(to_json(read(five).run) == to_json(read(qwen3()).run));
        QCOMPARE(read(five).dtype, std::string("bfloat16"));
    }

    void a_scaled_rotation_is_read_in_every_spelling() {
        const Json llama3 = {{"factor", 32.0},
                             {"high_freq_factor", 4.0},
                             {"low_freq_factor", 1.0},
                             {"original_max_position_embeddings", 8192},
                             {"rope_type", "llama3"}};
        const KindChoice choice =
            read(changed(llama(), {{"rope_theta", 500000.0}, {"rope_scaling", llama3}})).run.model.position;
        QCOMPARE(choice.kind, std::string("rope"));
        QCOMPARE(choice.text("scaling"), std::string("llama3"));
        QCOMPARE(choice.real("factor"), 32.0);
        QCOMPARE(choice.real("theta"), 500000.0);
        QCOMPARE(choice.integer("original_context"), std::int64_t{8192});
        const Json five = changed(llama3, {{"rope_theta", 500000.0}});
        QVERIFY(read(changed(llama(), {{"rope_parameters", five}})).run.model.position == choice);

        for (const char* type : {"type", "rope_type"}) {
            const hf::Config config = read(changed(llama(), {{"rope_scaling", {{type, "linear"}, {"factor", 4.0}}}}));
            QCOMPARE(config.run.model.position.text("scaling"), std::string("linear"));
            QCOMPARE(config.run.model.position.real("factor"), 4.0);
        }
    }

    void what_is_left_out_has_transformers_defaults() {
        const hf::Config config = read(llama());
        const ModelConfig& m = config.run.model;
        QCOMPARE(m.head_width(), std::int64_t{16});
        QCOMPARE(m.key_value_heads(), std::int64_t{4});
        QCOMPARE(m.position.real("theta"), 10000.0);
        QCOMPARE(m.norm_at(NormSite::attn_in).real("eps"), 1e-6);
        QCOMPARE(m.norm_at(NormSite::q).kind, std::string("none"));
        QCOMPARE(config.run.data.context, std::int64_t{2048});
        QCOMPARE(config.dtype, std::string("float32"));
        QVERIFY(read(changed(llama(), {{"mlp_bias", true}})).run.model.ffn_bias);
        QVERIFY(read(changed(llama(), {{"attention_bias", true}})).run.model.attn_bias);
        QCOMPARE(read(changed(llama(), {{"hidden_act", "gelu"}})).run.model.ffn.kind, std::string("geglu"));
    }

    void the_scaling_of_a_rotation_is_written() {
        const Json llama3 = {{"rope_type", "llama3"},
                             {"factor", 32.0},
                             {"low_freq_factor", 1.0},
                             {"high_freq_factor", 4.0},
                             {"original_max_position_embeddings", 8192}};
        for (const Json& scaling : {llama3, Json{{"rope_type", "linear"}, {"factor", 4.0}}, Json()}) {
            Json json = hf::config_to_json(read(llama()), "test");
            json["rope_scaling"] = scaling;
            QCOMPARE(hf::config_to_json(read(json), "test").at("rope_scaling").dump(), scaling.dump());
        }
        hf::Config unused = read(llama());  // a factor that nothing reads makes no misfit
        unused.run.model.position.options["factor"] = 3.0;
        QVERIFY(hf::config_to_json(unused, "test").at("rope_scaling").is_null());
    }

    void what_is_written_reads_back_the_same() {
        for (const Json& json : {qwen3(), llama(), changed(llama(), {{"hidden_act", "gelu"}, {"mlp_bias", true}}),
                                 changed(llama(), {{"num_key_value_heads", 1}, {"attention_bias", true}}),
                                 changed(llama(), {{"rope_scaling", {{"type", "linear"}, {"factor", 4.0}}}})}) {
            const hf::Config config = read(json);
            const hf::Config again = read(hf::config_to_json(config, "test"));
            QVERIFY(model::parameter_counts(again.run).unique == model::parameter_counts(config.run).unique);
            QVERIFY(hf::config_to_json(again, "test") == hf::config_to_json(config, "test"));
        }
        const Json written = hf::config_to_json(read(qwen3()), "test");
        const Json original = qwen3();
        for (const auto& [key, value] : original.items()) {
            if (key == "transformers_version" || key == "max_window_layers" || key == "sliding_window") continue;
            QVERIFY2(written.at(key) == value, key.c_str());
        }
    }

    void what_cannot_be_built_is_refused_by_name_data() {
        QTest::addColumn<QString>("change");
        QTest::addColumn<QString>("part");
        const auto row = [](const char* change, const char* part) { QTest::newRow(change) << change << part; };
        row(R"({"model_type": "mistral"})", "model_type 'mistral'");
        row(R"({"model_type": null})", "model_type is missing");
        row(R"({"architectures": ["Qwen3Model"]})", "Qwen3Model");
        row(R"({"architectures": ["LlamaForCausalLM"]})", "LlamaForCausalLM");
        row(R"({"hidden_act": "gelu_pytorch_tanh"})", "hidden_act 'gelu_pytorch_tanh'");
        row(R"({"rope_scaling": {"rope_type": "yarn", "factor": 4.0}})", "rope_scaling 'yarn'");
        row(R"({"rope_scaling": {"type": "linear"}})", "rope_scaling: factor is missing");
        row(R"({"rope_scaling": {"rope_type": "linear", "factor": 0}})", "factor");
        row(R"({"rope_scaling": {"rope_type": "llama3", "factor": 8.0}})", "low_freq_factor is missing");
        row(R"({"rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 4.0, "high_freq_factor": 1.0,
                "original_max_position_embeddings": 8192}})",
            "high_freq_factor");
        row(R"({"rope_parameters": {"rope_type": "dynamic"}})", "rope_parameters 'dynamic'");
        row(R"({"rope_parameters": {"full_attention": {"rope_type": "default"}}})", "full_attention");
        row(R"({"rope_parameters": 3})", "rope_parameters");
        row(R"({"partial_rotary_factor": 0.5})", "partial_rotary_factor");
        row(R"({"use_sliding_window": true, "sliding_window": 4096, "max_window_layers": 10})", "sliding_window 4096");
        row(R"({"layer_types": ["full_attention"]})", "layer_types");
        row(R"({"attention_dropout": 0.1})", "attention_dropout");
        row(R"({"quantization_config": {"bits": 4}})", "quantization_config");
        row(R"({"torch_dtype": "float8_e4m3fn"})", "float8_e4m3fn");
        row(R"({"hidden_size": null})", "hidden_size is missing");
        row(R"({"hidden_size": 0})", "hidden_size");
        row(R"({"hidden_size": "1024"})", "hidden_size");
        row(R"({"num_hidden_layers": 99999999999999999999})", "num_hidden_layers");
        row(R"({"num_hidden_layers": 2147483647})", "layers");
        row(R"({"num_key_value_heads": 3})", "kv_heads");
        row(R"({"rms_norm_eps": "small"})", "rms_norm_eps");
        row(R"({"tie_word_embeddings": 1})", "tie_word_embeddings");
        row(R"({"eos_token_id": ["x"]})", "eos_token_id");
    }
    void what_cannot_be_built_is_refused_by_name() {
        QFETCH(QString, change);
        QFETCH(QString, part);
        const std::string message = refusal(qwen3(), Json::parse(change.toStdString()));
        QVERIFY2(is_line_with(message, {"config.json", part.toUtf8().constData()}), message.c_str());
    }

    void a_window_that_never_bites_is_no_obstacle() {
        QCOMPARE(refusal(qwen3(), {{"use_sliding_window", true}, {"sliding_window", 4096}}), std::string());
        QCOMPARE(refusal(qwen3(), {{"sliding_window", 4096}}), std::string());
        QCOMPARE(refusal(llama(), {{"sliding_window", 2048}}), std::string());
        QVERIFY(is_line_with(refusal(llama(), {{"sliding_window", 1024}}), {"sliding_window 1024"}));
        const Json types = std::vector<std::string>{"full_attention", "sliding_attention"};
        QVERIFY(is_line_with(refusal(llama(), {{"layer_types", types}}), {"sliding_attention"}));
    }

    void a_run_that_does_not_fit_says_every_reason() {
        const auto model = [](Json patch) { return Json{{"model", std::move(patch)}}; };
        const auto norm = [&](const char* site, Json choice) { return model({{"norm", {{site, std::move(choice)}}}}); };
        QCOMPARE(misfit(model({{"dropout", 0.1}})), std::string());
        QVERIFY(is_line_with(
            misfit(norm("ffn_in", {{"kind", "none"}})),
            {"a run: does not fit Qwen3ForCausalLM", "Feed-forward input norm is No norm, must be RMSNorm"}));
        QVERIFY(is_line_with(misfit(norm("k", {{"kind", "none"}})), {"Key norm"}));
        QVERIFY(is_line_with(misfit(norm("ffn_in", {{"eps", 1e-3}})),
                             {"Feed-forward input norm, eps is 0.001, must be 1e-06"}));
        QVERIFY(is_line_with(misfit(norm("embed", {{"kind", "rms"}})), {"Embedding norm"}));
        QVERIFY(is_line_with(misfit(model({{"position", {{"kind", "none"}}}})), {"Position is NoPE"}));
        QVERIFY(is_line_with(misfit(model({{"position", {{"layout", "interleaved"}}}})), {"Position, layout"}));
        QVERIFY(is_line_with(misfit(model({{"ffn", {{"kind", "silu"}}}})), {"Feed-forward is"}));
        QVERIFY(is_line_with(misfit(model({{"ffn_bias", true}})), {"Feed-forward bias"}));
        QVERIFY(is_line_with(misfit(model({{"placement", "post"}})), {"Norm placement is post"}));
        QVERIFY(is_line_with(misfit(model({{"qk_norm_scope", "projection"}})), {"QK-norm scope"}));
        QVERIFY(is_line_with(misfit(model({{"logit_softcap", 30}, {"head_bias", true}})),
                             {"Logit soft-cap", "; ", "Head bias"}));
    }

    void every_tensor_has_its_name() {
        QCOMPARE(hf::checkpoint_name("blocks.3.attn.q.weight"), std::string("model.layers.3.self_attn.q_proj.weight"));
        QCOMPARE(hf::checkpoint_name("blocks.12.ffn_in.weight"),
                 std::string("model.layers.12.post_attention_layernorm.weight"));
        QCOMPARE(hf::checkpoint_name("final.weight"), std::string("model.norm.weight"));
        QCOMPARE(hf::checkpoint_name("head.weight"), std::string("lm_head.weight"));
        QVERIFY_THROWS_EXCEPTION(std::logic_error, hf::checkpoint_name("blocks.3.attn_out.weight"));
    }
};

QTEST_GUILESS_MAIN(HfConfigTest)
#include "hf_config_test.moc"
