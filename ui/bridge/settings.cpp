#include "ui/bridge/settings.h"

#include <QCryptographicHash>

namespace ablate::ui {
namespace {

constexpr qsizetype kMostRecent = 10;

const Setting<QStringList> kRecent{"workspaces/recent", {}};

QByteArray name_of(const QString& workspace) {
    return QCryptographicHash::hash(workspace.toUtf8(), QCryptographicHash::Sha1).toHex();
}

Setting<QVariantMap> place_setting(const QString& workspace) {
    return {("places/" + name_of(workspace)).constData(), {}};
}

Setting<QVariantMap> view_setting(const QString& page, const QString& workspace) {
    return {("views/" + name_of(workspace) + "/" + page.toUtf8()).constData(), {}};
}

Setting<QVariantMap> page_setting(const QString& page) { return {("pages/" + page.toUtf8()).constData(), {}}; }

}  // namespace

QStringList Settings::recent_workspaces() { return kRecent.value(); }

void Settings::remember_workspace(const QString& folder) {
    QStringList recent = kRecent.value();
    recent.removeAll(folder);
    recent.prepend(folder);
    kRecent.set(recent.mid(0, kMostRecent));
}

QVariantMap Settings::page_state(const QString& page, const QString& workspace) {
    QVariantMap state = page_setting(page).value();
    const QVariantMap view = view_setting(page, workspace).value();
    if (!view.isEmpty()) state[kView] = view;  // without a saved view, pages clear their filters
    return state;
}

void Settings::set_page_state(const QString& page, const QString& workspace, const QVariantMap& state) {
    QVariantMap shared = state;
    view_setting(page, workspace).set(shared.take(kView).toMap());
    page_setting(page).set(shared);
}

Settings::Place Settings::place(const QString& workspace) {
    const QVariantMap map = place_setting(workspace).value();
    return {map.value("page").toString(), map.value("study_file").toString(), map.value("draft").toByteArray(),
            map.value("untouched").toBool()};
}

void Settings::set_place(const QString& workspace, const Place& place) {
    place_setting(workspace).set({{"page", place.page},
                                  {"study_file", place.study_file},
                                  {"draft", place.draft},
                                  {"untouched", place.untouched}});
}

}  // namespace ablate::ui
