#include "ui/pages/runs/confirm.h"

#include <QMessageBox>
#include <QPushButton>

namespace ablate::ui {

namespace {

constexpr qsizetype kNamed = 8;

}  // namespace

void confirm(QWidget* parent, const Question& question, std::function<void()> agreed) {
    auto* box = new QMessageBox(QMessageBox::NoIcon, question.title, question.title, QMessageBox::Cancel, parent);
    QStringList lines = question.things.first(std::min(kNamed, question.things.size()));
    if (question.things.size() > kNamed) lines += QString("and %1 more").arg(question.things.size() - kNamed);
    if (!question.text.isEmpty()) lines << QString() << question.text;
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setTextFormat(Qt::PlainText);  // names are strangers'
    box->setInformativeText(lines.join('\n'));
    QPushButton* act = box->addButton(question.action, QMessageBox::AcceptRole);
    box->setDefaultButton(QMessageBox::Cancel);
    box->setEscapeButton(QMessageBox::Cancel);
    QObject::connect(box, &QMessageBox::finished, parent, [box, act, agreed = std::move(agreed)] {
        if (box->clickedButton() == act) agreed();
    });
    box->open();
}

}  // namespace ablate::ui
