#include "core/data/token_sets.h"

#include "core/data/prepare.h"
#include "core/io/bytes.h"
#include "core/io/npy.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QTest>

using namespace ablate;
using namespace ablate::data;
using test::input_error;
using test::is_line_with;

namespace fs = std::filesystem;

class TokenSetsTest : public QObject {
    Q_OBJECT

    using Names = std::vector<std::string>;

    static std::string ids(std::uint16_t id, int count = 40) {
        std::string bytes;
        for (int k = 0; k < count; ++k) io::store(bytes, id);
        return bytes;
    }
    static std::string npy(std::uint16_t id) { return io::npy_header_1d("u2", 40) + ids(id); }
    static Names names(const TokenSetFiles& set) {
        Names names;
        for (const fs::path& file : set.files) names.push_back(file.filename().string());
        return names;
    }
    static Names set_names(const TokenSets& sets) {
        Names names;
        for (const TokenSetFiles& set : sets.validation) names.push_back(set.name);
        return names;
    }
    static std::string refusal(const fs::path& tokens, const std::map<std::string, std::string>& val = {}) {
        return input_error([&] { find_token_sets(tokens, val, 20); });
    }
    static fs::path reference(const std::string& name) {
        return fs::path(ABLATE_SOURCE_DIR) / "tests/data/tokens" / name;
    }

  private Q_SLOTS:
    void shards_are_joined_by_number() {
        const test::TempFolder folder;
        for (const char* name : {"web_train_2.bin", "web_train_10.bin", "web_train_1.bin", "web_val_0.bin"})
            folder.write(name, ids(1));
        for (const fs::path& tokens : {folder.path(), folder / "web", folder / "web_train"}) {
            const TokenSets sets = find_token_sets(tokens, {}, 20);
            QCOMPARE(names(sets.train), (Names{"web_train_1.bin", "web_train_2.bin", "web_train_10.bin"}));
            QCOMPARE(set_names(sets), Names{"val"});
            QCOMPARE(names(sets.validation[0]), Names{"web_val_0.bin"});
            QCOMPARE(sets.remarks.size(), std::size_t(1));
            QVERIFY(is_line_with(sets.remarks[0], {"no shard", "web_train_2.bin and web_train_10.bin"}));
        }
        const TokenSets one = find_token_sets(folder / "web_train_2.bin", {}, 20);
        QCOMPARE(names(one.train), Names{"web_train_2.bin"});
        QCOMPARE(names(one.validation.at(0)), Names{"web_val_0.bin"});
        folder.write("code_train_1.bin", ids(1));
        QVERIFY(is_line_with(refusal(folder.path()), {"2 data sets", "code_train, web_train", "data.tokens"}));
        QCOMPARE(names(find_token_sets(folder / "code_train", {{"v", folder / "web_val"}}, 20).validation[0]),
                 Names{"web_val_0.bin"});
    }

    // "v1" and "gpt2" are parts of a name: such files are different data sets.
    void versions_are_no_numbers_of_shards() {
        for (const auto& [one, other] :
             {std::pair("corpus_train_v1", "corpus_train_v2"), std::pair("wiki_train_gpt2", "wiki_train_gpt4")}) {
            const test::TempFolder folder;
            for (const std::string name : {one, other}) folder.write(name + ".bin", ids(1));
            QVERIFY(is_line_with(refusal(folder.path()), {"2 data sets", one, other, "data.tokens"}));
        }
        const test::TempFolder folder;
        for (const char* name : {"wiki_train_gpt2_1.bin", "wiki_train_gpt2_2.bin", "wiki_val_gpt2_1.bin"})
            folder.write(name, ids(1));
        const TokenSets sets = find_token_sets(folder.path(), {}, 20);
        QCOMPARE(names(sets.train), (Names{"wiki_train_gpt2_1.bin", "wiki_train_gpt2_2.bin"}));
        QCOMPARE(names(sets.validation.at(0)), Names{"wiki_val_gpt2_1.bin"});
    }

    // The file without a number is often what the shards give together.
    void a_file_without_a_number_is_no_shard() {
        const test::TempFolder folder;
        for (const char* name : {"x_train.bin", "x_train_1.bin", "x_train_2.bin", "x_val.bin"})
            folder.write(name, ids(1));
        for (const fs::path& tokens : {folder.path(), folder / "x"})
            QVERIFY(is_line_with(refusal(tokens),
                                 {"x_train.bin and x_train_1.bin", "or one has none", "in data.tokens, or remove"}));
        QCOMPARE(names(find_token_sets(folder / "x_train", {}, 20).train), Names{"x_train.bin"});
        QCOMPARE(names(find_token_sets(folder / "x_train_", {}, 20).train), (Names{"x_train_1.bin", "x_train_2.bin"}));
        folder.write("x_val_1.bin", ids(1));
        QVERIFY(is_line_with(refusal(folder / "x_train"), {"x_val.bin and x_val_1.bin", "in data.val, or remove"}));
    }

    void missing_first_shards_are_told() {
        const test::TempFolder folder;
        for (const char* name : {"x_train_3.bin", "x_train_4.bin", "x_val_7.bin"}) folder.write(name, ids(1));
        const TokenSets sets = find_token_sets(folder.path(), {}, 20);
        QCOMPARE(sets.remarks.size(), std::size_t(1));
        QVERIFY(is_line_with(sets.remarks[0], {"no shard is there before x_train_3.bin"}));
    }

    void other_ways_to_name_sets() {
        const test::TempFolder folder;
        for (const char* name : {"Tiny_train.bin", "Tiny_val.bin", "Tiny-test.bin"}) folder.write(name, ids(1));
        const TokenSets tiny = find_token_sets(folder.path(), {}, 20);
        QCOMPARE(set_names(tiny), (Names{"val", "test"}));
        const test::TempFolder of;
        for (const char* name :
             {"train-00000-of-00003.npy", "train-00001-of-00003.npy", "validation-00000-of-00001.npy"})
            of.write(name, npy(1));
        const TokenSets shards = find_token_sets(of.path(), {}, 20);
        QCOMPARE(shards.train.files.size(), std::size_t(2));
        QCOMPARE(set_names(shards), Names{"val"});
        QVERIFY(is_line_with(shards.remarks.at(0), {"2 of 3 shards"}));
        of.write("notes.npy", npy(1));
        QVERIFY(is_line_with(find_token_sets(of.path(), {}, 20).remarks.at(1), {"not read: notes.npy"}));
    }

    void plain_names_stay_what_they_were() {
        const test::TempFolder folder;
        for (const char* name : {"train.bin", "val.bin", "other.bin"}) folder.write(name, ids(1));
        for (const char* name : {"train.npy", "code.npy"}) folder.write(name, npy(1));
        const TokenSets sets = find_token_sets(folder.path(), {}, 20);
        QCOMPARE(names(sets.train), Names{"train.npy"});
        QCOMPARE(set_names(sets), (Names{"val", "code"}));
        QVERIFY(is_line_with(sets.remarks.at(0), {"not read: other.bin, train.bin"}));
    }

    void a_megatron_prefix_holds_out_documents() {
        for (const char* name : {"web_text_document", "web_text_document.idx", "web_text_document.bin"}) {
            const TokenSets sets = find_token_sets(reference(name), {}, 5);
            QCOMPARE(names(sets.train), Names{"web_text_document.bin"});
            QVERIFY(sets.train.held_out.part == HeldOut::Part::training);
            QVERIFY(sets.validation.at(0).held_out.part == HeldOut::Part::validation);
            QVERIFY(is_line_with(sets.remarks.at(0), {"one document in 5", "data.val"}));
        }
        QVERIFY(is_line_with(input_error([&] { find_token_sets(reference("small_text_document"), {}, 20); }),
                             {"5 documents", "from number 11 on", "data.val_every", "data.val"}));
        const test::TempFolder folder;
        for (const char* end : {".bin", ".idx"})
            for (const char* role : {"train", "valid"})
                fs::copy_file(reference(std::string("web_text_document") + end),
                              folder / (role + std::string("_text_document") + end));
        const TokenSets both = find_token_sets(folder.path(), {}, 20);
        QVERIFY(both.train.held_out.every == 0 && both.remarks.empty());
        QCOMPARE(names(both.validation.at(0)), Names{"valid_text_document.bin"});
        fs::remove(folder / "train_text_document.bin");
        QVERIFY(is_line_with(refusal(folder / "train_text_document"), {"no train_text_document.bin next to it"}));
    }

    void what_is_missing_is_said() {
        const test::TempFolder folder;
        QVERIFY(is_line_with(refusal(folder / "nothing"), {"data.tokens", "nothing", "no such folder"}));
        QVERIFY(is_line_with(refusal(folder / "no/such"), {"data.tokens", "no/such"}));
        QVERIFY(is_line_with(refusal(folder.path()), {"no train.npy or train.bin"}));
        const fs::path only = folder.write("corpus.bin", ids(1));
        QVERIFY(is_line_with(refusal(folder.path()), {"no train.npy", "data.tokens=", "corpus.bin"}));
        QVERIFY(is_line_with(refusal(only), {"corpus.bin", "no validation tokens", "data.val"}));
        QVERIFY(is_line_with(refusal(folder / "corpus", {{"v", folder / "none"}}), {"none"}));
        folder.write("a_train_1.bin", ids(1));
        folder.write("a_train_01.npy", npy(1));
        QVERIFY(is_line_with(refusal(folder / "a"), {"a_train_01.npy", "same number"}));
    }

    void a_bin_named_as_a_validation_set_is_one() {
        for (const auto& [file, set] : {std::pair("validation.bin", "val"), std::pair("valid.bin", "val"),
                                        std::pair("dev.bin", "val"), std::pair("test.bin", "test")}) {
            const test::TempFolder folder;
            for (const char* name : {"train.bin", file}) folder.write(name, ids(1));
            const TokenSets sets = find_token_sets(folder.path(), {}, 20);
            QCOMPARE(set_names(sets), Names{set});
            QCOMPARE(names(sets.validation[0]), Names{file});
            QVERIFY(sets.remarks.empty());
        }
        const test::TempFolder folder;
        for (const char* name : {"train.bin", "mask.bin"}) folder.write(name, ids(1));
        QVERIFY(is_line_with(refusal(folder.path()), {"no val.npy or val.bin"}));
    }

    void names_that_nearly_fit_are_told() {
        const test::TempFolder folder;
        for (const char* name : {"train0.bin", "train1.bin", "val.bin"}) folder.write(name, ids(1));
        QVERIFY(is_line_with(refusal(folder.path()), {"2 data sets", "rename train0.bin to train_0.bin"}));
        const test::TempFolder other;
        for (const char* name : {"data-00000-of-00002.bin", "data-00001-of-00002.bin"}) other.write(name, ids(1));
        const std::string prefix = "data.tokens=" + (other / "data").string();
        QVERIFY(is_line_with(refusal(other.path()), {"shards of data", prefix.c_str()}));
    }

    void an_unfinished_download_is_told() {
        const test::TempFolder folder;
        for (const char* name : {"train_0.bin", "val_0.bin", "train_1.bin.part"}) folder.write(name, ids(1));
        const TokenSets sets = find_token_sets(folder.path(), {}, 20);
        QCOMPARE(names(sets.train), Names{"train_0.bin"});
        QCOMPARE(sets.remarks.size(), std::size_t(1));
        QVERIFY(is_line_with(sets.remarks[0], {"unfinished downloads, not read: train_1.bin.part"}));
    }

    void what_is_found_is_what_trains() {
        const test::TempFolder folder;
        DataConfig config;
        config.context = 8;
        config.vocab_size = 50257;
        config.tokens = reference("gpt2_train");
        const PreparedData gpt2 = prepare_data(config, folder / "cache");
        QCOMPARE(gpt2.train->size(), 62);
        QCOMPARE(gpt2.validation.at(0).tokens->size(), 31);
        QVERIFY(gpt2.remarks.empty());

        config.tokens = reference("web_text_document");
        config.val_every = 5;
        const PreparedData web = prepare_data(config, folder / "cache");
        QCOMPARE(web.train->size() + web.validation.at(0).tokens->size(), 108);
        QCOMPARE(web.remarks.size(), std::size_t(1));
        config.val_every = 4;
        QVERIFY(prepare_data(config, folder / "cache").sha256 != web.sha256);
        config.val = {{"gpt2", reference("gpt2_val_000000.bin")}};
        const PreparedData other = prepare_data(config, folder / "cache");
        QCOMPARE(other.train->size(), 108);
        QCOMPARE(other.validation.at(0).name, std::string("gpt2"));
    }
};

QTEST_GUILESS_MAIN(TokenSetsTest)
#include "token_sets_test.moc"
