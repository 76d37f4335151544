#pragma once
#include "core/data/corpus.h"

namespace ablate::data {

// sentencepiece leaves longer lines out of the training, and ends the process on words of 65,536 characters.
inline constexpr std::size_t longest_sentence = 4192;

struct TextSurvey {
    std::int64_t training_bytes = 0;
    std::int64_t long_line_bytes = 0;  // of the training lines above longest_sentence
    bool has_borders = false;          // some document ends at its own border: the vocabulary gets <|endoftext|>
    bool has_tabs = false;             // sentencepiece drops tabs from a vocabulary unless they are asked for
};

// Trains a sentencepiece BPE on the training documents and returns the model file's bytes. Of texts larger than 256
// MiB, evenly spaced documents that make up no more are taken, since sentencepiece holds its sentences in memory.
// Overlong lines are left out, as sentencepiece does by itself, unless they are more than a tenth of the text: they are
// cut then.
std::string train_tokenizer(const DataConfig& config, const std::vector<std::filesystem::path>& texts,
                            const TextSurvey& survey, const Progress& progress);

}  // namespace ablate::data
