#include "ui/pages/compare/verdict_bar.h"

#include "core/compare/wording.h"
#include "core/plan/launch.h"
#include "ui/bridge/text.h"
#include "ui/pages/compare/train_popup.h"
#include "ui/theme/theme.h"
#include "ui/widgets/labels.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace ablate::ui {
namespace {

constexpr int kMostSeeds = 50;  // at once; more can be added again

}  // namespace

int runs_at_once(int jobs, const study::Group& group) { return jobs > 0 ? jobs : study::default_jobs(group.config); }

VerdictBar::VerdictBar(QWidget* parent) : QFrame(parent) {
    setProperty("card", true);
    sentence_ = wrapped_label("", "heading", this);
    sentence_->setAccessibleName("Verdict");
    reason_ = wrapped_label("", "muted", this);
    add_ = new QPushButton("Add seeds", this);
    add_->setToolTip("Train the undecided variants with more seeds");
    popup_ = new TrainPopup("Add seeds", kMostSeeds, this);
    auto* words = new QVBoxLayout;
    words->setSpacing(kSpace);
    words->addWidget(sentence_);
    words->addWidget(reason_);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(3 * kSpace, 2 * kSpace, 3 * kSpace, 2 * kSpace);
    row->setSpacing(3 * kSpace);
    row->addLayout(words, 1);
    row->addWidget(add_, 0, Qt::AlignTop);
    connect(add_, &QPushButton::clicked, this, &VerdictBar::ask);
    connect(popup_, &TrainPopup::agreed, this, &VerdictBar::add_seeds);
    hide();
}

void VerdictBar::show_answer(const CompareScenePtr& scene, const QString& why_not, int jobs) {
    scene_ = scene;
    jobs_ = jobs;
    if (!scene_) {
        hide();
        return popup_->hide();
    }
    const AnswerScene& answer = scene_->answer;
    sentence_->setText(text(answer.verdict.sentence));
    const bool possible =
        answer.why_no_seeds.empty() && study::more_seeds(*scene_->comparison, answer.verdict, 1).runs > 0;
    const QString reason = !answer.why_no_seeds.empty() ? text(answer.why_no_seeds) : possible ? why_not : QString();
    add_->setVisible(possible && why_not.isEmpty());
    reason_->setText(reason);
    reason_->setVisible(!reason.isEmpty());
    show();  // last: a widget that becomes visible takes its height at once, and what is below would move twice
}

void VerdictBar::ask() {
    popup_->ask(add_, [this](int seeds) {
        TrainOffer offer;
        if (!scene_) return offer;
        const study::MoreSeeds more = study::more_seeds(*scene_->comparison, scene_->answer.verdict, seeds);
        const std::size_t undecided = scene_->answer.verdict.groups_undecided.size();
        offer.question = QString("Train %1 with more seeds, and what they are compared with where it lacks a seed?")
                             .arg(undecided == 1 ? "the undecided variant" : "the undecided variants");
        offer.runs = more.runs;
        offer.seconds = more.seconds;
        offer.longest = more.longest;
        if (!more.requests.empty())
            offer.at_once = runs_at_once(jobs_, scene_->comparison->groups[more.requests.front().group]);
        return offer;
    });
}

}  // namespace ablate::ui
