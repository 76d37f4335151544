#include "core/data/stories.h"

#include "core/base/atomic_file.h"
#include "core/base/random.h"
#include "core/base/text.h"

#include <fmt/format.h>

#include <map>
#include <span>
#include <stdexcept>

namespace ablate::data {

namespace {

using Words = std::vector<std::string>;

const Words girls = {"Anna", "Lily", "Mia", "Ruth", "Sara", "Ella", "Nora", "Lucy", "Emma", "Clara", "Ida", "Rosa"};
const Words boys = {"Tom", "Ben", "Max", "Sam", "Jack", "Leo", "Finn", "Paul", "Otto", "Hugo", "Adam", "Theo"};
const Words animals = {"dog",  "cat",  "fox",   "owl",    "rabbit", "bear", "mouse",    "horse", "frog",  "goat",
                       "duck", "crow", "sheep", "turtle", "pony",   "hen",  "squirrel", "otter", "goose", "beaver"};
const Words places = {"the forest",     "the old mill",    "the beach",      "the garden",    "the river",
                      "the market",     "the hill",        "the lighthouse", "the deep cave", "the harbour",
                      "the school",     "the castle",      "the library",    "the farm",      "the bridge",
                      "the quiet lake", "the apple trees", "the station"};
const Words things = {"a red ball",    "a silver key",   "a small boat",   "a wooden box",  "a blue kite",
                      "a golden ring", "a warm coat",    "an old map",     "a paper crown", "a glass bottle",
                      "a green hat",   "a drum",         "a picture book", "a tin whistle", "a round stone",
                      "a bright lamp", "a soft blanket", "a music box"};
const Words foods = {"bread",  "soup",     "apples", "honey cake", "pears",
                     "cheese", "pancakes", "plums",  "berries",    "nuts"};
const Words weathers = {"The sun was shining",         "It was raining softly",    "A cold wind was blowing",
                        "Snow lay on the roofs",       "The morning was grey",     "The sky was clear and blue",
                        "There was fog in the fields", "A storm was coming nearer"};
const Words moods = {"happy", "curious", "brave", "shy", "quiet", "clever", "kind", "gentle", "stubborn", "cheerful"};

// A story is its opening, a trouble, two attempts and the ending of that trouble, and a lesson. [a|b] picks one, {name}
// is filled in.
const Words openings = {
    "[Once upon a time|One day|Long ago|Last summer], there was a {mood} [little |young |]{child} named {hero}. {He} "
    "lived in "
    "{town} with {his} {animal}, {pet}.",
    "{hero} was a {mood} {child} from {town}. {He} had a {animal} named {pet}, and the two of them went everywhere "
    "together.",
    "In {town}, near {place}, lived a {child} named {hero}. Everyone knew {him}, because {he} was so {mood}.",
};
const Words weather_lines = {
    "{weather} when {he} [woke up|went out|left the house], and {he} ate [some|a lot of|a little] {food} first.",
    "{weather}. \"[What a day|Let us go out|Today is the day],\" said {hero}.",
};
struct Plot {
    std::string trouble, first_attempt, second_attempt, ending;
};
const std::vector<Plot> plots = {
    {"At {place}, {hero} lost {thing}. {He} looked [under every stone|behind each tree|everywhere], but it was gone.",
     "{He} asked {friend} for help. \"I have not seen {it},\" said {friend}, \"but I will [help you look|come with "
     "you].\"",
     "They [followed small marks in the sand|walked back the whole way|searched until noon]. Then {pet} began to "
     "[make a lot of noise|dig in the ground|pull at {his} sleeve].",
     "There it was! {hero} [laughed|cried with joy|jumped up and down] and thanked {friend} and {pet}."},
    {"{hero} wanted to go to {place}, but {he} was afraid of [the dark|the water|the big {animal2} that lived there].",
     "\"I cannot go alone,\" {he} told {friend}. \"Nobody asks you to,\" said {friend} and [took {his} hand|smiled].",
     "So they went together, [step by step|singing an old song|counting to {number}], and {pet} ran ahead.",
     "When they came home that evening, {hero} was no longer afraid. \"It was only [a shadow|the wind|a sound],\" {he} "
     "said."},
    {"On the way to {place}, {hero} met a {animal2} that [was hurt|was hungry|had lost its mother].",
     "\"Do not be afraid,\" {he} said [softly|kindly] and gave it [some|a bit of] {food}. But the {animal2} did not "
     "move.",
     "{friend} came with {thing}. \"Maybe this will help,\" said {friend}, and it did.",
     "From then on the {animal2} [waited for {hero} every morning|lived with {hero} and {pet}|came to {town} each "
     "spring]."},
    {"{friend} had {thing}, and {hero} wanted it very much. {He} [took it without asking|hid it under {his} bed].",
     "That night {he} could not sleep. Even {pet} would not [look at {him}|sit beside {him}|play].",
     "In the morning {he} went to {friend} and said, \"I am sorry. I took {it}. Here it is.\"",
     "{friend} was [quiet for a while|angry at first], and then said, \"Thank you for telling me. Let us share it.\""},
    {"The people of {town} said that nobody could cross {place} in a day. \"I can,\" said {hero}.",
     "At first {he} ran as fast as {he} could, but soon {he} was out of breath and had to [rest|sit down].",
     "Then {friend} came by, slow and steady, with {pet}. \"Walk with us,\" said {friend}. \"There is time.\"",
     "They arrived [just before sunset|when the bells rang {number}|under the first stars], and {town} cheered for all "
     "of them."},
};
const Words lessons = {
    "And {hero} learned that [friends make hard things easy|it is good to ask for help|a small step is a step].",
    "{hero} never forgot that day. [The end.|They all lived happily.|And neither did {friend}.]",
    "\"Tomorrow,\" said {hero}, \"we will [go to {place} again|tell everyone in {town}|eat {food} together].\"",
};

template <class List>
const auto& pick(RandomStream& random, const List& list) {
    return list[random.below(list.size())];
}

std::string capitalised(std::string word) {
    if (word.front() >= 'a' && word.front() <= 'z') word.front() = static_cast<char>(word.front() - 'a' + 'A');
    return word;
}

std::string made_up_name(RandomStream& random) {
    static const Words starts = {"b", "br", "d", "f", "g",  "h", "k",  "kl", "l", "m",
                                 "n", "p",  "r", "s", "st", "t", "tr", "v",  "w", "z"};
    static const Words vowels = {"a", "e", "i", "o", "u", "ai", "ei", "oo"};
    static const Words ends = {"n", "l", "r", "s", "m", "x", "nd", "rk", "lla", "ra", "to", "mi"};
    std::string name;
    for (std::uint64_t syllables = 1 + random.below(3); syllables > 0; --syllables)
        name += pick(random, starts), name += pick(random, vowels);
    return capitalised(name += pick(random, ends));
}

std::string town_name(RandomStream& random) {
    static const Words ends = {"", "", "", "", "", "ton", "ville", "burg", " Hill", " Bay"};
    std::string name = made_up_name(random);
    return name += pick(random, ends);
}

std::map<std::string, std::string> cast(RandomStream& random) {
    const bool girl = random.below(2) == 0;
    const std::string thing = pick(random, things);
    std::map<std::string, std::string> words = {
        {"hero", random.below(3) == 0 ? made_up_name(random) : pick(random, girl ? girls : boys)},
        {"child", girl ? "girl" : "boy"},
        {"he", girl ? "she" : "he"},
        {"him", girl ? "her" : "him"},
        {"his", girl ? "her" : "his"},
        {"friend", random.below(2) ? made_up_name(random) : "the old " + pick(random, animals)},
        {"pet", made_up_name(random)},
        {"town", town_name(random)},
        {"animal", pick(random, animals)},
        {"animal2", pick(random, animals)},
        {"place", pick(random, places)},
        {"thing", thing},
        {"it", "your" + thing.substr(thing.find(' '))},
        {"food", pick(random, foods)},
        {"weather", pick(random, weathers)},
        {"mood", pick(random, moods)},
        {"number", std::to_string(2 + random.below(98))},
    };
    words["He"] = capitalised(words["he"]);
    return words;
}

// Fills {words} and picks one of each [a|b|c].
std::string expand(std::string_view text, const std::map<std::string, std::string>& words, RandomStream& random) {
    std::string result;
    while (!text.empty()) {
        const auto mark = text.find_first_of("{[");
        result += text.substr(0, mark);
        if (mark == std::string_view::npos) break;
        const auto end = text.find(text[mark] == '{' ? '}' : ']', mark);
        const std::string_view inside = text.substr(mark + 1, end - mark - 1);
        result +=
            text[mark] == '{' ? words.at(std::string(inside)) : expand(pick(random, split(inside, '|')), words, random);
        text.remove_prefix(end + 1);
    }
    return result;
}

// The first letter of every sentence is a capital, whatever a name begins with ("the old fox").
void capitalise_sentences(std::string& text) {
    bool begins = true;
    for (char& c : text) {
        if (begins && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        if (c == '.' || c == '!' || c == '?')
            begins = true;
        else if (c != ' ' && c != '"' && c != '\n')
            begins = false;
    }
}

}  // namespace

std::string story(std::uint64_t seed, std::uint64_t i) {
    RandomStream random(seed, fmt::format("story/{}", i));
    const auto words = cast(random);
    const Plot& plot = pick(random, plots);
    // Drawn one by one: the order in which a compiler evaluates operands must not decide a story.
    const std::string &opening = pick(random, openings), &weather = pick(random, weather_lines),
                      &lesson = pick(random, lessons);
    std::string text;
    for (const std::string& part : {opening + " " + weather, plot.trouble,
                                    plot.first_attempt + " " + plot.second_attempt, plot.ending + " " + lesson})
        text += expand(part, words, random) + "\n";
    capitalise_sentences(text);
    return text;
}

void write_stories(const std::filesystem::path& file, std::uint64_t bytes, std::uint64_t seed) {
    std::string text;
    for (std::uint64_t i = 0; text.size() < bytes; ++i) text += story(seed, i) + "<|endoftext|>\n";
    atomic_write(file, text);
}

}  // namespace ablate::data
