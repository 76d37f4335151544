#include "core/interop/hf/export_run.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/workspace_layout.h"
#include "core/data/prepare.h"
#include "core/data/tokenizers/load.h"
#include "core/interop/hf/save.h"
#include "core/io/json_file.h"
#include "core/io/safetensors.h"
#include "core/train/checkpoint.h"
#include "core/train/tensor_file.h"

namespace ablate::interop::hf {
namespace {

namespace fs = std::filesystem;

// Config, generation settings and headers, generously.
constexpr std::uint64_t kOtherBytes = 1 << 20;

// With this class transformers reads a tokenizer.model as it is, where LlamaTokenizer would read its own settings into
// it. No <s>, </s> or <unk> is cut out of a text, as sentencepiece does not.
Json tokenizer_config(const data::Tokenizer& tokenizer) {
    Json config = {{"tokenizer_class", "PreTrainedTokenizerFast"},
                   {"add_bos_token", false},
                   {"add_eos_token", false},
                   {"clean_up_tokenization_spaces", false},
                   {"bos_token", nullptr},
                   {"eos_token", nullptr},
                   {"unk_token", nullptr}};
    if (tokenizer.end_of_document_id() >= 0) config["eos_token"] = "<|endoftext|>";
    return config;
}

// Without a class AutoTokenizer takes the one of the model's type, and Qwen's has another split.
Json class_alone(const fs::path& main_file) {
    const bool complete = main_file.filename() == "tokenizer.json";
    return {{"tokenizer_class", complete ? "PreTrainedTokenizerFast" : "GPT2Tokenizer"}};
}

std::string line_remark(std::int32_t newline) {
    return fmt::format(
        "This run was trained on lines that were encoded one by one, each with a space put before it. sentencepiece "
        "and transformers put it before the whole text alone, so their ids differ from the second line on. Encode "
        "each line by itself and put the id {} after it.",
        newline);
}

}  // namespace

Exported export_run(const fs::path& run_folder, const fs::path& target, const ExportOptions& options) {
    const train::StoredCheckpoint checkpoint = train::sound_checkpoint(run_folder, options.step);
    const Json state = train::read_trainer_state(checkpoint.folder);
    Config config;
    config.run = stored_run_config(state.at("config"), (checkpoint.folder / checkpoint_files::kTrainerState).string());
    config.architecture = architecture_of(config.run);
    config.dtype = options.dtype;

    const fs::path data_folder =
        data::recorded_tokens(state.at("data_folder").get<std::string>(), data::cache_of_run(run_folder));
    const auto tokenizer = data_folder.empty() ? std::nullopt : data::find_tokenizer(data_folder);
    Exported exported{config.architecture, checkpoint.step, saved_bytes(config), tokenizer.has_value(), {}};
    std::unique_ptr<data::Tokenizer> loaded;
    if (tokenizer) {
        loaded = data::load_tokenizer(data_folder).tokenizer;
        const std::int32_t end = loaded->end_of_document_id();
        if (end >= 0) config.eos_token_id = end;
        // A model without a piece for the newline was not trained on lines put together from several.
        const std::int32_t newline = loaded->token_id("\n");
        if (newline >= 0 && data::encodes_by_lines(data_folder)) exported.remarks.push_back(line_remark(newline));
    }
    config_to_json(config, run_folder.string());  // what does not fit is said before the disk is asked
    const fs::path file = checkpoint.folder / checkpoint_files::kWeights;
    const io::SafetensorsReader reader(file);
    const TensorSource weights = [&](const TensorSpec& spec) { return train::read_tensor(reader, spec, file); };
    remove_leftovers(fs::absolute(target / "..").lexically_normal());
    require_free_space(target, exported.bytes + kOtherBytes);
    atomic_directory(target, [&](const fs::path& beside) {
        save(beside, config, weights, run_folder.string());
        if (!tokenizer) return;
        for (const fs::path& part : data::tokenizer_files(data_folder))
            atomic_write(beside / part.filename(), read_file(part));
        if (const fs::path settings = beside / "tokenizer_config.json"; !fs::exists(settings))
            io::write_json(settings,
                           tokenizer->extension() == ".model" ? tokenizer_config(*loaded) : class_alone(*tokenizer));
    });
    return exported;
}

}  // namespace ablate::interop::hf
