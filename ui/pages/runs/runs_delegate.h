#pragma once
#include "ui/theme/figures.h"

namespace ablate::ui {

// Paints the runs table: the variant's line beside its name, the state as a chip whose sign is its second cue, progress
// as a bar, tags as chips, numbers in tabular figures.
class RunsDelegate : public FiguresDelegate {
    Q_OBJECT
  public:
    using FiguresDelegate::FiguresDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace ablate::ui
