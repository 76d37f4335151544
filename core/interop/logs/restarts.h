#pragma once
#include "core/interop/logs/logs.h"

// The one rule for logs whose steps come twice or go back; every reader of a format with lines uses it.
namespace ablate::interop::logs {

// A line of a log in the order in which it was written.
struct LoggedLine {
    std::int64_t step = 0;
    double time = kUnknown, epoch = kUnknown;  // where the log has such a column
    double elapsed = kUnknown;                 // seconds since its session began, where the log tells that instead
    std::size_t begin = 0, end = 0;            // its values
    std::size_t number = 0;                    // in the file, for messages; 0: not known
    bool new_session = false;                  // another process wrote it: the first line of another file
};

struct LoggedValue {
    std::size_t column = 0;
    double value = 0;
    bool is_kept = true;  // false: a later line replaces it
};

// What a column tells of the order of the steps. A training goes back with its own values (loss, gradient norm,
// learning rate); evaluations may be appended later, and an epoch or a rate is in lines of any kind.
enum class Tells { training, other, nothing };

struct LoggedLines {
    std::vector<LoggedLine> lines;
    std::vector<LoggedValue> values;
    std::size_t columns = 0;
    std::vector<Tells> tells;  // of each column
};

// What became of a log: its trainings, each with the lines that belong to it.
struct Training {
    std::vector<std::size_t> lines;     // in the order in which they were written
    std::vector<std::size_t> sessions;  // the first line of each, as indices of `lines`; the first is 0
    std::vector<std::string> remarks;
};

// A part begins where the step of a training's own column goes back, or of the column with most values where the log
// has none. One that begins after the first step of the training before it is a resume: its lines replace what they
// overlap. One that begins at or before that step is a second training, unless the epoch goes on rising there: then
// steps are counted on, which changes `log`. A part that begins in an epoch which was counted on is a resume too. Where
// neither an epoch nor a new session decides, the log is refused with the option that does. Lines that are only out of
// order, with no step twice, stay as they are. Each has a remark. AmbiguousRestart "WHERE: ...".
std::vector<Training> join_parts(LoggedLines& log, const ReadOptions& options, const std::string& where);

}  // namespace ablate::interop::logs
