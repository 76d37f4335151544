#include "ui/pages/study/width_menu.h"

#include "core/base/text.h"
#include "core/model/tensor_table.h"
#include "ui/bridge/text.h"
#include "ui/theme/theme.h"

#include <QMenu>
#include <QToolButton>
#include <set>

namespace ablate::ui {

QToolButton* match_width_button(QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setProperty("flat", true);
    button->setText("Match");
    button->setFixedHeight(6 * kSpace);
    button->setAccessibleName("Match the baseline's size");
    button->setPopupMode(QToolButton::InstantPopup);
    button->setMenu(new QMenu(button));
    return button;
}

void fill_width_menu(QMenu& menu, const RunConfig& variant, const RunConfig& baseline,
                     const std::function<void(std::int64_t)>& choose) {
    menu.clear();
    std::set<std::pair<model::MatchBy, std::int64_t>> offered;
    for (const model::WidthMatch& match : model::width_matches(variant, baseline)) {
        const std::int64_t d_ff = match.width.d_ff;
        if (!offered.insert({match.by, d_ff}).second) continue;
        if (match.by == model::MatchBy::flops && match.multiple == 64) menu.addSeparator();
        QAction* action = menu.addAction(text(fmt::format("{}: {}", with_thousands(d_ff), model::in_words(match))));
        action->setCheckable(d_ff == variant.model.d_ff);
        action->setChecked(d_ff == variant.model.d_ff);
        QObject::connect(action, &QAction::triggered, &menu, [choose, d_ff] { choose(d_ff); });
    }
}

}  // namespace ablate::ui
