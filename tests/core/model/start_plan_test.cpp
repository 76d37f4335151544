#include "core/model/start_plan.h"

#include "core/model/tensor_table.h"
#include "tests/support/throws.h"
#include "tests/support/tiny_run.h"

#include <QTest>

using namespace ablate;
using model::StartPlan;
using test::is_line_with;

namespace {

RunConfig qwen() {
    return patched(test::tiny_config("tokens", 1),
                   {{"model", {{"norm", {{"q", {{"kind", "rms"}}}, {"k", {{"kind", "rms"}}}}}}}}, "test");
}

RunConfig with(const Json& model) { return patched(qwen(), {{"model", model}}, "variant"); }

Json norms(std::initializer_list<const char*> sites, const char* kind) {
    Json norm = Json::object();
    for (const char* site : sites) norm[site] = {{"kind", kind}};
    return {{"norm", norm}};
}

std::string why(const std::vector<model::StartTensor>& tensors, const std::string& name) {
    for (const auto& tensor : tensors)
        if (tensor.spec.name == name) return tensor.why;
    return {};
}

}  // namespace

class StartPlanTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void the_same_model_keeps_everything() {
        const StartPlan plan = model::plan_start(qwen(), qwen(), "x");
        QCOMPARE(plan.kept.size(), model::tensor_table(qwen()).size());
        QVERIFY(plan.dropped.empty() && plan.fresh.empty());
        QCOMPARE(model::in_words(plan), "25 tensors kept, none dropped, none new");
    }

    void a_removed_norm_is_dropped_by_name() {
        const StartPlan plan = model::plan_start(qwen(), with(norms({"q", "k"}, "none")), "x");
        QCOMPARE(plan.dropped.size(), std::size_t{4});  // two layers
        QVERIFY(is_line_with(why(plan.dropped, "blocks.1.attn.k_norm.weight"), {"norm at k", "RMSNorm"}));
        QVERIFY(plan.fresh.empty());
    }

    // A gain of the same name and shape is not the same thing in another norm.
    void a_replaced_norm_starts_anew() {
        const StartPlan plan = model::plan_start(qwen(), with(norms({"attn_in", "final"}, "layer")), "x");
        QCOMPARE(plan.dropped.size(), std::size_t{3});
        QCOMPARE(plan.fresh.size(), std::size_t{6});  // weight and bias of each
        QVERIFY(is_line_with(why(plan.fresh, "final.weight"), {"RMSNorm", "LayerNorm", "starts at 1"}));
        QVERIFY(is_line_with(why(plan.fresh, "final.bias"), {"starts at 0"}));
    }

    void every_tensor_of_both_sides_is_listed_once() {
        const RunConfig to = with({{"norm", {{"q", {{"kind", "l2"}}}, {"ffn_in", {{"kind", "scale"}}}}},
                                   {"ffn", {{"kind", "silu"}}},
                                   {"layers", 3}});
        const StartPlan plan = model::plan_start(qwen(), to, "x");
        QCOMPARE(plan.kept.size() + plan.fresh.size(), model::tensor_table(to).size());
        QCOMPARE(plan.kept.size() + plan.dropped.size(), model::tensor_table(qwen()).size());
        QCOMPARE(why(plan.dropped, "blocks.0.ffn.gate.weight"), "no such tensor in this model");
        QVERIFY(is_line_with(why(plan.fresh, "blocks.2.attn.q.weight"), {"not in the start", "random"}));
    }

    void another_shape_names_both_and_the_option() {
        const std::string message = test::input_error([] { model::plan_start(qwen(), with({{"d_ff", 48}}), "wide"); });
        QVERIFY(is_line_with(
            message, {"wide", "blocks.0.ffn.gate.weight", "[32, 16] in the start", "[48, 16] here", "model.d_ff 32"}));
    }

    void what_no_tensor_shows_is_told() {
        const RunConfig to = with({{"position", {{"kind", "rope"}, {"theta", 500}}}});
        QVERIFY(model::plan_start(qwen(), to, "x").dropped.empty());
        const std::vector<std::string> changes = model::silent_changes(qwen(), to);
        QCOMPARE(changes.size(), std::size_t{1});
        QVERIFY(is_line_with(changes.front(), {"Position", "500"}));
        QVERIFY(model::silent_changes(qwen(), qwen()).empty());
    }
};

QTEST_GUILESS_MAIN(StartPlanTest)
#include "start_plan_test.moc"
