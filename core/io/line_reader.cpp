#include "core/io/line_reader.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <zlib.h>

#include <cstring>
#include <vector>

namespace ablate::io {

namespace {
constexpr std::size_t buffer_bytes = 1 << 20;
constexpr std::size_t line_limit = 256u << 20;  // also what a small gzip file can unfold to
}  // namespace

struct LineReader::State {
    std::filesystem::path file;
    gzFile stream = nullptr;
    std::vector<char> buffer = std::vector<char>(buffer_bytes);
    std::size_t begin = 0, end = 0;
    bool ended = false;

    ~State() {
        if (stream != nullptr) gzclose_r(stream);
    }

    void refill() {
        const int got = gzread(stream, buffer.data(), static_cast<unsigned>(buffer.size()));
        begin = 0;
        end = got > 0 ? static_cast<std::size_t>(got) : 0;
        ended = got < static_cast<int>(buffer.size());
        if (!ended) return;
        int error = Z_OK;
        const char* reason = gzerror(stream, &error);
        if (error == Z_OK || error == Z_STREAM_END) return;
        if (error == Z_BUF_ERROR) reason = "the compressed data ends too early";
        throw InputError("{}: cannot be read: {} (near byte {})", file.string(), reason, gzoffset(stream));
    }
};

LineReader::LineReader(const std::filesystem::path& file) : state_(std::make_unique<State>()) {
    std::error_code missing;
    if (!std::filesystem::is_regular_file(file, missing)) throw InputError("{}: no such file", file.string());
    state_->file = file;
    state_->stream = gzopen(file.c_str(), "rb");
    if (state_->stream == nullptr) throw InputError("{}: cannot be opened: {}", file.string(), std::strerror(errno));
    gzbuffer(state_->stream, buffer_bytes);
}

LineReader::~LineReader() = default;

bool LineReader::next(std::string& line) {
    line.clear();
    bool found = false;
    for (;;) {
        if (state_->begin == state_->end) {
            if (!state_->ended) state_->refill();
            if (state_->begin == state_->end) break;
        }
        found = true;
        const char* begin = state_->buffer.data() + state_->begin;
        const std::size_t held = state_->end - state_->begin;
        const auto* newline = static_cast<const char*>(std::memchr(begin, '\n', held));
        const std::size_t taken = newline != nullptr ? static_cast<std::size_t>(newline - begin) : held;
        if (line.size() + taken > line_limit)
            throw InputError("{}: a line is longer than {} (near byte {})", state_->file.string(),
                             short_bytes(line_limit), bytes_read());
        line.append(begin, taken);
        state_->begin += taken + (newline != nullptr ? 1 : 0);
        if (newline != nullptr) break;
    }
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return found;
}

std::uint64_t LineReader::bytes_read() const { return static_cast<std::uint64_t>(gzoffset(state_->stream)); }

}  // namespace ablate::io
