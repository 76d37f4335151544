#pragma once
#include "ui/widgets/page.h"

#include <memory>

namespace ablate::ui {

// The report of a study as it will be written, with the choice of its title, sections and figures, and its export.
class ReportPage : public Page {
    Q_OBJECT
  public:
    explicit ReportPage(QWidget* parent = nullptr);
    ~ReportPage() override;
    QString file_stem() const override { return "report"; }
    void set_context(const PageContext& context) override;
    bool settle() override;
    QVariantMap save_state() const override;
    void restore_state(const QVariantMap& state) override;
    void choose_study(const QString& study);  // what another page asked to report on
    void choose_runs(const QStringList& ids);

  protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

std::unique_ptr<Page> make_report_page();

}  // namespace ablate::ui
