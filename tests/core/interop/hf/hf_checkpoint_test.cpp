#include "core/interop/hf/checkpoint.h"

#include "core/interop/hf/save.h"
#include "core/interop/hf/tensor_names.h"
#include "core/io/json_file.h"
#include "core/model/transformer.h"
#include "core/train/register.h"
#include "tests/core/interop/hf/stored_bytes.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <ATen/Parallel.h>
#include <QTest>

using namespace ablate;
namespace hf = ablate::interop::hf;
namespace fs = std::filesystem;
using test::is_line_with;

// Against what tests/support/make_hf_reference.py had transformers write.
class HfCheckpointTest : public QObject {
    Q_OBJECT
    test::TempFolder folder_;
    int copies_ = 0;

    static fs::path reference(const std::string& name) { return fs::path(ABLATE_SOURCE_DIR) / "tests/data/hf" / name; }

    static at::Tensor read(const io::SafetensorsReader& file, const std::string& name) {
        const io::TensorEntry* entry = file.find(name);
        if (!entry) throw std::runtime_error("the reference has no tensor '" + name + "'");
        const at::Tensor tensor = at::empty(entry->shape, entry->dtype == "I64" ? at::kLong : at::kFloat);
        file.read(*entry, tensor.mutable_data_ptr());
        return tensor;
    }

    static std::unique_ptr<model::Transformer> load(const hf::Checkpoint& checkpoint) {
        RunConfig config = checkpoint.config().run;
        config.train.precision = "fp32";
        auto transformer = std::make_unique<model::Transformer>(config, 1, at::kCPU);
        checkpoint.load(*transformer);
        return transformer;
    }

    fs::path copy_of(const std::string& name) {
        const fs::path copy = folder_ / std::to_string(++copies_);
        fs::copy(reference(name), copy);
        return copy;
    }

    static Json config_of(const fs::path& folder) { return io::read_json(folder / "config.json"); }

    // What is said of a copy whose config.json has been changed so.
    std::string refusal(const std::string& name, const Json& change) {
        const fs::path copy = copy_of(name);
        Json json = config_of(copy);
        json.merge_patch(change);
        io::write_json(copy / "config.json", json);
        return test::input_error([&] { hf::Checkpoint checkpoint(copy); });
    }

    using Tensors = std::map<std::string, std::pair<io::TensorEntry, std::string>>;
    static Tensors tensors_of(const fs::path& file) {
        const io::SafetensorsReader reader(file);
        Tensors tensors;
        for (const io::TensorEntry& entry : reader.entries()) {
            std::string bytes(entry.bytes(), '\0');
            reader.read(entry, bytes.data());
            tensors[entry.name] = {entry, bytes};
        }
        return tensors;
    }
    static void write(const fs::path& file, const Tensors& tensors) {
        std::vector<io::TensorEntry> entries;
        for (const auto& [name, tensor] : tensors) {
            entries.push_back(tensor.first);
            entries.back().name = name;
        }
        io::SafetensorsWriter writer(file, entries);
        for (const auto& [name, tensor] : tensors) writer.write(tensor.second.data(), tensor.second.size());
        writer.finish();
    }

    // Like the above, for one whose tensors have been changed.
    std::string refusal_of_tensors(const std::string& name, const std::function<void(Tensors&)>& change) {
        const fs::path copy = copy_of(name), file = copy / "model.safetensors";
        Tensors tensors = tensors_of(file);
        change(tensors);
        write(file, tensors);
        return test::input_error([&] { load(hf::Checkpoint(copy)); });
    }

    void cases() const {
        QTest::addColumn<QString>("name");
        for (const auto& entry : fs::directory_iterator(reference("")))
            QTest::addRow("%s", entry.path().filename().c_str())
                << QString::fromStdString(entry.path().filename().string());
    }

  private Q_SLOTS:
    void initTestCase() {
        train::register_kinds();
        at::set_num_threads(1);
    }

    void agrees_with_transformers_data() { cases(); }
    void agrees_with_transformers() {
        QFETCH(QString, name);
        const fs::path folder = reference(name.toStdString());
        const hf::Checkpoint checkpoint(folder);
        const auto transformer = load(checkpoint);
        const io::SafetensorsReader expected(folder / "expected.safetensors");
        const at::Tensor ids = read(expected, "ids"), wanted = read(expected, "logits");
        const double logits = (transformer->logits(ids).detach() - wanted).abs().max().item<double>();
        QVERIFY2(logits <= 2e-5, fmt::format("logits are off by {:.2e}", logits).c_str());

        // transformers shifts the labels itself: position t predicts t + 1.
        const std::int64_t length = ids.size(1) - 1;
        const model::LossOutput loss =
            transformer->loss(ids.narrow(1, 0, length).contiguous(), ids.narrow(1, 1, length).contiguous());
        const double off = std::abs(loss.nll.item<double>() - read(expected, "loss").item<double>());
        QVERIFY2(off <= 1e-5, fmt::format("the loss is off by {:.2e}", off).c_str());
        loss.objective.backward();
        for (const model::Parameter& parameter : transformer->parameters()) {
            const at::Tensor gradient = read(expected, "grad/" + hf::checkpoint_name(parameter.spec.name));
            const double error = ((parameter.value.grad() - gradient).norm() / gradient.norm()).item<double>();
            QVERIFY2(error <= 1e-4, fmt::format("{}: off by {:.2e}", parameter.spec.name, error).c_str());
        }
        QCOMPARE(expected.entries().size(), 3 + transformer->parameters().size());
    }

    void saved_again_it_has_the_same_bits_data() { cases(); }
    void saved_again_it_has_the_same_bits() {
        QFETCH(QString, name);
        const fs::path source = reference(name.toStdString()), target = folder_ / ("saved " + name.toStdString());
        const hf::Checkpoint checkpoint(source);
        const auto transformer = load(checkpoint);
        atomic_directory(target, [&](const fs::path& beside) {
            hf::save(
                beside, checkpoint.config(),
                [&](const TensorSpec& spec) {
                    for (const model::Parameter& parameter : transformer->parameters())
                        if (parameter.spec.name == spec.name) return parameter.value;
                    throw std::logic_error(spec.name);
                },
                "test");
        });
        const hf::Checkpoint again(target);
        QCOMPARE(again.config().architecture, checkpoint.config().architecture);
        QCOMPARE(again.config().dtype, checkpoint.config().dtype);
        QVERIFY(again.config().eos_token_id == checkpoint.config().eos_token_id);
        QVERIFY(to_json(again.config().run) == to_json(checkpoint.config().run));
        QCOMPARE(hf::saved_bytes(checkpoint.config()), test::stored_bytes(target));
        const Tensors written = tensors_of(target / "model.safetensors");
        std::size_t compared = 0;
        for (const auto& entry : fs::directory_iterator(source)) {
            if (!entry.path().filename().string().starts_with("model") || entry.path().extension() != ".safetensors")
                continue;
            for (const auto& [tensor, value] : tensors_of(entry.path())) {
                QCOMPARE(written.at(tensor).first.dtype, value.first.dtype);
                QVERIFY2(written.at(tensor).second == value.second, tensor.c_str());
                ++compared;
            }
        }
        QCOMPARE(written.size(), compared);
    }

    void a_wrong_shape_names_both_and_what_would_mend_it() {
        const std::string llama = "llama-untied-sharded-v5", qwen = "qwen3-untied-v4";
        QVERIFY(is_line_with(refusal(llama, {{"num_key_value_heads", 4}}),
                             {"model.layers.0.self_attn.k_proj.weight", "is [8, 16]", "makes it [16, 16]",
                              "num_key_value_heads 2 or head_dim 2"}));
        QVERIFY(is_line_with(refusal(llama, {{"intermediate_size", 24}}), {"[12, 16]", "intermediate_size 12"}));
        QVERIFY(is_line_with(refusal(llama, {{"vocab_size", 40}}), {"[24, 16]", "[40, 16]", "vocab_size 24"}));
        QVERIFY(is_line_with(refusal(qwen, {{"num_attention_heads", 2}}), {"num_attention_heads 4"}));
        QVERIFY(is_line_with(refusal(qwen, {{"hidden_size", 32}}), {"embed_tokens", "hidden_size 16"}));
        QVERIFY(is_line_with(refusal(qwen, {{"head_dim", nullptr}}), {"q_proj", "head_dim 8"}));
    }

    void a_missing_or_surplus_tensor_is_named_with_what_would_mend_it() {
        const std::string llama = "llama-untied-sharded-v5", qwen = "qwen3-untied-v4", tied = "qwen3-tied-bf16-v5";
        QVERIFY(is_line_with(refusal(llama, {{"attention_bias", false}}), {"bias' [", "attention_bias true"}));
        QVERIFY(is_line_with(refusal(llama, {{"mlp_bias", false}}), {"mlp_bias true"}));
        QVERIFY(is_line_with(refusal(llama, {{"num_hidden_layers", 1}}), {"layers.1.", "num_hidden_layers 2"}));
        QVERIFY(is_line_with(refusal("llama-tied-f16-v4", {{"attention_bias", true}}),
                             {"q_proj.bias' is missing", "attention_bias false"}));
        QVERIFY(is_line_with(refusal("llama-tied-f16-v4", {{"num_hidden_layers", 3}}),
                             {"layers.2.", "is missing", "num_hidden_layers 2"}));
        QVERIFY(is_line_with(refusal(tied, {{"tie_word_embeddings", false}}),
                             {"lm_head.weight' is missing", "tie_word_embeddings true"}));
        QVERIFY(is_line_with(refusal_of_tensors(qwen, [](Tensors& t) { t.erase("model.norm.weight"); }),
                             {"model.norm.weight' is missing"}));
        QVERIFY(
            is_line_with(refusal_of_tensors(qwen, [](Tensors& t) { t.erase("model.layers.1.input_layernorm.weight"); }),
                         {"model.layers.1.input_layernorm.weight' is missing"}));
        QVERIFY(is_line_with(refusal_of_tensors(qwen, [](Tensors& t) { t["extra"] = t["model.norm.weight"]; }),
                             {"'extra' [16] has no place"}));
        QVERIFY(is_line_with(refusal_of_tensors(qwen, [](Tensors& t) { t["model.norm.weight"].first.dtype = "I32"; }),
                             {"model.norm.weight", "I32", "BF16 are read"}));
    }

    void a_tied_head_may_stand_in_the_file_if_it_is_the_embedding() {
        const auto head = [](Tensors & t) -> auto& { return t["lm_head.weight"] = t["model.embed_tokens.weight"]; };
        QCOMPARE(refusal_of_tensors("qwen3-tied-bf16-v5", [&](Tensors& t) { head(t); }), std::string());
        QVERIFY(
            is_line_with(refusal_of_tensors("qwen3-tied-bf16-v5", [&](Tensors& t) { head(t).second[0] ^= 1; }),
                         {"lm_head.weight", "differs from model.embed_tokens.weight", "tie_word_embeddings false"}));
    }

    void norms_that_a_fold_took_out_are_ones() {
        const fs::path copy = copy_of("qwen3-untied-v4");
        Tensors tensors = tensors_of(copy / "model.safetensors");
        std::erase_if(tensors, [](const auto& t) {
            return t.first.find("layernorm") != std::string::npos || t.first == "model.norm.weight";
        });
        write(copy / "model.safetensors", tensors);
        const hf::Checkpoint checkpoint(copy);
        const auto transformer = load(checkpoint);
        for (const model::Parameter& parameter : transformer->parameters())
            if (parameter.spec.name == "final.weight" || parameter.spec.name.ends_with("_in.weight"))
                QVERIFY(at::equal(parameter.value, at::ones({16})));
    }

    void an_index_and_its_files_must_agree() {
        const std::string name = "llama-untied-sharded-v5", index = "model.safetensors.index.json";
        const auto refused = [&](const std::function<void(Json&, const fs::path&)>& change) {
            const fs::path copy = copy_of(name);
            Json json = io::read_json(copy / index);
            change(json, copy);
            io::write_json(copy / index, json);
            return test::input_error([&] { hf::Checkpoint checkpoint(copy); });
        };
        const std::string first = "model-00001-of-00004.safetensors", second = "model-00002-of-00004.safetensors";
        const auto of_file = [](Json& json, const std::string& file) {
            for (const auto& [tensor, value] : json["weight_map"].items())
                if (value == file) return tensor;
            throw std::logic_error("no tensor in " + file);
        };
        QVERIFY(is_line_with(refused([&](Json& j, auto&) { j["weight_map"][of_file(j, first)] = second; }),
                             {"should be in", "but is in model-00001"}));
        QVERIFY(is_line_with(refused([&](Json& j, auto&) { j["weight_map"].erase(of_file(j, first)); }),
                             {"is not listed in model.safetensors.index.json"}));
        QVERIFY(is_line_with(refused([&](Json& j, auto&) { j["weight_map"]["ghost"] = first; }),
                             {"'ghost' is in none of its files"}));
        QVERIFY(is_line_with(refused([&](Json&, const fs::path& f) { fs::remove(f / second); }),
                             {"names the file", "00002", "missing"}));
        QVERIFY(is_line_with(refused([&](Json& j, auto&) { j["weight_map"]["x"] = "../" + first; }),
                             {"file of this folder"}));
        QVERIFY(is_line_with(refused([&](Json& j, auto&) { j["weight_map"]["x"] = 7; }), {"file of this folder"}));
        QVERIFY(is_line_with(refused([&](Json& j, auto&) { j.erase("weight_map"); }), {"weight_map must say"}));
        QVERIFY(is_line_with(refused([&](Json& j, const fs::path& f) {
                                 fs::copy(f / first, f / "model-9.safetensors");
                                 j["weight_map"]["x"] = "model-9.safetensors";
                             }),
                             {"is in", "as well"}));
    }

    void a_folder_without_weights_says_what_is_there_instead() {
        const fs::path copy = copy_of("qwen3-untied-v4");
        fs::rename(copy / "model.safetensors", copy / "pytorch_model.bin");
        QVERIFY(is_line_with(test::input_error([&] { hf::Checkpoint checkpoint(copy); }),
                             {"no model.safetensors", "never read"}));
        fs::remove(copy / "config.json");
        QVERIFY(is_line_with(test::input_error([&] { hf::Checkpoint checkpoint(copy); }), {"config.json"}));
    }

    void values_beyond_half_precision_are_not_written_as_such() {
        const hf::Checkpoint checkpoint(reference("llama-tied-f16-v4"));
        const fs::path folder = folder_ / "beyond";
        fs::create_directory(folder);
        const std::string message = test::input_error([&] {
            hf::save(
                folder, checkpoint.config(), [](const TensorSpec& spec) { return at::full(spec.shape, 1e5); }, "test");
        });
        QVERIFY(is_line_with(message, {"embed.weight", "float16"}));
    }
};

QTEST_GUILESS_MAIN(HfCheckpointTest)
#include "hf_checkpoint_test.moc"
