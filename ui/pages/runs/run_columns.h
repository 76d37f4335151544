#pragma once
#include "core/run/run_store.h"
#include "ui/pages/runs/runs_model.h"

#include <QVariant>
#include <optional>
#include <vector>

// What the columns of the runs table are, and what they hold of one run. After the columns that RunsModel::Column names
// comes one for each option of a configuration.
namespace ablate::ui {

struct RunColumn {
    QString key;    // what is stored of a choice of columns: "loss", "train.lr"
    QString title;  // of the header
    QString help;
    bool number = false;       // in tabular figures, at the right
    QString group;             // of an option: "model", "data" or "train"; else empty
    bool shown = false;        // at first
    int usual = 0, least = 0;  // px
};
const std::vector<RunColumn>& run_columns();  // by index; the kinds must be registered
int run_column(const QString& key);           // -1: none

// The last or the best validation loss of the first validation set, in nats; nothing where none was measured.
std::optional<double> validation_loss(const run::ListedRun& run, bool best);
// Seconds in training steps: measured once the run has ended or was paused; nothing before.
std::optional<double> training_seconds(const run::ListedRun& run);

// Of a column that is an option's: its value for people, and what it is sorted by, a number or text. Nothing where it
// is not known, as of most options of an imported log.
struct OptionValue {
    QString text, full;  // `full`: a kind with the options that were set
    QVariant order;
};
OptionValue option_value(const run::ListedRun& run, int column);

}  // namespace ablate::ui
