#pragma once
#include "core/run/run_store.h"

#include <QWidget>
#include <memory>

namespace ablate::ui {

class RunControl;
class StudyDocument;

// Why a run collapsed: the cause in a sentence, the first bad tensor or the block with the largest gradient, loss,
// gradient norm and the gradient norms of the blocks over the last 50 steps, the checkpoints with their losses, and
// what may help, each as a new variant next to the old one.
class CollapseCard : public QWidget {
    Q_OBJECT
  public:
    explicit CollapseCard(QWidget* parent = nullptr);
    ~CollapseCard() override;
    // What the remedies change and start; null: they are disabled.
    void set_context(StudyDocument* document, RunControl* control);
    // One that has collapsed; read in a worker, and again only when its state was written since.
    void show_run(const run::ListedRun& run);
    void clear();

  Q_SIGNALS:
    void open_page(const QString& file_stem);
    void message(const QString& line);  // for the status line
    void closed();                      // by its button

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace ablate::ui
