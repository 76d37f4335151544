#include "core/base/random.h"

#include <bit>
#include <cmath>
#include <stdexcept>

namespace ablate {

namespace {

// The finalizer of splitmix64 (Steele, Lea, Flood 2014).
std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

std::uint64_t fnv1a(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return hash;
}

// ln(x) for finite x > 0 from additions, multiplications and divisions alone: the C library's differs in the last bit
// between processors, and with it would every weight drawn from it. Series of artanh, |s| < 0.1716.
double portable_log(double x) {
    int exponent = 0;
    double mantissa = std::frexp(x, &exponent);
    if (mantissa < 0.70710678118654752) mantissa *= 2, --exponent;
    const double s = (mantissa - 1) / (mantissa + 1);
    const double s2 = s * s;
    double sum = 0;
    for (int k = 23; k >= 1; k -= 2) sum = sum * s2 + 1.0 / k;
    return exponent * 0.69314718055994531 + 2 * s * sum;
}

}  // namespace

std::uint64_t derive_seed(std::uint64_t seed, std::string_view name) {
    return mix(mix(seed + 0x9e3779b97f4a7c15u) ^ fnv1a(name));
}

RandomStream::RandomStream(std::uint64_t seed, std::string_view name) {
    std::uint64_t x = derive_seed(seed, name);
    for (std::uint64_t& word : state_) word = mix(x += 0x9e3779b97f4a7c15u);
}

std::uint64_t RandomStream::next() {
    const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

double RandomStream::uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

std::uint64_t RandomStream::below(std::uint64_t bound) {
    if (bound == 0) throw std::logic_error("RandomStream::below(0)");
    // Draws below 2^64 mod bound would make the smaller remainders likelier.
    const std::uint64_t threshold = -bound % bound;
    for (;;)
        if (const std::uint64_t draw = next(); draw >= threshold) return draw % bound;
}

// The polar method (Marsaglia and Bray 1964): pairs of values, one kept for the next call.
double RandomStream::normal() {
    if (has_spare_) {
        has_spare_ = false;
        return spare_;
    }
    for (;;) {
        const double u = 2 * uniform() - 1, v = 2 * uniform() - 1;
        const double s = u * u + v * v;
        if (s >= 1 || s == 0) continue;
        const double factor = std::sqrt(-2 * portable_log(s) / s);
        spare_ = v * factor;
        has_spare_ = true;
        return u * factor;
    }
}

double RandomStream::truncated_normal(double limit) {
    if (!(limit > 0)) throw std::logic_error("RandomStream::truncated_normal: limit must be above 0");
    for (;;) {
        if (limit >= 1) {
            if (const double x = normal(); std::abs(x) <= limit) return x;
            continue;
        }
        // A narrow window is hit by few normal draws: take a uniform one with probability exp(-x^2 / 2).
        const double x = (2 * uniform() - 1) * limit;
        if (-2 * portable_log(1 - uniform()) >= x * x) return x;
    }
}

}  // namespace ablate
