#include "core/io/byte_stream.h"

#include "core/base/error.h"
#include "core/base/paths.h"

#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace ablate::io {

namespace {
constexpr std::size_t buffer_bytes = 1 << 20;
}

struct ByteStream::State {
    std::filesystem::path file;
    gzFile stream = nullptr;
    std::vector<char> buffer = std::vector<char>(buffer_bytes);
    bool ended = false;

    ~State() {
        if (stream != nullptr) gzclose_r(stream);
    }
};

ByteStream::ByteStream(const std::filesystem::path& file) : state_(std::make_unique<State>()) {
    if (!is_file(file)) throw InputError("{}: no such file", file.string());
    state_->file = file;
    state_->stream = gzopen(file.c_str(), "rb");
    if (state_->stream == nullptr) throw InputError("{}: cannot be opened: {}", file.string(), std::strerror(errno));
    gzbuffer(state_->stream, buffer_bytes);
}

ByteStream::~ByteStream() = default;

std::string_view ByteStream::next() {
    State& state = *state_;
    if (state.ended) return {};
    const int got = gzread(state.stream, state.buffer.data(), static_cast<unsigned>(state.buffer.size()));
    state.ended = got < static_cast<int>(state.buffer.size());
    if (state.ended) {
        int error = Z_OK;
        const char* reason = gzerror(state.stream, &error);
        if (error == Z_BUF_ERROR) reason = "the compressed data ends too early";
        if (error != Z_OK && error != Z_STREAM_END)
            throw InputError("{}: cannot be read: {} (near byte {})", state.file.string(), reason,
                             gzoffset(state.stream));
    }
    return {state.buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

std::uint64_t ByteStream::bytes_read() const { return static_cast<std::uint64_t>(gzoffset(state_->stream)); }

const std::filesystem::path& ByteStream::path() const { return state_->file; }

}  // namespace ablate::io
