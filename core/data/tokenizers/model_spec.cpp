#include "core/data/tokenizers/model_spec.h"

namespace ablate::data {

namespace {

// Walks the fields of a message of Protocol Buffers.
class Fields {
  public:
    explicit Fields(std::string_view bytes) : bytes_(bytes) {}

    // Reads the next field: `number`, and `value` or `content` by its type. False at the end, or where it is damaged.
    bool next() {
        content = {};
        value = 0;
        std::uint64_t key = 0;
        if (!varint(key)) return false;
        number = static_cast<std::uint32_t>(key >> 3);
        switch (key & 7) {
            case 0:
                return varint(value);
            case 1:
                return skip(8);
            case 2: {
                std::uint64_t length = 0;
                if (!varint(length) || length > bytes_.size()) return false;
                content = bytes_.substr(0, static_cast<std::size_t>(length));
                return skip(length);
            }
            case 5:
                return skip(4);
            default:
                return false;
        }
    }

    std::uint32_t number = 0;
    std::uint64_t value = 0;
    std::string_view content;

  private:
    bool skip(std::uint64_t count) {
        if (count > bytes_.size()) return false;
        bytes_.remove_prefix(static_cast<std::size_t>(count));
        return true;
    }
    bool varint(std::uint64_t& result) {
        result = 0;
        for (int shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
            const auto byte = static_cast<unsigned char>(bytes_.front());
            bytes_.remove_prefix(1);
            result |= std::uint64_t{byte & 0x7Fu} << shift;
            if (byte < 0x80) return true;
        }
        return false;
    }

    std::string_view bytes_;
};

}  // namespace

ModelSpec read_model_spec(std::string_view bytes) {
    ModelSpec spec;
    for (Fields message(bytes); message.next();) {
        if (message.number == 1) {
            std::uint64_t type = 1;
            for (Fields piece(message.content); piece.next();)
                if (piece.number == 3) type = piece.value;
            spec.user_defined.push_back(type == 4);
        } else if (message.number == 2) {
            for (Fields trainer(message.content); trainer.next();) {
                if (trainer.number == 3) spec.model_type = static_cast<int>(trainer.value);
                if (trainer.number == 24) spec.treat_whitespace_as_suffix = trainer.value != 0;
            }
        } else if (message.number == 3) {
            for (Fields normalizer(message.content); normalizer.next();) {
                if (normalizer.number == 2) spec.has_charsmap = !normalizer.content.empty();
                if (normalizer.number == 4) spec.remove_extra_whitespaces = normalizer.value != 0;
                if (normalizer.number == 5) spec.escape_whitespaces = normalizer.value != 0;
            }
        }
    }
    return spec;
}

}  // namespace ablate::data
