#pragma once
#include "core/compare/more_seeds.h"
#include "ui/pages/compare/compare_scene.h"

#include <QFrame>

class QLabel;
class QPushButton;

namespace ablate::ui {

class TrainPopup;
struct TrainOffer;

// The answer on top of the page, with the button that queues the seeds which could decide the rest.
class VerdictBar : public QFrame {
    Q_OBJECT
  public:
    explicit VerdictBar(QWidget* parent = nullptr);
    // `why_not`: why the page cannot queue seeds, as a sentence; "" where it can.
    void show_answer(const CompareScenePtr& scene, const QString& why_not, int jobs);

  Q_SIGNALS:
    void add_seeds(int count);
    void confirm(int seeds);  // the best points of a grid, with seeds that no run has

  private:
    void ask();
    void ask_to_confirm();
    TrainOffer offer_of(const QString& question, const study::MoreSeeds& more) const;

    CompareScenePtr scene_;
    int jobs_ = 0;  // runs at once; 0: what the cores allow
    QLabel* sentence_;
    QLabel* reason_;
    QLabel* family_;
    QPushButton *add_, *confirm_;
    TrainPopup *popup_, *confirm_popup_;
};

// Runs at once where `jobs` were chosen; 0: what the machine's cores allow for such a group.
int runs_at_once(int jobs, const study::Group& group);

}  // namespace ablate::ui
