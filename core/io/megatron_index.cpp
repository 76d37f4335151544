#include "core/io/megatron_index.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/io/bytes.h"

#include <array>

namespace ablate::io {

namespace {

constexpr std::size_t header_bytes = 34;
constexpr std::size_t chunk = 1 << 16;  // numbers read at once

struct Code {
    int code;
    const char *name, *dtype;  // no dtype: holds no ids
    std::size_t bytes;
};
constexpr std::array kCodes{Code{1, "uint8", "u1", 1}, Code{2, "int8", "", 1},    Code{3, "int16", "i2", 2},
                            Code{4, "int32", "i4", 4}, Code{5, "int64", "i8", 8}, Code{6, "float64", "", 8},
                            Code{7, "float32", "", 4}, Code{8, "uint16", "u2", 2}};

class Reader {
  public:
    explicit Reader(const std::filesystem::path& file) : file_(file, O_RDONLY), name_(file.string()) {}

    MegatronIndex read() {
        read_header();
        const std::vector<std::int64_t> ends = read_sequences();
        read_borders(ends);
        return std::move(index_);
    }

  private:
    void read_header() {
        const std::string header = file_.read_at(0, header_bytes);
        if (!header.starts_with(megatron_magic))
            throw InputError("{}: is not an index of Megatron-LM (MMIDIDX)", name_);
        if (header.size() < header_bytes)
            throw InputError("{}: ends within its header ({} of {} bytes)", name_, header.size(), header_bytes);
        if (const auto version = load<std::uint64_t>(&header[9]); version != 1)
            throw InputError("{}: has version {} of Megatron-LM's index; version 1 is read (byte 9)", name_, version);
        const int code = static_cast<unsigned char>(header[17]);
        for (const Code& known : kCodes) {
            if (known.code != code) continue;
            if (!*known.dtype)
                throw InputError("{}: says that its tokens are {}, which hold no ids (byte 17)", name_, known.name);
            index_.dtype = known.dtype;
            index_.item_bytes = known.bytes;
        }
        if (index_.dtype.empty()) throw InputError("{}: has the unknown element type {} (byte 17)", name_, code);
        sequences_ = load<std::uint64_t>(&header[18]);
        borders_ = load<std::uint64_t>(&header[26]);
        const std::uint64_t held = file_.size();
        if (sequences_ > held / 12 || borders_ > held / 8 ||
            (held != header_bytes + 12 * sequences_ + 8 * borders_ &&
             held != header_bytes + 13 * sequences_ + 8 * borders_))
            throw InputError("{}: holds {} bytes, which do not fit {} sequences and {} document borders (byte 18)",
                             name_, held, sequences_, borders_);
    }

    template <class T, class Act>
    void for_each(std::uint64_t offset, std::uint64_t count, Act act) const {
        for (std::uint64_t first = 0; first < count; first += chunk) {
            const auto some = static_cast<std::size_t>(std::min<std::uint64_t>(chunk, count - first));
            const std::string bytes = file_.read_at(offset + first * sizeof(T), some * sizeof(T));
            if (bytes.size() != some * sizeof(T)) throw InputError("{}: was cut short while in use", name_);
            for (std::size_t k = 0; k < some; ++k) act(first + k, load<T>(&bytes[k * sizeof(T)]));
        }
    }

    // Where each sequence ends, in tokens.
    std::vector<std::int64_t> read_sequences() {
        std::vector<std::int64_t> ends;
        ends.reserve(static_cast<std::size_t>(sequences_));
        for_each<std::int32_t>(header_bytes, sequences_, [&](std::uint64_t i, std::int32_t length) {
            if (length < 0) throw InputError("{}: sequence {} has the length {}", name_, i, length);
            index_.tokens += length;
            ends.push_back(index_.tokens);
        });
        for_each<std::int64_t>(header_bytes + 4 * sequences_, sequences_, [&](std::uint64_t i, std::int64_t offset) {
            const std::int64_t begin = i == 0 ? 0 : ends[static_cast<std::size_t>(i - 1)];
            if (offset != begin * static_cast<std::int64_t>(index_.item_bytes))
                throw InputError("{}: sequence {} begins at byte {} of the .bin, where the ones before it end at {}",
                                 name_, i, offset, begin * static_cast<std::int64_t>(index_.item_bytes));
        });
        return ends;
    }

    void read_borders(const std::vector<std::int64_t>& ends) {
        std::int64_t before = 0;
        for_each<std::int64_t>(header_bytes + 12 * sequences_, borders_, [&](std::uint64_t i, std::int64_t border) {
            if (border < before || border > static_cast<std::int64_t>(sequences_) || (i == 0 && border != 0))
                throw InputError("{}: document border {} is {}: borders ascend from 0 to the {} sequences", name_, i,
                                 border, sequences_);
            before = border;
            const std::int64_t end = border == 0 ? 0 : ends[static_cast<std::size_t>(border - 1)];
            if (end > (index_.document_ends.empty() ? 0 : index_.document_ends.back()))
                index_.document_ends.push_back(end);
        });
        if (index_.tokens > 0 && (index_.document_ends.empty() || index_.document_ends.back() != index_.tokens))
            throw InputError("{}: its last document ends before its last sequence", name_);
    }

    OpenFile file_;
    std::string name_;
    MegatronIndex index_;
    std::uint64_t sequences_ = 0, borders_ = 0;
};

}  // namespace

MegatronIndex read_megatron_index(const std::filesystem::path& file) { return Reader(file).read(); }

}  // namespace ablate::io
