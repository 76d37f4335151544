#pragma once
#include "ui/widgets/page.h"

#include <memory>

namespace ablate::ui {

// The pages of resources/help, which are part of the program: a list that a search narrows to the pages with those
// words, and the page beside it.
class HelpPage : public Page {
    Q_OBJECT
  public:
    explicit HelpPage(QWidget* parent = nullptr);
    ~HelpPage() override;
    QString file_stem() const override { return "help"; }
    void set_context(const PageContext& context) override { Q_UNUSED(context) }
    void show_topic(const QString& topic);  // "reports": the file's name; an unknown one changes nothing
    QString topic() const;
    QVariantMap save_state() const override;
    void restore_state(const QVariantMap& state) override;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

std::unique_ptr<Page> make_help_page();

}  // namespace ablate::ui
