#include "core/report/svg_elements.h"

#include "core/report/escape.h"

#include <fmt/format.h>

namespace ablate::report {

namespace {

constexpr std::size_t kLongestLabel = 30, kLabelTail = 12;  // characters
constexpr double kCharacterWidth = 6.7;                     // of a 12 px sans-serif, generous

// Where a code point begins.
std::size_t byte_of(const std::string& text, std::size_t point) {
    std::size_t at = 0;
    for (std::size_t points = 0; at < text.size(); ++at)
        if ((static_cast<unsigned char>(text[at]) & 0xC0) != 0x80 && points++ == point) break;
    return at;
}

}  // namespace

std::string svg_open(double width, double height, const std::string& description) {
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" "
        "height=\"{1:.0f}\" "
        "role=\"img\" aria-label=\"{2}\" font-family=\"system-ui, sans-serif\" font-size=\"12\" "
        "fill=\"currentColor\">\n",
        width, height, escape_html(description));
}

std::string svg_text(double x, double y, const std::string& text, const char* anchor, double opacity) {
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>{}</text>\n", x, y, anchor,
                       opacity < 1 ? fmt::format(" opacity=\"{}\"", opacity) : "", escape_html(text));
}

std::string svg_line(double x1, double y1, double x2, double y2, const std::string& style) {
    return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" {}/>\n", x1, y1, x2, y2, style);
}

std::string svg_cross(double x, double y, const std::string& title) {
    return fmt::format(
        "<path d=\"M{:.1f} {:.1f}l8 8m0 -8l-8 8\" stroke=\"#d32f2f\" stroke-width=\"2\" "
        "fill=\"none\"><title>{}</title></path>\n",
        x - 4, y - 4, escape_html(title));
}

double text_width(const std::string& text) { return kCharacterWidth * static_cast<double>(display_width(text)); }

std::string shortened(const std::string& label) {
    const std::string clean = printable(label);
    const std::size_t points = display_width(clean);
    if (points <= kLongestLabel) return clean;
    const std::size_t head = kLongestLabel - 1 - kLabelTail;
    return clean.substr(0, byte_of(clean, head)) + "…" + clean.substr(byte_of(clean, points - kLabelTail));
}

}  // namespace ablate::report
