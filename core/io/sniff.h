#pragma once
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>

// What a file is, by its first bytes and not by its name. Every reader that has a choice of formats asks here first. A
// failed download or a file of another program is then refused by name instead of being read as something else.
namespace ablate::io {

enum class FileKind {
    empty,
    text,         // of no structure known here; its encoding is not checked
    json_lines,   // a JSON value on each line, as far as `head` shows
    json_array,   // one array
    json_object,  // one object, on one line or several
    table,        // delimited columns (CSV, TSV, Markdown)
    utf16,        // text in UTF-16
    utf32,        // text in UTF-32
    html,         // a page, usually an error or a login in place of a download
    lfs_pointer,  // what Git leaves where a large file was not downloaded
    npy,
    tokens,          // a .bin with the header of llm.c and modded-nanogpt
    llmc_other,      // another file of llm.c: weights, evaluation questions
    megatron_index,  // PREFIX.idx beside PREFIX.bin
    fairseq_index,
    safetensors,
    torch_zip,     // torch.save since PyTorch 1.6
    torch_legacy,  // torch.save before that
    pickle,
    tensorboard,  // TFRecord frames around events
    tfrecord,     // TFRecord frames around anything else
    parquet,
    arrow_file,
    arrow_stream,  // what Hugging Face datasets stores
    gguf,
    sentencepiece,
    sqlite,
    hdf5,
    image,
    pdf,
    zip,
    gzip,  // damaged, or with `gzipped` set one in another; else `kind` is that of the content and `gzipped` is set
    zstd,
    xz,
    bzip2,
    tar,
    binary,  // none of these, and not text
};

struct Sniffed {
    FileKind kind = FileKind::empty;
    bool gzipped = false;
    std::uint64_t bytes = 0;  // of the file on disk
    std::string head;         // the first 64 KiB at most, decompressed
    std::string detail;       // of a table its columns, of a Git LFS pointer the size of the file itself; else empty
};

// InputError or ResourceError when the file cannot be opened.
Sniffed sniff(const std::filesystem::path& file);
// The kind of a file that begins with `head`; `whole` when that is all of it.
FileKind kind_of(std::string_view head, bool whole);
// Whether text never has this byte: NUL and most control characters.
bool is_no_text(char c);
// Kinds that readers judge for themselves: text, JSON, tables, and bytes of no format known here.
bool is_plain(FileKind kind);
// "a Git LFS pointer (the file itself has 548,105,171 bytes)".
std::string describe(const Sniffed& file);

// InputError "FILE: is a Git LFS pointer, not WANTED: ..." with what to do.
[[noreturn]] void throw_foreign(const std::filesystem::path& file, const Sniffed& sniffed, std::string_view wanted);
// Throws that error when the file is positively of a kind that is not among `accepted`. Text, JSON, tables and bytes of
// no known format pass: the reader itself says what it misses in them. FileKind::gzip accepts compressed files.
void refuse_foreign(const std::filesystem::path& file, std::string_view wanted,
                    std::initializer_list<FileKind> accepted = {});

}  // namespace ablate::io
