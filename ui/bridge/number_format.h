#pragma once
#include <QLocale>
#include <QString>

// Numbers are written in one way, whatever the locale of the system: 1,000 and 0.25. Files, the command line and the
// fields of forms are written so, and under a German locale "1.000" beside "1,000" would be read as another number.
namespace ablate::ui {

// For every widget that is made from now on. Called once, before the first.
inline void use_number_format() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }

// "12345.678" with separators between groups of three digits: "12,345.678". Exponents are left alone.
inline QString with_separators(QString number) {
    if (number.contains('e')) return number;
    const qsizetype first = number.startsWith('-') ? 1 : 0;
    const qsizetype point = number.indexOf('.');
    for (qsizetype at = (point < 0 ? number.size() : point) - 3; at > first; at -= 3) number.insert(at, ',');
    return number;
}

}  // namespace ablate::ui
