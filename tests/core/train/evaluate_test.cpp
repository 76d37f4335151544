#include "core/train/evaluate.h"

#include "core/data/stories.h"
#include "tests/core/train/recording.h"
#include "tests/support/temp_folder.h"

#include <QTest>
#include <cmath>

using namespace ablate;
using namespace ablate::test;

namespace fs = std::filesystem;

class EvaluateTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    // An unknown token stands for text where its bytes are known, and is masked as a special token where they are not.
    void unknown_tokens_are_text_where_their_bytes_are_known() {
        const TempFolder folder;
        std::string text, news;
        for (std::uint64_t i = 0; i < 100; ++i) text += data::story(1, i);
        for (int i = 0; i < 200; ++i) news += "the 世 cat 界 sat\n";
        const RunConfig config = patched(tiny_config("", 2),
                                         {{"data",
                                           {{"tokens", ""},
                                            {"text", folder.write("text.txt", text).string()},
                                            {"val", {{"news", folder.write("news.txt", news).string()}}},
                                            {"block_lines", 20},
                                            {"vocab_size", 300}}}},
                                         "test");
        const auto made = prepared(config, folder.path());
        const train::Evaluation known = train_in(folder / "known", config, made).sink.evaluations.at(0);
        QVERIFY(std::isfinite(known.bpb));
        QCOMPARE(known.bpb_masked, known.bpb);

        const fs::path copy = folder / "copy";
        fs::copy(made->folder, copy, fs::copy_options::recursive);
        fs::remove_all(copy / "bytes");
        RunConfig given = patched(config, {{"data", {{"tokens", copy.string()}, {"text", ""}}}}, "test");
        given.data.val.clear();
        const train::Evaluation unknown =
            train_in(folder / "unknown", given, prepared(given, folder.path())).sink.evaluations.at(0);
        QCOMPARE(unknown.loss, known.loss);
        QVERIFY(unknown.bpb > known.bpb && unknown.bpb_masked < unknown.bpb);
    }
};

QTEST_GUILESS_MAIN(EvaluateTest)
#include "evaluate_test.moc"
