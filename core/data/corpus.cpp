#include "core/data/corpus.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/io/json_file.h"
#include "core/io/line_reader.h"

#include <algorithm>
#include <deque>
#include <optional>

namespace ablate::data {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view border = "<|endoftext|>";
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_text_name(const fs::path& file) {
    const std::string name = file.filename().string();
    return is_json_lines(file) || name.ends_with(".txt") || name.ends_with(".txt.gz");
}

bool has_borders(const fs::path& file) {
    io::LineReader reader(file);
    for (std::string line; reader.next(line);)
        if (line.find(border) != std::string::npos) return true;
    return false;
}

// Bytes of the well-formed UTF-8 sequence at `i` (Unicode 15, table 3-7), 0 when there is none. NUL is not text.
std::size_t sequence_length(std::string_view text, std::size_t i) {
    const auto byte = [&](std::size_t k) { return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0u; };
    const auto follows = [&](std::size_t k, unsigned low = 0x80, unsigned high = 0xBF) {
        return byte(k) >= low && byte(k) <= high;
    };
    const unsigned first = byte(0);
    if (first < 0x80) return first == 0 ? 0 : 1;
    if (first < 0xC2 || first > 0xF4) return 0;
    if (first < 0xE0) return follows(1) ? 2 : 0;
    if (first < 0xF0) return follows(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF) && follows(2) ? 3 : 0;
    return follows(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF) && follows(2) && follows(3) ? 4 : 0;
}

void require_utf8(std::string_view line, const std::string& where) {
    for (std::size_t i = 0; i < line.size();) {
        const std::size_t length = sequence_length(line, i);
        if (length == 0)
            throw InputError("{}: byte 0x{:02X} at position {} is not UTF-8 text", where,
                             static_cast<unsigned char>(line[i]), i + 1);
        i += length;
    }
}

std::string json_text(const std::string& line, const std::string& field, const std::string& where) {
    const Json value = io::parse_json(line, where);
    if (!value.is_object()) throw InputError("{}: the line is not an object with a field '{}'", where, field);
    const auto found = value.find(field);
    if (found == value.end()) {
        std::vector<std::string> keys;
        for (const auto& item : value.items()) keys.push_back(item.key());
        throw InputError("{}: no field '{}' (data.text_field){}", where, field, did_you_mean(field, keys));
    }
    if (!found->is_string()) throw InputError("{}: field '{}' is not a string", where, field);
    return found->get<std::string>();
}

}  // namespace

bool is_json_lines(const fs::path& file) {
    const std::string name = file.filename().string();
    return name.ends_with(".jsonl") || name.ends_with(".jsonl.gz");
}

std::vector<fs::path> text_files(const fs::path& text) {
    try {
        if (!fs::exists(text)) throw InputError("{}: no such text file or folder", text.string());
        if (!fs::is_directory(text)) return {text};
        std::vector<fs::path> files;
        for (const auto& entry : fs::recursive_directory_iterator(text))
            if (entry.is_regular_file() && is_text_name(entry.path())) files.push_back(entry.path());
        if (files.empty())
            throw InputError("{}: no .txt, .jsonl, .txt.gz or .jsonl.gz file in this folder", text.string());
        std::sort(files.begin(), files.end());
        return files;
    } catch (const fs::filesystem_error& error) {
        throw InputError("{}: {}", text.string(), error.code().message());
    }
}

struct DocumentReader::State {
    DataConfig config;
    std::vector<fs::path> texts, files;
    std::vector<std::uint64_t> sizes;
    std::uint64_t bytes_total = 0, bytes_before = 0;  // on disk; of the files already read
    std::size_t next_file = 0;

    // The file being read
    std::optional<io::LineReader> lines;
    std::string file_name;
    std::int64_t line_number = 0;
    bool json_lines = false, bordered = false;

    std::string current;  // lines of the document being gathered
    std::int64_t current_lines = 0;
    std::deque<std::string> ready;  // whole documents of the file, not yet handed out
    std::int64_t documents = 0;

    void open_next() {
        const fs::path& file = files[next_file];
        file_name = file.string();
        json_lines = is_json_lines(file);
        bordered = json_lines || has_borders(file);
        lines.emplace(file);
        line_number = 0;
    }

    void close() {
        end_document();
        lines.reset();
        bytes_before += sizes[next_file++];
    }

    void end_document() {
        while (current.ends_with("\n\n")) current.pop_back();
        if (!current.empty()) ready.push_back(std::move(current));
        current.clear();
        current_lines = 0;
    }

    void add_line(std::string_view line) {
        const bool empty = trim(line).empty();
        if (empty && (!bordered || current.empty())) return;
        current.append(line).push_back('\n');
        if (!bordered && ++current_lines == config.block_lines) end_document();
    }

    // A line of a bordered text, which may hold borders itself. Nothing beside a border is not an empty line.
    void add_bordered_line(std::string_view line) {
        for (auto at = line.find(border); at != std::string_view::npos; at = line.find(border)) {
            if (at > 0) add_line(line.substr(0, at));
            end_document();
            line.remove_prefix(at + border.size());
            if (line.empty()) return;
        }
        add_line(line);
    }

    void add_json(const std::string& line) {
        if (trim(line).empty()) return;
        const std::string text = json_text(line, config.text_field, fmt::format("{}:{}", file_name, line_number));
        for (const std::string& part : split(text, '\n')) add_bordered_line(part);
        end_document();
    }

    // Reads one line of the current file; false at its end.
    bool read_line() {
        std::string line;
        if (!lines->next(line)) return false;
        std::string_view text = line;
        if (++line_number == 1 && text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
        require_utf8(text, fmt::format("{}:{}", file_name, line_number));
        if (json_lines)
            add_json(std::string(text));
        else
            add_bordered_line(text);
        return true;
    }
};

DocumentReader::DocumentReader(const DataConfig& config, const std::vector<fs::path>& texts)
    : state_(std::make_unique<State>()) {
    state_->config = config;
    state_->texts = texts;
    for (const auto& text : texts)
        for (auto& file : text_files(text)) {
            std::error_code error;
            const std::uintmax_t size = fs::file_size(file, error);
            state_->sizes.push_back(error ? 0 : size);
            state_->bytes_total += state_->sizes.back();
            state_->files.push_back(std::move(file));
        }
}

DocumentReader::~DocumentReader() = default;

bool DocumentReader::next(Document& document) {
    State& state = *state_;
    while (state.ready.empty()) {
        if (!state.lines && state.next_file == state.files.size()) {
            if (state.documents == 0) throw InputError("{}: the text is empty", state.texts.front().string());
            return false;
        }
        if (!state.lines) state.open_next();
        if (!state.read_line()) state.close();
    }
    const std::int64_t index = state.documents++;
    document.text = std::move(state.ready.front());
    state.ready.pop_front();
    document.bordered = state.bordered;
    document.validation = state.config.val.empty() && index % state.config.val_every == state.config.val_every / 2;
    return true;
}

double DocumentReader::share() const {
    const std::uint64_t here = state_->lines ? state_->lines->bytes_read() : 0;
    if (state_->bytes_total == 0) return 1;
    return std::min(1.0, static_cast<double>(state_->bytes_before + here) / static_cast<double>(state_->bytes_total));
}

}  // namespace ablate::data
