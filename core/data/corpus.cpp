#include "core/data/corpus.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/data/text_files.h"
#include "core/io/json_array.h"
#include "core/io/json_file.h"
#include "core/io/line_reader.h"

#include <algorithm>
#include <deque>
#include <optional>

namespace ablate::data {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view border = "<|endoftext|>";

// Within the first `most` bytes.
bool has_borders(const fs::path& file, std::uint64_t most) {
    io::LineReader reader(file);
    std::uint64_t bytes = 0;
    for (std::string line; bytes < most && reader.next(line); bytes += line.size() + 1)
        if (line.find(border) != std::string::npos) return true;
    return false;
}

}  // namespace

struct DocumentReader::State {
    DataConfig config;
    std::vector<fs::path> texts, files;
    std::vector<TextShape> shapes;  // of the files
    std::vector<std::uint64_t> sizes;
    std::uint64_t bytes_total = 0, bytes_before = 0;  // on disk; of the files already read
    std::uint64_t search_bytes = 0;                   // of a plain file, for borders
    std::size_t next_file = 0;

    // The file being read
    std::optional<io::LineReader> lines;
    std::optional<io::JsonArrayReader> array;
    std::string file_name;
    std::int64_t line_number = 0;
    bool json_lines = false, bordered = false;

    std::string current;  // lines of the document being gathered
    std::int64_t current_lines = 0;
    std::deque<std::string> ready;  // whole documents of the file, not yet handed out
    std::int64_t documents = 0;

    bool is_open() const { return lines || array; }

    void open_next() {
        const fs::path& file = files[next_file];
        const TextShape shape = shapes[next_file];
        file_name = file.string();
        json_lines = shape == TextShape::json_lines;
        bordered = shape != TextShape::lines || has_borders(file, search_bytes);
        if (shape == TextShape::json_array)
            array.emplace(file);
        else
            lines.emplace(file);
        line_number = 0;
    }

    void close() {
        end_document();
        lines.reset();
        array.reset();
        bytes_before += sizes[next_file++];
    }

    std::uint64_t bytes_read() const { return lines ? lines->bytes_read() : array ? array->bytes_read() : 0; }

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

    // Lines that end in any way: "\n", "\r\n", or "\r" alone as in files of the old Macintosh.
    void add_lines(std::string_view text) {
        constexpr std::string_view ends = "\r\n";
        for (auto end = text.find_first_of(ends); end != std::string_view::npos; end = text.find_first_of(ends)) {
            add_bordered_line(text.substr(0, end));
            text.remove_prefix(end + (text.substr(end, 2) == ends ? 2 : 1));
        }
        add_bordered_line(text);
    }

    void add_json(const std::string& json, const std::string& where) {
        add_lines(text_of(io::parse_json(json, where), config.text_field, where));
        end_document();
    }

    // Reads one line or element of the current file; false at its end.
    bool read_more() { return array ? read_element() : read_line(); }

    bool read_element() {
        std::string element;
        if (!array->next(element)) return false;
        const std::string where =
            fmt::format("{}:{}: element {} of the array", file_name, array->line(), array->index());
        require_utf8(element, where);
        add_json(element, where);
        return true;
    }

    bool read_line() {
        std::string line;
        if (!lines->next(line)) return false;
        std::string_view text = line;
        if (++line_number == 1) text = io::without_byte_order_mark(text);
        const std::string where = fmt::format("{}:{}", file_name, line_number);
        require_utf8(text, where);
        if (!json_lines)
            add_lines(text);
        else if (!trim(text).empty())
            add_json(std::string(text), where);
        return true;
    }
};

DocumentReader::DocumentReader(const DataConfig& config, const std::vector<fs::path>& texts, std::uint64_t search_bytes)
    : state_(std::make_unique<State>()) {
    state_->config = config;
    state_->search_bytes = search_bytes;
    state_->texts = texts;
    for (const auto& text : texts)
        for (auto& file : text_files(text)) {
            std::error_code error;
            const std::uintmax_t size = fs::file_size(file, error);
            state_->sizes.push_back(error ? 0 : size);
            state_->bytes_total += state_->sizes.back();
            state_->shapes.push_back(text_shape(file));  // before any work: a file that is not text ends it
            state_->files.push_back(std::move(file));
        }
}

DocumentReader::~DocumentReader() = default;

bool DocumentReader::next(Document& document) {
    State& state = *state_;
    while (state.ready.empty()) {
        if (!state.is_open() && state.next_file == state.files.size()) {
            if (state.documents == 0) throw InputError("{}: the text is empty", state.texts.front().string());
            return false;
        }
        if (!state.is_open()) state.open_next();
        if (!state.read_more()) state.close();
    }
    const std::int64_t index = state.documents++;
    document.text = std::move(state.ready.front());
    state.ready.pop_front();
    document.bordered = state.bordered;
    document.validation = state.config.val.empty() && index % state.config.val_every == state.config.val_every / 2;
    return true;
}

double DocumentReader::share() const {
    if (state_->bytes_total == 0) return 1;
    return std::min(1.0, static_cast<double>(state_->bytes_before + state_->bytes_read()) /
                             static_cast<double>(state_->bytes_total));
}

std::vector<std::string> text_remarks(const DataConfig& config, const std::vector<fs::path>& texts) {
    std::vector<fs::path> all = texts;
    for (const auto& [name, text] : config.val) all.emplace_back(text);
    std::vector<std::string> remarks;
    for (const fs::path& text : all)
        if (std::string remark = unread_remark(text); !remark.empty()) remarks.push_back(std::move(remark));
    return remarks;
}

}  // namespace ablate::data
