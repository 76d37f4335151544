#include "core/interop/hf/checkpoint.h"
#include "core/model/transformer.h"
#include "core/train/register.h"
#include "tests/fuzz/mutator.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <ATen/Parallel.h>
#include <QTest>

#include <fstream>

using namespace ablate;
namespace hf = ablate::interop::hf;
namespace fs = std::filesystem;

// Damaged folders: whatever is read ends well or with an InputError of one line that names a file of the folder.
class HfHostileTest : public QObject {
    Q_OBJECT
    test::TempFolder folder_;
    int copies_ = 0;

    static fs::path reference(const std::string& name) { return fs::path(ABLATE_SOURCE_DIR) / "tests/data/hf" / name; }

    static void load(const fs::path& folder) {
        const hf::Checkpoint checkpoint(folder);
        model::Transformer transformer(checkpoint.config().run, 1, at::kCPU);
        checkpoint.load(transformer);
    }

    // Tries mutants of one file of a copy of the folder; those of `others` lend their pieces.
    void survives(const std::string& name, const std::string& file, const std::vector<std::string>& others = {}) {
        const fs::path copy = folder_ / std::to_string(++copies_);
        fs::copy(reference(name), copy);
        load(copy);
        std::vector<std::string> corpus = {read_file(copy / file)};
        for (const std::string& other : others) corpus.push_back(read_file(reference(other) / file));
        const auto attempt = [&](const std::string& mutant) {
            std::ofstream(copy / file, std::ios::binary | std::ios::trunc) << mutant;
            load(copy);
        };
        test::survive_mutants(test::Mutator(2026, corpus), test::mutant_count(), attempt, copy.string());
    }

  private Q_SLOTS:
    void initTestCase() {
        train::register_kinds();
        at::set_num_threads(1);
    }

    void config_of_qwen3() {
        survives("qwen3-untied-v4", "config.json", {"qwen3-rope-linear-v4", "llama-tied-f16-v4"});
    }
    void config_of_llama() { survives("llama-rope-llama3-v5", "config.json", {"qwen3-tied-bf16-v5"}); }
    void index() { survives("llama-untied-sharded-v5", "model.safetensors.index.json"); }
    void weights() { survives("qwen3-tied-bf16-v5", "model.safetensors", {"llama-tied-f16-v4"}); }
    void a_shard() { survives("llama-untied-sharded-v5", "model-00002-of-00004.safetensors"); }
};

QTEST_GUILESS_MAIN(HfHostileTest)
#include "hf_hostile_test.moc"
