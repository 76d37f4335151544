#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The wire format of Protocol Buffers, as much as TensorBoard's messages need.
namespace ablate::io {

enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

struct ProtoField {
    std::uint64_t number = 0;
    WireType type = WireType::varint;
    std::uint64_t value = 0;  // of a varint, or the bits of a fixed number
    std::string_view bytes;   // of a string, message or packed array
};

// Walks over the fields of one message. Foreign bytes: nothing beyond them is touched.
class ProtoReader {
  public:
    explicit ProtoReader(std::string_view message) : rest_(message) {}
    std::optional<ProtoField> next();  // nothing at the end, or where the message is damaged
    bool damaged() const { return damaged_; }

  private:
    std::optional<std::uint64_t> varint();
    std::string_view rest_;
    bool damaged_ = false;
};

void put_varint(std::string& message, int field, std::uint64_t value);
void put_double(std::string& message, int field, double value);
void put_float(std::string& message, int field, float value);
void put_bytes(std::string& message, int field, std::string_view value);

}  // namespace ablate::io
