#include "core/data/prepare.h"
#include "core/data/stories.h"
#include "core/data/tokenizers/load.h"
#include "core/interop/hf/checkpoint.h"
#include "core/interop/hf/export_run.h"
#include "core/io/json_file.h"
#include "core/model/transformer.h"
#include "core/train/checkpoint.h"
#include "tests/core/interop/hf/stored_bytes.h"
#include "tests/support/file_size_limit.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"
#include "tests/support/tiny_run.h"

#include <QProcess>
#include <QTest>

using namespace ablate;
namespace hf = ablate::interop::hf;
namespace fs = std::filesystem;
using test::is_line_with;

class HfExportTest : public QObject {
    Q_OBJECT
    test::TempFolder folder_;
    int runs_ = 0;

    // A run with one checkpoint, of step 7, as training leaves it.
    fs::path run_of(const Json& patch, const fs::path& data = {}) {
        const RunConfig config =
            patched(test::tiny_config(folder_ / "tokens", 10), patch.is_null() ? Json::object() : patch, "test");
        const fs::path run = folder_ / ("run" + std::to_string(++runs_));
        fs::create_directories(run / "checkpoints");
        const model::Transformer transformer(config, 3, at::kCPU);
        std::vector<train::NamedTensor> weights;
        for (const model::Parameter& parameter : transformer.parameters())
            weights.push_back({parameter.spec.name, parameter.value});
        train::CheckpointStore(run / "checkpoints", 2)
            .save(7, "end", weights, {}, {{"format", 1}, {"config", to_json(config)}, {"data_folder", data.string()}});
        return run;
    }

    static Json qk_norm() {
        return {{"model", {{"norm", {{"q", {{"kind", "rms"}}}, {"k", {{"kind", "rms"}}}}}, {"tie_embeddings", true}}}};
    }

  private Q_SLOTS:
    void a_checkpoint_comes_back_bit_for_bit_data() {
        QTest::addColumn<QString>("patch");
        QTest::addColumn<QString>("architecture");
        QTest::newRow("llama") << "{}"
                               << "llama";
        QTest::newRow("qwen3") << QString::fromStdString(qk_norm().dump()) << "qwen3";
    }
    void a_checkpoint_comes_back_bit_for_bit() {
        QFETCH(QString, patch);
        QFETCH(QString, architecture);
        const fs::path run = run_of(Json::parse(patch.toStdString())), target = folder_ / architecture.toStdString();
        const hf::Exported exported = hf::export_run(run, target);
        QCOMPARE(exported.architecture, architecture.toStdString());
        QCOMPARE(exported.step, std::int64_t{7});
        QVERIFY(!exported.has_tokenizer);
        QVERIFY(fs::exists(target / "generation_config.json"));

        const hf::Checkpoint checkpoint(target);
        QCOMPARE(test::stored_bytes(target), exported.bytes);
        const RunConfig& config = checkpoint.config().run;
        model::Transformer reread(config, 99, at::kCPU);
        checkpoint.load(reread);
        const model::Transformer source(config, 3, at::kCPU);
        std::vector<train::NamedTensor> stored;
        for (const model::Parameter& parameter : source.parameters())
            stored.push_back({parameter.spec.name, at::empty_like(parameter.value).detach()});
        train::load_tensors(run / "checkpoints/step-000007/model.safetensors", stored);
        for (std::size_t i = 0; i < stored.size(); ++i)
            QVERIFY2(at::equal(reread.parameters()[i].value, stored[i].value), stored[i].name.c_str());
    }

    void half_the_bytes_in_bfloat16() {
        const fs::path run = run_of({});
        const hf::Exported full = hf::export_run(run, folder_ / "full");
        const hf::Exported half = hf::export_run(run, folder_ / "half", {.dtype = "bfloat16", .step = {}});
        QCOMPARE(2 * half.bytes, full.bytes);
        QCOMPARE(hf::Checkpoint(folder_ / "half").config().dtype, std::string("bfloat16"));
    }

    // The ids of transformers and sentencepiece for what was exported are those that the run was trained on.
    void the_exported_tokenizer_encodes_as_the_run_did_data() {
        QTest::addColumn<QString>("patch");
        QTest::addColumn<bool>("bytes");
        QTest::newRow("llama") << "{}" << false;
        QTest::newRow("llama, byte fallback") << "{}" << true;
        QTest::newRow("qwen3") << QString::fromStdString(qk_norm().dump()) << false;
    }
    void the_exported_tokenizer_encodes_as_the_run_did() {
        QFETCH(QString, patch);
        QFETCH(bool, bytes);
        if (!fs::exists(ABLATE_PYTHON)) QSKIP("needs " ABLATE_PYTHON);
        std::string text;
        for (std::uint64_t i = 0; i < 300; ++i) text += data::story(1, i) + "a\ttab\n<|endoftext|>\n";
        DataConfig config;
        config.vocab_size = bytes ? 600 : 400;
        config.byte_fallback = bytes;
        const std::string name = QTest::currentDataTag();
        data::tokenize(config, {folder_.write("stories.txt", text)}, folder_ / ("tokens of " + name));
        const hf::Exported exported = hf::export_run(
            run_of(Json::parse(patch.toStdString()), folder_ / ("tokens of " + name)), folder_ / ("exported " + name));
        QVERIFY(exported.has_tokenizer && exported.remarks.empty());

        Json texts = {"",
                      " ",
                      "\n",
                      "The old\ncat sat",
                      "  leading\n two\n",
                      "\n\nblank\n\n\nlines\n",
                      "a\tb\t\tc\n\t",
                      "<s>hi</s> <unk>",
                      "One.<|endoftext|>Two. <|endoftext|> \nThree",
                      "naïve 日本 é",
                      "ends  ",
                      "a\u2581mark"};
        for (std::uint64_t i = 300; i < 320; ++i) texts.push_back(data::story(1, i));
        Json ours = Json::array();
        const auto loaded = data::load_tokenizer(folder_ / ("exported " + name));
        for (const Json& one : texts) {
            std::vector<std::int32_t> ids;
            loaded.tokenizer->encode(one.get<std::string>(), ids);
            ours.push_back(ids);
        }
        io::write_json(folder_ / "texts.json", {{"texts", texts}, {"ids", ours}});
        QProcess python;
        python.start(ABLATE_PYTHON,
                     {ABLATE_SOURCE_DIR "/tests/support/compare_tokenizers.py",
                      QString::fromStdString(folder_ / ("exported " + name)), (folder_ / "texts.json").c_str()});
        QVERIFY(python.waitForFinished(120'000));
        const QByteArray said = python.readAllStandardError();
        if (python.exitCode() == 77) QSKIP("needs transformers and sentencepiece");
        QVERIFY2(python.exitCode() == 0, said.constData());
    }

    void an_old_runs_lines_are_told() {
        const fs::path old = fs::path(ABLATE_SOURCE_DIR) / "tests/data/workspaces/0.1/workspace/cache/tokens";
        fs::path tokens;
        for (const auto& entry : fs::directory_iterator(old))
            if (fs::exists(entry.path() / "tokenizer.model")) tokens = entry.path();
        const hf::Exported exported = hf::export_run(run_of({}, tokens), folder_ / "old");
        QCOMPARE(exported.remarks.size(), std::size_t{1});
        QVERIFY(is_line_with(exported.remarks[0], {"lines", "encoded one by one", "Encode each line by itself"}));
    }

    // A model that has no piece for the newline: there is no id to put after a line. The run's path may end in a slash.
    void lines_without_a_piece_for_the_newline() {
        const fs::path tokens = folder_ / "workspace/cache/tokens/abc";
        fs::create_directories(tokens);
        fs::copy(fs::path(ABLATE_SOURCE_DIR) / "tests/data/tokenizers/sentencepiece/tokenizer.model", tokens);
        io::write_json(tokens / "data.json", {{"format", 1}, {"texts", Json::array()}});
        QVERIFY(data::encodes_by_lines(tokens));
        QCOMPARE(data::load_tokenizer(tokens).tokenizer->token_id("\n"), -1);
        fs::create_directories(folder_ / "workspace/runs");
        const fs::path run = folder_ / "workspace/runs/one";
        fs::rename(run_of({}, "/moved/cache/tokens/abc"), run);
        const hf::Exported exported = hf::export_run(run / "", folder_ / "no newline");
        QVERIFY(exported.has_tokenizer && exported.remarks.empty());
    }

    void what_cannot_be_exported_is_one_line_and_leaves_nothing() {
        const auto refused = [&](const fs::path& run, const hf::ExportOptions& options = {}) {
            const std::string message = test::input_error([&] { hf::export_run(run, folder_ / "refused", options); });
            return fs::exists(folder_ / "refused") ? "something was left" : message;
        };
        QVERIFY(is_line_with(refused(run_of({{"model", {{"position", {{"kind", "none"}}}}}})),
                             {"does not fit LlamaForCausalLM", "Position is NoPE"}));
        const fs::path run = run_of({});
        QVERIFY(is_line_with(refused(run, {.step = 8}), {"no checkpoint of step 8"}));
        fs::create_directory(folder_ / "empty");
        QVERIFY(is_line_with(refused(folder_ / "empty"), {"holds no weights"}));
        fs::create_directory(folder_ / "taken");
        QVERIFY(is_line_with(test::input_error([&] { hf::export_run(run, folder_ / "taken"); }), {"exists already"}));
        QVERIFY(fs::is_empty(folder_ / "taken"));
        QVERIFY_THROWS_EXCEPTION(ResourceError, [&] {
            const test::FileSizeLimit limit(4'000);
            hf::export_run(run, folder_ / "too large");
        }());
        for (const std::string& name : folder_.names()) QVERIFY2(!name.starts_with('.'), name.c_str());
        QVERIFY(!fs::exists(folder_ / "too large"));
    }
};

QTEST_GUILESS_MAIN(HfExportTest)
#include "hf_export_test.moc"
