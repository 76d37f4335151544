#include "app/workbench/options.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/base/version.h"
#include "core/run/run_store.h"
#include "ui/bridge/settings.h"

#include <QCommandLineParser>
#include <QRegularExpression>
#include <cstdlib>

namespace ablate::app {
namespace {

namespace fs = std::filesystem;

constexpr int kSmallestSide = 320, kLargestSide = 8192;

QSize parse_size(const QString& text) {
    static const QRegularExpression form("^(\\d{1,5})x(\\d{1,5})$");
    const QRegularExpressionMatch match = form.match(text);
    const QSize size(match.captured(1).toInt(), match.captured(2).toInt());
    const auto fits = [](int side) { return side >= kSmallestSide && side <= kLargestSide; };
    if (!fits(size.width()) || !fits(size.height()))
        throw InputError("--size {}: name it as WIDTHxHEIGHT, {} to {} pixels a side, such as 1440x900",
                         quote(text.toStdString()), kSmallestSide, kLargestSide);
    return size;
}

}  // namespace

Options parse_options(const QStringList& arguments) {
    QCommandLineParser parser;
    parser.setApplicationDescription(
        "Ablate's window: design transformer ablation studies, watch them train, compare.");
    const QCommandLineOption study("study", "Opens a study file, a study of the workspace, or a preset.", "NAME");
    const QCommandLineOption start("start", "Trains the study that --study names.");
    const QCommandLineOption screenshots("screenshots", "Writes a picture of every page there, and ends.", "DIR");
    const QCommandLineOption theme("theme", "light or dark (default: as chosen in the settings).", "THEME");
    const QCommandLineOption size("size", "The window's size in pixels (default: as it was).", "WxH");
    const QCommandLineOption help({"h", "help"}, "Prints this.");
    const QCommandLineOption version("version", "Prints the version.");
    parser.addOptions({study, start, screenshots, theme, size, help, version});
    parser.addPositionalArgument("WORKSPACE",
                                 "Where runs live (default: $ABLATE_WORKSPACE, else ./ablate-workspace, "
                                 "else the last one used).",
                                 "[WORKSPACE]");
    if (!parser.parse(arguments))
        throw InputError("{}; see ablate-workbench --help", one_line(parser.errorText().toStdString()));

    Options options;
    if (parser.isSet(help)) options.text = parser.helpText();
    if (parser.isSet(version)) options.text = QString("ablate-workbench %1\n").arg(kVersion);
    const QStringList named = parser.positionalArguments();
    if (named.size() > 1)
        throw InputError("unexpected argument {}; one workspace is opened", quote(named[1].toStdString()));
    options.workspace = named.value(0);
    options.study = parser.value(study);
    options.start = parser.isSet(start);
    if (options.start && options.study.isEmpty()) throw InputError("--start: name the study with --study");
    options.screenshots = parser.value(screenshots);
    if (options.start && parser.isSet(screenshots))
        throw InputError(
            "--start: pictures are taken of runs that are there; without --screenshots the study is trained");
    options.theme = parser.value(theme);
    if (parser.isSet(theme) && options.theme != "light" && options.theme != "dark")
        throw InputError("--theme {}: it is light or dark", quote(options.theme.toStdString()));
    if (parser.isSet(size)) options.size = parse_size(parser.value(size));
    return options;
}

fs::path workspace_for(const QString& named) {
    std::error_code error;
    if (!named.isEmpty()) {
        const fs::path folder = named.toStdString();
        if (!fs::is_directory(folder, error) && !fs::create_directory(folder, error))
            throw InputError("{}: no such folder, and it cannot be made: {}", folder.string(),
                             error ? error.message() : "a file has that name");
        return fs::canonical(folder);
    }
    const QStringList recent = ui::Settings::recent_workspaces();
    const bool chosen = std::getenv("ABLATE_WORKSPACE") || fs::is_directory("ablate-workspace", error);
    if (!chosen && !recent.isEmpty() && fs::is_directory(recent.front().toStdString(), error))
        return recent.front().toStdString();
    return fs::canonical(run::default_workspace());
}

}  // namespace ablate::app
