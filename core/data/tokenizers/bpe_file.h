#pragma once
#include "core/data/tokenizers/byte_level_bpe.h"
#include "core/data/tokenizers/side_files.h"

#include <filesystem>

namespace ablate::data {

struct BpeFile {
    BpeDefinition definition;
    std::vector<std::int32_t> before, after;  // what the post-processor puts around a text
};

}  // namespace ablate::data
