#include "core/io/line_reader.h"

#include "core/base/error.h"
#include "core/base/text.h"

namespace ablate::io {

LineReader::LineReader(const std::filesystem::path& file) : bytes_(file) {}

bool LineReader::next(std::string& line) {
    line.clear();
    bool found = false;
    for (;;) {
        if (held_.empty()) held_ = bytes_.next();
        if (held_.empty()) break;
        found = true;
        const std::size_t newline = held_.find('\n');
        const std::size_t taken = newline != std::string_view::npos ? newline : held_.size();
        if (line.size() + taken > line_limit)
            throw InputError("{}: a line is longer than {} (near byte {})", bytes_.path().string(),
                             short_bytes(line_limit), bytes_read());
        line.append(held_, 0, taken);
        held_.remove_prefix(taken);
        if (newline == std::string_view::npos) continue;
        held_.remove_prefix(1);
        break;
    }
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return found;
}

std::uint64_t LineReader::bytes_read() const { return bytes_.bytes_read(); }

}  // namespace ablate::io
