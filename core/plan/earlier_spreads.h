#pragma once
#include "core/run/run_store.h"
#include "core/statistics/power.h"

#include <map>

// How far paired differences to a baseline varied from seed to seed in earlier runs of this size: the same data, steps
// and batch, and parameters within a factor of two. Losses in nats per token. No torch in this header.
namespace ablate::study {

enum class SpreadSource { none, workspace, shipped };
const char* to_string(SpreadSource source);  // "workspace", as in JSON

struct EarlierSpreads {
    SpreadSource source = SpreadSource::none;
    std::vector<SpreadOfVariant> pooled{};         // of every variant that two seeds or more paired
    std::map<std::string, SpreadOfVariant> own{};  // by config_hash(variant, ""): beside the study's own baseline
    std::int64_t differences = 0;                  // that all of them came from
    double block_deviation = 0;                    // s_b, root mean square over the variants; 0: not known
    std::int64_t blocks = 20;                      // B
    std::int64_t validation_tokens = 0;            // that the validation set holds; 0: not known
};

// What one variant showed: its differences, seed by seed, and their mean in each block of the validation text.
struct MeasuredVariant {
    std::vector<double> differences{};
    std::optional<double> block_deviation{};
    std::int64_t blocks = 0;
};

// resources/measured-spreads.json, installed beside the presets: measurements for where a workspace has none yet.
struct MeasuredSize {
    std::int64_t vocab_size = 0, context = 0, steps = 0, batch = 0, parameters = 0, evaluation_windows = 0;
    std::int64_t validation_tokens = 0;
    std::vector<MeasuredVariant> variants{};
};
std::filesystem::path measured_spreads_file();
// InputError: damaged, or of a newer format.
std::vector<MeasuredSize> load_measured_spreads(const std::filesystem::path& file);

// Of the workspace's runs, else of the measurements shipped, for a study with this baseline. The block deviation is
// that at the baseline's number of validation windows, to whose root it is inverse. What was read of a run at rest is
// kept. One thread at a time.
class SpreadReader {
  public:
    EarlierSpreads read(const run::RunList& runs, const RunConfig& baseline);

  private:
    struct Final {
        double updated = 0, loss = 0;  // NaN where there is none
        std::vector<double> blocks{};
    };
    const Final& final_of(const run::ListedRun& listed);
    std::map<std::filesystem::path, Final> kept_;  // by folder
};

}  // namespace ablate::study
