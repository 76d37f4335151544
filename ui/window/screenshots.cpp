#include "ui/window/screenshots.h"

#include "core/base/log.h"
#include "ui/widgets/page.h"
#include "ui/window/main_window.h"

#include <QDir>

namespace ablate::ui {
namespace {

constexpr int kLookEvery = 50;   // ms
constexpr int kMostLooks = 600;  // half a minute a page, then it is taken as it is
constexpr int kSettledLooks = 6;

}  // namespace

Screenshots::Screenshots(MainWindow& window, const QString& folder)
    : window_(window), folder_(folder), left_(MainWindow::tab_pages()) {
    connect(&timer_, &QTimer::timeout, this, [this] { look(); });
    timer_.start(kLookEvery);
    window_.show();
    window_.show_page(left_.front());
}

void Screenshots::look() {
    const QString page = left_.front();
    const bool settled = window_.page(page)->settle();
    settled_ = settled ? settled_ + 1 : 0;
    if (settled_ < kSettledLooks && ++looks_ < kMostLooks) return;
    if (looks_ >= kMostLooks) spdlog::warn("{}: still changing; taken as it is", page.toStdString());
    take(page);
}

void Screenshots::take(const QString& page) {
    const QString file = QDir(folder_).filePath(page + ".png");
    const bool written = QDir().mkpath(folder_) && window_.grab().save(file);
    left_.removeFirst();
    looks_ = settled_ = 0;
    if (written && !left_.isEmpty()) return window_.show_page(left_.front());
    timer_.stop();
    Q_EMIT done(written ? QString() : file + ": the picture cannot be written");
}

}  // namespace ablate::ui
