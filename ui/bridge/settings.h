#pragma once
#include <QByteArray>
#include <QSettings>
#include <QStringList>
#include <QVariantMap>

namespace ablate::ui {

// What the window remembers between two starts, each declared once. Kept by QSettings under the application's names.
template <class T>
class Setting {
  public:
    Setting(const char* key, T otherwise) : key_(key), otherwise_(std::move(otherwise)) {}
    T value() const { return QSettings().value(key_, QVariant::fromValue(otherwise_)).template value<T>(); }
    void set(const T& value) const { QSettings().setValue(key_, QVariant::fromValue(value)); }

  private:
    QString key_;
    T otherwise_;
};

struct Settings {
    static inline const Setting<QString> theme{"window/theme", "system"};  // system | light | dark
    static inline const Setting<QByteArray> geometry{"window/geometry", {}};
    static inline const Setting<QString> mode{"runs/mode", "threads"};  // threads | processes
    static inline const Setting<int> jobs{"runs/jobs", 0};              // 0: what the cores allow
    static inline const Setting<bool> notify{"window/notify", true};    // tell the desktop of ends and collapses

    // The newest first.
    static QStringList recent_workspaces();
    static void remember_workspace(const QString& folder);

    // A page's choices (Page::save_state), by its file stem. What they hold under kView (filters, searches, sorting)
    // belongs to a workspace, the rest (columns, splitters) to all of them.
    static constexpr auto kView = "view";
    static QVariantMap page_state(const QString& page, const QString& workspace);
    static void set_page_state(const QString& page, const QString& workspace, const QVariantMap& state);

    // What was open in a workspace; empty for one never opened here.
    struct Place {
        QString page;            // its file stem
        QString study_file;      // "" when the study has none
        QByteArray draft;        // the study as JSON where it differs from its file, or has none
        bool untouched = false;  // the draft is as it was opened: a preset's copy
    };
    static Place place(const QString& workspace);
    static void set_place(const QString& workspace, const Place& place);
};

}  // namespace ablate::ui
