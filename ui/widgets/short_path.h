#pragma once
#include <QString>

namespace ablate::ui {

// "~/studies/norms": a folder as people write it.
QString short_path(const QString& folder);

}  // namespace ablate::ui
