#include "ui/pages/runs/run_files.h"

#include "core/base/error.h"
#include "ui/bridge/text.h"

namespace ablate::ui {

namespace {

std::string name_of(const std::filesystem::path& folder) { return folder.filename().string(); }

QString in_one_line(const QStringList& lines) {
    return lines.size() < 2 ? lines.join("") : QString("%1 (and %2 more)").arg(lines.first()).arg(lines.size() - 1);
}

}  // namespace

RunFiles::RunFiles(std::filesystem::path workspace, QObject* parent) : QObject(parent), store_(std::move(workspace)) {}

void RunFiles::for_each(const QStringList& words, std::function<std::string(const std::string&)> act,
                        std::function<void(const QStringList& done, const QString& refusal)> then) {
    worker_.post([this, words, act = std::move(act), then = std::move(then)] {
        QStringList done, lines;
        for (const QString& word : words) {
            try {
                done += text(act(word.toStdString()));
            } catch (const std::exception& error) {
                lines += text(one_line(error.what()));
            }
        }
        const auto tell = [this, done, refusal = in_one_line(lines), then] {
            then(done, refusal);
            if (!done.isEmpty()) Q_EMIT changed();
        };
        QMetaObject::invokeMethod(this, tell, Qt::QueuedConnection);
    });
}

void RunFiles::edit_notes(const QStringList& ids, const run::NotesEdit& edit) {
    for_each(
        ids,
        [this, edit](const std::string& id) {
            run::edit_notes(store_.folder_of(id), edit);
            return id;
        },
        [this, ids](const QStringList&, const QString& refusal) {
            if (refusal.isEmpty())
                Q_EMIT notes_written(ids);
            else
                Q_EMIT notes_refused(ids, refusal);
        });
}

void RunFiles::move_to_trash(const QStringList& ids) {
    for_each(
        ids, [this](const std::string& id) { return name_of(store_.move_to_trash(id)); },
        [this](const QStringList& names, const QString& refusal) {
            if (!names.isEmpty()) Q_EMIT trashed(names);
            if (!refusal.isEmpty()) Q_EMIT refused(refusal);
        });
}

void RunFiles::restore(const QStringList& names) {
    for_each(
        names, [this](const std::string& name) { return name_of(store_.restore(name)); },
        [this](const QStringList&, const QString& refusal) { tell_trash(refusal); });
}

void RunFiles::delete_from_trash(const QStringList& names) {
    for_each(
        names,
        [this](const std::string& name) {
            store_.delete_from_trash(name);
            return name;
        },
        [this](const QStringList&, const QString& refusal) { tell_trash(refusal); });
}

void RunFiles::tell_trash(const QString& refusal) {
    if (!refusal.isEmpty()) Q_EMIT refused(refusal);
    list_trash();
}

void RunFiles::list_trash() {
    worker_.post([this] {
        QMetaObject::invokeMethod(
            this, [this, runs = store_.trash()] { Q_EMIT trash_listed(runs); }, Qt::QueuedConnection);
    });
}

}  // namespace ablate::ui
