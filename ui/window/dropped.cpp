#include "ui/window/dropped.h"

#include "core/base/error.h"
#include "core/interop/logs/logs.h"

#include <QDir>
#include <QFileInfo>

namespace ablate::ui {
namespace {

using Kind = Dropped::Kind;

// The formats of logs are told apart there; that of a folder without any of their files is TensorBoard's.
bool is_log(const QString& path) {
    if (QFileInfo(path).isDir() && QDir(path).entryList({"*tfevents*"}, QDir::Files).isEmpty()) {
        const QStringList files{"trainer_state.json", "checkpoint-*",          "train_results.json", "all_results.json",
                                "trainer_log.jsonl",  "speedrun_results.json", "model_config.json"};
        if (QDir(path).entryList(files, QDir::Files | QDir::Dirs | QDir::NoDotAndDotDot).isEmpty()) return false;
    }
    try {
        interop::logs::detect_format(path.toStdString());
        return true;
    } catch (const InputError&) {
        return false;
    }
}

Kind kind_of_folder(const QString& folder) {
    if (QFileInfo::exists(folder + "/run.json")) return Kind::run_folder;
    if (QFileInfo(folder + "/runs").isDir()) return Kind::workspace;
    const QDir dir(folder);
    if (dir.exists("config.json") && !dir.entryList({"*.safetensors"}, QDir::Files).isEmpty())
        return Kind::model_folder;
    if (dir.exists("all_train_metrics.json") || !dir.entryList({"?*_finetuned"}, QDir::Dirs).isEmpty())
        return Kind::norm_ablation;
    return is_log(folder) ? Kind::log : Kind::nothing;
}

}  // namespace

Dropped look_at(const QString& path) {
    const QFileInfo info(path);
    const QString whole = info.absoluteFilePath();
    if (info.isDir()) return {kind_of_folder(whole), whole};
    if (!info.isFile()) return {Kind::nothing, whole};
    if (is_log(whole)) return {Kind::log, whole};
    const bool json = info.suffix().compare("json", Qt::CaseInsensitive) == 0;
    return {json ? Kind::study_file : Kind::nothing, whole};
}

}  // namespace ablate::ui
