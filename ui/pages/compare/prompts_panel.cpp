#include "ui/pages/compare/prompts_panel.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/compare/wording.h"
#include "ui/bridge/text.h"
#include "ui/pages/compare/cells_delegate.h"
#include "ui/pages/compare/sampling_form.h"
#include "ui/theme/theme.h"
#include "ui/widgets/copy_rows.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/popup_position.h"

#include <QClipboard>
#include <QComboBox>
#include <QFileDialog>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QShortcut>
#include <QTableView>

namespace ablate::ui {
namespace {

constexpr int kPromptWidth = 184, kTextWidth = 196;  // px
constexpr auto kHint = "Double-click a prompt to change it.";

// The healthy run of the lowest seed; without one, the first.
const study::ComparedRun& run_of(const study::Comparison& comparison, const study::Group& group) {
    for (const std::size_t index : group.runs)
        if (comparison.runs[index].healthy()) return comparison.runs[index];
    return comparison.runs[group.runs.front()];
}

PromptModel::Variant variant_of(const study::Group& group, const run::ListedRun& run) {
    PromptModel::Variant variant;
    variant.run = text(run.info.id);
    variant.title = QString("%1, seed %2").arg(text(study::display_name(group))).arg(run.info.seed);
    variant.tip = QString("%1: run %2, %3").arg(variant.title, variant.run, run::to_string(run.status));
    if (run.status == run::Status::collapsed)
        variant.refusal = "collapsed: " + (run.state.verdict ? text(one_line(run.state.verdict->cause)) : QString("?"));
    return variant;
}

}  // namespace

PromptsPanel::PromptsPanel(QWidget* parent) : QWidget(parent), sampling_(new SamplingForm(this)) {
    build_table();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 2 * kSpace, 0, 0);
    column->setSpacing(2 * kSpace);
    column->addWidget(build_toolbar());
    column->addWidget(table_, 1);
    connect_maker();
    connect(&model_, &PromptModel::prompts_changed, this, &PromptsPanel::show_busy);
    connect(sampling_, &SamplingForm::changed, this, [this] {
        sampling_button_->setText(sampling_->in_words());
        tell_how();
    });
    connect(sampling_, &SamplingForm::problem_changed, this, &PromptsPanel::show_problem);
    connect(&Theme::instance(), &Theme::changed, table_->viewport(), qOverload<>(&QWidget::update));
    model_.set_prompts({"Once upon a time"});
    tell(kHint);
}

void PromptsPanel::build_table() {
    table_ = new QTableView(this);
    table_->setModel(&model_);
    table_->setAccessibleName("Prompts");
    copy_rows_on_request(table_);
    table_->setItemDelegate(new CellsDelegate(table_));
    table_->setWordWrap(true);
    table_->setTextElideMode(Qt::ElideNone);
    table_->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed |
                            QAbstractItemView::AnyKeyPressed);
    table_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table_->horizontalHeader()->setHighlightSections(false);
    connect(table_, &QTableView::clicked, this, [this](const QModelIndex& index) {
        const bool last = index.column() == 0 && index.row() == model_.rowCount() - 1;
        if (last && (model_.flags(index) & Qt::ItemIsEditable)) table_->edit(index);
    });
    auto* remove = new QShortcut(QKeySequence::Delete, table_);
    remove->setContext(Qt::WidgetShortcut);
    connect(remove, &QShortcut::activated, this, [this] {
        if (const QModelIndex current = table_->currentIndex(); current.isValid() && current.column() == 0)
            model_.remove_prompt_at(current.row());
    });
    connect(&model_, &QAbstractItemModel::modelReset, this, &PromptsPanel::place_columns);
}

QWidget* PromptsPanel::build_toolbar() {
    auto* bar = new QWidget(this);
    sampling_button_ = new QPushButton(sampling_->in_words(), bar);
    sampling_button_->setAccessibleName("Sampling");
    sampling_button_->setToolTip("How the next token is chosen, and how many tokens to generate");
    checkpoints_ = new QComboBox(bar);
    checkpoints_->addItems({"Newest checkpoint", "All checkpoints kept"});
    checkpoints_->setAccessibleName("Checkpoints");
    told_ = plain_label({}, "muted", bar);
    told_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    copy_ = flat_button("Copy", bar);
    copy_->setToolTip("Copy the grid as Markdown");
    write_ = flat_button("Export…", bar);
    write_->setToolTip("Write the grid as a Markdown file");
    generate_ = primary_button("Generate", bar);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(2 * kSpace);
    row->addWidget(sampling_button_);
    row->addWidget(checkpoints_);
    row->addWidget(told_, 1);
    row->addWidget(copy_);
    row->addWidget(write_);
    row->addWidget(generate_);
    connect(sampling_button_, &QPushButton::clicked, this, [this] {
        move_below(*sampling_, *sampling_button_);
        sampling_->show();
        sampling_->setFocus();
    });
    connect(generate_, &QPushButton::clicked, this, &PromptsPanel::generate_or_stop);
    connect(copy_, &QPushButton::clicked, this, [this] {
        QGuiApplication::clipboard()->setText(markdown());
        tell("Copied as Markdown.");
    });
    connect(write_, &QPushButton::clicked, this, &PromptsPanel::write_markdown);
    return bar;
}

void PromptsPanel::connect_maker() {
    using State = PromptModel::State;
    connect(&maker_, &PromptMaker::steps_known, this, [this](const std::vector<std::int64_t>& steps) {
        model_.set_steps(steps);
        model_.await();
        if (steps.empty()) tell("None of these runs has a checkpoint.");
    });
    connect(&maker_, &PromptMaker::begun, this, [this](const PromptCell& where) {
        model_.set_cell(where, {State::making, {}, {}});
    });
    connect(&maker_, &PromptMaker::grown, &model_, &PromptModel::grow);
    connect(&maker_, &PromptMaker::made, this,
            [this](const PromptCell& where, const QString& made, const QString& end) {
                model_.set_cell(where, {State::made, made, end});
            });
    connect(&maker_, &PromptMaker::could_not, this, [this](const PromptCell& where, const QString& why) {
        model_.set_cell(where, {State::failed, why, {}});
    });
    connect(&maker_, &PromptMaker::finished, this, [this](const QString& problem) {
        model_.give_up();  // what no model answered for
        show_busy();
        tell_how();
        if (!problem.isEmpty()) tell(problem, "danger");
    });
}

void PromptsPanel::show_scene(const CompareScenePtr& scene, const QStringList& visible) {
    std::vector<PromptModel::Variant> variants;
    models_.clear();
    for (const ShownGroup& shown : scene->shown) {
        const study::Group& group = scene->comparison->groups[shown.group];
        if (!visible.contains(text(group.config_hash))) continue;
        const run::ListedRun& listed = run_of(*scene->comparison, group).listed;
        variants.push_back(variant_of(group, listed));
        if (variants.back().refusal.isEmpty()) models_.push_back({variants.back().run, listed.directory.folder()});
    }
    model_.set_variants(variants);
    show_busy();
}

// The same button stops what it began.
void PromptsPanel::generate_or_stop() {
    if (maker_.busy()) {
        maker_.cancel();
        model_.give_up();
        tell("Stopped.");
        return show_busy();
    }
    PromptRequest request;
    for (const QString& prompt : model_.prompts()) request.prompts.push_back(prompt.toStdString());
    request.options = sampling_->options();
    request.models = models_;
    request.all_checkpoints = checkpoints_->currentIndex() == 1;
    how_ = sampling_->in_words();
    model_.forget_texts();
    model_.set_steps({-1});
    maker_.make(request);
    tell({});
    show_busy();
}

void PromptsPanel::show_busy() {
    const bool busy = maker_.busy();
    model_.set_locked(busy);
    generate_->setText(busy ? "Stop" : "Generate");
    const QString problem = busy ? QString() : sampling_->problem();
    generate_->setEnabled(busy || (!model_.prompts().isEmpty() && !models_.empty() && problem.isEmpty()));
    generate_->setToolTip(plain_tooltip({problem}));
    sampling_button_->setEnabled(!busy);
    checkpoints_->setEnabled(!busy);
    copy_->setEnabled(!busy && model_.any_text());
    write_->setEnabled(!busy && model_.any_text());
}

void PromptsPanel::tell(const QString& line, const char* role) {
    set_look(told_, "role", role);
    told_->setText(line);
    told_->setToolTip(plain_tooltip({line}));
}

void PromptsPanel::show_problem() {
    show_busy();
    tell({});
    tell_how();
}

// Of texts that were made in another way than is chosen now. While a number of the sampling is refused, nobody knows
// how the next ones are to be made.
void PromptsPanel::tell_how() {
    if (const QString problem = sampling_->problem(); !problem.isEmpty()) return tell(problem, "danger");
    if (model_.any_text()) tell(how_ == sampling_->in_words() ? QString() : "Shown: " + how_);
}

// The prompts have their width, the texts share the rest.
void PromptsPanel::place_columns() {
    const int texts = model_.columnCount() - 1;
    table_->setColumnWidth(0, kPromptWidth);
    if (texts == 0) return;
    const int room = table_->viewport()->width() - kPromptWidth;
    for (int i = 1; i <= texts; ++i) table_->setColumnWidth(i, std::max(kTextWidth, room / texts));
}

void PromptsPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    place_columns();
}

QString PromptsPanel::markdown() const { return as_markdown(model_, how_); }

void PromptsPanel::write_markdown() {
    auto* dialog = new QFileDialog(this, "Write the prompts as Markdown", {}, "Markdown (*.md)");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix("md");
    dialog->selectFile("prompts.md");
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
        writer_.ask(
            [file = file.toStdString(), document = markdown().toStdString()](const Latest::Ticket&) {
                atomic_write(file, document);
                return text(file);
            },
            [this](const QString& written) { tell("Wrote " + written); },
            [this](const QString& line) { tell(line, "danger"); });
    });
    dialog->open();
}

QVariantMap PromptsPanel::save_state() const {
    return {{"prompts", model_.prompts()},
            {"sampling", sampling_->save_state()},
            {"checkpoints", checkpoints_->currentIndex()}};
}

void PromptsPanel::restore_state(const QVariantMap& state) {
    if (state.isEmpty()) return;
    model_.set_prompts(state.value("prompts", model_.prompts()).toStringList());
    sampling_->restore_state(state.value("sampling").toMap());
    checkpoints_->setCurrentIndex(state.value("checkpoints").toInt() == 1 ? 1 : 0);
}

}  // namespace ablate::ui
