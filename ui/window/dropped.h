#pragma once
#include <QString>

namespace ablate::ui {

// What is at a path that was dropped on the window, or named to it.
struct Dropped {
    enum class Kind { study_file, run_folder, workspace, model_folder, norm_ablation, log, nothing };
    Kind kind = Kind::nothing;
    QString path;
    QString why;  // of nothing: "PATH: is a Parquet table, not ...", one line with what to do
};
Dropped look_at(const QString& path);  // reads the disk: for a worker

}  // namespace ablate::ui
