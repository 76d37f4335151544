#include "core/ops/rows.h"

#include <bit>

// Sanitizers do not tolerate the resolvers that run before they are set up.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define ABLATE_EACH_CPU __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define ABLATE_EACH_CPU
#endif

namespace ablate::ops::rows {
namespace {

constexpr std::int64_t kLanes = 16;

// Independent partial results, so that reductions vectorize without reordering what the source says.
template <class Term>
[[gnu::always_inline]] inline float lane_sum(std::int64_t count, Term term) {
    float lanes[kLanes] = {};
    const std::int64_t whole = count - count % kLanes;
    for (std::int64_t i = 0; i < whole; i += kLanes)
        for (std::int64_t lane = 0; lane < kLanes; ++lane) lanes[lane] += term(i + lane);
    for (std::int64_t i = whole; i < count; ++i) lanes[i - whole] += term(i);
    float sum = 0;
    for (const float lane : lanes) sum += lane;
    return sum;
}

// exp to about one unit in the last place: 2^k times Cephes' polynomial of the rest. Below the smallest normal: 0.
[[gnu::always_inline]] inline float exponential(float x) {
    constexpr float kRound = 12582912;  // 1.5 · 2^23: adding it rounds to an integer and leaves that in the low bits
    const float clamped = x < -87.3f ? -87.3f : (x > 88.3f ? 88.3f : x);  // NaN passes
    const float shifted = clamped * 1.44269504f + kRound;
    const float k = shifted - kRound;
    const float r = clamped - k * 0.693359375f + k * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1;
    const auto power = std::bit_cast<float>((std::bit_cast<std::int32_t>(shifted) + 127) << 23);
    return x < -87.3f ? 0.0f : p * power;
}

// Eight floats at any address. Registers that the compiler cannot mistake: the products of generation are bound by
// how fast weights arrive.
typedef float Eight __attribute__((vector_size(32), aligned(4), may_alias));
typedef std::uint32_t EightBits __attribute__((vector_size(32), aligned(4), may_alias));
typedef std::uint32_t EightPairs __attribute__((vector_size(32), aligned(2), may_alias));
constexpr std::int64_t kEight = 8, kSixteen = 16;

template <class Stored>
constexpr std::int64_t kLine = 64 / sizeof(Stored);  // values in a line of the cache

[[gnu::always_inline]] inline void load(const float* x, Eight& value) { value = *reinterpret_cast<const Eight*>(x); }

// How sixteen weights are read: as they are, each as the nearest bf16, or from bf16.
struct AsTheyAre {
    using Stored = float;
    [[gnu::always_inline]] static void sixteen(const float* w, Eight& first, Eight& second) {
        load(w, first);
        load(w + kEight, second);
    }
    [[gnu::always_inline]] static float one(float w) { return w; }
};

struct Rounded {
    using Stored = float;
    [[gnu::always_inline]] static void round(Eight& value) {
        const EightBits bits = reinterpret_cast<const EightBits&>(value);
        const EightBits near = (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000;
        value = value == value ? reinterpret_cast<const Eight&>(near) : value;
    }
    [[gnu::always_inline]] static void sixteen(const float* w, Eight& first, Eight& second) {
        AsTheyAre::sixteen(w, first, second);
        round(first);
        round(second);
    }
    [[gnu::always_inline]] static float one(float w) {
        const auto bits = std::bit_cast<std::uint32_t>(w);
        return w == w ? std::bit_cast<float>((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000) : w;
    }
};

// Those at even places first, as pair_up() arranges what they meet: no lane has to move.
struct FromBf16 {
    using Stored = at::BFloat16;
    [[gnu::always_inline]] static void sixteen(const at::BFloat16* w, Eight& even, Eight& odd) {
        const EightBits pairs = *reinterpret_cast<const EightPairs*>(w);
        const EightBits low = pairs << 16, high = pairs & 0xFFFF0000;
        even = reinterpret_cast<const Eight&>(low);
        odd = reinterpret_cast<const Eight&>(high);
    }
    [[gnu::always_inline]] static float one(at::BFloat16 w) { return w; }
};

// x ⋅ w of kRows rows at once, in two partial sums of eight each.
template <int kRows, class Read>
[[gnu::always_inline]] inline void some_dots(const float* x, const typename Read::Stored* w, std::int64_t width,
                                             float* y) {
    Eight first[kRows], second[kRows];
    for (int row = 0; row < kRows; ++row) first[row] = second[row] = Eight{};
    constexpr std::int64_t kStep = kLine<typename Read::Stored>;
    const std::int64_t whole = width - width % kStep;
    for (std::int64_t line = 0; line < whole; line += kStep) {
        // Rows are too short for the processor to see the next ones coming.
        for (int row = 0; row < kRows; ++row) __builtin_prefetch(w + (2 * kRows + row) * width + line);
        for (std::int64_t i = line; i < line + kStep; i += kSixteen) {
            Eight a, b;
            AsTheyAre::sixteen(x + i, a, b);
            for (int row = 0; row < kRows; ++row) {
                Eight c, d;
                Read::sixteen(w + row * width + i, c, d);
                first[row] += a * c;
                second[row] += b * d;
            }
        }
    }
    for (int row = 0; row < kRows; ++row) {
        const Eight lanes = first[row] + second[row];
        float sum = 0;
        for (int lane = 0; lane < kEight; ++lane) sum += lanes[lane];
        for (std::int64_t i = whole; i < width; ++i) sum += x[i] * Read::one(w[row * width + i]);
        y[row] = sum;
    }
}

template <class Read>
[[gnu::always_inline]] inline void all_dots(const float* x, const typename Read::Stored* w, std::int64_t count,
                                            std::int64_t width, float* __restrict y) {
    std::int64_t j = 0;
    for (; j + 4 <= count; j += 4) some_dots<4, Read>(x, w + j * width, width, y + j);
    for (; j < count; ++j) some_dots<1, Read>(x, w + j * width, width, y + j);
}

[[gnu::always_inline]] inline float sigmoid(float x) { return 1 / (1 + exponential(-x)); }

}  // namespace

ABLATE_EACH_CPU float sum_of_squares(const float* x, std::int64_t count) {
    return lane_sum(count, [x](std::int64_t i) { return x[i] * x[i]; });
}

ABLATE_EACH_CPU float maximum(const float* x, std::int64_t count) {
    float lanes[kLanes];
    for (float& lane : lanes) lane = -std::numeric_limits<float>::infinity();
    const std::int64_t whole = count - count % kLanes;
    for (std::int64_t i = 0; i < whole; i += kLanes)
        for (std::int64_t lane = 0; lane < kLanes; ++lane)
            lanes[lane] = x[i + lane] > lanes[lane] ? x[i + lane] : lanes[lane];
    for (std::int64_t i = whole; i < count; ++i) lanes[0] = std::max(lanes[0], x[i]);
    return *std::max_element(lanes, lanes + kLanes);
}

ABLATE_EACH_CPU void scale(const float* x, float factor, const float* gain, float* __restrict y, std::int64_t count) {
    if (gain) {
        for (std::int64_t i = 0; i < count; ++i) y[i] = x[i] * factor * gain[i];
    } else {
        for (std::int64_t i = 0; i < count; ++i) y[i] = x[i] * factor;
    }
}

ABLATE_EACH_CPU void scale_backward(const float* x, const float* g, const float* gain, float r, float correction,
                                    float* __restrict gx, float* __restrict gain_sum, std::int64_t count) {
    if (gain) {
        for (std::int64_t i = 0; i < count; ++i) gx[i] = g[i] * gain[i];
    } else {
        for (std::int64_t i = 0; i < count; ++i) gx[i] = g[i];
    }
    const float along = correction * lane_sum(count, [gx, x](std::int64_t i) { return gx[i] * x[i]; });
    for (std::int64_t i = 0; i < count; ++i) gx[i] = r * gx[i] - along * x[i];
    if (gain_sum)
        for (std::int64_t i = 0; i < count; ++i) gain_sum[i] += g[i] * x[i] * r;
}

ABLATE_EACH_CPU float exponentials(const float* x, float shift, float* __restrict y, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) y[i] = exponential(x[i] - shift);
    return lane_sum(count, [y](std::int64_t i) { return y[i]; });
}

ABLATE_EACH_CPU void swiglu(const float* gate, const float* up, float* __restrict y, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) y[i] = gate[i] * sigmoid(gate[i]) * up[i];
}

ABLATE_EACH_CPU void swiglu_backward(const float* gate, const float* up, const float* g,
                                     float* __restrict gate_gradient, float* __restrict up_gradient,
                                     std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
        const float s = sigmoid(gate[i]);
        up_gradient[i] = g[i] * gate[i] * s;
        gate_gradient[i] = g[i] * up[i] * s * (1 + gate[i] * (1 - s));
    }
}

ABLATE_EACH_CPU void rotate(const float* x, const float* cosine, const float* sine, float sign, bool halves,
                            float* __restrict y, std::int64_t pairs) {
    if (halves) {
        for (std::int64_t i = 0; i < pairs; ++i) {
            y[i] = x[i] * cosine[i] - sign * x[i + pairs] * sine[i];
            y[i + pairs] = x[i + pairs] * cosine[i] + sign * x[i] * sine[i];
        }
        return;
    }
    for (std::int64_t i = 0; i < pairs; ++i) {
        y[2 * i] = x[2 * i] * cosine[i] - sign * x[2 * i + 1] * sine[i];
        y[2 * i + 1] = x[2 * i + 1] * cosine[i] + sign * x[2 * i] * sine[i];
    }
}

ABLATE_EACH_CPU void dots(const float* x, const float* w, std::int64_t count, std::int64_t width, bool rounded,
                          float* __restrict y) {
    if (rounded)
        all_dots<Rounded>(x, w, count, width, y);
    else
        all_dots<AsTheyAre>(x, w, count, width, y);
}

ABLATE_EACH_CPU void pair_up(const float* x, float* __restrict y, std::int64_t count) {
    const std::int64_t whole = count - count % kLine<at::BFloat16>;
    for (std::int64_t i = 0; i < whole; i += kSixteen)
        for (std::int64_t lane = 0; lane < kEight; ++lane) {
            y[i + lane] = x[i + 2 * lane];
            y[i + kEight + lane] = x[i + 2 * lane + 1];
        }
    for (std::int64_t i = whole; i < count; ++i) y[i] = x[i];
}

ABLATE_EACH_CPU void dots(const float* x, const at::BFloat16* w, std::int64_t count, std::int64_t width,
                          float* __restrict y) {
    all_dots<FromBf16>(x, w, count, width, y);
}

ABLATE_EACH_CPU void weighted_sum(const float* p, const float* v, std::int64_t count, std::int64_t width,
                                  float* __restrict y) {
    constexpr std::int64_t kAtOnce = 4 * kEight;
    std::int64_t i = 0;
    for (; i + kAtOnce <= width; i += kAtOnce) {
        Eight sums[4] = {};
        for (std::int64_t j = 0; j < count; ++j)
            for (int part = 0; part < 4; ++part) {
                Eight value;
                load(v + j * width + i + part * kEight, value);
                sums[part] += p[j] * value;
            }
        for (int part = 0; part < 4; ++part) *reinterpret_cast<Eight*>(y + i + part * kEight) = sums[part];
    }
    for (; i < width; ++i) {
        float sum = 0;
        for (std::int64_t j = 0; j < count; ++j) sum += p[j] * v[j * width + i];
        y[i] = sum;
    }
}

ABLATE_EACH_CPU void widen(const at::BFloat16* x, float* __restrict y, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) y[i] = std::bit_cast<float>(static_cast<std::uint32_t>(x[i].x) << 16);
}

ABLATE_EACH_CPU void narrow(const float* x, at::BFloat16* __restrict y, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
        const auto bits = std::bit_cast<std::uint32_t>(x[i]);
        const std::uint32_t rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
        y[i].x = static_cast<std::uint16_t>((bits & 0x7FFFFFFF) > 0x7F800000 ? 0x7FC0 : rounded);
    }
}

}  // namespace ablate::ops::rows
