#pragma once
#include "ui/widgets/page.h"

#include <memory>

namespace ablate::ui {

// Variants side by side over their seeds: the table, and below it curves and differences, configuration, prompts,
// notes.
class ComparePage : public Page {
    Q_OBJECT
  public:
    explicit ComparePage(QWidget* parent = nullptr);
    ~ComparePage() override;
    QString file_stem() const override { return "compare"; }
    void set_context(const PageContext& context) override;
    bool settle() override;
    QVariantMap save_state() const override;
    void restore_state(const QVariantMap& state) override;
    void choose_study(const QString& study);  // what another page asked to compare
    void choose_runs(const QStringList& ids);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

std::unique_ptr<Page> make_compare_page();

}  // namespace ablate::ui
