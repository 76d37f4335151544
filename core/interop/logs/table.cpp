#include "core/interop/logs/table.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace ablate::interop::logs {

namespace {

constexpr std::size_t kMostColumns = 10'000, kLongestCell = 16u << 20;

char separator_of(std::string_view text) {
    const std::string_view header = text.substr(0, text.find_first_of("\r\n"));
    const auto count = [&](char c) { return std::count(header.begin(), header.end(), c); };
    return count('\t') > 0 && count('\t') >= count(',') ? '\t' : count(';') > count(',') ? ';' : ',';
}

bool is_digits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view without_sign(std::string_view cell) {
    if (cell.starts_with('+') || cell.starts_with('-')) cell.remove_prefix(1);
    return cell;
}

// "1,000" and "12,345,678": groups of three, of which the first does not begin with 0.
bool is_grouped(std::string_view number, char separator) {
    number = without_sign(number);
    const std::vector<std::string> groups = split(number, separator);
    if (groups.size() < 2 || !is_digits(groups[0]) || groups[0].size() > 3 || groups[0][0] == '0') return false;
    return std::all_of(groups.begin() + 1, groups.end(),
                       [](const std::string& group) { return group.size() == 3 && is_digits(group); });
}

std::string without(std::string_view text, char c) {
    std::string result(text);
    std::erase(result, c);
    return result;
}

std::optional<double> plain_number(std::string_view cell) {
    std::string word = lower_case(cell);
    if (word.starts_with('+')) word.erase(0, 1);
    if (word == "nan" || word == "-nan") return std::numeric_limits<double>::quiet_NaN();
    for (const char* infinity : {"inf", "infinity"}) {
        if (word == infinity) return std::numeric_limits<double>::infinity();
        if (word == std::string("-") + infinity) return -std::numeric_limits<double>::infinity();
    }
    double value = 0;
    const auto read = std::from_chars(word.data(), word.data() + word.size(), value);
    if (read.ptr != word.data() + word.size() || word.empty() || read.ec != std::errc()) return {};
    return value;
}

// The number with its comma as a point: "1.234,5" is 1234.5.
std::optional<double> with_decimal_comma(std::string_view cell) {
    const std::size_t comma = cell.find(',');
    std::string_view whole = cell.substr(0, comma);
    std::string number(whole);
    if (whole.find('.') != std::string_view::npos) {
        if (!is_grouped(whole, '.')) return {};
        number = without(whole, '.');
    }
    return plain_number(number + "." + std::string(cell.substr(comma + 1)));
}

}  // namespace

bool is_missing(std::string_view cell) {
    static constexpr std::array<std::string_view, 10> kWords{"",   "None", "none", "null", "NULL",
                                                             "NA", "N/A",  "<NA>", "-",    "No log"};
    return std::find(kWords.begin(), kWords.end(), cell) != kWords.end();
}

bool has_comma_number(std::string_view cell) {
    if (cell.find(',') == std::string_view::npos) return false;
    std::string digits(cell);
    std::erase_if(digits, [](char c) { return c == ',' || c == '.'; });
    return plain_number(digits).has_value() && (is_digits(without_sign(digits).substr(0, 1)));
}

void CommaStyle::see(std::string_view cell) {
    if (!has_comma_number(cell)) {
        const bool has_point = cell.find('.') != std::string_view::npos && plain_number(cell).has_value();
        point_ |= has_point && !is_grouped(cell, '.');
        return;
    }
    const std::size_t comma = cell.find(','), point = cell.rfind('.');
    const std::string_view whole = cell.substr(0, point);
    if (point != std::string_view::npos && point > comma)
        (is_grouped(whole, ',') ? thousands_ : decimal_) = true;  // 1,234.5
    else if (!is_grouped(cell, ','))
        decimal_ = true;
    else
        (std::count(cell.begin(), cell.end(), ',') > 1 ? thousands_ : either_) = true;
}

Comma CommaStyle::comma() const {
    if (decimal_ && thousands_) return Comma::unclear;
    if (decimal_) return Comma::decimal;
    if (thousands_) return Comma::thousands;
    // A table that has decimal points uses the comma for something else.
    if (either_) return point_ ? Comma::thousands : Comma::unclear;
    return Comma::none;
}

std::optional<double> number_of(std::string_view cell, Comma comma) {
    if (cell.find(',') == std::string_view::npos) return plain_number(cell);
    if (!has_comma_number(cell)) return {};
    if (comma == Comma::decimal)
        return std::count(cell.begin(), cell.end(), ',') == 1 ? with_decimal_comma(cell) : std::nullopt;
    if (comma != Comma::thousands) return {};
    const std::string_view whole = cell.substr(0, cell.find('.'));
    return is_grouped(whole, ',') ? plain_number(without(cell, ',')) : std::nullopt;
}

std::optional<double> whole_number_of(std::string_view cell, Comma comma) {
    // "1,000" beside decimal commas may be 1 or 1000.
    if (is_grouped(cell, ',')) return comma == Comma::decimal ? std::nullopt : plain_number(without(cell, ','));
    if (comma == Comma::decimal && is_grouped(cell, '.')) return plain_number(without(cell, '.'));
    return number_of(cell, comma);
}

TableReader::TableReader(std::string text, std::string where) : text_(std::move(text)), where_(std::move(where)) {
    cut_zeros();
    at_ = text_.find_first_not_of("\r\n\t ");
    if (at_ == std::string::npos) throw InputError("{}: is empty", where_);
    at_ = text_.find_last_of("\r\n", at_) == std::string::npos ? 0 : text_.find_last_of("\r\n", at_) + 1;
    line_ =
        1 + static_cast<std::size_t>(std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n'));
    // Excel's line that names the separator.
    if (text_.compare(at_, 4, "sep=") == 0) {
        at_ = text_.find('\n', at_);
        at_ = at_ == std::string::npos ? text_.size() : at_ + 1;
        ++line_;
    }
    separator_ = separator_of(std::string_view(text_).substr(at_));
    TableRow row;
    if (!read_row(row)) throw InputError("{}: is empty", where_);
    header_ = std::move(row.cells);
    body_ = at_;
    body_line_ = line_;
}

std::string TableReader::at(const TableRow& row) const { return fmt::format("{}: line {}", where_, row.line); }

void TableReader::rewind() {
    at_ = body_;
    line_ = body_line_;
}

// A file system that lost a block of a file fills it with zeros.
void TableReader::cut_zeros() {
    const std::size_t last = text_.find_last_not_of(std::string_view("\0\r\n\t ", 5));
    const std::size_t end = last == std::string::npos ? 0 : last + 1;
    const std::string_view tail = std::string_view(text_).substr(end);
    zeros_ = static_cast<std::size_t>(std::count(tail.begin(), tail.end(), '\0'));
    if (zeros_ == 0) return;
    const bool cuts_line = tail.front() == '\0';
    text_.resize(end);
    if (!cuts_line) return;
    const std::size_t newline = text_.find_last_of("\r\n");
    text_.resize(newline == std::string::npos ? 0 : newline + 1);
}

std::vector<std::string> TableReader::remarks() const {
    std::vector<std::string> remarks;
    if (zeros_ > 0)
        remarks.push_back(
            fmt::format("it ends in {} byte{} of zero, as after a crash: they and the line that they cut "
                        "are left out",
                        zeros_, zeros_ == 1 ? "" : "s"));
    if (torn_line_ > 0) remarks.push_back(fmt::format("its last line ({}) is torn and left out", torn_line_));
    return remarks;
}

bool TableReader::next(TableRow& row) {
    const bool is_first = at_ == body_;
    row.after_header = false;
    while (read_row(row)) {
        if (row.cells.size() == 1 && row.cells.front().empty()) continue;
        if (row.cells == header_) {
            row.after_header = true;
            continue;
        }
        if ((row.is_torn || row.cells.size() < header_.size()) && row.is_last && !is_first) {
            torn_line_ = row.line;
            return false;
        }
        if (row.cells.size() != header_.size())
            throw InputError("{}: {} fields where the header has {}", at(row), row.cells.size(), header_.size());
        return true;
    }
    return false;
}

bool TableReader::read_row(TableRow& row) {
    if (at_ >= text_.size()) return false;
    const bool is_first = header_.empty() || at_ == body_;
    row.line = line_;
    row.cells.assign(1, "");
    bool quoted = false, done = false;
    for (; at_ < text_.size() && !done; ++at_) {
        const char c = text_[at_];
        const bool is_crlf = c == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n';
        if (c == '\n' || (c == '\r' && !is_crlf)) ++line_;
        if (quoted && c == '"' && at_ + 1 < text_.size() && text_[at_ + 1] == '"')
            row.cells.back() += text_[++at_];
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && c == separator_)
            row.cells.emplace_back();
        else if (!quoted && (c == '\n' || c == '\r'))
            done = !is_crlf;
        else
            row.cells.back() += c;
        if (row.cells.size() > kMostColumns) throw InputError("{}: more than {} columns", at(row), kMostColumns);
        if (row.cells.back().size() > kLongestCell) throw InputError("{}: is too long", at(row));
    }
    // In the last line of a file that was cut, the mark that closes is missing.
    const bool is_cut = !is_first && trim(row.cells.back()).find_first_of("\r\n") == std::string_view::npos;
    if (quoted && !is_cut) throw InputError("{}: a quotation mark is not closed", at(row));
    row.is_torn = quoted;
    row.is_last = text_.find_first_not_of("\r\n\t ", at_) == std::string::npos;
    for (std::string& cell : row.cells) cell = std::string(trim(cell));
    return true;
}

}  // namespace ablate::interop::logs
