// Greedy continuation of a prompt of 16 tokens with a Hugging Face folder, on one thread, in turns:
//   generate_bench PYTHON tests/bench/generate_peer.py FOLDER [TOKENS [ROUNDS]]   against transformers' generate
//   generate_bench FOLDER OTHER [TOKENS [ROUNDS]]                                 two folders: before and after folding
// Prints the medians in tokens/s and their ratio. `python tests/bench/generate_peer.py --make FOLDER` makes a model.
#include "core/infer/decoder.h"
#include "core/infer/sampling.h"
#include "core/infer/trained_model.h"
#include "core/interop/open_model.h"
#include "core/train/register.h"
#include "tests/bench/median.h"
#include "tests/bench/peer_process.h"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <sstream>

using namespace ablate;

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPromptTokens = 16;

struct Timed {
    double seconds = 0;
    std::vector<std::int32_t> ids;  // added
};

Timed continued(const infer::TrainedModel& trained, int tokens) {
    const c10::InferenceMode inference;
    infer::Decoder::Ids ids(1);
    for (int i = 0; i < kPromptTokens; ++i)
        ids[0].push_back(static_cast<std::int32_t>((7 * i + 3) % trained.config.data.vocab_size));
    const Clock::time_point begin = Clock::now();
    infer::Decoder decoder(*trained.model, 1, trained.context, kPromptTokens + tokens, true);
    const infer::SamplingOptions options;
    infer::Sampler sampler(options, 0);
    for (int i = 0; i < tokens; ++i) {
        const at::Tensor logits = decoder.next(ids, std::vector<std::size_t>{0});
        ids[0].push_back(
            sampler.pick({logits.mutable_data_ptr<float>(), static_cast<std::size_t>(logits.numel())}, ids[0]));
    }
    return {std::chrono::duration<double>(Clock::now() - begin).count(),
            {ids[0].begin() + kPromptTokens, ids[0].end()}};
}

void print(const char* first, const char* second, int tokens, const std::vector<double>& ours,
           const std::vector<double>& others) {
    fmt::print("{} {:.1f} tokens/s, {} {:.1f} tokens/s: {:.2f}x\n", first, tokens / bench::median(ours), second,
               tokens / bench::median(others), bench::median(others) / bench::median(ours));
}

int against_transformers(const char* python, const char* script, const char* folder, int tokens, int rounds) {
    const auto trained = interop::open_model(interop::find_model(folder, {}), {.for_generation = true});
    bench::PeerProcess peer({python, script, folder, std::to_string(tokens)}, 1 << 16);
    std::vector<double> ours, theirs;
    for (int round = 0; round <= rounds; ++round) {
        peer.ask();
        std::istringstream answer(peer.answer());
        double seconds = 0;
        answer >> seconds;
        std::vector<std::int32_t> ids(static_cast<std::size_t>(tokens));
        for (std::int32_t& id : ids) answer >> id;
        const Timed own = continued(*trained, tokens);
        if (own.ids != ids)
            return fmt::print("the tokens differ:\n{}\n{}\n", fmt::join(own.ids, " "), fmt::join(ids, " ")), 1;
        if (round == 0) continue;  // warm
        ours.push_back(own.seconds);
        theirs.push_back(seconds);
    }
    print("ablate", "transformers", tokens, ours, theirs);
    return 0;
}

int two_folders(const char* first, const char* second, int tokens, int rounds) {
    const auto before = interop::open_model(interop::find_model(first, {}), {.for_generation = true});
    const auto after = interop::open_model(interop::find_model(second, {}), {.for_generation = true});
    std::vector<double> of_first, of_second;
    for (int round = 0; round <= rounds; ++round) {
        const double one = continued(*before, tokens).seconds, other = continued(*after, tokens).seconds;
        if (round == 0) continue;
        of_first.push_back(one);
        of_second.push_back(other);
    }
    print("second", "first", tokens, of_second, of_first);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    train::register_kinds();
    at::set_num_threads(1);
    const bool folders = argc > 2 && std::filesystem::is_directory(argv[1]);
    const int first = folders ? 3 : 4;
    if (argc < first) return fmt::print(stderr, "generate_bench PYTHON PEER FOLDER [TOKENS [ROUNDS]]\n"), 2;
    const int tokens = argc > first ? std::atoi(argv[first]) : 200,
              rounds = argc > first + 1 ? std::atoi(argv[first + 1]) : 7;
    return folders ? two_folders(argv[1], argv[2], tokens, rounds)
                   : against_transformers(argv[1], argv[2], argv[3], tokens, rounds);
}
