#pragma once
#include "ui/widgets/page.h"

#include <memory>

namespace ablate::ui {

// The chosen runs while they train and after: up to twelve charts, each of any metric, zoomed and read together, by
// variant or by run; the collapse banner; the depth heat map.
class LivePage : public Page {
    Q_OBJECT
  public:
    explicit LivePage(QWidget* parent = nullptr);
    ~LivePage() override;
    QString file_stem() const override { return "live"; }
    void set_context(const PageContext& context) override;
    bool settle() override;
    void choose_runs(const QStringList& ids) override;
    QVariantMap save_state() const override;
    void restore_state(const QVariantMap& state) override;

  protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

std::unique_ptr<Page> make_live_page();

}  // namespace ablate::ui
