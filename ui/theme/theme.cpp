#include "ui/theme/theme.h"

#include "core/plot/dash.h"
#include "core/plot/palette.h"
#include "ui/theme/desktop_scheme.h"
#include "ui/theme/flat_style.h"
#include "ui/theme/style_sheet.h"

#include <QApplication>
#include <QFontDatabase>
#include <QPalette>
#include <QToolTip>
#include <algorithm>
#include <array>
#include <cmath>

namespace ablate::ui {
namespace {

const Palette kLight{.window = "#f4f5f7",
                     .surface = "#ffffff",
                     .raised = "#ffffff",
                     .hover = "#eceef2",
                     .selection = "#dce7fb",
                     .text = "#1f2328",
                     .muted = "#5b6470",
                     .line = "#d5d9e0",
                     .grid = "#e9ebef",
                     .accent = "#2f5fd0",
                     .accent_text = "#ffffff",
                     .warning = "#8f5f00",
                     .danger = "#c22a2a",
                     .passed = "#1b7a37"};
const Palette kDark{.window = "#16181b",
                    .surface = "#1d2024",
                    .raised = "#282c31",
                    .hover = "#2c3036",
                    .selection = "#2b4066",
                    .text = "#e4e6e9",
                    .muted = "#9ca4af",
                    .line = "#383d44",
                    .grid = "#2a2e33",
                    .accent = "#6c9bf2",
                    .accent_text = "#0e1218",
                    .warning = "#e3a93f",
                    .danger = "#f4776f",
                    .passed = "#5cbd78"};

QPalette application_palette(const Palette& c) {
    QPalette p;
    p.setColor(QPalette::Window, c.window);
    p.setColor(QPalette::Base, c.surface);
    p.setColor(QPalette::AlternateBase, c.window);
    p.setColor(QPalette::Button, c.raised);
    p.setColor(QPalette::ToolTipBase, c.raised);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::ToolTipText})
        p.setColor(role, c.text);
    p.setColor(QPalette::PlaceholderText, c.muted);
    p.setColor(QPalette::BrightText, c.danger);
    p.setColor(QPalette::Highlight, c.selection);
    p.setColor(QPalette::HighlightedText, c.text);
    p.setColor(QPalette::Link, c.accent);
    p.setColor(QPalette::LinkVisited, c.accent);
    p.setColor(QPalette::Light, c.raised);
    p.setColor(QPalette::Midlight, c.hover);
    p.setColor(QPalette::Mid, c.line);
    p.setColor(QPalette::Dark, c.line);
    p.setColor(QPalette::Shadow, c.line);
    const QColor faded = mixed(c.muted, c.surface, 0.35);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        p.setColor(QPalette::Disabled, role, faded);
    return p;
}

// A desktop that sets a family is followed; where it names none, Qt falls back to whatever "Sans Serif" is.
QFont base_font() {
    QFont font = QApplication::font();
    const bool unset = font.family().isEmpty() || font.family().startsWith("Sans", Qt::CaseInsensitive);
    if (unset && QFontDatabase::families().contains("Inter")) font.setFamily("Inter");
    if (unset && font.pointSizeF() < 10) font.setPointSizeF(10);
    return font;
}

double luminance(const QColor& color) {
    const auto linear = [](double c) { return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
}

}  // namespace

double contrast(const QColor& a, const QColor& b) {
    const double first = luminance(a) + 0.05, second = luminance(b) + 0.05;
    return std::max(first, second) / std::min(first, second);
}

QColor mixed(const QColor& from, const QColor& to, double share) {
    const auto mix = [share](double a, double b) { return static_cast<float>(a + (b - a) * share); };
    return QColor::fromRgbF(mix(from.redF(), to.redF()), mix(from.greenF(), to.greenF()),
                            mix(from.blueF(), to.blueF()));
}

Theme& Theme::instance() {
    // A child of the application, so that it goes before the application's fonts and styles do.
    static Theme* theme = [] {
        auto* made = new Theme;
        made->setParent(qApp);
        return made;
    }();
    return *theme;
}

Theme::Theme() : desktop_(std::make_unique<DesktopScheme>()), dark_(desktop_->dark()), base_(base_font()) {
    connect(desktop_.get(), &DesktopScheme::changed, this, [this] {
        if (applied_ && choice_ == ThemeChoice::system) choose(ThemeChoice::system);
    });
}

Theme::~Theme() = default;

const Palette& Theme::palette_of(bool dark) { return dark ? kDark : kLight; }

void Theme::choose(ThemeChoice choice) {
    choice_ = choice;
    const bool dark = choice == ThemeChoice::dark || (choice == ThemeChoice::system && desktop_->dark());
    if (applied_ && dark == dark_) return;
    dark_ = dark;
    apply();
}

void Theme::apply() {
    if (!applied_) QApplication::setStyle(new FlatStyle);
    applied_ = true;
    QApplication::setFont(font());
    QApplication::setPalette(application_palette(palette()));
    QToolTip::setPalette(QApplication::palette());
    qApp->setStyleSheet(style_sheet(palette(), base_.pointSizeF()));
    Q_EMIT changed();
}

QColor Theme::run_color(int index, bool dark) { return QColor::fromRgb(plot::run_color(index, dark)); }

QColor Theme::run_color(int index, int grid_index, int grid_count) const {
    return QColor::fromRgb(plot::run_color(index, grid_index, grid_count, dark_));
}

Qt::PenStyle Theme::seed_dash(int seed_index) {
    static constexpr std::array styles{Qt::SolidLine, Qt::DashLine, Qt::DotLine, Qt::DashDotLine, Qt::DashDotDotLine};
    static_assert(styles.size() == plot::kSeedDashes);
    return styles[static_cast<std::size_t>(std::max(seed_index, 0)) % styles.size()];
}

QFont Theme::font(int points_above_base, QFont::Weight weight) const {
    QFont font = base_;
    font.setPointSizeF(base_.pointSizeF() + points_above_base);
    font.setWeight(weight);
#if QT_VERSION >= QT_VERSION_CHECK(6, 7, 0)
    font.setFeature("tnum", 1);
#endif
    return font;
}

}  // namespace ablate::ui
