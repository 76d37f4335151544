#include "core/data/short_text.h"

#include "core/data/prepare.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QTest>

using namespace ablate;
using test::is_line_with;

class ShortTextTest : public QObject {
    Q_OBJECT

    test::TempFolder folder_;

    DataConfig config(const std::string& text) const {
        DataConfig config;
        config.text = folder_.write("text.txt", text).string();
        config.context = 8;
        config.block_lines = 2;
        return config;
    }
    static std::string lines(int count) {
        std::string text;
        for (int i = 0; i < count; ++i) text += "line " + std::to_string(i) + "\n";
        return text;
    }

  private Q_SLOTS:
    void a_text_with_enough_documents_is_not_named() {
        QVERIFY(!data::short_text(config(lines(22))));  // document 11 of 11 is held out
        QVERIFY(!data::short_text(config(lines(100000))));
    }

    void too_few_documents_are_counted() {
        const auto found = data::short_text(config(lines(20)));
        QVERIFY(found);
        QVERIFY(is_line_with(found->line, {"data.val_every: ", "has 10 documents; one in 20, from number 11 on",
                                           "lower data.val_every or data.block_lines, or name a text in data.val"}));
        QCOMPARE(found->documents, std::int64_t{10});
        QCOMPARE(found->lines, std::int64_t{20});
        QVERIFY(found->cut_by_lines);
        // The run would fail for the same reason.
        QVERIFY(!test::input_error([&] { data::prepare_data(config(lines(20)), folder_ / "cache"); }).empty());
    }

    void authors_own_borders_are_respected() {
        std::string text;
        for (int i = 0; i < 4; ++i) text += "one document\n<|endoftext|>\n";
        const auto found = data::short_text(config(text));
        QVERIFY(found && !found->cut_by_lines);
        QVERIFY(is_line_with(found->line, {"has 4 documents", "lower data.val_every, or name"}));
    }

    void held_out_documents_shorter_than_a_window_are_named() {
        DataConfig wide = config(lines(22));
        wide.context = 256;
        const auto found = data::short_text(wide);
        QVERIFY(found);
        QVERIFY(is_line_with(found->line, {"data.val_every: ", "16 bytes", "data.context 256 takes more"}));
    }

    void other_sources_of_validation_are_not_judged() {
        DataConfig given = config(lines(2));
        given.val = {{"news", "news.txt"}};
        QVERIFY(!data::short_text(given));
        given = config(lines(2));
        given.text = (folder_ / "none.txt").string();  // missing_data() tells of it
        QVERIFY(!data::short_text(given));
        QVERIFY(!data::short_text(DataConfig()));
    }

    void a_file_that_is_no_text_is_told() {
        const auto found = data::short_text(config("\xff\xfe\xff\n"));
        QVERIFY(found);
        QVERIFY(found->line.starts_with("data.text: "));
    }
};

QTEST_GUILESS_MAIN(ShortTextTest)
#include "short_text_test.moc"
