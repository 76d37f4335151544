#include "ui/pages/runs/run_files.h"

#include "core/base/error.h"

namespace ablate::ui {

namespace {

std::string trash_name(const std::filesystem::path& folder) { return folder.filename().string(); }

}  // namespace

RunFiles::RunFiles(std::filesystem::path workspace, QObject* parent) : QObject(parent), store_(std::move(workspace)) {}

template <class Action>
void RunFiles::tell(Action action) {
    QMetaObject::invokeMethod(this, std::move(action), Qt::QueuedConnection);
}

void RunFiles::for_each(const QStringList& words, std::function<QString(const std::string&)> act,
                        std::function<void(const QStringList& done)> then) {
    worker_.post([this, words, act = std::move(act), then = std::move(then)] {
        QStringList done, lines;
        for (const QString& word : words) {
            try {
                done += act(word.toStdString());
            } catch (const std::exception& error) {
                lines += QString::fromStdString(one_line(error.what()));
            }
        }
        tell([this, done, lines, then] {
            if (!done.isEmpty()) then(done);
            if (!done.isEmpty()) Q_EMIT changed();
            for (const QString& line : lines) Q_EMIT refused(line);
        });
    });
}

void RunFiles::edit_notes(const QStringList& ids, const run::NotesEdit& edit) {
    worker_.post([this, ids, edit] {
        try {
            for (const QString& id : ids) run::edit_notes(store_.folder_of(id.toStdString()), edit);
            tell([this, ids] {
                Q_EMIT notes_written(ids);
                Q_EMIT changed();
            });
        } catch (const std::exception& error) {
            tell([this, ids, line = QString::fromStdString(one_line(error.what()))] {
                Q_EMIT notes_refused(ids, line);
                Q_EMIT changed();  // of several runs some may have been written
            });
        }
    });
}

void RunFiles::move_to_trash(const QStringList& ids) {
    for_each(
        ids, [this](const std::string& id) { return QString::fromStdString(trash_name(store_.move_to_trash(id))); },
        [this](const QStringList& names) { Q_EMIT trashed(names); });
}

void RunFiles::restore(const QStringList& names) {
    for_each(
        names, [this](const std::string& name) { return QString::fromStdString(trash_name(store_.restore(name))); },
        [this](const QStringList&) { list_trash(); });
}

void RunFiles::list_trash() {
    worker_.post([this] { tell([this, runs = store_.trash()] { Q_EMIT trash_listed(runs); }); });
}

void RunFiles::empty_trash(const QStringList& names) {
    for_each(
        names,
        [this](const std::string& name) {
            store_.empty_trash({name});
            return QString::fromStdString(name);
        },
        [this](const QStringList&) { list_trash(); });
}

}  // namespace ablate::ui
