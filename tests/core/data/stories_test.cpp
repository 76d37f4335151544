#include "core/data/stories.h"

#include "core/base/sha256.h"
#include "tests/support/temp_folder.h"

#include <QTest>
#include <set>

using namespace ablate;
using namespace ablate::data;

class StoriesTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    // The same on every machine: a change of this hash changes every study that stories stand in for.
    void a_seed_tells_the_same_stories_everywhere() {
        std::string text;
        for (std::uint64_t i = 0; i < 1000; ++i) text += story(1, i);
        QCOMPARE(sha256_hex(text), std::string("e717afffaa891804f058cbeb9b021837dc838f0f9af09e140003a30980ad5b8d"));
    }

    void stories_and_seeds_differ() {
        std::set<std::string> all;
        for (std::uint64_t seed : {1, 2})
            for (std::uint64_t i = 0; i < 1000; ++i) all.insert(story(seed, i));
        QCOMPARE(all.size(), 2000u);
    }

    void nothing_of_the_grammar_is_left() {
        for (std::uint64_t i = 0; i < 2000; ++i) {
            const std::string text = story(3, i);
            QVERIFY2(text.find_first_of("{}[]|<") == std::string::npos, text.c_str());
            QVERIFY(text.back() == '\n' && text.size() > 200);
        }
    }

    void people_keep_their_pronouns() {
        for (std::uint64_t i = 0; i < 2000; ++i) {
            const std::string text = story(4, i);
            const bool girl = text.find(" girl") != std::string::npos;
            QVERIFY(girl != (text.find(" boy") != std::string::npos));
            QVERIFY2(text.find(girl ? " he " : " she ") == std::string::npos, text.c_str());
        }
    }

    void a_file_of_stories_has_its_size_and_borders() {
        const test::TempFolder folder;
        write_stories(folder / "stories.txt", 20000, 1);
        const std::string text = read_file(folder / "stories.txt");
        QVERIFY(text.size() >= 20000 && text.size() < 22000);
        QVERIFY(text.starts_with(story(1, 0) + "<|endoftext|>\n" + story(1, 1)));
    }
};

QTEST_GUILESS_MAIN(StoriesTest)
#include "stories_test.moc"
