#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ablate::io {

inline constexpr std::string_view megatron_magic("MMIDIDX\0\0", 9);

// PREFIX.idx, which says what PREFIX.bin holds. Source of the format: Megatron-LM,
// megatron/core/datasets/indexed_dataset.py: "MMIDIDX\0\0", u64 version 1, u8 code of the element type, u64 number of
// sequences, u64 number of document borders; then the lengths of the sequences (i32), their byte offsets (i64) and the
// borders (i64, in sequences, the first 0); multimodal data end with a mode a sequence (i8). Little-endian.
struct MegatronIndex {
    std::string dtype;  // as in npy.h: "u1", "i2", "i4", "i8", "u2"
    std::size_t item_bytes = 0;
    std::int64_t tokens = 0;
    std::vector<std::int64_t> document_ends;  // in tokens, ascending; the last is `tokens`
};

// InputError for another format or version, a type that holds no ids, and sizes, offsets or borders that disagree.
MegatronIndex read_megatron_index(const std::filesystem::path& file);

}  // namespace ablate::io
