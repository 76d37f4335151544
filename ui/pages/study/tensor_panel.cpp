#include "ui/pages/study/tensor_panel.h"

#include "ui/bridge/text.h"
#include "ui/pages/study/table_cells.h"
#include "ui/theme/figures.h"
#include "ui/theme/theme.h"
#include "ui/widgets/copy_rows.h"
#include "ui/widgets/labels.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

namespace ablate::ui {
namespace {

constexpr int kRowHeight = 28, kStackedHeight = 44;
constexpr int kNarrow = 620, kMiddle = 900;  // px of width
constexpr int kFilterWidth = 200;            // px
constexpr int kNameWidth = 196;
constexpr int kRowsMeasured = 40;  // one block has every shape there is

}  // namespace

TensorPanel::TensorPanel(QWidget* parent)
    : QWidget(parent),
      name_cell_(new StackedCell(TensorModel::why, this)),
      counts_(plain_label("", "muted", this)),
      search_(new QLineEdit(this)),
      table_(new QTableView(this)) {
    filter_.setSourceModel(&model_);
    counts_->setWordWrap(true);
    search_->setPlaceholderText("Filter tensors");
    search_->setToolTip("Rows with every word: q_norm dropped");
    search_->setAccessibleName("Filter tensors");
    search_->setClearButtonEnabled(true);
    search_->setMaximumWidth(kFilterWidth);
    table_->setModel(&filter_);
    table_->setAccessibleName("Tensors of the variant");
    copy_rows_on_request(table_);
    table_->setShowGrid(false);
    table_->setWordWrap(false);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setTabKeyNavigation(false);
    table_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);  // thousands of rows are not measured
    QHeaderView* header = table_->horizontalHeader();
    header->setHighlightSections(false);
    header->setSortIndicatorClearable(true);  // back to the order of the forward pass
    header->setSortIndicator(-1, Qt::AscendingOrder);
    table_->setSortingEnabled(true);
    table_->setItemDelegate(new TextCell(table_));
    table_->setItemDelegateForColumn(TensorModel::name, name_cell_);
    table_->setItemDelegateForColumn(TensorModel::parameters, new FiguresDelegate(table_));

    auto* line = new QHBoxLayout;
    line->setSpacing(2 * kSpace);
    line->addWidget(counts_, 1);
    line->addWidget(search_);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 2 * kSpace, 0, 0);
    all->setSpacing(2 * kSpace);
    all->addLayout(line);
    all->addWidget(table_, 1);
    connect(search_, &QLineEdit::textChanged, this, [this](const QString& typed) {
        filter_.set_words(typed);
        tell_counts();
    });
    connect(&Theme::instance(), &Theme::changed, table_->viewport(), qOverload<>(&QWidget::update));
    place_columns();
}

void TensorPanel::show_variant(const QString& name, const RunConfig& config, const RunConfig& baseline,
                               const std::filesystem::path& workspace) {
    wanted_ = Request{name, config, baseline, workspace};
    if (isVisible()) look();
}

void TensorPanel::look() {
    if (!wanted_) return;
    latest_.ask(
        [request = *std::exchange(wanted_, std::nullopt)](const Latest::Ticket&) {
            const RunConfig& config = request.config;
            return config.train.start.empty()
                       ? tensors_beside(request.baseline, config)
                       : tensors_from_start(config, request.workspace, request.name.toStdString());
        },
        [this](TensorList list) { take(std::move(list)); }, [this](const QString& line) { refuse(line); });
}

void TensorPanel::take(TensorList list) {
    const TensorList& before = model_.list();
    const bool other_columns =
        before.rows.empty() || before.compared != list.compared || before.from_start != list.from_start;
    model_.set(std::move(list));
    set_look(counts_, "role", "muted");
    search_->setEnabled(true);
    table_->show();
    tell_counts();
    if (other_columns || layout_for_width() != layout_) place_columns();
}

void TensorPanel::refuse(const QString& line) {
    model_.set({});
    set_look(counts_, "role", "danger");
    counts_->setText(line);
    search_->setEnabled(false);
    table_->hide();
}

void TensorPanel::tell_counts() {
    const int shown = filter_.rowCount();
    const QString line = model_.list().counts;
    counts_->setText(shown == model_.rowCount() ? line : QString("%1; %2 shown").arg(line).arg(shown));
}

// Reasons are whole sentences where there is a start: without room for a separate column they are shown below the
// names. The parameters, which follow from the shape, are the first to go.
TensorPanel::Layout TensorPanel::layout_for_width() const {
    const TensorList& list = model_.list();
    const bool reasons =
        std::any_of(list.rows.begin(), list.rows.end(), [](const TensorRow& row) { return !row.why.isEmpty(); });
    const bool narrow = width() < kNarrow;
    return {narrow && list.compared, reasons, reasons && (narrow || (list.from_start && width() < kMiddle))};
}

void TensorPanel::place_columns() {
    const TensorList& list = model_.list();
    layout_ = layout_for_width();
    const auto [narrow, reasons, stacked] = layout_;
    name_cell_->set_stacked(stacked);
    table_->verticalHeader()->setDefaultSectionSize(stacked ? kStackedHeight : kRowHeight);
    table_->setColumnHidden(TensorModel::fate, !list.compared);
    table_->setColumnHidden(TensorModel::why, stacked || !reasons);
    table_->setColumnHidden(TensorModel::parameters, narrow);
    table_->horizontalHeader()->setResizeContentsPrecision(kRowsMeasured);
    for (const int column : {TensorModel::shape, TensorModel::parameters}) table_->resizeColumnToContents(column);
    int fate = 0;
    for (const TensorFate one : {TensorFate::dropped, list.from_start ? TensorFate::fresh : TensorFate::reshaped})
        fate = std::max(fate, table_->fontMetrics().horizontalAdvance(sign_of(one) + ' ' + list.word_for(one)));
    table_->setColumnWidth(TensorModel::fate, fate + 5 * kSpace);
    const bool name_takes_the_rest = stacked || !reasons;
    QHeaderView& header = *table_->horizontalHeader();
    header.setStretchLastSection(!name_takes_the_rest);
    header.setSectionResizeMode(TensorModel::name,
                                name_takes_the_rest ? QHeaderView::Stretch : QHeaderView::Interactive);
    if (!name_takes_the_rest) table_->setColumnWidth(TensorModel::name, kNameWidth);
}

void TensorPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    look();
}

// What a user has made wider stays while the kind of layout does.
void TensorPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    if (layout_for_width() != layout_) place_columns();
}

}  // namespace ablate::ui
