#pragma once
#include "core/config/run_config.h"

#include <QString>
#include <QStringList>
#include <QWidget>
#include <vector>

namespace ablate::ui {

// One part of the model in the order of the forward pass.
struct DiagramPart {
    enum class Shape { box, sum };
    Shape shape = Shape::box;
    QString title;           // "RMSNorm"
    QString site;            // "attn_in"; "" where there is no norm site
    QStringList lines;       // formula, sizes
    QStringList difference;  // to the baseline, in words; empty where there is none
    QString source;          // of the kind
    bool absent = false;     // the baseline has something here and this model has not
    bool in_block = false;
    bool branches = false;  // the residual path leaves before this part; a sum closes it
};
struct Diagram {
    std::vector<DiagramPart> parts;
    QString block_title;  // "4 blocks, pre-norm"
    bool block_differs = false;
    QString in_words() const;  // for those who do not see it
};
Diagram diagram_of(const RunConfig& config, const RunConfig& baseline);

// The model of a variant, painted: every norm site in use with its kind and formula, where the residual stream goes,
// and what differs from the baseline.
class BlockDiagram : public QWidget {
    Q_OBJECT
  public:
    explicit BlockDiagram(QWidget* parent = nullptr);
    void show_model(const RunConfig& config, const RunConfig& baseline);
    const Diagram& diagram() const { return diagram_; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

  protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

  private:
    struct Placed;
    Placed place() const;
    void paint_residuals(QPainter& painter, const Placed& placed) const;
    void paint_part(QPainter& painter, const DiagramPart& part, const QRectF& rect) const;
    void paint_sum(QPainter& painter, const QRectF& rect) const;
    void paint_block(QPainter& painter, const Placed& placed) const;

    Diagram diagram_;
};

}  // namespace ablate::ui
