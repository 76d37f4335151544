#pragma once
#include "core/base/error.h"
#include "core/interop/imported_run.h"

#include <map>
#include <span>

// Logs of other programs, read as runs and judged as ours are. Hostile files end in an InputError of one line.
namespace ablate::interop::logs {

struct Format {
    const char* name;  // as --format takes it
    const char* what;  // the files that are read
};
std::span<const Format> formats();

// Told from the path and the contents. InputError: none of the formats, several logs in one folder.
std::string detect_format(const std::filesystem::path& path, bool offers_options = true);

// What a log is whose steps begin again; see logs/restarts.h.
enum class Restarts { automatic, resume, separate, continued };
std::span<const char* const> restart_names();          // as --restarts takes them
Restarts restarts_from_name(const std::string& name);  // InputError

struct ReadOptions {
    std::string format;                          // empty: detected
    std::map<std::string, std::string> columns;  // what a column means here -> its name there: {"loss", "train_loss"}
    Restarts restarts = Restarts::automatic;
    bool offers_options = true;  // false: whoever imports has no --column and no --restarts, and no message names them
};

// Nothing in a log decides what a step that comes again means: whoever imports the log has to say it.
class AmbiguousRestart : public InputError {
  public:
    AmbiguousRestart(const std::string& problem, const std::string& advice, std::vector<Restarts> readings)
        : InputError(std::string_view(problem + " " + advice)),
          problem_(one_line(problem)),
          readings_(std::move(readings)) {}
    const std::string& problem() const { return problem_; }              // what() without its advice
    const std::vector<Restarts>& readings() const { return readings_; }  // values of ReadOptions::restarts that fit

  private:
    std::string problem_;
    std::vector<Restarts> readings_;
};

// What a column can mean: "step", "loss", "val_loss", ...
std::vector<std::string> column_meanings();

// One run, or several where a file holds several. Study, variant and seed are as the source names them, or defaults.
// InputError; AmbiguousRestart where options.restarts is automatic and does not suffice.
std::vector<ImportedRun> read_log(const std::filesystem::path& path, const ReadOptions& options = {});

}  // namespace ablate::interop::logs
