#include "ui/window/restart_dialog.h"

#include "ui/theme/theme.h"
#include "ui/widgets/labels.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QLabel>
#include <QPushButton>
#include <QRadioButton>
#include <QVBoxLayout>

namespace ablate::ui {
namespace {

using interop::logs::Restarts;

constexpr int kWidth = 600;

// `alone`: it is the only reading, which is so where no line has a step.
QString in_words(Restarts reading, bool alone) {
    switch (reading) {
        case Restarts::separate:
            return "&Separate trainings: each becomes a run";
        case Restarts::resume:
            return "One run that was &resumed: the later lines replace the earlier ones";
        case Restarts::continued:
            return alone ? "One run: &number the lines in their order"
                         : "One run whose step starts again in each &epoch: count on from the last step";
        case Restarts::automatic:
            break;
    }
    return {};
}

}  // namespace

RestartDialog::RestartDialog(const AmbiguousLog& log, std::size_t others, QWidget* parent) : QDialog(parent) {
    setWindowTitle("Import a training log");
    setMinimumWidth(kWidth);
    QLabel* problem = wrapped_label(log.problem, "", this);
    problem->setTextInteractionFlags(Qt::TextSelectableByMouse);
    problem->setAccessibleName("Problem");
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(5 * kSpace, 5 * kSpace, 5 * kSpace, 4 * kSpace);
    column->setSpacing(3 * kSpace);
    column->addWidget(problem);
    column->addWidget(wrapped_label("How should Ablate read this log?", "heading", this));
    for (const Restarts reading : log.readings) {
        auto* choice = new QRadioButton(in_words(reading, log.readings.size() == 1), this);
        choices_.emplace_back(reading, choice);
        column->addWidget(choice);
    }
    others_ = new QCheckBox(others == 1 ? QString("&Do the same for the other log")
                                        : QString("&Do the same for the other %1 logs").arg(others),
                            this);
    others_->setVisible(others > 0);
    column->addWidget(others_);
    column->addStretch();
    column->addWidget(build_buttons());
}

// Nothing is chosen at first unless there is only one choice: a reading that was not chosen would be a guess.
QWidget* RestartDialog::build_buttons() {
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    QPushButton* take = primary_button("Import", this);
    buttons->addButton(take, QDialogButtonBox::AcceptRole);
    take->setDefault(true);
    take->setEnabled(false);
    for (const auto& choice : choices_)
        connect(choice.second, &QRadioButton::toggled, take, [take] { take->setEnabled(true); });
    if (choices_.size() == 1) choices_.front().second->setChecked(true);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    return buttons;
}

Restarts RestartDialog::reading() const {
    for (const auto& [reading, choice] : choices_)
        if (choice->isChecked()) return reading;
    return Restarts::automatic;
}

bool RestartDialog::is_for_all() const { return others_->isChecked(); }

}  // namespace ablate::ui
