#include "ui/window/log_import_dialog.h"

#include "core/base/natural_order.h"
#include "core/base/text.h"
#include "ui/bridge/text.h"
#include "ui/theme/theme.h"
#include "ui/widgets/copy_rows.h"
#include "ui/widgets/labels.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTableWidget>
#include <algorithm>
#include <limits>

namespace ablate::ui {
namespace {

constexpr int kWidth = 680, kHeight = 460, kSeedWidth = 72, kRowHeight = 26;

void sort_naturally(QStringList& words) {
    std::sort(words.begin(), words.end(),
              [](const QString& a, const QString& b) { return natural_less(a.toStdString(), b.toStdString()); });
    words.removeDuplicates();
}

// "" when the study and the variant ("NAME" or "NAME@POINT") can be called so.
QString why_not_named(const std::string& study, const std::string& variant) {
    if (!study.empty() && !is_plain_name(study))
        return "A study's name consists of up to 64 letters, digits, dots, dashes and underscores.";
    if (!variant.empty() && !is_plain_name(variant.substr(0, variant.find('@'))))
        return "A variant's name consists of up to 64 letters, digits, dots, dashes and underscores; a grid point may "
               "follow after @.";
    return {};
}

}  // namespace

LogImportDialog::LogImportDialog(const QStringList& paths, const QStringList& studies, QWidget* parent)
    : QDialog(parent) {
    setWindowTitle("Import training logs");
    resize(kWidth, kHeight);
    problem_ = wrapped_label({}, "danger", this);
    problem_->setAccessibleName("Problem");
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    import_ = primary_button("Import", this);
    buttons->addButton(import_, QDialogButtonBox::AcceptRole);
    import_->setDefault(true);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(5 * kSpace, 5 * kSpace, 5 * kSpace, 4 * kSpace);
    column->setSpacing(3 * kSpace);
    column->addWidget(build_list(), 1);
    column->addWidget(build_names(studies));
    column->addWidget(problem_);
    column->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, [this] {
        if (first_->take_over()) accept();
    });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    add(paths);
}

QWidget* LogImportDialog::build_list() {
    auto* box = new QWidget(this);
    list_ = new QTableWidget(0, 2, box);
    list_->setAccessibleName("Logs");
    list_->setHorizontalHeaderLabels({"Log", "Seed"});
    list_->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    list_->horizontalHeader()->setHighlightSections(false);
    list_->setColumnWidth(1, kSeedWidth);
    list_->verticalHeader()->hide();
    list_->verticalHeader()->setDefaultSectionSize(kRowHeight);
    list_->setShowGrid(false);
    list_->setTextElideMode(Qt::ElideMiddle);
    list_->setSelectionBehavior(QAbstractItemView::SelectRows);
    list_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    list_->setTabKeyNavigation(false);
    copy_rows_on_request(list_);
    auto* files = new QPushButton("Add files…", box);
    auto* folder = new QPushButton("Add TensorBoard folder…", box);
    remove_ = new QPushButton("Remove", box);
    for (QPushButton* button : {files, folder, remove_}) button->setAutoDefault(false);
    auto* row = new QHBoxLayout;
    row->setSpacing(2 * kSpace);
    row->addWidget(files);
    row->addWidget(folder);
    row->addWidget(remove_);
    row->addStretch();
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2 * kSpace);
    column->addWidget(list_, 1);
    column->addLayout(row);
    connect(files, &QPushButton::clicked, this, [this] { add_more(false); });
    connect(folder, &QPushButton::clicked, this, [this] { add_more(true); });
    connect(remove_, &QPushButton::clicked, this, &LogImportDialog::remove_selected);
    connect(list_, &QTableWidget::itemSelectionChanged, this,
            [this] { remove_->setEnabled(!list_->selectedItems().isEmpty()); });
    remove_->setEnabled(false);
    return box;
}

QWidget* LogImportDialog::build_names(const QStringList& studies) {
    auto* box = new QWidget(this);
    QStringList known = studies;
    sort_naturally(known);
    study_ = new QComboBox(box);
    study_->setEditable(true);
    study_->setInsertPolicy(QComboBox::NoInsert);
    study_->addItems(known);
    study_->setCurrentText({});
    study_->setAccessibleName("Study");
    study_->lineEdit()->setAccessibleName("Study");
    study_->lineEdit()->setPlaceholderText("As each log says");
    variant_ = new QLineEdit(box);
    variant_->setAccessibleName("Variant");
    variant_->setPlaceholderText("As each log says");
    variant_->setToolTip(
        plain_tooltip({"NAME, or NAME@POINT for a grid point. The variant baseline is what the others "
                       "of its study are compared with."}));
    numbered_ = new QCheckBox("&Number the seeds from", box);
    first_ = new NumberBox<QSpinBox>(box);
    first_->setRange(0, std::numeric_limits<int>::max());
    first_->setValue(1);
    first_->setAccessibleName("First seed");
    first_->setEnabled(false);
    auto* seeds = new QHBoxLayout;
    seeds->setSpacing(2 * kSpace);
    seeds->addWidget(numbered_);
    seeds->addWidget(first_);
    seeds->addStretch();
    auto* form = new QFormLayout(box);
    form->setContentsMargins(0, 0, 0, 0);
    form->setHorizontalSpacing(4 * kSpace);
    form->setVerticalSpacing(2 * kSpace);
    form->addRow("&Study", study_);
    form->addRow("&Variant", variant_);
    form->addRow("Seeds", seeds);
    form->addRow({}, refusal_label(first_->refusal(), box));
    connect(study_, &QComboBox::currentTextChanged, this, &LogImportDialog::follow);
    connect(variant_, &QLineEdit::textChanged, this, &LogImportDialog::follow);
    connect(numbered_, &QCheckBox::toggled, this, &LogImportDialog::follow);
    connect(first_, &QSpinBox::valueChanged, this, &LogImportDialog::follow);
    return box;
}

void LogImportDialog::add_more(bool folder) {
    auto* dialog = new QFileDialog(this, folder ? "Add the TensorBoard folder of a run" : "Add training logs");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(folder ? QFileDialog::Directory : QFileDialog::ExistingFiles);
    dialog->setOption(QFileDialog::ShowDirsOnly, folder);
    connect(dialog, &QFileDialog::filesSelected, this, &LogImportDialog::add);
    dialog->open();
}

void LogImportDialog::add(const QStringList& paths) {
    paths_ += paths;
    sort_naturally(paths_);
    follow();
}

void LogImportDialog::remove_selected() {
    QStringList kept = paths_;
    for (const QTableWidgetItem* item : list_->selectedItems())
        if (item->column() == 0) kept.removeAll(item->text());
    paths_ = kept;
    list_->clearSelection();
    follow();
}

void LogImportDialog::follow() {
    first_->setEnabled(numbered_->isChecked());
    const std::vector<Log> all = logs();
    list_->setRowCount(static_cast<int>(all.size()));
    for (int row = 0; row < list_->rowCount(); ++row) {
        const Log& log = all[static_cast<std::size_t>(row)];
        auto* path = new QTableWidgetItem(log.path);
        path->setToolTip(plain_tooltip({log.path}));
        list_->setItem(row, 0, path);
        list_->setItem(row, 1, new QTableWidgetItem(log.names.seed ? QString::number(*log.names.seed) : QString("–")));
    }
    const std::string study = study_->currentText().trimmed().toStdString();
    const std::string variant = variant_->text().trimmed().toStdString();
    QString problem = why_not_named(study, variant);
    if (problem.isEmpty() && all.empty()) problem = "Add a log to import.";
    problem_->setText(problem);
    problem_->setVisible(!problem.isEmpty());
    import_->setEnabled(problem.isEmpty());
}

std::vector<LogImportDialog::Log> LogImportDialog::logs() const {
    interop::logs::RunNames names{
        study_->currentText().trimmed().toStdString(), variant_->text().trimmed().toStdString(), {}};
    std::vector<Log> all;
    for (const QString& path : paths_) {
        if (numbered_->isChecked()) names.seed = first_->value() + static_cast<std::int64_t>(all.size());
        all.push_back({path, names});
    }
    return all;
}

}  // namespace ablate::ui
