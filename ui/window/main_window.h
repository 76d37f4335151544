#pragma once
#include "ui/bridge/importer.h"

#include <QMainWindow>
#include <filesystem>
#include <memory>

namespace ablate::ui {

class Page;
struct FoldRequest;
struct Session;

// The window: header, pages, status line. It owns what is open (Session), connects what one page asks of another, and
// tells of ends and collapses.
class MainWindow : public QMainWindow {
    Q_OBJECT
  public:
    // What was open is open again; then `study` is opened in Study, as on the command line, unless it is "".
    explicit MainWindow(const std::filesystem::path& workspace, const QString& study = {});
    ~MainWindow() override;

    Session& session();
    void show_page(const QString& file_stem);
    QString current_page() const;          // its file stem
    Page* page(const QString& file_stem);  // built when it is not yet; null: there is no such page
    static QStringList tab_pages();        // file stems, in the header's order

    void new_study();
    void open_study(const QString& file_or_name);       // asks first when the study that is open has changes
    void start_preset(const QString& name);             // opens it and trains it
    void open_workspace(const QString& folder);         // asks first when runs train here
    void import(ImportKind kind, const QString& path);  // into the workspace; a banner tells of the result
    void choose_to_import(ImportKind kind);
    void choose_logs(bool folder);             // files, or the folder of a run that TensorBoard reads
    void name_logs(const QStringList& paths);  // asks for study, variant and seeds, then imports
    void choose_to_fold();                     // a Hugging Face folder, with FlashNorm
    void fold(const FoldRequest& what);        // asks where to and how
    void save_study();
    void choose_study_to_open();
    void choose_study_to_save();
    void choose_workspace();
    void show_palette();  // finds options, studies, runs, pages and actions
    void show_settings();
    void show_help();  // about the page that is shown
    void show_about();

    void end(int signal);    // pauses what trains with a checkpoint, then leaves with 128 + signal
    void display_is_gone();  // the same at once, without an event loop

  protected:
    void closeEvent(QCloseEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace ablate::ui
