#pragma once
#include <QSize>
#include <QString>
#include <QStringList>
#include <filesystem>

namespace ablate::app {

struct Options {
    QString workspace;    // "": $ABLATE_WORKSPACE, ./ablate-workspace, or the last one used
    QString study;        // opened in Study
    bool start = false;   // and trained at once
    QString screenshots;  // a folder: every page as a picture, then the end
    QString theme;        // light | dark; "": as remembered
    QSize size;           // invalid: as remembered; 1440 x 900 for pictures
    QString text;         // --help and --version: to print, nothing else
};

// InputError, one line, for what cannot be understood.
Options parse_options(const QStringList& arguments);

// The workspace to open; made when it is named and its parent is there. InputError.
std::filesystem::path workspace_for(const QString& named);

}  // namespace ablate::app
