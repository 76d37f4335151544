#include "core/io/json_lines.h"

#include "core/base/error.h"
#include "core/base/paths.h"
#include "core/io/bytes.h"
#include "core/io/json_file.h"

#include <limits>

namespace ablate::io {

JsonLinesWriter::JsonLinesWriter(std::filesystem::path file, std::int64_t keep_bytes)
    : file_(std::make_unique<OpenFile>(std::move(file), O_RDWR | O_CREAT)) {
    if (keep_bytes >= 0) file_->cut_to(static_cast<std::uint64_t>(keep_bytes));
    offset_ = static_cast<std::int64_t>(file_->size());
    // Ends a line that a crash tore, so that it does not spoil the next one too.
    if (offset_ > 0 && file_->read_at(static_cast<std::uint64_t>(offset_ - 1), 1) != "\n") {
        file_->append_at(static_cast<std::uint64_t>(offset_), "\n");
        ++offset_;
    }
}

JsonLinesWriter::~JsonLinesWriter() = default;

void JsonLinesWriter::append(const Json& value) {
    const std::string line = dump_line(value) + "\n";
    file_->append_at(static_cast<std::uint64_t>(offset_), line);
    offset_ += static_cast<std::int64_t>(line.size());
}

void JsonLinesWriter::sync() { file_->sync(); }

JsonLines read_json_lines(const std::filesystem::path& file, std::int64_t from) {
    JsonLines lines;
    if (!is_there(file)) return lines;
    const OpenFile in(file, O_RDONLY);
    lines.restarted = static_cast<std::uint64_t>(from) > in.size();
    lines.end = lines.restarted ? 0 : from;
    const std::string text = in.read_at(static_cast<std::uint64_t>(lines.end), std::numeric_limits<std::size_t>::max());
    std::size_t begin = 0;
    for (std::size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
        const std::string_view line = std::string_view(text).substr(begin, end - begin);
        if (line.empty()) continue;
        try {
            lines.values.push_back(parse_json(line, file.string()));
        } catch (const InputError&) {
            ++lines.damaged;
        }
    }
    lines.end += static_cast<std::int64_t>(begin);
    return lines;
}

}  // namespace ablate::io
