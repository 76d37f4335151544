#pragma once
#include "core/base/error.h"

#include <QString>
#include <string>

namespace ablate::test {

// The message of the InputError that `act` throws; empty when it throws nothing. Anything else passes through.
template <class Act>
std::string input_error(Act act) {
    try {
        act();
    } catch (const InputError& error) {
        return error.what();
    }
    return {};
}

// One line, and every part occurs in it.
inline bool is_line_with(const std::string& message, std::initializer_list<const char*> parts) {
    if (message.empty() || message.find('\n') != std::string::npos) return false;
    for (const char* part : parts)
        if (message.find(part) == std::string::npos) {
            qWarning("'%s' does not contain '%s'", message.c_str(), part);
            return false;
        }
    return true;
}

}  // namespace ablate::test
