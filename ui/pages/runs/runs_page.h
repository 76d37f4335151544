#pragma once
#include "ui/widgets/page.h"

#include <memory>

namespace ablate::ui {

// All runs of the workspace: what they are at, what can be done to them, in which order those that wait begin, their
// notes and tags, and the trash.
class RunsPage : public Page {
    Q_OBJECT
  public:
    explicit RunsPage(QWidget* parent = nullptr);
    ~RunsPage() override;
    QString file_stem() const override { return "runs"; }
    void set_context(const PageContext& context) override;
    bool settle() override;
    void choose_runs(const QStringList& ids) override;
    QVariantMap save_state() const override;
    void restore_state(const QVariantMap& state) override;

  Q_SIGNALS:
    void fold_run(const QString& id, qint64 step = -1);  // with FlashNorm; the newest checkpoint, or that of `step`

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

std::unique_ptr<Page> make_runs_page();

}  // namespace ablate::ui
