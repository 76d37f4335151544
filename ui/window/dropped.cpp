#include "ui/window/dropped.h"

#include "core/base/error.h"
#include "core/interop/logs/logs.h"
#include "core/interop/norm_ablation/layout.h"
#include "core/io/sniff.h"

#include <QDir>
#include <QFileInfo>
#include <algorithm>

namespace ablate::ui {
namespace {

namespace layout = interop::norm_ablation;
using Kind = Dropped::Kind;

bool is_log(const QString& path) {
    try {
        interop::logs::detect_format(path.toStdString());
        return true;
    } catch (const InputError&) {
        return false;
    }
}

// One JSON object, whatever its name. A .json that is none is opened as well: the error says what it is.
bool may_be_study(const QString& path) {
    if (path.endsWith(".json", Qt::CaseInsensitive)) return true;
    try {
        return io::sniff(path.toStdString()).kind == io::FileKind::json_object;
    } catch (const std::exception&) {
        return false;
    }
}

// Of a workspace, not of Hugging Face's Trainer, which logs below runs/ too.
bool holds_our_runs(const QDir& folder) {
    const QDir runs(folder.filePath("runs"));
    const QStringList names = runs.entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    return runs.exists() && (folder.exists("trash") ||
                             std::any_of(names.begin(), names.end(),
                                         [&](const QString& name) { return runs.exists(name + "/run.json"); }));
}

Kind kind_of_folder(const QString& folder) {
    const QDir dir(folder);
    if (dir.exists("run.json")) return Kind::run_folder;
    if (holds_our_runs(dir)) return Kind::workspace;
    if (dir.exists("config.json") && !dir.entryList({"*.safetensors"}, QDir::Files).isEmpty())
        return Kind::model_folder;
    if (dir.exists(layout::kAllMetrics) || !dir.entryList({QString("?*") + layout::kFinetuned}, QDir::Dirs).isEmpty())
        return Kind::norm_ablation;
    if (is_log(folder)) return Kind::log;
    return dir.exists("runs") ? Kind::workspace : Kind::nothing;  // one without runs yet
}

}  // namespace

Dropped look_at(const QString& path) {
    const QFileInfo info(path);
    const QString whole = info.absoluteFilePath();
    if (info.isDir()) return {kind_of_folder(whole), whole};
    if (!info.isFile()) return {Kind::nothing, whole};
    if (is_log(whole)) return {Kind::log, whole};
    return {may_be_study(whole) ? Kind::study_file : Kind::nothing, whole};
}

}  // namespace ablate::ui
