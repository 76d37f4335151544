#pragma once
#include "core/chat/jinja/value.h"

namespace ablate::chat::jinja {

struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

struct Expression {
    enum class Kind {
        literal,    // value
        name,       // text
        list,       // parts
        dict,       // parts: key, value, key, value
        attribute,  // parts[0].text
        item,       // parts[0][parts[1]]
        slice,      // parts[0][parts[1]:parts[2]:parts[3]], absent parts null
        call,       // parts[0](parts[1...], names)
        filter,     // parts[0] | text(parts[1...], names)
        test,       // parts[0] is text(parts[1...]), or `is not` with negated
        unary,      // text parts[0]: not, -, +
        binary,     // parts[0] text parts[1]
        condition,  // parts[1] if parts[0] else parts[2], which may be null
    };
    Kind kind;
    int line;
    std::string text;
    Value value;
    std::vector<ExpressionPtr> parts;
    std::vector<std::string> names;  // of the last arguments, those given by name
    bool negated = false;
};

struct Statement;
using Statements = std::vector<Statement>;

struct Statement {
    enum class Kind { text, output, branch, loop, assign, leave, next };
    Kind kind;
    int line = 0;
    std::string text;                   // text; assign: the namespace's member, or ""
    std::vector<std::string> names;     // loop and assign: the targets
    std::vector<ExpressionPtr> values;  // output, assign: one (assign: none, a block's text); loop: over, and if
    // A branch has a condition for each body but the last one's else, which is null. A loop has a body and an else.
    std::vector<Statements> bodies;
};

}  // namespace ablate::chat::jinja
