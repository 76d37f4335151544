#include "app/workbench/options.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "core/train/register.h"
#include "ui/bridge/number_format.h"
#include "ui/bridge/settings.h"
#include "ui/theme/theme.h"
#include "ui/window/ending_signals.h"
#include "ui/window/main_window.h"
#include "ui/window/screenshots.h"
#include "ui/window/settings_dialog.h"

#include <unistd.h>

#include <QApplication>
#include <QIcon>
#include <QPointer>
#include <QTemporaryDir>
#include <algorithm>
#include <clocale>
#include <cstdio>
#include <optional>
#include <utility>

namespace {

using namespace ablate;
namespace fs = std::filesystem;

constexpr QSize kPicture{1440, 900};
enum Exit { kDone = 0, kFailed = 1, kBadInput = 2 };

int fail(Exit code, std::string_view line) {
    std::fprintf(stderr, "ablate-workbench: %s\n", one_line(line).c_str());
    return code;
}

// Qt would abort without one, and leave a core.
bool has_display() {
    const auto names = {"QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"};
    return std::any_of(names.begin(), names.end(), [](const char* name) { return !qEnvironmentVariableIsEmpty(name); });
}

// When the display goes away Qt says so in a message and calls exit(), where LibTorch's own handlers come before any of
// ours: what trains saves a checkpoint and pauses at the message.
QPointer<ui::MainWindow> open_window;
QtMessageHandler tell_message = nullptr;
void hear_message(QtMsgType type, const QMessageLogContext& context, const QString& text) {
    tell_message(type, context, text);
    if (!open_window || !text.contains("connection broke")) return;
    std::exchange(open_window, nullptr)->display_is_gone();
    _exit(kFailed);
}

int take_screenshots(QApplication& application, const app::Options& options, const fs::path& workspace) {
    ui::MainWindow window(workspace, options.study);
    window.resize(options.size.isValid() ? options.size : kPicture);
    ui::Screenshots screenshots(window, options.screenshots);
    QObject::connect(
        &screenshots, &ui::Screenshots::done, &application,
        [](const QString& problem) {
            QCoreApplication::exit(problem.isEmpty() ? kDone : fail(kFailed, problem.toStdString()));
        },
        Qt::QueuedConnection);
    return QApplication::exec();
}

int open(const app::Options& options, const fs::path& workspace) {
    ui::EndingSignals signals_to_end;
    ui::MainWindow window(workspace, options.start ? QString() : options.study);
    if (options.size.isValid()) window.resize(options.size);
    QObject::connect(&signals_to_end, &ui::EndingSignals::asked_to_end, &window, &ui::MainWindow::end);
    open_window = &window;
    tell_message = qInstallMessageHandler(hear_message);
    window.show();
    if (options.start) window.start_preset(options.study);
    return QApplication::exec();
}

int run_program(int argc, char** argv) {
    const app::Options options = app::parse_options(QStringList(argv, argv + argc));
    if (!options.text.isEmpty()) {
        std::fputs(qPrintable(options.text), stdout);
        return kDone;
    }
    if (!has_display()) return fail(kFailed, "there is no display; `ablate` does all of it in a terminal");
    QCoreApplication::setOrganizationName("ablate");
    QCoreApplication::setApplicationName("workbench");
    QGuiApplication::setDesktopFileName("ablate-workbench");
    // Pictures depend on nothing that was chosen before, and change nothing of it.
    std::optional<QTemporaryDir> no_settings;
    if (!options.screenshots.isEmpty())
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, no_settings.emplace().path());
    const fs::path workspace = app::workspace_for(options.workspace);
    QApplication application(argc, argv);
    std::setlocale(LC_NUMERIC, "C");  // numbers in files have a point
    ui::use_number_format();
    QApplication::setWindowIcon(QIcon(":/ablate-workbench.svg"));
    ui::apply_theme(options.theme.isEmpty() ? ui::Settings::theme.value() : options.theme);
    return options.screenshots.isEmpty() ? open(options, workspace) : take_screenshots(application, options, workspace);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        set_up_logging();
        train::register_kinds();
        return run_program(argc, argv);
    } catch (const InputError& error) {
        return fail(kBadInput, error.what());
    } catch (const std::exception& error) {
        return fail(kFailed, error.what());
    }
}
