#pragma once
#include <QColor>
#include <QFont>
#include <QObject>
#include <QPen>
#include <memory>

// The one place for colors, type and spacing. Color carries meaning once: run colors; amber for warnings; red for
// collapse and failure alone; green for a passed check alone. The style sheet knows these properties of a widget:
//   QPushButton  primary = true                        the one action of a page
//   QPushButton, QToolButton  flat = true              no frame until hovered
//   QLabel       role = title | heading | muted | warning | danger | passed
//   QLabel       chip = neutral | running | warning | danger | passed
//   QFrame       card = true | banner = warning | banner = danger
namespace ablate::ui {

struct Palette {
    QColor window, surface, raised, hover, selection;  // backgrounds, from the outermost
    QColor text, muted, line, grid;                    // text at least 4.5:1 on surface; hairlines; chart grid
    QColor accent, accent_text;                        // the primary button
    QColor warning, danger, passed;                    // amber, red, green
};

enum class ThemeChoice { system, light, dark };

class DesktopScheme;

// The theme in force. Follows the desktop when asked to; changed() repaints everything. First used after the
// application object exists.
class Theme : public QObject {
    Q_OBJECT
  public:
    static Theme& instance();
    void choose(ThemeChoice choice);  // applies palette and style sheet to the application
    ThemeChoice choice() const { return choice_; }
    bool dark() const { return dark_; }
    const Palette& palette() const { return palette_of(dark_); }
    static const Palette& palette_of(bool dark);

    // The color of plot::run_color, which belongs to a variant; the dash tells its seeds apart.
    QColor run_color(int index) const { return run_color(index, dark_); }
    static QColor run_color(int index, bool dark);
    // At a point of a grid, by plot::run_color: lightness goes by its place among the study's grid points.
    QColor run_color(int index, int grid_index, int grid_count) const;
    static Qt::PenStyle seed_dash(int seed_index);  // the pattern of plot::seed_dash

    // The application's family; figures are tabular where Qt can ask for them (6.7), see ui/theme/figures.h.
    QFont font(int points_above_base = 0, QFont::Weight weight = QFont::Normal) const;

  Q_SIGNALS:
    void changed();

  private:
    Theme();
    ~Theme() override;
    void apply();
    std::unique_ptr<DesktopScheme> desktop_;
    ThemeChoice choice_ = ThemeChoice::system;
    bool dark_ = false;
    bool applied_ = false;
    QFont base_;
};

double contrast(const QColor& a, const QColor& b);  // WCAG 2, 1 to 21
QColor mixed(const QColor& from, const QColor& to, double share);

inline constexpr int kSpace = 4;  // every distance is a multiple of it

}  // namespace ablate::ui
