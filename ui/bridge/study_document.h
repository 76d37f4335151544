#pragma once
#include "core/config/variant_names.h"
#include "core/plan/preflight.h"
#include "core/plan/study_power.h"
#include "core/plan/throughput.h"

#include <QMetaType>
#include <QObject>
#include <QString>
#include <QUndoStack>
#include <map>
#include <memory>
#include <optional>

namespace ablate::ui {

// A variant that `combine` makes of others, the grid aside.
struct CombinedVariant {
    VariantPoint point;
    std::vector<ConfigDifference> differences;  // to the baseline
};

// What is known of a study before training, made by a worker.
struct StudyPreview {
    StudyConfig study;                      // what it is a preview of
    study::Preview preview;                 // of the variants that can be expanded
    std::vector<CombinedVariant> combined;  // valid or not
    // By point; NaN seconds while unknown: where the machine must be measured first, a preview without times comes
    // first. While other runs keep the machine from being measured they stay unknown.
    std::vector<study::TimeEstimate> times;
    // What its seeds can find; nothing before the workspace's runs are known. Its findings are among the preview's.
    std::optional<study::StudyPower> power{};
    double study_seconds = 0;               // all runs, as many at once as set_jobs() says; NaN when unknown
    QString error;                          // one line: why the study cannot be expanded
    std::map<std::string, QString> broken;  // by variant that cannot be expanded and is left out above: why, one line
    bool can_start() const;                 // no error, no finding of severity error
    QString why_not() const;                // the first of them, one line; "" when it can start
};
using StudyPreviewPtr = std::shared_ptr<const StudyPreview>;

// A text in a field of the window that is no value of what it edits. The study keeps the value it had before.
struct RefusedEntry {
    QString variant;  // whose option it is; "" for what belongs to the whole study
    QString key;      // the option's dotted key; "" for other fields
    QString label;    // what the field is called: "Seeds"
    QString line;     // what is wrong, without the label
};

// The study being designed: its value, its file, undo and redo, and a preview that follows it. Every change goes
// through edit(). Reading, writing and previewing happen in its own thread; the value is always readable.
class StudyDocument : public QObject {
    Q_OBJECT
  public:
    // `workspace`: where studies are saved by name, and what the machine can do is kept.
    explicit StudyDocument(std::filesystem::path workspace, QObject* parent = nullptr);
    ~StudyDocument() override;

    const StudyConfig& study() const { return study_; }
    RunConfig baseline() const;  // complete; every edit is checked, so it can always be read
    QString file() const;        // "" until saved or opened
    bool modified() const;       // differs from the file
    QUndoStack* undo_stack() { return &undo_; }
    const QString& variant() const { return variant_; }  // the one shown; "baseline" at first
    void show_variant(const QString& name);              // ignored for a name the study does not have

    // One undo step named `what`. Edits in a row with the same `merge` (not empty) are one step: typing in one field.
    // InputError, and no change, when the study cannot be written down: an unknown key, a value out of range, a bad or
    // doubled name. What only preflight can judge (heads that do not divide d_model) is a finding of the preview.
    void edit(const QString& what, StudyConfig next, const QString& merge = {});
    // Typing. What was taken over from the field `merge` since the last finish_entry() is taken back (a valid beginning
    // of a text that is refused must not stay), and the study cannot be started until the entry is accepted: by
    // another edit with the same `merge`, or by accept_entry().
    void refuse_entry(const QString& merge, const RefusedEntry& entry);
    void accept_entry(const QString& merge);  // it is valid, given up, or its field is gone
    void finish_entry();                      // Return, or the focus left: what comes next is another undo step
    const std::map<QString, RefusedEntry>& refused_entries() const { return refused_; }  // by `merge`
    static QString option_entry(const QString& variant, const std::string& key);         // the `merge` of set_option()
    // One option of the baseline (`variant` "baseline") or of a variant's patch, by dotted key. The same errors.
    void set_option(const QString& variant, const std::string& key, const Json& value);
    void reset_option(const QString& variant, const std::string& key);  // to the default, or to the baseline's value
    // A variant under a name not taken yet ("no-norm", "no-norm-2"); returns that name and shows it.
    QString add_variant(VariantConfig variant);

    void start_new(StudyConfig study);     // not saved yet; forgets undo; the errors of edit()
    void open(const QString& file);        // a study file; loaded() or failed()
    void open_named(const QString& name);  // as on the command line: a study of the workspace, or a preset (a copy)
    // In its file, else WORKSPACE/studies/NAME.json; saved() or failed(). Only a file named here is written over when
    // it holds something that this document neither read nor wrote.
    void save(const QString& file = {});

    void set_jobs(int jobs);  // runs at once, for the study's time; 0: what the cores allow
    // Those of the workspace now: they tell how long others take. Before the first call no time is known.
    void set_runs(std::shared_ptr<const run::RunList> runs);
    // While a study is prepared the machine is not measured.
    void set_machine_busy(bool busy);
    StudyPreviewPtr preview() const { return preview_; }  // of this or an earlier value; null until the first
    bool preview_is_current() const;

  Q_SIGNALS:
    void changed();          // the value
    void variant_shown();    // another variant is the one shown
    void file_changed();     // file() or modified()
    void preview_changed();  // newest wins, stale ones are dropped
    void refused_entries_changed();
    void loaded();  // another study; undo is empty
    void saved(const QString& file);
    void failed(const QString& line);  // opening or saving; one line

  private:
    class Edit;
    struct Private;                                      // file, workers, requests under way
    void take(const StudyConfig& value);                 // the value, from an edit, undo or redo
    void adopt(StudyConfig value, const QString& file);  // another study
    template <class Open>
    void open_with(Open open);
    void note_modified();
    void drop_entries_of_gone_variants();
    void request_preview();
    void take_preview(std::uint64_t number, StudyPreviewPtr preview);

    StudyConfig study_;
    QUndoStack undo_;
    std::map<QString, RefusedEntry> refused_;
    QString variant_ = kBaseline;
    StudyPreviewPtr preview_;
    std::unique_ptr<Private> private_;
};

}  // namespace ablate::ui

Q_DECLARE_METATYPE(ablate::ui::StudyPreviewPtr)
