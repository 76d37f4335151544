#include "ui/widgets/short_path.h"

#include <QDir>

namespace ablate::ui {

QString short_path(const QString& folder) {
    const QString home = QDir::homePath();
    return folder.startsWith(home + '/') ? '~' + folder.mid(home.size()) : folder;
}

}  // namespace ablate::ui
