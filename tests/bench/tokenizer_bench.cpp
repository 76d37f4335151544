// Encoding a text, in documents of a hundred lines, against Hugging Face's `tokenizers` on one thread, in turns:
//   tokenizer_bench PYTHON tests/bench/tokenizer_peer.py TOKENIZER.json TEXT [ROUNDS]
// Prints both medians in MB/s, the ratio, and Ablate's first round, in which no word is remembered.
#include "core/base/atomic_file.h"
#include "core/data/tokenizers/load.h"
#include "tests/bench/median.h"
#include "tests/bench/peer_process.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <sstream>

using namespace ablate;

namespace {

std::vector<std::string_view> documents_of(std::string_view text) {
    std::vector<std::string_view> documents;
    while (!text.empty()) {
        std::size_t end = 0;
        for (int line = 0; line < 100 && end < text.size(); ++line)
            end = std::min(text.find('\n', end), text.size() - 1) + 1;
        documents.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return documents;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 5) return fmt::print(stderr, "tokenizer_bench PYTHON PEER TOKENIZER TEXT [ROUNDS]\n"), 2;
    const std::string text = read_file(argv[4]);
    const std::vector<std::string_view> documents = documents_of(text);
    const auto now = [] { return std::chrono::steady_clock::now(); };
    const auto begin_load = now();
    const data::LoadedTokenizer loaded = data::load_tokenizer(argv[3]);
    fmt::print("load {:.3f} s\n", std::chrono::duration<double>(now() - begin_load).count());

    bench::PeerProcess peer({"env", "RAYON_NUM_THREADS=1", argv[1], argv[2], argv[3], argv[4]});
    std::vector<double> ours, theirs;
    for (int round = 0; round < (argc > 5 ? std::atoi(argv[5]) : 7); ++round) {
        peer.ask();
        double seconds = 0;
        std::size_t their_tokens = 0, our_tokens = 0;
        std::istringstream(peer.answer()) >> seconds >> their_tokens;
        theirs.push_back(seconds);
        const auto begin = now();
        for (const std::string_view document : documents) {
            std::vector<std::int32_t> ids;
            loaded.tokenizer->encode(document, ids);
            our_tokens += ids.size();
        }
        ours.push_back(std::chrono::duration<double>(now() - begin).count());
        if (our_tokens != their_tokens) return fmt::print("tokens differ: {} and {}\n", our_tokens, their_tokens), 1;
    }
    const double megabytes = static_cast<double>(text.size()) / 1e6;
    fmt::print("ablate {:.1f} MB/s (first round {:.1f}), tokenizers {:.1f} MB/s: {:.1f}x\n",
               megabytes / bench::median(ours), megabytes / ours.front(), megabytes / bench::median(theirs),
               bench::median(theirs) / bench::median(ours));
}
