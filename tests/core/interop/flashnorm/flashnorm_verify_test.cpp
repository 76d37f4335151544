#include "core/interop/flashnorm/verify.h"

#include "core/base/atomic_file.h"
#include "core/interop/flashnorm/flashnorm.h"
#include "core/train/register.h"
#include "tests/core/interop/flashnorm/checkpoint_folder.h"
#include "tests/support/throws.h"

#include <QTest>

using namespace ablate;
using namespace ablate::test;

class FlashNormVerifyTest : public QObject {
    Q_OBJECT

    static interop::FlashNormVerification verified(const Checkpoint& checkpoint, bool strict) {
        const auto result = interop::flashnorm(checkpoint.path(), checkpoint.out(), {strict});
        return interop::verify_flashnorm(checkpoint.path(), checkpoint.out(), result.plan, [](const std::string&) {});
    }

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void the_fold_is_exact_and_the_written_folder_rounds_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<double>("bound");  // of the logits in fp32, relative to the largest
        QTest::addRow("Qwen3, F32") << "qwen3-f32" << 1e-5;
        QTest::addRow("Qwen3, tied, BF16") << "qwen3-tied-bf16" << 0.02;
        QTest::addRow("Llama, sharded, BF16") << "llama-sharded-bf16" << 0.02;
        QTest::addRow("Llama, F16") << "llama-f16" << 2e-3;
    }
    void the_fold_is_exact_and_the_written_folder_rounds() {
        QFETCH(QString, name);
        QFETCH(double, bound);
        for (const bool strict : {false, true}) {
            const auto result = verified(Checkpoint(name.toStdString()), strict);
            QVERIFY2(result.exact(), result.wrong_tensor.c_str());
            QVERIFY2(result.fold.largest_difference < 1e-10,
                     qPrintable(QString::number(result.fold.largest_difference)));
            QCOMPARE(result.fold.argmax_agreement, 1.0);
            QCOMPARE(result.fold.layer_error.size(), 2u);
            QCOMPARE(result.written.size(), 2u);
            const interop::LogitGap& fp32 = result.written[0];
            QCOMPARE(fp32.precision, std::string("fp32"));
            QVERIFY(fp32.largest_logit > 0.01);
            QVERIFY2(fp32.largest_difference > 0 && fp32.largest_difference < bound * fp32.largest_logit,
                     qPrintable(QString::number(fp32.largest_difference / fp32.largest_logit)));
            QVERIFY(fp32.kl < bound * bound && fp32.layer_error[1] < bound);
            QCOMPARE(result.written[1].precision, std::string("bf16"));
            QVERIFY(result.written[1].largest_difference < 0.1 * fp32.largest_logit);
            QCOMPARE(result.greedy_source.size(), 16u);
        }
    }

    void another_weight_is_seen() {
        const Checkpoint checkpoint("qwen3-f32");
        const auto result = interop::flashnorm(checkpoint.path(), checkpoint.out());
        StoredTensors tensors = stored_tensors(checkpoint.out() / "model.safetensors");
        tensors.at("model.layers.1.mlp.down_proj.weight").fill(0.3f);
        store_tensors(checkpoint.out() / "model.safetensors", tensors);
        const auto seen =
            interop::verify_flashnorm(checkpoint.path(), checkpoint.out(), result.plan, [](const std::string&) {});
        QVERIFY(!seen.exact());
        QCOMPARE(seen.wrong_tensor, std::string("model.layers.1.mlp.down_proj.weight"));
        QVERIFY(seen.written[0].largest_difference > 1e-3 && seen.written[0].kl > 1e-9);
        QVERIFY(seen.written[0].layer_error[0] < 1e-5 && seen.written[0].layer_error[1] > 1e-3);
    }

    // The weights are compared all the same; ids stand for the text.
    void a_tokenizer_of_an_unknown_kind_is_no_hindrance() {
        const Checkpoint checkpoint("llama-f16");
        atomic_write(checkpoint.path() / "tokenizer.json", R"({"model": {"type": "Unigram"}})");
        const auto result = verified(checkpoint, false);
        QVERIFY(result.exact() && result.greedy_prompt.empty());
        QCOMPARE(result.greedy_source.size(), 16u);
    }

    void an_architecture_that_is_not_computed_here_is_refused() {
        QVERIFY(is_line_with(input_error([] { verified(Checkpoint("phi3-f32"), false); }), {"phi3"}));
    }
};

QTEST_GUILESS_MAIN(FlashNormVerifyTest)
#include "flashnorm_verify_test.moc"
