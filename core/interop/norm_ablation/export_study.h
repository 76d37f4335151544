#pragma once
#include "core/run/run_directory.h"

// No torch here.
namespace ablate::interop::norm_ablation {

struct PointToExport {
    std::string variant;     // of the study; its folder is called so
    std::string grid_point;  // "train.lr=0.01", or ""
    bool is_baseline = false;
    run::RunDirectory run;
};

struct StudyExportOptions {
    std::string dtype = "float32";  // float32 | bfloat16: of every weight written
    std::string base_model;         // the id metadata.json names; empty: each variant's own
    bool checkpoints = true;        // those between the start and the end as well
};

struct ExportedVariant {
    std::string name;  // of its folder
    std::string run;
    bool base_rebuilt = false;              // from configuration and seed: no checkpoint of step 0 was kept
    std::int64_t step = 0;                  // of the finetuned weights
    std::vector<std::int64_t> checkpoints;  // the further ones, by step
};
struct ExportedStudy {
    std::vector<ExportedVariant> variants;
    std::uint64_t bytes = 0;     // of all files
    std::uint64_t reserved = 0;  // what the disk was asked for before
    bool has_tokenizer = false;
    std::vector<std::string> notes;  // what was left out
};

// Called with what is being written and the share of the bytes that is done; what it throws abandons the export.
using ExportProgress = std::function<void(const std::string& what, double share)>;

// The runs of a study, one of each variant, as the folder of layout.h. `target` must not exist and appears whole or not
// at all. InputError: a run without a sound checkpoint, or one whose weights before training cannot be had: it started
// from other weights and did not keep them. ResourceError: no room, before anything is written.
ExportedStudy export_study(const std::vector<PointToExport>& points, const std::filesystem::path& target,
                           const StudyExportOptions& options = {}, const ExportProgress& progress = {});

}  // namespace ablate::interop::norm_ablation
