#pragma once
#include "ui/widgets/page.h"

#include <memory>

namespace ablate::ui {

// The chosen runs while they train and after: a large chart and three small ones, each of any metric, zoomed and read
// together; the collapse banner; the depth heat map.
class LivePage : public Page {
    Q_OBJECT
  public:
    explicit LivePage(QWidget* parent = nullptr);
    ~LivePage() override;
    QString file_stem() const override { return "live"; }
    void set_context(const PageContext& context) override;
    bool settle() override;
    void choose_runs(const QStringList& ids) override;

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

std::unique_ptr<Page> make_live_page();

}  // namespace ablate::ui
