#include "ui/pages/report/report_page.h"

#include "core/base/text.h"
#include "core/base/workspace_layout.h"
#include "ui/bridge/text.h"
#include "ui/pages/report/contents_tree.h"
#include "ui/pages/report/report_job.h"
#include "ui/pages/report/report_text.h"
#include "ui/theme/theme.h"
#include "ui/widgets/banner.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/short_path.h"
#include "ui/widgets/study_choice.h"

#include <QCheckBox>
#include <QDesktopServices>
#include <QFileDialog>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSplitter>
#include <QStackedWidget>
#include <QTextBrowser>
#include <QTimer>
#include <QUrl>
#include <QVBoxLayout>
#include <array>

namespace ablate::ui {
namespace {

using report::Output;

constexpr int kTypingPause = 300;  // ms without a key before the title is taken
constexpr int kSideWidth = 320;    // px
constexpr int kTextWidth = 900;    // px: lines stay short enough to read

struct Format {
    Output output;
    const char* key;  // stable, for settings
    const char* name;
    const char* help;
    bool chosen;  // at first
};
constexpr std::array kFormats{
    Format{Output::pdf, "pdf", "PDF", "report.pdf: A4, figures as vectors, text that can be selected", true},
    Format{Output::html, "html", "HTML", "report.html: one file with its figures, light and dark", true},
    Format{Output::markdown, "markdown", "Markdown", "report.md, and every figure as SVG in figures/", false},
    Format{Output::latex, "latex", "LaTeX", "results.tex: the results table (booktabs)", false},
    Format{Output::csv, "csv", "CSV", "runs.csv: one row per run, full precision", false},
    Format{Output::json, "json", "JSON", "comparison.json: groups, intervals, judgments, differences", false},
    Format{Output::points, "points", "Every point", "points.csv and points.json: all series of all runs", false},
};

// The report in the middle, no wider than reads well.
class Preview : public QTextBrowser {
  public:
    using QTextBrowser::QTextBrowser;

  protected:
    void resizeEvent(QResizeEvent* event) override {
        const int spare = std::max(0, (width() - kTextWidth) / 2);
        if (viewportMargins().left() != spare) setViewportMargins(spare, 0, spare, 0);
        QTextBrowser::resizeEvent(event);
    }
};

}  // namespace

struct ReportPage::State {
    explicit State(ReportPage* page);
    QWidget* build_side();
    QWidget* build_export();

    void take_subject();
    void build_soon(int wait = 0);
    void build();
    ReportChoices choices() const;
    void take(BuiltReport made);
    void show_state();
    void export_now();
    void take_export(const QString& folder, const QStringList& files);
    void tell(const QString& words, const char* role);
    QString default_folder() const;
    void choose_folder();
    void update_export();

    ReportPage* page;
    QPointer<Workspace> workspace;
    Comparer comparer;
    Latest building, exporting;
    QTimer build_timer;
    BuiltReport built;
    ComparisonPtr built_of;  // what the newest preview asked for is of
    QString own_folder;      // chosen by somebody; else WORKSPACE/reports/STUDY
    QString last_folder;     // of the last export
    QString building_error;

    QStackedWidget* stack = nullptr;
    StudyChoice* study = nullptr;
    QLineEdit* title = nullptr;
    ContentsTree* contents = nullptr;
    std::array<QCheckBox*, kFormats.size()> formats{};
    QLabel* folder = nullptr;
    QPushButton* export_button = nullptr;
    QLabel* told = nullptr;
    QPushButton* open_folder = nullptr;
    QSplitter* split = nullptr;
    QTextBrowser* preview = nullptr;
    Banner* stale = nullptr;  // why the preview could not be made anew
    QTextDocument no_report;  // what the preview shows without one
};

ReportPage::State::State(ReportPage* page) : page(page), comparer(page), building(page), exporting(page) {
    auto* empty = new EmptyState(
        "No report yet", "A report describes runs. Start a study, and the report grows here while the runs train.",
        "Open Study", page);
    preview = new Preview(page);
    preview->setOpenLinks(false);
    preview->setAccessibleName("Preview of the report");
    preview->setDocument(&no_report);
    auto* sheet = new QWidget(page);
    auto* sheet_column = new QVBoxLayout(sheet);
    sheet_column->setContentsMargins(0, 0, 0, 0);
    sheet_column->setSpacing(2 * kSpace);
    sheet_column->addWidget(preview, 1);
    stale = new Banner(sheet);
    stale->float_over(preview);
    split = new QSplitter(page);
    split->addWidget(build_side());
    split->addWidget(sheet);
    split->setStretchFactor(1, 1);
    split->setSizes({kSideWidth, 900});
    split->setChildrenCollapsible(false);
    stack = new QStackedWidget(page);
    stack->addWidget(empty);
    stack->addWidget(split);
    auto* all = new QVBoxLayout(page);
    all->setContentsMargins(3 * kSpace, 3 * kSpace, 3 * kSpace, 3 * kSpace);
    all->addWidget(stack);

    build_timer.setSingleShot(true);
    connect(&build_timer, &QTimer::timeout, page, [this] { build(); });
    connect(empty, &EmptyState::triggered, page, [page] { Q_EMIT page->open_page("study"); });
    connect(study, &StudyChoice::subject_changed, page, [this] { take_subject(); });
    connect(&comparer, &Comparer::changed, page, [this] {
        show_state();
        if (comparer.comparison() != built_of) build_soon();
    });
    connect(title, &QLineEdit::textChanged, page, [this] { build_soon(kTypingPause); });
    connect(contents, &ContentsTree::choices_changed, page, [this] { build_soon(); });
}

QWidget* ReportPage::State::build_side() {
    auto* side = new QWidget(page);
    side->setMinimumWidth(240);
    study = new StudyChoice(side);
    study->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    title = new QLineEdit(side);
    title->setAccessibleName("Title of the report");
    title->setClearButtonEnabled(true);
    contents = new ContentsTree(side);
    auto* column = new QVBoxLayout(side);
    column->setContentsMargins(0, 0, 2 * kSpace, 0);
    column->setSpacing(kSpace);
    const auto labeled = [&](const char* name, QWidget* buddy) {
        QLabel* label = plain_label(name, "muted", side);
        label->setBuddy(buddy);
        column->addWidget(label);
        column->addWidget(buddy, buddy == contents ? 1 : 0);
        column->addSpacing(kSpace);
    };
    labeled("Study", study);
    labeled("Title", title);
    labeled("Sections and figures", contents);
    column->addWidget(build_export());
    return side;
}

QWidget* ReportPage::State::build_export() {
    auto* box = new QWidget(page);
    auto* grid = new QGridLayout;
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setVerticalSpacing(kSpace);
    for (std::size_t i = 0; i < kFormats.size(); ++i) {
        formats[i] = new QCheckBox(kFormats[i].name, box);
        formats[i]->setToolTip(kFormats[i].help);
        formats[i]->setChecked(kFormats[i].chosen);
        const int at = static_cast<int>(i);
        grid->addWidget(formats[i], at / 3, at % 3);
        connect(formats[i], &QCheckBox::toggled, page, [this] {
            update_export();
            build_soon();
        });
    }
    folder = plain_label("", "muted", box);
    folder->setTextInteractionFlags(Qt::TextSelectableByMouse);
    folder->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto* change = flat_button("Change…", box);
    change->setToolTip("Choose the folder to write to");
    auto* where = new QHBoxLayout;
    where->setSpacing(kSpace);
    where->addWidget(folder, 1);
    where->addWidget(change);
    export_button = primary_button("Export report", box);
    export_button->setShortcut(QKeySequence("Ctrl+E"));
    export_button->setToolTip("Write the chosen formats (Ctrl+E)");
    told = plain_label("", "muted", box);
    told->setWordWrap(true);
    told->hide();
    open_folder = flat_button("Open folder", box);
    open_folder->hide();
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2 * kSpace);
    column->addWidget(plain_label("Export as", "muted", box));
    column->addLayout(grid);
    column->addLayout(where);
    column->addWidget(export_button);
    column->addWidget(told);
    column->addWidget(open_folder, 0, Qt::AlignLeft);

    connect(change, &QPushButton::clicked, page, [this] { choose_folder(); });
    connect(export_button, &QPushButton::clicked, page, [this] { export_now(); });
    connect(open_folder, &QPushButton::clicked, page,
            [this] { QDesktopServices::openUrl(QUrl::fromLocalFile(last_folder)); });
    return box;
}

QString ReportPage::State::default_folder() const {
    if (!workspace) return {};
    const std::string name = study->subject().study.toStdString();
    return QString::fromStdString(
        (reports_folder(workspace->folder()) / (is_plain_name(name) ? name : "runs")).string());
}

void ReportPage::State::choose_folder() {
    const QString start = own_folder.isEmpty() ? default_folder() : own_folder;
    const QString chosen = QFileDialog::getExistingDirectory(page, "Folder for the report", start);
    if (chosen.isEmpty()) return;
    own_folder = chosen;
    update_export();
}

void ReportPage::State::update_export() {
    const QString where = own_folder.isEmpty() ? default_folder() : own_folder;
    folder->setText(folder->fontMetrics().elidedText("to " + short_path(where), Qt::ElideMiddle, kSideWidth - 96));
    folder->setToolTip(plain_tooltip({where}));
    const bool any = std::any_of(formats.begin(), formats.end(), [](const QCheckBox* box) { return box->isChecked(); });
    export_button->setEnabled(any && comparer.comparison() && !exporting.busy());
    export_button->setText(exporting.busy() ? "Exporting…" : "Export report");
}

void ReportPage::State::take_subject() {
    building.cancel();
    built = {};
    built_of = nullptr;
    building_error.clear();
    title->clear();
    own_folder.clear();
    told->hide();
    open_folder->hide();
    comparer.choose(study->subject());
    show_state();
}

void ReportPage::State::build_soon(int wait) { build_timer.start(wait); }

void ReportPage::State::build() {
    const ComparisonPtr comparison = comparer.comparison();
    if (!comparison) return;
    built_of = comparison;
    building.ask([comparison, choices = choices(), look = ReportLook::screen(), thread = page->thread()](
                     const Latest::Ticket&) { return build_preview(comparison, choices, look, thread); },
                 [this](BuiltReport made) { take(std::move(made)); },
                 [this](const QString& line) {
                     building_error = line;
                     show_state();
                 });
}

ReportChoices ReportPage::State::choices() const {
    ReportChoices choices = contents->choices();
    choices.title = title->text().trimmed();
    for (std::size_t i = 0; i < kFormats.size(); ++i)
        if (formats[i]->isChecked()) choices.outputs.insert(kFormats[i].output);
    return choices;
}

void ReportPage::State::take(BuiltReport made) {
    const int scrolled = preview->verticalScrollBar()->value();
    const std::shared_ptr<QTextDocument> before = built.text;
    building_error.clear();
    built = std::move(made);
    contents->set_figures(built.figures);
    lay_out_figures(*built.text);
    preview->setDocument(built.text.get());
    preview->verticalScrollBar()->setValue(scrolled);
    show_state();
}

void ReportPage::State::show_state() {
    stack->setCurrentIndex(study->subject().empty() ? 0 : 1);
    title->setPlaceholderText(comparer.comparison() ? text(report::default_title(*comparer.comparison())) : QString());
    update_export();
    const QString error = comparer.error().isEmpty() ? building_error : comparer.error();
    stale->setVisible(built.text && !error.isEmpty());
    if (!stale->isHidden()) stale->tell(Banner::Tone::danger, "This is the earlier report. " + error);
    if (built.text) return;
    no_report.setPlainText(error.isEmpty() ? QString("Reading runs…") : error);
    if (preview->document() != &no_report) preview->setDocument(&no_report);
}

void ReportPage::State::export_now() {
    if (!export_button->isEnabled()) return;
    const QString where = own_folder.isEmpty() ? default_folder() : own_folder;
    told->hide();
    open_folder->hide();
    exporting.ask([comparison = comparer.comparison(), choices = choices(),
                   where](const Latest::Ticket&) { return export_report(*comparison, choices, where.toStdString()); },
                  [this, where](const QStringList& files) { take_export(where, files); },
                  [this](const QString& line) {
                      tell(line, "danger");
                      update_export();
                  });
    update_export();
}

void ReportPage::State::tell(const QString& words, const char* role) {
    set_look(told, "role", role);
    told->setText(words);
    told->show();
}

void ReportPage::State::take_export(const QString& where, const QStringList& files) {
    last_folder = where;
    tell("Written: " + files.join(", "), "muted");
    told->setToolTip(plain_tooltip({where}));
    open_folder->show();
    update_export();
    Q_EMIT page->message("Report written to " + where);
}

ReportPage::ReportPage(QWidget* parent) : Page(parent), state_(std::make_unique<State>(this)) {
    connect(&Theme::instance(), &Theme::changed, this, [this] { state_->build_soon(); });
    state_->show_state();
}

// The widgets go while what they look at is still here.
ReportPage::~ReportPage() { qDeleteAll(findChildren<QWidget*>(Qt::FindDirectChildrenOnly)); }

void ReportPage::set_context(const PageContext& context) {
    State& s = *state_;
    s.workspace = context.workspace;
    s.comparer.set_workspace(context.workspace, context.document);
    s.study->set_workspace(context.workspace);
    s.take_subject();
}

bool ReportPage::settle() {
    State& s = *state_;
    if (s.study->subject().empty()) return !s.workspace || s.workspace->runs()->runs.empty();
    const bool failed = !s.comparer.error().isEmpty() || !s.building_error.isEmpty();
    return s.comparer.up_to_date() && !s.build_timer.isActive() && !s.building.busy() && (s.built.text || failed);
}

void ReportPage::choose_study(const QString& study) { state_->study->choose_study(study); }
void ReportPage::choose_runs(const QStringList& ids) { state_->study->choose_runs(ids); }

void ReportPage::showEvent(QShowEvent* event) {
    Page::showEvent(event);
    state_->comparer.set_active(true);
}

void ReportPage::hideEvent(QHideEvent* event) {
    Page::hideEvent(event);
    state_->comparer.set_active(false);
}

QVariantMap ReportPage::save_state() const {
    const State& s = *state_;
    QStringList chosen;
    for (std::size_t i = 0; i < kFormats.size(); ++i)
        if (s.formats[i]->isChecked()) chosen += kFormats[i].key;
    return {{"split", s.split->saveState()}, {"formats", chosen}, {"contents", s.contents->save_state()}};
}

void ReportPage::restore_state(const QVariantMap& state) {
    State& s = *state_;
    if (state.isEmpty()) return;
    s.split->restoreState(state.value("split").toByteArray());
    const QStringList chosen = state.value("formats").toStringList();
    for (std::size_t i = 0; i < kFormats.size(); ++i) s.formats[i]->setChecked(chosen.contains(kFormats[i].key));
    s.contents->restore_state(state.value("contents").toMap());
    s.build_soon();
}

std::unique_ptr<Page> make_report_page() { return std::make_unique<ReportPage>(); }

}  // namespace ablate::ui
