#include "core/base/sha256.h"

#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QTest>

using namespace ablate;

class Sha256Test : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    // FIPS 180-4, appendix B, and the empty text.
    void standard_vectors() {
        QCOMPARE(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        QCOMPARE(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        QCOMPARE(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
                 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
        QCOMPARE(sha256_hex(std::string(1'000'000, 'a')),
                 "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    }

    void pieces_of_any_size_give_the_same_hash() {
        std::string text;
        for (int i = 0; i < 300; ++i) text += static_cast<char>(i * 7);
        for (std::size_t length = 0; length < text.size(); ++length) {
            const std::string whole = sha256_hex(text.substr(0, length));
            for (const std::size_t piece : {1u, 13u, 63u, 64u, 65u}) {
                Sha256 hash;
                for (std::size_t at = 0; at < length; at += piece)
                    hash.update(std::string_view(text).substr(at, std::min(piece, length - at)));
                QCOMPARE(hash.hex(), whole);
            }
        }
    }

    void files() {
        const test::TempFolder folder;
        const std::string bytes(3'000'000, 'x');
        QCOMPARE(sha256_file(folder.write("a", bytes)), sha256_hex(bytes));
        QVERIFY(test::is_line_with(test::input_error([&] { sha256_file(folder / "b"); }), {"/b", "no such file"}));
        QVERIFY(test::is_line_with(test::input_error([&] { sha256_file(folder.path()); }), {"no such file"}));
    }
};

QTEST_GUILESS_MAIN(Sha256Test)
#include "sha256_test.moc"
