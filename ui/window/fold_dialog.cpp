#include "ui/window/fold_dialog.h"

#include "ui/bridge/text.h"
#include "ui/theme/theme.h"
#include "ui/widgets/labels.h"

#include <QCheckBox>
#include <QCloseEvent>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QRadioButton>
#include <cmath>

namespace ablate::ui {
namespace {

constexpr int kWidth = 600, kPermille = 1000;

}  // namespace

FoldDialog::FoldDialog(const FoldRequest& what, QWidget* parent) : QDialog(parent), request_(what) {
    setWindowTitle("Fold with FlashNorm");
    setMinimumWidth(kWidth);
    if (request_.to.empty()) request_.to = request_.from.string() + "-flashnorm";
    QLabel* source = wrapped_label(request_.name, "", this);
    source->setTextInteractionFlags(Qt::TextSelectableByMouse);
    source->setAccessibleName("Source");
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(4 * kSpace);
    form->setVerticalSpacing(3 * kSpace);
    form->addRow("Source", source);
    form->addRow("&New folder", build_target());
    form->addRow("Norms", build_form());
    verify_ = new QCheckBox("&Verify: compare the weights and the logits of both models", this);
    verify_->setChecked(request_.verify);
    form->addRow({}, verify_);

    auto* buttons = new QDialogButtonBox(this);
    close_ = buttons->addButton("Close", QDialogButtonBox::RejectRole);
    fold_ = primary_button("Fold", this);
    buttons->addButton(fold_, QDialogButtonBox::ActionRole);
    fold_->setDefault(true);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(5 * kSpace, 5 * kSpace, 5 * kSpace, 4 * kSpace);
    column->setSpacing(4 * kSpace);
    column->addWidget(
        wrapped_label("Multiplies each norm's gains into the linear layers that follow: the same function without "
                      "the gains. The source stays as it is.",
                      "muted", this));
    column->addLayout(form);
    column->addWidget(build_state());
    column->addWidget(buttons);

    connect(fold_, &QPushButton::clicked, this, &FoldDialog::start);
    connect(close_, &QPushButton::clicked, this, [this] {
        if (!folding_.running()) return reject();
        folding_.cancel();
        close_->setEnabled(false);
        tell("Cancelling", "muted");
    });
    connect(target_, &QLineEdit::textChanged, this,
            [this](const QString& to) { fold_->setEnabled(!to.trimmed().isEmpty() && !folding_.running()); });
    connect_folding();
    tell({}, "muted");
}

void FoldDialog::connect_folding() {
    connect(&folding_, &Folding::progress, this, [this](const QString& what, double share) {
        if (!close_->isEnabled()) return;  // cancelled since
        bar_->setRange(0, share < 0 ? 0 : kPermille);
        bar_->setValue(share < 0 ? 0 : static_cast<int>(std::lround(kPermille * share)));
        tell(what.left(1).toUpper() + what.mid(1), "muted");
    });
    connect(&folding_, &Folding::finished, this, [this](const FoldReport& report) {
        const QString details = report.lines.join('\n');
        if (!report.unverified.isEmpty())
            return answer("Written, but not verified: " + report.unverified, "danger", details);
        if (!report.verified) return answer("Written, not verified.", "", details);
        if (report.exact) return answer("✓ The fold is exact.", "passed", details);
        answer("The fold is not exact.", "danger", details);
    });
    connect(&folding_, &Folding::cancelled, this, [this] { answer("Cancelled. Nothing was written.", "muted"); });
    connect(&folding_, &Folding::failed, this, [this](const QString& line) { answer(line, "danger"); });
}

// How the work has ended; a dialog that was closed meanwhile may go now.
void FoldDialog::answer(const QString& line, const char* role, const QString& details) {
    set_running(false);
    tell(line, role, details);
    if (isHidden() && testAttribute(Qt::WA_DeleteOnClose)) deleteLater();
}

// Destroyed while it works, it would keep the window waiting.
void FoldDialog::reject() {
    if (!folding_.running()) return QDialog::reject();
    folding_.cancel();
    hide();
}

void FoldDialog::closeEvent(QCloseEvent* event) {
    if (!folding_.running()) return QDialog::closeEvent(event);
    event->ignore();
    reject();
}

QWidget* FoldDialog::build_target() {
    auto* box = new QWidget(this);
    target_ = new QLineEdit(text(request_.to.string()), box);
    target_->setAccessibleName("New folder");
    choose_ = new QPushButton("Choose…", box);
    choose_->setToolTip("The folder in which the new one is made");
    choose_->setAutoDefault(false);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(2 * kSpace);
    row->addWidget(target_, 1);
    row->addWidget(choose_);
    connect(choose_, &QPushButton::clicked, this, &FoldDialog::choose_target);
    return box;
}

QWidget* FoldDialog::build_form() {
    auto* box = new QWidget(this);
    compatible_ = new QRadioButton("&Compatible: they stay in the files, as ones", box);
    strict_ = new QRadioButton("&Strict: they are left out; Transformers warns about missing weights", box);
    (request_.strict ? strict_ : compatible_)->setChecked(true);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kSpace);
    column->addWidget(compatible_);
    column->addWidget(strict_);
    return box;
}

QWidget* FoldDialog::build_state() {
    auto* box = new QWidget(this);
    bar_ = new QProgressBar(box);
    bar_->setTextVisible(false);
    bar_->setFixedHeight(2 * kSpace);
    bar_->setAccessibleName("Progress of the fold");
    bar_->hide();
    told_ = wrapped_label({}, "muted", box);
    told_->setAccessibleName("Result");
    details_ = wrapped_label({}, "", box);
    details_->setAccessibleName("Details");
    for (QLabel* label : {told_, details_})
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2 * kSpace);
    column->addWidget(bar_);
    column->addWidget(told_);
    column->addWidget(details_);
    return box;
}

void FoldDialog::choose_target() {
    const std::filesystem::path now = target_->text().trimmed().toStdString();
    auto* dialog = new QFileDialog(this, "Make the new folder in", text(now.parent_path().string()));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, [this, name = now.filename()](const QString& folder) {
        target_->setText(text((std::filesystem::path(folder.toStdString()) / name).string()));
    });
    dialog->open();
}

void FoldDialog::start() {
    request_.to = target_->text().trimmed().toStdString();
    request_.strict = strict_->isChecked();
    request_.verify = verify_->isChecked();
    tell("Reading the source", "muted");
    bar_->setRange(0, 0);
    folding_.start(request_);
    set_running(true);
}

void FoldDialog::set_running(bool running) {
    for (QWidget* input : std::initializer_list<QWidget*>{target_, choose_, compatible_, strict_, verify_})
        input->setEnabled(!running);
    bar_->setVisible(running);
    fold_->setEnabled(!running && !target_->text().trimmed().isEmpty());
    close_->setEnabled(true);
    close_->setText(running ? "Cancel" : "Close");
    if (running) close_->setFocus();
}

void FoldDialog::tell(const QString& line, const char* role, const QString& details) {
    told_->setText(line);
    told_->setVisible(!line.isEmpty());
    set_look(told_, "role", role);
    details_->setText(details);
    details_->setVisible(!details.isEmpty());
    layout()->activate();
    resize(width(), std::max(height(), layout()->totalHeightForWidth(width())));  // wrapped lines need their room
}

}  // namespace ablate::ui
