#include "ui/pages/runs/checkpoint_dialog.h"

#include "core/base/text.h"
#include "core/base/workspace_layout.h"
#include "ui/bridge/text.h"
#include "ui/theme/theme.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/run_words.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <limits>

namespace ablate::ui {
namespace {

constexpr int kWidth = 640, kTextHeight = 96, kMostTokens = 100'000;

struct KindTexts {
    const char *title, *help, *action, *doing;
};
constexpr KindTexts kKinds[]{
    {"Generate from a checkpoint", "Continues a text. A temperature of 0 takes the likeliest token each time.",
     "Generate", "Generating"},
    {"Score a text",
     "Measures the mean loss of the tokens of a text, each given those before it in the model's context.", "Score",
     "Scoring"},
    {"Export to Hugging Face",
     "Writes the model as a folder that transformers loads with from_pretrained. Its configuration must be one of "
     "Llama's or Qwen3's.",
     "Export", "Writing"},
};

}  // namespace

CheckpointDialog::CheckpointDialog(Kind kind, const run::ListedRun& run, std::int64_t step, QWidget* parent)
    : QDialog(parent), kind_(kind), checkpoint_{run.directory.folder(), text(run.info.id), step} {
    const KindTexts& texts = kKinds[kind];
    setWindowTitle(texts.title);
    setMinimumWidth(kWidth);
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(4 * kSpace);
    form->setVerticalSpacing(3 * kSpace);
    QLabel* source =
        wrapped_label(QString("%1: %2 (run %3), step %4")
                          .arg(text(run.info.study), run_title(run.info), checkpoint_.id, text(with_thousands(step))),
                      "", this);
    form->addRow("Checkpoint", source);
    if (kind == export_hf) {
        const std::string name = run.info.id + "-step-" + std::to_string(step);
        add_path(*form, "&New folder", text((exports_folder(run.directory.workspace()) / name).string()), true);
    }
    add_fields(*form);
    result_ = new QPlainTextEdit(this);
    result_->setReadOnly(true);
    result_->setAccessibleName("Result");
    result_->setMinimumHeight(kTextHeight);
    bar_ = new QProgressBar(this);
    bar_->setRange(0, 0);
    bar_->setTextVisible(false);
    bar_->setFixedHeight(2 * kSpace);
    bar_->hide();
    told_ = wrapped_label({}, "muted", this);
    told_->setAccessibleName("Outcome");
    auto* buttons = new QDialogButtonBox(this);
    close_ = buttons->addButton("Close", QDialogButtonBox::RejectRole);
    start_ = primary_button(texts.action, this);
    buttons->addButton(start_, QDialogButtonBox::ActionRole);
    start_->setDefault(true);  // else Return in a field would close the dialog
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(5 * kSpace, 5 * kSpace, 5 * kSpace, 4 * kSpace);
    column->setSpacing(4 * kSpace);
    column->addWidget(wrapped_label(texts.help, "muted", this));
    column->addLayout(form);
    column->addWidget(result_, 1);
    column->addWidget(bar_);
    column->addWidget(told_);
    column->addWidget(buttons);
    connect(start_, &QPushButton::clicked, this, &CheckpointDialog::start);
    connect(close_, &QPushButton::clicked, this, [this] {
        if (!work_.running()) return reject();
        work_.cancel();  // what was made stays to be read
        close_->setEnabled(false);
        told_->setText("Stopping");
    });
    connect(&work_, &CheckpointWork::piece, this, [this](const QString& words) {
        result_->moveCursor(QTextCursor::End);
        result_->insertPlainText(words);
    });
    connect(&work_, &CheckpointWork::finished, this, [this](const QStringList& lines) {
        if (kind_ != generate) result_->setPlainText(lines.join('\n'));
        answer(kind_ == generate ? lines.join('\n') : QString("Done."), "muted");
    });
    connect(&work_, &CheckpointWork::failed, this, [this](const QString& line) { answer(line, "danger"); });
    connect(&work_, &CheckpointWork::cancelled, this, [this] { answer("Stopped.", "muted"); });
    follow_fields();
}

void CheckpointDialog::add_fields(QFormLayout& form) {
    if (kind_ != export_hf) {
        words_ = new QPlainTextEdit(this);
        words_->setAccessibleName(kind_ == generate ? "Prompt" : "Text");
        words_->setTabChangesFocus(true);
        words_->setFixedHeight(kTextHeight);
        form.addRow(kind_ == generate ? "&Prompt" : "&Text", words_);
        connect(words_, &QPlainTextEdit::textChanged, this, &CheckpointDialog::follow_fields);
    }
    if (kind_ == score) add_path(form, "or a &file", {}, false);
    if (kind_ == export_hf) {
        dtype_ = new QComboBox(this);
        dtype_->setAccessibleName("Number format");
        dtype_->addItems({"float32", "bfloat16", "float16"});
        form.addRow("Number &format", dtype_);
    }
    if (kind_ != generate) return;
    tokens_ = new NumberBox<QSpinBox>(this);
    tokens_->setRange(1, kMostTokens);
    tokens_->setValue(100);
    temperature_ = new NumberBox<QDoubleSpinBox>(this);
    temperature_->setRange(0, 100);
    temperature_->setSingleStep(0.1);
    temperature_->setDecimals(2);
    temperature_->setValue(0.8);
    seed_ = new NumberBox<QSpinBox>(this);
    seed_->setRange(0, std::numeric_limits<int>::max());
    seed_->setValue(1);
    add_number(form, "Tokens to &add", tokens_, tokens_->refusal());
    add_number(form, "T&emperature", temperature_, temperature_->refusal());
    add_number(form, "&Seed", seed_, seed_->refusal());
}

void CheckpointDialog::add_number(QFormLayout& form, const QString& name, QWidget* box, const NumberRefusal& refusal) {
    box->setAccessibleName(QString(name).remove('&'));
    auto* field = new QWidget(this);
    auto* column = new QVBoxLayout(field);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kSpace);
    column->addWidget(box);
    column->addWidget(refusal_label(refusal, field));
    field->setFocusProxy(box);
    form.addRow(name, field);
}

void CheckpointDialog::add_path(QFormLayout& form, const QString& name, const QString& path, bool folder) {
    auto* box = new QWidget(this);
    path_ = new QLineEdit(path, box);
    path_->setAccessibleName(folder ? "New folder" : "File");
    auto* choose = new QPushButton("Choose…", box);
    choose->setAutoDefault(false);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(2 * kSpace);
    row->addWidget(path_, 1);
    row->addWidget(choose);
    auto* label = new QLabel(name, this);
    label->setBuddy(path_);
    form.addRow(label, box);
    connect(choose, &QPushButton::clicked, this, [this, folder] { choose_path(folder); });
    connect(path_, &QLineEdit::textChanged, this, &CheckpointDialog::follow_fields);
}

void CheckpointDialog::choose_path(bool folder) {
    const std::filesystem::path now = path_->text().trimmed().toStdString();
    auto* dialog =
        new QFileDialog(this, folder ? "Make the new folder in" : "Score a file", text(now.parent_path().string()));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(folder ? QFileDialog::Directory : QFileDialog::ExistingFile);
    dialog->setOption(QFileDialog::ShowDirsOnly, folder);
    connect(dialog, &QFileDialog::fileSelected, this, [this, folder, name = now.filename()](const QString& chosen) {
        const std::filesystem::path path = chosen.toStdString();
        path_->setText(text((folder ? path / name : path).string()));
    });
    dialog->open();
}

void CheckpointDialog::follow_fields() {
    if (!start_) return;  // while fields are added
    const QString path = path_ ? path_->text().trimmed() : QString();
    const QString words = words_ ? words_->toPlainText() : QString();
    const bool both = kind_ == score && !path.isEmpty() && !words.isEmpty();
    const bool any = kind_ == generate ? !words.isEmpty() : !path.isEmpty() || !words.isEmpty();
    start_->setEnabled(any && !both && !work_.running());
    start_->setToolTip(
        both  ? QString("Give a text or a file, not both")
        : any ? QString()
              : QString(kind_ == generate ? "Type a prompt first" : "Name the text, the file or the folder first"));
}

void CheckpointDialog::start() {
    if (kind_ == generate && !(tokens_->take_over() && temperature_->take_over() && seed_->take_over())) return;
    result_->clear();
    set_running(true);
    told_->setText(kKinds[kind_].doing);
    set_look(told_, "role", "muted");
    const std::filesystem::path path = path_ ? path_->text().trimmed().toStdString() : std::string();
    if (kind_ == export_hf) {
        work_.export_hf(checkpoint_, path, dtype_->currentText());
    } else if (kind_ == score) {
        if (path.empty())
            work_.score_text(checkpoint_, words_->toPlainText());
        else
            work_.score_file(checkpoint_, path);
    } else {
        infer::SamplingOptions sampling;
        sampling.max_tokens = tokens_->value();
        sampling.temperature = temperature_->value();
        sampling.seed = static_cast<std::uint64_t>(seed_->value());
        result_->setPlainText(words_->toPlainText());
        work_.generate(checkpoint_, words_->toPlainText(), sampling);
    }
}

void CheckpointDialog::answer(const QString& line, const char* role) {
    set_running(false);
    told_->setText(line);
    set_look(told_, "role", role);
    if (isHidden() && testAttribute(Qt::WA_DeleteOnClose)) deleteLater();
}

void CheckpointDialog::set_running(bool running) {
    QWidget* path = path_ ? path_->parentWidget() : nullptr;  // with its button
    for (QWidget* input : std::initializer_list<QWidget*>{words_, path, tokens_, temperature_, seed_, dtype_})
        if (input) input->setEnabled(!running);
    bar_->setVisible(running);
    start_->setEnabled(false);
    close_->setEnabled(true);
    close_->setText(running ? "Stop" : "Close");
    if (!running) follow_fields();
}

// Destroyed while it works, it would keep the window waiting.
void CheckpointDialog::reject() {
    if (!work_.running()) return QDialog::reject();
    work_.cancel();
    hide();
}

}  // namespace ablate::ui
