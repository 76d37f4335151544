#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace ablate {
struct DataConfig;
namespace io {
class OpenFile;
}
}  // namespace ablate

namespace ablate::data {

// What a .bin without a header is taken for.
struct TokenFormat {
    std::string type = "auto";    // data.token_type; auto: uint16, for a vocabulary of at most 65,536
    std::int64_t vocab_size = 0;  // 0: unknown
};
TokenFormat token_format(const DataConfig& config);

// Which documents of a Megatron dataset a TokenFile holds: document i is held out when i % every == every / 2, the rule
// for documents of a text (corpus.h).
struct HeldOut {
    enum class Part { all, training, validation } part = Part::all;
    std::int64_t every = 0;
};

// Token ids on disk, in one file or several that are joined in order. What a file holds is told by its first bytes:
//   NumPy's .npy: integers of 8 to 64 bits, one-dimensional;
//   llm.c and modded-nanogpt: 256 int32 with the magic number 20240520 (version 1: uint16) or 20240801 (version 7:
//   uint32) and the number of tokens, which the file's size must agree with;
//   Megatron-LM: PREFIX.bin beside PREFIX.idx, which says the type (io/megatron_index.h);
//   ids without a header, whose type is an option. Refused when every second id is 0: a sign of ids twice the size.
// Read in windows with pread: nothing is loaded whole, and a file that shrinks under a running training is an
// InputError, where a memory map would end the process with SIGBUS. InputError for any other file, or one without ids.
class TokenFile {
  public:
    explicit TokenFile(const std::filesystem::path& file, const TokenFormat& format = {});
    explicit TokenFile(const std::vector<std::filesystem::path>& files, const TokenFormat& format = {},
                       HeldOut held_out = {});
    ~TokenFile();
    TokenFile(const TokenFile&) = delete;
    TokenFile& operator=(const TokenFile&) = delete;
    std::int64_t size() const { return size_; }
    // The ids at [begin, begin + ids.size()), which must be inside the file. Any number of threads may read at once.
    void read(std::int64_t begin, std::span<std::int64_t> ids) const;
    const std::filesystem::path& path() const;    // of the first file
    std::string place(std::int64_t token) const;  // "FILE: token N" of the file that holds it
    // Why the ids may be wrong: ", and data.token_type the type of the ids (...)" for files without a header; else
    // empty.
    std::string doubt() const;

  private:
    struct File;
    struct Segment {
        const File* file;
        std::int64_t begin, first, count;  // its place among all ids, that of its first id in the file, its ids
    };
    void add(const std::filesystem::path& file, const TokenFormat& format, HeldOut held_out);
    const Segment& segment_of(std::int64_t token) const;
    std::vector<std::unique_ptr<const File>> files_;
    std::vector<Segment> segments_;  // in order, none empty
    std::int64_t size_ = 0;
};

// The .idx that belongs to a .bin of Megatron-LM; empty when the file is none.
std::filesystem::path megatron_index_of(const std::filesystem::path& bin);
// Documents that `bin` holds by its Megatron index.
std::int64_t megatron_documents(const std::filesystem::path& bin);

// Writes a token file: .npy of uint16 when every id below vocab_size fits, else of int32.
class TokenWriter {
  public:
    TokenWriter(const std::filesystem::path& file, std::int64_t vocab_size);
    ~TokenWriter();
    TokenWriter(const TokenWriter&) = delete;
    TokenWriter& operator=(const TokenWriter&) = delete;
    void append(std::span<const std::int32_t> ids);
    void finish();  // the file is complete after it

  private:
    void flush();
    std::unique_ptr<const io::OpenFile> file_;
    std::string dtype_;
    std::string buffer_;
    std::uint64_t offset_ = 0;
    std::int64_t count_ = 0;
};

// Scans the file: InputError with the position of the first id outside [0, vocab_size), or when more than 99 % of at
// least 1,000 tokens have one id. Returns each id's count.
std::vector<std::int64_t> count_tokens(const TokenFile& tokens, std::int64_t vocab_size);

}  // namespace ablate::data
