#include "core/interop/flashnorm/verify.h"

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/data/tokenizers/load.h"
#include "core/infer/decoder.h"
#include "core/interop/hf/checkpoint.h"
#include "core/interop/hf/tensor_names.h"
#include "core/model/transformer.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace ablate::interop {

namespace {

constexpr std::int64_t positions = 64, prompt_length = 8, greedy_tokens = 16;

struct Outputs {
    at::Tensor logits;               // fp64 [T, V]
    std::vector<at::Tensor> layers;  // fp64 [1, T, D]
};

using Check = std::function<void()>;

Outputs outputs_of(const model::Transformer& model, const at::Tensor& ids, const Check& check) {
    const at::NoGradGuard no_gradient;
    Outputs outputs;
    const model::Probe probe = [&](const std::string& site, const at::Tensor& value) {
        check();
        if (site == "blocks." + std::to_string(outputs.layers.size())) outputs.layers.push_back(value.to(at::kDouble));
    };
    outputs.logits = model.logits(ids, {.probe = &probe})[0].to(at::kDouble);
    return outputs;
}

LogitGap gap(const std::string& precision, const Outputs& a, const Outputs& b) {
    LogitGap gap;
    gap.precision = precision;
    gap.largest_difference = (a.logits - b.logits).abs().max().item<double>();
    gap.largest_logit = a.logits.abs().max().item<double>();
    gap.argmax_agreement = (a.logits.argmax(-1) == b.logits.argmax(-1)).to(at::kDouble).mean().item<double>();
    const at::Tensor log_a = a.logits.log_softmax(-1), log_b = b.logits.log_softmax(-1);
    gap.kl = (log_a.exp() * (log_a - log_b)).sum(-1).mean().item<double>();
    for (std::size_t layer = 0; layer < a.layers.size(); ++layer)
        gap.layer_error.push_back(((a.layers[layer] - b.layers[layer]).norm() / a.layers[layer].norm()).item<double>());
    return gap;
}

// What both are given to continue, and what turns ids into text; none where the source brings no tokenizer.
struct Prompt {
    std::vector<std::int32_t> ids;
    std::string text;
    std::unique_ptr<data::Tokenizer> tokenizer;
};

std::optional<data::LoadedTokenizer> known_tokenizer(const std::filesystem::path& source) {
    try {
        if (const auto file = data::find_tokenizer(source)) return data::load_tokenizer(*file);
    } catch (const InputError&) {
        // A tokenizer of an unknown kind is as none: the fold can be verified by ids.
    }
    return {};
}

Prompt prompt_of(const std::filesystem::path& source, const RunConfig& config, const at::Tensor& random) {
    Prompt prompt;
    if (auto loaded = known_tokenizer(source)) {
        prompt.ids = loaded->before;
        prompt.text = "Once upon a time there was a";
        loaded->tokenizer->encode(prompt.text, prompt.ids);
        prompt.tokenizer = std::move(loaded->tokenizer);
        const auto known = [&](std::int32_t id) { return id >= 0 && id < config.data.vocab_size; };
        if (!prompt.ids.empty() && std::all_of(prompt.ids.begin(), prompt.ids.end(), known)) return prompt;
    }
    const at::Tensor first = random[0].narrow(0, 0, std::min(prompt_length, random.size(1))).contiguous();
    const auto* id = first.const_data_ptr<std::int64_t>();
    return {{id, id + first.numel()}, "", nullptr};
}

std::vector<std::int32_t> continued(const model::Transformer& model, const Prompt& prompt, const Check& check) {
    const auto longest = static_cast<std::int64_t>(prompt.ids.size()) + greedy_tokens;
    infer::Decoder decoder(model, 1, model.config().data.context, longest, true);
    infer::Decoder::Ids ids{prompt.ids};
    for (std::int64_t i = 0; i < greedy_tokens; ++i) {
        check();
        const at::Tensor next = decoder.next(ids, std::vector<std::size_t>{0})[0].argmax();
        ids[0].push_back(static_cast<std::int32_t>(next.item<std::int64_t>()));
    }
    return {ids[0].begin() + static_cast<std::ptrdiff_t>(prompt.ids.size()), ids[0].end()};
}

// What `added` adds to the prompt's text.
std::string text_of(const Prompt& prompt, const std::vector<std::int32_t>& added) {
    if (!prompt.tokenizer) return {};
    std::vector<std::int32_t> all = prompt.ids;
    all.insert(all.end(), added.begin(), added.end());
    return prompt.tokenizer->decode(all).substr(prompt.tokenizer->decode(prompt.ids).size());
}

// W <- W diag(g) and g <- 1 on the parameters themselves.
void fold_in_memory(model::Transformer& model, const FoldPlan& plan) {
    const at::NoGradGuard no_gradient;
    std::map<std::string, at::Tensor> tensors;
    for (const model::Parameter& parameter : model.parameters())
        tensors[hf::checkpoint_name(parameter.spec.name)] = parameter.value;
    for (const Fold& fold : plan.folds) {
        for (const std::string& projection : fold.projections) tensors.at(projection).mul_(tensors.at(fold.norm));
        tensors.at(fold.norm).fill_(1);
    }
}

at::ScalarType scalar_type(const io::TensorEntry& entry) {
    return entry.dtype == "F16" ? at::kHalf : entry.dtype == "BF16" ? at::kBFloat16 : at::kFloat;
}

// Of the tensors as stored against the parameters folded in fp64. A product that was rounded to fp32 on its way may
// differ in the last bit.
std::string first_wrong_tensor(const Shards& written, const model::Transformer& folded, const Check& check) {
    for (const model::Parameter& parameter : folded.parameters()) {
        check();
        const std::string name = hf::checkpoint_name(parameter.spec.name);
        const io::TensorEntry* entry = written.find(name);
        if (!entry) {  // a norm that the strict form leaves out
            if (!parameter.value.eq(1).all().item<bool>()) return name;
            continue;
        }
        const at::ScalarType type = scalar_type(*entry);
        std::vector<char> bytes = written.read(name);
        const at::Tensor stored = at::from_blob(bytes.data(), entry->shape, type).to(at::kDouble);
        const double last_bit = type == at::kFloat ? 0x1p-23 : type == at::kHalf ? 0x1p-10 : 0x1p-7;
        const double least = type == at::kHalf ? 0x1p-24 : 0x1p-126;
        if (!at::allclose(stored, parameter.value.detach(), last_bit, least, /*equal_nan=*/true)) return name;
    }
    return {};
}

std::unique_ptr<model::Transformer> model_of(const hf::Checkpoint& checkpoint, const std::string& precision) {
    RunConfig config = checkpoint.config().run;
    config.train.precision = precision == "bf16" ? "bf16" : "fp32";
    return std::make_unique<model::Transformer>(config, at::kCPU, precision == "fp64" ? at::kDouble : at::kFloat);
}

at::Tensor random_tokens(const RunConfig& config) {
    RandomStream stream(1, "flashnorm/verify");
    const at::Tensor ids = at::empty({1, std::min(positions, config.data.context)}, at::kLong);
    for (std::int64_t i = 0; i < ids.size(1); ++i)
        ids[0][i] = static_cast<std::int64_t>(stream.below(static_cast<std::uint64_t>(config.data.vocab_size)));
    return ids;
}

}  // namespace

bool FlashNormVerification::exact() const {
    return wrong_tensor.empty() && fold.largest_difference <= 1e-10 * std::max(1.0, fold.largest_logit);
}

FlashNormVerification verify_flashnorm(const std::filesystem::path& source, const std::filesystem::path& folded,
                                       const FoldPlan& plan, const std::function<void(const std::string& what)>& say,
                                       const std::function<void()>& check) {
    const hf::Checkpoint from(source), to(folded);
    const at::Tensor ids = random_tokens(from.config().run);
    const Prompt prompt = prompt_of(source, from.config().run, ids);
    FlashNormVerification result;
    result.greedy_prompt = prompt.text;
    {
        say("comparing in fp64");
        const auto model = model_of(from, "fp64");
        from.load(*model);
        const Outputs before = outputs_of(*model, ids, check);
        fold_in_memory(*model, plan);
        result.fold = gap("fp64", before, outputs_of(*model, ids, check));
        result.wrong_tensor = first_wrong_tensor(Shards(folded), *model, check);
    }
    for (const std::string precision : {"fp32", "bf16"}) {
        say("comparing in " + precision);
        const auto model = model_of(from, precision);
        from.load(*model);
        const Outputs before = outputs_of(*model, ids, check);
        if (precision == "fp32") result.greedy_source = continued(*model, prompt, check);
        to.load(*model);
        result.written.push_back(gap(precision, before, outputs_of(*model, ids, check)));
        if (precision == "fp32") result.greedy_folded = continued(*model, prompt, check);
    }
    result.text_source = text_of(prompt, result.greedy_source);
    result.text_folded = text_of(prompt, result.greedy_folded);
    return result;
}

}  // namespace ablate::interop
