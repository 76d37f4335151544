#include "ui/pages/study/step_zero_panel.h"

#include "core/base/text.h"
#include "core/compare/wording.h"
#include "ui/bridge/text.h"
#include "ui/pages/study/table_cells.h"
#include "ui/theme/figures.h"
#include "ui/theme/theme.h"
#include "ui/widgets/copy_rows.h"
#include "ui/widgets/labels.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QVBoxLayout>
#include <algorithm>

namespace ablate::ui {
namespace {

constexpr double kFarAbove = 1;  // nats above ln V that call for a look at the initialization
constexpr int kRowHeight = 28;
constexpr auto kWhatItTells =
    "Loss and gradients of each variant on a real batch, before the first update. A healthy start is near ln V, "
    "and a variant that computes what the baseline does changes nothing.";

Mark mark_of(const study::StepZero& zero, double ln_vocab) {
    if (!zero.first_non_finite.empty()) return Mark::error;
    return zero.same_as_baseline || zero.loss - ln_vocab > kFarAbove ? Mark::warning : Mark::passed;
}

QString remark_on(const study::StepZero& zero, double ln_vocab) {
    if (!zero.first_non_finite.empty()) return "not finite, first in " + text(zero.first_non_finite);
    if (zero.same_as_baseline) return "no-op: computes what the baseline does";
    if (zero.loss - ln_vocab > kFarAbove) return "starts far above ln V";
    return {};
}

}  // namespace

void StepZeroModel::take(StepZeroResults results) {
    beginResetModel();  // a separate result, asked for by a click: there is no selection to keep
    results_ = std::move(results);
    endResetModel();
}

int StepZeroModel::objections() const {
    return static_cast<int>(std::count_if(results_.points.begin(), results_.points.end(), [&](const auto& zero) {
        return mark_of(zero, results_.ln_vocab) != Mark::passed;
    }));
}

int StepZeroModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(results_.points.size());
}
int StepZeroModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : column_count; }

QVariant StepZeroModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const study::StepZero& zero = results_.points[static_cast<std::size_t>(index.row())];
    const double values[] = {0, zero.loss, zero.loss - results_.ln_vocab, zero.grad_norm, 0};
    const int column = index.column();
    const bool number = column == loss || column == above || column == grad_norm;
    switch (role) {
        case Qt::DisplayRole:
            if (column == point) return text(zero.point);
            if (column == remark) return remark_on(zero, results_.ln_vocab);
            if (column == above) return text(study::signed_loss(values[column]));
            return text(column == loss ? fixed(values[column], 4) : significant(values[column]));
        case Qt::ToolTipRole:
            if (number) return text(full_precision(values[column]));
            return data(index, Qt::DisplayRole).toString().toHtmlEscaped();
        case kFullTextRole:
            return number ? QVariant(text(full_precision(values[column]))) : QVariant();
        case Qt::AccessibleTextRole:
            return column == remark
                       ? QVariant(in_words(mark_of(zero, results_.ln_vocab)) + " " + remark_on(zero, results_.ln_vocab))
                       : data(index, Qt::DisplayRole);
        case Qt::TextAlignmentRole:
            return QVariant::fromValue<Qt::Alignment>((number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        case mark:
            return static_cast<int>(mark_of(zero, results_.ln_vocab));
        default:
            return {};
    }
}

QVariant StepZeroModel::headerData(int section, Qt::Orientation orientation, int role) const {
    static constexpr const char* titles[] = {"Point", "Loss (nats)", "Above ln V", "Grad norm", "Remark"};
    if (orientation != Qt::Horizontal || section < 0 || section >= column_count) return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue<Qt::Alignment>(
            (section == point || section == remark ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    return role == Qt::DisplayRole ? QVariant(titles[section]) : QVariant();
}

StepZeroPanel::StepZeroPanel(QWidget* parent)
    : QWidget(parent),
      button_(new QPushButton("Check step 0", this)),
      cancel_(flat_button("Cancel", this)),
      bar_(new QProgressBar(this)),
      table_(new QTableView(this)),
      explanation_(plain_label(kWhatItTells, "muted", this)),
      told_(plain_label("", "muted", this)) {
    explanation_->setWordWrap(true);
    told_->setWordWrap(true);
    bar_->setRange(0, 1000);
    bar_->setTextVisible(false);
    bar_->setFixedHeight(2 * kSpace);
    bar_->setAccessibleName("Progress of the check");
    table_->setModel(&model_);
    table_->setAccessibleName("Step 0 of each point");
    copy_rows_on_request(table_);
    table_->setShowGrid(false);
    table_->setWordWrap(false);
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setTabKeyNavigation(false);
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    table_->verticalHeader()->setDefaultSectionSize(kRowHeight);
    table_->horizontalHeader()->setHighlightSections(false);
    table_->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table_->horizontalHeader()->setSectionResizeMode(StepZeroModel::remark, QHeaderView::Stretch);
    table_->setItemDelegate(new TextCell(table_));
    for (const int column : {StepZeroModel::loss, StepZeroModel::above, StepZeroModel::grad_norm})
        table_->setItemDelegateForColumn(column, new FiguresDelegate(table_));
    table_->setItemDelegateForColumn(StepZeroModel::remark, new MarkCell(StepZeroModel::mark, table_));

    auto* line = new QHBoxLayout;
    line->addWidget(button_);
    line->addWidget(bar_, 1);
    line->addWidget(cancel_);
    line->addWidget(told_, 4);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 2 * kSpace, 0, 0);
    all->setSpacing(2 * kSpace);
    all->addLayout(line);
    all->addWidget(explanation_);
    all->addWidget(table_, 1);
    all->addStretch();

    connect(button_, &QPushButton::clicked, this, &StepZeroPanel::check);
    connect(cancel_, &QPushButton::clicked, &check_, &StepZeroCheck::cancel);
    connect(&check_, &StepZeroCheck::progress, this, [this](const QString& what, double share) {
        bar_->setValue(static_cast<int>(1000 * share));
        told_->setText(what);
    });
    connect(&check_, &StepZeroCheck::finished, this, &StepZeroPanel::take);
    connect(&check_, &StepZeroCheck::failed, this, [this](const QString& line) {
        show_state();
        told_->setText(line);
        set_look(told_, "role", "danger");
    });
    connect(&check_, &StepZeroCheck::cancelled, this, &StepZeroPanel::show_state);
    show_state();
}

void StepZeroPanel::set_document(StudyDocument* document, const std::filesystem::path& workspace) {
    if (document_) disconnect(document_, nullptr, this, nullptr);
    check_.cancel();
    document_ = document;
    workspace_ = workspace;
    take({});
    if (!document) return;
    connect(document, &StudyDocument::preview_changed, this, &StepZeroPanel::show_state);
    connect(document, &StudyDocument::changed, this, &StepZeroPanel::show_state);
    connect(document, &StudyDocument::loaded, this, [this] {
        check_.cancel();
        take({});
    });
}

void StepZeroPanel::check() {
    const StudyPreviewPtr preview = document_->preview();
    std::vector<VariantPoint> points;
    for (const study::PointPreview& point : preview->preview.points) points.push_back(point.point);
    checking_ = to_json(preview->study);
    check_.start(std::move(points), static_cast<std::uint64_t>(preview->study.seeds.front()), workspace_);
    bar_->setValue(0);
    show_state();
    told_->setText("Preparing the data");
    cancel_->setFocus();
}

void StepZeroPanel::take(const StepZeroResults& results) {
    model_.take(results);
    checked_ = checking_;
    show_state();
    const QString note = results.data_note.isEmpty() ? QString() : results.data_note + "\n";
    if (!results.points.empty())
        explanation_->setText(
            note + QString("ln V is %1: the loss of a uniform guess.").arg(text(significant(results.ln_vocab))));
    else
        explanation_->setText(kWhatItTells);
    Q_EMIT judged(model_.objections());
}

void StepZeroPanel::show_state() {
    const bool running = check_.running(), known = model_.rowCount() > 0;
    const StudyPreviewPtr preview = document_ ? document_->preview() : nullptr;
    const bool possible = preview && document_->preview_is_current() && preview->can_start();
    const bool had_focus = cancel_->hasFocus();
    button_->setVisible(!running);
    button_->setEnabled(possible);
    bar_->setVisible(running);
    cancel_->setVisible(running);
    table_->setVisible(known);
    if (had_focus && !running) button_->setFocus();
    if (running) return;
    set_look(told_, "role", "muted");
    const bool earlier = known && document_ && to_json(document_->study()) != checked_;
    told_->setText(earlier ? "The study has changed since." : QString());
}

}  // namespace ablate::ui
