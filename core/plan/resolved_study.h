#pragma once
#include "core/config/study_config.h"
#include "core/data/prepare.h"

#include <memory>

// A study as it is trained. No torch in this header.
namespace ablate::study {

struct PlanOptions {
    std::vector<std::string> settings;  // --set
    std::vector<std::string> only;      // variants; the baseline is always kept
    std::vector<std::int64_t> seeds;    // empty: the study's
    bool again = false;                 // train even what has finished
    bool keep_no_ops = false;           // train variants that do not change the computation
};

// A study, expanded once: preview, plan and launch take this value and never expand the study themselves. Its points
// are complete when resolve_study() returns it. The workspace and the data then fill in what only they can tell.
class ResolvedStudy {
  public:
    const StudyConfig& config() const { return config_; }  // the study file, without the options
    const PlanOptions& options() const { return options_; }
    // All of them, in the study's order: the baseline comes first.
    const std::vector<VariantPoint>& points() const { return points_; }
    std::vector<VariantPoint> chosen() const;                          // those that PlanOptions::only leaves
    const std::vector<std::int64_t>& seeds() const { return seeds_; }  // to train with, in order, none twice

    // Finds the weights that the points start from (resolve_starts). InputError: no such weights, other shapes.
    void find_starts(const std::filesystem::path& workspace);
    // Turns epochs into steps and fits the schedules to them (resolve_epochs, resolve_schedules). InputError: a warm-up
    // that is longer than the run.
    void use_data(std::shared_ptr<const data::PreparedData> data);
    const data::PreparedData& data() const;  // std::logic_error before use_data()

  private:
    friend ResolvedStudy resolve_study(StudyConfig study, PlanOptions options);
    ResolvedStudy() = default;

    StudyConfig config_;
    PlanOptions options_;
    std::vector<VariantPoint> points_;
    std::vector<bool> chosen_;  // by point
    std::vector<std::int64_t> seeds_;
    std::shared_ptr<const data::PreparedData> data_;
};

// The only way to make one. InputError: what expand() refuses, and names in PlanOptions::only that the study lacks.
ResolvedStudy resolve_study(StudyConfig study, PlanOptions options = {});

}  // namespace ablate::study
