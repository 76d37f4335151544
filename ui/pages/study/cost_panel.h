#pragma once
#include "ui/bridge/study_document.h"

#include <QGridLayout>
#include <QLabel>

namespace ablate::ui {

// What one run of the shown variant costs: parameters, FLOPs, memory, tokens, time. Numbers change in place.
class CostPanel : public QWidget {
    Q_OBJECT
  public:
    explicit CostPanel(QWidget* parent = nullptr);
    // `variant` at the first point of the grid; dashes where the preview does not have it.
    void show_costs(const StudyPreviewPtr& preview, const QString& variant);

  private:
    struct Line {
        QLabel *name, *value;
    };
    Line add_line(const char* name);
    static void set(Line& line, const QString& value, const QString& tool_tip);
    void show_point(const study::PointPreview& point, const study::TimeEstimate& time);

    QGridLayout* grid_;
    Line parameters_, per_token_, training_, memory_, tokens_, time_;
};

// "6 variants × 3 grid points × 2 seeds: 36 runs, about 4m 10s"
QString study_in_words(const StudyPreview& preview);

}  // namespace ablate::ui
