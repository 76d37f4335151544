#pragma once
#include "core/data/tokenizer.h"

namespace ablate::infer {

// The text of ids that come one by one, in whole characters. Nothing of a stop string is given out, also where it spans
// tokens: what could become one is held back.
class TextStream {
  public:
    // `before` are the ids the text continues: its first token may be told by them whether a space is part of it.
    TextStream(const data::Tokenizer& tokenizer, std::span<const std::int32_t> before, std::vector<std::string> stop);

    std::string add(std::int32_t id);  // the text that is now certain
    std::string rest();                // at the end: what was held back
    bool stopped() const { return stopped_; }

  private:
    const data::Tokenizer& tokenizer_;
    std::vector<std::string> stop_;
    std::vector<std::int32_t> ids_;  // the newest: enough to tell what the next one adds
    std::size_t told_ = 0;           // bytes of their text that were passed on
    std::string held_;
    bool stopped_ = false;

    std::string fresh(bool more_to_come);
};

}  // namespace ablate::infer
