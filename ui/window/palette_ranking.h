#pragma once
#include <QString>
#include <QStringList>
#include <vector>

// How the command palette orders what it finds: pure functions of texts.
namespace ablate::ui {

struct PaletteText {
    QString title;  // what is shown and counts most
    QString words;  // what it is found by besides, as search_text() of ui/forms/option_words.h
};

// How well the text answers the needle, the higher the better; -1: not at all. In this order: the title is the needle,
// begins with it, has a word that begins with it, holds it; every word of the needle is in the title; in the title or
// the other words; the letters of the needle are in the title in this order. An empty needle is answered by everything
// alike.
int palette_score(const QString& needle, const PaletteText& text);
// The positions of those that answer, the best first, equals in the order given.
std::vector<int> palette_order(const QString& needle, const std::vector<PaletteText>& texts);

}  // namespace ablate::ui
