#include "core/chat/jinja/lexer.h"

#include "core/base/text.h"
#include "core/chat/jinja/builtins.h"

#include <algorithm>
#include <array>

namespace ablate::chat::jinja {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f'; }
bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Lexer {
  public:
    explicit Lexer(std::string_view source) : source_(source) {
        if (source_.ends_with('\n')) source_.remove_suffix(1);
    }

    std::vector<Piece> pieces() {
        while (at_ < source_.size()) {
            const std::size_t tag = next_tag();
            add_text(source_.substr(at_, tag - at_), tag);
            at_ = tag;
            if (at_ < source_.size()) add_tag();
        }
        return std::move(pieces_);
    }

  private:
    std::size_t next_tag() const {
        for (std::size_t i = at_; i + 1 < source_.size(); ++i)
            if (source_[i] == '{' && (source_[i + 1] == '{' || source_[i + 1] == '%' || source_[i + 1] == '#'))
                return i;
        return source_.size();
    }

    // The text up to a tag, without what that tag and the one before take of it.
    void add_text(std::string_view text, std::size_t tag) {
        const int line = line_;
        line_ += static_cast<int>(std::count(text.begin(), text.end(), '\n'));
        const bool at_line_start = at_ == 0 || newline_taken_;
        if (take_all_)
            while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
        const char kind = tag + 1 < source_.size() ? source_[tag + 1] : '\0';
        const char sign = tag + 2 < source_.size() ? source_[tag + 2] : '\0';
        if (kind && sign == '-') {
            while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
        } else if (kind && kind != '{' && sign != '+') {
            const std::size_t blank = text.find_last_not_of(" \t");
            if (blank == std::string_view::npos ? at_line_start : text[blank] == '\n')
                text = text.substr(0, blank == std::string_view::npos ? 0 : blank + 1);
        }
        if (!text.empty()) pieces_.push_back({Piece::Kind::text, line, std::string(text), {}});
    }

    void add_tag() {
        const char kind = source_[at_ + 1];
        const int line = line_;
        at_ += 2;
        if (at_ < source_.size() && (source_[at_] == '-' || source_[at_] == '+')) ++at_;
        Piece piece{kind == '{' ? Piece::Kind::output : Piece::Kind::statement, line, {}, {}};
        const std::string close = kind == '{' ? "}}" : kind == '%' ? "%}" : "#}";
        char sign = '\0';
        if (kind == '#') {
            const std::size_t end = source_.find(close, at_);
            if (end == std::string_view::npos) fail(line, "a comment {# is not closed");
            line_ += static_cast<int>(std::count(source_.begin() + static_cast<std::ptrdiff_t>(at_),
                                                 source_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
            sign = source_[end - 1];
            at_ = end + 2;
        } else {
            sign = read_tokens(piece.tokens, close);
            pieces_.push_back(std::move(piece));
        }
        take_all_ = sign == '-';
        newline_taken_ = false;
        if (take_all_ || kind == '{' || sign == '+' || at_ >= source_.size() || source_[at_] != '\n') return;
        ++at_;
        ++line_;
        newline_taken_ = true;
    }

    // Up to the closing mark; returns the sign before it.
    char read_tokens(std::vector<Token>& tokens, const std::string& close) {
        int depth = 0;
        for (;;) {
            while (at_ < source_.size() && is_space(source_[at_])) line_ += source_[at_++] == '\n';
            const std::string_view left = source_.substr(at_);
            const bool signed_end =
                !left.empty() && (left[0] == '-' || left[0] == '+') && left.substr(1).starts_with(close);
            if (depth == 0 && (left.starts_with(close) || signed_end)) {
                at_ += close.size() + (signed_end ? 1 : 0);
                tokens.push_back({Token::Kind::end, "", line_});
                return signed_end ? left[0] : '\0';
            }
            if (left.empty()) fail(line_, "a tag is not closed: " + close + " is missing");
            tokens.push_back(token());
            const std::string& text = tokens.back().text;
            if (tokens.back().kind != Token::Kind::mark) continue;
            if (text == "{" || text == "[" || text == "(") ++depth;
            if (text == "}" || text == "]" || text == ")") --depth;
        }
    }

    Token token() {
        const char c = source_[at_];
        if (begins_name(c))
            return {Token::Kind::name, take([](char x) { return begins_name(x) || is_digit(x); }), line_};
        if (is_digit(c)) return {Token::Kind::number, number(), line_};
        if (c == '\'' || c == '"') return {Token::Kind::text, literal(c), line_};
        static constexpr std::array<std::string_view, 6> pairs = {"==", "!=", "<=", ">=", "//", "**"};
        for (const std::string_view pair : pairs)
            if (source_.substr(at_).starts_with(pair)) return {Token::Kind::mark, take_some(2), line_};
        if (std::string_view("+-*/%~|.,:()[]{}<>=").find(c) == std::string_view::npos)
            fail(line_, "unexpected character " + quote(source_.substr(at_, 1)));
        return {Token::Kind::mark, take_some(1), line_};
    }

    template <class Belongs>
    std::string take(Belongs belongs) {
        const std::size_t begin = at_;
        while (at_ < source_.size() && belongs(source_[at_])) ++at_;
        return std::string(source_.substr(begin, at_ - begin));
    }
    std::string take_some(std::size_t count) {
        at_ += count;
        return std::string(source_.substr(at_ - count, count));
    }
    std::string number() {
        std::string text = take(is_digit);
        if (at_ + 1 < source_.size() && source_[at_] == '.' && is_digit(source_[at_ + 1])) {
            text += take_some(1);
            text += take(is_digit);
        }
        return text;
    }

    std::string literal(char mark) {
        const int line = line_;
        std::string text;
        for (++at_; at_ < source_.size() && source_[at_] != mark; ++at_) {
            line_ += source_[at_] == '\n';
            if (source_[at_] != '\\' || at_ + 1 == source_.size()) {
                text += source_[at_];
                continue;
            }
            const char escaped = source_[++at_];
            static constexpr std::string_view letters = "nrt\\'\"", meant = "\n\r\t\\'\"";
            const std::size_t which = letters.find(escaped);
            if (which == std::string_view::npos)
                fail(line, "unknown escape " + quote(source_.substr(at_ - 1, 2)) + " in a string");
            text += meant[which];
        }
        if (at_ >= source_.size()) fail(line, "a string is not closed");
        ++at_;
        return text;
    }

    std::string_view source_;
    std::size_t at_ = 0;
    int line_ = 1;
    bool take_all_ = false;       // the tag before takes all white space after it
    bool newline_taken_ = false;  // or did take the newline, so that what follows begins a line
    std::vector<Piece> pieces_;
};

}  // namespace

std::vector<Piece> pieces_of(std::string_view source) { return Lexer(source).pieces(); }

}  // namespace ablate::chat::jinja
