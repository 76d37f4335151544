#pragma once
#include "ui/bridge/latest.h"
#include "ui/pages/study/tensor_model.h"

#include <QWidget>
#include <optional>

class QLabel;
class QLineEdit;
class QTableView;

namespace ablate::ui {

class StackedCell;

// The tensors of the shown variant, each with what becomes of it. Looked up in a worker, and only while it is shown.
class TensorPanel : public QWidget {
    Q_OBJECT
  public:
    explicit TensorPanel(QWidget* parent = nullptr);
    void show_variant(const QString& name, const RunConfig& config, const RunConfig& baseline,
                      const std::filesystem::path& workspace);
    bool settled() const { return !wanted_ && !latest_.busy(); }

  protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    struct Request {
        QString name;
        RunConfig config, baseline;
        std::filesystem::path workspace;
    };
    struct Layout {
        bool narrow = false;   // without parameters
        bool reasons = false;  // there are some
        bool stacked = false;  // they are shown below the names
        bool operator==(const Layout&) const = default;
    };
    Layout layout_for_width() const;
    void look();
    void take(TensorList list);
    void refuse(const QString& line);
    void tell_counts();
    void place_columns();

    std::optional<Request> wanted_;  // asked for while nobody sees it
    TensorModel model_;
    TensorFilter filter_;
    StackedCell* name_cell_;
    QLabel* counts_;
    QLineEdit* search_;
    QTableView* table_;
    Layout layout_;
    Latest latest_{this};
};

}  // namespace ablate::ui
