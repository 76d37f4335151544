#include "core/train/evaluate.h"

#include "core/data/stories.h"
#include "tests/core/train/recording.h"
#include "tests/support/temp_folder.h"

#include <QTest>
#include <cmath>
#include <numeric>

using namespace ablate;
using namespace ablate::test;

namespace fs = std::filesystem;

class EvaluateTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    // The blocks are equal, so that their mean is the loss where no window is left over.
    void blocks_are_means_over_equal_stretches() {
        const TempFolder folder;
        const auto last_of = [&](std::int64_t batches, std::int64_t batch) {
            RunConfig config = tiny_config(folder / "tokens", 1);
            config.train.eval_batches = batches;
            config.train.batch = batch;
            const std::string name = fmt::format("{}x{}", batches, batch);
            return train_in(folder / name, config, prepared(config, folder.path())).sink.evaluations.back();
        };
        write_tiny_tokens(folder / "tokens");
        const train::Evaluation whole = last_of(10, 4);
        QCOMPARE(std::ssize(whole.blocks), train::kValidationBlocks);
        const double mean = std::accumulate(whole.blocks.begin(), whole.blocks.end(), 0.0) / 20;
        QVERIFY2(std::abs(mean - whole.loss) < 1e-12, qPrintable(QString::number(mean - whole.loss)));
        QVERIFY(whole.blocks.front() != whole.blocks.back());

        const train::Evaluation left_over = last_of(9, 5);  // 45 windows: 2 for each block, 5 in none
        QCOMPARE(std::ssize(left_over.blocks), train::kValidationBlocks);
        QVERIFY(last_of(19, 1).blocks.empty());
    }

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
