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
        QVERIFY(is_line_with(why(plan.fresh, "blocks.2.attn.q.weight"), {"not in the initial weights", "random"}));
    }

    void another_shape_names_both_and_the_option() {
        const std::string message = test::input_error([] { model::plan_start(qwen(), with({{"d_ff", 48}}), "wide"); });
        QVERIFY(is_line_with(message, {"wide", "blocks.0.ffn.gate.weight", "[32, 16] in the initial weights",
                                       "[48, 16] here", "model.d_ff 32 as in the initial weights would fit"}));
    }

    // Of all that differs, only what the tensor's shape follows.
    void the_options_that_would_fit_are_those_of_the_tensor() {
        const RunConfig longer = patched(with({{"layers", 3}, {"d_ff", 48}}), {{"data", {{"context", 64}}}}, "variant");
        const std::string feed_forward = test::input_error([&] { model::plan_start(qwen(), longer, "x"); });
        QVERIFY(
            is_line_with(feed_forward, {"ffn.gate.weight", "here; model.d_ff 32 as in the initial weights would fit"}));

        const Json learned = {{"position", {{"kind", "learned"}}}};
        const RunConfig from = with(learned);
        const RunConfig to = patched(from, {{"model", {{"layers", 3}}}, {"data", {{"context", 64}}}}, "variant");
        const std::string position = test::input_error([&] { model::plan_start(from, to, "x"); });
        const std::string wanted =
            fmt::format("here; data.context {} as in the initial weights would fit", from.data.context);
        QVERIFY(is_line_with(position, {"position.weight", wanted.c_str()}));
    }

    void what_no_tensor_shows_is_told() {
        const RunConfig to = with({{"position", {{"kind", "rope"}, {"theta", 500}}}});
        QVERIFY(model::plan_start(qwen(), to, "x").dropped.empty());
        const std::vector<std::string> changes = model::silent_changes(qwen(), to);
        QCOMPARE(changes.size(), std::size_t{1});
        QVERIFY(is_line_with(changes.front(), {"Position", "500"}));
        QVERIFY(model::silent_changes(qwen(), qwen()).empty());
    }

    void a_norm_without_tensors_is_a_silent_change() {
        const RunConfig none = with(norms({"q", "k"}, "none")), l2 = with(norms({"q", "k"}, "l2"));
        const std::vector<std::string> changes = model::silent_changes(none, l2);
        QCOMPARE(changes.size(), std::size_t{2});
        QVERIFY(is_line_with(changes.front(), {"Query norm", "No norm", "L2Norm"}));
        QVERIFY(model::silent_changes(qwen(), l2).empty());                               // a gain is dropped
        QVERIFY(model::silent_changes(qwen(), with(norms({"attn_out"}, "l2"))).empty());  // not in use
    }

    void a_plan_as_json() {
        const Json json = model::to_json(model::plan_start(qwen(), with(norms({"final"}, "scale")), "x"));
        QVERIFY(json.at("kept").size() == 24 && json.at("kept")[0] == "embed.weight");
        QVERIFY(json.at("dropped")[0].at("tensor") == "final.weight");
        QVERIFY(json.at("new")[0].at("tensor") == "final.weight");
        QVERIFY(json.at("new")[0].at("shape") == Json::array({1}) && json.at("new")[0].contains("why"));
    }
};

QTEST_GUILESS_MAIN(StartPlanTest)
#include "start_plan_test.moc"
