#include "core/infer/generate.h"

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/infer/trained_model.h"
#include "core/train/checkpoint.h"

#include <ATen/core/grad_mode.h>

#include <numeric>

namespace ablate::infer {
namespace {

namespace fs = std::filesystem;

// fp32 logits [V] of the token behind the last of `ids`, of which the model sees at most its context.
std::vector<float> next_logits(const TrainedModel& trained, const std::vector<std::int32_t>& ids) {
    const auto length = std::min<std::size_t>(ids.size(), static_cast<std::size_t>(trained.config.data.context));
    const std::vector<std::int64_t> window(ids.end() - static_cast<std::ptrdiff_t>(length), ids.end());
    const at::Tensor input =
        at::tensor(at::ArrayRef<std::int64_t>(window), at::kLong).view({1, -1}).to(trained.model->device());
    const at::Tensor last = trained.model->logits(input).select(1, -1).flatten().to(at::kCPU, at::kFloat).contiguous();
    return {last.const_data_ptr<float>(), last.const_data_ptr<float>() + last.numel()};
}

// The most likely token, or one drawn from the distribution at the temperature, cut to top_k tokens and then to the
// fewest that hold top_p of it (nucleus sampling, Holtzman et al. 2020).
std::int32_t sample(const std::vector<float>& logits, const SamplingOptions& options, RandomStream& random) {
    std::vector<std::int32_t> order(logits.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return logits[a] > logits[b]; });
    if (options.temperature <= 0) return order.front();
    if (options.top_k > 0) order.resize(std::min(order.size(), static_cast<std::size_t>(options.top_k)));
    std::vector<double> weights;
    for (const auto id : order) weights.push_back(std::exp((logits[id] - logits[order.front()]) / options.temperature));
    const double all = std::accumulate(weights.begin(), weights.end(), 0.0);
    double kept = 0;
    std::size_t count = 0;
    while (count < weights.size() && (count == 0 || kept < options.top_p * all)) kept += weights[count++];
    double left = random.uniform() * kept;
    for (std::size_t i = 0; i + 1 < count; ++i)
        if ((left -= weights[i]) < 0) return order[i];
    return order[count - 1];
}

void require_finite(const std::vector<float>& logits, const fs::path& run_folder) {
    if (std::all_of(logits.begin(), logits.end(), [](float x) { return std::isfinite(x); })) return;
    throw InputError("{}: the model's logits are not finite: the run has collapsed", run_folder.string());
}

// Bytes of `text` up to a character that is still incomplete: byte pieces make it up one by one.
std::size_t whole_characters(const std::string& text) {
    std::size_t end = text.size(), back = 0;
    while (back < 3 && back < end && (static_cast<unsigned char>(text[end - 1 - back]) & 0xC0) == 0x80) ++back;
    if (back == end) return end;
    const auto lead = static_cast<unsigned char>(text[end - 1 - back]);
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    return length > back + 1 ? end - 1 - back : end;
}

}  // namespace

std::string generate(const fs::path& run_folder, const std::string& prompt, const SamplingOptions& options,
                     const std::function<void(const std::string& piece)>& emit, std::optional<std::int64_t> step) {
    at::NoGradGuard no_grad;
    const TrainedModel trained = load_trained(run_folder, true, step);
    std::vector<std::int32_t> ids;
    trained.tokenizer->encode(prompt, ids);
    if (ids.empty()) throw InputError("the prompt is empty: give at least one character");
    const std::size_t start = trained.tokenizer->decode(ids).size();
    std::size_t emitted = start;
    RandomStream random(options.seed, "generate");
    std::string text;
    for (std::int64_t made = 0; made < options.max_tokens; ++made) {
        const std::vector<float> logits = next_logits(trained, ids);
        require_finite(logits, run_folder);
        const std::int32_t id = sample(logits, options, random);
        if (id == trained.tokenizer->end_of_document_id() || trained.tokenizer->is_special(id)) break;
        ids.push_back(id);
        text = trained.tokenizer->decode(ids);
        const std::size_t whole = whole_characters(text);
        if (emit && whole > emitted) emit(text.substr(emitted, whole - emitted));
        emitted = std::max(emitted, whole);
    }
    return emitted > start ? text.substr(start, emitted - start) : "";
}

std::vector<std::int64_t> checkpoint_steps(const fs::path& run_folder) {
    std::vector<std::int64_t> steps;
    for (const train::StoredCheckpoint& stored : train::list_checkpoints(run_folder / "checkpoints"))
        steps.push_back(stored.step);
    return steps;
}

}  // namespace ablate::infer
