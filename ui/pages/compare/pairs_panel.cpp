#include "ui/pages/compare/pairs_panel.h"

#include "core/compare/wording.h"
#include "ui/bridge/text.h"
#include "ui/pages/compare/cells_model.h"
#include "ui/pages/compare/full_text.h"
#include "ui/pages/compare/lines_delegate.h"
#include "ui/theme/theme.h"
#include "ui/widgets/copy_rows.h"
#include "ui/widgets/labels.h"

#include <QHeaderView>
#include <QLabel>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

namespace ablate::ui {
namespace {

constexpr int kLeastWidth = 112, kMostWidth = 240;  // px

CellsModel::Cell pair_cell(const study::Comparison& comparison, std::size_t row, std::size_t column,
                           const study::Delta& delta) {
    const QString told = text(study::in_own_digits(delta.interval));
    const QString tip = text(study::display_name(comparison.groups[row]) + " compared with " +
                             study::display_name(comparison.groups[column]) + ": " + delta.judgement);
    if (told.isEmpty()) return {"–", tip, CellsModel::Tone::muted, true};
    const bool collapses = comparison.groups[row].collapsed > 0 || comparison.groups[column].collapsed > 0;
    const bool firm = delta.interval.distinguishable() && !delta.too_close() && !collapses;
    const QString lower = firm ? (delta.interval.mean < 0 ? "lower" : "higher") : "not told apart";
    return {told + "\n" + lower, tip, firm ? CellsModel::Tone::strong : CellsModel::Tone::muted, true,
            full_text(delta.interval) + " " + lower};
}

}  // namespace

PairsPanel::PairsPanel(QWidget* parent) : QWidget(parent) {
    model_ = new CellsModel(this);
    table_ = new QTableView(this);
    table_->setModel(model_);
    table_->setAccessibleName("All pairs");
    copy_rows_on_request(table_);
    table_->setItemDelegate(new LinesDelegate(table_));
    table_->setShowGrid(false);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setDefaultSectionSize(2 * table_->fontMetrics().height() + 3 * kSpace);
    table_->horizontalHeader()->setHighlightSections(false);
    table_->horizontalHeader()->setTextElideMode(Qt::ElideMiddle);
    told_ = wrapped_label("", "muted", this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 2 * kSpace, 0, 0);
    column->setSpacing(kSpace);
    column->addWidget(told_);
    column->addWidget(table_, 1);
}

void PairsPanel::show_scene(const CompareScenePtr& scene, const QStringList& visible) {
    const study::Comparison& comparison = *scene->comparison;
    const PairsScene& pairs = scene->pairs;
    std::vector<std::size_t> shown;  // indices into pairs.groups
    for (std::size_t i = 0; i < pairs.groups.size(); ++i)
        if (visible.contains(text(comparison.groups[pairs.groups[i]].config_hash))) shown.push_back(i);
    const auto name = [&](std::size_t i) {
        const study::Group& group = comparison.groups[pairs.groups[i]];
        return CellsModel::Cell{text(study::display_name(group)), text(group.name), {}, false};
    };
    std::vector<CellsModel::Cell> header{{"Variant", {}, {}, false}};
    std::vector<CellsModel::Line> lines;
    for (const std::size_t i : shown) {
        header.push_back(name(i));
        header.back().number = true;
        CellsModel::Line line{text(comparison.groups[pairs.groups[i]].config_hash), {name(i)}};
        for (const std::size_t j : shown) {
            const auto& delta = pairs.deltas[i][j];
            line.cells.push_back(delta ? pair_cell(comparison, pairs.groups[i], pairs.groups[j], *delta)
                                       : CellsModel::Cell{"", {}, CellsModel::Tone::muted, true});
        }
        lines.push_back(std::move(line));
    }
    const bool too_many = pairs.groups.empty() && scene->shown.size() > kMostPairs;
    told_->setText(too_many ? QString("All pairs are shown for up to %1 variants.").arg(kMostPairs)
                   : shown.size() < 2
                       ? QString("Pairs are shown once there are two variants.")
                       : text("Final " + study::measured(comparison) + " of the row minus that of the column (" +
                              study::unit_of(comparison) + ")."));
    model_->set(header, lines);
    table_->setVisible(shown.size() > 1);
    fitted_ = std::min(fitted_, model_->columnCount());
    for (; fitted_ < model_->columnCount() && !lines.empty(); ++fitted_) {  // then they are the user's
        table_->resizeColumnToContents(fitted_);
        table_->setColumnWidth(fitted_, std::clamp(table_->columnWidth(fitted_) + 2 * kSpace, kLeastWidth, kMostWidth));
    }
}

}  // namespace ablate::ui
