#pragma once
#include "core/compare/comparison.h"

#include <QString>
#include <vector>

// The rows of the comparison table as text: a group, its seeds below. Made in a worker.
namespace ablate::ui {

enum class CompareColumn {
    variant,
    final_loss,
    delta,
    judgement,
    best_loss,
    best_step,
    seeds,
    parameters,
    flops,
    seconds,
    verdict,
    relative,
    train_loss,
    bits_per_byte,
    speed,
    ranks,
    better_on,
    unadjusted,
    holm
};

struct CompareColumnInfo {
    const char* key;  // stable: a header that was saved with others does not fit
    const char* title;
    const char* help;
    bool number;
    bool shown;  // unless chosen otherwise
};
const std::vector<CompareColumnInfo>& compare_columns();  // by CompareColumn

struct CompareCell {
    enum class Tone { usual, muted, warning, danger };
    QString text = "–";  // a missing value is a dash, never 0
    QString half_width;  // of its interval, after a ±
    QString tip;
    QString full;      // what is copied, where the text is rounded
    double order = 0;  // sorts the column; NaN comes last
    int decimals = 0;  // of a number, with which a column aligns it at the decimal point
    Tone tone = Tone::usual;
    std::optional<study::Outcome> outcome{};  // has its color
};

struct CompareRow {
    QString key;          // a group's configuration hash, a run's id
    std::size_t run = 0;  // in the comparison: the one whose color the row has
    bool reference = false;
    std::vector<CompareCell> cells;  // by column
    std::vector<CompareRow> seeds;
};

// A group that is shown, and what it is compared with.
struct ShownGroup {
    std::size_t group = 0;
    std::optional<std::size_t> reference;
    study::Delta delta;
    bool is_reference() const { return reference == group; }
};
// Whether the group is judged against what it is shown beside.
bool shows_judgement(const study::Comparison& comparison, const ShownGroup& shown);
CompareRow compare_row(const study::Comparison& comparison, const ShownGroup& shown);

}  // namespace ablate::ui
