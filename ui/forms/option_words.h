#pragma once
#include "core/config/field.h"

#include <QString>

// What a search finds an option by. Form and palette search alike.
namespace ablate::ui {

// Lower case, with spaces for what separates words: "train.lr_min_ratio" is "train lr min ratio".
QString search_text(const QString& text);
// Everything that is said of an option, as search_text(): key, label, help, heading, unit, keywords, choices, and of a
// kind all kinds with their options, chosen or not.
QString words_of_option(const std::string& key, const FieldInfo& field);
// Whether each word of the needle is in `words`, which is a search_text(), in any order. The parts of one word belong
// together: "d_ff" is not "d" and "ff" somewhere. An empty needle is everywhere.
bool holds_words(const QString& words, const QString& needle);

}  // namespace ablate::ui
