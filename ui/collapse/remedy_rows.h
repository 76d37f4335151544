#pragma once
#include "ui/collapse/remedies.h"

#include <QPointer>
#include <QWidget>
#include <memory>
#include <optional>

class QCheckBox;
class QLabel;
class QPushButton;

namespace ablate::ui {

class RunControl;
class StudyDocument;

// The remedies for a collapsed run, a row each: what it does, and the variant that it adds, with its values, before it
// is clicked. A click edits the study as the Study page does, as one undo step, and trains the new variant with the
// run's seed or opens the Study page.
class RemedyRows : public QWidget {
    Q_OBJECT
  public:
    explicit RemedyRows(QWidget* parent = nullptr);
    ~RemedyRows() override;
    void set_context(StudyDocument* document, RunControl* control);
    // `stored`: the run's study as the workspace has it, which is opened when another study is open.
    void show_run(const run::RunInfo& run, std::optional<StudyConfig> stored);

  Q_SIGNALS:
    void open_page(const QString& file_stem);
    void message(const QString& line);

  private:
    struct Row {
        QPushButton* button;
        QLabel* words;
    };
    std::vector<Remedy> present() const;
    void show_rows();
    void choose(std::size_t row);
    void apply(std::size_t row);
    void start(const Remedy& remedy);
    void stop_waiting();
    template <class Signal, class Done>
    // Once, or until the document fails: that is told after the words of `failure`.
    void wait_for(Signal signal, const QString& failure, Done done);

    QPointer<StudyDocument> document_;
    QPointer<RunControl> control_;
    std::optional<run::RunInfo> run_;
    std::optional<StudyConfig> stored_;
    std::vector<Row> rows_;
    QCheckBox* train_now_;
    QPointer<QObject> waiting_;  // owns the connections of a change under way
};

}  // namespace ablate::ui
