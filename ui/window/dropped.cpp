#include "ui/window/dropped.h"

#include <QFileInfo>

namespace ablate::ui {

Dropped look_at(const QString& path) {
    const QFileInfo info(path);
    const QString whole = info.absoluteFilePath();
    if (info.isDir()) {
        if (QFileInfo::exists(whole + "/run.json")) return {Dropped::Kind::run_folder, whole};
        if (QFileInfo(whole + "/runs").isDir()) return {Dropped::Kind::workspace, whole};
        return {Dropped::Kind::nothing, whole};
    }
    const bool json = info.isFile() && info.suffix().compare("json", Qt::CaseInsensitive) == 0;
    return {json ? Dropped::Kind::study_file : Dropped::Kind::nothing, whole};
}

}  // namespace ablate::ui
