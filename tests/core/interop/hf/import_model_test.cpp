#include "core/interop/hf/import_model.h"

#include "core/interop/hf/checkpoint.h"
#include "core/io/json_file.h"
#include "core/model/transformer.h"
#include "core/train/start.h"
#include "tests/support/file_size_limit.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"
#include "tests/support/tiny_run.h"

#include <QTest>

using namespace ablate;
namespace hf = ablate::interop::hf;
namespace fs = std::filesystem;
using test::input_error;
using test::is_line_with;

class ImportModelTest : public QObject {
    Q_OBJECT
    test::TempFolder folder_;

    static fs::path hub(const std::string& name) { return fs::path(ABLATE_SOURCE_DIR) / "tests/data/hf" / name; }

    static std::vector<at::Tensor> values(const model::Transformer& transformer) {
        std::vector<at::Tensor> tensors;
        for (const model::Parameter& parameter : transformer.parameters()) tensors.push_back(parameter.value.detach());
        return tensors;
    }

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    // What a run starts from is what the Hugging Face folder holds, whatever its type and its files.
    void a_run_that_starts_from_it_has_the_folders_weights_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"qwen3-tied-bf16-v5", "llama-untied-sharded-v5", "llama-tied-f16-v4"})
            QTest::newRow(name) << name;
    }
    void a_run_that_starts_from_it_has_the_folders_weights() {
        QFETCH(QString, name);
        const hf::ImportedModel imported =
            hf::import_model(hub(name.toStdString()), folder_.path(), name.toStdString());
        RunConfig config = imported.config;
        config.train.start = imported.id;
        train::resolve_start(config, folder_.path(), "test");
        model::Transformer begun(config, 3, at::kCPU), loaded(config, 4, at::kCPU);
        const model::StartPlan plan = train::load_start(begun, config);
        QVERIFY(plan.dropped.empty() && plan.fresh.empty());
        hf::Checkpoint(hub(name.toStdString())).load(loaded);
        const auto ours = values(begun), theirs = values(loaded);
        for (std::size_t i = 0; i < ours.size(); ++i) QVERIFY(at::equal(ours[i], theirs[i]));
    }

    void a_name_that_is_taken_is_refused_and_nothing_is_half_there() {
        hf::import_model(hub("qwen3-untied-v4"), folder_.path(), "twice");
        QVERIFY(is_line_with(input_error([&] { hf::import_model(hub("qwen3-untied-v4"), folder_.path(), "twice"); }),
                             {"twice", "--name"}));
        QVERIFY(is_line_with(input_error([&] { hf::import_model(hub("qwen3-untied-v4"), folder_.path(), "../x"); }),
                             {"--name", "letters"}));
        const fs::path broken = folder_ / "broken";
        fs::create_directories(broken);
        fs::copy(hub("qwen3-untied-v4") / "config.json", broken);
        atomic_write(broken / "model.safetensors", "rubbish");
        QVERIFY(!input_error([&] { hf::import_model(broken, folder_.path(), "broken"); }).empty());
        QVERIFY(!fs::exists(folder_ / "models/broken"));
    }

    void a_tokenizer_that_is_not_read_stays_behind() {
        const fs::path from = folder_ / "unread";
        fs::copy(hub("llama-tied-f16-v4"), from);
        atomic_write(from / "tokenizer.json", R"({"model": {"type": "WordPiece", "vocab": {"a": 0}}})");
        const hf::ImportedModel model = hf::import_model(from, folder_.path(), "unread");
        QVERIFY(!model.has_tokenizer && !fs::exists(model.folder / "tokenizer.json"));
        QCOMPARE(model.remarks.size(), std::size_t{1});
        QVERIFY(is_line_with(model.remarks[0], {"without its tokenizer", "'WordPiece'", "data.tokens"}));
        QVERIFY(fs::exists(model.folder / "model.safetensors"));
        QVERIFY(!hf::norm_study(model, "norms").baseline["data"].contains("tokenizer"));
    }

    void a_name_comes_from_the_folder() {
        QCOMPARE(hf::model_id("/hub/Qwen3-0.6B"), "Qwen3-0.6B");
        QCOMPARE(hf::model_id("/hub/my model (2)/"), "my-model--2-");
    }

    void its_norm_study_patches_what_there_is() {
        const hf::ImportedModel qwen = hf::import_model(hub("qwen3-rope-linear-v4"), folder_.path(), "qwen");
        const StudyConfig study = hf::norm_study(qwen, "norms");
        QCOMPARE(study.variants.size(), std::size_t{6});
        const std::vector<VariantPoint> points = expand(study);
        QCOMPARE(points.front().config.train.start, "qwen");
        QVERIFY(to_json(points.front().config).at("model") == to_json(qwen.config).at("model"));
        const auto point = [&](const char* name) {
            return std::find_if(points.begin(), points.end(), [&](const auto& p) { return p.variant == name; })->config;
        };
        QCOMPARE(point("no_layer_norm").model.norm_at(NormSite::final).kind, "rms");
        QCOMPARE(point("no_all_norm").model.norm_at(NormSite::final).kind, "none");
        QCOMPARE(point("replace_scalenorm").model.norm_at(NormSite::q).kind, "scale");
        const hf::ImportedModel llama = hf::import_model(hub("llama-tied-f16-v4"), folder_.path(), "lama");
        QCOMPARE(hf::norm_study(llama, "norms").variants.size(), std::size_t{5});  // there is no QK-norm to remove
    }
};

QTEST_GUILESS_MAIN(ImportModelTest)
#include "import_model_test.moc"
