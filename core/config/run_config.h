#pragma once
#include "core/config/schema.h"

#include <array>
#include <cstdint>

// The configuration of one run as plain values. Every option is declared once, in run_config.cpp.
namespace ablate {

enum class NormSite { attn_in, attn_out, ffn_in, ffn_out, q, k, embed, final };
inline constexpr std::array kNormSites = {NormSite::attn_in, NormSite::attn_out, NormSite::ffn_in, NormSite::ffn_out,
                                          NormSite::q,       NormSite::k,        NormSite::embed,  NormSite::final};
const char* to_string(NormSite site);

struct ModelConfig {
    std::int64_t d_model = 512, layers = 4, heads = 16;
    std::int64_t kv_heads = 0;  // 0: as many as heads
    std::int64_t head_dim = 0;  // 0: d_model / heads
    std::int64_t d_ff = 1344;
    std::string placement = "pre";  // pre | post | sandwich
    std::array<KindChoice, kNormSites.size()> norm;
    std::string qk_norm_scope = "head";  // head: over head_dim (Qwen3); projection: over the whole width (OLMo 2)
    KindChoice position, ffn, init;
    bool tie_embeddings = false, attn_bias = false, ffn_bias = false, head_bias = false;
    double dropout = 0, logit_softcap = 0;  // 0: off

    const KindChoice& norm_at(NormSite site) const { return norm[static_cast<std::size_t>(site)]; }
    KindChoice& norm_at(NormSite site) { return norm[static_cast<std::size_t>(site)]; }
    std::int64_t head_width() const { return head_dim ? head_dim : d_model / heads; }
    std::int64_t key_value_heads() const { return kv_heads ? kv_heads : heads; }
    // Whether the site is computed at this placement: pre uses attn_in and ffn_in, post attn_out and ffn_out, sandwich
    // all four.
    bool site_in_use(NormSite site) const;
};

struct DataConfig {
    std::string text;                 // file or folder; empty: the text from set-up, or the story generator
    std::string tokens;               // folder of token files; wins over text
    std::string tokenizer;            // folder or file of a tokenizer for the text; empty: one is trained on it
    std::string text_field = "text";  // of a JSON line or of an element of a JSON array; nested with dots
    std::string token_type = "auto";  // of a .bin without a header: auto | uint16 | uint32 | int32 | int64
    std::int64_t vocab_size = 10000;
    std::int64_t context = 256;
    std::map<std::string, std::string> val;  // name -> text file; empty: held-out documents of the text
    std::int64_t block_lines = 200;          // lines that make a document where the text has no <|endoftext|>
    std::int64_t val_every = 20;             // every Nth document is held out
    bool byte_fallback = false;              // sentencepiece: unknown characters as bytes
};

struct TrainConfig {
    std::int64_t steps = 1000, batch = 32, accumulate = 1;
    double epochs = 0;                // 0: by steps; else steps follow from the text (study::launch)
    std::string start;                // the weights a run begins from: a model, a run, a folder; empty: random ones
    std::string start_sha256;         // of those weights, once they have been looked at
    bool keep_start = false;          // the weights before the first step stay as a checkpoint: the base stage
    std::string optimizer = "adamw";  // a row of TrainKindTable<OptimizerRow>
    double lr = 3e-4, lr_min_ratio = 0.1, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 0.1, momentum = 0.95;
    double adam_lr = 3e-4;              // muon: for what is not a hidden matrix
    Json own_options = Json::object();  // those that one optimizer or schedule declares; absent: own_option() knows
    bool decay_all = false;
    std::string schedule = "cosine";  // a row of TrainKindTable<ScheduleRow>
    std::int64_t warmup = 100;
    double decay_share = 0.2;        // wsd: share of the steps that decay
    double clip = 1.0;               // 0: off
    double z_loss = 0;               // 0: off
    std::string precision = "bf16";  // fp32 | bf16
    std::int64_t threads = 1;
    std::string device = "auto";  // auto | cpu | cuda:N
    std::int64_t eval_every = 100, eval_batches = 20, log_every = 10, stats_every = 50;
    std::int64_t eval_windows = 0;  // validation windows of `context` tokens; 0: eval_batches x batch
    std::int64_t checkpoint_every = 0, keep_last = 2;  // 0: at the end only
    // Collapse detection
    std::string policy = "stop";                 // stop | record
    double dead_margin = 0.3, dead_share = 0.5;  // nats below the unigram entropy; share of the budget
    double spike_sigma = 8;                      // robust deviations that make a spike
    std::int64_t spike_recovery = 50;            // steps a spike may last before it is an explosion
};

struct RunConfig {
    ModelConfig model;
    DataConfig data;
    TrainConfig train;
    RunConfig();  // the defaults, kinds included: the kinds must be registered
};

// What one optimizer step trains on: batch x accumulate x context.
double tokens_per_step(const RunConfig& config);

// A field as help, forms and documentation list it: its key with the group ("model.norm.attn_in").
struct ListedField {
    std::string key;
    std::string group;  // model, data, train
    const FieldInfo* info;
};
const std::vector<ListedField>& run_config_fields();

Json to_json(const RunConfig& config);
// Strict: unknown keys, wrong types and values out of range are InputErrors at "WHERE.key". Absent keys keep defaults.
RunConfig run_config_from_json(const Json& json, const std::string& where);
// The configuration of a run as its run.json stores it: an absent key is an option that did not exist when the run was
// made, and takes the default it had when it was introduced.
RunConfig stored_run_config(const Json& json, const std::string& where);

// Merges a patch (RFC 7396) into the configuration. Changing a kind discards the old kind's options; null resets to the
// default. A kind's name of an earlier version means what it meant then (former_kinds.h).
RunConfig patched(const RunConfig& base, const Json& patch, const std::string& where);
// "train.lr=1e-2" as a patch; the value is read as the field's type.
Json patch_from_setting(const std::string& setting);
// {"train.lr": 0.01} as a patch.
Json patch_from_dotted(const std::string& key, const Json& value);

// What cannot be built or trained, whatever the machine: InputError "WHERE: ..." for the first problem found
// (heads that do not divide d_model, an odd RoPE dimension, ...).
void require_valid(const RunConfig& config, const std::string& where);

// One option that differs between two configurations; a kind's options are listed under their own keys. A kind's option
// that one side does not use is null there.
struct ConfigDifference {
    std::string key;
    Json before, after;
};
std::vector<ConfigDifference> difference(const RunConfig& before, const RunConfig& after);
// The same as the patch that makes one of the other: patched(from, patch_between(from, to), ...) equals `to`.
Json patch_between(const RunConfig& from, const RunConfig& to);
std::string in_words(const ConfigDifference& difference);  // "Query norm: RMSNorm → No norm"
// The two sides of that: what an option of a ConfigDifference is called, and a value of it for people.
std::string label_of(const std::string& key);
std::string value_in_words(const std::string& key, const Json& value);
// Whether a kind's option at `key` has an effect in a configuration written as JSON: no other option of the kind
// switches it off. True for every other key.
bool is_option_in_use(const Json& config, const std::string& key);

// SHA-256 of the options that differ from the default they had when they were introduced, without the options that only
// observe (intervals, device), and with the content hash of the data in place of its paths. A new option therefore
// never changes the identity of earlier runs. The seed is not part of a RunConfig: runs are grouped by this hash.
std::string config_hash(const RunConfig& config, const std::string& data_sha256);

}  // namespace ablate
