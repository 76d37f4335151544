#include "core/interop/flashnorm/flashnorm.h"

#include "core/base/sha256.h"
#include "tests/core/interop/flashnorm/checkpoint_folder.h"
#include "tests/support/file_size_limit.h"
#include "tests/support/throws.h"

#include <QTest>
#include <functional>

using namespace ablate;
using namespace ablate::test;
using interop::flashnorm;
namespace fs = std::filesystem;

// Against what transformer_tricks made of the same folders: see tests/support/make_flashnorm_reference.py.
class FlashNormTest : public QObject {
    Q_OBJECT

    static Json expected(const std::string& name, bool strict) {
        return io::read_json(flashnorm_case("expected.json")).at(name).at(strict ? "strict" : "compatible");
    }
    // "F32 [16] sha256" of every tensor of a folder.
    static Json described(const fs::path& folder) {
        Json tensors = Json::object();
        for (const auto& entry : fs::directory_iterator(folder))
            if (entry.path().extension() == ".safetensors")
                for (const auto& [name, tensor] : stored_tensors(entry.path()))
                    tensors[name] = fmt::format("{} [{}] {}", tensor.entry.dtype, fmt::join(tensor.entry.shape, ", "),
                                                sha256_hex(tensor.bytes));
        return tensors;
    }
    static std::string refusal(const Checkpoint& checkpoint) {
        const std::string message = input_error([&] { flashnorm(checkpoint.path(), checkpoint.out()); });
        return checkpoint.folder().names() == std::vector<std::string>{"source"} ? message : "something was left";
    }
    static std::string refused_tensors(const std::string& name, const std::function<void(StoredTensors&)>& change) {
        const Checkpoint checkpoint(name);
        checkpoint.change_tensors(change);
        return refusal(checkpoint);
    }
    static std::string refused_config(const std::function<void(Json&)>& change) {
        const Checkpoint checkpoint("qwen3-f32");
        checkpoint.change_config(change);
        return refusal(checkpoint);
    }

  private Q_SLOTS:
    void weights_are_byte_for_byte_those_of_transformer_tricks_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("strict");
        for (const char* name : {"qwen3-tied-bf16", "qwen3-f32", "llama-f16", "mistral-bf16-norms-f32", "phi3-f32"})
            for (const bool strict : {false, true})
                QTest::addRow("%s %s", name, strict ? "strict" : "compatible") << name << strict;
    }
    void weights_are_byte_for_byte_those_of_transformer_tricks() {
        QFETCH(QString, name);
        QFETCH(bool, strict);
        const TempFolder folder;
        const auto result = flashnorm(flashnorm_case(name.toStdString()), folder / "out", {strict});
        const Json wanted = expected(name.toStdString(), strict);
        QCOMPARE(described(folder / "out").dump(1), wanted.at("tensors").dump(1));
        QCOMPARE(sha256_file(folder / "out/model.safetensors"), wanted.at("sha256").get<std::string>());
        QCOMPARE(result.weights.at(0).sha256, wanted.at("sha256").get<std::string>());
    }

    void shards_in_are_shards_out_data() {
        QTest::addColumn<bool>("strict");
        QTest::addRow("compatible") << false;
        QTest::addRow("strict") << true;
    }
    void shards_in_are_shards_out() {
        QFETCH(bool, strict);
        const TempFolder folder;
        const std::string name = "llama-sharded-bf16";
        const auto result = flashnorm(flashnorm_case(name), folder / "out", {strict});
        QCOMPARE(described(folder / "out").dump(1), expected(name, strict).at("tensors").dump(1));
        QCOMPARE(result.weights.size(), 4u);

        const Json index = io::read_json(folder / "out/model.safetensors.index.json");
        std::uint64_t bytes = 0, elements = 0, listed = 0;
        for (const interop::WrittenFile& file : result.weights) {
            QVERIFY(fs::exists(flashnorm_case(name) / file.name));
            QCOMPARE(sha256_file(folder / "out" / file.name), file.sha256);
            for (const auto& [tensor, stored] : stored_tensors(folder / "out" / file.name)) {
                QCOMPARE(index.at("weight_map").at(tensor).get<std::string>(), file.name);
                bytes += stored.bytes.size();
                elements += stored.bytes.size() / io::safetensors_item_bytes(stored.entry.dtype);
                ++listed;
            }
        }
        QCOMPARE(index.at("weight_map").size(), listed);
        QCOMPARE(index.at("metadata").at("total_size").get<std::uint64_t>(), bytes);
        QCOMPARE(index.at("metadata").at("total_parameters").get<std::uint64_t>(), elements);
        if (!strict) {
            const fs::path again = folder / "again";
            QVERIFY(is_line_with(input_error([&] { flashnorm(folder / "out", again); }), {"is folded already"}));
        }
    }

    void what_lies_beside_the_weights_goes_along_as_it_is() {
        const Checkpoint checkpoint("qwen3-tied-bf16");
        const auto write = [&](const char* name, std::string_view bytes) {
            checkpoint.folder().write(std::string("source/") + name, bytes);
        };
        const std::vector<std::string> along = {"LICENSE",        "chat_template.jinja",   "merges.txt",
                                                "tokenizer.json", "tokenizer_config.json", "vocab.json"};
        for (const std::string& name : along) write(name.c_str(), name + "\r\n\xff");
        for (const char* name : {"README.md", "optimizer.pt", "pytorch_model.bin"}) write(name, "of the source");
        flashnorm(checkpoint.path(), checkpoint.out());
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(checkpoint.out()))
            names.push_back(entry.path().filename().string());
        std::sort(names.begin(), names.end());
        std::vector<std::string> wanted = along;
        wanted.insert(wanted.end(), {"README.md", "config.json", "generation_config.json", "model.safetensors"});
        std::sort(wanted.begin(), wanted.end());
        QCOMPARE(names, wanted);
        for (const std::string& name : along) QCOMPARE(read_file(checkpoint.out() / name), name + "\r\n\xff");
        QCOMPARE(read_file(checkpoint.out() / "config.json"), read_file(checkpoint.path() / "config.json"));
    }

    void the_card_says_what_was_folded() {
        const Checkpoint checkpoint("qwen3-tied-bf16");
        flashnorm(checkpoint.path(), checkpoint.out(), {true});
        const std::string card = read_file(checkpoint.out() / "README.md");
        const std::vector<std::string> parts = {
            "FlashNorm of `source`",
            "`qwen3`, 2 layers, tied head",
            "are left out",
            "The final norm keeps its weight",
            "| `model.layers.1.input_layernorm.weight` | `model.layers.1.self_attn.q_proj.weight`, ",
            sha256_file(checkpoint.out() / "model.safetensors")};
        for (const std::string& part : parts) QVERIFY2(card.find(part) != std::string::npos, part.c_str());
        QVERIFY(card.find("| `model.norm.weight`") == std::string::npos);
    }

    void missing_norms_count_as_ones() {
        const Checkpoint checkpoint("qwen3-f32");
        const std::string norm = "model.layers.0.input_layernorm.weight";
        checkpoint.change_tensors([&](StoredTensors& tensors) { tensors.erase(norm); });
        const auto result = flashnorm(checkpoint.path(), checkpoint.out());
        QVERIFY(result.plan.folds[0].missing && !result.plan.folds[1].missing);
        const Json before = described(checkpoint.path()), after = described(checkpoint.out());
        const std::string query = "model.layers.0.self_attn.q_proj.weight";
        QCOMPARE(after.at(query).dump(), before.at(query).dump());
        const Json all_there = expected("qwen3-f32", false).at("tensors");
        for (const char* name : {"model.layers.0.input_layernorm.weight", "model.layers.0.mlp.up_proj.weight",
                                 "model.layers.1.self_attn.q_proj.weight", "lm_head.weight"})
            QCOMPARE(after.at(name).dump(), all_there.at(name).dump());
    }

    void what_cannot_be_folded_is_refused_by_name() {
        QVERIFY(is_line_with(refused_tensors("qwen3-f32",
                                             [](StoredTensors& tensors) {
                                                 tensors["model.layers.1.input_layernorm.bias"] =
                                                     tensors.at("model.layers.1.input_layernorm.weight");
                                             }),
                             {"'model.layers.1.input_layernorm.bias'", "LayerNorm"}));
        QVERIFY(is_line_with(refused_config([](Json& config) { config["model_type"] = "gemma2"; }),
                             {"config.json", "'gemma2'", "qwen3"}));
        QVERIFY(is_line_with(refused_tensors("qwen3-f32",
                                             [](StoredTensors& tensors) {
                                                 for (auto& [name, tensor] : tensors)
                                                     if (name.find("q_norm") == std::string::npos &&
                                                         name.find("norm") != std::string::npos)
                                                         tensor.fill(1);
                                             }),
                             {"is folded already"}));
        QVERIFY(is_line_with(
            refused_tensors("qwen3-f32",
                            [](StoredTensors& tensors) {
                                tensors.at("model.layers.0.post_attention_layernorm.weight").reshape({24});
                            }),
            {"'model.layers.0.post_attention_layernorm.weight' is [24]", "hidden_size 16", "asks for [16]"}));
        QVERIFY(
            is_line_with(refused_tensors("phi3-f32",
                                         [](StoredTensors& tensors) {
                                             tensors.at("model.layers.0.self_attn.qkv_proj.weight").reshape({32, 8});
                                         }),
                         {"'model.layers.0.self_attn.qkv_proj.weight' is [32, 8]", "asks for [outputs, 16]"}));
        QVERIFY(is_line_with(refused_config([](Json& config) { config["hidden_size"] = 32; }),
                             {"is [16]", "hidden_size 32"}));
        QVERIFY(is_line_with(
            refused_tensors("qwen3-f32",
                            [](StoredTensors& tensors) { tensors.erase("model.layers.1.mlp.up_proj.weight"); }),
            {"lacks the tensor 'model.layers.1.mlp.up_proj.weight'"}));
        QVERIFY(is_line_with(refused_tensors("qwen3-tied-bf16",
                                             [](StoredTensors& tensors) {
                                                 auto& tensor = tensors.at("model.layers.0.mlp.up_proj.weight");
                                                 tensor.entry.dtype = "F8_E4M3";
                                                 tensor.reshape({24, 16});
                                             }),
                             {"'model.layers.0.mlp.up_proj.weight' is F8_E4M3", "BF16"}));
        QVERIFY(is_line_with(refused_config([](Json& config) { config["num_hidden_layers"] = 1; }),
                             {"'model.layers.1.input_layernorm.weight'", "num_hidden_layers", "1"}));
        QVERIFY(is_line_with(refused_config([](Json& config) { config["num_hidden_layers"] = 1ll << 40; }),
                             {"lacks the tensor 'model.layers.2."}));
        QVERIFY(is_line_with(refused_config([](Json& config) { config.erase("hidden_size"); }), {"'hidden_size'"}));
        QVERIFY(is_line_with(refused_config([](Json& config) { config = 3; }), {"config.json: is not an object"}));
    }

    void products_beyond_the_dtype_are_refused() {
        const std::string message = refused_tensors("llama-f16", [](StoredTensors& tensors) {
            for (const char* name : {"model.norm.weight", "lm_head.weight"}) {
                std::string bytes;
                while (bytes.size() < tensors.at(name).bytes.size()) io::store(bytes, std::uint16_t{0x6000});  // 512
                tensors.at(name).bytes = bytes;
            }
        });
        QVERIFY(is_line_with(message, {"'lm_head.weight' times 'model.norm.weight'", "F16"}));
    }

    void an_index_that_leads_elsewhere_is_refused() {
        const Checkpoint checkpoint("llama-sharded-bf16");
        checkpoint.change_json("model.safetensors.index.json", [](Json& index) {
            index["weight_map"]["lm_head.weight"] = "../source/model-00004-of-00004.safetensors";
        });
        QVERIFY(is_line_with(refusal(checkpoint), {"model.safetensors.index.json", "'lm_head.weight'"}));
    }

    void an_output_that_exists_is_refused() {
        const Checkpoint checkpoint("qwen3-f32");
        checkpoint.folder().write("out", "mine");
        QVERIFY(is_line_with(input_error([&] { flashnorm(checkpoint.path(), checkpoint.out()); }),
                             {"out: exists already"}));
        QCOMPARE(read_file(checkpoint.out()), std::string("mine"));
    }

    void work_that_ends_early_leaves_nothing() {
        const Checkpoint checkpoint("llama-sharded-bf16");
        int tensors = 0;
        const auto stop = [&](const std::string&, double share) {
            QVERIFY(share >= 0 && share < 1);
            if (++tensors == 15) throw std::runtime_error("stop");
        };
        QVERIFY_THROWS_EXCEPTION(std::runtime_error, flashnorm(checkpoint.path(), checkpoint.out(), {}, stop));
        QCOMPARE(tensors, 15);
        QCOMPARE(checkpoint.folder().names(), std::vector<std::string>{"source"});
        {
            const FileSizeLimit limit(3000);
            QVERIFY_THROWS_EXCEPTION(ResourceError, flashnorm(checkpoint.path(), checkpoint.out()));
        }
        QCOMPARE(checkpoint.folder().names(), std::vector<std::string>{"source"});
    }
};

QTEST_GUILESS_MAIN(FlashNormTest)
#include "flashnorm_test.moc"
