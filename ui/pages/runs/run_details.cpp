#include "ui/pages/runs/run_details.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/run/known_keys.h"
#include "core/run/metrics.h"
#include "ui/bridge/text.h"
#include "ui/pages/runs/checkpoint_dialog.h"
#include "ui/pages/runs/run_actions.h"
#include "ui/pages/runs/run_cells.h"
#include "ui/pages/runs/run_columns.h"
#include "ui/theme/figures.h"
#include "ui/theme/theme.h"
#include "ui/widgets/copy_rows.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/natural_item.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <fstream>

namespace ablate::ui {

namespace {

constexpr std::streamoff kLogShown = 256 * 1024;  // bytes, of the end
constexpr int kRowHeight = 26;

// The end of a log that may be long.
QString end_of_log(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) return "This run has no log.";
    stream.seekg(0, std::ios::end);
    const std::streamoff size = stream.tellg(), from = std::max<std::streamoff>(0, size - kLogShown);
    stream.seekg(from);
    std::string bytes(static_cast<std::size_t>(size - from), '\0');
    stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, stream.gcount())));
    if (from == 0) return text(bytes);
    return QString("(The last 256 KiB of %1.)\n").arg(text(file.string())) + text(bytes.substr(bytes.find('\n') + 1));
}

QString word(const Json& value) { return text(value.is_string() ? value.get<std::string>() : value.dump()); }

// "set val, loss 3.2187": the members of the line that have no column, but for the losses of the stretches of a set.
QString event_details(const train::Event& event) {
    QStringList parts;
    const Json line = train::to_json(event);
    for (const auto& [key, value] : line.items())
        if (key != "type" && key != "step" && key != "time" && key != "blocks" && !value.is_null())
            parts += QString("%1 %2").arg(text(key).replace('_', ' '), word(value));
    return parts.join(", ");
}

QTableWidgetItem* put(QTableWidget& table, int row, int column, const QString& words, const QString& full = {}) {
    auto* item = new NaturalItem(words);
    if (!full.isEmpty()) {
        item->setData(kFullTextRole, full);
        item->setToolTip(plain_tooltip({full}));
    }
    table.setItem(row, column, item);
    return item;
}

// Replaces the rows by `fill`; the order, the scroll position and the row selected stay.
template <class Fill>
void refill(QTableWidget& table, int rows, Fill fill) {
    const int row = table.currentRow(), scrolled = table.verticalScrollBar()->value();
    // Several events may be of one step: two columns tell rows apart.
    const auto key_of = [&table](int at) {
        const QTableWidgetItem *first = table.item(at, 0), *second = table.item(at, 1);
        return first && second ? first->text() + '\t' + second->text() : QString();
    };
    const QString chosen = row >= 0 ? key_of(row) : QString();
    table.setSortingEnabled(false);
    table.setRowCount(rows);
    for (int i = 0; i < rows; ++i) fill(i);
    table.setSortingEnabled(true);
    for (int i = 0; i < rows && !chosen.isEmpty(); ++i)
        if (key_of(i) == chosen) {
            table.selectRow(i);
            break;
        }
    table.verticalScrollBar()->setValue(scrolled);
}

}  // namespace

RunDetails::RunDetails(QWidget* summary, QWidget* collapse, QWidget* parent) : QTabWidget(parent) {
    setDocumentMode(true);
    options_ = build_table("Configuration", {"Option", "Key", "Value"}, {});
    events_ = build_table("Events", {"Step", "Event", "Time", "Details"}, {0});
    auto* page = new QWidget(this);
    log_ = new QPlainTextEdit(page);
    log_->setReadOnly(true);
    log_->setAccessibleName("Log");
    log_->setLineWrapMode(QPlainTextEdit::NoWrap);
    auto* around = new QVBoxLayout(page);
    around->setContentsMargins(0, 0, 0, 0);
    around->addWidget(log_);
    addTab(summary, "Summary");
    addTab(options_, "Configuration");
    addTab(page, "Log");
    addTab(events_, "Events");
    addTab(build_checkpoints(), "Checkpoints");
    addTab(collapse, "Collapse");
    setTabVisible(Tab::collapse, false);
    connect(this, &QTabWidget::currentChanged, this, &RunDetails::read);
    clear();
}

void RunDetails::show_collapse(bool shown) {
    if (!shown && currentIndex() == collapse) setCurrentIndex(summary);
    setTabVisible(collapse, shown);
    if (shown && currentIndex() == summary) setCurrentIndex(collapse);
}

QTableWidget* RunDetails::build_table(const QString& name, const QStringList& titles, const QList<int>& numbers) {
    auto* table = new QTableWidget(0, static_cast<int>(titles.size()), this);
    table->setAccessibleName(name);
    table->setHorizontalHeaderLabels(titles);
    for (const int column : numbers) table->setItemDelegateForColumn(column, new FiguresDelegate(table));
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setTabKeyNavigation(false);
    table->setShowGrid(false);
    table->setWordWrap(false);
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(kRowHeight);
    table->horizontalHeader()->setHighlightSections(false);
    table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table->horizontalHeader()->setStretchLastSection(true);
    table->horizontalHeader()->setSortIndicatorClearable(false);
    table->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    table->setSortingEnabled(true);
    copy_rows_on_request(table);
    return table;
}

QWidget* RunDetails::build_checkpoints() {
    auto* side = new QWidget(this);
    checkpoints_ = build_table(
        "Checkpoints", {"Step", "Validation loss (nats)", "Kept as", "Saved because", "Size", "Folder"}, {0, 1, 4});
    checkpoints_->setSelectionMode(QAbstractItemView::SingleSelection);
    told_ = wrapped_label({}, "muted", side);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(2 * kSpace);
    const auto add = [&](const QString& title, const QString& help, auto act) {
        auto* button = new QPushButton(title, side);
        button->setToolTip(plain_tooltip({help}));
        buttons->addWidget(button);
        connect(button, &QPushButton::clicked, this, act);
        return button;
    };
    generate_ = add("Generate…", "Continue a text with the weights of this checkpoint",
                    [this] { open_dialog(CheckpointDialog::generate); });
    score_ = add("Score a text…", "Measure the loss of this checkpoint on a text or a file",
                 [this] { open_dialog(CheckpointDialog::score); });
    export_ = add("Export to Hugging Face…", "Write this checkpoint as a folder that transformers loads",
                  [this] { open_dialog(CheckpointDialog::export_hf); });
    fold_ =
        add("Fold with FlashNorm…", "Write its model with the norms folded into the linear layers that follow", [this] {
            if (const run::KeptCheckpoint* one = chosen())
                Q_EMIT fold_checkpoint(text(run_->info.id), static_cast<qint64>(one->step));
        });
    buttons->addWidget(told_, 1);
    auto* column = new QVBoxLayout(side);
    column->setContentsMargins(0, kSpace, 0, 0);
    column->setSpacing(kSpace);
    column->addWidget(checkpoints_, 1);
    column->addLayout(buttons);
    connect(checkpoints_, &QTableWidget::itemSelectionChanged, this, &RunDetails::offer_actions);
    return side;
}

void RunDetails::show_run(const run::ListedRun& run) {
    const bool another = !run_ || run_->info.id != run.info.id || run_->directory.folder() != run.directory.folder();
    const bool news = another || run_->state.updated != run.state.updated || run_->status != run.status;
    run_ = run;
    if (!news) return;
    if (another) {
        reader_.cancel();
        metrics_ = std::make_shared<std::unique_ptr<run::RunMetrics>>();
        kept_.clear();
        log_->clear();
        events_->setRowCount(0);
        checkpoints_->setRowCount(0);
        told_->clear();
        configuration_stale_ = true;
    }
    files_stale_ = true;
    for (int tab = configuration; tab <= checkpoints; ++tab) setTabEnabled(tab, true);
    offer_actions();
    read();
}

void RunDetails::clear() {
    run_.reset();
    reader_.cancel();
    kept_.clear();
    for (int tab = configuration; tab <= checkpoints; ++tab) setTabEnabled(tab, false);
    setCurrentIndex(summary);
    offer_actions();
}

void RunDetails::read() {
    if (!run_) return;
    const int tab = currentIndex();
    if (tab == configuration && configuration_stale_) show_configuration();
    if (tab < log || !files_stale_) return;
    files_stale_ = false;
    reader_.ask(
        [folder = run_->directory.folder(), reader = metrics_](const Latest::Ticket&) {
            Files files;
            files.log = end_of_log(folder / run_files::kLog);
            if (!*reader) *reader = std::make_unique<run::RunMetrics>(folder);
            (*reader)->refresh();  // what was added since the last time
            files.events = (*reader)->events();
            for (const std::string& problem : (*reader)->problems()) files.problems += text(problem);
            files.kept = run::kept_checkpoints(folder, files.events);
            return files;
        },
        [this](const Files& files) { show_files(files); }, [this](const QString& line) { told_->setText(line); });
}

void RunDetails::show_files(const Files& files) {
    QScrollBar& bar = *log_->verticalScrollBar();
    const bool at_end = bar.value() >= bar.maximum();
    const int scrolled = bar.value();
    const QString log = files.problems.isEmpty() ? files.log : files.problems.join('\n') + "\n\n" + files.log;
    if (log_->toPlainText() != log) {
        log_->setPlainText(log);
        bar.setValue(at_end ? bar.maximum() : scrolled);
    }
    show_events(files);
    show_checkpoints(files);
}

// Options that are not known, as of an imported log, are left out.
void RunDetails::show_configuration() {
    configuration_stale_ = false;
    std::vector<std::pair<const RunColumn*, OptionValue>> rows;
    const auto& columns = run_columns();
    for (std::size_t i = RunsModel::column_count; i < columns.size(); ++i)
        if (OptionValue value = option_value(*run_, static_cast<int>(i)); !value.text.isEmpty())
            rows.emplace_back(&columns[i], std::move(value));
    refill(*options_, static_cast<int>(rows.size()), [&](int row) {
        const auto& [column, value] = rows[static_cast<std::size_t>(row)];
        put(*options_, row, 0, column->title)->setToolTip(plain_tooltip({column->help}));
        put(*options_, row, 1, column->key);
        put(*options_, row, 2, value.text, value.full);
    });
    for (int column = 0; column < 2; ++column) options_->resizeColumnToContents(column);
}

void RunDetails::show_events(const Files& files) {
    refill(*events_, static_cast<int>(files.events.size()), [&](int row) {
        const train::Event& event = files.events[static_cast<std::size_t>(row)];
        put(*events_, row, 0, text(with_thousands(event.step)), QString::number(event.step));
        put(*events_, row, 1, text(train::type_of(event)).replace('_', ' '));
        put(*events_, row, 2, event.time ? local_time(*event.time) : QString());
        const QString details = event_details(event);
        put(*events_, row, 3, details, details);
    });
    for (int column = 0; column < 3; ++column) events_->resizeColumnToContents(column);
}

void RunDetails::show_checkpoints(const Files& files) {
    kept_ = files.kept;
    refill(*checkpoints_, static_cast<int>(kept_.size()), [&](int row) {
        const run::KeptCheckpoint& one = kept_[static_cast<std::size_t>(row)];
        QStringList marks;
        for (const std::string& mark : one.marks) marks += text(mark);
        put(*checkpoints_, row, 0, text(with_thousands(one.step)), QString::number(one.step))
            ->setData(Qt::UserRole, row);
        put(*checkpoints_, row, 1, one.loss ? text(significant(*one.loss)) : QString(),
            one.loss ? text(full_precision(*one.loss)) : QString());
        put(*checkpoints_, row, 2, marks.join(", "));
        put(*checkpoints_, row, 3, text(one.reason));
        put(*checkpoints_, row, 4, text(short_bytes(static_cast<double>(one.bytes))), QString::number(one.bytes));
        put(*checkpoints_, row, 5, text(one.folder.filename().string()), text(one.folder.string()));
    });
    for (int column = 0; column < 5; ++column) checkpoints_->resizeColumnToContents(column);
    if (!kept_.empty() && checkpoints_->currentRow() < 0) checkpoints_->selectRow(checkpoints_->rowCount() - 1);
    told_->setText(!kept_.empty()                             ? QString()
                   : run_ && run::is_imported_log(run_->info) ? QString("An imported log has no checkpoints.")
                                                              : QString("This run has no checkpoints yet."));
    offer_actions();
}

const run::KeptCheckpoint* RunDetails::chosen() const {
    const QList<QTableWidgetItem*> selected = checkpoints_ ? checkpoints_->selectedItems() : QList<QTableWidgetItem*>();
    if (!run_ || selected.isEmpty()) return nullptr;
    const QTableWidgetItem* first = checkpoints_->item(selected.front()->row(), 0);
    const auto at = static_cast<std::size_t>(first ? first->data(Qt::UserRole).toInt() : -1);
    return at < kept_.size() ? &kept_[at] : nullptr;
}

void RunDetails::offer_actions() {
    const bool any = chosen() != nullptr;
    for (QPushButton* button : {generate_, score_, export_, fold_}) button->setEnabled(any);
}

void RunDetails::open_dialog(int kind) {
    const run::KeptCheckpoint* one = chosen();
    if (!one) return;
    auto* dialog = new CheckpointDialog(static_cast<CheckpointDialog::Kind>(kind), *run_, one->step, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

}  // namespace ablate::ui
