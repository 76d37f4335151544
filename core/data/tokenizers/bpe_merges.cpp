#include "core/data/tokenizers/bpe_merges.h"

#include <algorithm>
#include <bit>

namespace ablate::data {

namespace {

std::uint64_t pair_of(std::int32_t left, std::int32_t right) {
    return std::uint64_t{static_cast<std::uint32_t>(left)} << 32 | static_cast<std::uint32_t>(right);
}

// A symbol of the word being merged, in a doubly linked list; -1 after the last and before the first.
struct Symbol {
    std::int32_t id;  // -1: merged into the one before
    std::int64_t before, behind;
};

struct Candidate {
    std::int32_t rank, merged;
    std::int64_t at;
    bool operator<(const Candidate& other) const {  // the first in rank and place is the top of the heap
        return rank != other.rank ? rank > other.rank : at > other.at;
    }
};

}  // namespace

BpeMerges::BpeMerges(std::size_t merges)
    : table_(std::bit_ceil(2 * merges + 2)), shift_(64 - std::countr_zero(table_.size())) {}

std::size_t BpeMerges::slot(std::uint64_t pair) const {
    std::size_t at = (pair * 0x9E3779B97F4A7C15ull) >> shift_;
    while (table_[at].pair != pair && table_[at].pair != no_pair) at = (at + 1) & (table_.size() - 1);
    return at;
}

void BpeMerges::add(std::int32_t left, std::int32_t right, std::int32_t merged) {
    const std::uint64_t pair = pair_of(left, right);
    table_[slot(pair)] = {pair, count_++, merged};
}

const BpeMerges::Merge* BpeMerges::find(std::int32_t left, std::int32_t right) const {
    const Merge& merge = table_[slot(pair_of(left, right))];
    return merge.pair == no_pair ? nullptr : &merge;
}

void BpeMerges::apply(std::vector<std::int32_t>& ids) const {
    const auto count = static_cast<std::int64_t>(ids.size());
    std::vector<Symbol> word;
    word.reserve(ids.size());
    for (std::int64_t i = 0; i < count; ++i)
        word.push_back({ids[static_cast<std::size_t>(i)], i - 1, i + 1 < count ? i + 1 : -1});
    const auto symbol = [&word](std::int64_t at) -> Symbol& { return word[static_cast<std::size_t>(at)]; };

    std::vector<Candidate> heap;
    const auto consider = [&](std::int64_t at) {
        if (at < 0 || symbol(at).behind < 0) return false;
        const Merge* merge = find(symbol(at).id, symbol(symbol(at).behind).id);
        if (merge != nullptr) heap.push_back({merge->rank, merge->merged, at});
        return merge != nullptr;
    };
    for (std::int64_t i = 0; i + 1 < count; ++i) consider(i);
    std::make_heap(heap.begin(), heap.end());
    while (!heap.empty()) {
        std::pop_heap(heap.begin(), heap.end());
        const Candidate top = heap.back();
        heap.pop_back();
        Symbol& left = symbol(top.at);
        if (left.id < 0 || left.behind < 0) continue;
        // An older candidate counts as long as the pair that is there now makes the same token.
        Symbol& right = symbol(left.behind);
        const Merge* merge = find(left.id, right.id);
        if (merge == nullptr || merge->merged != top.merged) continue;
        left.id = top.merged;
        right.id = -1;
        left.behind = right.behind;
        if (left.behind >= 0) symbol(left.behind).before = top.at;
        for (const std::int64_t at : {left.before, top.at})
            if (consider(at)) std::push_heap(heap.begin(), heap.end());
    }
    ids.clear();
    for (const Symbol& one : word)
        if (one.id >= 0) ids.push_back(one.id);
}

}  // namespace ablate::data
