#pragma once
#include <QApplication>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QMimeData>
#include <QWidget>
#include <filesystem>
#include <vector>

namespace ablate::test {

// What a file manager does to a window; false when the window does not take it.
inline bool drop_files(QWidget& window, const std::vector<std::filesystem::path>& paths) {
    QMimeData data;
    QList<QUrl> urls;
    for (const auto& path : paths) urls += QUrl::fromLocalFile(QString::fromStdString(path.string()));
    data.setUrls(urls);
    const QPoint middle = window.rect().center();
    QDragEnterEvent enter(middle, Qt::CopyAction, &data, Qt::LeftButton, {});
    QApplication::sendEvent(&window, &enter);
    if (!enter.isAccepted()) return false;
    QDropEvent drop(middle, Qt::CopyAction, &data, Qt::LeftButton, {});
    QApplication::sendEvent(&window, &drop);
    return true;
}
inline bool drop_file(QWidget& window, const std::filesystem::path& path) { return drop_files(window, {path}); }

}  // namespace ablate::test
