#include "core/data/token_file.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/io/bytes.h"
#include "core/io/npy.h"

#include <algorithm>
#include <limits>

namespace ablate::data {

namespace fs = std::filesystem;

namespace {

// Widens `ids.size()` items that stand at the end of the ids' own memory, so that reading needs no buffer. Going
// forward never overwrites an item not yet read: item k is read at or behind the place where id k is written.
template <class T>
void widen_in_place(std::span<std::int64_t> ids) {
    const char* items = reinterpret_cast<const char*>(ids.data() + ids.size()) - ids.size() * sizeof(T);
    for (std::size_t k = 0; k < ids.size(); ++k) ids[k] = io::load<T>(items + k * sizeof(T));
}

constexpr std::size_t flush_bytes = 1 << 20;

}  // namespace

TokenFile::TokenFile(const fs::path& file) : file_(std::make_unique<io::OpenFile>(file, O_RDONLY)) {
    if (file.extension() == ".npy") {
        const io::NpyHeader header = io::read_npy_header(file);
        if (header.dtype != "u2" && header.dtype != "i4" && header.dtype != "i8")
            throw InputError("{}: holds {} values; tokens are uint16, int32 or int64", file.string(), header.dtype);
        if (header.shape.size() != 1)
            throw InputError("{}: has {} dimensions; tokens are one row of ids", file.string(), header.shape.size());
        size_ = header.count();
        data_offset_ = header.data_offset;
        item_bytes_ = header.item_bytes;
    } else if (file.extension() == ".bin") {
        const std::uint64_t bytes = file_->size();
        if (bytes % item_bytes_ != 0)
            throw InputError("{}: {} bytes are not a whole number of uint16 ids", file.string(), bytes);
        size_ = static_cast<std::int64_t>(bytes / item_bytes_);
    } else {
        throw InputError("{}: token files are .npy (uint16, int32, int64) or .bin (uint16)", file.string());
    }
    if (size_ == 0) throw InputError("{}: holds no token", file.string());
}

TokenFile::~TokenFile() = default;

const fs::path& TokenFile::path() const { return file_->path(); }

void TokenFile::read(std::int64_t begin, std::span<std::int64_t> ids) const {
    const auto count = static_cast<std::int64_t>(ids.size());
    if (begin < 0 || begin > size_ - count) throw std::logic_error("TokenFile::read: a window outside the file");
    const std::size_t bytes = ids.size() * item_bytes_;
    char* items = reinterpret_cast<char*>(ids.data() + ids.size()) - bytes;
    const std::size_t got =
        file_->read_at(data_offset_ + static_cast<std::uint64_t>(begin) * item_bytes_, items, bytes);
    if (got != bytes)
        throw InputError("{}: ends at token {} of {}: it was cut short while in use", path().string(),
                         begin + static_cast<std::int64_t>(got / item_bytes_), size_);
    if (item_bytes_ == 2) widen_in_place<std::uint16_t>(ids);
    if (item_bytes_ == 4) widen_in_place<std::int32_t>(ids);
}

TokenWriter::TokenWriter(const fs::path& file, std::int64_t vocab_size)
    : file_(std::make_unique<io::OpenFile>(file, O_WRONLY | O_CREAT | O_EXCL)),
      dtype_(vocab_size <= 1 << 16 ? "u2" : "i4") {
    // The count is not known yet; headers are padded, so the one written at the end has the same length.
    offset_ = io::npy_header_1d(dtype_, std::numeric_limits<std::int64_t>::max()).size();
}

TokenWriter::~TokenWriter() = default;

void TokenWriter::append(std::span<const std::int32_t> ids) {
    for (const std::int32_t id : ids)
        if (dtype_ == "u2")
            io::store(buffer_, static_cast<std::uint16_t>(id));
        else
            io::store(buffer_, id);
    count_ += static_cast<std::int64_t>(ids.size());
    if (buffer_.size() >= flush_bytes) flush();
}

void TokenWriter::flush() {
    file_->append_at(offset_, buffer_);
    offset_ += buffer_.size();
    buffer_.clear();
}

void TokenWriter::finish() {
    flush();
    const std::string header = io::npy_header_1d(dtype_, count_);
    if (header.size() != io::npy_header_1d(dtype_, std::numeric_limits<std::int64_t>::max()).size())
        throw std::logic_error("TokenWriter: the header's length depends on the count");
    file_->append_at(0, header);
}

std::vector<std::int64_t> count_tokens(const TokenFile& tokens, std::int64_t vocab_size) {
    std::vector<std::int64_t> counts(static_cast<std::size_t>(vocab_size)), ids(1 << 16);
    for (std::int64_t begin = 0; begin < tokens.size(); begin += static_cast<std::int64_t>(ids.size())) {
        ids.resize(static_cast<std::size_t>(std::min<std::int64_t>(1 << 16, tokens.size() - begin)));
        tokens.read(begin, ids);
        for (std::size_t k = 0; k < ids.size(); ++k) {
            if (ids[k] < 0 || ids[k] >= vocab_size)
                throw InputError(
                    "{}: token {} is {}, outside the vocabulary of {}: data.vocab_size must be that of the tokens",
                    tokens.path().string(), begin + static_cast<std::int64_t>(k), ids[k], with_thousands(vocab_size));
            ++counts[static_cast<std::size_t>(ids[k])];
        }
    }
    return counts;
}

}  // namespace ablate::data
