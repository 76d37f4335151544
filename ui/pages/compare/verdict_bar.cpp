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
    confirm_ = new QPushButton("Confirm with new seeds", this);
    confirm_->setToolTip("Train the best grid points of both sides with seeds that no run has");
    confirm_popup_ = new TrainPopup("Confirm with new seeds", kMostSeeds, this);
    family_ = wrapped_label("", "muted", this);
    family_->setAccessibleName("What is judged together");
    auto* words = new QVBoxLayout;
    words->setSpacing(kSpace);
    words->addWidget(sentence_);
    words->addWidget(family_);
    words->addWidget(reason_);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(3 * kSpace, 2 * kSpace, 3 * kSpace, 2 * kSpace);
    row->setSpacing(3 * kSpace);
    row->addLayout(words, 1);
    row->addWidget(confirm_, 0, Qt::AlignTop);
    row->addWidget(add_, 0, Qt::AlignTop);
    connect(add_, &QPushButton::clicked, this, &VerdictBar::ask);
    connect(popup_, &TrainPopup::agreed, this, &VerdictBar::add_seeds);
    connect(confirm_, &QPushButton::clicked, this, &VerdictBar::ask_to_confirm);
    connect(confirm_popup_, &TrainPopup::agreed, this, &VerdictBar::confirm);
    hide();
}

void VerdictBar::show_answer(const CompareScenePtr& scene, const QString& why_not, int jobs) {
    scene_ = scene;
    jobs_ = jobs;
    if (!scene_) {
        hide();
        confirm_popup_->hide();
        return popup_->hide();
    }
    const AnswerScene& answer = scene_->answer;
    sentence_->setText(text(answer.verdict.sentence));
    const bool possible =
        answer.why_no_seeds.empty() && study::more_seeds(*scene_->comparison, answer.verdict, 1).runs > 0;
    const QString reason = !answer.why_no_seeds.empty() ? text(answer.why_no_seeds) : possible ? why_not : QString();
    add_->setVisible(possible && why_not.isEmpty());
    confirm_->setVisible(why_not.isEmpty() && study::confirmation(*scene_->comparison, 1).runs > 0);
    QStringList family{text(scene_->comparison->family.sentence)};
    for (const std::string& remark : scene_->comparison->family.remarks) family += text(remark);
    family_->setText(family.join(' '));
    family_->setVisible(scene_->comparison->groups.size() > 1);
    reason_->setText(reason);
    reason_->setVisible(!reason.isEmpty());
    show();  // last: a widget that becomes visible takes its height at once, and what is below would move twice
}

TrainOffer VerdictBar::offer_of(const QString& question, const study::MoreSeeds& more) const {
    TrainOffer offer{question, more.runs, more.seconds, more.longest};
    if (!more.requests.empty())
        offer.at_once = runs_at_once(jobs_, scene_->comparison->groups[more.requests.front().group]);
    return offer;
}

// Proposes the seeds that the judgments say would decide.
void VerdictBar::ask() {
    if (!scene_) return;
    const auto needed = study::seeds_that_decide(*scene_->comparison, scene_->answer.verdict);
    const auto offer = [this](int seeds) {
        if (!scene_) return TrainOffer();
        const std::size_t undecided = scene_->answer.verdict.groups_undecided.size();
        return offer_of(QString("Train %1 with more seeds, and what they are compared with where it lacks a seed?")
                            .arg(undecided == 1 ? "the undecided variant" : "the undecided variants"),
                        study::more_seeds(*scene_->comparison, scene_->answer.verdict, seeds));
    };
    popup_->ask(add_, offer,
                needed ? std::optional(static_cast<int>(std::min<std::int64_t>(*needed, kMostSeeds))) : std::nullopt);
}

void VerdictBar::ask_to_confirm() {
    confirm_popup_->ask(confirm_, [this](int seeds) {
        if (!scene_) return TrainOffer();
        return offer_of("Train the best grid points found on both sides with seeds that no run has?",
                        study::confirmation(*scene_->comparison, seeds));
    });
}

}  // namespace ablate::ui
