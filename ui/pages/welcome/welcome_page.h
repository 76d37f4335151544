#pragma once
#include "ui/widgets/page.h"

#include <memory>

namespace ablate::ui {

// What an empty workspace shows: the quick study at one click, the presets, recent workspaces, a study file.
class WelcomePage : public Page {
    Q_OBJECT
  public:
    explicit WelcomePage(QWidget* parent = nullptr);
    ~WelcomePage() override;
    QString file_stem() const override { return "welcome"; }
    void set_context(const PageContext& context) override;
    bool settle() override;
    void set_recent_workspaces(const QStringList& folders);  // without the one that is open

  Q_SIGNALS:
    void start_preset(const QString& name);      // opens it and trains
    void open_preset(const QString& name);       // in Study
    void choose_study_file();                    // asks which
    void choose_workspace();                     // asks which
    void open_workspace(const QString& folder);  // a recent one
    void presets_read(const QStringList& names);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

std::unique_ptr<Page> make_welcome_page();

}  // namespace ablate::ui
