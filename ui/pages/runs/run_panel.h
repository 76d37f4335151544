#pragma once
#include "core/run/run_store.h"

#include <QStringList>
#include <QTimer>
#include <QWidget>

class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QStackedWidget;

namespace ablate::ui {

class CollapseArea;
class RunDetails;

// What is selected, in full: why it ended so, what it is, its note and tags. Notes are edited in place and saved by
// themselves, a moment after the last key; of several runs only the tags that all of them have.
class RunPanel : public QWidget {
    Q_OBJECT
  public:
    explicit RunPanel(QWidget* parent = nullptr);
    // `pausing`: ids of those this window asked to pause.
    void show_runs(const std::vector<const run::ListedRun*>& runs, const QStringList& pausing = {});
    void show_damaged(const run::DamagedRun& run);
    CollapseArea& collapse() { return *collapse_; }  // why the selected run collapsed, in a tab
    void edit();                                     // puts the cursor into the note
    void save();                                     // now, what was typed
    void note_written(const QStringList& ids);
    void note_refused(const QStringList& ids, const QString& line);  // what was typed stays

  Q_SIGNALS:
    void fold_checkpoint(const QString& id, qint64 step);  // with FlashNorm
    void notes_edited(const QStringList& ids, const run::NotesEdit& edit);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void hideEvent(QHideEvent* event) override;

  private:
    struct Typed {
        QString text;
        QStringList tags;
        bool operator==(const Typed&) const = default;
    };
    QWidget* build_facts();
    QWidget* build_notes();
    void show_facts(const run::ListedRun& run, bool pausing);
    void set_fact(int row, const QString& value);
    Typed typed() const;
    void show_notes(const Typed& notes);

    QStringList ids_;
    Typed on_disk_;    // as last read
    Typed saved_;      // as last read or handed over to be written
    int awaited_ = 0;  // writes that nobody answered yet
    QTimer save_timer_;

    QStackedWidget* pages_;
    CollapseArea* collapse_;
    RunDetails* details_ = nullptr;
    QLabel *title_ = nullptr, *chip_ = nullptr, *cause_ = nullptr, *refusal_ = nullptr;
    std::vector<std::pair<QLabel*, QLabel*>> facts_;
    QPlainTextEdit* note_ = nullptr;
    QLineEdit* tags_ = nullptr;
};

}  // namespace ablate::ui
