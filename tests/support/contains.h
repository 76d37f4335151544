#pragma once
#include <QDebug>
#include <string>

namespace ablate::test {

// Whether `part` occurs in `text`; says so when it does not.
inline bool contains(const std::string& text, const std::string& part) {
    if (text.find(part) != std::string::npos) return true;
    qWarning("'%s' is not in:\n%s", part.c_str(), text.c_str());
    return false;
}

}  // namespace ablate::test
