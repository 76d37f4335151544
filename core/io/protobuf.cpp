#include "core/io/protobuf.h"

#include "core/io/bytes.h"

namespace ablate::io {

namespace {

void append_varint(std::string& message, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) message += static_cast<char>(value | 0x80);
    message += static_cast<char>(value);
}

void append_key(std::string& message, int field, WireType type) {
    append_varint(message, static_cast<std::uint64_t>(field) << 3 | static_cast<std::uint64_t>(type));
}

}  // namespace

std::optional<std::uint64_t> ProtoReader::varint() {
    if (!rest_.empty() && (rest_[0] & 0x80) == 0) {  // nearly all of them
        const auto value = static_cast<unsigned char>(rest_[0]);
        rest_.remove_prefix(1);
        return value;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 10 && i < rest_.size(); ++i) {
        value |= std::uint64_t{static_cast<unsigned char>(rest_[i]) & 0x7fu} << (7 * i);
        if ((rest_[i] & 0x80) != 0) continue;
        rest_.remove_prefix(i + 1);
        return value;
    }
    damaged_ = true;
    return std::nullopt;
}

std::optional<ProtoField> ProtoReader::next() {
    if (rest_.empty() || damaged_) return std::nullopt;
    const auto key = varint();
    if (!key) return std::nullopt;
    ProtoField field;
    field.number = *key >> 3;
    field.type = static_cast<WireType>(*key & 7);
    std::uint64_t length = 0;
    switch (field.type) {
        case WireType::varint: {
            const auto value = varint();
            if (!value) return std::nullopt;
            field.value = *value;
            return field;
        }
        case WireType::bytes: {
            const auto value = varint();
            if (!value) return std::nullopt;
            length = *value;
            break;
        }
        case WireType::fixed64:
            length = 8;
            break;
        case WireType::fixed32:
            length = 4;
            break;
        default:
            damaged_ = true;
            return std::nullopt;  // groups, which proto3 has not
    }
    if (length > rest_.size()) {
        damaged_ = true;
        return std::nullopt;
    }
    field.bytes = rest_.substr(0, length);
    if (field.type == WireType::fixed64) field.value = load<std::uint64_t>(field.bytes.data());
    if (field.type == WireType::fixed32) field.value = load<std::uint32_t>(field.bytes.data());
    rest_.remove_prefix(length);
    return field;
}

void put_varint(std::string& message, int field, std::uint64_t value) {
    append_key(message, field, WireType::varint);
    append_varint(message, value);
}

void put_double(std::string& message, int field, double value) {
    append_key(message, field, WireType::fixed64);
    store(message, value);
}

void put_float(std::string& message, int field, float value) {
    append_key(message, field, WireType::fixed32);
    store(message, value);
}

void put_bytes(std::string& message, int field, std::string_view value) {
    append_key(message, field, WireType::bytes);
    append_varint(message, value.size());
    message += value;
}

}  // namespace ablate::io
