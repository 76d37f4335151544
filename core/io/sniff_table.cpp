#include "core/io/sniff_table.h"

#include "core/base/text.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <set>

namespace ablate::io {

namespace {

constexpr int rows_seen = 20, rows_that_agree = 5;

struct Field {
    std::string text;
    bool quoted = false;  // from its first character to its last
};
using Row = std::vector<Field>;

// The fields of one row, quotes honored; `text` loses the row. Nothing when the row is cut off by the end of the head.
Row next_row(std::string_view& text, char separator, bool whole) {
    Row fields(1);
    bool quoted = false, opened_first = false;
    const auto end_field = [&](std::size_t end) {
        if (end > 0 && text[end - 1] == '\r') --end;
        fields.back().quoted = opened_first && end > 0 && text[end - 1] == '"';
    };
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"') {
            quoted = !quoted;
            if (i == begin) opened_first = true;
        } else if (!quoted && c == separator) {
            end_field(i);
            fields.emplace_back();
            opened_first = false;
            begin = i + 1;
        } else if (!quoted && c == '\n') {
            end_field(i);
            text.remove_prefix(i + 1);
            return fields;
        } else if (c != '\r') {
            fields.back().text += c;
        }
    }
    end_field(text.size());
    text = {};
    return whole && !quoted ? fields : Row();
}

bool says_nothing(const Row& row) { return row.empty() || (row.size() == 1 && row[0].text.empty()); }

bool is_non_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

// Whether a field may name a column. Prose has a space after its comma, and ends in a period.
bool is_column_name(std::string_view name) {
    if (name.empty() || name.size() > 40 || trim(name) != name) return false;
    const auto is_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || is_non_ascii(c);
    };
    return is_letter(name.front()) && name.back() != '.' && std::all_of(name.begin(), name.end(), [&](char c) {
               return is_letter(c) || (c >= '0' && c <= '9') ||
                      std::string_view(" ./()%#-[]:?&$'").find(c) != std::string_view::npos;
           });
}

// How far a row looks like a header: its fields are names; each after the first is one word after a blank, as in some
// tables and in prose; neither.
enum class Header { none, names, words_after_blanks };
Header header_of(Row& fields) {
    if (fields.size() < 2) return Header::none;
    Header found = Header::names;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        std::string& name = fields[i].text;
        if (i == 0 && name.empty()) continue;  // the index that pandas writes
        if (i > 0 && name.starts_with(' ')) found = Header::words_after_blanks, name.erase(0, 1);
        if (!is_column_name(name)) return Header::none;
    }
    const auto is_word = [](const Field& field) { return field.text.find(' ') == std::string::npos; };
    return found == Header::names || std::all_of(fields.begin(), fields.end(), is_word) ? found : Header::none;
}

bool is_number(std::string_view text) {
    text = trim(text);
    if (text.starts_with('+')) text.remove_prefix(1);
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

bool ends_sentence(std::string_view text) {
    text = trim(text);
    for (const std::string_view mark : {".", "!", "?", "。", "！", "？", "…"})
        if (text.ends_with(mark)) return true;
    return false;
}

// What the rows of the head are like, those that say something.
struct Rows {
    int count = 0, exact = 0, with_data = 0, sentences = 0, without_first = 0;
    bool fewer = false;     // a row has fewer fields than the header
    bool has_words = true;  // the first field of each row is one short word
    std::set<std::string> firsts;

    // "pos" and "neg" in turn.
    bool have_labels() const {
        return has_words && count >= rows_that_agree && firsts.size() > 1 && 2 * std::ssize(firsts) <= count;
    }
};

Rows rows_of(std::string_view rest, char separator, std::size_t columns, bool whole) {
    Rows rows;
    for (int seen = 0; seen < rows_seen && !rest.empty(); ++seen) {
        const Row row = next_row(rest, separator, whole);
        if (says_nothing(row)) continue;
        ++rows.count;
        rows.exact += row.size() == columns;
        rows.fewer |= row.size() < columns;
        const std::string& first = row.front().text;
        rows.without_first += first.empty();
        rows.has_words &= first.size() <= 20 && first.find(' ') == std::string::npos;
        rows.firsts.insert(first);
        rows.with_data += std::any_of(row.begin(), row.end(),
                                      [](const Field& field) { return field.quoted || is_number(field.text); });
        rows.sentences += ends_sentence(row.back().text);
    }
    return rows;
}

// Rows of prose may hold as many commas as the first line. Numbers, quoted fields and labels tell a table; without
// them, the rows must have exactly as many fields, and must not end as sentences do.
bool are_rows_of(const Row& header, Header kind, const Rows& rows) {
    // A tab before each line is the indent of a poem; only an index of pandas has no name.
    if (rows.fewer || 2 * rows.without_first > rows.count) return false;
    if (header.front().text.empty() && rows.without_first > 0) return false;
    const bool has_data = 2 * rows.with_data > rows.count;
    if (kind == Header::words_after_blanks)
        return has_data && rows.count >= rows_that_agree && rows.exact == rows.count;
    const bool is_foreign = std::all_of(header.begin(), header.end(), [](const Field& field) {
        return std::all_of(field.text.begin(), field.text.end(), is_non_ascii);
    });
    if (rows.count >= 1 && rows.have_labels()) return true;
    const bool is_regular = 2 * rows.exact > rows.count && 2 * rows.sentences <= rows.count;
    return rows.count >= 1 && (has_data || (is_regular && !is_foreign));
}

std::vector<std::string> texts_of(const Row& row) {
    std::vector<std::string> texts;
    for (const Field& field : row) texts.push_back(field.text);
    return texts;
}

// A table without a header: rows with as many tabs each, or with every field in quotes.
bool is_headerless(std::string_view text, char separator, bool whole) {
    std::size_t columns = 0;
    std::vector<int> filled;  // rows in which the column is not empty
    int count = 0;
    for (int seen = 0; seen < rows_seen && !text.empty(); ++seen) {
        const Row row = next_row(text, separator, whole);
        if (says_nothing(row)) continue;
        if (count++ == 0) columns = row.size(), filled.resize(columns);
        if (row.size() < 2 || row.size() != columns) return false;
        const bool all_quoted = std::all_of(row.begin(), row.end(), [](const Field& field) { return field.quoted; });
        if (separator != '\t' && !all_quoted) return false;
        for (std::size_t i = 0; i < columns; ++i) filled[i] += !row[i].text.empty();
    }
    return count >= rows_that_agree &&
           std::all_of(filled.begin(), filled.end(), [count](int rows) { return 2 * rows > count; });
}

// Markdown: a row of dashes under the first one.
bool is_markdown(std::string_view text) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos || text.substr(0, end).find('|') == std::string_view::npos) return false;
    const std::string_view rest = text.substr(end + 1), second = trim(rest.substr(0, rest.find('\n')));
    return second.find("---") != std::string_view::npos && second.find('|') != std::string_view::npos &&
           second.find_first_not_of("|-: \t") == std::string_view::npos;
}

}  // namespace

std::optional<std::vector<std::string>> table_columns(std::string_view text, bool whole) {
    if (text.size() > 5 && text.starts_with("sep=") && (text[5] == '\n' || text[5] == '\r')) {  // Excel's first line
        const char separator = text[4];
        text.remove_prefix(std::min(text.find('\n', 4) + 1, text.size()));
        return texts_of(next_row(text, separator, whole));
    }
    for (const char separator : {',', '\t', ';'}) {
        std::string_view rest = text;
        Row header = next_row(rest, separator, whole);
        const Header kind = header_of(header);
        if (kind != Header::none && are_rows_of(header, kind, rows_of(rest, separator, header.size(), whole)))
            return texts_of(header);
    }
    if (is_markdown(text)) return std::vector<std::string>();
    for (const char separator : {'\t', ',', ';'})
        if (is_headerless(text, separator, whole)) return std::vector<std::string>();
    return std::nullopt;
}

}  // namespace ablate::io
