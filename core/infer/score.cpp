#include "core/infer/score.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/data/corpus.h"
#include "core/data/token_file.h"
#include "core/infer/generate.h"
#include "core/infer/trained_model.h"
#include "core/io/npy.h"
#include "core/train/batch_tensor.h"

#include <ATen/core/grad_mode.h>

#include <limits>
#include <numbers>

namespace ablate::infer {
namespace {

namespace fs = std::filesystem;

// What bounds the memory of a pass, above one window: tokens, and numbers where all logits are wanted.
constexpr std::int64_t kTokensAtOnce = 4096, kLogitsAtOnce = std::int64_t{1} << 25;

// The ids at [begin, begin + ids.size()).
using ReadIds = std::function<void(std::int64_t begin, std::span<std::int64_t> ids)>;

// Some windows of the same length.
struct Windows {
    std::int64_t begin = 0, rows = 0, length = 0;  // of the scored tokens: ids [begin, begin + rows * length]
};

std::vector<Windows> windows_of(std::int64_t tokens, std::int64_t context, std::int64_t tokens_at_once) {
    std::vector<Windows> all;
    const std::int64_t at_once = std::max<std::int64_t>(1, tokens_at_once / context), whole = tokens / context;
    for (std::int64_t row = 0; row < whole; row += at_once)
        all.push_back({row * context, std::min(at_once, whole - row), context});
    if (tokens % context > 0) all.push_back({whole * context, 1, tokens % context});
    return all;
}

class Scorer {
  public:
    // `bytes`: of each token of a text; empty: the ids tell them.
    Scorer(const TrainedModel& trained, std::int64_t tokens, std::int64_t context, ReadIds read,
           std::span<const std::int32_t> bytes)
        : trained_(trained), read_(std::move(read)), bytes_(bytes) {
        score_.tokens = tokens;
        score_.context = context;
        sums_.resize(static_cast<std::size_t>(context));
        score_.position_tokens.resize(static_cast<std::size_t>(context));
    }

    // `take` gets the fp32 logits of each token in turn.
    Score score(const AppendBytes& take) {
        const std::int64_t at_once = take ? kLogitsAtOnce / trained_.config.data.vocab_size : kTokensAtOnce;
        for (const Windows& windows : windows_of(score_.tokens, score_.context, at_once)) add(windows, take);
        return finished();
    }

  private:
    void add(const Windows& windows, const AppendBytes& take) {
        std::vector<std::int64_t> ids(static_cast<std::size_t>(windows.rows * windows.length + 1));
        read_(windows.begin, ids);
        const auto tensor = [&](auto first) {
            return train::batch_tensor({first, first + windows.rows * windows.length}, windows.rows,
                                       trained_.model->device());
        };
        const at::Tensor input = tensor(ids.begin()), targets = tensor(ids.begin() + 1);
        const at::Tensor nll = (take ? nll_and_logits(input, targets, take) : trained_.model->token_nll(input, targets))
                                   .to(at::kCPU, at::kDouble)
                                   .contiguous();
        count(ids, nll.const_data_ptr<double>(), windows);
    }

    at::Tensor nll_and_logits(const at::Tensor& input, const at::Tensor& targets, const AppendBytes& take) const {
        const at::Tensor logits = trained_.model->logits(input).to(at::kCPU, at::kFloat).contiguous();  // [B, T, V]
        take({reinterpret_cast<const char*>(logits.const_data_ptr<float>()),
              static_cast<std::size_t>(logits.numel()) * sizeof(float)});
        return logits.logsumexp(-1) - logits.gather(-1, targets.to(at::kCPU).unsqueeze(-1)).squeeze(-1);
    }

    void count(const std::vector<std::int64_t>& ids, const double* nll, const Windows& windows) {
        const data::Tokenizer* tokenizer = trained_.tokenizer.get();
        for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
            const std::size_t position = i % static_cast<std::size_t>(windows.length);
            sums_[position] += nll[i];
            ++score_.position_tokens[position];
            if (!tokenizer) continue;
            const auto before = static_cast<std::int32_t>(ids[i]), id = static_cast<std::int32_t>(ids[i + 1]);
            const bool known = id < tokenizer->vocab_size();  // ids beyond the tokenizer's only pad the vocabulary
            std::int64_t bytes = 0;
            if (!bytes_.empty())
                bytes = bytes_[static_cast<std::size_t>(windows.begin) + i + 1];
            else if (known && before < tokenizer->vocab_size())
                bytes = data::bytes_after(*tokenizer, before, id);
            else if (known)
                bytes = tokenizer->byte_length(id);
            score_.bytes += bytes;
            const bool is_unknown = id == tokenizer->unknown_id();
            score_.unknown_tokens += is_unknown;
            const bool stands_for_text = known && (!tokenizer->is_special(id) || (is_unknown && bytes > 0));
            if (!stands_for_text) special_ += nll[i];
        }
    }

    Score finished() {
        score_.precision = trained_.config.train.precision;
        score_.remarks = trained_.remarks;
        double sum = 0;
        for (std::size_t i = 0; i < sums_.size(); ++i) {
            sum += sums_[i];
            score_.loss_by_position.push_back(sums_[i] / static_cast<double>(score_.position_tokens[i]));
        }
        score_.loss = sum / static_cast<double>(score_.tokens);
        score_.perplexity = std::exp(score_.loss);
        const double bits = score_.bytes > 0 ? std::numbers::log2e / static_cast<double>(score_.bytes)
                                             : std::numeric_limits<double>::quiet_NaN();
        score_.bpb = sum * bits;
        score_.bpb_masked = (sum - special_) * bits;
        return std::move(score_);
    }

    const TrainedModel& trained_;
    ReadIds read_;
    std::span<const std::int32_t> bytes_;
    std::vector<double> sums_;  // of nll, by position
    double special_ = 0;        // nll of tokens that stand for no text
    Score score_;
};

Score score(const TrainedModel& trained, std::int64_t count, const fs::path& logits, const std::string& what,
            ReadIds read, std::span<const std::int32_t> bytes = {}) {
    if (count < 2)
        throw InputError("{}: has {} token{}; two are the least that can be scored", what, count,
                         count == 1 ? "" : "s");
    const at::NoGradGuard no_gradients;
    const std::int64_t tokens = count - 1, vocab = trained.config.data.vocab_size;
    Scorer scorer(trained, tokens, std::min(trained.context, tokens), std::move(read), bytes);
    if (logits.empty()) return scorer.score({});
    require_free_space(logits, static_cast<std::uint64_t>(tokens) * static_cast<std::uint64_t>(vocab) * sizeof(float));
    Score result;
    atomic_write(logits, [&](const AppendBytes& append) {
        append(io::npy_header("f4", {tokens, vocab}));
        result = scorer.score(append);
    });
    return result;
}

struct EncodedText {
    std::vector<std::int32_t> ids, bytes;
};

Score score_encoded(const TrainedModel& trained, const EncodedText& text, const fs::path& logits,
                    const std::string& what) {
    return score(
        trained, static_cast<std::int64_t>(text.ids.size()), logits, what,
        [&](std::int64_t begin, std::span<std::int64_t> some) {
            std::copy_n(text.ids.begin() + begin, some.size(), some.begin());
        },
        text.bytes);
}

// As a validation set is encoded for training: a border follows each document that has one. Documents without borders
// are only blocks of lines, and are encoded together.
EncodedText encode_documents(const TrainedModel& trained, data::DocumentReader& reader) {
    EncodedText encoded;
    std::string text;
    const auto encode_gathered = [&] {
        if (text.empty()) return;
        std::vector<std::int32_t> bytes;
        const auto ids = text_ids(trained, text, /*templated=*/!encoded.ids.empty(), &bytes);
        encoded.ids.insert(encoded.ids.end(), ids.begin(), ids.end());
        encoded.bytes.insert(encoded.bytes.end(), bytes.begin(), bytes.end());
        text.clear();
    };
    for (data::Document document; reader.next(document);) {
        text += document.text;
        if (!document.bordered) continue;
        encode_gathered();
        const std::int32_t border = trained.tokenizer->end_of_document_id();
        if (border < 0 || border >= trained.config.data.vocab_size) continue;
        encoded.ids.push_back(border);
        encoded.bytes.push_back(0);
    }
    encode_gathered();
    return encoded;
}

}  // namespace

Score score_tokens(const TrainedModel& trained, const fs::path& token_file, const fs::path& logits) {
    const data::TokenFile tokens(token_file, data::token_format(trained.config.data));
    data::count_tokens(tokens, trained.config.data.vocab_size);  // refuses ids that no embedding has
    return score(trained, tokens.size(), logits, token_file.string(),
                 [&](std::int64_t begin, std::span<std::int64_t> ids) { tokens.read(begin, ids); });
}

Score score_text(const TrainedModel& trained, const std::string& text, const fs::path& logits) {
    EncodedText encoded;
    encoded.ids = text_ids(trained, text, /*templated=*/text.empty(), &encoded.bytes);
    return score_encoded(trained, encoded, logits, "the text");
}

Score score_text_file(const TrainedModel& trained, const fs::path& text, const std::string& text_field,
                      const fs::path& logits) {
    DataConfig config = trained.config.data;
    if (!text_field.empty()) config.text_field = text_field;
    data::DocumentReader reader(config, {text});
    return score_encoded(trained, encode_documents(trained, reader), logits, text.string());
}

}  // namespace ablate::infer
