#include "core/data/token_file.h"

#include "core/base/atomic_file.h"
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
    static std::string refusal(const std::filesystem::path& file, const TokenFormat& format = {}) {
        return input_error([&] { TokenFile tokens(file, format); });
    }
    // As tests/support/make_token_reference.py wrote it.
    static std::filesystem::path reference(const std::string& name) {
        return std::filesystem::path(ABLATE_SOURCE_DIR) / "tests/data/tokens" / name;
    }
    static std::vector<std::int64_t> range(std::int64_t first, std::int64_t begin, std::int64_t end) {
        std::vector<std::int64_t> ids{first};
        for (std::int64_t id = begin; id < end; ++id) ids.push_back(id);
        return ids;
    }
    static std::string llmc(std::int32_t magic, std::int32_t version, std::int32_t count, const std::string& ids) {
        std::string bytes;
        for (const std::int32_t value : {magic, version, count}) io::store(bytes, value);
        return bytes + std::string(1024 - bytes.size(), '\0') + ids;
    }

  private Q_SLOTS:
    void every_format_gives_the_same_ids() {
        const std::vector<std::int64_t> ids = {0, 1, 65535, 7, 300, 2};
        QCOMPARE(all(TokenFile(npy<std::uint16_t>("u2", ids))), ids);
        QCOMPARE(all(TokenFile(npy<std::int32_t>("i4", ids))), ids);
        QCOMPARE(all(TokenFile(npy<std::int64_t>("i8", ids))), ids);
        QCOMPARE(all(TokenFile(npy<std::uint32_t>("u4", ids))), ids);
        QCOMPARE(all(TokenFile(npy<std::uint64_t>("u8", ids))), ids);
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
        QVERIFY(is_line_with(refusal(npy<float>("f4", {1, 2})), {"f4.npy", "f4", "uint16, uint32, int32 or int64"}));
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

    void headers_of_llmc_are_read() {
        QCOMPARE(all(TokenFile(reference("gpt2_train_000001.bin"))), range(50256, 7, 47));
        QCOMPARE(all(TokenFile(reference("llama3.bin"), {"auto", 128256})), range(128000, 127900, 127960));
        const std::string ids = raw<std::uint16_t>({5, 6, 7});
        const std::vector<std::int64_t> three = {5, 6, 7};
        QCOMPARE(all(TokenFile(folder_.write("named.npy", llmc(20240520, 1, 3, ids)))), three);
        QVERIFY(is_line_with(refusal(folder_.write("v.bin", llmc(20240520, 2, 3, ids))), {"v.bin", "version 2"}));
        QVERIFY(is_line_with(refusal(folder_.write("w.bin", llmc(20240801, 1, 3, ids))), {"w.bin", "version 1", "7"}));
        QVERIFY(is_line_with(refusal(folder_.write("n.bin", llmc(20240520, 1, 4, ids))),
                             {"n.bin", "4 uint16 tokens (8 bytes)", "6 bytes follow"}));
        QVERIFY(is_line_with(refusal(folder_.write("m.bin", llmc(20240801, 7, -1, ids))), {"m.bin", "promises -1"}));
        const std::string torn = llmc(20240520, 1, 3, ids).substr(0, 500);
        QVERIFY(is_line_with(refusal(folder_.write("s.bin", torn)), {"500 of 1024"}));
    }

    void shards_are_joined() {
        const TokenFile tokens(std::vector{reference("gpt2_train_000001.bin"), reference("gpt2_train_000002.bin")});
        std::vector<std::int64_t> expected = range(50256, 7, 47), second = range(50256, 100, 120);
        expected.insert(expected.end(), second.begin(), second.end());
        QCOMPARE(all(tokens), expected);
        std::vector<std::int64_t> window(10);
        tokens.read(36, window);  // across the border
        QCOMPARE(window, std::vector<std::int64_t>(expected.begin() + 36, expected.begin() + 46));
        QVERIFY(is_line_with(input_error([&] { count_tokens(tokens, 50256); }), {"000001.bin: token 0 is 50256"}));
        const TokenFile other(std::vector{reference("gpt2_val_000000.bin"), reference("llama3.bin")});
        QVERIFY(is_line_with(input_error([&] { count_tokens(other, 127950); }), {"llama3.bin: token 0 is 128000"}));
    }

    void an_index_of_megatron_says_what_the_bin_holds() {
        std::vector<std::int64_t> ids, training, validation;
        for (std::int64_t d = 0; d < 12; ++d)
            for (std::int64_t s = 0; s < 1 + d % 3; ++s)
                for (std::int64_t k = 0; k < 3 + (d + s) % 4; ++k) {
                    ids.push_back(1000 * d + 10 * s + k);
                    (d % 5 == 2 ? validation : training).push_back(ids.back());
                }
        const auto bin = reference("web_text_document.bin");
        QCOMPARE(all(TokenFile(bin, {"uint16", 70000})), ids);  // the index knows the type
        QCOMPARE(megatron_documents(bin), 12);
        using Part = HeldOut::Part;
        QCOMPARE(all(TokenFile(std::vector{bin}, {}, {Part::training, 5})), training);
        QCOMPARE(all(TokenFile(std::vector{bin}, {}, {Part::validation, 5})), validation);
        QCOMPARE(all(TokenFile(reference("small_text_document.bin"))),
                 (std::vector<std::int64_t>{0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4}));
    }

    void a_damaged_megatron_index_is_refused() {
        const std::string bin = read_file(reference("small_text_document.bin"));
        const std::string index = read_file(reference("small_text_document.idx"));
        const auto with = [&](std::size_t at, const std::string& bytes) {
            folder_.write("m.idx", std::string(index).replace(at, bytes.size(), bytes));
            return refusal(folder_.write("m.bin", bin));
        };
        QVERIFY(with(0, "").empty());
        QVERIFY(is_line_with(with(9, "\2"), {"m.idx", "version 2"}));
        QVERIFY(is_line_with(with(17, "\7"), {"m.idx", "float32"}));
        QVERIFY(is_line_with(with(17, "\x20"), {"m.idx", "unknown element type 32"}));
        QVERIFY(is_line_with(with(18, "\x06"), {"m.idx", "6 sequences"}));
        QVERIFY(is_line_with(with(24, "\x7f"), {"m.idx", "sequences"}));
        QVERIFY(is_line_with(with(34, "\x05"), {"m.idx", "sequence 1 begins at byte 2"}));
        QVERIFY(is_line_with(with(94, "\x01"), {"m.idx", "document border 0 is 1"}));
        QVERIFY(is_line_with(with(134, "\x04"), {"m.idx", "last document ends before"}));
        folder_.write("m.idx", index);
        QVERIFY(is_line_with(refusal(folder_.write("m.bin", bin + "xx")), {"m.bin", "32 bytes", "15 tokens"}));
        folder_.write("m.idx", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 142\n");
        QVERIFY(is_line_with(refusal(folder_ / "m.bin"), {"m.idx", "Git LFS pointer"}));
        std::filesystem::remove(folder_ / "m.idx");
    }

    void the_type_of_plain_ids_is_an_option() {
        std::vector<std::int64_t> ids(300);
        for (std::size_t k = 0; k < ids.size(); ++k) ids[k] = static_cast<std::int64_t>(k * 331 % 99991);
        const auto file = folder_.write("wide.bin", raw<std::uint32_t>(ids));
        for (const char* type : {"uint32", "int32"}) QCOMPARE(all(TokenFile(file, {type, 100000})), ids);
        QCOMPARE(all(TokenFile(folder_.write("wider.bin", raw<std::int64_t>(ids)), {"int64", 100000})), ids);
        QVERIFY(is_line_with(refusal(file, {"auto", 100000}), {"wide.bin", "uint16 cannot hold a vocabulary of 100,000",
                                                               "data.token_type", "probably uint32"}));
        QVERIFY(is_line_with(refusal(folder_ / "wider.bin", {"auto", 65537}), {"65,537", "data.token_type"}));
        QVERIFY(refusal(folder_.write("narrow.bin", raw<std::uint16_t>({1, 2, 65535})), {"auto", 65536}).empty());
        QVERIFY(is_line_with(refusal(file, {"float16", 100}), {"data.token_type", "float16", "uint32"}));
        QVERIFY(is_line_with(refusal(folder_.write("odd.bin", "abcdef"), {"int32", 10}), {"6 bytes", "int32"}));
    }

    void ids_read_in_halves_are_refused() {
        std::vector<std::int64_t> small(40), large(40);
        for (std::size_t k = 0; k < small.size(); ++k) {
            small[k] = static_cast<std::int64_t>(k * 7 % 23 + 5);
            large[k] = small[k] + (k % 3 == 0 ? 65536 : 30000);
        }
        const auto wide = folder_.write("u4.bin", raw<std::uint32_t>(small));
        const auto wider = folder_.write("i8.bin", raw<std::int64_t>(small));
        QVERIFY(is_line_with(refusal(wide, {"auto", 300}),
                             {"u4.bin", "every second id is 0", "uint32 ids read as uint16"}));
        QVERIFY(is_line_with(refusal(wide), {"every second id is 0"}));
        QVERIFY(is_line_with(refusal(wider, {"uint16", 300}), {"int64 ids read as uint16"}));
        QVERIFY(is_line_with(refusal(wider, {"uint32", 300}), {"int64 ids read as uint32", "token_type=int64"}));
        QVERIFY(is_line_with(refusal(folder_.write("l.bin", raw<std::uint32_t>(large)), {"uint16", 100000}),
                             {"l.bin", "every second id is at most 1", "uint32"}));
        const TokenFile torn(folder_.write("t.bin", raw<std::uint16_t>(small)), {"uint32", 300});
        QVERIFY(is_line_with(input_error([&] { count_tokens(torn, 300); }),
                             {"t.bin: token 0 is", "outside the vocabulary of 300", "data.token_type", "uint32"}));
        QVERIFY(refusal(folder_.write("z.bin", std::string(100, '\0'))).empty());
        // The second quarter of an int64 is the upper half of a large id.
        QVERIFY(is_line_with(refusal(folder_.write("q.bin", raw<std::int64_t>(large)), {"uint16", 100000}),
                             {"q.bin", "int64 ids read as uint16", "token_type=int64"}));
        const std::string halved = llmc(20240520, 1, 80, raw<std::uint32_t>(small));
        QVERIFY(is_line_with(refusal(folder_.write("h.bin", halved)),
                             {"h.bin", "every second id is 0", "uint32 ids read as uint16", "header of their type"}));
    }

    void tokens_of_one_id_are_refused() {
        std::vector<std::int64_t> ids(2000, 3);
        for (std::size_t k = 0; k < 19; ++k) ids[k * 100] = 5;
        const auto counted = [&] {
            const TokenFile tokens(npy<std::uint16_t>("u2", ids));
            return input_error([&] { count_tokens(tokens, 10); });
        };
        QVERIFY(is_line_with(counted(), {"u2.npy", "99.05 % of its 2,000 tokens have the id 3", "padding"}));
        ids[1] = 5;  // 99 %
        QVERIFY(counted().empty());
        ids.assign(999, 3);
        QVERIFY(counted().empty());
    }

    void an_empty_file_among_others_is_refused() {
        const auto full = folder_.write("full.bin", raw<std::uint16_t>({1, 2, 3}));
        const auto empty = folder_.write("none.bin", "");
        QVERIFY(is_line_with(input_error([&] {
                                 TokenFile tokens(std::vector{full, empty});
                             }),
                             {"none.bin", "holds no token", "download or write it again"}));
    }

    void other_files_are_refused_by_name() {
        QVERIFY(is_line_with(refusal(folder_.write("p.bin", "PAR1\x15...")), {"p.bin", "Parquet", "not token ids"}));
        const std::string pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n";
        QVERIFY(is_line_with(refusal(folder_.write("g.npy", pointer)), {"g.npy", "Git LFS pointer", "git lfs pull"}));
        const std::string lines = "{\"text\": \"a\"}\n{\"text\": \"b\"}\n";
        QVERIFY(is_line_with(refusal(folder_.write("j.bin", lines)), {"JSON lines"}));
        QVERIFY(is_line_with(refusal(folder_.write("m.npy", raw<std::uint16_t>({1, 2, 300}))),
                             {"m.npy", "not a .npy file", "memmap", "data.token_type"}));
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
