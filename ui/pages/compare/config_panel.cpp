#include "ui/pages/compare/config_panel.h"

#include "core/compare/wording.h"
#include "ui/bridge/text.h"
#include "ui/pages/compare/cells_delegate.h"
#include "ui/pages/compare/cells_model.h"
#include "ui/theme/theme.h"
#include "ui/widgets/copy_rows.h"
#include "ui/widgets/labels.h"

#include <QAction>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <algorithm>

namespace ablate::ui {
namespace {

constexpr int kLeastWidth = 112, kMostWidth = 280;  // px

}  // namespace

ConfigPanel::ConfigPanel(QWidget* parent) : QWidget(parent) {
    model_ = new CellsModel(this);
    table_ = new QTableView(this);
    table_->setModel(model_);
    table_->setAccessibleName("Options that differ");
    copy_rows_on_request(table_);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setItemDelegate(new CellsDelegate(table_));
    table_->setWordWrap(false);
    table_->setShowGrid(false);
    table_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setDefaultSectionSize(32);
    table_->horizontalHeader()->setHighlightSections(false);
    table_->horizontalHeader()->setTextElideMode(Qt::ElideRight);
    table_->setContextMenuPolicy(Qt::ActionsContextMenu);
    auto* action = new QAction("Ignore these options", table_);
    action->setShortcut(QKeySequence::Delete);
    action->setShortcutContext(Qt::WidgetShortcut);
    table_->addAction(action);
    told_ = plain_label("", "muted", this);
    ignore_ = flat_button("Ignore selected", this);
    ignore_->setToolTip("Leave the selected options out of this table (Delete)");
    show_all_ = flat_button("", this);
    auto* bar = new QHBoxLayout;
    bar->addWidget(told_);
    bar->addStretch();
    bar->addWidget(show_all_);
    bar->addWidget(ignore_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 2 * kSpace, 0, 0);
    column->setSpacing(kSpace);
    column->addLayout(bar);
    column->addWidget(table_, 1);

    connect(action, &QAction::triggered, this, &ConfigPanel::ignore_selected);
    connect(ignore_, &QPushButton::clicked, this, &ConfigPanel::ignore_selected);
    connect(show_all_, &QPushButton::clicked, this, &ConfigPanel::show_ignored);
    const auto selected = [this] { ignore_->setEnabled(table_->selectionModel()->hasSelection()); };
    connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, selected);
    selected();
    fill();
}

void ConfigPanel::show_scene(const CompareScenePtr& scene, const QStringList& visible) {
    scene_ = scene;
    visible_ = visible;
    fill();
}

void ConfigPanel::fill() {
    std::vector<CellsModel::Cell> header{{"Option", {}, {}, false}};
    std::vector<CellsModel::Line> lines;
    int left_out = 0;
    const auto shown = [&](std::size_t i) {
        const study::Group& group = scene_->comparison->groups[scene_->shown[i].group];
        return i == 0 || visible_.contains(text(group.config_hash));  // the first is what the others differ from
    };
    const std::size_t groups = scene_ ? scene_->shown.size() : 0;
    for (std::size_t i = 0; i < groups; ++i) {
        const study::Group& group = scene_->comparison->groups[scene_->shown[i].group];
        if (shown(i)) header.push_back({text(study::display_name(group)), text(group.name), {}, false});
    }
    for (const ConfigTable::Row& row : scene_ ? scene_->configuration.rows : std::vector<ConfigTable::Row>()) {
        bool differs = false;  // between those shown
        for (std::size_t i = 0; i < groups; ++i) differs |= shown(i) && row.differs[i];
        if (!differs) continue;
        if (ignored_.contains(text(row.key))) {
            ++left_out;
            continue;
        }
        CellsModel::Line line{text(row.key), {{row.label, text(row.key), {}, false}}};
        for (std::size_t i = 0; i < groups; ++i)
            if (shown(i))
                line.cells.push_back({row.values[i], row.values[i],
                                      row.differs[i] ? CellsModel::Tone::strong : CellsModel::Tone::muted, false});
        lines.push_back(std::move(line));
    }
    told_->setText(groups < 2       ? "Options are set side by side once there are two variants."
                   : !lines.empty() ? "Options that differ from the first column stand out."
                   : left_out > 0   ? "No option differs but those ignored."
                                    : "No option differs between the variants shown.");
    show_all_->setText(QString("Show %1 ignored").arg(left_out));
    show_all_->setVisible(left_out > 0);
    model_->set(header, lines);
    fitted_ = std::min(fitted_, model_->columnCount());
    for (; fitted_ < model_->columnCount() && !lines.empty(); ++fitted_) {  // then they are the user's
        table_->resizeColumnToContents(fitted_);
        table_->setColumnWidth(fitted_, std::clamp(table_->columnWidth(fitted_) + 4 * kSpace, kLeastWidth, kMostWidth));
    }
}

void ConfigPanel::ignore_selected() {
    for (const QModelIndex& index : table_->selectionModel()->selectedRows())
        ignored_ += index.data(CellsModel::key).toString();
    fill();
}

void ConfigPanel::show_ignored() {
    ignored_.clear();
    fill();
}

QVariantMap ConfigPanel::save_state() const { return {{"ignored", ignored_}}; }

void ConfigPanel::restore_state(const QVariantMap& state) {
    ignored_ = state.value("ignored").toStringList();
    fill();
}

}  // namespace ablate::ui
