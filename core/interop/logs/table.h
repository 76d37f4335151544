#pragma once
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Tables as programs and spreadsheets write them: comma, semicolon or tab, quotation marks with line breaks inside
// (RFC 4180), numbers with a decimal point or comma and with thousands separators.
namespace ablate::interop::logs {

struct TableRow {
    std::vector<std::string> cells;
    std::size_t line = 0;       // where it begins in the file
    bool is_last = false;       // nothing but blanks follows
    bool is_torn = false;       // the file ends within quotation marks
    bool after_header = false;  // the header is repeated before it, as in a file that two processes appended to
};

class TableReader {
  public:
    // `text` is the whole file. The first row that is not empty is the header. Zeros at the end, as a crash leaves
    // them, are left out with the line that they cut. InputError: none, too many columns.
    TableReader(std::string text, std::string where);
    const std::vector<std::string>& header() const { return header_; }
    char separator() const { return separator_; }
    std::string at(const TableRow& row) const;
    // The next row that is not empty. A last row that is too short is torn: left out, unless it is the only one.
    // InputError: another number of cells, a quotation mark that is not closed.
    bool next(TableRow& row);
    void rewind();                             // to the first row after the header
    std::vector<std::string> remarks() const;  // on what was left out

  private:
    void cut_zeros();
    bool read_row(TableRow& row);

    std::string text_, where_;
    std::size_t zeros_ = 0, torn_line_ = 0;  // bytes at the end; 0: none
    char separator_ = ',';
    std::size_t at_ = 0, line_ = 1, body_ = 0, body_line_ = 1;
    std::vector<std::string> header_;
};

// What a comma inside a number is. Told from all cells of a table: "7,8044" has a decimal comma, "1,000,000" thousands,
// "1,234" alone may be either.
enum class Comma { none, decimal, thousands, unclear };
class CommaStyle {
  public:
    void see(std::string_view cell);  // of any column that holds values
    Comma comma() const;

  private:
    bool decimal_ = false, thousands_ = false, either_ = false, point_ = false;
};

// A cell that holds nothing, whatever word says so: "", "None", "NA", "No log" of the Trainer's table in a notebook.
bool is_missing(std::string_view cell);
// A number, NaN or an infinity; absent where the cell is none, or not clearly one.
std::optional<double> number_of(std::string_view cell, Comma comma);
// A whole number such as a step: groups of three after commas, or after points where the comma is decimal, are
// thousands.
std::optional<double> whole_number_of(std::string_view cell, Comma comma);
// True for a cell that would be a number with commas in it.
bool has_comma_number(std::string_view cell);

}  // namespace ablate::interop::logs
