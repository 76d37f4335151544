#pragma once
#include <QString>
#include <QStringList>
#include <string>

namespace ablate::ui {

inline QString text(const std::string& utf8) { return QString::fromStdString(utf8); }

// A tooltip of plain lines: nothing in them is taken for markup. The rich form even for one line, since Qt guesses at
// the format of a plain one by what it holds.
inline QString plain_tooltip(QStringList lines) {
    lines.removeAll(QString());
    return lines.isEmpty() ? QString() : "<span>" + lines.join('\n').toHtmlEscaped().replace("\n", "<br>") + "</span>";
}

}  // namespace ablate::ui
