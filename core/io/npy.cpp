#include "core/io/npy.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/io/bytes.h"

#include <charconv>
#include <limits>
#include <optional>
#include <stdexcept>

namespace ablate::io {

namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t header_limit = 10000;

// The literal of a Python dict that a header is, and no more of Python than that:
// {'descr': '<u2', 'fortran_order': False, 'shape': (3, 4), }
class DictParser {
  public:
    DictParser(std::string_view text, std::string_view file) : text_(text), file_(file) {}

    void parse() {
        expect('{');
        while (!accept('}')) {
            parse_member(text());
            if (accept(',')) continue;
            expect('}');
            break;
        }
        skip_blanks();
        if (at_ != text_.size()) fail("has text after its header's dictionary");
        if (!descr || !fortran_order || !shape) fail("lacks one of descr, fortran_order and shape");
    }

    std::optional<std::string> descr;
    std::optional<bool> fortran_order;
    std::optional<std::vector<std::int64_t>> shape;

  private:
    [[noreturn]] void fail(std::string_view what) const {
        throw InputError("{}: the .npy header {} (header byte {})", file_, what, at_);
    }
    void skip_blanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
    }
    bool accept(char c) {
        skip_blanks();
        if (at_ >= text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    void expect(char c) {
        if (!accept(c)) fail(fmt::format("lacks a '{}'", c));
    }
    bool accept_word(std::string_view word) {
        skip_blanks();
        if (!text_.substr(at_).starts_with(word)) return false;
        at_ += word.size();
        return true;
    }
    std::string text() {
        skip_blanks();
        if (at_ >= text_.size() || (text_[at_] != '\'' && text_[at_] != '"')) fail("lacks a quoted word");
        const std::size_t end = text_.find(text_[at_], at_ + 1);
        if (end == std::string_view::npos) fail("has a quoted word without an end");
        const std::string_view word = text_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
        return std::string(word);
    }
    std::int64_t number() {
        skip_blanks();
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
        if (error != std::errc() || value < 0) fail("has a shape that is not made of whole numbers from 0 to 2^63-1");
        at_ = static_cast<std::size_t>(end - text_.data());
        return value;
    }
    void parse_member(const std::string& key) {
        expect(':');
        if (key == "descr" && !descr) {
            if (accept('[')) fail("asks for a structured dtype; only plain numbers are read");
            descr = text();
        } else if (key == "fortran_order" && !fortran_order) {
            fortran_order = accept_word("True");
            if (!*fortran_order && !accept_word("False")) fail("lacks True or False for fortran_order");
        } else if (key == "shape" && !shape) {
            shape.emplace();
            expect('(');
            while (!accept(')')) {
                shape->push_back(number());
                if (accept(',')) continue;
                expect(')');
                break;
            }
        } else {
            fail("has the unexpected or repeated key " + quote(key));
        }
    }

    std::string_view text_, file_;
    std::size_t at_ = 0;
};

// "<u2" to ("u2", 2).
void set_dtype(NpyHeader& header, const std::string& descr, const std::string& file) {
    if (descr.size() >= 2 && descr[1] == 'O')
        throw InputError("{}: holds Python objects (dtype {}), which are never unpickled; only plain numbers are read",
                         file, quote(descr));
    if (descr.size() == 3 && descr[0] == '>')
        throw InputError("{}: holds big-endian numbers (dtype {}); only little-endian ones are read", file,
                         quote(descr));
    for (const std::string_view known : {"b1", "u1", "i1", "u2", "i2", "f2", "u4", "i4", "f4", "u8", "i8", "f8"}) {
        if (descr != fmt::format("{}{}", known[1] == '1' ? '|' : '<', known)) continue;
        header.dtype = known;
        header.item_bytes = static_cast<std::size_t>(known[1] - '0');
        return;
    }
    throw InputError("{}: has the dtype {}; only plain little-endian numbers are read", file, quote(descr));
}

}  // namespace

std::int64_t NpyHeader::count() const {
    std::int64_t product = 1;
    for (const std::int64_t extent : shape) product *= extent;
    return product;
}

NpyHeader read_npy_header(const std::filesystem::path& file) {
    const OpenFile in(file, O_RDONLY);
    const std::string name = file.string();
    const std::string start = in.read_at(0, 12);
    if (start.size() < 10 || !start.starts_with(magic))
        throw InputError("{}: is not a .npy file (it does not begin with \\x93NUMPY)", name);
    const auto version = static_cast<unsigned char>(start[6]);
    if (version < 1 || version > 3 || (version > 1 && start.size() < 12))
        throw InputError("{}: .npy version {} is not known; 1 to 3 are read (byte 6)", name, version);
    const std::size_t length = version == 1 ? load<std::uint16_t>(&start[8]) : load<std::uint32_t>(&start[8]);
    if (length > header_limit)
        throw InputError("{}: the .npy header claims {} bytes; at most {} are read (byte 8)", name, length,
                         header_limit);
    NpyHeader header;
    header.data_offset = (version == 1 ? 10 : 12) + length;
    const std::string text = in.read_at(header.data_offset - length, length);
    if (text.size() < length)
        throw InputError("{}: ends within its .npy header ({} of {} bytes)", name, text.size(), length);

    DictParser dict(text, name);
    dict.parse();
    set_dtype(header, *dict.descr, name);
    if (*dict.fortran_order) throw InputError("{}: is in Fortran order; save it in C order", name);
    header.shape = std::move(*dict.shape);

    std::uint64_t bytes = header.item_bytes;
    for (const std::int64_t extent : header.shape)
        if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(extent), &bytes) ||
            bytes > std::numeric_limits<std::int64_t>::max())
            throw InputError("{}: the .npy header's shape has more elements than any file", name);
    const std::uint64_t held = in.size() - header.data_offset;
    if (held != bytes)
        throw InputError("{}: holds {} bytes of numbers where its header promises {} (byte {})", name, held, bytes,
                         header.data_offset);
    return header;
}

std::string npy_header(std::string_view dtype, const std::vector<std::int64_t>& shape) {
    const bool counts = std::all_of(shape.begin(), shape.end(), [](std::int64_t extent) { return extent >= 0; });
    if (dtype.size() != 2 || shape.empty() || !counts)
        throw std::logic_error("npy_header: a dtype such as \"u2\" and a shape");
    std::string extents;
    for (const std::int64_t extent : shape) extents += fmt::format("{}{}", extents.empty() ? "" : ", ", extent);
    if (shape.size() == 1) extents += ',';
    std::string dict = fmt::format("{{'descr': '{}{}', 'fortran_order': False, 'shape': ({}), }}",
                                   dtype[1] == '1' ? '|' : '<', dtype, extents);
    while ((magic.size() + 4 + dict.size() + 1) % 64 != 0) dict += ' ';
    dict += '\n';
    std::string bytes(magic);
    bytes.append("\x01\x00", 2);
    store(bytes, static_cast<std::uint16_t>(dict.size()));
    return bytes + dict;
}

std::string npy_header_1d(std::string_view dtype, std::int64_t count) { return npy_header(dtype, {count}); }

}  // namespace ablate::io
