#pragma once
#include "core/plan/preflight.h"

#include <QPainter>
#include <QString>
#include <optional>

namespace ablate::ui {

// What preflight says of a variant, as one sign: a shape and a word next to its color.
enum class Mark { none, passed, note, warning, error };

inline constexpr int kMarkSize = 14;  // px

Mark mark_of(study::Severity severity);
QString in_words(Mark mark);  // "passed", "warning"...; "" for none
void draw_mark(QPainter& painter, const QPointF& center, Mark mark);

}  // namespace ablate::ui
