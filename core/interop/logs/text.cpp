#include "core/interop/logs/text.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/interop/logs/reading.h"
#include "core/io/json_file.h"
#include "core/io/line_reader.h"
#include "core/io/sniff.h"

// Text files of logs, whatever their encoding.
namespace ablate::interop::logs {

namespace fs = std::filesystem;

namespace {

void append_utf8(std::string& text, std::uint32_t code) {
    if (code < 0x80) {
        text += static_cast<char>(code);
    } else if (code < 0x800) {
        text += static_cast<char>(0xc0 | code >> 6);
        text += static_cast<char>(0x80 | (code & 63));
    } else if (code < 0x10000) {
        text += static_cast<char>(0xe0 | code >> 12);
        text += static_cast<char>(0x80 | (code >> 6 & 63));
        text += static_cast<char>(0x80 | (code & 63));
    } else {
        text += static_cast<char>(0xf0 | code >> 18);
        text += static_cast<char>(0x80 | (code >> 12 & 63));
        text += static_cast<char>(0x80 | (code >> 6 & 63));
        text += static_cast<char>(0x80 | (code & 63));
    }
}

std::string from_utf16(std::string_view bytes) {
    const bool marked = bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff");
    // Without a mark: the zeros of plain letters come first in big-endian order.
    const bool big = marked ? bytes[0] == '\xfe' : !bytes.empty() && bytes[0] == '\0';
    const auto unit = [&](std::size_t i) {
        const auto a = static_cast<unsigned char>(bytes[i]), b = static_cast<unsigned char>(bytes[i + 1]);
        return static_cast<std::uint32_t>(big ? a << 8 | b : b << 8 | a);
    };
    std::string text;
    for (std::size_t i = marked ? 2 : 0; i + 1 < bytes.size(); i += 2) {
        std::uint32_t code = unit(i);
        if (code >= 0xd800 && code < 0xe000) {
            const std::uint32_t low = code < 0xdc00 && i + 3 < bytes.size() ? unit(i + 2) : 0;
            const bool is_pair = low >= 0xdc00 && low < 0xe000;
            code = is_pair ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00) : 0xfffd;
            if (is_pair) i += 2;
        }
        append_utf8(text, code);
    }
    return text;
}

// The parser counts lines from 1, and was given one line.
std::string without_second_line(std::string message) {
    constexpr std::string_view line = ": line 1";
    const auto second = message.rfind(std::string(line) + ", column ");
    if (second != std::string::npos) message.erase(second, line.size());
    return message;
}

}  // namespace

Json parse_log(std::string_view text, const std::string& where) {
    std::string_view rest = trim(text);
    while (rest.starts_with('[') || rest.starts_with('{')) {
        const bool is_object = rest.front() == '{';
        rest = trim(rest.substr(1));
        if (is_object && rest.starts_with('\''))
            throw InputError(
                "{}: is a dict as Python's print() writes it, with single quotes, and not JSON; write it with "
                "json.dumps()",
                where);
        if (is_object) break;
    }
    return io::parse_json(text, where);
}

std::string read_text(const fs::path& file) {
    const io::FileKind kind = io::sniff(file).kind;
    std::string text, line;
    io::LineReader lines(file);
    while (lines.next(line)) {
        if (text.size() + line.size() > kLargestLog)
            throw InputError("{}: larger than {}", file.string(), short_bytes(kLargestLog));
        text += line;
        text += '\n';
    }
    if (kind == io::FileKind::utf16) text = from_utf16(text);
    if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
    return text;
}

void for_each_line(std::string_view text, const fs::path& file, ImportedRun& run, const EachLine& each) {
    std::size_t number = 0, begin = 0, read = 0;
    while (begin < text.size()) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const std::string_view line = trim(text.substr(begin, end - begin));
        begin = end + 1;
        ++number;
        if (line.empty()) continue;
        const std::string at = fmt::format("{}: line {}", file.string(), number);
        Json value;
        try {
            value = parse_log(line, at);
        } catch (const InputError& error) {
            const bool is_last = trim(text.substr(std::min(begin, text.size()))).empty();
            if (read == 0 || !is_last || line.ends_with('}'))
                throw InputError(std::string_view(without_second_line(error.what())));
            run.remarks.push_back(fmt::format("its last line ({}) is torn and left out", number));
            return;
        }
        each(value, number, at);
        ++read;
    }
}

}  // namespace ablate::interop::logs
