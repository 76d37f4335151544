#include "core/data/file_hashes.h"

#include "core/base/sha256.h"
#include "tests/support/temp_folder.h"

#include <QTest>
#include <fstream>

using namespace ablate;
using data::FileHashes;

namespace fs = std::filesystem;

class FileHashesTest : public QObject {
    Q_OBJECT

    static void change_unseen(const fs::path& file, const std::string& text) {
        const auto time = fs::last_write_time(file);
        std::ofstream(file) << text;  // in place, the same size
        fs::last_write_time(file, time);
    }

  private Q_SLOTS:
    // A file that was just written is hashed once by an object, and never remembered on disk.
    void a_young_file_is_hashed_once() {
        const test::TempFolder folder;
        const fs::path file = folder.write("file", "one");
        for (const fs::path& memo : {fs::path(), folder / "hashes.json"}) {
            FileHashes hashes(memo);
            const std::string first = hashes.of(file);
            QCOMPARE(first, sha256_file(file));
            change_unseen(file, first == sha256_hex("one") ? "two" : "one");
            QCOMPARE(hashes.of(file), first);
            hashes.save();
            QVERIFY(FileHashes(memo).of(file) != first);
        }
    }

    void what_took_the_place_of_a_file_is_another() {
        const test::TempFolder folder;
        const fs::path file = folder.write("file", "one");
        FileHashes hashes;
        hashes.note(file, "noted");
        QCOMPARE(hashes.of(file), std::string("noted"));
        const auto time = fs::last_write_time(file);
        const fs::path other = folder.write("other", "two");
        fs::last_write_time(other, time);
        fs::rename(other, file);
        QCOMPARE(hashes.of(file), sha256_hex("two"));
    }
};

QTEST_GUILESS_MAIN(FileHashesTest)
#include "file_hashes_test.moc"
