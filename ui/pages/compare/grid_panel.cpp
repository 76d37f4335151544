#include "ui/pages/compare/grid_panel.h"

#include "core/base/text.h"
#include "core/compare/wording.h"
#include "core/config/schema.h"
#include "core/config/study_edits.h"
#include "ui/bridge/text.h"
#include "ui/charts/grid_curve_view.h"
#include "ui/pages/compare/cells_model.h"
#include "ui/pages/compare/full_text.h"
#include "ui/pages/compare/lines_delegate.h"
#include "ui/pages/compare/train_popup.h"
#include "ui/pages/compare/verdict_bar.h"
#include "ui/theme/theme.h"
#include "ui/widgets/copy_rows.h"
#include "ui/widgets/labels.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace ablate::ui {
namespace {

using study::Comparison;
using study::GridTable;
using study::Group;
using Edge = GridTable::Edge;

constexpr int kLeastWidth = 128, kMostWidth = 280;  // px
constexpr int kLines = 3;                           // of a cell: the value, the difference, marks

QString value_line(const Group& group, bool in_full) {
    if (group.healthy() > 0) return in_full ? full_text(group.final_val) : text(study::in_own_digits(group.final_val));
    if (group.collapsed > 0) return "collapsed";
    return group.unfinished > 0 ? "not finished" : "–";
}

// At the points that are judged the outcome, elsewhere what the interval shows.
QString told_outcome(const Comparison& comparison, std::size_t group, const study::Delta& delta) {
    const auto& judged = comparison.best_of_variant;
    if (std::find(judged.begin(), judged.end(), group) != judged.end())
        return to_string(comparison.groups[group].judged.outcome);
    if (!delta.interval.distinguishable() || delta.too_close()) return "not told apart";
    return delta.interval.mean < 0 ? "lower" : "higher";
}

QString difference_line(const Comparison& comparison, std::size_t group, const std::optional<study::Delta>& delta,
                        const std::optional<std::size_t>& reference, bool in_full) {
    if (!delta || !reference || delta->interval.n == 0) return {};
    const QString difference = in_full ? full_text(delta->interval) : text(study::in_own_digits(delta->interval));
    return "Δ " + difference + " " + told_outcome(comparison, group, *delta);
}

QString tip_of(const Group& group, const std::optional<study::Delta>& delta) {
    QStringList lines{text(study::display_name(group)), text(study::count_of(group.healthy(), "healthy seed"))};
    for (const std::string& cause : group.collapse_causes) lines += text(cause);
    lines += delta ? text(delta->judgement) : QString("This is what the others are compared with.");
    return lines.join('\n');
}

// The edge of the grid's values, not of those that this variant was trained at.
Edge outer_edge(const GridTable& table, const GridTable::Row& row) {
    if (row.edge == Edge::lower && *row.best == 0) return Edge::lower;
    if (row.edge == Edge::upper && *row.best + 1 == table.values.size()) return Edge::upper;
    return Edge::none;
}

QString listed(const QStringList& names) {
    constexpr qsizetype kNamed = 4;
    if (names.size() == 1) return names.first();
    if (names.size() > kNamed) return QString("%1 variants").arg(names.size());
    return names.first(names.size() - 1).join(", ") + " and " + names.last();
}

}  // namespace

GridPanel::GridPanel(QWidget* parent) : QWidget(parent) {
    keys_ = new QComboBox(this);
    keys_->setAccessibleName("Grid key");
    told_ = wrapped_label("", "muted", this);
    auto* bar = new QHBoxLayout;
    bar->setSpacing(2 * kSpace);
    bar->addWidget(keys_);
    bar->addWidget(told_, 1);
    model_ = new CellsModel(this);
    table_ = new QTableView(this);
    table_->setModel(model_);
    table_->setAccessibleName("Grid");
    copy_rows_on_request(table_);
    table_->setItemDelegate(new LinesDelegate(table_));
    table_->setShowGrid(false);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setDefaultSectionSize(kLines * table_->fontMetrics().height() + 3 * kSpace);
    table_->horizontalHeader()->setHighlightSections(false);
    table_->horizontalHeader()->setTextElideMode(Qt::ElideMiddle);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 2 * kSpace, 0, 0);
    column->setSpacing(kSpace);
    column->addLayout(bar);
    curves_ = new GridCurveView(this);
    curves_->setAccessibleName("Final value over the grid");
    curves_->set_empty_text("A chart needs a grid of numbers and a run that ended.");
    auto* split = new QSplitter(this);
    split->addWidget(table_);
    split->addWidget(curves_);
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 2);
    split->setChildrenCollapsible(false);
    column->addWidget(split, 1);
    build_edge(edges_[0], Edge::lower);
    build_edge(edges_[1], Edge::upper);
    for (EdgeLine& line : edges_) column->addWidget(line.box);
    connect(keys_, &QComboBox::currentIndexChanged, this, &GridPanel::fill);
}

void GridPanel::build_edge(EdgeLine& line, Edge edge) {
    line.edge = edge;
    line.box = new QWidget(this);
    line.told = wrapped_label("", "", line.box);
    line.extend = new QPushButton("Extend grid", line.box);
    line.popup = new TrainPopup("Extend grid", 0, this);
    auto* row = new QHBoxLayout(line.box);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(line.told, 1);
    row->addWidget(line.extend, 0, Qt::AlignTop);
    line.box->hide();
    connect(line.extend, &QPushButton::clicked, this, [this, &line] { ask(line); });
    connect(line.popup, &TrainPopup::agreed, this, [this, &line] { Q_EMIT extend(line.extension, line.seeds); });
}

const GridScene* GridPanel::grid() const {
    const int chosen = keys_->currentIndex();
    if (!scene_ || chosen < 0 || chosen >= std::ssize(scene_->grids)) return nullptr;
    return &scene_->grids[static_cast<std::size_t>(chosen)];
}

void GridPanel::show_scene(const CompareScenePtr& scene, const QStringList& visible, const QString& why_not, int jobs) {
    scene_ = scene;
    visible_ = visible;
    why_not_ = why_not;
    jobs_ = jobs;
    QStringList wanted, shown;
    for (const GridScene& one : scene->grids) wanted += text(one.table.key);
    for (int i = 0; i < keys_->count(); ++i) shown += keys_->itemData(i).toString();
    if (wanted != shown) {
        const QSignalBlocker quiet(keys_);
        const int before = wanted.indexOf(keys_->currentData().toString());
        keys_->clear();
        for (const QString& key : wanted) keys_->addItem(text(label_of(key.toStdString())), key);
        if (!wanted.isEmpty()) keys_->setCurrentIndex(std::max(0, before));
    }
    keys_->setVisible(wanted.size() > 1);
    fill();
}

void GridPanel::fill() {
    const GridScene* shown = grid();
    table_->setVisible(shown != nullptr);
    curves_->setVisible(shown != nullptr);
    for (EdgeLine& line : edges_) line.box->hide();
    if (!shown) {
        for (EdgeLine& line : edges_) line.popup->hide();
        told_->setText(
            "This comparison has no grid. On the Study page, a grid trains every variant at several values.");
        model_->set({}, {});
        return;
    }
    told_->setText(QString("Final %1 by %2, and the difference (Δ) to the reference. %3")
                       .arg(text(study::measured(*scene_->comparison)), text(option_in_words(shown->table.key)),
                            scene_->choices.best_points ? QString("The reference is taken at its own best point.")
                                                        : QString("The reference is taken at the same grid point.")));
    fill_table(*shown);
    fill_curves(*shown);
    for (EdgeLine& line : edges_) fill_edge(line, *shown);
}

bool GridPanel::is_visible(const GridTable::Row& row) const {
    return std::any_of(row.groups.begin(), row.groups.end(), [this](const auto& group) {
        return group && visible_.contains(text(scene_->comparison->groups[*group].config_hash));
    });
}

void GridPanel::fill_table(const GridScene& grid) {
    const Comparison& comparison = *scene_->comparison;
    std::vector<CellsModel::Cell> header{{"Variant", {}, {}, false}};
    for (const Json& value : grid.table.values)
        header.push_back({text(study::grid_value_text(value)), text(grid.table.key), {}, true});
    std::vector<CellsModel::Line> lines;
    for (std::size_t i = 0; i < grid.table.rows.size(); ++i) {
        const GridTable::Row& row = grid.table.rows[i];
        if (!is_visible(row)) continue;
        CellsModel::Line line{text(row.variant), {{text(row.label), text(row.variant), {}, false}}};
        for (std::size_t j = 0; j < row.groups.size(); ++j) {
            if (!row.groups[j]) {
                line.cells.push_back({"–", "No run here", CellsModel::Tone::muted, true});
                continue;
            }
            const Group& group = comparison.groups[*row.groups[j]];
            const bool best = row.best == j;
            const auto words = [&](bool in_full) {
                QStringList lines{
                    value_line(group, in_full),
                    difference_line(comparison, *row.groups[j], grid.deltas[i][j], grid.references[i][j], in_full)};
                if (best) lines += outer_edge(grid.table, row) == Edge::none ? "best" : "best, at the edge of the grid";
                lines.removeAll(QString());
                return lines;
            };
            const bool collapsed = group.healthy() == 0 && group.collapsed > 0;
            line.cells.push_back({words(false).join('\n'), tip_of(group, grid.deltas[i][j]),
                                  best        ? CellsModel::Tone::strong
                                  : collapsed ? CellsModel::Tone::danger
                                              : CellsModel::Tone::usual,
                                  true, words(true).join(' ')});
        }
        lines.push_back(std::move(line));
    }
    model_->set(header, lines);
    if (const QString key = text(grid.table.key); fitted_key_ != key) {
        fitted_key_ = key;
        fitted_ = 0;
    }
    fitted_ = std::min(fitted_, model_->columnCount());
    for (; fitted_ < model_->columnCount() && !lines.empty(); ++fitted_) {  // then they are the user's
        table_->resizeColumnToContents(fitted_);
        table_->setColumnWidth(fitted_, std::clamp(table_->columnWidth(fitted_) + 2 * kSpace, kLeastWidth, kMostWidth));
    }
}

// One curve a variant: the mean over its healthy seeds with their interval, and where every seed collapsed.
void GridPanel::fill_curves(const GridScene& grid) {
    constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
    constexpr double kWide = 4;  // the ratio of the last value to the first from which an axis is logarithmic
    const Comparison& comparison = *scene_->comparison;
    const bool numeric = grid.table.numeric();
    std::vector<double> values;
    for (const Json& value : grid.table.values)
        if (numeric) values.push_back(value.get<double>());
    std::vector<GridCurve> curves;
    for (const GridTable::Row& row : grid.table.rows) {
        if (!numeric || !is_visible(row)) continue;
        GridCurve curve;
        curve.label = text(row.label);
        for (std::size_t i = 0; i < row.groups.size(); ++i) {
            if (!row.groups[i]) continue;
            const Group& group = comparison.groups[*row.groups[i]];
            curve.color = Theme::instance().run_color(group.color);
            if (group.healthy() == 0) {
                if (group.collapsed > 0) curve.collapsed_x.push_back(values[i]);
                continue;
            }
            if (row.best == i) curve.best.push_back(curve.x.size());
            const double half = group.final_val.half_width.value_or(kNaN);
            curve.x.push_back(values[i]);
            curve.y.push_back(group.final_val.mean);
            curve.low.push_back(group.final_val.mean - half);
            curve.high.push_back(group.final_val.mean + half);
        }
        if (!curve.x.empty() || !curve.collapsed_x.empty()) curves.push_back(std::move(curve));
    }
    const bool log_x = !values.empty() && values.front() > 0 && values.back() >= kWide * values.front();
    curves_->set_curves(std::move(curves), text(label_of(grid.table.key)),
                        text("Final " + study::measured(comparison) + " (" + study::unit_of(comparison) + ")"), log_x);
}

void GridPanel::fill_edge(EdgeLine& line, const GridScene& grid) {
    const Comparison& comparison = *scene_->comparison;
    const GridTable& table = grid.table;
    QStringList names;
    std::set<std::int64_t> seeds;
    line.runs = 0;
    line.seconds = line.longest = 0;
    const std::size_t column = line.edge == Edge::lower ? 0 : table.values.size() - 1;
    double each = 0;  // one seed of every variant
    bool imported = false;
    for (const GridTable::Row& row : table.rows) {
        if (outer_edge(table, row) == line.edge) names += text(row.label);
        if (!row.groups[column]) continue;
        const Group& group = comparison.groups[*row.groups[column]];
        imported |= group.imported();
        for (const std::size_t run : group.runs) seeds.insert(comparison.runs[run].listed.info.seed);
        each += group.seconds;
        line.longest = std::max(line.longest, group.seconds);
        line.at_once = runs_at_once(jobs_, group);
    }
    const auto next = study::next_grid_value(table.values, line.edge);
    const bool offered = !names.isEmpty() && table.numeric();
    line.box->setVisible(offered);
    // What an open popup asked about is no longer what would be trained.
    if (!offered || !next || line.extension.key != table.key || line.extension.value != *next) line.popup->hide();
    if (!offered) return;
    line.told->setText(
        QString("%1 %2 best at the %3 edge of the grid, %4 %5, so a better value may follow beyond it.%6")
            .arg(listed(names), names.size() == 1 ? "is" : "are", line.edge == Edge::lower ? "lower" : "upper",
                 text(option_in_words(table.key)), text(study::grid_value_text(table.values[column])),
                 why_not_.isEmpty() ? QString() : " " + why_not_));
    line.extend->setVisible(next && why_not_.isEmpty() && !imported);
    if (!next) return;
    line.extend->setText("Extend grid to " + text(study::grid_value_text(*next)));
    line.extension = {comparison.study, table.key, *next};
    line.seeds.assign(seeds.begin(), seeds.end());
    line.runs = std::ssize(table.rows) * std::ssize(line.seeds);
    line.seconds = each * static_cast<double>(line.seeds.size());
}

void GridPanel::ask(EdgeLine& line) {
    line.popup->ask(line.extend, [&line](int) {
        TrainOffer offer;
        offer.question =
            QString("Add %1 to the study's grid over %2, and train every variant there?")
                .arg(text(study::grid_value_text(line.extension.value)), text(option_in_words(line.extension.key)));
        offer.runs = line.runs;
        offer.seconds = line.seconds;
        offer.longest = line.longest;
        offer.at_once = line.at_once;
        return offer;
    });
}

}  // namespace ablate::ui
