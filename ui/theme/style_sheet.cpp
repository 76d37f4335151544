#include "ui/theme/style_sheet.h"

#include <array>
#include <utility>

namespace ablate::ui {
namespace {

constexpr auto kSheet = R"(
QToolTip { background: @raised; color: @text; border: 1px solid @line; padding: 4px; }
QLabel[role="title"] { font-size: @titlept; font-weight: 600; }
QLabel[role="heading"] { font-weight: 600; }
QLabel[role="muted"] { color: @muted; }
QLabel[role="warning"] { color: @warning; }
QLabel[role="danger"] { color: @danger; }
QLabel[role="passed"] { color: @passed; }
QLabel[chip] { border-radius: 8px; padding: 0px 8px; min-height: 20px; background: @hover; color: @text; }
QLabel[chip="running"] { background: @selection; }
QLabel[chip="warning"] { background: @warningfill; color: @warning; }
QLabel[chip="danger"] { background: @dangerfill; color: @danger; }
QLabel[chip="passed"] { background: @passedfill; color: @passed; }
QFrame[card="true"] { background: @surface; border: 1px solid @line; border-radius: 8px; }
QFrame[banner="danger"] { background: @dangerfill; border: 1px solid @danger; border-radius: 8px; }
QFrame[banner="warning"] { background: @warningfill; border: 1px solid @warning; border-radius: 8px; }
QAbstractItemView { background: @surface; border: 1px solid @line; border-radius: 8px; outline: 0;
    selection-background-color: @selection; selection-color: @text; gridline-color: @grid; }
QAbstractItemView:focus { border-color: @accent; }
QAbstractItemView::item:hover { background: @hover; }
QAbstractItemView::item:selected { background: @selection; color: @text; }
QPlainTextEdit, QTextEdit { background: @surface; border: 1px solid @line; border-radius: 5px; }
QPlainTextEdit:focus, QTextEdit:focus { border-color: @accent; }
QComboBox QAbstractItemView { border-radius: 0px; padding: 4px; }
QHeaderView { background: @surface; border: 0; }
QHeaderView::section { background: @surface; color: @muted; border: 0; border-bottom: 1px solid @line;
    padding: 4px 8px; }
QHeaderView::section:hover { color: @text; }
QTableCornerButton::section { background: @surface; border: 0; }
QScrollArea { background: transparent; border: 0; }
QScrollBar { background: transparent; border: 0; }
QScrollBar:vertical { width: 12px; }
QScrollBar:horizontal { height: 12px; }
QScrollBar::handle { background: @handle; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: @muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QMenuBar { background: @window; }
QMenuBar::item { padding: 4px 8px; background: transparent; border-radius: 4px; }
QMenuBar::item:selected { background: @hover; }
QMenu { background: @raised; border: 1px solid @line; padding: 4px; }
QMenu::item { padding: 4px 24px 4px 24px; border-radius: 4px; }
QMenu::item:selected { background: @selection; }
QMenu::item:disabled { color: @faded; }
QMenu::separator { height: 1px; background: @line; margin: 4px 8px; }
QMenu::indicator { left: 4px; }
QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: @line; }
QTabWidget::pane { border: 0; border-top: 1px solid @line; }
QTabBar::tab { padding: 8px 12px; color: @muted; border: 0; border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: @text; }
QTabBar::tab:selected { color: @text; border-bottom: 2px solid @accent; }
QTabBar::tab:focus { background: @selection; }
QProgressBar { background: @hover; border: 0; border-radius: 4px; min-height: 8px; text-align: center; }
QProgressBar::chunk { background: @accent; border-radius: 4px; }
QStatusBar { background: @window; color: @muted; }
QStatusBar::item { border: 0; }
QGroupBox { border: 0; margin-top: 24px; font-weight: 600; }
QGroupBox::title { subcontrol-origin: margin; left: 0; padding: 0; }
)";

}  // namespace

QString style_sheet(const Palette& c, double base_points) {
    const std::array<std::pair<const char*, QString>, 19> values{{
        {"@titlept", QString::number(base_points + 3) + "pt"},
        {"@warningfill", mixed(c.surface, c.warning, 0.12).name()},
        {"@dangerfill", mixed(c.surface, c.danger, 0.12).name()},
        {"@passedfill", mixed(c.surface, c.passed, 0.12).name()},
        {"@handle", mixed(c.line, c.muted, 0.3).name()},
        {"@faded", mixed(c.muted, c.surface, 0.35).name()},
        {"@window", c.window.name()},
        {"@surface", c.surface.name()},
        {"@raised", c.raised.name()},
        {"@hover", c.hover.name()},
        {"@selection", c.selection.name()},
        {"@text", c.text.name()},
        {"@muted", c.muted.name()},
        {"@line", c.line.name()},
        {"@grid", c.grid.name()},
        {"@accent", c.accent.name()},
        {"@warning", c.warning.name()},
        {"@danger", c.danger.name()},
        {"@passed", c.passed.name()},
    }};
    QString sheet = kSheet;
    for (const auto& [name, value] : values) sheet.replace(name, value);
    return sheet;
}

}  // namespace ablate::ui
