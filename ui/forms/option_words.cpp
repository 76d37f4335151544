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
    QString written = QString::fromStdString(key);  // as it is typed in a file: "d_ff"
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
    return search_text(words.join(' ')) + ' ' + written.toLower();
}

bool holds_words(const QString& words, const QString& needle) {
    const QString typed = needle.trimmed().toLower();
    if (typed.isEmpty() || words.contains(typed)) return true;
    const QStringList parts = search_text(needle).split(' ', Qt::SkipEmptyParts);
    return !parts.isEmpty() &&
           std::all_of(parts.begin(), parts.end(), [&](const QString& part) { return words.contains(part); });
}

}  // namespace ablate::ui
