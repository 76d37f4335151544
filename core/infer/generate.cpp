#include "core/infer/generate.h"

#include "core/base/error.h"
#include "core/base/workspace_layout.h"
#include "core/infer/decoder.h"
#include "core/infer/text_stream.h"
#include "core/infer/trained_model.h"
#include "core/train/checkpoint.h"

#include <c10/core/InferenceMode.h>

#include <numeric>

namespace ablate::infer {
namespace {

namespace fs = std::filesystem;

const data::Tokenizer& tokenizer_of(const TrainedModel& trained) {
    if (!trained.tokenizer) throw InputError("{}: has no tokenizer, which text needs", trained.name);
    return *trained.tokenizer;
}

bool ends_text(const TrainedModel& trained, std::int32_t id) {
    const std::vector<std::int32_t>& named = trained.end_ids;
    if (!named.empty()) return std::find(named.begin(), named.end(), id) != named.end();
    const data::Tokenizer& tokenizer = *trained.tokenizer;
    return id == tokenizer.end_of_document_id() || (id < tokenizer.vocab_size() && tokenizer.is_special(id));
}

// Prompts that grow together: as many as ops::linear multiplies row by row, so that each is rounded as it is alone, and
// few enough that their cache fits beside the model.
constexpr std::size_t kTogether = 16;

// The sequences that grow together, and which of them still do.
class Batch {
  public:
    // `first` is the place of the first prompt among all of the call.
    Batch(const TrainedModel& trained, std::span<const std::vector<std::int32_t>> prompts, std::size_t first,
          const SamplingOptions& options, const Emit& emit)
        : trained_(trained),
          options_(options),
          emit_(emit),
          first_(first),
          ids_(prompts.begin(), prompts.end()),
          growing_(prompts.size()) {
        const data::Tokenizer& tokenizer = tokenizer_of(trained);
        std::iota(growing_.begin(), growing_.end(), std::size_t{0});
        for (std::size_t i = 0; i < prompts.size(); ++i) {
            completions_.push_back({prompts[i], {}, {}, Finish::length});
            samplers_.emplace_back(options, first + i);
            streams_.emplace_back(tokenizer, prompts[i], options.stop);
        }
    }

    std::vector<Completion> run() {
        std::size_t longest = 0;
        for (const auto& ids : ids_) longest = std::max(longest, ids.size());
        Decoder decoder(*trained_.model, ids_.size(), trained_.context,
                        static_cast<std::int64_t>(longest) + options_.max_tokens, options_.cache);
        for (std::int64_t made = 0; made < options_.max_tokens && !growing_.empty(); ++made) {
            const at::Tensor logits = decoder.next(ids_, growing_);
            float* row = logits.mutable_data_ptr<float>();
            std::vector<std::size_t> still;
            for (const std::size_t i : growing_) {
                if (grow(i, {row, static_cast<std::size_t>(logits.size(1))})) still.push_back(i);
                row += logits.size(1);
            }
            growing_ = std::move(still);
        }
        for (std::size_t i = 0; i < streams_.size(); ++i) tell(i, streams_[i].rest());
        return std::move(completions_);
    }

  private:
    // Adds a token; false when that ended the sequence.
    bool grow(std::size_t i, std::span<float> logits) {
        if (!std::all_of(logits.begin(), logits.end(), [](float x) { return std::isfinite(x); }))
            throw InputError("{}: the model's logits are not finite: the run has collapsed", trained_.name);
        const std::int32_t id = samplers_[i].pick(logits, ids_[i]);
        if (ends_text(trained_, id)) {
            completions_[i].finish = Finish::end_token;
            return false;
        }
        ids_[i].push_back(id);
        completions_[i].ids.push_back(id);
        const data::Tokenizer& tokenizer = *trained_.tokenizer;
        const bool silent = id < tokenizer.vocab_size() && tokenizer.is_special(id);  // it stands for no text
        if (!silent) tell(i, streams_[i].add(id));
        if (!streams_[i].stopped()) return true;
        completions_[i].finish = Finish::stop;
        return false;
    }

    void tell(std::size_t i, const std::string& piece) {
        if (piece.empty()) return;
        completions_[i].text += piece;
        if (emit_) emit_(first_ + i, piece);
    }

    const TrainedModel& trained_;
    const SamplingOptions& options_;
    const Emit& emit_;
    std::size_t first_;
    std::vector<std::vector<std::int32_t>> ids_;
    std::vector<std::size_t> growing_;
    std::vector<Completion> completions_;
    std::vector<Sampler> samplers_;
    std::vector<TextStream> streams_;
};

}  // namespace

const char* to_string(Finish finish) {
    return finish == Finish::stop ? "stop" : finish == Finish::length ? "length" : "end token";
}

fs::path tokenizer_folder(const TrainedModel& trained) { return trained.tokenizer_folder; }

std::vector<std::int32_t> text_ids(const TrainedModel& trained, const std::string& text, bool templated,
                                   std::vector<std::int32_t>* bytes) {
    std::vector<std::int32_t> ids;
    if (!templated) ids = trained.before;
    if (bytes) {
        bytes->assign(ids.size(), 0);
        tokenizer_of(trained).encode_with_bytes(text, ids, *bytes);
    } else {
        tokenizer_of(trained).encode(text, ids);
    }
    const std::int64_t vocabulary = trained.config.data.vocab_size;
    for (const std::int32_t id : ids)
        if (id < 0 || id >= vocabulary)
            throw InputError("{}: its tokenizer makes token {} of the text, its model has {} of them", trained.name, id,
                             vocabulary);
    return ids;
}

std::vector<std::int32_t> prompt_ids(const TrainedModel& trained, const std::string& text, bool templated) {
    std::vector<std::int32_t> ids = text_ids(trained, text, templated);
    if (ids.empty()) throw InputError("the prompt is empty: give at least one character");
    return ids;
}

std::vector<Completion> generate(const TrainedModel& trained, const std::vector<std::vector<std::int32_t>>& prompts,
                                 const SamplingOptions& options, const Emit& emit) {
    const c10::InferenceMode inference;
    for (const std::string& stop : options.stop)
        if (stop.empty()) throw InputError("a stop string is empty: every text would end at once");
    std::vector<Completion> completions;
    for (std::size_t first = 0; first < prompts.size(); first += kTogether) {
        const auto some = std::span(prompts).subspan(first, std::min(kTogether, prompts.size() - first));
        for (Completion& each : Batch(trained, some, first, options, emit).run())
            completions.push_back(std::move(each));
    }
    return completions;
}

std::vector<std::int64_t> checkpoint_steps(const fs::path& run_folder) {
    std::vector<std::int64_t> steps;
    for (const train::StoredCheckpoint& stored : train::list_checkpoints(run_folder / run_files::kCheckpoints))
        steps.push_back(stored.step);
    return steps;
}

}  // namespace ablate::infer
