#pragma once
#include "core/config/run_config.h"

#include <optional>

namespace ablate::data {

// A text that cannot be trained on with the present options.
struct ShortText {
    std::string line;            // what is wrong and what would be right: "data.val_every: ..."
    std::int64_t documents = 0;  // of the whole text; 0 where it cannot be read
    std::int64_t lines = 0;
    bool cut_by_lines = false;  // data.block_lines decides where its documents end
};

// Whether data.text holds too few documents, or too few bytes, for data.val_every to hold some out. Reads the beginning
// of the text: as much as it takes to know, 8 MB at most. A file that cannot be read as a text is told as well. Nothing
// where data.text is empty, missing or a folder with folders or with more than 100 files, and where data.tokens or
// data.val take the place of held-out documents.
std::optional<ShortText> short_text(const DataConfig& config);

}  // namespace ablate::data
