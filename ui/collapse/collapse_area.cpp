#include "ui/collapse/collapse_area.h"

#include "ui/bridge/text.h"
#include "ui/bridge/workspace.h"
#include "ui/collapse/collapse_card.h"

namespace ablate::ui {

namespace {

constexpr int kHeight = 320, kLeastHeight = 160;

const run::ListedRun* collapsed_run(const run::RunList& list, const QString& id) {
    for (const run::ListedRun& run : list.runs)
        if (text(run.info.id) == id) {
            const auto& verdict = run.state.verdict;
            return verdict && verdict->outcome == train::Outcome::collapsed ? &run : nullptr;
        }
    return nullptr;
}

}  // namespace

CollapseArea::CollapseArea(QWidget* parent) : QScrollArea(parent) {
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::NoFocus);
    setMinimumHeight(kLeastHeight);
    hide();
}

CollapseCard& CollapseArea::card() {
    if (card_) return *card_;
    card_ = new CollapseCard;
    setWidget(card_);
    connect(card_, &CollapseCard::closed, this, [this] {
        closed_ = followed_;
        show_followed();
    });
    if (page_) {
        connect(card_, &CollapseCard::open_page, page_, &Page::open_page);
        connect(card_, &CollapseCard::message, page_, &Page::message);
    }
    card_->set_context(context_.document, context_.control);
    return *card_;
}

void CollapseArea::set_context(Page& page, const PageContext& context) {
    disconnect(runs_);
    page_ = &page;
    context_ = context;
    if (context.workspace)
        runs_ = connect(context.workspace, &Workspace::runs_changed, this, &CollapseArea::show_followed);
    if (card_) card_->set_context(context.document, context.control);
    follow({});
}

void CollapseArea::follow(const QString& id) {
    if (id != followed_) closed_.clear();
    followed_ = id;
    show_followed();
}

void CollapseArea::show_followed() {
    const bool wanted = context_.workspace && !followed_.isEmpty() && followed_ != closed_;
    const run::ListedRun* run = wanted ? collapsed_run(*context_.workspace->runs(), followed_) : nullptr;
    if (run)
        card().show_run(*run);
    else if (card_)
        card_->clear();
    if (isHidden() != (run == nullptr)) {
        setVisible(run != nullptr);
        Q_EMIT shown_changed(run != nullptr);
    }
}

QSize CollapseArea::sizeHint() const { return {600, kHeight}; }

}  // namespace ablate::ui
