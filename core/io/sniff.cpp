#include "core/io/sniff.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/io/byte_stream.h"
#include "core/io/bytes.h"
#include "core/io/megatron_index.h"
#include "core/io/sniff_table.h"
#include "core/io/tensorboard.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace ablate::io {

namespace {

constexpr std::size_t head_bytes = 64 << 10;
constexpr std::string_view gzip_magic = "\x1F\x8B\x08";

using namespace std::string_view_literals;

// Formats whose first bytes are theirs alone. No text begins with them: letters are followed by a byte that text does
// not have, here or in a function below.
struct Magic {
    std::string_view bytes;
    FileKind kind;
};
constexpr std::array kMagic{
    Magic{"\x93NUMPY"sv, FileKind::npy},
    Magic{megatron_magic, FileKind::megatron_index},
    Magic{"TNTIDX\0\0"sv, FileKind::fairseq_index},
    Magic{"\x88\xD8\x34\x01"sv, FileKind::tokens},      // 20240520 as a little-endian int32: uint16 ids
    Magic{"\xA1\xD9\x34\x01"sv, FileKind::tokens},      // 20240801: uint32 ids (Llama 3)
    Magic{"\x8A\xD8\x34\x01"sv, FileKind::llmc_other},  // 20240522: questions of HellaSwag and MMLU
    Magic{"\xC6\xD7\x34\x01"sv, FileKind::llmc_other},  // 20240326: weights
    Magic{"\x80\x02\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19"sv, FileKind::torch_legacy},
    Magic{"ARROW1\0"sv, FileKind::arrow_file},
    Magic{"FEA1\0"sv, FileKind::arrow_file},
    Magic{"SQLite format 3\0"sv, FileKind::sqlite},
    Magic{"\x89HDF\r\n\x1A\n"sv, FileKind::hdf5},
    Magic{"%PDF-1."sv, FileKind::pdf},
    Magic{"%PDF-2."sv, FileKind::pdf},
    Magic{gzip_magic, FileKind::gzip},
    Magic{"\x28\xB5\x2F\xFD"sv, FileKind::zstd},
    Magic{"\xFD\x37zXZ\0"sv, FileKind::xz},
    Magic{"\x89PNG\r\n\x1A\n"sv, FileKind::image},
    Magic{"\xFF\xD8\xFF\xE0"sv, FileKind::image},  // JPEG
    Magic{"\xFF\xD8\xFF\xE1"sv, FileKind::image},
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view without_blanks(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    return text;
}

std::string_view without_spaces(std::string_view text) {
    while (!text.empty() && text.front() != '\n' && is_blank(text.front())) text.remove_prefix(1);
    return text;
}

bool starts_with_word(std::string_view text, std::string_view lower) {
    return text.size() >= lower.size() && std::equal(lower.begin(), lower.end(), text.begin(), [](char a, char b) {
               return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
           });
}

// An HTML page, or the XML with which object stores answer in place of a file. Other XML is text (enwik8 is).
bool is_html(std::string_view text) {
    while (text.starts_with("<!--") && text.find("-->") != std::string_view::npos)
        text = without_blanks(text.substr(text.find("-->") + 3));
    for (const std::string_view start : {"<!doctype html", "<html", "<head>", "<body"})
        if (starts_with_word(text, start)) return true;
    return starts_with_word(text, "<?xml") && text.substr(0, 512).find("<Error>") != std::string_view::npos;
}

// What Git LFS leaves in place of a file. Prose may quote its first line alone.
bool is_lfs_pointer(std::string_view head) {
    return (head.starts_with("version https://git-lfs.github.com/spec/") ||
            head.starts_with("version https://hawser.github.com/spec/")) &&
           head.find("\noid sha256:") != std::string_view::npos;
}

// u64 length of a JSON header that follows at once.
bool is_safetensors(std::string_view head) {
    return head.size() > 9 && load<std::uint64_t>(head.data()) <= 100'000'000 && head[8] == '{' &&
           (head[9] == '"' || head[9] == '}' || is_blank(head[9]));
}

// u64 length, then its masked checksum.
bool is_tfrecord(std::string_view head) {
    return head.size() >= 12 && load<std::uint64_t>(head.data()) < 1ull << 40 &&
           load<std::uint32_t>(head.data() + 8) == masked_crc(head.substr(0, 8));
}

// A ModelProto whose first piece is {1: text, 2: score}.
bool is_sentencepiece(std::string_view head) {
    if (head.size() < 8 || head[0] != '\x0A' || head[2] != '\x0A') return false;
    const auto piece = static_cast<unsigned char>(head[1]), length = static_cast<unsigned char>(head[3]);
    return piece < 0x80 && length + 7u <= piece && head.size() > 4u + length && head[4u + length] == '\x15';
}

// The stream format: a continuation mark, the length of a message that is padded to 8 bytes, and its flatbuffer's root.
bool is_arrow_stream(std::string_view head) {
    if (head.size() < 16 || load<std::uint32_t>(head.data()) != 0xFFFFFFFFu) return false;
    const auto length = load<std::uint32_t>(head.data() + 4), root = load<std::uint32_t>(head.data() + 8);
    return length > 0 && length < 1u << 28 && length % 8 == 0 && root >= 4 && root < length && root % 2 == 0;
}

bool is_tar(std::string_view head) {
    return head.size() >= 512 && (head.substr(257, 6) == "ustar\0"sv || head.substr(257, 8) == "ustar  \0"sv);
}

// The same letters end the file. Between them are Thrift structures, and the first one begins with a control character.
bool is_parquet(std::string_view head, bool whole) {
    return head.starts_with("PAR1") && head.size() > 4 &&
           (is_no_text(head[4]) || (whole && head.size() >= 12 && head.ends_with("PAR1")));
}

// A small version number follows, in either byte order.
bool is_gguf(std::string_view head) {
    return head.starts_with("GGUF") && head.size() > 4 && static_cast<unsigned char>(head[4]) < '\t';
}

// bzip2 says BZh and a digit, then the digits of pi.
bool is_bzip2(std::string_view head) {
    return head.size() >= 10 && head.starts_with("BZh") && head.substr(4, 6) == "1AY&SY";
}

// Protocol 2 to 5 and an opcode that may come first. Two bytes alone are also the id 640 of a token file.
bool is_pickle(std::string_view head, bool whole) {
    if (head.size() < 4 || head[0] != '\x80' || head[1] < 2 || head[1] > 5) return false;
    if (head[1] >= 4 && head[2] == '\x95') return true;  // a frame
    if (whole) return std::string_view("}](cX)K").find(head[2]) != std::string_view::npos && head.back() == '.';
    return (std::string_view("}](").find(head[2]) != std::string_view::npos && head[3] == 'q') ||
           (head[2] == 'c' && head[3] >= '_' && head[3] <= 'z');
}

FileKind kind_of_zip(std::string_view head) {
    if (head.size() < 30) return FileKind::zip;
    const std::string_view name = head.substr(30, load<std::uint16_t>(head.data() + 26));
    for (const std::string_view end : {"/data.pkl", "/version", "/byteorder", "/.format_version"})
        if (name.ends_with(end)) return FileKind::torch_zip;
    return head.find("/data.pkl") != std::string_view::npos ? FileKind::torch_zip : FileKind::zip;
}

// Reads a JSON value without building it, as far as the head goes.
class JsonScan {
  public:
    explicit JsonScan(std::string_view text) : text_(text) {}

    enum class Result { whole, cut, no_json };
    // Scans one value; `end()` is after it, or where it stopped.
    Result value() {
        std::string open;
        bool expects_value = true, expects_key = false;
        for (;;) {
            skip_blanks();
            if (at_ >= text_.size()) return Result::cut;
            const char c = text_[at_];
            if (expects_key || expects_value) {
                if ((c == '}' && expects_key && opened_last_) || (c == ']' && expects_value && opened_last_)) {
                    if (open.empty() || open.back() != (c == '}' ? '{' : '[')) return Result::no_json;
                    open.pop_back();
                    ++at_;
                } else if (expects_key) {
                    if (const Result key = string(); key != Result::whole) return key;
                    skip_blanks();
                    if (at_ >= text_.size()) return Result::cut;
                    if (text_[at_++] != ':') return Result::no_json;
                    expects_key = opened_last_ = false;
                    expects_value = true;
                    continue;
                } else if (c == '{' || c == '[') {
                    open += c;
                    ++at_;
                    opened_last_ = true;
                    expects_key = c == '{';
                    expects_value = c == '[';
                    continue;
                } else if (const Result scalar = c == '"' ? string() : word(); scalar != Result::whole) {
                    return scalar;
                }
            } else {
                ++at_;
                opened_last_ = false;
                if (c == ',') {
                    expects_key = open.back() == '{';
                    expects_value = !expects_key;
                    continue;
                }
                if (c != (open.back() == '{' ? '}' : ']')) return Result::no_json;
                open.pop_back();
            }
            expects_key = expects_value = opened_last_ = false;
            if (open.empty()) return Result::whole;
        }
    }
    std::size_t end() const { return at_; }

  private:
    void skip_blanks() {
        while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    }
    Result string() {
        if (text_[at_] != '"') return Result::no_json;
        for (++at_; at_ < text_.size(); ++at_) {
            if (text_[at_] == '"') return ++at_, Result::whole;
            if (text_[at_] == '\n') return Result::no_json;
            if (text_[at_] == '\\') ++at_;
        }
        return Result::cut;
    }
    // A number or a name. Python writes NaN and Infinity too.
    Result word() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && std::string_view(",]} \t\r\n").find(text_[at_]) == std::string_view::npos) ++at_;
        const std::string_view found = text_.substr(begin, at_ - begin);
        const bool is_cut = at_ == text_.size() && found.size() < 32;
        for (const std::string_view name : {"true", "false", "null", "NaN", "Infinity", "-Infinity"}) {
            if (is_cut && name.starts_with(found)) return Result::cut;
            if (found == name) return Result::whole;
        }
        if (is_cut && found.find_first_not_of("+-.0123456789eE") == std::string_view::npos) return Result::cut;
        double number = 0;
        const auto [end, error] = std::from_chars(found.data(), found.data() + found.size(), number);
        return !found.empty() && error != std::errc::invalid_argument && end == found.data() + found.size()
                   ? Result::whole
                   : Result::no_json;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    bool opened_last_ = false;
};

// `{"key":`, or Python's {'key': which no reader takes for prose either.
bool begins_object(std::string_view text) {
    const std::string_view inside = without_blanks(text.substr(1));
    if (inside.empty() || (inside[0] != '"' && inside[0] != '\'')) return false;
    const std::size_t end = inside.find(inside[0], 1);
    return end != std::string_view::npos && end < 200 && without_blanks(inside.substr(end + 1)).starts_with(':');
}

// Whether each of the next lines begins as a JSON value in brackets does. Prose may begin with a list or two.
bool lines_begin_values(std::string_view rest) {
    constexpr int lines_seen = 20;
    for (int seen = 0; seen < lines_seen; ++seen) {
        rest = without_blanks(rest);
        if (rest.empty()) return true;
        if (rest.front() != '[' && rest.front() != '{') return false;
        rest.remove_prefix(std::min(rest.find('\n'), rest.size()));
    }
    return true;
}

// What a text that begins with a bracket holds; `text` when it is prose all the same ("[1] See the appendix").
FileKind kind_of_json(std::string_view text, bool whole) {
    const bool object = text[0] == '{';
    JsonScan scan(text);
    const JsonScan::Result result = scan.value();
    if (result == JsonScan::Result::no_json) {
        if (object) return begins_object(text) ? FileKind::json_lines : FileKind::text;
        const std::string_view first = without_blanks(text.substr(1));
        return first.starts_with('{') && begins_object(first) ? FileKind::json_array : FileKind::text;
    }
    const FileKind one = object ? FileKind::json_object : FileKind::json_array;
    const bool on_one_line = text.substr(0, scan.end()).find('\n') == std::string_view::npos;
    if (result == JsonScan::Result::cut) return object && on_one_line && !whole ? FileKind::json_lines : one;
    std::string_view rest = text.substr(scan.end());
    if (without_blanks(rest).empty()) return whole || !on_one_line ? one : FileKind::json_lines;
    if (object && !begins_object(text) && !(without_spaces(rest).starts_with('\n') && lines_begin_values(rest)))
        return FileKind::text;  // "{} and", or the line "{}" before a sentence
    if (object) return on_one_line ? FileKind::json_lines : one;
    return on_one_line && without_spaces(rest).starts_with('\n') && lines_begin_values(rest) ? FileKind::json_lines
                                                                                             : FileKind::text;
}

bool is_binary(std::string_view head) {
    return static_cast<std::size_t>(std::count_if(head.begin(), head.end(), is_no_text)) * 100 > head.size();
}

// With a byte order mark, or every second byte 0 from the start as in English text.
bool is_utf16(std::string_view head) {
    if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF")) return head.size() % 2 == 0 || head.size() > 1024;
    const std::size_t pairs = std::min<std::size_t>(head.size() / 2, 256);
    const auto zeros = [&](std::size_t odd) {
        std::size_t count = 0;
        for (std::size_t k = 0; k < pairs; ++k) {
            const char zero = head[2 * k + odd], other = head[2 * k + 1 - odd];
            count += zero == 0 && (other >= ' ' || is_blank(other));
        }
        return count;
    };
    return pairs >= 4 && (zeros(0) == pairs || zeros(1) == pairs);
}

std::string lfs_size(std::string_view head) {
    const std::size_t at = head.find("\nsize ");
    std::int64_t size = 0;
    if (at == std::string_view::npos ||
        std::from_chars(head.data() + at + 6, head.data() + head.size(), size).ec != std::errc())
        return "";
    return with_thousands(size);
}

// Up to head_bytes of what a gzip file holds; nothing when it is damaged.
std::optional<std::string> unzipped_head(const std::filesystem::path& file) {
    std::string head(head_bytes, '\0');
    gzFile stream = gzopen(file.c_str(), "rb");
    if (stream == nullptr) return std::nullopt;
    const int got = gzread(stream, head.data(), static_cast<unsigned>(head.size()));
    const int closed = gzclose_r(stream);
    if (got < 0 || (got == 0 && closed != Z_OK)) return std::nullopt;
    head.resize(static_cast<std::size_t>(got));
    return head;
}

}  // namespace

bool is_no_text(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == 0 || (byte < 0x20 && std::string_view("\t\n\v\f\r\x1B\x1A\b").find(c) == std::string_view::npos);
}

FileKind kind_of(std::string_view head, bool whole) {
    if (head.empty()) return FileKind::empty;
    for (const Magic& magic : kMagic)
        if (head.starts_with(magic.bytes)) return magic.kind;
    if (is_lfs_pointer(head)) return FileKind::lfs_pointer;
    if (is_parquet(head, whole)) return FileKind::parquet;
    if (is_gguf(head)) return FileKind::gguf;
    if (head.starts_with("PK\x03\x04") || head.starts_with("PK\x05\x06"sv)) return kind_of_zip(head);
    if (is_safetensors(head)) return FileKind::safetensors;
    if (is_tfrecord(head))
        return head.substr(0, 256).find("brain.Event:") != std::string_view::npos ? FileKind::tensorboard
                                                                                  : FileKind::tfrecord;
    if (is_sentencepiece(head)) return FileKind::sentencepiece;
    if (is_arrow_stream(head)) return FileKind::arrow_stream;
    if (is_tar(head)) return FileKind::tar;
    if (is_bzip2(head)) return FileKind::bzip2;
    if (head.starts_with("\xFF\xFE\0\0"sv) || head.starts_with("\0\0\xFE\xFF"sv)) return FileKind::utf32;
    if (is_utf16(head)) return FileKind::utf16;
    if (is_pickle(head, whole)) return FileKind::pickle;
    if (is_binary(head)) return FileKind::binary;

    const std::string_view text = without_blanks(without_byte_order_mark(head));
    if (text.empty()) return FileKind::text;
    if (is_html(text)) return FileKind::html;
    if (text[0] == '{' || text[0] == '[') return kind_of_json(text, whole);
    return table_columns(text, whole) ? FileKind::table : FileKind::text;
}

Sniffed sniff(const std::filesystem::path& file) {
    Sniffed sniffed;
    {
        const OpenFile in(file, O_RDONLY);
        sniffed.bytes = in.size();
        sniffed.head = in.read_at(0, head_bytes);
    }
    if (sniffed.head.starts_with(gzip_magic)) {
        std::optional<std::string> content = unzipped_head(file);
        sniffed.kind = content ? kind_of(*content, content->size() < head_bytes) : FileKind::gzip;
        if (!content) return sniffed;
        sniffed.gzipped = true;
        sniffed.head = std::move(*content);
    } else {
        sniffed.kind = kind_of(sniffed.head, sniffed.head.size() == sniffed.bytes);
    }
    if (sniffed.kind == FileKind::lfs_pointer) sniffed.detail = lfs_size(sniffed.head);
    if (sniffed.kind == FileKind::table) {
        const std::string_view text = without_blanks(without_byte_order_mark(sniffed.head));
        if (const auto columns = table_columns(text, sniffed.head.size() < head_bytes))
            sniffed.detail = join(*columns, ", ");
    }
    return sniffed;
}

namespace {

struct Described {
    FileKind kind;
    const char* name;
    const char* advice;
    const char* pandas_reader = "";
};
constexpr const char* kNameAnother = "name a file of the format that is read here";
constexpr const char* kPandas =
    "convert it to JSON lines, for example with Python's pandas: {}(FILE).to_json(\"FILE.jsonl\", orient=\"records\", "
    "lines=True)";
constexpr const char* kUnpack = "unpack it first";
constexpr const char* kPickle = "pickle can run programs, so Ablate never reads it; save plain arrays or safetensors";
constexpr std::array kDescribed{
    Described{FileKind::empty, "an empty file", "download or write it again"},
    Described{FileKind::text, "a text file", kNameAnother},
    Described{FileKind::json_lines, "a JSON lines file", kNameAnother},
    Described{FileKind::json_array, "a JSON array", kNameAnother},
    Described{FileKind::json_object, "a JSON object", kNameAnother},
    Described{FileKind::table, "a table", kPandas, "read_csv"},
    Described{FileKind::utf16, "text in UTF-16", "convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW"},
    Described{FileKind::utf32, "text in UTF-32", "convert it: iconv -f UTF-32 -t UTF-8 FILE > NEW"},
    Described{FileKind::html, "an HTML page",
              "the download probably saved an error or login page in place of the file; download it again"},
    Described{FileKind::lfs_pointer, "a Git LFS pointer",
              "the file itself was not downloaded; run `git lfs pull` in its folder"},
    Described{FileKind::npy, "a NumPy array (.npy)", "if it holds token ids, name it in data.tokens"},
    Described{FileKind::tokens, "a token file of llm.c", "name it in data.tokens"},
    Described{FileKind::llmc_other, "a file of llm.c that holds no tokens (weights or evaluation questions)",
              "name its token files"},
    Described{FileKind::megatron_index, "an index of Megatron-LM (.idx)", "name its prefix in data.tokens"},
    Described{FileKind::fairseq_index, "an index of fairseq (.idx)",
              "it is not read here; save the ids as .npy (uint16 or int32)"},
    Described{FileKind::safetensors, "a safetensors file",
              "it holds tensors; import its folder with `ablate import hf`"},
    Described{FileKind::torch_zip, "a PyTorch file (torch.save)",
              "save its tensors as safetensors, or its token ids as .npy"},
    Described{FileKind::torch_legacy, "a PyTorch file from before version 1.6", "save it again with a current PyTorch"},
    Described{FileKind::pickle, "a Python pickle", kPickle},
    Described{FileKind::tensorboard, "a TensorBoard event file", "import it with `ablate import log`"},
    Described{FileKind::tfrecord, "a TFRecord file", "save its contents as text, JSON lines or .npy"},
    Described{FileKind::parquet, "a Parquet table", kPandas, "read_parquet"},
    Described{FileKind::arrow_file, "an Arrow table", kPandas, "read_feather"},
    Described{FileKind::arrow_stream, "an Arrow stream, as Hugging Face datasets stores it",
              "convert it to JSON lines in Python: datasets.Dataset.from_file(FILE).to_json(\"FILE.jsonl\")"},
    Described{FileKind::gguf, "a GGUF model (llama.cpp)",
              "its weights are usually quantized; use the original model's safetensors and tokenizer"},
    Described{FileKind::sentencepiece, "a sentencepiece model", "name it in data.tokenizer"},
    Described{FileKind::sqlite, "an SQLite database", "export what it holds as CSV or JSON lines"},
    Described{FileKind::hdf5, "an HDF5 file", "save what it holds as text, JSON lines or .npy"},
    Described{FileKind::image, "an image", kNameAnother},
    Described{FileKind::pdf, "a PDF document", "extract its text first, for example with pdftotext"},
    Described{FileKind::zip, "a zip archive", kUnpack},
    Described{FileKind::gzip, "a damaged gzip file", "download it again"},
    Described{FileKind::zstd, "a Zstandard file", "unpack it first: zstd -d FILE"},
    Described{FileKind::xz, "an xz file", "unpack it first: xz -dk FILE"},
    Described{FileKind::bzip2, "a bzip2 file", "unpack it first: bzip2 -dk FILE"},
    Described{FileKind::tar, "a tar archive", kUnpack},
    Described{FileKind::binary, "a binary file of no format known here", kNameAnother},
};

const Described& described(FileKind kind) {
    for (const Described& one : kDescribed)
        if (one.kind == kind) return one;
    throw std::logic_error("a FileKind without a name");
}

}  // namespace

bool is_plain(FileKind kind) {
    switch (kind) {
        case FileKind::empty:
        case FileKind::text:
        case FileKind::json_lines:
        case FileKind::json_array:
        case FileKind::json_object:
        case FileKind::table:
        case FileKind::utf16:
        case FileKind::binary:
            return true;
        default:
            return false;
    }
}

std::string describe(const Sniffed& file) {
    if (file.kind == FileKind::gzip && file.gzipped) return "a gzip file inside a gzip file";
    std::string words = described(file.kind).name;
    if (file.kind == FileKind::table && !file.detail.empty()) words += fmt::format(" with the columns {}", file.detail);
    if (file.kind == FileKind::lfs_pointer && !file.detail.empty())
        words += fmt::format(" (the file itself has {} bytes)", file.detail);
    if (file.gzipped) words += ", compressed with gzip";
    return words;
}

void throw_foreign(const std::filesystem::path& file, const Sniffed& sniffed, std::string_view wanted) {
    const Described& kind = described(sniffed.kind);
    if (sniffed.kind == FileKind::gzip && sniffed.gzipped)
        throw InputError("{}: is {}, not {}: {}", file.string(), describe(sniffed), wanted, kUnpack);
    throw InputError("{}: is {}, not {}: {}", file.string(), describe(sniffed), wanted,
                     fmt::format(fmt::runtime(kind.advice), kind.pandas_reader));
}

void refuse_foreign(const std::filesystem::path& file, std::string_view wanted,
                    std::initializer_list<FileKind> accepted) {
    const Sniffed sniffed = sniff(file);
    const auto accepts = [&](FileKind kind) {
        return std::find(accepted.begin(), accepted.end(), kind) != accepted.end();
    };
    if (!is_plain(sniffed.kind) && !accepts(sniffed.kind)) throw_foreign(file, sniffed, wanted);
    if (sniffed.gzipped && !accepts(FileKind::gzip))
        throw InputError("{}: is compressed with gzip: unpack it first (gunzip -k FILE)", file.string());
}

}  // namespace ablate::io
