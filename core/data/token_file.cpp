#include "core/data/token_file.h"

#include "core/base/error.h"
#include "core/base/paths.h"
#include "core/base/text.h"
#include "core/config/run_config.h"
#include "core/io/bytes.h"
#include "core/io/megatron_index.h"
#include "core/io/npy.h"
#include "core/io/sniff.h"

#include <algorithm>
#include <array>
#include <limits>

namespace ablate::data {

namespace fs = std::filesystem;
using io::FileKind;

namespace {

constexpr std::size_t flush_bytes = 1 << 20;
constexpr std::int64_t uint16_ids = 1 << 16;

// Widens `ids.size()` items that are at the end of the ids' own memory, so that reading needs no buffer. Going
// forward never overwrites an item not yet read: item k is read at or after the place where id k is written.
template <class T>
void widen_in_place(std::span<std::int64_t> ids) {
    const char* items = reinterpret_cast<const char*>(ids.data() + ids.size()) - ids.size() * sizeof(T);
    for (std::size_t k = 0; k < ids.size(); ++k) ids[k] = static_cast<std::int64_t>(io::load<T>(items + k * sizeof(T)));
}

// The types of ids. An unsigned 64-bit id beyond the signed range becomes negative, and is refused as such.
struct Element {
    const char *dtype, *name;
    std::size_t bytes;
    void (*widen)(std::span<std::int64_t>);
};
constexpr std::array kElements{
    Element{"u2", "uint16", 2, widen_in_place<std::uint16_t>},
    Element{"u4", "uint32", 4, widen_in_place<std::uint32_t>},
    Element{"i4", "int32", 4, widen_in_place<std::int32_t>},
    Element{"i8", "int64", 8, widen_in_place<std::int64_t>},
    Element{"u1", "uint8", 1, widen_in_place<std::uint8_t>},
    Element{"i2", "int16", 2, widen_in_place<std::int16_t>},
    Element{"u8", "uint64", 8, widen_in_place<std::uint64_t>},
};

const Element* element_of(std::string_view dtype_or_name) {
    for (const Element& element : kElements)
        if (dtype_or_name == element.dtype || dtype_or_name == element.name) return &element;
    return nullptr;
}

// Where the ids of a file are.
struct Layout {
    const Element* element;
    std::uint64_t offset = 0;
    std::int64_t count = 0;
    bool headerless = false;
};

Layout npy_layout(const fs::path& file) {
    const io::NpyHeader header = io::read_npy_header(file);
    const Element* element = element_of(header.dtype);
    if (!element)
        throw InputError("{}: holds {} values; tokens are integers: uint16, uint32, int32 or int64", file.string(),
                         header.dtype);
    if (header.shape.size() != 1)
        throw InputError("{}: has {} dimensions; tokens are one row of ids: save ids.ravel()", file.string(),
                         header.shape.size());
    return {element, header.data_offset, header.count()};
}

// Ids of twice or four times the size, read in halves: the upper halves are 0, or small if the vocabulary is large.
void require_whole_ids(const fs::path& file, std::string_view ids, const Element& element, std::int64_t vocab_size,
                       bool has_header) {
    const std::size_t count = ids.size() / element.bytes, shift = 8 * element.bytes;
    if (count < 8 || element.bytes == 8) return;
    const std::int64_t upper = vocab_size > 0 ? (vocab_size - 1) >> shift : 0;
    bool halves = true, quarters = true, low_ids = false;
    for (std::size_t k = 0; halves && k < count; ++k) {
        const char* at = ids.data() + k * element.bytes;
        const std::int64_t id =
            element.bytes == 2 ? std::int64_t(io::load<std::uint16_t>(at)) : std::int64_t(io::load<std::uint32_t>(at));
        if (k % 2 == 1)
            halves = id <= upper && (upper == 0 || id < 1 << 8);
        else
            low_ids |= id > std::max<std::int64_t>(upper, 1);
        if (k % 4 >= 2) quarters &= id == 0;  // of four quarters, the second is the upper half of a large id
    }
    if (!halves || !low_ids) return;
    const char* wider = element.bytes == 4 || quarters ? "int64" : "uint32";
    throw InputError("{}: every second id is {}: these are {} ids read as {}; {}", file.string(),
                     upper == 0 ? "0" : fmt::format("at most {}", upper), wider, element.name,
                     has_header ? "write the file again with the header of their type, or as .npy"
                                : fmt::format("set data.token_type={}", wider));
}

// llm.c, dev/data/data_common.py, and modded-nanogpt: int32 header[256] = {magic, version, number of tokens}.
Layout llmc_layout(const fs::path& file, const io::Sniffed& sniffed, std::int64_t vocab_size) {
    constexpr std::size_t header_bytes = 1024;
    const std::string_view head = sniffed.head;
    if (head.size() < header_bytes)
        throw InputError("{}: ends within the header of llm.c ({} of {} bytes)", file.string(), head.size(),
                         header_bytes);
    const auto magic = io::load<std::int32_t>(head.data()), version = io::load<std::int32_t>(head.data() + 4),
               count = io::load<std::int32_t>(head.data() + 8);
    const bool gpt2 = magic == 20240520;
    if (version != (gpt2 ? 1 : 7))
        throw InputError("{}: has version {} of the token header {}; version {} is read (byte 4)", file.string(),
                         version, magic, gpt2 ? 1 : 7);
    const Element* element = element_of(gpt2 ? "u2" : "u4");
    const std::uint64_t held = sniffed.bytes - header_bytes;
    if (count < 0 || held != static_cast<std::uint64_t>(count) * element->bytes)
        throw InputError("{}: its header promises {} {} tokens ({} bytes), and {} bytes follow it (byte 8)",
                         file.string(), with_thousands(count), element->name,
                         with_thousands(static_cast<std::int64_t>(count) * static_cast<std::int64_t>(element->bytes)),
                         with_thousands(static_cast<std::int64_t>(held)));
    require_whole_ids(file, head.substr(header_bytes), *element, vocab_size, true);
    return {element, header_bytes, count};
}

Layout megatron_layout(const fs::path& file, const io::MegatronIndex& index, std::uint64_t bytes) {
    if (bytes != static_cast<std::uint64_t>(index.tokens) * index.item_bytes)
        throw InputError("{}: holds {} bytes where its .idx promises {} tokens of {} bytes", file.string(), bytes,
                         with_thousands(index.tokens), index.item_bytes);
    return {element_of(index.dtype), 0, index.tokens};
}

// The type that a headerless file was probably written as: the smallest whose ids, in what was looked at, all fit.
std::string likely_type(const io::Sniffed& sniffed, std::int64_t vocab_size) {
    for (const char* name : {"uint32", "int64"}) {
        const std::size_t bytes = element_of(name)->bytes, count = sniffed.head.size() / bytes;
        bool fits = count > 0 && sniffed.bytes % bytes == 0;
        for (std::size_t k = 0; fits && k < count; ++k) {
            const char* at = sniffed.head.data() + k * bytes;
            const std::int64_t id = bytes == 4 ? std::int64_t(io::load<std::uint32_t>(at)) : io::load<std::int64_t>(at);
            fits = id >= 0 && id < vocab_size;
        }
        if (fits) return name;
    }
    return {};
}

Layout raw_layout(const fs::path& file, const io::Sniffed& sniffed, const TokenFormat& format) {
    const bool is_auto = format.type == "auto";
    if (is_auto && format.vocab_size > uint16_ids) {
        const std::string likely = likely_type(sniffed, format.vocab_size);
        throw InputError(
            "{}: has no header that tells the type of its ids, and uint16 cannot hold a vocabulary of {}: set "
            "data.token_type to the type they were written as{}",
            file.string(), with_thousands(format.vocab_size),
            likely.empty() ? " (uint32, int32 or int64)" : fmt::format(" (probably {})", likely));
    }
    const Element* element = element_of(is_auto ? "uint16" : format.type);
    if (!element) throw InputError("data.token_type: {} is not one of auto, uint16, uint32, int32, int64", format.type);
    if (sniffed.bytes % element->bytes != 0)
        throw InputError("{}: {} bytes are not a whole number of {} ids", file.string(), sniffed.bytes, element->name);
    require_whole_ids(file, sniffed.head, *element, format.vocab_size, false);
    return {element, 0, static_cast<std::int64_t>(sniffed.bytes / element->bytes), true};
}

// Text in place of ids. Ids of small numbers may look like a text in UTF-16, and a few ids like one of any kind.
bool is_text(const io::Sniffed& sniffed) {
    switch (sniffed.kind) {
        case FileKind::json_lines:
        case FileKind::json_array:
        case FileKind::json_object:
            return true;
        case FileKind::text:
        case FileKind::table:
            return sniffed.head.size() >= 64;
        default:
            return false;
    }
}

constexpr const char* kWanted = "token ids";

Layout layout_of(const fs::path& file, const TokenFormat& format) {
    const io::Sniffed sniffed = io::sniff(file);
    if (sniffed.gzipped) io::refuse_foreign(file, kWanted, {sniffed.kind});
    if (sniffed.kind == FileKind::npy) return npy_layout(file);
    if (sniffed.kind == FileKind::tokens) return llmc_layout(file, sniffed, format.vocab_size);
    if (is_text(sniffed) || !io::is_plain(sniffed.kind)) io::throw_foreign(file, sniffed, kWanted);
    if (file.extension() == ".npy")
        throw InputError(
            "{}: is not a .npy file (it does not begin with \\x93NUMPY): numpy.memmap writes no header; write it with "
            "numpy.save, or call it .bin and set data.token_type",
            file.string());
    if (file.extension() != ".bin")
        throw InputError(
            "{}: token files are .npy, or .bin with the header of llm.c, a .idx of Megatron-LM or plain ids",
            file.string());
    return raw_layout(file, sniffed, format);
}

}  // namespace

struct TokenFile::File {
    explicit File(const fs::path& path) : in(path, O_RDONLY) {}
    io::OpenFile in;
    Layout layout{};
};

TokenFormat token_format(const DataConfig& config) { return {config.token_type, config.vocab_size}; }

TokenFile::TokenFile(const fs::path& file, const TokenFormat& format) : TokenFile(std::vector{file}, format) {}

TokenFile::TokenFile(const std::vector<fs::path>& files, const TokenFormat& format, HeldOut held_out) {
    for (const fs::path& file : files) add(file, format, held_out);
    if (size_ == 0) throw InputError("{}: holds no token", files.empty() ? std::string() : files.front().string());
}

TokenFile::~TokenFile() = default;

void TokenFile::add(const fs::path& path, const TokenFormat& format, HeldOut held_out) {
    auto file = std::make_unique<File>(path);
    const auto take = [&](std::int64_t first, std::int64_t end) {
        if (first == end) return;
        const bool joins = !segments_.empty() && segments_.back().file == file.get() &&
                           segments_.back().first + segments_.back().count == first;
        if (joins)
            segments_.back().count += end - first;
        else
            segments_.push_back({file.get(), size_, first, end - first});
        size_ += end - first;
    };
    if (const fs::path index_file = megatron_index_of(path); !index_file.empty()) {
        const io::MegatronIndex index = io::read_megatron_index(index_file);
        file->layout = megatron_layout(path, index, file->in.size());
        std::int64_t first = 0, document = 0;
        for (const std::int64_t end : index.document_ends) {
            const bool out = held_out.every > 0 && document++ % held_out.every == held_out.every / 2;
            if (held_out.part == HeldOut::Part::all || out == (held_out.part == HeldOut::Part::validation))
                take(first, end);
            first = end;
        }
    } else {
        file->layout = layout_of(path, format);
        if (file->layout.count == 0)
            throw InputError("{}: holds no token: download or write it again, or remove it", path.string());
        take(0, file->layout.count);
    }
    files_.push_back(std::move(file));
}

const fs::path& TokenFile::path() const { return files_.front()->in.path(); }

const TokenFile::Segment& TokenFile::segment_of(std::int64_t token) const {
    return *std::prev(std::upper_bound(segments_.begin(), segments_.end(), token,
                                       [](std::int64_t at, const Segment& segment) { return at < segment.begin; }));
}

std::string TokenFile::place(std::int64_t token) const {
    const Segment& segment = segment_of(token);
    return fmt::format("{}: token {}", segment.file->in.path().string(), segment.first + token - segment.begin);
}

std::string TokenFile::doubt() const {
    for (const auto& file : files_)
        if (file->layout.headerless)
            return fmt::format(", and data.token_type the type of the ids (they were read as {})",
                               file->layout.element->name);
    return {};
}

void TokenFile::read(std::int64_t begin, std::span<std::int64_t> ids) const {
    const auto count = static_cast<std::int64_t>(ids.size());
    if (begin < 0 || begin > size_ - count) throw std::logic_error("TokenFile::read: a window outside the file");
    while (!ids.empty()) {
        const Segment& segment = segment_of(begin);
        const Element& element = *segment.file->layout.element;
        const std::int64_t skipped = begin - segment.begin, first = segment.first + skipped;
        const auto some = static_cast<std::size_t>(
            std::min<std::int64_t>(static_cast<std::int64_t>(ids.size()), segment.count - skipped));
        const std::span<std::int64_t> here = ids.first(some);
        const std::size_t bytes = some * element.bytes;
        char* items = reinterpret_cast<char*>(here.data() + some) - bytes;
        const std::size_t got = segment.file->in.read_at(
            segment.file->layout.offset + static_cast<std::uint64_t>(first) * element.bytes, items, bytes);
        if (got != bytes)
            throw InputError("{}: ends at token {} of {}: it was cut short while in use",
                             segment.file->in.path().string(), first + static_cast<std::int64_t>(got / element.bytes),
                             segment.file->layout.count);
        element.widen(here);
        ids = ids.subspan(some);
        begin += static_cast<std::int64_t>(some);
    }
}

fs::path megatron_index_of(const fs::path& bin) {
    fs::path index = fs::path(bin).replace_extension(".idx");
    if (bin.extension() != ".bin" || !is_file(index)) return {};
    const io::Sniffed sniffed = io::sniff(index);
    if (sniffed.kind == FileKind::megatron_index) return index;
    if (sniffed.kind != FileKind::binary) io::throw_foreign(index, sniffed, "an index of Megatron-LM");
    return {};
}

std::int64_t megatron_documents(const fs::path& bin) {
    const fs::path index = megatron_index_of(bin);
    return index.empty() ? 0 : std::ssize(io::read_megatron_index(index).document_ends);
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

namespace {

// Tokens that are nearly all one id: padding, or a file that was never filled.
void require_variety(const TokenFile& tokens, const std::vector<std::int64_t>& counts) {
    constexpr std::int64_t fewest = 1000;
    const auto most = std::max_element(counts.begin(), counts.end());
    if (tokens.size() < fewest || most == counts.end() || *most <= tokens.size() / 100 * 99) return;
    const double percent = 100 * static_cast<double>(*most) / static_cast<double>(tokens.size());
    throw InputError(
        "{}: {:.4g} % of its {} tokens have the id {}: this is padding, a file that was not filled, or a text that its "
        "tokenizer does not know{}",
        tokens.path().string(), percent, with_thousands(tokens.size()), most - counts.begin(), tokens.doubt());
}

}  // namespace

std::vector<std::int64_t> count_tokens(const TokenFile& tokens, std::int64_t vocab_size) {
    std::vector<std::int64_t> counts(static_cast<std::size_t>(vocab_size)), ids(1 << 16);
    for (std::int64_t begin = 0; begin < tokens.size(); begin += static_cast<std::int64_t>(ids.size())) {
        ids.resize(static_cast<std::size_t>(std::min<std::int64_t>(1 << 16, tokens.size() - begin)));
        tokens.read(begin, ids);
        for (std::size_t k = 0; k < ids.size(); ++k) {
            if (ids[k] < 0 || ids[k] >= vocab_size)
                throw InputError("{} is {}, outside the vocabulary of {}: data.vocab_size must be that of the tokens{}",
                                 tokens.place(begin + static_cast<std::int64_t>(k)), ids[k], with_thousands(vocab_size),
                                 tokens.doubt());
            ++counts[static_cast<std::size_t>(ids[k])];
        }
    }
    require_variety(tokens, counts);
    return counts;
}

}  // namespace ablate::data
