#include "core/base/error.h"
#include "core/plan/preflight.h"
#include "core/run/metrics.h"
#include "core/run/queue.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tiny_run.h"

#include <QTest>
#include <cmath>

using namespace ablate;
using namespace ablate::study;

namespace {

struct Fixture {
    test::TempFolder folder;
    std::filesystem::path tokens = test::write_tiny_tokens(folder / "tokens");
    VariantPoint baseline = point("baseline", Json::object());
    data::PreparedData data = data::prepare_data(baseline.config.data, folder / "cache");

    VariantPoint point(const std::string& name, const Json& patch, const std::string& grid_point = {}) const {
        return {name, name, name, grid_point, patched(test::tiny_config(tokens, 10), patch, name)};
    }
    StepZero of(const Json& patch) const { return step_zero({baseline, point("variant", patch)}, data, 1).at(1); }
};

Json model_patch(Json patch) { return {{"model", std::move(patch)}}; }
Json kind(const char* name) { return {{"kind", name}}; }

}  // namespace

class StepZeroTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void an_untrained_model_has_about_the_entropy_of_a_uniform_guess() {
        const Fixture fixture;
        const auto results = step_zero({fixture.baseline}, fixture.data, 1);
        QCOMPARE(results.at(0).point, std::string("baseline"));
        QVERIFY(std::abs(results[0].loss - std::log(32)) < 0.6);
        QVERIFY(results[0].grad_norm > 0 && std::isfinite(results[0].grad_norm));
        QVERIFY(results[0].first_non_finite.empty() && !results[0].same_as_baseline);
    }

    void it_is_the_first_step_of_training() {
        const Fixture fixture;
        const auto result = step_zero({fixture.baseline}, fixture.data, 5).at(0);
        const run::RunDirectory directory = test::create_tiny_run(fixture.folder.path(), fixture.baseline.config, 5);
        run::RunMetrics metrics(directory.folder());
        run::train_run(directory, {});
        metrics.refresh();
        QCOMPARE(static_cast<float>(metrics[run::kTrainLoss].value.at(0)), static_cast<float>(result.loss));
        QVERIFY(std::abs(metrics[run::kGradNorm].value.at(0) / result.grad_norm - 1) < 1e-5);
    }

    void a_variant_that_reaches_nothing_is_the_baseline() {
        const Fixture fixture;
        QVERIFY(fixture.of(model_patch({{"norm", {{"attn_out", kind("layer")}}}}))
                    .same_as_baseline);                                          // not at this placement
        QVERIFY(fixture.of(model_patch({{"kv_heads", 2}})).same_as_baseline);    // as many as there were
        QVERIFY(fixture.of({{"train", {{"momentum", 0.1}}}}).same_as_baseline);  // AdamW has none
    }

    void a_variant_that_reaches_anything_is_not() {
        const Fixture fixture;
        for (const Json& patch :
             {model_patch({{"position", kind("none")}}), model_patch({{"ffn", kind("silu")}}),
              model_patch({{"placement", "post"}}),
              model_patch({{"norm", {{"final", {{"kind", "rms"}, {"eps", 1e-3}}}}}}), model_patch({{"dropout", 0.1}}),
              model_patch({{"init", kind("gpt2")}}), Json{{"train", {{"z_loss", 0.01}}}}}) {
            const StepZero result = fixture.of(patch);
            QVERIFY2(!result.same_as_baseline, patch.dump().c_str());
            QVERIFY(std::isfinite(result.loss));
        }
    }

    void an_added_tensor_makes_a_difference_even_where_step_0_shows_none() {
        // A bias that starts at zero leaves loss, logits and all shared gradients as they are.
        const Fixture fixture;
        const auto results =
            step_zero({fixture.baseline, fixture.point("bias", model_patch({{"head_bias", true}}))}, fixture.data, 1);
        QCOMPARE(results[1].loss, results[0].loss);
        QVERIFY(!results[1].same_as_baseline);
    }

    void what_step_0_does_not_show_is_not_called_the_same() {
        const Fixture fixture;
        QVERIFY(!fixture.of({{"train", {{"lr", 0.5}}}}).same_as_baseline);
        QVERIFY(!fixture.of({{"train", {{"optimizer", "sgd"}}}}).same_as_baseline);
    }

    void each_grid_point_has_its_own_baseline() {
        const Fixture fixture;
        const Json wide = model_patch({{"d_ff", 64}});
        Json wide_unused = wide;
        wide_unused["model"]["norm"]["attn_out"] = kind("layer");
        const auto results =
            step_zero({fixture.point("baseline@1", Json::object(), "1"), fixture.point("baseline@2", wide, "2"),
                       fixture.point("v@2", wide_unused, "2"), fixture.point("v@1", wide, "1")},
                      fixture.data, 1);
        QVERIFY(!results[0].same_as_baseline && !results[1].same_as_baseline);
        QVERIFY(results[2].same_as_baseline);
        QVERIFY(!results[3].same_as_baseline);
    }

    void the_first_tensor_that_is_not_finite_is_named() {
        const Fixture fixture;
        const Json huge = {{"kind", "normal"}, {"std", 1e30}};
        const StepZero normed = fixture.of(model_patch({{"init", huge}}));  // the norms keep the forward pass finite
        QVERIFY(std::isfinite(normed.loss) && !std::isfinite(normed.grad_norm));
        QCOMPARE(normed.first_non_finite, std::string("gradient of embed.weight"));
        const Json none = {{"attn_in", kind("none")}, {"ffn_in", kind("none")}, {"final", kind("none")}};
        const StepZero bare = fixture.of(model_patch({{"init", huge}, {"norm", none}}));
        QVERIFY(!std::isfinite(bare.loss));
        QVERIFY2(bare.first_non_finite.starts_with("blocks.0.attn"), bare.first_non_finite.c_str());
    }

    void too_large_a_model_is_refused_before_it_is_made() {
        const Fixture fixture;
        QVERIFY_EXCEPTION_THROWN(fixture.of(model_patch({{"d_model", 1 << 17}, {"layers", 2000}})), ResourceError);
    }
};

QTEST_GUILESS_MAIN(StepZeroTest)
#include "step_zero_test.moc"
