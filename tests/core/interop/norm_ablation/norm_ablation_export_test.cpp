#include "core/io/json_file.h"
#include "core/io/safetensors.h"
#include "core/io/torch_file/state_dict_file.h"
#include "tests/core/interop/norm_ablation/exported_study.h"
#include "tests/support/contains.h"
#include "tests/support/file_size_limit.h"
#include "tests/support/throws.h"

#include <QProcess>
#include <QTest>
#include <fstream>

using namespace ablate;
namespace na = ablate::interop::norm_ablation;
namespace fs = std::filesystem;
using io::torch_file::StateDictFile;
using test::contains;
using test::is_line_with;

class NormAblationExportTest : public QObject {
    Q_OBJECT
    const test::StudyOfRuns study_;
    std::vector<na::PointToExport> points_;
    fs::path out_;

    static at::Tensor read(const StateDictFile& file, const std::string& name) {
        const auto* tensor = file.find(name);
        if (!tensor) return {};
        at::Tensor value = at::empty(tensor->shape, tensor->dtype == "BF16" ? at::kBFloat16 : at::kFloat);
        file.read(*tensor, value.mutable_data_ptr());
        return value;
    }
    static at::Tensor value_of(const std::vector<train::NamedTensor>& tensors, const std::string& name) {
        for (const train::NamedTensor& tensor : tensors)
            if (tensor.name == name) return tensor.value;
        return {};
    }
    static std::vector<std::string> names_in(const fs::path& folder) {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
        std::sort(names.begin(), names.end());
        return names;
    }
    std::string refusal(const std::vector<na::PointToExport>& points, const char* folder) const {
        return test::input_error([&] { na::export_study(points, study_.folder() / folder); });
    }

    // A run whose data folder holds these files.
    na::PointToExport with_files(const std::string& variant, const std::vector<std::string>& names) {
        na::PointToExport point = study_.add({.variant = variant}, {40});
        const std::string data = "data-of-" + variant;
        fs::create_directories(study_.folder() / data);
        for (const std::string& name : names) study_.folder().write(data + "/" + name, "{}");
        Json info = io::read_json(point.run.folder() / "run.json");
        info["data"]["folder"] = (study_.folder() / data).string();
        io::write_json(point.run.folder() / "run.json", info);
        return point;
    }

  private Q_SLOTS:
    void initTestCase() {
        points_ = {study_.add({}, {10, 20, 40}),
                   study_.add({.variant = "no_qk_norm", .patch = test::with_norms({"q", "k"}, "none")}, {0, 40}),
                   study_.add({.variant = "replace_layernorm",
                               .patch = test::with_norms({"attn_in", "ffn_in", "final", "q", "k"}, "layer")},
                              {40}),
                   study_.add({.variant = "replace_scalenorm",
                               .patch = test::with_norms({"attn_in", "ffn_in", "final", "q", "k"}, "scale")},
                              {40}),
                   study_.add({.variant = "no_all_norm",
                               .patch = test::with_norms({"attn_in", "ffn_in", "final", "q", "k"}, "none"),
                               .nan_at = 23},
                              {23})};
        out_ = study_.folder() / "out";
        const na::ExportedStudy exported = na::export_study(points_, out_);
        QCOMPARE(exported.variants.size(), std::size_t{5});
        QCOMPARE(exported.variants[0].name, std::string("original"));
        QVERIFY(exported.variants[0].base_rebuilt && !exported.variants[1].base_rebuilt);
        QVERIFY((exported.variants[0].checkpoints == std::vector<std::int64_t>{10, 20}));
        QCOMPARE(exported.variants[4].step, std::int64_t{23});
        QVERIFY(!exported.has_tokenizer && exported.notes.empty());
        std::uint64_t taken = 0;
        for (const auto& entry : fs::recursive_directory_iterator(out_))
            if (entry.is_regular_file()) taken += entry.file_size();
        QCOMPARE(exported.bytes, taken);
        QVERIFY2(taken <= exported.reserved, qPrintable(QString("%1 of %2").arg(taken).arg(exported.reserved)));
    }

    void the_folder_is_laid_out_as_the_source() {
        std::vector<std::string> wanted = {"all_train_metrics.json"};
        for (const char* name : {"original", "no_qk_norm", "replace_layernorm", "replace_scalenorm", "no_all_norm"})
            for (const char* stage : {"", "_finetuned"}) wanted.push_back(std::string(name) + stage);
        std::sort(wanted.begin(), wanted.end());
        QVERIFY(names_in(out_) == wanted);
        QVERIFY((names_in(out_ / "original") == std::vector<std::string>{"config.json", "metadata.json", "model.pt"}));
        QVERIFY((names_in(out_ / "replace_scalenorm") == std::vector<std::string>{"metadata.json", "model.pt"}));
        QVERIFY((names_in(out_ / "original_finetuned") == std::vector<std::string>{"checkpoint-10", "checkpoint-20",
                                                                                   "model.pt", "train_metrics.json",
                                                                                   "trainer_state.json"}));
        QVERIFY((names_in(out_ / "original_finetuned" / "checkpoint-10") ==
                 std::vector<std::string>{"config.json", "model.safetensors", "trainer_state.json"}));
    }

    void both_stages_hold_their_weights() {
        const RunConfig config = points_[0].run.info().config;
        const StateDictFile base(out_ / "original/model.pt"), finetuned(out_ / "original_finetuned/model.pt");
        const model::Transformer fresh(config, 1, at::kCPU);
        for (const model::Parameter& parameter : fresh.parameters())
            if (parameter.spec.name == "blocks.1.attn.k.weight")
                QVERIFY(at::equal(read(base, "model.layers.1.self_attn.k_proj.weight"), parameter.value.detach()));
        const auto trained = test::StudyOfRuns::weights(config, 40);
        QVERIFY(at::equal(read(finetuned, "model.layers.0.mlp.up_proj.weight"),
                          value_of(trained, "blocks.0.ffn.up.weight")));
        // A tied head is there under its own name, once in the file.
        QVERIFY(at::equal(read(finetuned, "lm_head.weight"), value_of(trained, "embed.weight")));
        QCOMPARE(finetuned.find("lm_head.weight")->storage, finetuned.find("model.embed_tokens.weight")->storage);
        // no_qk_norm kept a checkpoint of step 0: that is its base stage, whatever the seed would give.
        const StateDictFile kept(out_ / "no_qk_norm/model.pt");
        const auto start = test::StudyOfRuns::weights(points_[1].run.info().config, 0);
        QVERIFY(at::equal(read(kept, "model.norm.weight"), value_of(start, "final.weight")));
        QVERIFY(!kept.find("model.layers.0.self_attn.q_norm.weight"));
        io::SafetensorsReader between(out_ / "original_finetuned/checkpoint-20/model.safetensors");
        QVERIFY(between.find("model.layers.0.self_attn.q_norm.weight") && !between.find("lm_head.weight"));
    }

    void norms_without_a_word_in_transformers_have_names() {
        const StateDictFile layer(out_ / "replace_layernorm/model.pt"), scale(out_ / "replace_scalenorm/model.pt"),
            none(out_ / "no_all_norm/model.pt");
        QVERIFY(layer.find("model.layers.1.input_layernorm.bias") && layer.find("model.norm.bias"));
        QVERIFY(scale.find("model.layers.1.self_attn.q_norm.scale") && !scale.find("model.norm.weight"));
        QCOMPARE(scale.find("model.norm.scale")->elements(), std::uint64_t{1});
        for (const auto& tensor : none.tensors())
            QVERIFY2(tensor.name.find("norm") == std::string::npos, tensor.name.c_str());
    }

    void metadata_says_what_the_variant_is() {
        const Json json = io::read_json(out_ / "no_qk_norm/metadata.json");
        QCOMPARE(json.at("variant").get<std::string>(), std::string("no_qk_norm"));
        QCOMPARE(json.at("base_model").get<std::string>(), std::string("norms"));
        QCOMPARE(json.at("norm_counts").at("total").get<int>(), 5);
        QCOMPARE(json.at("norm_counts").at("by_site").dump(), std::string(R"({"attn_in":2,"ffn_in":2,"final":1})"));
        QCOMPARE(json.at("initial_weights").at("from").get<std::string>(), std::string("random"));
        QCOMPARE(json.at("num_params_tied_head_twice").get<int>() - json.at("num_params").get<int>(), 32 * 16);
        QCOMPARE(json.at("ablate").at("config").at("model").at("d_ff").get<int>(), 24);
    }

    void a_loss_that_is_not_finite_stays_one() {
        const std::string text = read_file(out_ / "no_all_norm_finetuned/train_metrics.json");
        QVERIFY(contains(text, "\"loss\": NaN"));
        const Json history = io::parse_json(text, "train_metrics.json");
        std::vector<std::int64_t> bad;
        for (const Json& line : history)
            if (line.contains("loss") && line["loss"] == "NaN") bad.push_back(line.at("step"));
        QVERIFY(bad == std::vector<std::int64_t>{24});  // counted as the Trainer does: our step 23
        QCOMPARE(history.back().at("train_loss").get<std::string>(), std::string("NaN"));
        const Json all = io::read_json(out_ / "all_train_metrics.json");
        QCOMPARE(all.size(), std::size_t{5});
        QCOMPARE(all.at("no_all_norm").at("train_loss").get<std::string>(), std::string("NaN"));
        QCOMPARE(all.at("no_all_norm").at("collapse_step").get<int>(), 23);
        QCOMPARE(all.at("no_all_norm").at("status").get<std::string>(), std::string("collapsed"));
        QVERIFY(all.at("original").at("collapse_step").is_null());
        // The run average is logged with the final loss, and is another number.
        const double average = all.at("original").at("train_loss"), last = all.at("original").at("final_train_loss");
        QVERIFY(average > last + 0.3);
    }

    void a_checkpoints_state_ends_with_it() {
        const Json state = io::read_json(out_ / "original_finetuned/checkpoint-20/trainer_state.json");
        QCOMPARE(state.at("global_step").get<int>(), 20);
        QCOMPARE(state.at("log_history").back().at("step").get<int>(), 20);
        const Json whole = io::read_json(out_ / "original_finetuned/trainer_state.json");
        QCOMPARE(whole.at("log_history").size(), io::read_json(out_ / "original_finetuned/train_metrics.json").size());
        QVERIFY(whole.at("log_history").back().contains("train_loss"));
    }

    void halves_and_fewer_files_can_be_asked_for() {
        const na::ExportedStudy half =
            na::export_study({points_[0]}, study_.folder() / "half",
                             {.dtype = "bfloat16", .base_model = "me/mine", .checkpoints = false});
        QVERIFY(half.variants[0].checkpoints.empty());
        const StateDictFile file(study_.folder() / "half/original_finetuned/model.pt");
        const auto trained = test::StudyOfRuns::weights(points_[0].run.info().config, 40);
        QVERIFY(at::equal(read(file, "model.norm.weight"), value_of(trained, "final.weight").to(at::kBFloat16)));
        QCOMPARE(io::read_json(study_.folder() / "half/original/metadata.json").at("base_model").get<std::string>(),
                 std::string("me/mine"));
    }

    void tokenizer_files_come_along() {
        const na::PointToExport point = with_files(
            "with_tokenizer", {"tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "train.npy"});
        QVERIFY(na::export_study({point}, study_.folder() / "tokens").has_tokenizer);
        const std::vector<std::string> wanted = {"chat_template.jinja", "tokenizer.json", "tokenizer_config.json"};
        QVERIFY(names_in(study_.folder() / "tokens/tokenizer") == wanted);
        QVERIFY(fs::exists(study_.folder() / "tokens/with_tokenizer_finetuned/tokenizer.json"));

        // Never a mixture of two.
        const na::PointToExport other = with_files("with_model", {"tokenizer.model", "special_tokens_map.json"});
        na::export_study({point, other}, study_.folder() / "two-tokenizers");
        QVERIFY(names_in(study_.folder() / "two-tokenizers/tokenizer") == wanted);
        QVERIFY(fs::exists(study_.folder() / "two-tokenizers/with_model_finetuned/tokenizer.model"));
    }

    void what_cannot_be_exported_is_one_line_and_leaves_nothing() {
        const auto started = study_.add({.variant = "started"}, {40}, {{"start", "/models/qwen3-0.6b"}});
        QVERIFY(is_line_with(refusal({started}, "started"),
                             {"started from /models/qwen3-0.6b", "--set train.keep_start=true"}));
        const auto kept = study_.add({.variant = "kept"}, {0, 40}, {{"start", "/models/qwen3-0.6b"}});
        na::export_study({kept}, study_.folder() / "kept");
        QCOMPARE(io::read_json(study_.folder() / "kept/kept/metadata.json").at("base_model").get<std::string>(),
                 std::string("qwen3-0.6b"));
        QVERIFY(is_line_with(refusal({study_.add({.variant = "bare"}, {})}, "bare"), {"holds no weights"}));
        QVERIFY(is_line_with(refusal({points_[1], points_[1]}, "twice"), {"two folders", "'no_qk_norm'"}));
        QVERIFY(is_line_with(refusal({points_[1]}, "out"), {"exists already"}));
        QVERIFY_THROWS_EXCEPTION(ResourceError, [&] {
            const test::FileSizeLimit limit(9'000);
            na::export_study({points_[0]}, study_.folder() / "full");
        }());
        for (const char* name : {"started", "bare", "twice", "full"})
            QVERIFY2(!fs::exists(study_.folder() / name), name);
        for (const std::string& name : study_.folder().names()) QVERIFY2(!name.starts_with('.'), name.c_str());
    }

    void an_interruption_leaves_nothing() {
        struct Stop {};
        int calls = 0;
        QVERIFY_THROWS_EXCEPTION(
            Stop, na::export_study(points_, study_.folder() / "stopped", {}, [&](const auto&, double share) {
                if (share > 0 && ++calls == 5) throw Stop();
            }));
        QVERIFY(!fs::exists(study_.folder() / "stopped"));
    }

    void pytorch_loads_every_stage() {
        if (!fs::exists(ABLATE_PYTHON)) QSKIP("needs " ABLATE_PYTHON);
        QProcess python;
        python.start(ABLATE_PYTHON, {ABLATE_SOURCE_DIR "/tests/support/load_norm_ablation.py", out_.c_str()});
        QVERIFY(python.waitForFinished(120'000));
        QVERIFY2(python.exitCode() == 0, python.readAllStandardError());
        QVERIFY2(python.readAllStandardOutput().contains("10 files"), "files");
    }
};

QTEST_GUILESS_MAIN(NormAblationExportTest)
#include "norm_ablation_export_test.moc"
