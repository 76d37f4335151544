#include "core/run/metrics.h"

#include "core/base/error.h"
#include "core/base/workspace_layout.h"
#include "core/io/json_lines.h"
#include "core/io/tensorboard.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <set>

namespace ablate::run {

namespace fs = std::filesystem;

namespace {

// A file read up to an offset, with the bytes before it: a log that a resume cut back and wrote on may be longer than
// before, but its records bear other times, so these bytes differ.
class Bookmark {
  public:
    bool holds(const fs::path& file) const { return offset_ == 0 || tail_at(file, offset_) == tail_; }
    void set(const fs::path& file, std::int64_t offset) {
        if (offset == offset_) return;
        offset_ = offset;
        tail_ = tail_at(file, offset);
    }
    std::int64_t offset() const { return offset_; }

  private:
    static std::string tail_at(const fs::path& file, std::int64_t offset) {
        const std::int64_t size = std::min<std::int64_t>(offset, 256);
        std::string bytes(static_cast<std::size_t>(size), '\0');
        std::ifstream stream(file, std::ios::binary);
        stream.seekg(offset - size);
        stream.read(bytes.data(), size);
        bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
        return bytes;
    }

    std::int64_t offset_ = 0;
    std::string tail_;
};

struct EventFile {
    fs::path path;
    io::TensorBoardReader reader;
    Bookmark bookmark;
};

}  // namespace

struct RunMetrics::Source {
    std::vector<EventFile> files;
    Bookmark lines;
    std::int64_t damaged_lines = 0;

    bool cut_back(const fs::path& folder) const {
        return !lines.holds(folder / run_files::kEvents) ||
               std::any_of(files.begin(), files.end(),
                           [](const auto& file) { return !file.bookmark.holds(file.path); });
    }
    void follow_new_files(const fs::path& folder) {
        for (const fs::path& path : io::event_files(folder))
            if (std::none_of(files.begin(), files.end(), [&](const auto& file) { return file.path == path; }))
                files.push_back({path, io::TensorBoardReader(path), {}});
    }
};

RunMetrics::RunMetrics(fs::path run_folder) : folder_(std::move(run_folder)), source_(std::make_unique<Source>()) {}
RunMetrics::~RunMetrics() = default;
RunMetrics::RunMetrics(RunMetrics&&) noexcept = default;
RunMetrics& RunMetrics::operator=(RunMetrics&&) noexcept = default;

bool RunMetrics::refresh() {
    bool changed = false;
    if (source_->cut_back(folder_)) {
        source_ = std::make_unique<Source>();
        series_.clear();
        events_.clear();
        changed = true;
    }
    source_->follow_new_files(folder_);
    for (EventFile& file : source_->files) {
        // Records come with the same tags in the same order, so a tag is nearly always found where it was last.
        std::vector<std::pair<const std::string, Series>*> columns;
        file.reader.read_more([&](const io::ScalarEvent& event) {
            changed = true;
            columns.resize(std::max(columns.size(), event.values.size()));
            for (std::size_t i = 0; i < event.values.size(); ++i) {
                const auto& [tag, value] = event.values[i];
                if (!columns[i] || columns[i]->first != tag) columns[i] = &*series_.try_emplace(tag).first;
                Series& series = columns[i]->second;
                series.step.push_back(event.step);
                series.value.push_back(value);
                series.wall_time.push_back(event.wall_time);
            }
        });
        file.bookmark.set(file.path, file.reader.offset());
    }
    const fs::path lines = folder_ / run_files::kEvents;
    io::JsonLines more = io::read_json_lines(lines, source_->lines.offset());
    source_->lines.set(lines, more.end);
    source_->damaged_lines += more.damaged;
    changed |= !more.values.empty();
    for (const Json& line : more.values) events_.push_back(train::event_from_json(line));
    return changed;
}

const Series& RunMetrics::operator[](const std::string& tag) const {
    static const Series empty;
    const auto found = series_.find(tag);
    return found == series_.end() ? empty : found->second;
}

std::vector<std::string> RunMetrics::problems() const {
    std::vector<std::string> problems;
    for (const EventFile& file : source_->files) {
        if (file.reader.lost_records() > 0)
            problems.push_back(fmt::format("{} records lost in {}", file.reader.lost_records(), file.path.string()));
        if (file.reader.damaged_beyond())
            problems.push_back(fmt::format("{}: damaged at byte {}, what follows cannot be read", file.path.string(),
                                           file.reader.offset()));
    }
    if (source_->damaged_lines > 0)
        problems.push_back(
            fmt::format("{} lines lost in {}", source_->damaged_lines, (folder_ / run_files::kEvents).string()));
    return problems;
}

namespace {

// By the name it has in the file; absent: not told, or no such field.
std::optional<double> field_of(const train::EvaluationEvent& evaluation, const std::string& field) {
    if (field == "loss") return evaluation.loss;
    if (field == "perplexity") return evaluation.perplexity;
    if (field == "bpb") return evaluation.bpb;
    if (field == "bpb_masked") return evaluation.bpb_masked;
    return std::nullopt;
}

}  // namespace

Series evaluations(const RunMetrics& metrics, const std::string& set, const std::string& field) {
    return evaluations(metrics.events(), set, field);
}

Series evaluations(const std::vector<train::Event>& events, const std::string& set, const std::string& field) {
    Series series;
    for (const train::Event& event : events) {
        const auto* evaluation = std::get_if<train::EvaluationEvent>(&event.what);
        if (!evaluation || evaluation->set != set) continue;
        const std::optional<double> value = field_of(*evaluation, field);
        if (!value) continue;
        series.step.push_back(event.step);
        series.value.push_back(*value);
        series.wall_time.push_back(event.time.value_or(std::numeric_limits<double>::quiet_NaN()));
    }
    return series;
}

std::vector<std::string> evaluation_sets(const RunMetrics& metrics) { return evaluation_sets(metrics.events()); }

std::vector<std::string> evaluation_sets(const std::vector<train::Event>& events) {
    std::vector<std::string> sets;  // in the order they were first evaluated
    for (const train::Event& event : events) {
        const auto* evaluation = std::get_if<train::EvaluationEvent>(&event.what);
        if (evaluation && std::find(sets.begin(), sets.end(), evaluation->set) == sets.end())
            sets.push_back(evaluation->set);
    }
    return sets;
}

}  // namespace ablate::run
