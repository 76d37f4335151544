#include "core/chat/jinja/parser.h"

#include "core/base/text.h"
#include "core/chat/jinja/builtins.h"
#include "core/chat/jinja/lexer.h"

#include <algorithm>
#include <charconv>

namespace ablate::chat::jinja {
namespace {

using Kind = Expression::Kind;

constexpr int kDeepest = 100;               // expressions and statements within each other
constexpr std::size_t kMostTokens = 2'000;  // of a tag: what they make is walked by recursion

ExpressionPtr make(Kind kind, int line, std::string text = {}) {
    auto expression = std::make_unique<Expression>();
    expression->kind = kind;
    expression->line = line;
    expression->text = std::move(text);
    return expression;
}

template <class... Parts>
ExpressionPtr make_of(Kind kind, int line, std::string text, Parts... parts) {
    ExpressionPtr expression = make(kind, line, std::move(text));
    (expression->parts.push_back(std::move(parts)), ...);
    return expression;
}

// Expressions by Jinja's precedence, the loosest first: if-else, or, and, not, comparison, + -, ~, * / // %, unary.
class ExpressionParser {
  public:
    explicit ExpressionParser(const std::vector<Token>& tokens) : tokens_(tokens) {
        if (tokens.size() > kMostTokens) fail(tokens[0].line, "the tag is too long");
    }

    int line() const { return peek().line; }
    bool at_end() const { return peek().kind == Token::Kind::end; }
    const Token& peek(std::size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
    bool is(const char* text, Token::Kind kind = Token::Kind::mark) const {
        return peek().kind == kind && peek().text == text;
    }
    bool is_word(const char* text) const { return is(text, Token::Kind::name); }
    bool skip(const char* text) { return is(text) && ++at_; }
    bool skip_word(const char* text) { return is_word(text) && ++at_; }
    void expect(const char* text) {
        if (!skip(text)) fail(line(), std::string("'") + text + "' is expected" + instead());
    }
    void expect_word(const char* text) {
        if (!skip_word(text)) fail(line(), std::string("'") + text + "' is expected" + instead());
    }
    std::string name() {
        if (peek().kind != Token::Kind::name) fail(line(), "a name is expected" + instead());
        return tokens_[at_++].text;
    }
    void expect_end() const {
        if (!at_end()) fail(line(), "the tag should end" + instead());
    }

    ExpressionPtr expression() {
        if (++depth_ > kDeepest) fail(line(), "expressions are nested too deeply");
        ExpressionPtr value = either();
        while (is_word("if")) {
            const int at = line();
            ++at_;
            ExpressionPtr condition = either();
            ExpressionPtr other = skip_word("else") ? expression() : nullptr;
            value = make_of(Kind::condition, at, "", std::move(condition), std::move(value), std::move(other));
        }
        --depth_;
        return value;
    }
    ExpressionPtr either() { return chain({"or"}, &ExpressionParser::both, true); }

    // `a, b` without parentheses is a list as well.
    ExpressionPtr expression_or_tuple() {
        ExpressionPtr first = expression();
        if (!is(",")) return first;
        ExpressionPtr list = make(Kind::list, first->line);
        list->parts.push_back(std::move(first));
        while (skip(","))
            if (!at_end()) list->parts.push_back(expression());
        return list;
    }

  private:
    std::string instead() const { return at_end() ? ", the tag ends" : " instead of " + quote(peek().text); }

    using Next = ExpressionPtr (ExpressionParser::*)();
    ExpressionPtr chain(std::initializer_list<const char*> operators, Next next, bool words = false) {
        ExpressionPtr left = (this->*next)();
        for (;;) {
            const int at = line();
            const char* found = nullptr;
            for (const char* each : operators)
                if (!found && (words ? skip_word(each) : skip(each))) found = each;
            if (!found) return left;
            left = make_of(Kind::binary, at, found, std::move(left), (this->*next)());
        }
    }

    ExpressionPtr both() { return chain({"and"}, &ExpressionParser::negation, true); }
    ExpressionPtr negation() {
        const int at = line();
        if (!skip_word("not")) return comparison();
        if (++depth_ > kDeepest) fail(at, "expressions are nested too deeply");
        ExpressionPtr value = make_of(Kind::unary, at, "not", negation());
        --depth_;
        return value;
    }
    ExpressionPtr comparison() {
        ExpressionPtr left = sum();
        for (;;) {
            const int at = line();
            std::string found;
            for (const char* each : {"==", "!=", "<=", ">=", "<", ">"})
                if (found.empty() && skip(each)) found = each;
            if (found.empty() && skip_word("in")) found = "in";
            if (found.empty() && is_word("not") && peek(1).text == "in") {
                at_ += 2;
                found = "not in";
            }
            if (found.empty()) return left;
            left = make_of(Kind::binary, at, found, std::move(left), sum());
        }
    }
    ExpressionPtr sum() { return chain({"+", "-"}, &ExpressionParser::joined); }
    ExpressionPtr joined() { return chain({"~"}, &ExpressionParser::product); }
    ExpressionPtr product() { return chain({"*", "//", "/", "%"}, &ExpressionParser::sign); }
    ExpressionPtr sign() {
        const int at = line();
        const char* found = skip("-") ? "-" : skip("+") ? "+" : nullptr;
        if (!found) return with_postfixes(primary());
        if (++depth_ > kDeepest) fail(at, "expressions are nested too deeply");
        ExpressionPtr value = make_of(Kind::unary, at, found, sign());
        --depth_;
        return value;
    }

    // What follows a value: .name [item] (call) | filter, is test.
    ExpressionPtr with_postfixes(ExpressionPtr value) {
        for (;;) {
            const int at = line();
            if (skip(".")) {
                value = make_of(Kind::attribute, at, name(), std::move(value));
            } else if (skip("[")) {
                value = subscript(std::move(value), at);
            } else if (is("(")) {
                value = make_of(Kind::call, at, "", std::move(value));
                arguments(*value);
            } else if (skip("|")) {
                value = make_of(Kind::filter, at, name(), std::move(value));
                if (is("(")) arguments(*value);
            } else if (skip_word("is")) {
                value = test(std::move(value), at);
            } else if (is("**")) {
                fail(at, "the operator ** is not known here");
            } else {
                return value;
            }
        }
    }

    ExpressionPtr subscript(ExpressionPtr value, int at) {
        ExpressionPtr bounds[3];
        int colons = 0;
        for (; !is("]"); ++colons) {
            if (!is(":")) bounds[std::min(colons, 2)] = expression();
            if (!is(":")) break;
            if (colons == 2) fail(at, "a slice has three parts at most");
            expect(":");
        }
        expect("]");
        if (colons > 0)
            return make_of(Kind::slice, at, "", std::move(value), std::move(bounds[0]), std::move(bounds[1]),
                           std::move(bounds[2]));
        if (!bounds[0]) fail(at, "an index is expected between [ and ]");
        return make_of(Kind::item, at, "", std::move(value), std::move(bounds[0]));
    }

    void arguments(Expression& call) {
        expect("(");
        while (!is(")")) {
            const bool named =
                peek().kind == Token::Kind::name && peek(1).kind == Token::Kind::mark && peek(1).text == "=";
            if (named) {
                call.names.push_back(name());
                expect("=");
            } else if (!call.names.empty()) {
                fail(line(), "an argument without a name follows one with a name");
            }
            call.parts.push_back(expression());
            if (!is(")")) expect(",");
        }
        expect(")");
    }

    ExpressionPtr test(ExpressionPtr value, int at) {
        const bool negated = skip_word("not");
        value = make_of(Kind::test, at, name(), std::move(value));
        value->negated = negated;
        if (is("(")) {
            arguments(*value);
        } else if (peek().kind == Token::Kind::text || peek().kind == Token::Kind::number) {
            value->parts.push_back(primary());  // `is divisibleby 3`
        }
        return value;
    }

    ExpressionPtr primary() {
        const Token token = peek();
        if (token.kind == Token::Kind::end) fail(token.line, "a value is expected, the tag ends");
        ++at_;
        switch (token.kind) {
            case Token::Kind::text: {
                std::string text = token.text;
                while (peek().kind == Token::Kind::text) text += tokens_[at_++].text;
                return literal(std::move(text), token.line);
            }
            case Token::Kind::number:
                return number(token);
            case Token::Kind::name:
                return word(token);
            default:
                --at_;
                if (skip("(")) return parenthesis(token.line);
                if (skip("[")) return sequence(token.line);
                if (skip("{")) return dictionary(token.line);
                fail(token.line, "a value is expected" + instead());
        }
    }

    static ExpressionPtr literal(Data data, int line) {
        ExpressionPtr expression = make(Kind::literal, line);
        expression->value = Value(std::move(data));
        return expression;
    }

    static ExpressionPtr number(const Token& token) {
        const char *begin = token.text.data(), *end = begin + token.text.size();
        if (token.text.find('.') != std::string::npos) {
            double value = 0;
            std::from_chars(begin, end, value);
            return literal(value, token.line);
        }
        std::int64_t value = 0;
        if (std::from_chars(begin, end, value).ec != std::errc()) fail(token.line, "the number is too large");
        return literal(value, token.line);
    }

    static ExpressionPtr word(const Token& token) {
        const std::string& text = token.text;
        if (text == "true" || text == "True") return literal(true, token.line);
        if (text == "false" || text == "False") return literal(false, token.line);
        if (text == "none" || text == "None") return literal(nullptr, token.line);
        return make(Kind::name, token.line, text);
    }

    ExpressionPtr parenthesis(int at) {
        if (skip(")")) return make(Kind::list, at);
        ExpressionPtr value = expression();
        if (is(",")) {
            ExpressionPtr list = make_of(Kind::list, at, "", std::move(value));
            while (skip(","))
                if (!is(")")) list->parts.push_back(expression());
            value = std::move(list);
        }
        expect(")");
        return value;
    }

    ExpressionPtr sequence(int at) {
        ExpressionPtr list = make(Kind::list, at);
        while (!is("]")) {
            list->parts.push_back(expression());
            if (!is("]")) expect(",");
        }
        expect("]");
        return list;
    }

    ExpressionPtr dictionary(int at) {
        ExpressionPtr dict = make(Kind::dict, at);
        while (!is("}")) {
            dict->parts.push_back(expression());
            expect(":");
            dict->parts.push_back(expression());
            if (!is("}")) expect(",");
        }
        expect("}");
        return dict;
    }

    const std::vector<Token>& tokens_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

// Statements as they enclose each other.
class Parser {
  public:
    explicit Parser(std::string_view source) : pieces_(pieces_of(source)) {}

    Statements all() {
        Statements statements = body({});
        if (at_ < pieces_.size()) fail(pieces_[at_].line, "{% " + pieces_[at_].tokens[0].text + " %} stands alone");
        return statements;
    }

  private:
    using Words = std::vector<std::string>;

    // Up to a statement that begins with one of `ends`, which is left for the caller.
    Statements body(const Words& ends) {
        Statements statements;
        for (; at_ < pieces_.size(); ++at_) {
            Piece& piece = pieces_[at_];
            if (piece.kind == Piece::Kind::text) {
                statements.push_back({Statement::Kind::text, piece.line, std::move(piece.text), {}, {}, {}});
                continue;
            }
            ExpressionParser parser(piece.tokens);
            if (piece.kind == Piece::Kind::output) {
                Statement output{Statement::Kind::output, piece.line, {}, {}, {}, {}};
                output.values.push_back(parser.expression_or_tuple());
                parser.expect_end();
                statements.push_back(std::move(output));
                continue;
            }
            const std::string& word = piece.tokens[0].text;
            if (std::find(ends.begin(), ends.end(), word) != ends.end()) return statements;
            if (is_inner(word)) return statements;
            if (++depth_ > kDeepest) fail(piece.line, "statements are nested too deeply");
            add_statement(statements, parser, piece.line);
            --depth_;
        }
        return statements;
    }

    static bool is_inner(const std::string& word) {
        return word == "else" || word == "elif" || word == "endif" || word == "endfor" || word == "endset";
    }

    void add_statement(Statements& statements, ExpressionParser& parser, int line) {
        const std::string word = parser.name();
        if (word == "if") return statements.push_back(branch(parser, line));
        if (word == "for") return statements.push_back(loop(parser, line));
        if (word == "set") return statements.push_back(assignment(parser, line));
        if (word == "break" || word == "continue") {
            parser.expect_end();
            const auto kind = word == "break" ? Statement::Kind::leave : Statement::Kind::next;
            return statements.push_back({kind, line, {}, {}, {}, {}});
        }
        // What transformers adds: it marks what the assistant says and renders unchanged.
        if (word == "generation" || word == "endgeneration") return parser.expect_end();
        fail(line, "the statement " + quote(word) + " is not known here");
    }

    const Piece& ended_by(const Words& ends, int line, const char* what) {
        if (at_ >= pieces_.size()) fail(line, std::string("this {% ") + what + " %} has no end");
        const std::string& word = pieces_[at_].tokens[0].text;
        if (std::find(ends.begin(), ends.end(), word) == ends.end())
            fail(pieces_[at_].line, "{% " + word + " %} does not belong to the {% " + what + " %} before it");
        return pieces_[at_];
    }

    Statement branch(ExpressionParser& first, int line) {
        Statement statement{Statement::Kind::branch, line, {}, {}, {}, {}};
        statement.values.push_back(first.expression());
        first.expect_end();
        for (bool last = false;;) {
            ++at_;
            statement.bodies.push_back(body({"elif", "else", "endif"}));
            const Piece& end = ended_by(last ? Words{"endif"} : Words{"elif", "else", "endif"}, line, "if");
            ExpressionParser parser(end.tokens);
            const std::string word = parser.name();
            if (word == "endif") return statement;
            last = word == "else";
            statement.values.push_back(last ? nullptr : parser.expression());
            parser.expect_end();
        }
    }

    Statement loop(ExpressionParser& parser, int line) {
        Statement statement{Statement::Kind::loop, line, {}, {}, {}, {}};
        do statement.names.push_back(parser.name());
        while (parser.skip(","));
        parser.expect_word("in");
        statement.values.push_back(parser.either());
        statement.values.push_back(parser.skip_word("if") ? parser.either() : nullptr);
        if (parser.is_word("recursive")) fail(line, "a recursive loop is not known here");
        parser.expect_end();
        for (const Words& ends : {Words{"else", "endfor"}, Words{"endfor"}}) {
            ++at_;
            statement.bodies.push_back(body(ends));
            if (ended_by(ends, line, "for").tokens[0].text == "endfor") break;
        }
        return statement;
    }

    Statement assignment(ExpressionParser& parser, int line) {
        Statement statement{Statement::Kind::assign, line, {}, {}, {}, {}};
        statement.names.push_back(parser.name());
        if (parser.skip(".")) statement.text = parser.name();
        while (statement.text.empty() && parser.skip(",")) statement.names.push_back(parser.name());
        if (parser.skip("=")) {
            statement.values.push_back(parser.expression_or_tuple());
            parser.expect_end();
            return statement;
        }
        parser.expect_end();
        ++at_;
        statement.bodies.push_back(body({"endset"}));
        ended_by({"endset"}, line, "set");
        return statement;
    }

    std::vector<Piece> pieces_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

}  // namespace

Statements parse(std::string_view source) {
    std::string text;
    for (std::size_t at = 0; at < source.size(); ++at)
        if (source[at] != '\r' || source.substr(at, 2) != "\r\n") text += source[at];
    return Parser(text).all();
}

}  // namespace ablate::chat::jinja
