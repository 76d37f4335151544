#include "ui/window/leaving.h"

#include "ui/bridge/run_control.h"

#include <QMessageBox>
#include <QPushButton>

namespace ablate::ui {
namespace {

QString runs(qsizetype count) { return QString("%1 run%2").arg(count).arg(count == 1 ? "" : "s"); }

QString question(const RunControl& control) {
    const qsizetype training = control.training().size(), waiting = control.waiting().size();
    if (training == 0) return waiting == 0 ? QString("A study is being prepared.") : runs(waiting) + " to train.";
    const QString first = runs(training) + " in training";
    return waiting == 0 ? first + "." : QString("%1, %2 waiting.").arg(first).arg(waiting);
}

}  // namespace

Leaving::Leaving(QWidget* window, RunControl* control, QObject* parent)
    : QObject(parent), window_(window), control_(control) {
    connect(control, &RunControl::left, this, [this] {
        under_way_ = false;
        Q_EMIT left();
    });
    connect(control, &RunControl::leave_failed, this, [this](const QString& line) {
        if (must_leave_) return control_->leave(RunControl::Leave::pause);
        under_way_ = false;
        Q_EMIT stayed(line);
    });
}

void Leaving::ask() {
    if (under_way_) return;
    under_way_ = true;
    if (!control_->busy() && !control_->preparing_study()) return control_->leave(RunControl::Leave::pause);
    box_ = new QMessageBox(window_);
    box_->setAttribute(Qt::WA_DeleteOnClose);
    box_->setTextFormat(Qt::PlainText);
    box_->setWindowTitle("Runs in training");
    box_->setText(question(*control_));
    box_->setInformativeText(
        "In the background they continue in their own process and are here again at the next start. Paused ones keep "
        "a checkpoint and continue when they are resumed.");
    box_->addButton("Keep training in the background", QMessageBox::AcceptRole)->setObjectName("background");
    box_->addButton("Pause with a checkpoint", QMessageBox::AcceptRole)->setObjectName("pause");
    QPushButton* stay = box_->addButton("Stay", QMessageBox::RejectRole);
    stay->setObjectName("stay");
    box_->setEscapeButton(stay);
    connect(box_, &QMessageBox::finished, this, [this] { answered(); });
    box_->open();
}

void Leaving::answered() {
    const QString answer = box_->clickedButton() ? box_->clickedButton()->objectName() : QString("stay");
    if (answer == "stay") {
        under_way_ = false;
        Q_EMIT stayed({});
        return;
    }
    Q_EMIT waiting("Saving checkpoints…");
    control_->leave(answer == "background" ? RunControl::Leave::background : RunControl::Leave::pause);
}

void Leaving::without_asking() {
    under_way_ = must_leave_ = true;
    if (box_) {
        box_->disconnect(this);
        box_->close();
    }
    Q_EMIT waiting("Saving checkpoints…");
    control_->leave(RunControl::Leave::pause);
}

}  // namespace ablate::ui
