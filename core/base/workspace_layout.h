#pragma once
#include <filesystem>
#include <string>

// The names of the folders and files of a workspace; core/README.md says what each holds ("The run directory", "The
// workspace"). What is in the cache is named by the files that fill it.
namespace ablate {

inline std::filesystem::path studies_folder(const std::filesystem::path& workspace) { return workspace / "studies"; }
inline std::filesystem::path runs_folder(const std::filesystem::path& workspace) { return workspace / "runs"; }
inline std::filesystem::path models_folder(const std::filesystem::path& workspace) { return workspace / "models"; }
inline std::filesystem::path reports_folder(const std::filesystem::path& workspace) { return workspace / "reports"; }
inline std::filesystem::path cache_folder(const std::filesystem::path& workspace) { return workspace / "cache"; }
inline std::filesystem::path queue_folder(const std::filesystem::path& workspace) { return workspace / "queue"; }
inline std::filesystem::path trash_folder(const std::filesystem::path& workspace) { return workspace / "trash"; }
// Where the window proposes to write models.
inline std::filesystem::path exports_folder(const std::filesystem::path& workspace) { return workspace / "exports"; }

inline std::filesystem::path study_file_named(const std::filesystem::path& workspace, const std::string& name) {
    return studies_folder(workspace) / (name + ".json");
}
// Which study files `ablate run` wrote.
inline std::filesystem::path kept_studies_file(const std::filesystem::path& workspace) {
    return workspace / "kept-studies.json";
}
// The order of each study's variants, by which their colors are numbered.
inline std::filesystem::path variant_order_file(const std::filesystem::path& workspace) {
    return workspace / "variant-order.json";
}
// The messages of the process that continues runs after the window was closed.
inline std::filesystem::path background_log(const std::filesystem::path& workspace) {
    return workspace / "background.log";
}

// Names in a run directory.
namespace run_files {
inline constexpr const char* kInfo = "run.json";
inline constexpr const char* kState = "state.json";
inline constexpr const char* kControl = "control.json";
inline constexpr const char* kLock = "lock";
inline constexpr const char* kQueue = "queue.json";
inline constexpr const char* kEvents = "events.jsonl";
inline constexpr const char* kCollapse = "collapse.json";
inline constexpr const char* kNotes = "notes.json";
inline constexpr const char* kLog = "log.txt";
inline constexpr const char* kCheckpoints = "checkpoints";  // a folder
}  // namespace run_files

// Names in the folder of a checkpoint.
namespace checkpoint_files {
inline constexpr const char* kManifest = "manifest.json";
inline constexpr const char* kWeights = "model.safetensors";
inline constexpr const char* kOptimizer = "optimizer.safetensors";
inline constexpr const char* kTrainerState = "trainer.json";
inline constexpr const char* kMarks = "kept.json";  // next to the checkpoints
}  // namespace checkpoint_files

// Names in the folder of an imported model.
namespace model_files {
inline constexpr const char* kInfo = "model.json";
inline constexpr const char* kWeights = "model.safetensors";
}  // namespace model_files

}  // namespace ablate
