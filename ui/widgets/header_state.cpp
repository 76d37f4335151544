#include "ui/widgets/header_state.h"

#include <QAbstractItemModel>
#include <QHeaderView>
#include <QStringList>

namespace ablate::ui {
namespace {

QStringList titles_of(const QHeaderView& header) {
    QStringList titles;
    for (int i = 0; i < header.count(); ++i)
        titles += header.model()->headerData(i, header.orientation(), Qt::DisplayRole).toString();
    return titles;
}

}  // namespace

QVariantMap save_header(const QHeaderView& header) {
    return {{"titles", titles_of(header)}, {"sections", header.saveState()}};
}

bool restore_header(QHeaderView& header, const QVariantMap& state) {
    return state.value("titles").toStringList() == titles_of(header) &&
           header.restoreState(state.value("sections").toByteArray());
}

}  // namespace ablate::ui
