#include "core/interop/cs336/model_config.h"

#include "core/infer/trained_model.h"
#include "core/interop/logs/logs.h"
#include "core/interop/open_model.h"
#include "core/io/torch_file/state_dict_file.h"
#include "core/io/torch_file/state_dict_writer.h"
#include "core/model/tensor_table.h"
#include "core/run/known_keys.h"
#include "core/train/register.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QFloat16>  // QCOMPARE of Json asks whether it converts to one
#include <QTest>

using namespace ablate;
namespace cs336 = ablate::interop::cs336;
namespace logs = ablate::interop::logs;
namespace torch_file = ablate::io::torch_file;
namespace fs = std::filesystem;

namespace {

Json model_config(const Json& changes = Json::object()) {
    Json json{{"vocab_size", 20},       {"context_length", 16}, {"d_model", 8},
              {"num_layers", 2},        {"num_heads", 2},       {"d_ff", 12},
              {"rope_theta", 10000.0},  {"ffn_type", nullptr},  {"remove_rmsnorm", false},
              {"use_post_norm", false}, {"remove_rope", false}};
    json.update(changes);
    return json;
}

RunConfig config_of(const Json& changes = Json::object()) {
    return cs336::cs336_config(model_config(changes), "model_config.json");
}

}  // namespace

class Cs336Test : public QObject {
    Q_OBJECT
    test::TempFolder folder_;

    // A state dict of the assignment's names whose tensors hold their number in the table.
    void write_state_dict(const fs::path& file, const RunConfig& config, const std::string& prefix = "",
                          const std::string& extra = "", std::int64_t vocabulary = 0,
                          const std::vector<std::int64_t>& extra_shape = {1}) {
        std::vector<torch_file::DeclaredTensor> declared;
        for (const TensorSpec& spec : model::tensor_table(config)) {
            std::vector<std::int64_t> shape = spec.shape;
            if (vocabulary > 0 && spec.name == "embed.weight") shape[0] = vocabulary;
            declared.push_back({prefix + *cs336::cs336_name(spec.name, config), "F32", shape});
        }
        if (!extra.empty()) declared.push_back({extra, "F32", extra_shape});
        torch_file::StateDictWriter writer(file, declared);
        float number = 0;
        for (const torch_file::DeclaredTensor& tensor : declared) {
            const std::vector<float> values(tensor.bytes() / sizeof(float), number++);
            writer.write(values.data(), tensor.bytes());
        }
        writer.finish();
    }

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void the_assignments_model() {
        const RunConfig config = config_of();
        QCOMPARE(config.model.d_ff, 12);
        QCOMPARE(config.data.context, 16);
        QCOMPARE(config.model.position.kind, std::string("rope"));
        QCOMPARE(config.model.position.text("layout"), std::string("interleaved"));
        QCOMPARE(config.model.ffn.kind, std::string("swiglu"));
        QCOMPARE(config.model.init.kind, std::string("cs336"));
        QVERIFY(!config.model.tie_embeddings);
        QCOMPARE(config.model.norm_at(NormSite::attn_in).real("eps"), 1e-5);
    }

    void its_ablations() {
        QCOMPARE(config_of({{"use_post_norm", true}}).model.placement, std::string("post"));
        const ModelConfig bare = config_of({{"remove_rmsnorm", true}}).model;
        for (const NormSite site : {NormSite::attn_in, NormSite::ffn_in, NormSite::final})
            QCOMPARE(bare.norm_at(site).kind, std::string("none"));
        QCOMPARE(config_of({{"remove_rope", true}}).model.position.kind, std::string("none"));
        QCOMPARE(config_of({{"ffn_type", "silu"}}).model.ffn.kind, std::string("silu"));
    }

    void names() {
        const RunConfig gated = config_of(), plain = config_of({{"ffn_type", "silu"}});
        QCOMPARE(*cs336::cs336_name("blocks.1.attn.o.weight", gated), std::string("layers.1.attn.output_proj.weight"));
        QCOMPARE(*cs336::cs336_name("blocks.0.ffn.gate.weight", gated), std::string("layers.0.ffn.w1.weight"));
        QCOMPARE(*cs336::cs336_name("blocks.0.ffn.up.weight", gated), std::string("layers.0.ffn.w3.weight"));
        QCOMPARE(*cs336::cs336_name("blocks.0.ffn.up.weight", plain), std::string("layers.0.ffn.w1.weight"));
        QCOMPARE(*cs336::cs336_name("final.weight", gated), std::string("ln_final.weight"));
        QVERIFY(!cs336::cs336_name("blocks.0.attn.q_norm.weight", gated));
        for (const Json& change : {Json::object(), Json{{"use_post_norm", true}}, Json{{"remove_rmsnorm", true}}}) {
            const RunConfig config = config_of(change);
            std::set<std::string> names;
            for (const TensorSpec& spec : model::tensor_table(config)) {
                const auto name = cs336::cs336_name(spec.name, config);
                QVERIFY2(name && names.insert(*name).second, spec.name.c_str());
            }
        }
    }

    void what_it_does_not_say_is_refused() {
        const auto refused = [](const Json& json, std::initializer_list<const char*> parts) {
            return test::is_line_with(test::input_error([&] { cs336::cs336_config(json, "model_config.json"); }),
                                      parts);
        };
        Json missing = model_config();
        missing.erase("d_ff");
        QVERIFY(refused(missing, {"model_config.json", "d_ff is missing"}));
        QVERIFY(refused(model_config({{"d_fff", 3}}), {"'d_fff'", "did you mean 'd_ff'"}));
        QVERIFY(refused(model_config({{"ffn_type", "gelu"}}), {"ffn_type", "gelu"}));
        QVERIFY(refused(model_config({{"num_heads", 3}}), {"model_config.json"}));
        QVERIFY(refused(model_config({{"d_model", 1e300}}), {"d_model"}));
        QVERIFY(refused(model_config({{"remove_rope", 1}}), {"remove_rope"}));
        QVERIFY(refused(Json::array(), {"not a JSON object"}));
    }

    void weights_become_a_run_with_a_checkpoint() {
        const fs::path own = folder_ / "assignment";
        fs::create_directory(own);
        atomic_write(own / "model_config.json", model_config().dump());
        QVERIFY(test::is_line_with(test::input_error([&] { logs::read_log(own); }), {"no state dict", "model.pt"}));
        write_state_dict(own / "model.pt", config_of(), "_orig_mod.");
        const auto runs = logs::read_log(own);
        QCOMPARE(runs.front().format, std::string("cs336-model"));
        const run::RunDirectory directory = interop::write_imported_run(folder_.path(), runs.front());
        const infer::TrainedModel trained = infer::load_trained(directory.folder(), false);
        double number = 0;
        for (const TensorSpec& spec : model::tensor_table(config_of()))
            for (const auto& parameter : trained.model->parameters())
                if (parameter.spec.name == spec.name) QCOMPARE(parameter.value.mean().item<double>(), number++);
        QCOMPARE(number, 21.0);
    }

    // torch.compile of a model or of each block, DDP, FSDP and Lightning, alone and together.
    void prefixes_of_wrappers_are_left_out_and_said_data() {
        QTest::addColumn<QString>("prefix");
        QTest::addColumn<QString>("said");
        QTest::newRow("ddp") << "module."
                             << "'module.'";
        QTest::newRow("compiled ddp") << "_orig_mod.module."
                                      << "'_orig_mod.' and 'module.'";
        QTest::newRow("ddp of compiled") << "module._orig_mod."
                                         << "'_orig_mod.' and 'module.'";
        QTest::newRow("fsdp") << "_fsdp_wrapped_module."
                              << "'_fsdp_wrapped_module.'";
        QTest::newRow("lightning") << "model."
                                   << "'model.'";
        QTest::newRow("lightning of compiled") << "model._orig_mod."
                                               << "'_orig_mod.' and 'model.'";
    }
    void prefixes_of_wrappers_are_left_out_and_said() {
        QFETCH(QString, prefix);
        QFETCH(QString, said);
        const test::TempFolder own;
        atomic_write(own / "model_config.json", model_config().dump());
        write_state_dict(own / "weights.pt", config_of(), prefix.toStdString());
        const auto runs = logs::read_log(own.path());
        QVERIFY2(runs.front().remarks.front().find(said.toStdString()) != std::string::npos,
                 runs.front().remarks.front().c_str());
        for (const TensorSpec& spec : model::tensor_table(config_of()))
            QCOMPARE(runs.front().weights(spec).numel(), spec.count());
    }

    void names_that_come_out_alike_are_refused() {
        const test::TempFolder own;
        atomic_write(own / "model_config.json", model_config().dump());
        write_state_dict(own / "model.pt", config_of(), "module.", "token_embeddings.weight");
        QVERIFY(test::is_line_with(test::input_error([&] { logs::read_log(own.path()); }),
                                   {"model.pt", "token_embeddings.weight", "without the prefixes of wrappers"}));
    }

    // Nothing records how a foreign model was trained: it is scored in fp32, not in this program's default.
    void its_precision_is_unknown_and_it_is_scored_in_fp32() {
        const test::TempFolder own;
        atomic_write(own / "model_config.json", model_config().dump());
        write_state_dict(own / "model.pt", config_of());
        const auto runs = logs::read_log(own.path());
        const run::RunDirectory directory = interop::write_imported_run(own.path(), runs.front());
        QVERIFY(!run::KnownKeys(directory.info()).has("train.precision"));
        const auto trained = interop::open_model(interop::find_model(directory.folder().string(), own.path()), {});
        QCOMPARE(trained->config.train.precision, std::string("fp32"));
        QCOMPARE(trained->model->config().train.precision, std::string("fp32"));
    }

    void a_state_dict_that_does_not_fit() {
        const auto refused = [&](const char* name, const Json& change, const RunConfig& of, const std::string& extra,
                                 std::int64_t vocabulary, std::initializer_list<const char*> parts) {
            const fs::path own = folder_ / name;
            fs::create_directory(own);
            atomic_write(own / "model_config.json", model_config(change).dump());
            write_state_dict(own / "model.pt", of, "", extra, vocabulary);
            return test::is_line_with(test::input_error([&] { logs::read_log(own); }), parts);
        };
        QVERIFY(refused("vocabulary", Json::object(), config_of(), "", 21,
                        {"'token_embeddings.weight'", "[21, 8]", "[20, 8]", "vocab_size"}));
        QVERIFY(refused("gated", {{"ffn_type", "silu"}}, config_of(), "", 0, {"ffn.w3.weight", "no place"}));
        QVERIFY(
            refused("plain", Json::object(), config_of({{"ffn_type", "silu"}}), "", 0, {"has no", "ffn.w3.weight"}));
        RunConfig no_final = config_of();  // pre-norm, and not whole
        no_final.model.norm_at(NormSite::final) = {"none", Json::object()};
        QVERIFY(refused("final", Json::object(), no_final, "", 0, {"has no", "ln_final.weight"}));
        QVERIFY(refused("extra", Json::object(), config_of(), "layers.0.bonus", 0, {"layers.0.bonus", "no place"}));
    }

    // Counters of a training are no weights; any other single number may be one.
    void single_numbers_in_a_state_dict() {
        for (const char* counter : {"step", "optimizer.global_step", "n_averaged"}) {
            const test::TempFolder own;
            atomic_write(own / "model_config.json", model_config().dump());
            write_state_dict(own / "model.pt", config_of(), "", counter, 0, {});
            const auto runs = logs::read_log(own.path());
            QVERIFY(runs.front().remarks.front().find(counter) != std::string::npos);
        }
        for (const char* weight : {"logit_scale", "layers.0.gain"}) {
            const test::TempFolder own;
            atomic_write(own / "model_config.json", model_config().dump());
            write_state_dict(own / "model.pt", config_of(), "", weight, 0, {});
            QVERIFY(test::is_line_with(test::input_error([&] { logs::read_log(own.path()); }), {weight, "no place"}));
        }
    }

    // Whether the final norm stays is told by the state dict alone.
    void post_norm_without_a_final_norm() {
        const fs::path own = folder_ / "post";
        fs::create_directory(own);
        atomic_write(own / "model_config.json", model_config({{"use_post_norm", true}}).dump());
        RunConfig config = config_of({{"use_post_norm", true}});
        config.model.norm_at(NormSite::final) = {"none", Json::object()};
        write_state_dict(own / "model.pt", config, "", "layers.0.attn.rope.cos");
        const auto runs = logs::read_log(own);
        QCOMPARE(runs.front().config.model.norm_at(NormSite::final).kind, std::string("none"));
        QVERIFY(runs.front().remarks.front().find("rope.cos") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(Cs336Test)
#include "cs336_test.moc"
