#pragma once
#include "ui/widgets/page.h"

#include <QPointer>
#include <QScrollArea>

namespace ablate::ui {

class CollapseCard;

// A collapse card as part of a page: shown while the chosen run has collapsed, with a scroll bar where there is little
// room.
class CollapseArea : public QScrollArea {
    Q_OBJECT
  public:
    explicit CollapseArea(QWidget* parent = nullptr);  // hidden at first
    // What the page was given; what the card asks for and tells goes to the page.
    void set_context(Page& page, const PageContext& context);
    // The run that is chosen, by id, or "". One that has not collapsed hides the card, and so does its Close button
    // until another run is chosen.
    void follow(const QString& id);
    QSize sizeHint() const override;

  Q_SIGNALS:
    void shown_changed(bool shown);

  private:
    void show_followed();
    CollapseCard& card();  // made when it is first needed

    CollapseCard* card_ = nullptr;
    QPointer<Page> page_;
    PageContext context_;
    QMetaObject::Connection runs_;
    QString followed_, closed_;  // ids
};

}  // namespace ablate::ui
