#pragma once
#include <cstdint>
#include <string_view>

namespace ablate {

// A named stream of random numbers: (seed, name) alone decides its values, on every machine. Nothing shares a stream,
// so a run draws the same numbers alone, beside others and after a resume (core/README.md, decision 5).
// xoshiro256++ (Blackman and Vigna 2019), seeded by splitmix64 over a hash of seed and name.
class RandomStream {
  public:
    RandomStream(std::uint64_t seed, std::string_view name);
    std::uint64_t next();
    double uniform();                          // [0, 1)
    std::uint64_t below(std::uint64_t bound);  // [0, bound), unbiased; bound > 0
    double normal();                           // N(0, 1)
    double truncated_normal(double limit);     // N(0, 1) conditioned on |x| <= limit

  private:
    std::uint64_t state_[4];
    double spare_ = 0;
    bool has_spare_ = false;
};

// A seed for generators that are not ours (dropout masks), derived the same way.
std::uint64_t derive_seed(std::uint64_t seed, std::string_view name);

}  // namespace ablate
