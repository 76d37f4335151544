#include "core/io/safetensors.h"

#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/io/bytes.h"
#include "core/io/json_file.h"
#include "core/io/sniff.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <stdexcept>

namespace ablate::io {

namespace {

constexpr std::uint64_t header_limit = 100'000'000;  // MAX_HEADER_SIZE of the reference implementation
constexpr std::string_view metadata_key = "__metadata__";

// Bytes of a tensor, or nothing when they do not fit 64 bits.
std::optional<std::uint64_t> tensor_bytes(std::size_t item_bytes, const std::vector<std::int64_t>& shape) {
    std::uint64_t bytes = item_bytes;
    for (const std::int64_t extent : shape)
        if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(extent), &bytes)) return std::nullopt;
    return bytes;
}

class HeaderParser {
  public:
    explicit HeaderParser(std::string file) : file_(std::move(file)) {}

    TensorEntry entry(const std::string& name, const Json& value) const {
        if (!value.is_object()) fail(name, "is not an object");
        TensorEntry entry;
        entry.name = name;
        entry.dtype = member(name, value, "dtype", &Json::is_string).get<std::string>();
        const std::size_t item_bytes = safetensors_item_bytes(entry.dtype);
        if (item_bytes == 0) fail(name, fmt::format("has the unknown dtype {}", quote(entry.dtype)));
        for (const Json& extent : member(name, value, "shape", &Json::is_array))
            entry.shape.push_back(static_cast<std::int64_t>(whole(name, extent, "shape")));
        const Json& offsets = member(name, value, "data_offsets", &Json::is_array);
        if (offsets.size() != 2) fail(name, "needs two data_offsets");
        entry.begin = whole(name, offsets[0], "data_offsets");
        entry.end = whole(name, offsets[1], "data_offsets");
        if (entry.begin > entry.end)
            fail(name, fmt::format("ends before it begins (data_offsets {}, {})", entry.begin, entry.end));
        const auto bytes = tensor_bytes(item_bytes, entry.shape);
        if (!bytes) fail(name, "has a shape with more bytes than any file");
        if (*bytes != entry.bytes())
            fail(name, fmt::format("takes {} bytes by its shape and {} by its data_offsets", *bytes, entry.bytes()));
        return entry;
    }

    std::map<std::string, std::string> metadata(const Json& value) const {
        if (!value.is_object()) fail(metadata_key, "is not an object");
        std::map<std::string, std::string> texts;
        for (const auto& [key, text] : value.items()) {
            if (!text.is_string()) fail(metadata_key, fmt::format("holds {} that is not a string", quote(key)));
            texts[key] = text.get<std::string>();
        }
        return texts;
    }

    [[noreturn]] void fail(std::string_view name, std::string_view what) const {
        throw InputError("{}: {} {} (header)", file_, quote(name), what);
    }

  private:
    const Json& member(const std::string& name, const Json& value, const char* key,
                       bool (Json::*type)() const noexcept) const {
        const auto found = value.find(key);
        if (found == value.end() || !((*found).*type)()) fail(name, fmt::format("lacks a valid {}", key));
        return *found;
    }
    std::uint64_t whole(const std::string& name, const Json& value, const char* key) const {
        if (!value.is_number_unsigned() || value.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max())
            fail(name, fmt::format("has a {} that is not made of whole numbers from 0 to 2^63-1", key));
        return value.get<std::uint64_t>();
    }

    std::string file_;
};

// Text is named as such: eight letters are no length, and the text ("Entry not found") often says what went wrong.
void refuse_other_kinds(const OpenFile& in) {
    const Sniffed sniffed = sniff(in.path());
    if (!is_plain(sniffed.kind)) refuse_foreign(in.path(), "a safetensors file", {FileKind::safetensors});
    const std::string_view head = sniffed.head, first = head.substr(0, 8);
    const bool is_ascii =
        std::all_of(first.begin(), first.end(), [](char c) { return c >= ' ' || c == '\n' || c == '\r' || c == '\t'; });
    if (sniffed.kind != FileKind::text || !is_ascii) return;
    const std::string_view text = trim(head.substr(0, 200));
    throw InputError("{}: is a text file ({}), not a safetensors file: download it again", in.path().string(),
                     quote(text.substr(0, text.find('\n'))));
}

// The JSON text after the eight bytes of its length.
std::string read_header_text(const OpenFile& in) {
    const std::string name = in.path().string();
    const std::uint64_t size = in.size();
    const std::string start = in.read_at(0, 8);
    if (start.size() < 8) throw InputError("{}: is too short for a safetensors file ({} bytes)", name, size);
    const auto length = load<std::uint64_t>(start.data());
    if (length > header_limit) {
        refuse_other_kinds(in);
        throw InputError("{}: the safetensors header claims {} bytes; at most {} are read (byte 0)", name, length,
                         header_limit);
    }
    if (length > size - 8)
        throw InputError("{}: ends within its safetensors header ({} of {} bytes)", name, size - 8, length);
    std::string text = in.read_at(8, length);
    if (text.size() < length) throw InputError("{}: shrank while it was read", name);
    if (!text.starts_with('{')) throw InputError("{}: the safetensors header does not begin with '{{' (byte 8)", name);
    return text;
}

}  // namespace

std::size_t safetensors_item_bytes(std::string_view dtype) {
    static const std::map<std::string_view, std::size_t> sizes = {
        {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E4M3", 1}, {"F8_E5M2", 1}, {"F8_E8M0", 1},
        {"I16", 2},  {"U16", 2}, {"F16", 2}, {"BF16", 2},    {"I32", 4},     {"U32", 4},
        {"F32", 4},  {"I64", 8}, {"U64", 8}, {"F64", 8},     {"C64", 8}};
    const auto found = sizes.find(dtype);
    return found == sizes.end() ? 0 : found->second;
}

SafetensorsReader::SafetensorsReader(std::filesystem::path file)
    : file_(std::make_unique<OpenFile>(std::move(file), O_RDONLY)) {
    const std::string name = file_->path().string();
    const std::string text = read_header_text(*file_);
    data_offset_ = 8 + text.size();
    const Json header = parse_json(text, name + ": header");
    const HeaderParser parser(name);
    for (const auto& [key, value] : header.items()) {
        if (key == metadata_key)
            metadata_ = parser.metadata(value);
        else
            entries_.push_back(parser.entry(key, value));
    }
    std::sort(entries_.begin(), entries_.end(), [](const TensorEntry& a, const TensorEntry& b) {
        return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
    });
    std::uint64_t end = 0;
    for (const TensorEntry& entry : entries_) {
        if (entry.begin != end)
            parser.fail(entry.name, fmt::format("begins at {} where the tensor before ends at {}", entry.begin, end));
        end = entry.end;
        index_.emplace(entry.name, index_.size());
    }
    if (const std::uint64_t held = file_->size() - data_offset_; held != end)
        throw InputError("{}: holds {} bytes of tensors where its header promises {} (byte {})", name, held, end,
                         data_offset_);
}

SafetensorsReader::~SafetensorsReader() = default;

const TensorEntry* SafetensorsReader::find(std::string_view name) const {
    const auto found = index_.find(name);
    return found == index_.end() ? nullptr : &entries_[found->second];
}

void SafetensorsReader::read(const TensorEntry& entry, void* destination) const {
    if (file_->read_at(data_offset_ + entry.begin, destination, entry.bytes()) < entry.bytes())
        throw InputError("{}: shrank while it was read; {} is cut off", file_->path().string(), quote(entry.name));
}

struct SafetensorsWriter::State {
    explicit State(std::filesystem::path path) : file(std::move(path), O_RDWR | O_CREAT | O_TRUNC) {}
    OpenFile file;
    std::uint64_t offset = 0, end = 0;
    Sha256 hash;

    void append(std::string_view bytes) {
        file.append_at(offset, bytes);
        hash.update(bytes);
        offset += bytes.size();
    }
};

SafetensorsWriter::SafetensorsWriter(std::filesystem::path file, std::vector<TensorEntry> entries,
                                     const std::map<std::string, std::string>& metadata) {
    // Written as the reference implementation does, members in their order: equal contents are equal files.
    std::string text = "{";
    const auto append = [&text](std::string_view key, const std::string& value) {
        text += (text.size() > 1 ? "," : "") + Json(key).dump() + ":" + value;
    };
    if (!metadata.empty()) append(metadata_key, Json(metadata).dump());
    std::set<std::string_view> names{metadata_key};
    std::uint64_t offset = 0;
    for (TensorEntry& entry : entries) {
        const auto bytes = tensor_bytes(safetensors_item_bytes(entry.dtype), entry.shape);
        if (safetensors_item_bytes(entry.dtype) == 0 || !bytes || !names.insert(entry.name).second)
            throw std::logic_error("SafetensorsWriter: tensor " + entry.name + " has no valid dtype, shape or name");
        entry.begin = offset;
        entry.end = offset += *bytes;
        append(entry.name, fmt::format(R"({{"dtype":"{}","shape":{},"data_offsets":[{},{}]}})", entry.dtype,
                                       Json(entry.shape).dump(), entry.begin, entry.end));
    }
    text += '}';
    text.append((8 - text.size() % 8) % 8, ' ');  // the data is aligned to 8 bytes
    if (text.size() > header_limit) throw std::logic_error("SafetensorsWriter: the header is above the format's limit");
    std::string start;
    store(start, static_cast<std::uint64_t>(text.size()));
    state_ = std::make_unique<State>(std::move(file));
    state_->append(start + text);
    state_->end = state_->offset + offset;
}

SafetensorsWriter::~SafetensorsWriter() = default;

void SafetensorsWriter::write(const void* data, std::uint64_t bytes) {
    if (bytes > state_->end - state_->offset)
        throw std::logic_error("SafetensorsWriter: more bytes than the tensors declared");
    state_->append({static_cast<const char*>(data), bytes});
}

std::string SafetensorsWriter::finish() {
    if (state_->offset != state_->end)
        throw std::logic_error("SafetensorsWriter: fewer bytes than the tensors declared");
    return state_->hash.hex();
}

}  // namespace ablate::io
