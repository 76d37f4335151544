#include "core/data/token_file.h"

#include "core/io/bytes.h"
#include "core/io/npy.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QTest>
#include <atomic>
#include <numeric>
#include <thread>

using namespace ablate;
using namespace ablate::data;
using test::input_error;
using test::is_line_with;

class TokenFileTest : public QObject {
    Q_OBJECT

    test::TempFolder folder_;

    template <class T>
    static std::string raw(const std::vector<std::int64_t>& ids) {
        std::string bytes;
        for (const std::int64_t id : ids) io::store(bytes, static_cast<T>(id));
        return bytes;
    }
    template <class T>
    std::filesystem::path npy(const char* dtype, const std::vector<std::int64_t>& ids) {
        return folder_.write(std::string(dtype) + ".npy",
                             io::npy_header_1d(dtype, static_cast<std::int64_t>(ids.size())) + raw<T>(ids));
    }
    static std::vector<std::int64_t> all(const TokenFile& file) {
        std::vector<std::int64_t> ids(static_cast<std::size_t>(file.size()));
        file.read(0, ids);
        return ids;
    }
    static std::string refusal(const std::filesystem::path& file) {
        return input_error([&] { TokenFile tokens(file); });
    }

  private Q_SLOTS:
    void every_format_gives_the_same_ids() {
        const std::vector<std::int64_t> ids = {0, 1, 65535, 7, 300, 2};
        QCOMPARE(all(TokenFile(npy<std::uint16_t>("u2", ids))), ids);
        QCOMPARE(all(TokenFile(npy<std::int32_t>("i4", ids))), ids);
        QCOMPARE(all(TokenFile(npy<std::int64_t>("i8", ids))), ids);
        QCOMPARE(all(TokenFile(folder_.write("t.bin", raw<std::uint16_t>(ids)))), ids);
    }

    void windows_are_read_where_they_lie() {
        std::vector<std::int64_t> ids(5000);
        std::iota(ids.begin(), ids.end(), 0);
        for (const auto& file :
             {npy<std::uint16_t>("u2", ids), npy<std::int32_t>("i4", ids), npy<std::int64_t>("i8", ids)}) {
            const TokenFile tokens(file);
            std::vector<std::int64_t> window(257);
            for (const std::int64_t begin : {0, 1, 4000, 4743}) {
                tokens.read(begin, window);
                for (std::size_t k = 0; k < window.size(); ++k)
                    QCOMPARE(window[k], begin + static_cast<std::int64_t>(k));
            }
            QVERIFY_THROWS_EXCEPTION(std::logic_error, tokens.read(4744, window));
            QVERIFY_THROWS_EXCEPTION(std::logic_error, tokens.read(-1, window));
        }
    }

    void what_is_written_is_read() {
        for (const std::int64_t vocab_size : {65536, 65537}) {
            const auto file = folder_ / (std::to_string(vocab_size) + ".npy");
            TokenWriter writer(file, vocab_size);
            std::vector<std::int32_t> ids(700001);
            for (std::size_t k = 0; k < ids.size(); ++k) ids[k] = static_cast<std::int32_t>(k * 7919 % vocab_size);
            writer.append(std::span(ids).first(3));
            writer.append(std::span(ids).subspan(3));
            writer.finish();
            QCOMPARE(io::read_npy_header(file).dtype, std::string(vocab_size == 65536 ? "u2" : "i4"));
            QCOMPARE(all(TokenFile(file)), std::vector<std::int64_t>(ids.begin(), ids.end()));
        }
    }

    void a_file_not_finished_is_not_a_token_file() {
        const auto file = folder_ / "unfinished.npy";
        TokenWriter writer(file, 100);
        writer.append(std::vector<std::int32_t>(2 << 20, 1));
        QVERIFY(is_line_with(refusal(file), {"unfinished.npy"}));
    }

    void files_that_hold_no_tokens_are_refused() {
        QVERIFY(is_line_with(refusal(folder_ / "none.npy"), {"none.npy"}));
        QVERIFY(is_line_with(refusal(npy<float>("f4", {1, 2})), {"f4.npy", "f4", "uint16, int32 or int64"}));
        QVERIFY(is_line_with(refusal(npy<std::uint16_t>("u2", {})), {"no token"}));
        QVERIFY(is_line_with(refusal(folder_.write("odd.bin", "abc")), {"odd.bin", "3 bytes"}));
        QVERIFY(is_line_with(refusal(folder_.write("empty.bin", "")), {"empty.bin", "no token"}));
        QVERIFY(is_line_with(refusal(folder_.write("t.txt", "1 2 3")), {"t.txt", ".npy", ".bin"}));
        const std::string two_rows = "{'descr': '<u2', 'fortran_order': False, 'shape': (2, 1), }";
        std::string bytes =
            "\x93NUMPY\x01" + std::string(1, '\0') + static_cast<char>(two_rows.size()) + '\0' + two_rows;
        QVERIFY(is_line_with(refusal(folder_.write("rows.npy", bytes + std::string(4, '\0'))),
                             {"rows.npy", "2 dimensions"}));
        const auto torn = npy<std::int64_t>("i8", {1, 2, 3});
        std::filesystem::resize_file(torn, std::filesystem::file_size(torn) - 1);
        QVERIFY(is_line_with(refusal(torn), {"i8.npy"}));
    }

    void ids_outside_the_vocabulary_are_named() {
        const TokenFile tokens(npy<std::int32_t>("i4", {3, 1, 3, 4}));
        QCOMPARE(count_tokens(tokens, 5), (std::vector<std::int64_t>{0, 1, 0, 2, 1}));
        QVERIFY(
            is_line_with(input_error([&] { count_tokens(tokens, 4); }), {"i4.npy", "token 3 is 4", "vocabulary of 4"}));
        const TokenFile negative(npy<std::int64_t>("i8", {0, -1}));
        QVERIFY(is_line_with(input_error([&] { count_tokens(negative, 4); }), {"token 1 is -1"}));
        const TokenFile huge(npy<std::int64_t>("i8", {1ll << 40}));
        QVERIFY(is_line_with(input_error([&] { count_tokens(huge, 4); }), {"token 0 is 1099511627776"}));
        std::vector<std::int64_t> long_ids(200000, 1);
        long_ids[150000] = 9;
        const TokenFile late(folder_.write("late.bin", raw<std::uint16_t>(long_ids)));
        QVERIFY(is_line_with(input_error([&] { count_tokens(late, 9); }), {"token 150000 is 9"}));
    }

    void a_file_cut_while_open_is_an_input_error() {
        const auto file = npy<std::uint16_t>("u2", std::vector<std::int64_t>(10000, 1));
        const TokenFile tokens(file);
        std::filesystem::resize_file(file, 1000);
        std::vector<std::int64_t> ids(100);
        tokens.read(0, ids);
        QVERIFY(is_line_with(input_error([&] { tokens.read(9000, ids); }), {"u2.npy", "cut short"}));
    }

    void threads_read_at_once() {
        std::vector<std::int64_t> ids(60000);
        std::iota(ids.begin(), ids.end(), 0);
        const TokenFile tokens(folder_.write("shared.bin", raw<std::uint16_t>(ids)));
        std::atomic<int> wrong = 0;
        {
            std::vector<std::jthread> threads;
            for (int t = 0; t < 4; ++t)
                threads.emplace_back([&, t] {
                    std::vector<std::int64_t> window(100);
                    for (std::int64_t begin = t; begin < 59900; begin += 13) {
                        tokens.read(begin, window);
                        wrong += window.front() != begin || window.back() != begin + 99;
                    }
                });
        }
        QCOMPARE(wrong.load(), 0);
    }
};

QTEST_GUILESS_MAIN(TokenFileTest)
#include "token_file_test.moc"
