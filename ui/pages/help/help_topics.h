#pragma once
#include <QString>
#include <vector>

namespace ablate::ui {

struct HelpTopic {
    QString name;   // "reports"
    QString title;  // its first heading
    QString text;   // Markdown
};

// Every page of :/help: the overview and those for newcomers first, then by title.
const std::vector<HelpTopic>& help_topics();
// All words occur, in any case.
bool has_words(const HelpTopic& topic, const QString& words);

}  // namespace ablate::ui
