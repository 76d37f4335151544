#include "core/data/tokenizers/auto_class.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <algorithm>
#include <array>

namespace ablate::data {

namespace fs = std::filesystem;

namespace {

// The lists below are those of transformers 5.24: TOKENIZER_MAPPING_NAMES by class, for classes that may be given for a
// byte-level BPE, and MODELS_WITH_INCORRECT_HUB_TOKENIZER_CLASS.

// Models whose tokenizer.json counts, whatever class is named.
constexpr std::array<std::string_view, 84> file_models = {"EvollaModel",
                                                          "arctic",
                                                          "aria",
                                                          "beam",
                                                          "bigbird_pegasus",
                                                          "camembertv2-base",
                                                          "canary",
                                                          "chatlm",
                                                          "cohere_asr",
                                                          "ernie4_5",
                                                          "ernie4_5_moe",
                                                          "flex_olmo",
                                                          "fuyu",
                                                          "glm",
                                                          "glm4",
                                                          "glm4_moe",
                                                          "glm4_moe_lite",
                                                          "glm4v",
                                                          "glm4v_moe",
                                                          "glm_image",
                                                          "glmasr",
                                                          "got_ocr2",
                                                          "gpt_bigcode",
                                                          "gradium_phonon_tts",
                                                          "granite",
                                                          "granitemoe",
                                                          "granitemoehybrid",
                                                          "granitemoeshared",
                                                          "h2ovl_chat",
                                                          "hyperclovax",
                                                          "hyperclovax_vlm",
                                                          "internlm2",
                                                          "internlm3",
                                                          "iquestcoder",
                                                          "jamba",
                                                          "kimi_k25",
                                                          "kimi_linear",
                                                          "kosmos-2",
                                                          "llava",
                                                          "llava_next",
                                                          "mimo_v2_flash",
                                                          "minicpm3",
                                                          "minicpm_ocr",
                                                          "minicpmv",
                                                          "minicpmv4_6",
                                                          "minicpmv4_7",
                                                          "minimax_m2",
                                                          "ministral",
                                                          "ministral3",
                                                          "mistral",
                                                          "mistral3",
                                                          "mistral_large4",
                                                          "mixtral",
                                                          "modernbert",
                                                          "modernbert-decoder",
                                                          "molmo",
                                                          "molmo2",
                                                          "nemo_speechlm",
                                                          "nemotron",
                                                          "nvfp4",
                                                          "nystromformer",
                                                          "olmo2",
                                                          "olmo3",
                                                          "olmo_hybrid",
                                                          "omniasr",
                                                          "opencua",
                                                          "openvla",
                                                          "paddleocr_vl",
                                                          "pegasus_x",
                                                          "persimmon",
                                                          "phi3",
                                                          "phi3_v",
                                                          "phimoe",
                                                          "pix2struct",
                                                          "pixtral",
                                                          "pocket_tts",
                                                          "smolvlm",
                                                          "stablelm",
                                                          "step3_vl",
                                                          "umt5",
                                                          "vipllava",
                                                          "voxtral",
                                                          "voxtral_realtime",
                                                          "xlm-roberta-xl"};
// Models whose own class counts, whatever class is named.
constexpr std::array<std::string_view, 6> forced_models = {
    "hyperclovax_vision_v2", "qwen2", "qwen3_5", "qwen3_5_moe", "qwen3_5_moe_text", "qwen4_exp"};
constexpr std::array<std::string_view, 14> gpt2_models = {
    "blip-2",       "codegen",           "dbrx",  "emu3", "gpt2", "gpt_neo",   "gptj", "hyperclovax_vision_v2",
    "instructblip", "instructblipvideo", "jais2", "opt",  "phi",  "starcoder2"};
constexpr std::array<std::string_view, 25> qwen2_models = {"audioflamingo3", "colqwen2",     "cosmos3_omni",
                                                           "dots3_note",     "fun_asr_nano", "hunyuan_vl",
                                                           "internvl",       "lighton_ocr",  "moss_transcribe_diarize",
                                                           "ovis2",          "qianfan_ocr",  "qwen2",
                                                           "qwen2_5_omni",   "qwen2_5_vl",   "qwen2_audio",
                                                           "qwen2_moe",      "qwen2_vl",     "qwen3",
                                                           "qwen3_asr",      "qwen3_moe",    "qwen3_next",
                                                           "qwen3_omni_moe", "qwen3_vl",     "qwen3_vl_moe",
                                                           "vibevoice"};
constexpr std::array<std::string_view, 5> qwen3_5_models = {"qwen3_5", "qwen3_5_moe", "qwen3_5_moe_text",
                                                            "qwen3_5_text", "qwen4_exp"};
constexpr std::array<std::string_view, 9> neox_models = {"falcon_mamba", "gpt_neox", "mamba", "mamba2", "mpt",
                                                         "olmo",         "olmoe",    "rwkv",  "xlstm"};
constexpr std::array<std::string_view, 3> cohere_models = {"aya_vision", "cohere", "cohere2"};
constexpr std::array<std::string_view, 11> roberta_models = {
    "bart", "bridgetower", "clap",    "data2vec-text",       "ibert", "lilt", "longformer",
    "mega", "mra",         "roberta", "roberta-prelayernorm"};

// Classes that build their parts themselves and are not known here. Llama's is not among them: where the tokenizer.json
// is byte-level, AutoTokenizer reads the file.
constexpr std::array<std::string_view, 53> unknown_classes = {
    "AlbertTokenizer",     "BartTokenizer",       "BarthezTokenizer",     "BertTokenizer",
    "BigBirdTokenizer",    "BlenderbotTokenizer", "BloomTokenizer",       "CLIPTokenizer",
    "CamembertTokenizer",  "CodeLlamaTokenizer",  "CohereTokenizer",      "DPRQuestionEncoderTokenizer",
    "DebertaTokenizer",    "DebertaV2Tokenizer",  "EsmcTokenizer",        "FunnelTokenizer",
    "GemmaTokenizer",      "HerbertTokenizer",    "LEDTokenizer",         "LasrTokenizer",
    "LayoutLMv2Tokenizer", "LayoutLMv3Tokenizer", "LayoutXLMTokenizer",   "LongformerTokenizer",
    "LukeTokenizer",       "LxmertTokenizer",     "MBart50Tokenizer",     "MBartTokenizer",
    "MLukeTokenizer",      "MPNetTokenizer",      "MarkupLMTokenizer",    "MobileBertTokenizer",
    "MvpTokenizer",        "NllbTokenizer",       "NougatTokenizer",      "OpenAIGPTTokenizer",
    "PegasusTokenizer",    "Qwen3_5Tokenizer",    "ReformerTokenizer",    "RemBertTokenizer",
    "RoFormerTokenizer",   "RobertaTokenizer",    "SeamlessM4TTokenizer", "Siglip2Tokenizer",
    "SplinterTokenizer",   "T5Tokenizer",         "Tipsv2Tokenizer",      "UdopTokenizer",
    "VideoPrismTokenizer", "WhisperTokenizer",    "XGLMTokenizer",        "XLMRobertaTokenizer",
    "XLNetTokenizer"};

constexpr std::string_view from_file = "TokenizersBackend";  // the class that reads the file as it is

template <std::size_t size>
bool is_among(const std::array<std::string_view, size>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// What a class known here builds.
struct Built {
    std::string_view name;
    SplitPattern split;
    bool nfc;
};
constexpr std::array known_classes{
    Built{"GPT2Tokenizer", SplitPattern::gpt2, false}, Built{"CodeGenTokenizer", SplitPattern::gpt2, false},
    Built{"GPTNeoXTokenizer", SplitPattern::gpt2, true}, Built{"Qwen2Tokenizer", SplitPattern::qwen2, true}};

const Built* known_class(std::string_view name) {
    for (const Built& one : known_classes)
        if (one.name == name) return &one;
    return nullptr;
}

// The class that transformers has for the type of a model; empty: none of those above.
std::string_view registered_class(std::string_view model_type) {
    if (is_among(file_models, model_type)) return from_file;
    if (is_among(gpt2_models, model_type)) return "GPT2Tokenizer";
    if (is_among(qwen2_models, model_type)) return "Qwen2Tokenizer";
    if (is_among(qwen3_5_models, model_type)) return "Qwen3_5Tokenizer";
    if (is_among(neox_models, model_type)) return "GPTNeoXTokenizer";
    if (is_among(cohere_models, model_type)) return "CohereTokenizer";
    if (is_among(roberta_models, model_type)) return "RobertaTokenizer";
    if (model_type == "whisper") return "WhisperTokenizer";
    return {};
}

const std::string& named_class(const SideFiles& side) {
    return side.tokenizer_class.empty() ? side.model_class : side.tokenizer_class;
}

std::string_view words_of(SplitPattern pattern) {
    switch (pattern) {
        case SplitPattern::whole:
            return "not at all";
        case SplitPattern::gpt2:
            return "as GPT-2";
        case SplitPattern::qwen2:
            return "as Qwen2";
        case SplitPattern::llama3:
            return "as Llama 3";
    }
    return {};
}

// "FOLDER/tokenizer_config.json: tokenizer_class GPT2Tokenizer", or the model type that stands for it.
std::string origin_of(const std::string& name, const SideFiles& side, const fs::path& folder) {
    if (side.tokenizer_class == name)
        return fmt::format("{}: tokenizer_class {}", (folder / "tokenizer_config.json").string(), name);
    if (side.tokenizer_class.empty() && side.model_class == name)
        return fmt::format("{}: tokenizer_class {}", (folder / "config.json").string(), name);
    return fmt::format("{}: model_type {}, whose class {}", (folder / "config.json").string(), quote(side.model_type),
                       name);
}

std::string advice(const SideFiles& side) {
    if (is_among(forced_models, side.model_type))
        return "AutoTokenizer follows the class; copy tokenizer.json to a separate folder to follow the file";
    return "AutoTokenizer follows the class; set tokenizer_class to PreTrainedTokenizerFast in tokenizer_config.json "
           "to follow the file";
}

// What of the file the class does otherwise; empty: nothing.
std::string difference(const Built& built, const BpeFile& file) {
    const BpeDefinition& definition = file.definition;
    if (definition.split != built.split)
        return fmt::format("splits {}, tokenizer.json {}", words_of(built.split), words_of(definition.split));
    if (definition.nfc != built.nfc)
        return built.nfc ? "normalizes to NFC, tokenizer.json does not"
                         : "does not normalize, tokenizer.json normalizes to NFC";
    if (definition.ignore_merges) return "does not know model.ignore_merges, tokenizer.json sets it";
    if (built.name == "GPTNeoXTokenizer" && !(file.before.empty() && file.after.empty()))
        return "puts no tokens around a text, the post_processor of tokenizer.json does";
    return {};
}

}  // namespace

std::string built_class(const SideFiles& side) {
    const std::string& named = named_class(side);
    const std::string_view registered = registered_class(side.model_type);
    const bool is_forced = is_among(forced_models, side.model_type);
    const bool has_file = registered == from_file || (named == "LlamaTokenizer" && !is_forced);
    const std::string name(has_file ? from_file : named.empty() || is_forced ? registered : std::string_view(named));
    return known_class(name) || is_among(unknown_classes, name) ? name : std::string();
}

void follow_class(const SideFiles& side, const fs::path& folder, BpeFile& file) {
    const std::string name = built_class(side);
    if (name.empty()) return;
    const std::string origin = origin_of(name, side, folder);
    const Built* built = known_class(name);
    if (!built)
        throw InputError("{} is not known here, and tokenizer.json does not say what it makes of the file: {}", origin,
                         advice(side));
    if (const std::string what = difference(*built, file); !what.empty())
        throw InputError("{} {}: {}", origin, what, advice(side));
    const bool space = side.add_prefix_space.value_or(false);
    if (space && built->split != SplitPattern::gpt2)
        throw InputError("{}: add_prefix_space: true is not known here for {}",
                         (folder / "tokenizer_config.json").string(), name);
    // In a folder that Ablate prepared, only the name GPT2Tokenizer says that the configuration's setting counts.
    const bool travels = name == "GPT2Tokenizer" && side.is_class(name);
    if (space != file.definition.add_prefix_space && !travels)
        throw InputError("{} puts {} space before a text, tokenizer.json says otherwise: {}", origin,
                         space ? "a" : "no", advice(side));
    file.definition.add_prefix_space = space;
}

}  // namespace ablate::data
