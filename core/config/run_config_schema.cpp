#include "core/config/run_config_schema.h"

#include "core/base/text.h"
#include "core/config/train_kinds.h"

#include <algorithm>
#include <stdexcept>

// Every option of a run, declared once: the member, whose initial value is the default, and its FieldInfo. JSON, --set,
// --help, the window's form, the difference of two runs and the documentation derive from these lines.
namespace ablate {
namespace {

using Test = std::function<bool(const Json&)>;

Test equals(const char* key, Json wanted) {
    return [key, wanted = std::move(wanted)](const Json& group) { return group.value(key, Json()) == wanted; };
}
Test differs(const char* key, Json unwanted) {
    return [key, unwanted = std::move(unwanted)](const Json& group) { return group.value(key, Json()) != unwanted; };
}

// Data are identified by their content, which the configuration hash covers, and not by their path.
FieldBuilder path_option(std::string key, std::string label) {
    FieldBuilder builder = option(std::move(key), std::move(label));
    builder.identity = false;
    return builder;
}

void add_norm_sites(Schema<ModelConfig>& schema) {
    struct Row {
        NormSite site;
        const char *label, *kind, *help;
        Test visible;
    };
    const Test pre = differs("placement", "post"), post = differs("placement", "pre");
    for (const Row& row : {
             Row{NormSite::attn_in, "Attention input norm", "rms", "before attention (placement pre and sandwich)",
                 pre},
             Row{NormSite::attn_out, "Attention output norm", "rms",
                 "after attention: after the residual addition (post) or on its output (sandwich)", post},
             Row{NormSite::ffn_in, "Feed-forward input norm", "rms",
                 "before the feed-forward (placement pre and sandwich)", pre},
             Row{NormSite::ffn_out, "Feed-forward output norm", "rms",
                 "after the feed-forward: after the residual addition (post) or on its output (sandwich)", post},
             Row{NormSite::q, "Query norm", "none", "on the queries, before RoPE (QK-norm)", {}},
             Row{NormSite::k, "Key norm", "none", "on the keys, before RoPE (QK-norm)", {}},
             Row{NormSite::embed, "Embedding norm", "none", "on the embeddings", {}},
             Row{NormSite::final, "Final norm", "rms", "before the language-model head", {}},
         }) {
        schema.add(
            [site = row.site](auto& m) -> auto& { return m.norm_at(site); },
            option(std::string("norm.") + to_string(row.site), row.label)
                .kind_of("norm", row.kind)
                .doc(row.help)
                .under("Normalization")
                .when(row.visible));
    }
}

Schema<ModelConfig> declare_model() {
    Schema<ModelConfig> s;
    s.add(&ModelConfig::d_model, option("d_model", "Width")
                                     .range(1, 1 << 20)
                                     .doc("width of the residual stream")
                                     .also("hidden size embedding n_embd dim")
                                     .under("Shape"));
    s.add(&ModelConfig::layers, option("layers", "Layers")
                                    .range(1, 10000)
                                    .doc("transformer blocks")
                                    .also("depth n_layer num_hidden_layers")
                                    .under("Shape"));
    s.add(&ModelConfig::heads, option("heads", "Attention heads")
                                   .range(1, 1 << 16)
                                   .doc("query heads")
                                   .also("n_head num_attention_heads")
                                   .under("Shape"));
    s.add(&ModelConfig::kv_heads, option("kv_heads", "Key-value heads")
                                      .range(0, 1 << 16)
                                      .doc("grouped-query attention; 0: as many as heads")
                                      .at_zero("as many as heads")
                                      .also("GQA MQA multi-query n_kv_head")
                                      .under("Shape"));
    s.add(&ModelConfig::head_dim, option("head_dim", "Head width")
                                      .range(0, 1 << 16)
                                      .doc("width of one head; 0: d_model / heads")
                                      .at_zero("width / heads")
                                      .also("size")
                                      .under("Shape"));
    s.add(&ModelConfig::d_ff, option("d_ff", "Feed-forward width")
                                  .range(1, 1 << 24)
                                  .doc("hidden width of the feed-forward; the d_ff solver matches parameters or FLOPs")
                                  .also("MLP FFN intermediate size")
                                  .under("Shape"));
    s.add(
        &ModelConfig::placement,
        option("placement", "Norm placement")
            .one_of({"pre", "post", "sandwich"})
            .doc("pre: before the sub-layer; post: after the residual addition; sandwich: before it and on its output")
            .under("Normalization"));
    add_norm_sites(s);
    s.add(&ModelConfig::qk_norm_scope,
          option("qk_norm_scope", "QK-norm scope")
              .one_of({"head", "projection"})
              .doc("head: over each head (Qwen3); projection: over the whole projected width (OLMo 2)")
              .under("Normalization")
              .when([](const Json& m) {
                  const auto kind = [&](const char* site) { return m.at("norm").at(site).at("kind"); };
                  return kind("q") != "none" || kind("k") != "none";
              }));
    s.add(&ModelConfig::position, option("position", "Position")
                                      .also("positional encoding embedding rotary")
                                      .kind_of("position", "rope")
                                      .doc("how attention knows the order of tokens")
                                      .under("Position"));
    s.add(&ModelConfig::ffn, option("ffn", "Feed-forward")
                                 .also("MLP FFN activation")
                                 .kind_of("ffn", "swiglu")
                                 .doc("gated kinds have three matrices, plain ones two")
                                 .under("Feed-forward"));
    s.add(&ModelConfig::init,
          option("init", "Initialization")
              .kind_of("init", "cs336")
              .doc("how matrices and embeddings start; each tensor draws from the stream of its name")
              .under("Initialization"));
    s.add(&ModelConfig::tie_embeddings, option("tie_embeddings", "Tied head")
                                            .doc("the head is the embedding matrix")
                                            .also("weight tying share lm_head")
                                            .under("Head"));
    s.add(&ModelConfig::head_bias, option("head_bias", "Head bias").doc("a bias on the logits").under("Head"));
    s.add(&ModelConfig::attn_bias,
          option("attn_bias", "Attention bias").doc("biases on the q, k, v and o projections").under("Biases"));
    s.add(&ModelConfig::ffn_bias,
          option("ffn_bias", "Feed-forward bias").doc("biases on the feed-forward projections").under("Biases"));
    s.add(&ModelConfig::dropout, option("dropout", "Dropout")
                                     .range(0, 0.95)
                                     .doc("on embeddings, attention probabilities and sub-layer outputs; 0: off")
                                     .at_zero("off")
                                     .under("Regularization"));
    s.add(&ModelConfig::logit_softcap, option("logit_softcap", "Logit soft-cap")
                                           .range(0, 1e6)
                                           .doc("c tanh(logit / c); 0: off")
                                           .at_zero("off")
                                           .under("Head"));
    return s;
}

Schema<DataConfig> declare_data() {
    Schema<DataConfig> s;
    const Test from_text = equals("tokens", "");
    const Test trains_tokenizer = [](const Json& data) {
        return data.at("tokens") == "" && data.at("tokenizer") == "";
    };
    s.add(&DataConfig::text,
          path_option("text", "Text")
              .doc("a file (.txt, .jsonl, either gzipped) or a folder of them; empty: the text from set-up stands in")
              .leads_to(PathKind::either)
              .also("dataset corpus training data file")
              .under("Source")
              .when(from_text));
    s.add(&DataConfig::tokens,
          path_option("tokens", "Token files")
              .doc("a folder of token files (as `ablate tokenize` writes it), one file, or what the "
                   "names of shards begin with; wins over text")
              .leads_to(PathKind::either)
              .also("dataset bin npy")
              .under("Source"));
    s.add(&DataConfig::tokenizer,
          path_option("tokenizer", "Tokenizer")
              .doc("of the text: a model of the workspace, or a folder or file with tokenizer.json, vocab.json and "
                   "merges.txt, or a sentencepiece .model; empty: one is trained on the text")
              .leads_to(PathKind::either)
              .also("BPE vocabulary")
              .under("Source")
              .when(from_text));
    s.add(&DataConfig::text_field,
          option("text_field", "Text field")
              .doc("the field that holds the text in each line of JSON lines or in each element "
                   "of a JSON array; dots reach into nested objects")
              .under("Source")
              .when(from_text));
    s.add(
        &DataConfig::token_type,
        option("token_type", "Token type")
            .one_of({"auto", "uint16", "uint32", "int32", "int64"})
            .doc("element type of .bin token files that have no header; auto: uint16 where the vocabulary has at most "
                 "65,536 entries")
            .under("Source")
            .when(differs("tokens", "")));
    s.add(&DataConfig::vocab_size,
          option("vocab_size", "Vocabulary")
              .range(2, 1 << 24)
              .in("tokens")
              .doc("size of the vocabulary: of the sentencepiece BPE trained on the text, or that of the model, which "
                   "a given tokenizer or token files must fit into")
              .under("Tokens"));
    s.add(&DataConfig::context, option("context", "Context")
                                    .range(1, 1 << 24)
                                    .in("tokens")
                                    .doc("length of a training sequence")
                                    .also("block size seq_len window max position")
                                    .under("Tokens"));
    s.add(&DataConfig::val,
          path_option("val", "Validation sets")
              .doc("names and text files, or token files where data.tokens is set; empty: held-out documents")
              .leads_to(PathKind::either)
              .also("evaluation test data")
              .under("Validation"));
    s.add(&DataConfig::block_lines, option("block_lines", "Lines per document")
                                        .range(1, 1 << 30)
                                        .in("lines")
                                        .doc("where the text has no <|endoftext|>, this many lines make a document")
                                        .under("Validation")
                                        .when(from_text));
    s.add(&DataConfig::val_every, option("val_every", "Held-out share")
                                      .range(2, 1 << 30)
                                      .after("1 in")
                                      .in("documents")
                                      .doc("every Nth document is held out for validation")
                                      .also("hold out validation split fraction percent")
                                      .under("Validation")
                                      .when(from_text));
    s.add(&DataConfig::byte_fallback, option("byte_fallback", "Byte fallback")
                                          .doc("unknown characters become byte tokens")
                                          .under("Tokens")
                                          .when(trains_tokenizer));
    return s;
}

// The row that `key` of the group names; null where there is none.
template <class Row>
const Row* named_row(const Json& train, const char* key) {
    const auto name = train.find(key);
    if (name == train.end() || !name->is_string()) return nullptr;
    return TrainKindTable<Row>::instance().find(name->template get<std::string>());
}

bool constant_by_optimizer(const Json& train) {
    const auto* row = named_row<OptimizerRow>(train, "optimizer");
    return row && row->constant_schedule;
}

// Whether the optimizer of the group reads the option.
Test optimizer_reads(std::string key) {
    return [key = std::move(key)](const Json& train) {
        const auto* row = named_row<OptimizerRow>(train, "optimizer");
        return row && row->reads(key);
    };
}
// Whether the schedule that is followed reads it; the schedule constant reads none of the options in question.
Test schedule_reads(std::string key) {
    return [key = std::move(key)](const Json& train) {
        const auto* row = named_row<ScheduleRow>(train, "schedule");
        return row && row->reads(key) && !constant_by_optimizer(train);
    };
}

template <class Row>
std::vector<std::string> registered_names() {
    return TrainKindTable<Row>::instance().names();
}

// "muon: Newton-Schulz on hidden matrices, AdamW elsewhere; ..."
template <class Row>
std::string help_of_rows() {
    std::vector<std::string> parts;
    for (const auto& [name, row] : TrainKindTable<Row>::instance().rows())
        if (!row.help.empty()) parts.push_back(name + ": " + row.help);
    return join(parts, "; ");
}

// The options that optimizers or schedules declare for themselves, in the order of the kinds' names.
template <class Row>
void add_own_options(Schema<TrainConfig>& s, const char* heading, Test (*reads)(std::string)) {
    for (const auto& [name, row] : TrainKindTable<Row>::instance().rows())
        for (FieldBuilder field : row.options) {
            const Test used = reads(field.key), own = field.visible_when;
            s.add_declared(&TrainConfig::own_options, field.under(heading).when([=](const Json& train) {
                return used(train) && (!own || own(train));
            }));
        }
}

void declare_optimizer(Schema<TrainConfig>& s, bool with_own_options) {
    s.add(&TrainConfig::optimizer, option("optimizer", "Optimizer")
                                       .one_of(registered_names<OptimizerRow>())
                                       .doc(help_of_rows<OptimizerRow>())
                                       .under("Optimizer"));
    s.add(&TrainConfig::lr, option("lr", "Learning rate")
                                .above(0)
                                .doc("peak, reached after the warm-up")
                                .also("LR step size")
                                .under("Optimizer"));
    s.add(&TrainConfig::adam_lr, option("adam_lr", "AdamW learning rate")
                                     .above(0)
                                     .doc("muon: peak for embeddings, head, gains and biases")
                                     .under("Optimizer")
                                     .when(optimizer_reads("adam_lr")));
    s.add(&TrainConfig::beta1, option("beta1", "Beta 1")
                                   .range(0, 0.99999)
                                   .doc("decay rate of the mean of gradients")
                                   .under("Optimizer")
                                   .when(optimizer_reads("beta1")));
    s.add(&TrainConfig::beta2, option("beta2", "Beta 2")
                                   .range(0, 0.9999999)
                                   .doc("decay rate of the mean of squared gradients; lion: of the mean of gradients")
                                   .under("Optimizer")
                                   .when(optimizer_reads("beta2")));
    s.add(&TrainConfig::eps,
          option("eps", "Epsilon")
              .above(0)
              .doc("added to the root of the mean of squared gradients; a value below 1.18e-38 counts as that, the "
                   "smallest normal fp32 number (soap: below 1.08e-19, its root)")
              .under("Optimizer")
              .when(optimizer_reads("eps")));
    s.add(&TrainConfig::momentum, option("momentum", "Momentum")
                                      .range(0, 0.99999)
                                      .doc("SGD and Muon")
                                      .under("Optimizer")
                                      .when(optimizer_reads("momentum")));
    s.add(&TrainConfig::weight_decay,
          option("weight_decay", "Weight decay")
              .also("L2 regularization wd")
              .at_least(0)
              .doc("on matrices and embeddings; decoupled from the gradient, but SGD adds it to the gradient, as "
                   "torch.optim.SGD does")
              .under("Optimizer"));
    s.add(&TrainConfig::decay_all, option("decay_all", "Decay everything")
                                       .doc("weight decay on gains, biases and scalars too")
                                       .under("Optimizer"));
    s.add(&TrainConfig::clip, option("clip", "Gradient clipping")
                                  .at_least(0)
                                  .doc("largest global gradient norm; 0: off")
                                  .at_zero("off")
                                  .also("grad max_norm")
                                  .under("Optimizer"));
    s.add(&TrainConfig::z_loss, option("z_loss", "Z-loss")
                                    .range(0, 1)
                                    .doc("weight of the mean squared log-partition; 0: off")
                                    .at_zero("off")
                                    .under("Optimizer"));
    if (with_own_options) add_own_options<OptimizerRow>(s, "Optimizer", optimizer_reads);
}

void declare_start(Schema<TrainConfig>& s) {
    const Test starts = differs("start", "");
    s.add(&TrainConfig::start,
          option("start", "Start from")
              .doc("weights to begin with: a model or a run of the workspace, or the folder of one; "
                   "empty: random ones by model.init")
              .leads_to(PathKind::folder)
              .also("pretrained checkpoint finetune warm start")
              .under("Start")
              .observes_only());
    s.add(&TrainConfig::start_sha256,
          option("start_sha256", "Checkpoint SHA-256")
              .doc("filled in when a run is made; where a study names one, other weights are refused")
              .under("Start")
              .when(starts));
    s.add(&TrainConfig::keep_start, option("keep_start", "Keep initial checkpoint")
                                        .doc("keep the weights before the first step as checkpoint step-000000")
                                        .under("Start")
                                        .observes_only());
}

void declare_schedule(Schema<TrainConfig>& s, bool with_own_options) {
    s.add(&TrainConfig::schedule, option("schedule", "Schedule")
                                      .one_of(registered_names<ScheduleRow>())
                                      .doc(help_of_rows<ScheduleRow>())
                                      .under("Schedule")
                                      .when([](const Json& train) { return !constant_by_optimizer(train); }));
    s.add(&TrainConfig::warmup,
          option("warmup", "Warm-up").at_least(0).in("steps").doc("linear, from lr / warmup").under("Schedule"));
    s.add(&TrainConfig::lr_min_ratio,
          option("lr_min_ratio", "Final learning-rate ratio")
              .range(0, 1)
              .doc("the learning rate that the schedule decays to, as a share of lr; reached "
                   "after the last step, which is still one decrement above it")
              .under("Schedule")
              .when(schedule_reads("lr_min_ratio")));
    s.add(&TrainConfig::decay_share, option("decay_share", "Decay share")
                                         .range(0, 1)
                                         .doc("wsd: share of the steps that decay; at most what the warm-up leaves")
                                         .under("Schedule")
                                         .when(schedule_reads("decay_share")));
    if (with_own_options) add_own_options<ScheduleRow>(s, "Schedule", schedule_reads);
}

void declare_collapse(Schema<TrainConfig>& s) {
    s.add(&TrainConfig::policy,
          option("policy", "On collapse")
              .also("NaN divergence")
              .one_of({"stop", "record"})
              .doc("stop: the run ends, the study continues; record: a non-finite step is skipped, training continues, "
                   "and the run has collapsed unless all later values are finite")
              .under("Collapse"));
    s.add(&TrainConfig::dead_margin,
          option("dead_margin", "Dead-loss margin")
              .at_least(0)
              .in("nats")
              .doc("a loss that is not at least this far below the text's unigram entropy is dead")
              .under("Collapse"));
    s.add(&TrainConfig::dead_share, option("dead_share", "Dead-loss share")
                                        .range(0, 1)
                                        .doc("share of the budget within which a run must get below the margin")
                                        .under("Collapse"));
    s.add(&TrainConfig::spike_sigma, option("spike_sigma", "Spike size")
                                         .above(0)
                                         .doc("robust standard deviations above the rolling median that make a spike")
                                         .under("Collapse"));
    s.add(&TrainConfig::spike_recovery, option("spike_recovery", "Spike recovery")
                                            .at_least(1)
                                            .in("steps")
                                            .doc("a spike that has not recovered after this many steps is an explosion")
                                            .under("Collapse"));
}

Schema<TrainConfig> declare_train(bool with_own_options) {
    Schema<TrainConfig> s;
    const Test by_epochs = [](const Json& train) { return train.at("epochs") != 0; };
    s.add(&TrainConfig::steps, option("steps", "Steps")
                                   .range(1, 1e12)
                                   .doc("optimizer steps; with epochs they follow from the text")
                                   .also("iterations max_steps budget duration")
                                   .under("Budget")
                                   .when([=](const Json& train) { return !by_epochs(train); }));
    s.add(&TrainConfig::epochs,
          option("epochs", "Epochs")
              .range(0, 1e6)
              .doc("0: by steps; else steps that read so many times as many tokens as the training text has")
              .at_zero("by steps")
              .under("Budget"));
    s.add(&TrainConfig::batch, option("batch", "Batch")
                                   .range(1, 1 << 24)
                                   .in("sequences")
                                   .doc("sequences of a micro-batch")
                                   .also("batch size bs")
                                   .under("Budget"));
    s.add(&TrainConfig::accumulate, option("accumulate", "Accumulation")
                                        .range(1, 1 << 20)
                                        .doc("micro-batches an optimizer step averages over")
                                        .also("gradient accumulation")
                                        .under("Budget"));
    declare_start(s);
    declare_optimizer(s, with_own_options);
    declare_schedule(s, with_own_options);
    s.add(&TrainConfig::precision, option("precision", "Precision")
                                       .one_of({"fp32", "bf16"})
                                       .doc("of matrix products; weights and optimizer stay fp32")
                                       .also("dtype bfloat16 float32 mixed amp")
                                       .under("Machine"));
    s.add(&TrainConfig::threads, option("threads", "Threads")
                                     .range(1, 1024)
                                     .doc("CPU threads of a run; another number gives other last bits")
                                     .under("Machine")
                                     .observes_only());
    s.add(&TrainConfig::device, option("device", "Device")
                                    .also("GPU processor accelerator")
                                    .doc("auto, cpu or cuda:N; auto takes a CUDA device where there is one")
                                    .under("Machine")
                                    .observes_only());
    s.add(&TrainConfig::eval_every, option("eval_every", "Validate every")
                                        .at_least(1)
                                        .in("steps")
                                        .doc("validation also runs before the first step and at the end")
                                        .under("Watching")
                                        .observes_only());
    s.add(&TrainConfig::eval_batches, option("eval_batches", "Validation batches")
                                          .range(1, 1 << 24)
                                          .doc("micro-batches of windows, evenly spaced over the validation set")
                                          .under("Watching")
                                          .when(equals("eval_windows", 0)));
    s.add(
        &TrainConfig::eval_windows,
        option("eval_windows", "Validation windows")
            .range(0, 1 << 30)
            .doc(
                "windows of one context each, evenly spaced over the validation set, whatever the batch; 0: as many as "
                "the validation batches hold")
            .at_zero("as the batches hold")
            .under("Watching"));
    s.add(&TrainConfig::log_every, option("log_every", "Read metrics every")
                                       .range(1, 10000)
                                       .in("steps")
                                       .doc("every step is logged; values leave the device every N steps")
                                       .under("Watching")
                                       .observes_only());
    s.add(&TrainConfig::stats_every, option("stats_every", "Statistics every")
                                         .at_least(0)
                                         .in("steps")
                                         .doc("activation RMS per site and gradient norm per block; 0: never")
                                         .at_zero("never")
                                         .under("Watching")
                                         .observes_only());
    s.add(&TrainConfig::checkpoint_every, option("checkpoint_every", "Checkpoint every")
                                              .at_least(0)
                                              .in("steps")
                                              .doc("0: at the end, when paused and before trouble")
                                              .at_zero("at the end")
                                              .also("save interval")
                                              .under("Watching")
                                              .observes_only());
    s.add(&TrainConfig::keep_last, option("keep_last", "Checkpoints kept")
                                       .range(1, 1 << 20)
                                       .doc("the newest ones; in addition, the best one and the last good one")
                                       .under("Watching")
                                       .observes_only());
    declare_collapse(s);
    return s;
}

}  // namespace

const Schema<ModelConfig>& model_schema() {
    static const Schema<ModelConfig> schema = declare_model();
    return schema;
}
const Schema<DataConfig>& data_schema() {
    static const Schema<DataConfig> schema = declare_data();
    return schema;
}
const Schema<TrainConfig>& train_schema() {
    if (TrainKindTable<OptimizerRow>::instance().rows().empty() ||
        TrainKindTable<ScheduleRow>::instance().rows().empty())
        throw std::logic_error("no optimizers or schedules: call train::register_kinds() first");
    static const Schema<TrainConfig> schema = declare_train(true);
    return schema;
}

bool is_shared_train_option(std::string_view key) {
    static const Schema<TrainConfig> shared = declare_train(false);
    return std::any_of(shared.fields().begin(), shared.fields().end(),
                       [&](const auto& field) { return field.info.key == key; });
}

}  // namespace ablate
