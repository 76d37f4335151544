#pragma once
#include "ui/pages/live/chart_card.h"

#include <QVariantList>
#include <QWidget>

class QGridLayout;
class QSplitter;

namespace ablate::ui {

// Live's charts: a large one and up to eleven small ones beneath, zoomed and read together. A metric is shown once.
class ChartBoard : public QWidget {
    Q_OBJECT
  public:
    static constexpr std::size_t kMostCharts = 12;
    explicit ChartBoard(QWidget* parent = nullptr);                  // the arrangement of a new workspace
    const std::vector<ChartCard*>& cards() const { return cards_; }  // the large one first
    void set_choices(const std::vector<LiveMetric>& choices);
    bool can_add() const;
    void add();  // a chart of the first metric that is not shown
    void highlight(const QString& curve);
    // As it is kept: {"metric": key, "log": bool} for each chart. Whatever else is given leaves the arrangement as it
    // is.
    QVariantList arrangement() const;
    void arrange(const QVariantList& charts);

  Q_SIGNALS:
    void hovered(const QString& curve);  // "" between curves
    void hover_left();
    void clicked(const QString& curve);
    void arranged();  // by the user: other metrics, another number of charts
    void scale_changed(ChartCard* card);

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    int fitting_columns() const;  // of small charts side by side
    ChartCard* make_card(const LiveMetric& metric);
    void remove(ChartCard* card);
    void enlarge(ChartCard& card);
    void choose_metric(ChartCard& card, const QString& before);
    void lay_out();

    QSplitter* rows_;
    QWidget* small_;
    QGridLayout* grid_;
    int columns_ = 0;
    std::vector<ChartCard*> cards_;
    std::vector<LiveMetric> choices_;
    double low_, high_;  // the steps all charts are zoomed to; NaN: all
};

}  // namespace ablate::ui
