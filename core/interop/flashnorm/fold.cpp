#include "core/interop/flashnorm/fold.h"

#include "core/interop/flashnorm/float_formats.h"
#include "core/io/bytes.h"

#include <stdexcept>

namespace ablate::interop {

namespace {

// Calls `act` with the format of that name.
template <class Act>
auto with_format(std::string_view dtype, Act act) {
    if (dtype == "F64") return act(F64{});
    if (dtype == "F32") return act(F32{});
    if (dtype == "F16") return act(F16{});
    if (dtype == "BF16") return act(BF16{});
    throw std::logic_error("no floating-point dtype: " + std::string(dtype));
}

template <class Format>
bool fold_columns_of(std::span<char> matrix, std::span<const double> gains) {
    using Stored = typename Format::Stored;
    using Value = typename Format::Value;
    const std::vector<Value> factors(gains.begin(), gains.end());
    bool in_range = true;
    for (std::size_t row = 0; row < matrix.size(); row += factors.size() * sizeof(Stored)) {
        char* place = matrix.data() + row;
        for (const Value factor : factors) {
            const Value weight = Format::decode(io::load<Stored>(place));
            // transformer_tricks multiplies by a diagonal matrix: its sums of zeros turn -0 into 0, as adding 0 does.
            const Stored folded = Format::encode(weight * factor + Value(0));
            in_range &= std::isfinite(Format::decode(folded)) || !std::isfinite(weight) || !std::isfinite(factor);
            std::memcpy(place, &folded, sizeof folded);
            place += sizeof folded;
        }
    }
    return in_range;
}

}  // namespace

bool can_fold(std::string_view dtype) { return dtype == "F64" || dtype == "F32" || dtype == "F16" || dtype == "BF16"; }

std::vector<double> values_of(std::string_view dtype, std::span<const char> bytes) {
    return with_format(dtype, [bytes]<class Format>(Format) {
        using Stored = typename Format::Stored;
        std::vector<double> values;
        values.reserve(bytes.size() / sizeof(Stored));
        for (std::size_t at = 0; at < bytes.size(); at += sizeof(Stored))
            values.push_back(Format::decode(io::load<Stored>(bytes.data() + at)));
        return values;
    });
}

bool fold_columns(std::string_view dtype, std::span<char> matrix, std::span<const double> gains) {
    return with_format(dtype, [&]<class Format>(Format) { return fold_columns_of<Format>(matrix, gains); });
}

}  // namespace ablate::interop
