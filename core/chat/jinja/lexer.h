#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace ablate::chat::jinja {

struct Token {
    enum class Kind { name, number, text, mark, end };
    Kind kind = Kind::end;
    std::string text;  // of a string literal: what it stands for
    int line = 0;
};

// A stretch of the template: text between tags, or the tokens within {{ }} or {% %}.
struct Piece {
    enum class Kind { text, output, statement };
    Kind kind = Kind::text;
    int line = 0;
    std::string text;
    std::vector<Token> tokens;  // the last one is `end`
};

// As transformers sets Jinja up: trim_blocks (a statement takes the newline after it), lstrip_blocks (and the blanks
// before it on its line), the last newline of the template dropped; `-` takes all white space on its side, `+` none.
std::vector<Piece> pieces_of(std::string_view source);

}  // namespace ablate::chat::jinja
