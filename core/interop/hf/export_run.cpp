#include "core/interop/hf/export_run.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/data/tokenizers/load.h"
#include "core/interop/hf/save.h"
#include "core/io/safetensors.h"
#include "core/train/checkpoint.h"
#include "core/train/tensor_file.h"

namespace ablate::interop::hf {
namespace {

namespace fs = std::filesystem;

// Config, generation settings and headers, generously.
constexpr std::uint64_t kOtherBytes = 1 << 20;

}  // namespace

Exported export_run(const fs::path& run_folder, const fs::path& target, const ExportOptions& options) {
    const train::StoredCheckpoint checkpoint = train::sound_checkpoint(run_folder, options.step);
    const Json state = train::read_trainer_state(checkpoint.folder);
    Config config;
    config.run = stored_run_config(state.at("config"), (checkpoint.folder / "trainer.json").string());
    config.architecture = architecture_of(config.run);
    config.dtype = options.dtype;

    const fs::path data_folder = state.at("data_folder").get<std::string>();
    const auto tokenizer = data_folder.empty() ? std::nullopt : data::find_tokenizer(data_folder);
    const Exported exported{config.architecture, checkpoint.step, saved_bytes(config), tokenizer.has_value()};
    if (tokenizer) {
        const std::int32_t end = data::load_tokenizer(*tokenizer).tokenizer->end_of_document_id();
        if (end >= 0) config.eos_token_id = end;
    }
    config_to_json(config, run_folder.string());  // what does not fit is said before the disk is asked
    const fs::path file = checkpoint.folder / "model.safetensors";
    const io::SafetensorsReader reader(file);
    const TensorSource weights = [&](const TensorSpec& spec) { return train::read_tensor(reader, spec, file); };
    remove_leftovers(fs::absolute(target / "..").lexically_normal());
    require_free_space(target, exported.bytes + kOtherBytes);
    atomic_directory(target, [&](const fs::path& beside) {
        save(beside, config, weights, run_folder.string());
        if (!tokenizer) return;
        for (const fs::path& part : data::tokenizer_files(data_folder))
            atomic_write(beside / part.filename(), read_file(part));
    });
    return exported;
}

}  // namespace ablate::interop::hf
