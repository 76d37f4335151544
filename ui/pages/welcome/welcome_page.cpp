#include "ui/pages/welcome/welcome_page.h"

#include "ui/bridge/latest.h"
#include "ui/bridge/text.h"
#include "ui/bridge/workspace.h"
#include "ui/pages/welcome/presets.h"
#include "ui/theme/theme.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/short_path.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

namespace ablate::ui {
namespace {

constexpr int kWidth = 880;  // px of the column
constexpr qsizetype kRecent = 6;

QFrame* card(QWidget* parent) {
    auto* frame = new QFrame(parent);
    frame->setProperty("card", true);
    auto* column = new QVBoxLayout(frame);
    column->setContentsMargins(4 * kSpace, 4 * kSpace, 4 * kSpace, 4 * kSpace);
    column->setSpacing(2 * kSpace);
    return frame;
}

void empty(QLayout* layout) {
    while (QLayoutItem* item = layout->takeAt(0)) {
        if (item->widget()) item->widget()->deleteLater();
        delete item;
    }
}

}  // namespace

struct WelcomePage::State {
    explicit State(WelcomePage* page);
    QWidget* build_quick();
    QWidget* build_presets();
    QWidget* build_places();
    void show_presets(std::vector<PresetSummary> read);
    QWidget* preset_row(const PresetSummary& preset, QWidget* parent);

    WelcomePage* page;
    bool have_presets = false;
    QLabel* workspace = nullptr;
    QLabel* quick_text = nullptr;
    QVBoxLayout* presets = nullptr;
    QVBoxLayout* recent = nullptr;
    QLabel* recent_title = nullptr;
    Latest reader{page};
};

WelcomePage::State::State(WelcomePage* page) : page(page) {
    auto* content = new QWidget;
    auto* middle = new QWidget(content);
    middle->setMaximumWidth(kWidth);
    auto* column = new QVBoxLayout(middle);
    column->setSpacing(4 * kSpace);
    auto* name = plain_label("Ablate", "title", middle);
    workspace = plain_label({}, "muted", middle);
    workspace->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column->addStretch(1);
    column->addWidget(name);
    column->addWidget(wrapped_label(
        "Design a transformer ablation study, watch it train, compare its variants over seeds.", "muted", middle));
    column->addWidget(build_quick());
    auto* row = new QHBoxLayout;
    row->setSpacing(4 * kSpace);
    row->addWidget(build_presets(), 3);
    row->addWidget(build_places(), 2);
    column->addLayout(row);
    column->addWidget(workspace);
    column->addStretch(2);

    auto* centered = new QHBoxLayout(content);
    centered->setContentsMargins(6 * kSpace, 4 * kSpace, 6 * kSpace, 4 * kSpace);
    centered->addStretch(1);
    centered->addWidget(middle, 1000);
    centered->addStretch(1);
    auto* scroll = new QScrollArea(page);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->viewport()->setAutoFillBackground(false);
    content->setAutoFillBackground(false);
    scroll->setWidget(content);
    auto* all = new QVBoxLayout(page);
    all->setContentsMargins(0, 0, 0, 0);
    all->addWidget(scroll);

    reader.ask([](const Latest::Ticket&) { return read_presets(); },
               [this](std::vector<PresetSummary> read) { show_presets(std::move(read)); },
               [this](const QString& line) {
                   have_presets = true;
                   Q_EMIT this->page->message(line);
               });
}

QWidget* WelcomePage::State::build_quick() {
    QFrame* frame = card(page);
    auto* column = static_cast<QVBoxLayout*>(frame->layout());
    quick_text =
        wrapped_label("Trains a small baseline and a handful of variants, then compares them.", "muted", frame);
    auto* start = primary_button("Start the quick study", frame);
    auto* look = new QPushButton("Look at it first", frame);
    auto* row = new QHBoxLayout;
    row->setSpacing(2 * kSpace);
    row->addWidget(start);
    row->addWidget(look);
    row->addStretch();
    column->addWidget(plain_label("A first study", "heading", frame));
    column->addWidget(quick_text);
    column->addSpacing(kSpace);
    column->addLayout(row);
    connect(start, &QPushButton::clicked, page, [this] { Q_EMIT page->start_preset("quick"); });
    connect(look, &QPushButton::clicked, page, [this] { Q_EMIT page->open_preset("quick"); });
    page->setFocusProxy(start);
    return frame;
}

QWidget* WelcomePage::State::build_presets() {
    QFrame* frame = card(page);
    auto* column = static_cast<QVBoxLayout*>(frame->layout());
    column->addWidget(plain_label("Presets", "heading", frame));
    presets = new QVBoxLayout;
    presets->setSpacing(3 * kSpace);
    column->addLayout(presets);
    column->addStretch();
    return frame;
}

QWidget* WelcomePage::State::build_places() {
    QFrame* frame = card(page);
    auto* column = static_cast<QVBoxLayout*>(frame->layout());
    auto* study = new QPushButton("Open a study file…", frame);
    auto* folder = new QPushButton("Open another workspace…", frame);
    recent_title = plain_label("Recent workspaces", "muted", frame);
    recent_title->hide();
    recent = new QVBoxLayout;
    recent->setSpacing(0);
    column->addWidget(plain_label("Open", "heading", frame));
    column->addWidget(study);
    column->addWidget(folder);
    column->addSpacing(2 * kSpace);
    column->addWidget(recent_title);
    column->addLayout(recent);
    column->addStretch();
    column->addWidget(
        wrapped_label("Study files, workspaces and run folders can also be dropped on this window.", "muted", frame));
    connect(study, &QPushButton::clicked, page, &WelcomePage::choose_study_file);
    connect(folder, &QPushButton::clicked, page, &WelcomePage::choose_workspace);
    return frame;
}

QWidget* WelcomePage::State::preset_row(const PresetSummary& preset, QWidget* parent) {
    auto* row = new QWidget(parent);
    auto* open = new QPushButton("Open", row);
    open->setAccessibleName("Open preset " + preset.name);
    connect(open, &QPushButton::clicked, page, [this, name = preset.name] { Q_EMIT page->open_preset(name); });
    auto* text = new QVBoxLayout;
    text->setSpacing(0);
    text->addWidget(plain_label(QString("%1 · %2 runs").arg(preset.name).arg(preset.runs), "", row));
    text->addWidget(wrapped_label(preset.description, "muted", row));
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(3 * kSpace);
    line->addLayout(text, 1);
    line->addWidget(open, 0, Qt::AlignTop);
    row->setToolTip(plain_tooltip({preset.variants}));
    return row;
}

void WelcomePage::State::show_presets(std::vector<PresetSummary> read) {
    empty(presets);
    for (const PresetSummary& preset : read) {
        if (preset.name == "quick") {
            quick_text->setText(preset.description);
            quick_text->setToolTip(plain_tooltip({preset.variants}));
        } else {
            presets->addWidget(preset_row(preset, page));
        }
    }
    have_presets = true;
    QStringList names;
    for (const PresetSummary& preset : read) names += preset.name;
    Q_EMIT page->presets_read(names);
}

WelcomePage::WelcomePage(QWidget* parent) : Page(parent), state_(std::make_unique<State>(this)) {}

WelcomePage::~WelcomePage() = default;

void WelcomePage::set_context(const PageContext& context) {
    const QString folder = QString::fromStdString(context.workspace->folder().string());
    state_->workspace->setText("Runs of this workspace are kept in " + short_path(folder));
}

bool WelcomePage::settle() { return state_->have_presets; }

void WelcomePage::set_recent_workspaces(const QStringList& folders) {
    empty(state_->recent);
    for (const QString& folder : folders.first(std::min(kRecent, folders.size()))) {
        QPushButton* button = flat_button(short_path(folder), this);
        button->setAccessibleName("Open workspace " + folder);
        button->setToolTip(plain_tooltip({folder}));
        connect(button, &QPushButton::clicked, this, [this, folder] { Q_EMIT open_workspace(folder); });
        state_->recent->addWidget(button, 0, Qt::AlignLeft);
    }
    state_->recent_title->setVisible(!folders.isEmpty());
}

std::unique_ptr<Page> make_welcome_page() { return std::make_unique<WelcomePage>(); }

}  // namespace ablate::ui
