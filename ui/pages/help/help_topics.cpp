#include "ui/pages/help/help_topics.h"

#include <QDir>
#include <QFile>
#include <QStringList>
#include <algorithm>
#include <tuple>

namespace ablate::ui {
namespace {

QString first_heading(const QString& markdown, const QString& otherwise) {
    const QStringList lines = markdown.split('\n');
    for (const QString& line : lines)
        if (line.startsWith("# ")) return line.mid(2).trimmed();
    return otherwise;
}

int place(const HelpTopic& topic) {
    const qsizetype found =
        QStringList{"overview", "getting-started", "workbench", "designing-a-study"}.indexOf(topic.name);
    return found < 0 ? 99 : static_cast<int>(found);
}

std::vector<HelpTopic> read_topics() {
    std::vector<HelpTopic> topics;
    const QFileInfoList files = QDir(":/help").entryInfoList({"*.md"}, QDir::Files);
    for (const QFileInfo& info : files) {
        QFile file(info.filePath());
        if (!file.open(QIODevice::ReadOnly)) continue;
        const QString text = QString::fromUtf8(file.readAll());
        topics.push_back({info.completeBaseName(), first_heading(text, info.completeBaseName()), text});
    }
    std::sort(topics.begin(), topics.end(), [](const HelpTopic& a, const HelpTopic& b) {
        return std::tuple(place(a), a.title.toLower()) < std::tuple(place(b), b.title.toLower());
    });
    return topics;
}

}  // namespace

const std::vector<HelpTopic>& help_topics() {
    static const std::vector<HelpTopic> topics = read_topics();
    return topics;
}

bool has_words(const HelpTopic& topic, const QString& words) {
    const QStringList all = words.split(' ', Qt::SkipEmptyParts);
    return std::all_of(all.begin(), all.end(),
                       [&](const QString& word) { return topic.text.contains(word, Qt::CaseInsensitive); });
}

}  // namespace ablate::ui
