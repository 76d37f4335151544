#pragma once
#include "ui/pages/report/report_job.h"

#include <QTreeWidget>

namespace ablate::ui {

// The sections of the report and, below each, its figures, to be left out or taken in.
class ContentsTree : public QTreeWidget {
    Q_OBJECT
  public:
    explicit ContentsTree(QWidget* parent = nullptr);
    void set_figures(const std::vector<report::ListedFigure>& figures);  // of this comparison; what was hidden stays so
    ReportChoices choices() const;                                       // all but title and outputs
    QVariantMap save_state() const;
    void restore_state(const QVariantMap& state);

  Q_SIGNALS:
    void choices_changed();

  private:
    void take_change(QTreeWidgetItem* item);

    std::vector<report::ListedFigure> figures_;
    QStringList hidden_sections_, hidden_figures_;
};

}  // namespace ablate::ui
