#include "ui/forms/option_words.h"

#include "core/config/kind_table.h"

#include <QStringList>
#include <algorithm>

namespace ablate::ui {

QString search_text(const QString& text) {
    QString plain = text.toLower();
    for (QChar& letter : plain)
        if (letter == '_' || letter == '-' || letter == '.' || letter == ',') letter = ' ';
    return plain.simplified();
}

QString words_of_option(const std::string& key, const FieldInfo& field) {
    QStringList words;
    const auto add = [&](const std::string& text) { words += QString::fromStdString(text); };
    const auto add_field = [&](const FieldInfo& one) {
        for (const std::string& text : {one.label, one.help, one.keywords, one.unit}) add(text);
        for (const std::string& choice : one.choices) add(choice);
    };
    add(key);
    add(field.heading);
    add_field(field);
    if (field.type == FieldType::kind)
        for (const KindRow* row : KindTable::instance().rows(field.category)) {
            add(row->name);
            add(row->label);
            for (const FieldInfo& option : row->options) {
                add(option.key);
                add_field(option);
            }
        }
    return search_text(words.join(' '));
}

bool holds_words(const QString& words, const QString& needle) {
    const QStringList typed = needle.split(' ', Qt::SkipEmptyParts);
    return std::all_of(typed.begin(), typed.end(),
                       [&](const QString& word) { return words.contains(search_text(word)); });
}

}  // namespace ablate::ui
