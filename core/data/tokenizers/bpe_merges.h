#pragma once
#include <cstdint>
#include <vector>

namespace ablate::data {

// The merges of a byte-pair encoding, and what they make of a word: always the pair that is first in the list, and
// of its places the leftmost. O(n log n) in the length of the word.
class BpeMerges {
  public:
    explicit BpeMerges(std::size_t merges);

    // In the order of the list, at most as many as were announced. A pair that appears twice has its later place, as in
    // Hugging Face's library.
    void add(std::int32_t left, std::int32_t right, std::int32_t merged);
    void apply(std::vector<std::int32_t>& ids) const;

  private:
    struct Merge {
        std::uint64_t pair = no_pair;
        std::int32_t rank = 0, merged = 0;
    };
    static constexpr std::uint64_t no_pair = ~std::uint64_t{0};
    std::size_t slot(std::uint64_t pair) const;
    const Merge* find(std::int32_t left, std::int32_t right) const;

    std::vector<Merge> table_;  // open addressing, at most half full; its size is a power of two
    int shift_ = 0;
    std::int32_t count_ = 0;
};

}  // namespace ablate::data
