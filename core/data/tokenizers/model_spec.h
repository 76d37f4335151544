#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace ablate::data {

// The settings of a sentencepiece .model that the library's interface does not tell, as sentencepiece_model.proto names
// them. The defaults are those of the format.
struct ModelSpec {
    int model_type = 1;  // trainer_spec: 1 unigram, 2 BPE, 3 word, 4 char
    bool treat_whitespace_as_suffix = false;
    bool has_charsmap = false;  // normalizer_spec: rules that rewrite characters
    bool remove_extra_whitespaces = true;
    bool escape_whitespaces = true;
    std::vector<bool> user_defined;  // by id: pieces that are never cut
};

// Of the bytes of a ModelProto. A damaged one gives what was read up to the damage.
ModelSpec read_model_spec(std::string_view bytes);

}  // namespace ablate::data
