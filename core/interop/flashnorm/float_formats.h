#pragma once
#include <bit>
#include <cmath>
#include <cstdint>

// The floating-point dtypes of safetensors files: how each is stored, and the type it is computed in. Encoding rounds
// to nearest, ties to even (IEEE 754), and keeps NaN a NaN.
namespace ablate::interop {

inline float float_from_half(std::uint16_t half) {
    const std::uint32_t sign = (half & 0x8000u) << 16, exponent = (half >> 10) & 0x1fu, fraction = half & 0x3ffu;
    if (exponent == 0) {  // zero, or a multiple of 2^-24
        const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
        return sign ? -magnitude : magnitude;
    }
    const std::uint32_t wide = exponent == 0x1f ? 0xffu : exponent + (127 - 15);
    return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
}

inline std::uint16_t half_from_float(float value) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value), magnitude = bits & 0x7fffffffu;
    const std::uint32_t sign = (bits >> 16) & 0x8000u;
    if (std::isnan(value)) return static_cast<std::uint16_t>(sign | 0x7e00u | ((magnitude >> 13) & 0x3ffu));
    if (magnitude >= std::bit_cast<std::uint32_t>(65520.0f)) return static_cast<std::uint16_t>(sign | 0x7c00u);
    if (magnitude < std::bit_cast<std::uint32_t>(0x1p-14f)) {
        // Halves are multiples of 2^-24 down here, which is the spacing of floats from 0.5 on: the addition rounds.
        const float rounded = std::fabs(value) + 0.5f;
        return static_cast<std::uint16_t>(sign |
                                          (std::bit_cast<std::uint32_t>(rounded) - std::bit_cast<std::uint32_t>(0.5f)));
    }
    const std::uint32_t rounded = magnitude + 0xfffu + ((magnitude >> 13) & 1u);
    return static_cast<std::uint16_t>(sign | ((rounded - ((127u - 15u) << 23)) >> 13));
}

inline float float_from_bfloat16(std::uint16_t bits) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

inline std::uint16_t bfloat16_from_float(float value) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
    if (std::isnan(value)) return static_cast<std::uint16_t>(bits >> 16 | 0x40u);
    return static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

struct F64 {
    using Stored = double;
    using Value = double;
    static Value decode(Stored stored) { return stored; }
    static Stored encode(Value value) { return value; }
};
struct F32 {
    using Stored = float;
    using Value = float;
    static Value decode(Stored stored) { return stored; }
    static Stored encode(Value value) { return value; }
};
struct F16 {
    using Stored = std::uint16_t;
    using Value = float;
    static Value decode(Stored stored) { return float_from_half(stored); }
    static Stored encode(Value value) { return half_from_float(value); }
};
struct BF16 {
    using Stored = std::uint16_t;
    using Value = float;
    static Value decode(Stored stored) { return float_from_bfloat16(stored); }
    static Stored encode(Value value) { return bfloat16_from_float(value); }
};

}  // namespace ablate::interop
