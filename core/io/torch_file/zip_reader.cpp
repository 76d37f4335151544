#include "core/io/torch_file/zip_reader.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/io/bytes.h"
#include "core/io/sniff.h"
#include "core/io/torch_file/zip_format.h"

#include <zlib.h>

#include <algorithm>

namespace ablate::io::torch_file {
namespace {

// What torch.save wrote before version 1.6: a pickle of this number comes first.
constexpr std::string_view kLegacyMagic = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr std::uint64_t kLongestComment = 0xffff;

std::uint16_t u16(std::string_view bytes, std::size_t at) { return io::load<std::uint16_t>(bytes.data() + at); }
std::uint32_t u32(std::string_view bytes, std::size_t at) { return io::load<std::uint32_t>(bytes.data() + at); }
std::uint64_t u64(std::string_view bytes, std::size_t at) { return io::load<std::uint64_t>(bytes.data() + at); }

// The sizes and the offset of a central header, of which those too large for it are in its zip64 field.
struct Place {
    std::uint64_t bytes, stored_bytes, header;
};
bool widen(Place& place, std::string_view extra) {
    std::uint64_t* const narrow[] = {&place.bytes, &place.stored_bytes, &place.header};
    const auto is_wide = [](const std::uint64_t* value) { return *value == kInZip64; };
    if (std::none_of(std::begin(narrow), std::end(narrow), is_wide)) return true;
    while (extra.size() >= 4) {
        const std::size_t bytes = u16(extra, 2);
        if (bytes > extra.size() - 4) return false;
        std::string_view field = extra.substr(4, bytes);
        if (u16(extra, 0) == kZip64Extra) {
            for (std::uint64_t* value : narrow) {
                if (!is_wide(value)) continue;
                if (field.size() < 8) return false;
                *value = u64(field, 0);
                field.remove_prefix(8);
            }
            return true;
        }
        extra.remove_prefix(4 + bytes);
    }
    return false;
}

}  // namespace

ZipReader::ZipReader(std::filesystem::path file) : file_(std::make_unique<io::OpenFile>(std::move(file), O_RDONLY)) {
    require_zip();
    read_directory(find_directory());
    check_overlap();
}

ZipReader::~ZipReader() = default;

const std::filesystem::path& ZipReader::path() const { return file_->path(); }

void ZipReader::fail(std::string_view what, std::uint64_t byte) const {
    throw InputError("{}: {} (byte {})", path().string(), what, byte);
}

void ZipReader::require_zip() const {
    const std::string start = file_->read_at(0, kLegacyMagic.size());
    if (start == kLegacyMagic)
        fail("is in the format torch.save had before version 1.6, which is not read: load it there and save it again",
             0);
    if (start.starts_with(kLocalHeader)) return;
    io::refuse_foreign(path(), "a state dict that torch.save wrote");
    fail("is no zip file, as torch.save writes", 0);
}

ZipReader::Directory ZipReader::find_directory() const {
    const std::uint64_t size = file_->size();
    const std::uint64_t tail_begin = size - std::min(size, kDirectoryEndBytes + kLongestComment);
    const std::string tail = file_->read_at(tail_begin, static_cast<std::size_t>(size - tail_begin));
    std::size_t at = tail.rfind(kDirectoryEnd);
    // The last record whose comment ends with the file: the comment itself may hold the signature.
    while (at != std::string::npos &&
           (tail.size() - at < kDirectoryEndBytes || at + kDirectoryEndBytes + u16(tail, at + 20) != tail.size()))
        at = at == 0 ? std::string::npos : tail.rfind(kDirectoryEnd, at - 1);
    if (at == std::string::npos) fail("is cut off: a zip file's directory is missing at its end", size);

    const std::uint64_t end = tail_begin + at;
    Directory directory{u32(tail, at + 16), u32(tail, at + 12), u16(tail, at + 10)};
    const bool is_wide =
        directory.begin == kInZip64 || directory.bytes == kInZip64 || directory.entries == kCountInZip64;
    std::uint64_t directory_end = end;
    if (end >= kZip64LocatorBytes && file_->read_at(end - kZip64LocatorBytes, 4) == kZip64Locator) {
        const Directory wide = read_zip64_directory(end - kZip64LocatorBytes);
        if (!is_wide &&
            (wide.begin != directory.begin || wide.bytes != directory.bytes || wide.entries != directory.entries))
            fail("has two ends of its directory that disagree", end);
        directory = wide;
        directory_end = end - kZip64LocatorBytes - kZip64EndBytes;
    } else if (is_wide) {
        fail("lacks the zip64 end of its directory", end);
    }
    if (directory.begin > directory_end || directory.bytes != directory_end - directory.begin)
        fail(fmt::format("says that its directory is at byte {} and takes {} bytes", directory.begin, directory.bytes),
             end);
    if (directory.entries > directory.bytes / kCentralHeaderBytes)
        fail(fmt::format("promises {} entries in a directory of {} bytes", directory.entries, directory.bytes), end);
    return directory;
}

ZipReader::Directory ZipReader::read_zip64_directory(std::uint64_t locator) const {
    const std::string link = file_->read_at(locator, kZip64LocatorBytes);
    if (locator < kZip64EndBytes || u64(link, 8) != locator - kZip64EndBytes)
        fail("has a zip64 locator that does not point before itself", locator);
    const std::string end = file_->read_at(locator - kZip64EndBytes, kZip64EndBytes);
    if (!end.starts_with(kZip64End)) fail("lacks the zip64 end of its directory", locator - kZip64EndBytes);
    return {u64(end, 48), u64(end, 40), u64(end, 32)};
}

void ZipReader::read_directory(const Directory& directory) {
    const std::string bytes = file_->read_at(directory.begin, static_cast<std::size_t>(directory.bytes));
    if (bytes.size() < directory.bytes) fail("shrank while it was read", directory.begin);
    std::string_view rest = bytes;
    for (std::uint64_t i = 0; i < directory.entries; ++i) {
        const std::uint64_t at = directory.begin + (bytes.size() - rest.size());
        if (rest.size() < kCentralHeaderBytes || !rest.starts_with(kCentralHeader))
            fail(fmt::format("has no entry {} of its directory", i), at);
        const std::size_t name = u16(rest, 28), extra = u16(rest, 30), comment = u16(rest, 32);
        const std::size_t whole = kCentralHeaderBytes + name + extra + comment;
        if (whole > rest.size()) fail(fmt::format("has an entry {} that leaves the directory", i), at);
        ZipEntry entry;
        entry.name = rest.substr(kCentralHeaderBytes, name);
        entry.crc = u32(rest, 16);
        entry.method = u16(rest, 10);
        const std::uint16_t flags = u16(rest, 8);
        Place place{u32(rest, 24), u32(rest, 20), u32(rest, 42)};
        const std::string named = "entry " + quote(entry.name);
        if (flags & kEncrypted) fail(named + " is encrypted; torch.save writes none that is", at);
        if (!widen(place, rest.substr(kCentralHeaderBytes + name, extra))) fail(named + " lacks its zip64 sizes", at);
        if (entry.method == kStored && place.bytes != place.stored_bytes)
            fail(named + " is stored in another size than its own", at);
        entry.header = place.header;
        entry.bytes = place.stored_bytes;
        check_local_header(entry, flags, directory.begin);
        if (!index_.emplace(entry.name, entries_.size()).second) fail(named + " appears twice", at);
        entries_.push_back(std::move(entry));
        rest.remove_prefix(whole);
    }
    if (!rest.empty())
        fail("has bytes after the last entry of its directory", directory.begin + bytes.size() - rest.size());
}

void ZipReader::check_local_header(ZipEntry& entry, std::uint16_t flags, std::uint64_t end) const {
    const std::string named = "entry " + quote(entry.name);
    const std::uint64_t fixed = kLocalHeaderBytes + entry.name.size();
    if (entry.header > end || end - entry.header < fixed) fail(named + " is outside the file", entry.header);
    const std::string local = file_->read_at(entry.header, static_cast<std::size_t>(fixed));
    if (local.size() < fixed || !local.starts_with(kLocalHeader)) fail(named + " has no header", entry.header);
    const bool same_name = u16(local, 26) == entry.name.size() && local.substr(kLocalHeaderBytes) == entry.name;
    if (!same_name || u16(local, 6) != flags || u16(local, 8) != entry.method)
        fail(named + " has another header in the directory than its own", entry.header);
    // Streamed entries have their sizes after the data and zeros here; large ones in a zip64 field.
    const auto agrees = [&](std::uint64_t here, std::uint64_t there) {
        return here == there || ((flags & kSizesAfterData) && here == 0);
    };
    const bool same_size = u32(local, 18) == kInZip64 || agrees(u32(local, 18), entry.bytes);
    if (!same_size || !agrees(u32(local, 14), entry.crc))
        fail(named + " has another size or checksum in the directory than in its own header", entry.header);
    entry.begin = entry.header + fixed + u16(local, 28);
    if (entry.begin > end || entry.bytes > end - entry.begin)
        fail(fmt::format("{} of {} bytes is outside the file", named, entry.bytes), entry.begin);
}

void ZipReader::check_overlap() {
    std::sort(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) { return a.header < b.header; });
    std::uint64_t end = 0;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const ZipEntry& entry = entries_[i];
        if (entry.header < end) fail(fmt::format("entry {} overlaps the one before", quote(entry.name)), entry.header);
        end = entry.begin + entry.bytes;
        index_[entry.name] = i;
    }
}

void ZipReader::require_stored() const {
    for (const ZipEntry& entry : entries_)
        if (entry.method != kStored)
            fail(fmt::format(
                     "entry {} is compressed ({}); torch.save stores its entries as they are: save it there again",
                     quote(entry.name), entry.method == kDeflated ? "deflate" : fmt::format("method {}", entry.method)),
                 entry.header);
}

const ZipEntry* ZipReader::find(std::string_view name) const {
    const auto found = index_.find(name);
    return found == index_.end() ? nullptr : &entries_[found->second];
}

void ZipReader::read(const ZipEntry& entry, std::uint64_t offset, void* destination, std::uint64_t bytes) const {
    if (file_->read_at(entry.begin + offset, destination, static_cast<std::size_t>(bytes)) < bytes)
        fail(fmt::format("shrank while it was read; entry {} is cut off", quote(entry.name)), entry.begin);
    if (bytes != entry.bytes || entry.crc == 0) return;
    if (crc32_z(0, static_cast<const Bytef*>(destination), static_cast<z_size_t>(bytes)) != entry.crc)
        fail(fmt::format("entry {} is damaged: its checksum is another", quote(entry.name)), entry.begin);
}

std::string ZipReader::read(const ZipEntry& entry) const {
    std::string bytes(static_cast<std::size_t>(entry.bytes), '\0');
    read(entry, 0, bytes.data(), bytes.size());
    return bytes;
}

}  // namespace ablate::io::torch_file
