#pragma once
#include "ui/widgets/page.h"

#include <memory>

namespace ablate::ui {

// Where a study is designed: the options of the shown variant at the left, the variants and what holds for all of them
// in the middle with preflight's findings below, its model and its cost at the right, and the button that starts it.
class StudyPage : public Page {
    Q_OBJECT
  public:
    explicit StudyPage(QWidget* parent = nullptr);
    ~StudyPage() override;
    QString file_stem() const override { return "study"; }
    void set_context(const PageContext& context) override;
    bool settle() override;
    QVariantMap save_state() const override;
    void restore_state(const QVariantMap& state) override;

    void show_option(const QString& key);  // unfolds, scrolls to and focuses it
    void start_study();                    // as the button does; where it cannot be started, shows why
    static QString start_keys();           // the shortcut of that, as it is written here

  Q_SIGNALS:
    void choose_study_file();  // to open
    void save_study_as();      // in a file that is to be chosen

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

std::unique_ptr<Page> make_study_page();

}  // namespace ablate::ui
