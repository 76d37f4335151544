#include "core/plan/preflight.h"

#include "core/train/register.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QTest>

using namespace ablate;
using namespace ablate::study;
using test::is_line_with;

namespace {

Json variant(const char* name, Json patch) { return {{"name", name}, {"patch", std::move(patch)}}; }
Json model_patch(Json patch) { return {{"model", std::move(patch)}}; }
Json kind(const char* name) { return {{"kind", name}}; }

Preview preview_of(Json variants, const std::vector<std::string>& settings = {}, Json grid = Json::object(),
                   Json seeds = {1, 2}) {
    const StudyConfig study = study_from_json({{"name", "s"},
                                               {"baseline", {{"train", {{"device", "cpu"}}}}},
                                               {"variants", std::move(variants)},
                                               {"grid", std::move(grid)},
                                               {"seeds", std::move(seeds)}},
                                              "study");
    PlanOptions options;
    options.settings = settings;
    return preview(resolve_study(study, options), {});
}

// The findings about a point that contain `text`.
std::vector<Finding> about(const Preview& preview, const std::string& point, const std::string& text) {
    std::vector<Finding> found;
    for (const Finding& finding : preview.findings)
        if (finding.variant == point && finding.text.find(text) != std::string::npos) found.push_back(finding);
    return found;
}

bool says(const Preview& preview, Severity severity, const std::string& point, const std::string& text) {
    const auto found = about(preview, point, text);
    return found.size() == 1 && found[0].severity == severity && found[0].text.find('\n') == std::string::npos;
}

}  // namespace

class PreflightTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() { ablate::train::register_kinds(); }

    void a_fair_study_gives_no_warning() {
        const Preview preview = preview_of({variant("nope", model_patch({{"position", kind("none")}}))});
        QCOMPARE(preview.points.size(), std::size_t{2});
        for (const Finding& finding : preview.findings)
            QVERIFY2(finding.severity == Severity::note, finding.text.c_str());
        QCOMPARE(preview.points[0].parameters.unique, std::int64_t{22696448});
        QCOMPARE(preview.points[1].parameters.unique, std::int64_t{22696448});
        QVERIFY(preview.points[0].differences.empty());
        QCOMPARE(preview.points[1].differences.at(0).key, std::string("model.position.kind"));
        QVERIFY(preview.points[1].memory.total() > 4.0 * 22696448 * 4);
    }

    void other_parameter_counts_are_named_with_the_width_that_matches() {
        const Preview preview =
            preview_of({variant("silu", model_patch({{"ffn", kind("silu")}, {"d_ff", 1344}})),
                        variant("wide", model_patch({{"ffn", kind("silu")}, {"d_ff", 2048}})),
                        variant("qk", model_patch({{"norm", {{"q", kind("rms")}, {"k", kind("rms")}}}}))});
        QVERIFY(says(preview, Severity::warning, "silu", "d_ff 1344 -> 2016 would match exactly"));
        QVERIFY(
            says(preview, Severity::warning, "wide", "parameters differ by +0.58 % from the baseline; d_ff 2048 ->"));
        QVERIFY(about(preview, "qk", "parameters").empty());
        QVERIFY(std::abs(preview.points[2].parameter_mismatch - 131072.0 / 22696448) < 1e-12);
    }

    void what_is_not_in_use_is_named() {
        const Preview preview = preview_of({variant("unused", model_patch({{"norm", {{"attn_out", kind("layer")}}}})),
                                            variant("factor", model_patch({{"position", {{"factor", 3.0}}}})),
                                            variant("momentum", {{"train", {{"momentum", 0.5}}}}),
                                            variant("cadence", {{"train", {{"stats_every", 7}}}}),
                                            variant("lr", {{"train", {{"lr", 0.5}}}})});
        QVERIFY(
            says(preview, Severity::note, "factor", "nothing reads it with these settings: model.position.scaling"));
        for (const char* name : {"unused", "factor", "momentum", "cadence"})
            QVERIFY2(says(preview, Severity::warning, name, "does not use or what only observes"), name);
        QVERIFY(about(preview, "lr", "does not use").empty());
    }

    void a_device_this_machine_lacks_is_an_error() {
        for (const char* precision : {"fp32", "bf16"}) {
            const Preview preview =
                preview_of(Json::array(), {"train.device=cuda:99", std::string("train.precision=") + precision});
            QVERIFY2(says(preview, Severity::error, "baseline", "device 'cuda:99' is absent"), precision);
        }
    }

    void a_variant_that_the_grid_undoes_is_named() {
        const Json fast = Json::array({variant("fast", {{"train", {{"lr", 0.5}}}})});
        const Preview preview = preview_of(fast, {}, {{"train.lr", Json::array({0.01})}});
        QVERIFY(says(preview, Severity::warning, "fast@train.lr=0.01",
                     "trains the baseline's configuration: the grid sets every option that it changes"));
        QVERIFY(about(preview, "fast@train.lr=0.01", "only observes").empty());
    }

    void a_schedule_that_decays_is_not_warned_of() {
        for (const char* setting : {"train.warmup=0", "train.warmup=998", "train.schedule=wsd"})
            QVERIFY2(about(preview_of(Json::array(), {setting}), "baseline", "never decays").empty(), setting);
        QVERIFY(about(preview_of(Json::array(), {"model.placement=post"}), "baseline", "nothing reads").empty());
    }

    // The run would say so after the data of the others have been prepared, or hours later on a cluster.
    void data_that_are_not_there_are_errors() {
        const test::TempFolder folder;
        std::string lines;
        for (int i = 0; i < 2400; ++i) lines += "some text\n";  // 12 documents; number 11 is held out
        const std::string text = folder.write("text.txt", lines).string(), none = (folder / "none").string();
        const auto error = [&](const std::vector<std::string>& settings, const std::string& part) {
            return says(preview_of(Json::array(), settings), Severity::error, "", part);
        };
        QVERIFY(error({"data.text=" + none}, "data.text: " + none + ": no such file or folder"));
        QVERIFY(error({"data.tokens=" + none}, "data.tokens: " + none));
        QVERIFY(error({"data.text=" + text, "data.tokenizer=" + none}, "data.tokenizer: " + none));
        QVERIFY(error({"data.text=" + text, "data.val={\"news\": \"" + none + "\"}"}, "data.val.news: " + none));
        for (const Finding& finding : preview_of(Json::array(), {"data.text=" + text}).findings)
            QVERIFY2(finding.severity != Severity::error, finding.text.c_str());
    }

    void a_text_too_short_to_hold_some_out_is_an_error_with_its_mends() {
        const test::TempFolder folder;
        std::string lines;
        for (int i = 0; i < 600; ++i) lines += "some text\n";  // three documents
        const StudyConfig study =
            study_from_json({{"name", "s"},
                             {"baseline", {{"data", {{"text", folder.write("text.txt", lines).string()}}}}},
                             {"seeds", {1, 2}}},
                            "study");
        const auto found = about(preview(resolve_study(study), {}), "", "data.val_every: ");
        QCOMPARE(found.size(), std::size_t{1});
        QVERIFY(found[0].severity == Severity::error);
        QVERIFY(is_line_with(found[0].text, {"has 3 documents; one in 20, from number 11 on, is held out"}));
        QCOMPARE(found[0].mends.size(), std::size_t{2});
        for (const Mend& mend : found[0].mends)
            QVERIFY2(about(preview(resolve_study(mended(study, mend)), {}), "", "data.val_every: ").empty(),
                     mend.title.c_str());
    }

    void one_seed_is_warned_of() {
        QVERIFY(
            says(preview_of(Json::array(), {}, Json::object(), {1}), Severity::warning, "", "one seed: no interval"));
        QVERIFY(about(preview_of(Json::array()), "", "one seed").empty());
    }

    void an_invalid_variant_is_an_error_and_not_a_throw() {
        const Preview preview = preview_of(
            {variant("odd", model_patch({{"heads", 7}})), variant("nope", model_patch({{"position", kind("none")}}))});
        QVERIFY(says(preview, Severity::error, "odd", "not divisible by 7 heads"));
        QCOMPARE(preview.points.size(), std::size_t{2});
        QVERIFY(says(preview_of(Json::array(), {"train.steps=10", "train.warmup=20"}), Severity::error, "baseline",
                     "warm-up"));
    }

    void too_much_memory_is_an_error_that_allocates_nothing() {
        const Preview preview = preview_of({variant("huge", model_patch({{"d_model", 1 << 17}, {"layers", 2000}}))});
        QVERIFY(says(preview, Severity::error, "huge", "memory"));
    }

    void an_absent_device_is_an_error() {
        const Preview preview = preview_of(Json::array(), {"train.device=cuda:99"});
        QVERIFY(says(preview, Severity::error, "baseline", "cuda:99"));
    }

    void unpaired_batches_and_budgets_are_named() {
        const Preview preview = preview_of({variant("batch", {{"train", {{"batch", 8}}}}),
                                            variant("context", {{"data", {{"context", 64}}}}),
                                            variant("steps", {{"train", {{"steps", 500}}}})});
        QVERIFY(says(preview, Severity::warning, "batch", "cannot be paired"));
        QVERIFY(says(preview, Severity::warning, "context", "cannot be paired"));
        QVERIFY(says(preview, Severity::warning, "steps", "trains 500 steps, the baseline 1000"));
    }

    void a_norm_free_variant_asks_for_a_grid_of_learning_rates() {
        const Json variants = {variant(
            "no-norm",
            model_patch({{"norm", {{"attn_in", kind("none")}, {"ffn_in", kind("none")}, {"final", kind("none")}}}}))};
        QVERIFY(says(preview_of(variants), Severity::note, "no-norm", "grid over train.lr"));
        const Preview with_grid = preview_of(variants, {}, {{"train.lr", {0.001, 0.01}}});
        QVERIFY(about(with_grid, "no-norm@train.lr=0.001", "grid over train.lr").empty());
    }

    void what_holds_at_each_grid_point_is_said_once() {
        const Preview preview =
            preview_of({variant("silu", model_patch({{"ffn", kind("silu")}}))}, {}, {{"train.lr", {0.001, 0.01}}});
        int said = 0;
        for (const Finding& finding : preview.findings) said += finding.text.starts_with("parameters differ");
        QCOMPARE(said, 1);
        QCOMPARE(preview.points.size(), std::size_t{4});
        QCOMPARE(preview.points[3].differences.size(), std::size_t{1});  // to the baseline at its own grid point
    }

    // A mend that leaves its finding would be worse than none.
    void mends_remove_their_findings() {
        const StudyConfig study = study_from_json(
            {{"name", "s"},
             {"baseline",
              {{"model", {{"tie_embeddings", true}}},
               {"data", {{"context", 127}}},
               {"train",
                {{"device", "cpu"},
                 {"steps", 300},
                 {"eval_every", 5000},
                 {"stats_every", 400},
                 {"checkpoint_every", 301},
                 {"spike_recovery", 300},
                 {"beta1", 0.95},
                 {"beta2", 0.9},
                 {"momentum", 0.3},
                 {"schedule", "linear"},
                 {"lr_min_ratio", 1}}}}},
             {"variants",
              {variant("silu", model_patch({{"ffn", kind("silu")}, {"d_ff", 1344}})),
               variant("same", model_patch({{"ffn", kind("silu")}, {"d_ff", 1344}})),
               variant("odd", model_patch({{"heads", 7}})), variant("lion", {{"train", {{"optimizer", "lion"}}}}),
               variant("batch", {{"train", {{"batch", 8}}}, {"model", {{"position", kind("none")}}}}),
               variant("steps", {{"train", {{"steps", 200}}}, {"model", {{"position", kind("none")}}}}),
               variant("cadence", {{"train", {{"log_every", 7}}}}),
               variant("bare", model_patch({{"norm", {{"attn_in", kind("none")}, {"final", kind("none")}}}}))}},
             {"seeds", {3}}},
            "study");
        const Preview before = preview(resolve_study(study), {});
        int mends = 0;
        for (const Finding& finding : before.findings)
            for (std::size_t i = 0; i < finding.mends.size(); ++i) {
                const Mend& mend = finding.mends[i];
                const bool is_choice_of_width = finding.text.starts_with("parameters differ") && i > 0;
                if (is_choice_of_width) continue;  // equal FLOPs need not mean equal parameters
                ++mends;
                const Preview after = preview(resolve_study(mended(study, mend)), {});
                QVERIFY2(about(after, finding.variant, finding.text).empty(),
                         (finding.text + " | " + mend.title).c_str());
            }
        QVERIFY2(mends >= 15, std::to_string(mends).c_str());
        for (const char* words :
             {"one seed", "eval_every", "stats_every", "checkpoint_every", "spike_recovery", "train.beta1",
              "momentum is set", "lr_min_ratio is 1", "not a multiple of 8", "tied head", "parameters differ",
              "same configuration as", "7 heads", "learning rates of two optimizers", "different texts",
              "cannot be paired", "trains 200 steps", "only observes", "fewer norms"}) {
            const auto found = std::find_if(before.findings.begin(), before.findings.end(), [&](const Finding& one) {
                return one.text.find(words) != std::string::npos;
            });
            QVERIFY2(found != before.findings.end() && !found->mends.empty(), words);
        }
    }

    // A grid over what only observes trains each configuration again, whatever the variant changes.
    void a_variant_that_the_grid_repeats_is_not_removed() {
        const Json nope = model_patch({{"position", kind("none")}});
        const Json grid = {{"train.log_every", {5, 10}}};
        const auto repeated = [&](Json variants) {
            return about(preview_of(std::move(variants), {}, grid), "nope@train.log_every=10",
                         "same configuration as nope@train.log_every=5");
        };
        const auto alone = repeated({variant("nope", nope)});
        QCOMPARE(alone.size(), std::size_t{1});
        QVERIFY(alone[0].mends.empty());
        const auto beside_a_copy = repeated({variant("nope", nope), variant("copy", nope)});
        QCOMPARE(beside_a_copy.size(), std::size_t{1});
        QCOMPARE(beside_a_copy[0].mends.size(), std::size_t{1});
    }

    void a_tenth_of_a_percent_is_no_warning() {
        // Of 22,696,448 parameters a step of d_ff is 6,144: 0.027 %.
        const Preview preview =
            preview_of({variant("three", model_patch({{"d_ff", 1347}})), variant("five", model_patch({{"d_ff", 1349}})),
                        variant("twenty", model_patch({{"d_ff", 1364}}))});
        QVERIFY(about(preview, "three", "parameters differ").empty());
        QVERIFY(says(preview, Severity::note, "five", "parameters differ by +0.14 %"));
        QVERIFY(says(preview, Severity::warning, "twenty", "parameters differ by +0.54 %"));
    }

    void equal_variants_are_named() {
        const Preview preview = preview_of({variant("a", model_patch({{"position", kind("none")}})),
                                            variant("b", model_patch({{"position", kind("none")}}))});
        QVERIFY(says(preview, Severity::warning, "b", "same configuration as a"));
    }

    void budgets_and_sizes_of_the_baseline_are_commented() {
        const Preview preview =
            preview_of(Json::array(), {"train.eval_every=5000", "data.context=127", "data.vocab_size=100000"});
        QVERIFY(says(preview, Severity::note, "baseline", "train.eval_every 5000 exceeds train.steps"));
        const Preview by_epochs = preview_of(Json::array(), {"train.eval_every=5000", "train.epochs=2"});
        QVERIFY(says(by_epochs, Severity::note, "baseline", "trains 2 times the text"));
        QVERIFY(about(by_epochs, "baseline", "exceeds train.steps").empty());
        QVERIFY(says(preview, Severity::note, "baseline", "127 is not a multiple of 8"));
        QVERIFY(
            says(preview, Severity::note, "baseline", "vocabulary of 100,000 holds 89 % of the parameters; model.tie"));
    }

    void options_that_mislead_together_are_named_data() {
        QTest::addColumn<QStringList>("settings");
        QTest::addColumn<bool>("warning");
        QTest::addColumn<QString>("text");
        const auto add = [](const char* name, const QStringList& settings, bool warning, const char* text) {
            QTest::newRow(name) << settings << warning << QString(text);
        };
        const QString steps = "train.steps=300", wsd = "train.schedule=wsd";
        add("decay in the warm-up", {steps, wsd, "train.warmup=120", "train.decay_share=0.7"}, true,
            "The decay begins after the warm-up, so train.decay_share becomes 0.6");
        add("warm-up to the end", {steps, "train.warmup=300"}, true, "takes all 300 steps, so the cosine schedule");
        add("no decay", {steps, wsd, "train.decay_share=0"}, true, "never decays");
        add("one step of decay", {"train.steps=500", wsd, "train.decay_share=0.002"}, true,
            "the decay over the last 0.2 % of 500 steps begins at the last step or later");
        add("short decay", {"train.steps=5", "train.warmup=0", wsd}, true,
            "never decays: raise train.decay_share above 0.2,");
        add("warm-up but one", {"train.steps=5", "train.warmup=4"}, true,
            "takes all but one of the 5 steps, so the schedule cosine never decays");
        add("overlap without decay", {"train.steps=5", "train.warmup=4", wsd, "train.decay_share=0.7"}, true,
            "takes all but one of the 5 steps, so the schedule wsd never decays");
        add("flat floor", {steps, "train.schedule=linear", "train.lr_min_ratio=1"}, true, "holds the learning rate");
        add("late checkpoints", {steps, "train.checkpoint_every=301"}, false, "only the end is saved");
        add("late statistics", {steps, "train.stats_every=400"}, false, "at step 0 only");
        add("dead from the start", {"data.vocab_size=500", "train.dead_margin=6.5"}, true, "would be called dead");
        add("too short", {"train.steps=49", "train.warmup=5"}, false, "too short to be judged dead");
        add("endless spikes", {steps, "train.spike_recovery=300"}, false, "no run can be called exploding");
        add("betas", {"train.beta1=0.95", "train.beta2=0.9"}, true, "square root of train.beta2, 0.9487");
        add("another beta", {"train.optimizer=lion"}, false,
            "train.beta2 is 0.999, and Lion was published with 0.99: set train.beta2 to 0.99");
        add("nothing to decay", {"train.decay_all=true", "train.weight_decay=0"}, false, "decay_all has no effect");
        add("coupled decay", {"train.optimizer=sgd", "train.momentum=0.9"}, false, "its effect by about 10;");
        add("unread momentum", {"train.momentum=0.3"}, false, "momentum is set to 0.3, but nothing reads it");
        add("unread floor", {"train.schedule=constant", "train.lr_min_ratio=0.2"}, false, "the schedule is constant");
        add("unread schedule", {"train.optimizer=schedule_free", wsd}, false,
            "train.schedule is set to \"wsd\", but nothing reads it with these settings: the optimizer schedule_free "
            "holds the learning rate constant after the warm-up");
        add("unread floor of a forced schedule", {"train.optimizer=schedule_free", "train.lr_min_ratio=0.2"}, false,
            "the schedule is constant");
        add("unread share", {"train.decay_share=0.4"}, false, "the schedule is cosine");
        add("unread beta", {"train.optimizer=sgd", "train.beta2=0.95"}, false, "the optimizer is sgd");
        add("unread batches", {"train.eval_windows=64", "train.eval_batches=9"}, false, "decides the validation text");
        add("unread norm", {"model.placement=post", "model.norm.attn_in=layer"}, false,
            "model.norm.attn_in is set to layer, but nothing reads it with these settings: the placement post has no "
            "norm there");
        add("unread norm of pre", {"model.norm.ffn_out=none"}, false, "model.norm.ffn_out is set to none, but nothing");
        add("unread type", {"data.token_type=int64"}, false, "with these settings: data.tokens is not set");
        add("unread steps", {"train.epochs=2", "train.steps=700"}, false, "train.epochs decides");
    }
    void options_that_mislead_together_are_named() {
        QFETCH(QStringList, settings);
        QFETCH(bool, warning);
        QFETCH(QString, text);
        std::vector<std::string> set;
        for (const QString& one : settings) set.push_back(one.toStdString());
        const Preview preview = preview_of(Json::array(), set);
        QVERIFY(says(preview, warning ? Severity::warning : Severity::note, "baseline", text.toStdString()));
        QVERIFY(about(preview_of(Json::array()), "baseline", text.toStdString()).empty());
    }

    void another_validation_text_is_named_and_mended() {
        const Json variants = {variant("small", {{"train", {{"batch", 8}, {"accumulate", 4}}}}),
                               variant("long", {{"data", {{"context", 512}}}, {"train", {{"batch", 16}}}})};
        const Preview preview = preview_of(variants);
        QVERIFY(says(preview, Severity::warning, "small",
                     "is validated on 160 windows of 256 tokens, the baseline on 640 windows of 256 tokens: the losses "
                     "are means over different texts. Set train.eval_windows to 640"));
        QVERIFY(says(preview, Severity::warning, "long", "320 windows of 512 tokens"));
        QVERIFY(about(preview, "baseline", "windows").empty());
        QVERIFY(about(preview_of(variants, {"train.eval_windows=100"}), "small", "different texts").empty());
    }

    void muons_other_rate_is_named() {
        const std::vector<std::string> muon = {"train.optimizer=muon"};
        const Json fast = {variant("fast", {{"train", {{"lr", 0.05}}}})};
        QVERIFY(says(preview_of(fast, muon), Severity::note, "fast", "keep train.adam_lr 0.0003"));
        QVERIFY(says(preview_of(Json::array(), muon, {{"train.lr", {0.01, 0.02}}}), Severity::note,
                     "baseline@train.lr=0.01", "keep train.adam_lr"));
        QVERIFY(about(preview_of(fast), "fast", "adam_lr").empty());
    }

    void a_shared_rate_of_two_optimizers_is_named() {
        const Json lion = {variant("lion", {{"train", {{"optimizer", "lion"}}}})};
        const Json slow = {variant("lion", {{"train", {{"optimizer", "lion"}, {"lr", 1e-4}}}})};
        const char* text = "trains with Lion at the learning rate 0.0003 of the baseline, whose optimizer is AdamW";
        QVERIFY(says(preview_of(lion), Severity::note, "lion", text));
        for (const Preview& preview : {preview_of(slow), preview_of(lion, {}, {{"train.lr", {1e-4, 3e-4}}}),
                                       preview_of(Json::array(), {"train.optimizer=lion"})})
            for (const Finding& finding : preview.findings)
                QVERIFY2(finding.text.find("learning rates of two optimizers") == std::string::npos,
                         finding.text.c_str());
    }

    void a_tied_head_that_starts_too_large_is_warned_of() {
        const auto says_so = [](const char* init) {
            const study::Preview preview =
                preview_of(Json::array(), {"model.tie_embeddings=true", std::string("model.init=") + init});
            return says(preview, Severity::warning, "baseline", "gives the tied head the embedding's deviation of 1");
        };
        QVERIFY(says_so("cs336"));
        QVERIFY(!says_so("gpt2"));
    }

    // But for the memory of this machine, which need not suffice for the largest.
    void every_preset_is_free_of_errors() {
        QVERIFY(preset_files().size() >= 4);
        for (const auto& file : preset_files())
            for (const Finding& finding : preview(resolve_study(load_study(file)), {}).findings)
                QVERIFY2(finding.severity != Severity::error || finding.text.find("GiB of memory") != std::string::npos,
                         (file.string() + ": " + finding.text).c_str());
    }

    // What the speedruns' own records say of them, to the last digit (speedrun_results.json).
    void the_speedrun_presets_count_as_their_records_data() {
        QTest::addColumn<double>("model_flops");
        QTest::addColumn<qint64>("model_size");
        QTest::addColumn<qint64>("tokens");
        QTest::newRow("marin-130m") << 1.777337490915459e18 << qint64(154147328) << qint64(2599944192);
        QTest::newRow("marin-300m") << 9.99035877535934e18 << qint64(299649792) << qint64(5999951872);
        QTest::newRow("marin-520m") << 4.210403636805422e19 << qint64(602457088) << qint64(10399776768);
        QTest::newRow("marin-1.2b") << 2.071634014279733e20 << qint64(1431373824) << qint64(23999807488);
    }
    void the_speedrun_presets_count_as_their_records() {
        QFETCH(double, model_flops);
        QFETCH(qint64, model_size);
        QFETCH(qint64, tokens);
        const StudyConfig study = load_study(presets_folder() / (std::string(QTest::currentDataTag()) + ".json"));
        for (const VariantPoint& point : expand(study)) {  // the count knows no QK-norm: the pair's are equal
            const double read = tokens_per_step(point.config) * static_cast<double>(point.config.train.steps);
            QCOMPARE(static_cast<qint64>(read), tokens);
            QVERIFY(std::abs(model::model_flops_levanter(point.config) / model_flops - 1) < 1e-15);
            QCOMPARE(static_cast<qint64>(model::parameter_counts(point.config).levanter), model_size);
        }
    }

    void memory_is_refused_with_both_figures() {
        RunConfig config;
        config.train.device = "cpu";
        require_memory(config, 1, "fits");
        try {
            require_memory(config, 1 << 20, "many");
            QFAIL("a million runs at once fit");
        } catch (const ResourceError& error) {
            QVERIFY(is_line_with(error.what(), {"many: ", "runs at once", "GiB", "available", "--jobs 1"}));
        }
        QVERIFY(available_memory("cpu") > 1e6);
    }

    void the_machine_is_measured_once() {
        const test::TempFolder cache;
        QVERIFY(!known_peak("fp32", 1, "cpu", cache.path()));
        const double rate = measured_peak("fp32", 1, "cpu", cache.path());
        QVERIFY(rate > 1e8);
        QCOMPARE(known_peak("fp32", 1, "cpu", cache.path()).value(), rate);
        QCOMPARE(measured_peak("fp32", 1, "cpu", cache.path()), rate);
        QVERIFY(!known_peak("bf16", 1, "cpu", cache.path()) && !known_peak("fp32", 2, "cpu", cache.path()));
        for (const char* damaged : {"", "[]", "{\"x\": "}) {
            cache.write("machine.json", damaged);
            QVERIFY(!known_peak("fp32", 1, "cpu", cache.path()));
        }
        QVERIFY(measured_peak("fp32", 1, "cpu", cache.path()) > 1e8);
    }
};

QTEST_GUILESS_MAIN(PreflightTest)
#include "preflight_test.moc"
