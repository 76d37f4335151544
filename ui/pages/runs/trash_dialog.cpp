#include "ui/pages/runs/trash_dialog.h"

#include "core/base/text.h"
#include "core/config/variant_names.h"
#include "ui/bridge/text.h"
#include "ui/pages/runs/confirm.h"
#include "ui/pages/runs/run_cells.h"
#include "ui/pages/runs/run_files.h"
#include "ui/theme/figures.h"
#include "ui/theme/theme.h"
#include "ui/widgets/copy_rows.h"
#include "ui/widgets/labels.h"

#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>
#include <array>

namespace ablate::ui {

namespace {

enum Column { kVariant, kStudy, kSeed, kSize, kDeleted, kId, kColumnCount };
constexpr std::array kWidths{184, 136, 60, 92, 144, 96};
constexpr int kWidth = 760, kHeight = 420, kRowHeight = 28;

QString variant_of(const run::TrashedRun& run) {
    if (run.variant.empty()) return "(cannot be read)";
    return text(point_name(run.variant, run.grid_point));
}

QString line_of(const run::TrashedRun& run) {
    if (run.study.empty()) return text(run.name);
    return QString("%1: %2, seed %3 (%4)").arg(text(run.study), variant_of(run)).arg(run.seed).arg(text(run.name));
}

std::uint64_t bytes_of(const std::vector<run::TrashedRun>& runs) {
    std::uint64_t bytes = 0;
    for (const run::TrashedRun& run : runs) bytes += run.bytes;
    return bytes;
}

QString size_text(std::uint64_t bytes) { return text(short_bytes(static_cast<double>(bytes))); }

}  // namespace

TrashDialog::TrashDialog(RunFiles& files, QWidget* parent)
    : QDialog(parent), files_(files), table_(new QTreeWidget(this)) {
    setWindowTitle("Trash");
    resize(kWidth, kHeight);
    total_ = plain_label({}, "muted", this);
    refusal_ = plain_label({}, "danger", this);
    refusal_->setWordWrap(true);
    refusal_->hide();
    table_->setAccessibleName("Deleted runs");
    table_->setHeaderLabels({"Variant", "Study", "Seed", "Size", "Deleted", "Run"});
    for (const int column : {kSeed, kSize})
        table_->headerItem()->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
    table_->setItemDelegate(new FiguresDelegate(table_));
    table_->setRootIsDecorated(false);
    table_->setUniformRowHeights(true);
    table_->setAllColumnsShowFocus(true);
    table_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    copy_rows_on_request(table_);
    for (int column = 0; column < kColumnCount; ++column)
        table_->setColumnWidth(column, kWidths[static_cast<std::size_t>(column)]);
    restore_ = new QPushButton("Restore", this);
    empty_ = new QPushButton("Empty trash", this);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    auto* row = new QHBoxLayout;
    row->setSpacing(2 * kSpace);
    row->addWidget(restore_);
    row->addWidget(empty_);
    row->addWidget(buttons, 1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(4 * kSpace, 4 * kSpace, 4 * kSpace, 4 * kSpace);
    column->setSpacing(3 * kSpace);
    column->addWidget(total_);
    column->addWidget(table_, 1);
    column->addWidget(refusal_);
    column->addLayout(row);

    connect(table_, &QTreeWidget::itemSelectionChanged, this, &TrashDialog::enable_buttons);
    connect(restore_, &QPushButton::clicked, this, &TrashDialog::restore_selected);
    connect(empty_, &QPushButton::clicked, this, &TrashDialog::ask_to_empty);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(&files_, &RunFiles::trash_listed, this, &TrashDialog::show_runs);
    connect(&files_, &RunFiles::trashed, this, [this] { files_.list_trash(); });
    connect(&files_, &RunFiles::refused, this, [this](const QString& line) {
        refusal_->setText(line);
        refusal_->show();
    });
    total_->setText("Looking");
    enable_buttons();
    files_.list_trash();
}

void TrashDialog::show_runs(const std::vector<run::TrashedRun>& runs) {
    const QStringList kept = selected();
    runs_ = runs;
    table_->clear();
    for (const run::TrashedRun& run : runs_) {
        auto* item = new QTreeWidgetItem(table_);
        item->setText(kVariant, variant_of(run));
        item->setText(kStudy, text(run.study));
        item->setText(kSeed, run.study.empty() ? QString() : QString::number(run.seed));
        item->setText(kSize, size_text(run.bytes));
        item->setText(kDeleted, local_time(run.deleted));
        item->setText(kId, text(run.name));
        for (const int column : {kSeed, kSize}) item->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
        for (int column = 0; column < kColumnCount; ++column) item->setSizeHint(column, QSize(0, kRowHeight));
        item->setSelected(kept.contains(text(run.name)));
    }
    total_->setText(runs_.empty() ? "The trash is empty."
                                  : QString("%1, %2").arg(runs_text(runs_.size()), size_text(bytes_of(runs_))));
    enable_buttons();
}

QStringList TrashDialog::selected() const {
    QStringList names;
    for (const QTreeWidgetItem* item : table_->selectedItems()) names += item->text(kId);
    return names;
}

void TrashDialog::enable_buttons() {
    restore_->setEnabled(!selected().isEmpty());
    empty_->setEnabled(!runs_.empty());
}

void TrashDialog::restore_selected() {
    refusal_->hide();
    files_.restore(selected());
}

// Only what is in the list: a run that another window deletes meanwhile is not lost unseen.
void TrashDialog::ask_to_empty() {
    QStringList names, lines;
    for (const run::TrashedRun& run : runs_) {
        names += text(run.name);
        lines += line_of(run);
    }
    refusal_->hide();
    confirm(this,
            {QString("Delete %1 for good?").arg(runs_text(runs_.size())),
             QString("Their checkpoints, logs and notes go with them: %1. This cannot be undone.")
                 .arg(size_text(bytes_of(runs_))),
             lines, "Delete for good"},
            [this, names] { files_.delete_from_trash(names); });
}

}  // namespace ablate::ui
