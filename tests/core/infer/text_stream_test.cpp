#include "core/infer/text_stream.h"

#include <QTest>

using namespace ablate;

namespace {

// Ids are pieces of text; with `marks`, a byte alone shows as U+FFFD, as sentencepiece shows it.
class Pieces final : public data::Tokenizer {
  public:
    explicit Pieces(std::vector<std::string> pieces, bool marks = false) : pieces_(std::move(pieces)), marks_(marks) {}
    std::int64_t vocab_size() const override { return static_cast<std::int64_t>(pieces_.size()); }
    void encode(std::string_view, std::vector<std::int32_t>&) const override {}
    std::string decode(std::span<const std::int32_t> ids) const override {
        std::string text;
        for (const std::int32_t id : ids) text += pieces_[static_cast<std::size_t>(id)];
        if (text.starts_with(' ')) text.erase(0, 1);  // the space a text's first word brings
        if (marks_ && text.ends_with('\xE2')) text.replace(text.size() - 1, 1, "\xEF\xBF\xBD");
        if (marks_ && text.ends_with("\xE2\x82")) text.replace(text.size() - 2, 2, "\xEF\xBF\xBD\xEF\xBF\xBD");
        return text;
    }
    std::int64_t byte_length(std::int32_t) const override { return 0; }
    bool is_special(std::int32_t) const override { return false; }

  private:
    std::vector<std::string> pieces_;
    bool marks_;
};

}  // namespace

class TextStreamTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void words_keep_their_space() {
        const Pieces tokenizer({" the", " cat"});
        infer::TextStream stream(tokenizer, std::vector<std::int32_t>{0}, {});
        QCOMPARE(stream.add(1), std::string(" cat"));
        QCOMPARE(stream.add(0), std::string(" the"));
        infer::TextStream first(tokenizer, {}, {});
        QCOMPARE(first.add(1), std::string("cat"));
    }

    void a_character_comes_whole() {
        for (const bool marks : {false, true}) {
            const Pieces tokenizer({"\xE2", "\x82", "\xAC", "x"}, marks);
            infer::TextStream stream(tokenizer, {}, {});
            QCOMPARE(stream.add(0), std::string());
            QCOMPARE(stream.add(1), std::string());
            QCOMPARE(stream.add(2), std::string("\xE2\x82\xAC"));
            QCOMPARE(stream.add(0), std::string());
            // Nothing completes it: no half of a character is given out.
            QCOMPARE(stream.rest(), marks ? std::string("\xEF\xBF\xBD") : std::string());
        }
    }

    void a_long_text_is_told_whole() {
        const Pieces tokenizer({" a", " bc", "\n", "\xE2", "\x82", "\xAC"});
        infer::TextStream stream(tokenizer, std::vector<std::int32_t>{0}, {});
        std::string told;
        std::vector<std::int32_t> all{0};
        for (int i = 0; i < 1000; ++i) {
            const std::int32_t id = i * 7 % 11 < 6 ? i % 3 : 3 + i % 3;
            all.push_back(id);
            told += stream.add(id);
        }
        told += stream.rest();
        const std::string whole = tokenizer.decode(all).substr(1);
        QVERIFY(whole.starts_with(told) && whole.size() - told.size() < 3);
    }

    void a_stop_string_ends_before_itself_also_across_tokens() {
        const Pieces tokenizer({"on", "e st", "op", " here", "STO", "P", "S"});
        const auto told = [&](const std::vector<std::int32_t>& ids, std::vector<std::string> stop) {
            infer::TextStream stream(tokenizer, {}, std::move(stop));
            std::vector<std::string> pieces;
            for (const std::int32_t id : ids) {
                if (stream.stopped()) break;
                pieces.push_back(stream.add(id));
            }
            pieces.push_back(stream.stopped() ? "|" : stream.rest());
            return pieces;
        };
        using Told = std::vector<std::string>;
        QCOMPARE(told({0, 1, 2, 3}, {"stop"}), (Told{"on", "e ", "", "|"}));
        QCOMPARE(told({0, 1, 3}, {"stop"}), (Told{"on", "e ", "st here", ""}));  // it was none
        QCOMPARE(told({0, 1}, {"stop"}), (Told{"on", "e ", "st"}));              // nor was it at the end
        QCOMPARE(told({0, 1, 2}, {"op", "ne"}), (Told{"o", "", "|"}));
        QCOMPARE(told({4, 6, 4, 5}, {"STOP", "SS"}), (Told{"", "STO", "", "|"}));
    }
};

QTEST_GUILESS_MAIN(TextStreamTest)
#include "text_stream_test.moc"
