#include "core/data/tokenizer.h"

namespace ablate::data {

void Tokenizer::encode_with_bytes(std::string_view text, std::vector<std::int32_t>& ids,
                                  std::vector<std::int32_t>& bytes) const {
    const std::size_t first = ids.size();
    encode(text, ids);
    for (std::size_t k = first; k < ids.size(); ++k)
        bytes.push_back(
            static_cast<std::int32_t>(k == first ? line_start_bytes(ids[k]) : bytes_after(*this, ids[k - 1], ids[k])));
}

}  // namespace ablate::data
