#include "core/base/atomic_file.h"
#include "core/io/npy.h"
#include "tests/app/ablate/program.h"
#include "tests/support/throws.h"

using namespace ablate;
using namespace ablate::test;

// From a Hugging Face folder to runs that started from it, as a user types it.
class ImportCommandTest : public QObject {
    Q_OBJECT
    TempFolder folder_;

    Output ablate(std::vector<std::string> arguments) {
        arguments.insert(arguments.end(), {"--workspace", (folder_ / "ws").string()});
        return run_ablate(arguments);
    }

    static std::string hub(const std::string& name) { return ABLATE_SOURCE_DIR "/tests/data/hf/" + name; }

  private Q_SLOTS:
    void initTestCase() { std::filesystem::create_directories(folder_ / "ws"); }

    void a_form_that_is_not_there_is_refused() {
        QVERIFY(
            is_line_with(run_ablate({"import"}).err.substr(0, run_ablate({"import"}).err.size() - 1), {"hf", "run"}));
        QCOMPARE(run_ablate({"import", "hub", "x"}).code, 2);
        QVERIFY(run_ablate({"import", "hub", "x"}).err.find("did you mean 'hf'") != std::string::npos);
        QCOMPARE(run_ablate({"import", "hf", "x", "--nam", "y"}).code, 2);
    }

    void a_model_its_study_and_the_tensors_of_each_variant() {
        const Output imported =
            ablate({"import", "hf", hub("qwen3-untied-v4"), "--name", "small", "--study", "norms", "--json"});
        QCOMPARE(imported.code, 0);
        QCOMPARE(imported.json().at("model"), "small");
        QCOMPARE(ablate({"import", "hf", hub("qwen3-untied-v4"), "--name", "other", "--study", "norms"}).code, 2);
        QVERIFY(!std::filesystem::exists(folder_ / "ws/models/other"));

        const Output preview = ablate({"preview", "norms", "--json"});
        QCOMPARE(preview.code, 0);
        const Json points = preview.json().at("points");
        for (const Json& point : points) {
            const Json& start = point.at("start");
            QVERIFY(start.at("kept").size() > 0);
            QCOMPARE(start.at("dropped").empty(), point.at("variant") == "baseline");
        }
        const std::string text = ablate({"preview", "norms", "--tensors"}).out;
        QVERIFY(text.find("dropped  blocks.0.attn.q_norm.weight") != std::string::npos);
        QVERIFY(text.find("norm at q: RMSNorm") != std::string::npos);
    }

    // The loss before the first step is that of the weights, and both stages are there.
    void runs_start_from_it_and_keep_both_stages() {
        const std::string tokens = folder_ / "tokens";
        const Output run =
            ablate({"run", "norms", "--only", "no_qk_norm", "--set", "data.tokens=" + write_tokens(tokens), "--set",
                    "data.context=8", "--set", "train.epochs=0", "--set", "train.steps=4", "--set", "train.batch=2",
                    "--set", "train.device=cpu", "--quiet"});
        QVERIFY2(run.code == 0, run.err.c_str());
        int runs = 0;
        for (const auto& entry : std::filesystem::directory_iterator(folder_ / "ws/runs")) {
            QVERIFY(std::filesystem::exists(entry.path() / "checkpoints/step-000000/model.safetensors"));
            QVERIFY(std::filesystem::exists(entry.path() / "checkpoints/step-000004/model.safetensors"));
            ++runs;
        }
        QCOMPARE(runs, 2);
    }

  private:
    // Ids of a vocabulary as large as the model's.
    std::string write_tokens(const std::string& folder);
};

std::string ImportCommandTest::write_tokens(const std::string& folder) {
    std::filesystem::create_directories(folder);
    std::string bytes = io::npy_header_1d("u2", 400);
    for (int i = 0; i < 400; ++i) bytes += {static_cast<char>(i * 7 % 24), '\0'};
    for (const char* name : {"train.npy", "val.npy"}) atomic_write(folder_ / "tokens" / name, bytes);
    return folder;
}

QTEST_GUILESS_MAIN(ImportCommandTest)
#include "import_command_test.moc"
