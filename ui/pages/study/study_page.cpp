#include "ui/pages/study/study_page.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/config/run_config_schema.h"
#include "core/config/study_edits.h"
#include "core/config/variant_names.h"
#include "ui/bridge/run_control.h"
#include "ui/bridge/settings.h"
#include "ui/bridge/text.h"
#include "ui/bridge/workspace.h"
#include "ui/forms/schema_form.h"
#include "ui/pages/study/block_diagram.h"
#include "ui/pages/study/cost_panel.h"
#include "ui/pages/study/finding_list.h"
#include "ui/pages/study/patch_editor.h"
#include "ui/pages/study/start_bar.h"
#include "ui/pages/study/step_zero_panel.h"
#include "ui/pages/study/study_settings.h"
#include "ui/pages/study/study_strip.h"
#include "ui/pages/study/tensor_panel.h"
#include "ui/pages/study/variant_panel.h"
#include "ui/pages/study/width_menu.h"
#include "ui/theme/theme.h"
#include "ui/widgets/labels.h"

#include <QKeyEvent>
#include <QMenu>
#include <QScrollArea>
#include <QShortcut>
#include <QSplitter>
#include <QTabBar>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <optional>

namespace ablate::ui {
namespace {

constexpr int kNarrow = 1240;  // px of page width below which the sides give way
constexpr int kSide = 320, kNarrowSide = 280;
constexpr int kHeadHeight = 28;  // as high as the buttons beside the middle's heading

QVBoxLayout* column_of(QWidget* widget, int spacing) {
    auto* column = new QVBoxLayout(widget);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(spacing);
    return column;
}

}  // namespace

struct StudyPage::State {
    explicit State(StudyPage* page);
    QWidget* build_form();
    QWidget* build_middle();
    QWidget* build_model();

    void show_shown();  // the shown variant, everywhere
    void take_preview();
    void list_findings();
    void show_problems();
    void reveal(const QString& variant, const QString& key);
    void mend(const study::Mend& mend);
    void add_match_button();
    void place_columns();
    // The shown variant's configuration, and what it is compared with: the preview's for one that `combine` made.
    struct Shown {
        RunConfig config, baseline;
    };
    std::optional<Shown> shown_configs() const;
    const VariantConfig* own_variant() const;

    StudyPage* page;
    QPointer<StudyDocument> document;
    std::filesystem::path workspace;
    std::optional<bool> narrow;          // as the columns are sized
    std::map<bool, QByteArray> by_hand;  // the columns by `narrow`, where the user has moved them
    StudyStrip* strip;
    QSplitter *columns, *rows = nullptr;
    QLabel *form_title = nullptr, *form_remark = nullptr;
    SchemaForm* form = nullptr;
    QToolButton* match = nullptr;  // beside the feed-forward width
    VariantPanel* variants = nullptr;
    StudySettings* settings = nullptr;
    QTabWidget* tabs = nullptr;
    FindingList* findings = nullptr;
    StepZeroPanel* step_zero = nullptr;
    PatchEditor* patch = nullptr;
    TensorPanel* tensors = nullptr;
    QLabel *model_title = nullptr, *differences = nullptr;
    BlockDiagram* diagram = nullptr;
    CostPanel* costs = nullptr;
    StartBar* start = nullptr;
};

StudyPage::State::State(StudyPage* page) : page(page), strip(new StudyStrip(page)), columns(new QSplitter(page)) {
    columns->addWidget(build_form());
    columns->addWidget(build_middle());
    columns->addWidget(build_model());
    columns->setStretchFactor(0, 0);
    columns->setStretchFactor(1, 1);
    columns->setStretchFactor(2, 0);
    columns->setChildrenCollapsible(false);
    columns->setHandleWidth(4 * kSpace);
    connect(columns, &QSplitter::splitterMoved, page, [this] {
        if (narrow) by_hand[*narrow] = columns->saveState();
    });
    connect(strip, &StudyStrip::choose_study_file, page, &StudyPage::choose_study_file);
    connect(strip, &StudyStrip::save_study_as, page, &StudyPage::save_study_as);
    auto* all = new QVBoxLayout(page);
    all->setContentsMargins(3 * kSpace, 3 * kSpace, 3 * kSpace, 3 * kSpace);
    all->setSpacing(3 * kSpace);
    all->addWidget(strip);
    all->addWidget(columns, 1);
}

QWidget* StudyPage::State::build_form() {
    auto* side = new QWidget(columns);
    side->setMinimumWidth(kNarrowSide - 40);
    form_title = plain_label("Baseline", "heading", side);
    form_remark = plain_label("", "muted", side);
    form = new SchemaForm(
        {[this](const std::string& key, const Json& value) { document->set_option(variants->shown(), key, value); },
         [this](const std::string& key) { document->reset_option(variants->shown(), key); },
         [this](const QString& subject, const std::string& key, const QString& line) {
             const FieldInfo* option = find_option(key);
             document->refuse_entry(StudyDocument::option_entry(subject, key),
                                    {subject, text(key), text(option ? option->label : label_of(key)), line});
         },
         [this](const QString& subject, const std::string& key) {
             if (document) document->accept_entry(StudyDocument::option_entry(subject, key));
         },
         [this] {
             if (document) document->finish_entry();
         }},
        side);
    add_match_button();
    form_title->setMinimumHeight(kHeadHeight);
    auto* head = new QHBoxLayout;
    head->addWidget(form_title);
    head->addStretch();
    head->addWidget(form_remark);
    auto* column = column_of(side, 2 * kSpace);
    column->addLayout(head);
    column->addWidget(form, 1);
    auto* find = new QShortcut(QKeySequence::Find, page);
    find->setContext(Qt::WidgetWithChildrenShortcut);
    form->search()->setToolTip("Search by name, key or what an option does (Ctrl+F)");
    connect(find, &QShortcut::activated, page, [this] {
        form->search()->setFocus();
        form->search()->selectAll();
    });
    return side;
}

QWidget* StudyPage::State::build_middle() {
    rows = new QSplitter(Qt::Vertical, columns);
    auto* top = new QWidget(rows);
    variants = new VariantPanel(top);
    settings = new StudySettings(top);
    connect(settings, &StudySettings::pilot_wanted, page, [this] { start->start_pilot(); });
    auto* column = column_of(top, 3 * kSpace);
    column->addWidget(variants, 1);
    column->addWidget(settings);
    tabs = new QTabWidget(rows);
    tabs->setDocumentMode(true);
    tabs->tabBar()->setDrawBase(false);
    findings = new FindingList(tabs);
    step_zero = new StepZeroPanel(tabs);
    patch = new PatchEditor(tabs);
    tensors = new TensorPanel(tabs);
    tabs->addTab(findings, "Findings");
    tabs->addTab(step_zero, "Step 0");
    tabs->addTab(patch, "Patch");
    tabs->addTab(tensors, "Tensors");
    rows->addWidget(top);
    rows->addWidget(tabs);
    rows->setStretchFactor(0, 3);
    rows->setStretchFactor(1, 2);
    rows->setChildrenCollapsible(false);
    rows->setHandleWidth(2 * kSpace);
    connect(variants, &VariantPanel::variant_chosen, page, [this] { show_shown(); });
    connect(step_zero, &StepZeroPanel::judged, page, [this](int objections) {
        tabs->setTabText(1, objections ? QString("Step 0 (%1)").arg(objections) : QString("Step 0"));
    });
    connect(findings, &FindingList::chosen, page,
            [this](const QString& variant, const QString& key) { reveal(variant, key); });
    connect(findings, &FindingList::mend_chosen, page, [this](const study::Mend& chosen) { mend(chosen); });
    return rows;
}

QWidget* StudyPage::State::build_model() {
    auto* side = new QWidget(columns);
    side->setMinimumWidth(kNarrowSide - 20);
    auto* scroll = new QScrollArea(side);
    auto* body = new QWidget(scroll);
    model_title = plain_label("Baseline", "heading", side);
    model_title->setMinimumHeight(kHeadHeight);
    diagram = new BlockDiagram(body);
    differences = plain_label("", "", body);
    differences->setWordWrap(true);
    costs = new CostPanel(body);
    auto* parts = column_of(body, 3 * kSpace);
    parts->addWidget(diagram);
    parts->addWidget(costs);
    parts->addWidget(differences);
    parts->addStretch();
    scroll->setWidget(body);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->viewport()->setAutoFillBackground(false);
    body->setAutoFillBackground(false);
    start = new StartBar(side);
    auto* column = column_of(side, 2 * kSpace);
    column->addWidget(model_title);
    column->addWidget(scroll, 1);
    column->addWidget(start);
    connect(start, &StartBar::started, page, [this](const QString&, const QStringList& runs) {
        if (!runs.isEmpty()) Q_EMIT page->show_runs(runs);
    });
    return side;
}

const VariantConfig* StudyPage::State::own_variant() const {
    const auto& all = document->study().variants;
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& v) { return text(v.name) == variants->shown(); });
    return found == all.end() ? nullptr : &*found;
}

std::optional<StudyPage::State::Shown> StudyPage::State::shown_configs() const {
    const RunConfig baseline = document->baseline();
    if (variants->shown() == kBaseline) return Shown{baseline, baseline};
    if (const VariantConfig* own = own_variant()) return Shown{patched(baseline, own->patch, own->name), baseline};
    const StudyPreviewPtr preview = document->preview();
    if (!preview) return {};
    for (const CombinedVariant& combined : preview->combined)
        if (text(combined.point.variant) == variants->shown())
            return Shown{combined.point.config, baseline_config(preview->study)};
    return {};
}

void StudyPage::State::show_shown() {
    const std::optional<Shown> configs = document ? shown_configs() : std::nullopt;
    if (!configs) return;
    const auto& [config, baseline] = *configs;
    const QString& name = variants->shown();
    const bool is_baseline = name == kBaseline;
    const VariantConfig* own = own_variant();
    const QString label = is_baseline ? QString("Baseline") : own ? text(own->label) : name;
    form_title->setText(label);
    form_remark->setText(is_baseline ? "● differs from default"
                         : own       ? "● differs from baseline"
                                     : "made by combining");
    form->show_values(name, config, is_baseline ? RunConfig() : baseline, is_baseline ? "default" : "baseline");
    form->set_read_only(!is_baseline && !own);
    match->setEnabled(own != nullptr);
    match->setToolTip(own ? "Choose the width that matches the baseline's parameters or FLOPs"
                          : "Choose a variant to match its size to the baseline's");
    model_title->setText(label);
    diagram->show_model(config, baseline);
    QStringList words;
    for (const ConfigDifference& one : difference(baseline, config)) words += text(in_words(one));
    differences->setText(words.join('\n'));
    differences->setVisible(!words.isEmpty());
    patch->show_variant(name);
    tensors->show_variant(name, config, baseline, workspace);
    costs->show_costs(document->preview(), name);
    show_problems();
}

void StudyPage::State::take_preview() {
    const StudyPreviewPtr preview = document->preview();
    list_findings();
    const bool combined = variants->shown() != kBaseline && !own_variant();
    if (combined) return show_shown();  // all that is known of it is the preview's
    costs->show_costs(preview, variants->shown());
    show_problems();
}

void StudyPage::State::list_findings() {
    findings->findings().take(document->preview(), document->refused_entries());
    const int found = findings->findings().rowCount();
    tabs->setTabText(0, found ? QString("Findings (%1)").arg(found) : QString("Findings"));
}

// What preflight says of an option is shown below the option too.
void StudyPage::State::show_problems() {
    std::map<std::string, QString> problems;
    if (const StudyPreviewPtr preview = document->preview(); preview)
        for (const study::Finding& finding : preview->preview.findings) {
            const auto [key, rest] = option_and_rest(finding);
            const QString whose = finding.variant.empty() ? kBaseline : text(finding.variant).section('@', 0, 0);
            if (!key.isEmpty() && finding.severity == study::Severity::error && whose == variants->shown())
                problems[key.toStdString()] = rest;
        }
    form->set_problems(problems);
}

void StudyPage::State::reveal(const QString& variant, const QString& key) {
    if (strip->focus_entry(key) || settings->focus_entry(key) || variants->focus_entry(key)) return;
    variants->choose(variant.isEmpty() && !key.isEmpty() ? QString(kBaseline) : variant);
    if (key.startsWith(PatchEditor::kEntry)) {
        tabs->setCurrentWidget(patch);
        patch->setFocus();
    } else if (!key.isEmpty()) {
        form->reveal(key.toStdString());
    }
}

void StudyPage::State::add_match_button() {
    FieldRow* width = form->row("model.d_ff");
    match = match_width_button(width);
    width->editor().add_button(match);
    connect(match->menu(), &QMenu::aboutToShow, page, [this] {
        const std::optional<Shown> configs = document ? shown_configs() : std::nullopt;
        if (!configs) return;
        fill_width_menu(*match->menu(), configs->config, configs->baseline, [this](std::int64_t d_ff) {
            document->finish_entry();  // a step of undo by itself
            document->set_option(variants->shown(), "model.d_ff", d_ff);
            document->finish_entry();
        });
    });
}

// One step of undo. The patch lists the variants as they were when they were checked, so it waits for the check.
void StudyPage::State::mend(const study::Mend& mend) {
    if (!document->preview_is_current()) {
        Q_EMIT page->message("The study has changed and is being checked again. Then choose what would mend it.");
        return;
    }
    try {
        document->edit(text(mend.title), study::mended(document->study(), mend));
        findings->setFocus();
    } catch (const InputError& error) {
        Q_EMIT page->message(text(one_line(error.what())));
    }
}

// As the user left them at this width, else as usual.
void StudyPage::State::place_columns() {
    if (columns->restoreState(by_hand[*narrow])) return;
    by_hand.erase(*narrow);
    const int side = *narrow ? kNarrowSide : kSide;
    columns->setSizes({side, std::max(page->width() - 2 * side, 0), side});
}

StudyPage::StudyPage(QWidget* parent) : Page(parent), state_(std::make_unique<State>(this)) {
    setFocusProxy(state_->variants);
}

// The widgets go while what they look at is still here.
StudyPage::~StudyPage() { qDeleteAll(findChildren<QWidget*>(Qt::FindDirectChildrenOnly)); }

void StudyPage::set_context(const PageContext& context) {
    State& s = *state_;
    if (s.document) disconnect(s.document, nullptr, this, nullptr);
    s.document = context.document;
    s.workspace = context.workspace ? context.workspace->folder() : std::filesystem::path();
    s.strip->set_document(context.document, s.workspace);
    s.variants->set_document(context.document);
    s.settings->set_document(context.document);
    s.patch->set_document(context.document);
    s.step_zero->set_document(context.document, s.workspace);
    s.start->set_context(context.document, context.control);
    if (!s.document) return;
    connect(s.document, &StudyDocument::changed, this, [this] { state_->show_shown(); });
    connect(s.document, &StudyDocument::preview_changed, this, [this] { state_->take_preview(); });
    connect(s.document, &StudyDocument::loaded, this, [this] { state_->form->begin_study(); });
    connect(s.document, &StudyDocument::refused_entries_changed, this, [this] { state_->list_findings(); });
    s.form->begin_study();
    s.show_shown();
    s.take_preview();
}

bool StudyPage::settle() {
    State& s = *state_;
    if (!s.document) return true;
    if (!s.document->preview_is_current()) return false;
    const auto& variants = s.document->study().variants;
    if (s.document->variant() == kBaseline && !variants.empty()) s.document->show_variant(text(variants.front().name));
    return s.tensors->settled() || !s.tensors->isVisible();
}

QVariantMap StudyPage::save_state() const {
    const State& s = *state_;
    const auto columns = [&](bool narrow) { return s.by_hand.contains(narrow) ? s.by_hand.at(narrow) : QByteArray(); };
    return {{"columns", columns(false)},     {"narrow_columns", columns(true)},
            {"rows", s.rows->saveState()},   {"tab", s.tabs->currentIndex()},
            {"folds", s.form->save_state()}, {Settings::kView, QVariantMap{{"search", s.form->search()->text()}}}};
}

void StudyPage::restore_state(const QVariantMap& state) {
    State& s = *state_;
    s.by_hand = {{false, state.value("columns").toByteArray()}, {true, state.value("narrow_columns").toByteArray()}};
    if (s.narrow) s.place_columns();  // else with the first size
    s.rows->restoreState(state.value("rows").toByteArray());
    s.tabs->setCurrentIndex(std::clamp(state.value("tab").toInt(), 0, s.tabs->count() - 1));
    s.form->restore_state(state.value("folds").toMap());
    s.form->search()->setText(state.value(Settings::kView).toMap().value("search").toString());
}

void StudyPage::show_option(const QString& key) {
    state_->form->reveal(key.toStdString());
    const FieldRow* row = state_->form->row(key.toStdString());
    if (row && !row->isVisibleTo(state_->form))
        Q_EMIT message(text(row->field().label) + ": the present settings do not use this option.");
}

void StudyPage::start_study() { state_->start->press(); }

QString StudyPage::start_keys() { return StartBar::keys().toString(QKeySequence::NativeText); }

void StudyPage::resizeEvent(QResizeEvent* event) {
    Page::resizeEvent(event);
    State& s = *state_;
    const bool narrow = width() < kNarrow;
    if (s.narrow == narrow) return;
    s.narrow = narrow;
    s.place_columns();
}

std::unique_ptr<Page> make_study_page() { return std::make_unique<StudyPage>(); }

}  // namespace ablate::ui
