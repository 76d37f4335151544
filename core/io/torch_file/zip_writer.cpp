#include "core/io/torch_file/zip_writer.h"

#include "core/io/torch_file/zip_format.h"

#include <zlib.h>

#include <algorithm>
#include <stdexcept>

namespace ablate::io::torch_file {
namespace {

constexpr std::uint16_t kFlags = kSizesAfterData | kUtf8;
constexpr std::uint64_t kAlignment = 64;

bool is_wide(std::uint64_t value) { return value >= kInZip64; }
std::uint32_t narrow(std::uint64_t value) { return is_wide(value) ? kInZip64 : static_cast<std::uint32_t>(value); }

template <class... T>
std::string packed(std::string_view signature, T... values) {
    std::string bytes(signature);
    (io::store(bytes, values), ...);
    return bytes;
}

// The bytes before an entry's data that bring them to the alignment, as an extra field "FB".
std::string padding_field(std::uint64_t field_begin) {
    const std::uint64_t data = field_begin + 4;
    const auto bytes = static_cast<std::uint16_t>((kAlignment - data % kAlignment) % kAlignment);
    return packed("FB", bytes) + std::string(bytes, 'Z');
}

}  // namespace

void ZipWriter::put(std::string_view bytes) {
    file_.append_at(offset_, bytes);
    offset_ += bytes.size();
}

void ZipWriter::begin(const std::string& name, std::uint64_t bytes) {
    // The sizes of a large entry are 64 bits wide after its data exactly when its header has the zip64 field.
    std::string extra;
    if (is_wide(bytes)) {
        io::store(extra, kZip64Extra);
        io::store(extra, std::uint16_t{16});
        extra.append(16, '\0');
    }
    extra += padding_field(offset_ + kLocalHeaderBytes + name.size() + extra.size());
    const std::uint32_t size = is_wide(bytes) ? kInZip64 : 0;
    entries_.push_back({name, offset_, bytes});
    put(packed(kLocalHeader, std::uint16_t{static_cast<std::uint16_t>(is_wide(bytes) ? 45 : 0)}, kFlags, kStored,
               std::uint32_t{0} /* time, date */, std::uint32_t{0} /* crc */, size, size,
               static_cast<std::uint16_t>(name.size()), static_cast<std::uint16_t>(extra.size())) +
        name + extra);
}

void ZipWriter::append(std::string_view data) {
    Entry& entry = entries_.back();
    if (data.size() > left()) throw std::logic_error("ZipWriter: more bytes than " + entry.name + " was to have");
    put(data);
    entry.crc =
        static_cast<std::uint32_t>(crc32_z(entry.crc, reinterpret_cast<const Bytef*>(data.data()), data.size()));
    entry.written += data.size();
}

void ZipWriter::end() {
    const Entry& entry = entries_.back();
    if (left() > 0) throw std::logic_error("ZipWriter: fewer bytes than " + entry.name + " was to have");
    if (is_wide(entry.bytes))
        put(packed(kDescriptor, entry.crc, entry.bytes, entry.bytes));
    else
        put(packed(kDescriptor, entry.crc, narrow(entry.bytes), narrow(entry.bytes)));
}

void ZipWriter::add(const std::string& name, std::string_view data) {
    begin(name, data.size());
    append(data);
    end();
}

std::uint64_t ZipWriter::left() const { return entries_.back().bytes - entries_.back().written; }

std::vector<std::uint32_t> ZipWriter::checksums() const {
    std::vector<std::uint32_t> checksums;
    for (const Entry& entry : entries_) checksums.push_back(entry.crc);
    return checksums;
}

std::string ZipWriter::central_header(const Entry& entry) {
    std::string values, extra;
    if (is_wide(entry.bytes)) {
        io::store(values, entry.bytes);
        io::store(values, entry.bytes);
    }
    if (is_wide(entry.header)) io::store(values, entry.header);
    if (!values.empty()) extra = packed("", kZip64Extra, static_cast<std::uint16_t>(values.size())) + values;
    const auto version = static_cast<std::uint16_t>(values.empty() ? 0 : 45);
    return packed(kCentralHeader, std::uint16_t{0} /* made by */, version, kFlags, kStored,
                  std::uint32_t{0} /* time, date */, entry.crc, narrow(entry.bytes), narrow(entry.bytes),
                  static_cast<std::uint16_t>(entry.name.size()), static_cast<std::uint16_t>(extra.size()),
                  std::uint16_t{0} /* comment */, std::uint16_t{0} /* disk */, std::uint16_t{0},
                  std::uint32_t{0} /* attributes */, narrow(entry.header)) +
           entry.name + extra;
}

void ZipWriter::finish() {
    const std::uint64_t begin = offset_;
    std::string directory;
    for (const Entry& entry : entries_) directory += central_header(entry);
    put(directory);
    const std::uint64_t end = offset_, count = entries_.size();
    put(packed(kZip64End, kZip64EndBytes - 12, std::uint16_t{45}, std::uint16_t{45}, std::uint32_t{0}, std::uint32_t{0},
               count, count, end - begin, begin));
    put(packed(kZip64Locator, std::uint32_t{0}, end, std::uint32_t{1}));
    const auto short_count = static_cast<std::uint16_t>(std::min<std::uint64_t>(count, kCountInZip64));
    put(packed(kDirectoryEnd, std::uint16_t{0}, std::uint16_t{0}, short_count, short_count, narrow(end - begin),
               narrow(begin), std::uint16_t{0}));
}

std::uint64_t zip_bytes(std::uint64_t entries, std::uint64_t longest_name, std::uint64_t data) {
    const std::uint64_t each = kLocalHeaderBytes + kCentralHeaderBytes + 2 * longest_name + 20 /* zip64, twice */ + 28 +
                               4 + kAlignment + 24 /* descriptor */;
    return entries * each + data + kZip64EndBytes + kZip64LocatorBytes + kDirectoryEndBytes;
}

}  // namespace ablate::io::torch_file
