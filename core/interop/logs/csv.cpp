#include "core/base/error.h"
#include "core/base/names.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/interop/logs/reading.h"
#include "core/io/line_reader.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>

// A table with a step column and a column a metric; also an export of Weights & Biases' charts, whose columns are
// called "RUN - METRIC" and hold several runs.
namespace ablate::interop::logs {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostColumns = 10'000, kLongestLine = 16u << 20;

// The fields of a line, RFC 4180 without line breaks inside quotation marks.
std::vector<std::string> fields_of(const std::string& line, char separator, const std::string& at) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"')
            fields.back() += line[++i];
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && c == separator)
            fields.emplace_back();
        else
            fields.back() += c;
        if (fields.size() > kMostColumns) throw InputError("{}: more than {} columns", at, kMostColumns);
    }
    if (quoted) throw InputError("{}: a quotation mark is not closed", at);
    for (std::string& field : fields) field = std::string(trim(field));
    return fields;
}

char separator_of(const std::string& header) {
    const auto count = [&](char c) { return std::count(header.begin(), header.end(), c); };
    return count('\t') > 0 && count('\t') >= count(',') ? '\t' : count(';') > count(',') ? ';' : ',';
}

std::optional<double> number_of(const std::string& cell) {
    std::string word;
    for (const char c : cell) word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (word.starts_with('+')) word.erase(0, 1);
    if (word == "nan" || word == "-nan") return kUnknown;
    for (const char* infinity : {"inf", "infinity"}) {
        if (word == infinity) return std::numeric_limits<double>::infinity();
        if (word == std::string("-") + infinity) return -std::numeric_limits<double>::infinity();
    }
    double value = 0;
    const auto read = std::from_chars(word.data(), word.data() + word.size(), value);
    if (read.ptr != word.data() + word.size() || word.empty()) return {};
    if (read.ec == std::errc()) return value;
    return {};
}

struct Column {
    std::string run, metric;  // run: "" where the table holds one
    bool used = true;
};

// "RUN - METRIC" where every column but the step's is called so.
std::vector<Column> columns_of(const std::vector<std::string>& header, std::size_t step) {
    std::vector<Column> columns;
    bool of_runs = header.size() > 1;
    for (std::size_t i = 0; i < header.size(); ++i)
        if (i != step && header[i].find(" - ") == std::string::npos) of_runs = false;
    for (const std::string& name : header) {
        const auto dash = name.rfind(" - ");
        Column column{"", name};
        if (of_runs && dash != std::string::npos) column = {name.substr(0, dash), name.substr(dash + 3)};
        // The extremes of what an export averaged over.
        for (const char* extreme : {"__MIN", "__MAX"}) column.used &= !column.metric.ends_with(extreme);
        columns.push_back(std::move(column));
    }
    return columns;
}

class Table {
  public:
    Table(const fs::path& file, const ReadOptions& options) : file_(file), options_(options), lines_(file) {
        std::string line;
        if (!next(line)) throw InputError("{}: is empty", file_.string());
        if (line.starts_with("\xef\xbb\xbf")) line.erase(0, 3);  // the mark spreadsheets put in front
        separator_ = separator_of(line);
        header_ = fields_of(line, separator_, at());
        for (step_ = 0; step_ < header_.size(); ++step_)
            if (meaning_of(header_[step_], options_.columns).role == Role::step) break;
        columns_ = columns_of(header_, step_);
        require_columns();
        require_each_once();
        for (time_ = 0; time_ < header_.size(); ++time_)
            if (meaning_of(header_[time_], options_.columns).role == Role::time) break;
    }

    // Each run's log by its name.
    std::map<std::string, LogBuilder> read() {
        std::map<std::string, LogBuilder> logs;
        for (std::string line; next(line);) {
            if (trim(line).empty()) continue;
            const std::vector<std::string> cells = fields_of(line, separator_, at());
            if (cells.size() != header_.size())
                throw InputError("{}: {} fields where the header has {}", at(), cells.size(), header_.size());
            const auto step = number_of(cells[step_]);
            if (!step) throw InputError("{}: step {} is not a number", at(), quote(cells[step_]));
            const double time = time_ < cells.size() ? number_of(cells[time_]).value_or(kUnknown) : kUnknown;
            for (std::size_t i = 0; i < cells.size(); ++i)
                if (i != step_ && columns_[i].used && !cells[i].empty())
                    add(logs, checked_step(*step, at()), time, i, cells[i]);
        }
        return logs;
    }
    // Columns that were left out, as they hold words.
    const std::set<std::string>& words() const { return words_; }

  private:
    std::string at() const { return fmt::format("{}: line {}", file_.string(), number_); }
    bool next(std::string& line) {
        ++number_;
        const bool more = lines_.next(line);
        if (more && line.size() > kLongestLine) throw InputError("{}: is too long", at());
        return more;
    }
    void require_columns() const {
        if (step_ == header_.size())
            throw InputError("{}: has no step column among {}; name it: --column step=NAME", file_.string(),
                             quote(join(header_, ", ")));
        std::vector<std::string> names = header_;
        for (const Column& column : columns_) names.push_back(column.metric);
        for (const auto& [ours, theirs] : options_.columns)
            if (std::find(names.begin(), names.end(), theirs) == names.end())
                throw InputError("{}: has no column {}{}", file_.string(), quote(theirs), did_you_mean(theirs, names));
    }
    // Two runs of one name in an export would be mixed into one.
    void require_each_once() const {
        std::set<std::string> seen;
        for (const std::string& name : header_)
            if (!name.empty() && !seen.insert(name).second)
                throw InputError("{}: column {} stands there twice; give each run and each metric a name of its own",
                                 file_.string(), quote(name));
    }
    void add(std::map<std::string, LogBuilder>& logs, std::int64_t step, double time, std::size_t i,
             const std::string& cell) {
        const Column& column = columns_[i];
        const auto value = number_of(cell);
        if (!value) {
            // A date is no time read here: the column is left out like others of words.
            const Role role = meaning_of(column.metric, options_.columns).role;
            if (role != Role::own && role != Role::time)
                throw InputError("{}: {} is {}, not a number", at(), column.metric, quote(cell));
            columns_[i].used = false;
            words_.insert(column.metric);
            return;
        }
        auto found = logs.find(column.run);
        if (found == logs.end()) {
            if (logs.size() == kMostRuns) throw InputError("{}: more than {} runs", file_.string(), kMostRuns);
            found = logs.try_emplace(column.run, file_.string(), options_).first;
        }
        found->second.add(step, time, column.metric, *value);
    }

    fs::path file_;
    const ReadOptions& options_;
    io::LineReader lines_;
    std::size_t number_ = 0, step_ = 0, time_ = 0;
    char separator_ = ',';
    std::vector<std::string> header_;
    std::vector<Column> columns_;
    std::set<std::string> words_;
};

// Names of an export may differ in characters alone that no name here can have: "a b" and "a/b".
void number_equal_names(Runs& runs) {
    std::set<std::string> taken;
    for (ImportedRun& run : runs) {
        const std::string name = run.variant;
        run.variant = free_name(name, [&](const std::string& other) { return taken.contains(other); });
        taken.insert(run.variant);
        if (run.variant != name && run.label.empty()) run.label = name;
    }
}

}  // namespace

Runs read_csv(const fs::path& file, const ReadOptions& options) {
    std::error_code error;
    if (fs::file_size(file, error) > kLargestLog && !error)
        throw InputError("{}: larger than {}", file.string(), short_bytes(kLargestLog));
    Table table(file, options);
    const std::map<std::string, LogBuilder> logs = table.read();
    if (logs.empty()) throw InputError("{}: holds no values", file.string());
    const std::string sha256 = sha256_file(file);
    Runs runs;
    for (const auto& [name, log] : logs) {
        ImportedRun run;
        run.format = "csv";
        run.path = file;
        run.sha256 = sha256;
        name_after(run, name.empty() ? file.stem().string() : name);
        log.finish(run);
        for (const std::string& column : table.words())
            run.remarks.push_back(fmt::format("column {} holds words and is left out", quote(column)));
        runs.push_back(std::move(run));
    }
    number_equal_names(runs);
    return runs;
}

}  // namespace ablate::interop::logs
