#pragma once
#include <string>
#include <string_view>

// Names, labels and notes come from files of others: each format gets them through its own escape.
namespace ablate::report {

// Without control characters and direction overrides, which could rewrite the text around them; invalid UTF-8
// replaced.
std::string printable(std::string_view text);
std::string escape_html(std::string_view text);  // also for attributes in double quotes, and for SVG
std::string escape_markdown(
    std::string_view text);  // within a line or a table cell; what begins a line is the renderer's
std::string escape_latex(std::string_view text);
// With no-break spaces around "±" and before "%", so that no line ends there.
std::string unbroken(std::string text);
std::size_t display_width(std::string_view text);  // in code points

}  // namespace ablate::report
