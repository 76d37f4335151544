#include "core/io/json_array.h"

#include "core/base/error.h"
#include "core/base/text.h"

namespace ablate::io {

JsonArrayReader::JsonArrayReader(const std::filesystem::path& file) : bytes_(file) {
    peek();  // fetches the first bytes
    held_ = without_byte_order_mark(held_);
    skip_blanks();
    if (peek() != '[') throw InputError("{}: is not a JSON array", file.string());
    take();
}

int JsonArrayReader::peek() {
    if (held_.empty()) held_ = bytes_.next();
    return held_.empty() ? -1 : static_cast<unsigned char>(held_.front());
}

void JsonArrayReader::take() {
    current_line_ += held_.front() == '\n';
    held_.remove_prefix(1);
}

void JsonArrayReader::skip_blanks() {
    for (int c = peek(); c == ' ' || c == '\t' || c == '\r' || c == '\n'; c = peek()) take();
}

bool JsonArrayReader::next(std::string& element) {
    element.clear();
    skip_blanks();
    if (peek() == ']') {
        take();
        require_end();
        return false;
    }
    if (index_ >= 0) {
        if (peek() != ',')
            throw InputError("{}: line {}: the JSON array has neither a comma nor its end after element {}",
                             bytes_.path().string(), current_line_, index_);
        take();
        skip_blanks();
    }
    line_ = current_line_;
    ++index_;
    read_element(element);
    return true;
}

// Up to the comma or bracket that ends the element.
void JsonArrayReader::read_element(std::string& element) {
    int depth = 0;
    bool quoted = false, escaped = false;
    for (int c = peek();; c = peek()) {
        if (c < 0)
            throw InputError("{}: the JSON array ends within element {}, which begins in line {}",
                             bytes_.path().string(), index_, line_);
        if (element.size() == line_limit)
            throw InputError("{}: element {} of the JSON array is longer than {} (line {})", bytes_.path().string(),
                             index_, short_bytes(line_limit), line_);
        if (quoted) {
            quoted = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else if (depth == 0 && (c == ',' || c == ']')) {
            break;
        } else {
            quoted = c == '"';
            depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        }
        element += static_cast<char>(c);
        take();
    }
}

void JsonArrayReader::require_end() {
    skip_blanks();
    if (peek() >= 0)
        throw InputError("{}: line {}: there is text after the end of the JSON array", bytes_.path().string(),
                         current_line_);
}

}  // namespace ablate::io
