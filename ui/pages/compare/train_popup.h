#pragma once
#include "ui/forms/number_box.h"

#include <QFrame>
#include <functional>
#include <optional>

class QLabel;
class QPushButton;

namespace ablate::ui {

// What the popup offers to train, and how long earlier runs like these took.
struct TrainOffer {
    QString question;  // "Add 0.03 to the grid and train every variant there?"
    std::int64_t runs = 0;
    double seconds = 0, longest = 0;  // of all runs one after the other, and of one; NaN: not known
    int at_once = 1;
};

// Asks before runs are queued: what they are and how long they take; where `most_seeds` is above 0, also how many
// seeds.
class TrainPopup : public QFrame {
    Q_OBJECT
  public:
    explicit TrainPopup(const QString& name, int most_seeds, QWidget* parent = nullptr);
    // Below `button`. `offer` is asked again whenever the number of seeds changes.
    // `proposed`: seeds, in place of the number chosen last.
    void ask(QWidget* button, std::function<TrainOffer(int seeds)> offer, std::optional<int> proposed = {});

  Q_SIGNALS:
    void agreed(int seeds);

  private:
    void show_offer();
    void agree();

    std::function<TrainOffer(int)> offer_;
    NumberBox<QSpinBox>* seeds_ = nullptr;
    QLabel* question_;
    QLabel* time_;
    QPushButton* train_;
};

}  // namespace ablate::ui
