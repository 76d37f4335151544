#include "ui/bridge/study_document.h"

#include "core/base/atomic_file.h"
#include "core/config/study_edits.h"
#include "core/io/json_file.h"
#include "core/plan/step_timing.h"
#include "core/train/register.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"
#include "tests/support/tiny_run.h"
#include "ui/bridge/study_preview.h"

#include <QSignalSpy>
#include <QTest>

using namespace ablate;
using namespace ablate::ui;
using test::input_error;
using test::is_line_with;

class StudyDocumentTest : public QObject {
    Q_OBJECT

    static VariantConfig variant(const char* name, const Json& patch) { return {name, name, patch}; }
    static StudyConfig small_study() {
        StudyConfig study;
        study.name = "small";
        study.baseline = {{"train", {{"steps", 10}}}};
        study.variants = {variant("nope", {{"model", {{"position", {{"kind", "none"}}}}}})};
        return study;
    }
    static const Json& patch(const StudyDocument& document, std::size_t index = 0) {
        return document.study().variants.at(index).patch;
    }
    static std::shared_ptr<const run::RunList> no_runs() { return std::make_shared<const run::RunList>(); }
    static void wait_for_preview(StudyDocument& document) {
        QTRY_VERIFY_WITH_TIMEOUT(document.preview_is_current() && document.preview(), 10'000);
    }

    const test::TempFolder user_cache_;

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }
    void init() { qputenv("XDG_CACHE_HOME", user_cache_.path().c_str()); }

    void an_option_is_set_undone_and_redone() {
        const test::TempFolder folder;
        StudyDocument document(folder.path());
        QSignalSpy changed(&document, &StudyDocument::changed);
        document.set_option("baseline", "train.lr", 0.5);
        QCOMPARE(document.baseline().train.lr, 0.5);
        QVERIFY(document.modified());
        QCOMPARE(document.undo_stack()->undoText(), QString("Change learning rate"));
        document.undo_stack()->undo();
        QCOMPARE(document.baseline().train.lr, TrainConfig().lr);
        QVERIFY(!document.modified());
        document.undo_stack()->redo();
        QCOMPARE(document.baseline().train.lr, 0.5);
        QCOMPARE(changed.count(), 3);
    }

    void typing_in_one_field_is_one_step_and_typing_it_back_is_none() {
        const test::TempFolder folder;
        StudyDocument document(folder.path());
        for (const int steps : {1, 10, 100, 1005}) document.set_option("baseline", "train.steps", steps);
        QCOMPARE(document.undo_stack()->count(), 1);
        document.set_option("baseline", "train.batch", 7);
        QCOMPARE(document.undo_stack()->count(), 2);
        document.undo_stack()->undo();
        QCOMPARE(document.baseline().train.steps, std::int64_t{1005});
        document.undo_stack()->undo();
        QCOMPARE(document.undo_stack()->index(), 0);

        document.edit(
            "Describe",
            [&] {
                auto s = document.study();
                s.description = "x";
                return s;
            }(),
            "describe");
        document.edit(
            "Describe",
            [&] {
                auto s = document.study();
                s.description = "";
                return s;
            }(),
            "describe");
        QCOMPARE(document.undo_stack()->count(), 0);
    }

    void what_cannot_be_written_down_is_refused_and_changes_nothing() {
        const test::TempFolder folder;
        StudyDocument document(folder.path());
        const auto refused = [&](const char* key, const Json& value) {
            return input_error([&] { document.set_option("baseline", key, value); });
        };
        QVERIFY(is_line_with(refused("train.lr", -1), {"baseline", "train.lr", "out of range"}));
        QVERIFY(is_line_with(refused("train.lrr", 1), {"train.lrr", "train.lr"}));
        QVERIFY(is_line_with(refused("model.norm.attn_in", "rmss"), {"attn_in", "rms"}));
        QVERIFY(is_line_with(input_error([&] { document.set_option("gone", "train.lr", 1.0); }), {"gone"}));
        StudyConfig twice = small_study();
        twice.variants.push_back(twice.variants[0]);
        QVERIFY(is_line_with(input_error([&] { document.edit("Double", twice); }), {"nope", "twice"}));
        StudyConfig grid = small_study();
        grid.grid = {{"train.lr", {-1.0}}};
        QVERIFY(is_line_with(input_error([&] { document.edit("Grid", grid); }), {"grid", "train.lr"}));
        QCOMPARE(document.undo_stack()->count(), 0);
        QVERIFY(!document.modified());
    }

    void a_variants_patch_keeps_only_what_differs_from_the_baseline() {
        const test::TempFolder folder;
        StudyDocument document(folder.path());
        document.start_new(small_study());
        document.set_option("nope", "train.lr", 0.01);
        QVERIFY(patch(document)["train"]["lr"] == Json(0.01));
        document.set_option("nope", "train.lr", TrainConfig().lr);
        QVERIFY(!patch(document).contains("train"));
        document.set_option("nope", "train.warmup", 3);
        document.reset_option("nope", "train.warmup");
        QVERIFY(!patch(document).contains("train"));
        document.set_option("nope", "model.position", "rope");  // the baseline's
        QVERIFY(patch(document) == Json::object());
        document.reset_option("baseline", "train.steps");
        QVERIFY(document.study().baseline == Json::object());
    }

    void options_are_set_where_a_patch_has_a_name_of_an_earlier_version() {
        const test::TempFolder folder;
        StudyDocument document(folder.path());
        StudyConfig study = small_study();
        study.variants[0].patch = Json{{"model", {{"position", {{"kind", "rope_linear"}}}}}};
        document.start_new(study);
        document.set_option("nope", "model.position.theta", 500.0);
        const Json position = patch(document)["model"]["position"];
        QCOMPARE(position.dump(),
                 kind_to_json(kind_from_json("position", {{"kind", "rope_linear"}, {"theta", 500.0}}, "test")).dump());
        document.set_option("nope", "model.position.scaling", "none");
        QVERIFY(patch(document)["model"]["position"]["scaling"] == Json("none"));
    }

    // The name of a kind alone means what it meant to earlier versions: RoPE without scaling.
    void options_go_back_to_those_of_a_scaled_baseline() {
        const test::TempFolder folder;
        StudyDocument document(folder.path());
        StudyConfig study = small_study();
        study.baseline["model"]["position"] = {{"kind", "rope_linear"}, {"theta", 700.0}, {"layout", "interleaved"}};
        study.variants[0].patch = Json{{"model", {{"position", {{"kind", "rope_llama3"}}}}}};
        document.start_new(study);
        const auto position = [&] { return patched(document.baseline(), patch(document), "nope").model.position; };
        document.reset_option("nope", "model.position.scaling");
        QCOMPARE(position().text("scaling"), std::string("linear"));
        QCOMPARE(position().text("layout"), std::string("half"));

        study.variants[0].patch = Json{{"model", {{"position", {{"kind", "rope"}}}}}};
        document.start_new(study);
        document.set_option("nope", "model.position.factor", 3.0);
        QCOMPARE(position().text("scaling"), std::string("none"));
        document.reset_option("nope", "model.position.theta");
        QCOMPARE(position().real("theta"), 700.0);
        document.set_option("nope", "model.position.scaling", "llama3");
        QCOMPARE(position().text("layout"), std::string("half"));
    }

    void another_kind_drops_the_options_of_the_old_one() {
        const test::TempFolder folder;
        StudyDocument document(folder.path());
        document.set_option("baseline", "model.norm.attn_in.eps", 0.001);
        QCOMPARE(document.baseline().model.norm_at(NormSite::attn_in).real("eps"), 0.001);
        document.set_option("baseline", "model.norm.attn_in", "none");
        QVERIFY(document.study().baseline["model"]["norm"]["attn_in"] == Json({{"kind", "none"}}));
        StudyConfig bare = small_study();
        bare.baseline = {{"model", {{"norm", {{"attn_in", "layer"}}}}}};
        document.start_new(bare);
        document.set_option("baseline", "model.norm.attn_in.eps", 0.01);
        QCOMPARE(document.baseline().model.norm_at(NormSite::attn_in).kind, std::string("layer"));
        document.reset_option("baseline", "model.norm.attn_in.kind");
        QVERIFY(document.study().baseline == Json::object());
    }

    void the_policy_of_the_form_wins_over_the_studys() {
        const test::TempFolder folder;
        StudyDocument document(folder.path());
        StudyConfig study = small_study();
        study.policy = "record";
        document.start_new(study);
        QCOMPARE(document.baseline().train.policy, std::string("record"));
        document.set_option("baseline", "train.policy", "stop");
        QCOMPARE(document.baseline().train.policy, std::string("stop"));
    }

    void a_variant_is_added_under_a_free_name_and_shown() {
        const test::TempFolder folder;
        StudyDocument document(folder.path());
        document.start_new(small_study());
        QSignalSpy shown(&document, &StudyDocument::variant_shown);
        const Json none{{"model", {{"norm", {{"final", {{"kind", "none"}}}}}}}};
        QCOMPARE(document.add_variant(variant("nope", none)), QString("nope-2"));
        QCOMPARE(document.variant(), QString("nope-2"));
        QCOMPARE(document.add_variant(variant("nope", none)), QString("nope-3"));
        document.show_variant("nobody");
        QCOMPARE(document.variant(), QString("nope-3"));
        document.undo_stack()->undo();
        QCOMPARE(document.variant(), QString("baseline"));
        QCOMPARE(shown.count(), 3);
        QVERIFY(free_variant_name(document.study(), "baseline") == "baseline-2");
    }

    void a_renamed_variant_stays_the_one_shown() {
        const test::TempFolder folder;
        StudyDocument document(folder.path());
        document.start_new(small_study());
        document.show_variant("nope");
        StudyConfig renamed = document.study();
        renamed.variants[0].name = "no-position";
        document.edit("Rename", renamed);
        QCOMPARE(document.variant(), QString("no-position"));
    }

    void it_is_saved_by_its_name_and_opened_again() {
        const test::TempFolder folder;
        StudyDocument document(folder.path());
        document.start_new(small_study());
        document.set_option("baseline", "train.steps", 77);
        QSignalSpy saved(&document, &StudyDocument::saved);
        document.save();
        QVERIFY(saved.wait());
        const QString file = QString::fromStdString((folder / "studies/small.json").string());
        QCOMPARE(saved[0][0].toString(), file);
        QCOMPARE(document.file(), file);
        QVERIFY(!document.modified());

        StudyDocument other(folder.path());
        QSignalSpy loaded(&other, &StudyDocument::loaded);
        other.open_named("small");
        QVERIFY(loaded.wait());
        QCOMPARE(other.baseline().train.steps, std::int64_t{77});
        QCOMPARE(other.file(), file);
        QCOMPARE(other.undo_stack()->count(), 0);
        other.set_option("baseline", "train.steps", 78);
        QVERIFY(other.modified());
        other.undo_stack()->undo();
        QVERIFY(!other.modified());
    }

    void a_save_asked_for_before_the_end_is_done() {
        const test::TempFolder folder;
        {
            StudyDocument document(folder.path());
            document.start_new(small_study());
            document.save();
        }
        QCOMPARE(load_study(folder / "studies/small.json").name, std::string("small"));
    }

    void others_files_are_not_written_over_unasked() {
        const test::TempFolder folder;
        StudyDocument document(folder.path()), late(folder.path());
        document.start_new(small_study());
        QSignalSpy saved(&document, &StudyDocument::saved), refused(&document, &StudyDocument::failed);
        document.save();
        QVERIFY(saved.wait());

        QSignalSpy late_refused(&late, &StudyDocument::failed), late_saved(&late, &StudyDocument::saved);
        late.start_new(small_study());
        late.save();  // what the file holds already
        QVERIFY(late_saved.wait());
        QVERIFY(late_refused.isEmpty());
        StudyConfig another = small_study();
        another.seeds = {8, 9};
        StudyDocument later(folder.path());
        later.start_new(another);
        QSignalSpy later_refused(&later, &StudyDocument::failed);
        later.save();
        QVERIFY(later_refused.wait());
        QVERIFY(later_refused[0][0].toString().contains("exists already"));

        atomic_write(folder / "studies/small.json", "{\"name\": \"else\"}");
        document.save();
        QVERIFY(refused.wait());
        QVERIFY(refused[0][0].toString().contains("changed elsewhere"));
        late.save(document.file());  // named: the user was asked
        QVERIFY(late_saved.wait());
        QCOMPARE(load_study(folder / "studies/small.json").name, std::string("small"));
    }

    void a_preset_is_opened_as_a_copy() {
        const test::TempFolder folder;
        StudyDocument document(folder.path());
        QSignalSpy loaded(&document, &StudyDocument::loaded);
        document.open_named("quick");
        QVERIFY(loaded.wait());
        QCOMPARE(document.study().name, std::string("quick"));
        QCOMPARE(document.file(), QString());
        document.open(QString::fromStdString((presets_folder() / "quick.json").string()));
        QVERIFY(loaded.wait());
        QCOMPARE(document.file(), QString());
    }

    void a_damaged_file_changes_nothing_and_the_newest_request_wins() {
        const test::TempFolder folder;
        const auto bad = folder.write("bad.json", "{\"name\": 3}");
        StudyDocument document(folder.path());
        document.start_new(small_study());
        QSignalSpy failed(&document, &StudyDocument::failed), loaded(&document, &StudyDocument::loaded);
        document.open(QString::fromStdString(bad.string()));
        QVERIFY(failed.wait());
        QVERIFY(failed[0][0].toString().contains("bad.json"));
        QCOMPARE(document.study().name, std::string("small"));

        document.open_named("quick");
        document.open_named("quick-lr");
        QVERIFY(loaded.wait());
        QSignalSpy saved(&document, &StudyDocument::saved);
        document.save();  // in the same worker: what it answered before is here by then
        QVERIFY(saved.wait());
        QCOMPARE(loaded.count(), 1);
        QCOMPARE(document.study().name, std::string("quick-lr"));
    }

    void the_preview_follows_and_says_why_a_study_cannot_start() {
        const test::TempFolder folder;
        StudyDocument document(folder.path());
        StudyConfig study = small_study();
        study.baseline = test::tiny_baseline(test::write_tiny_tokens(folder / "tokens"), 10);
        document.start_new(study);
        document.set_runs(no_runs());
        QVERIFY(!document.preview_is_current());
        wait_for_preview(document);
        QVERIFY2(document.preview()->can_start(), qPrintable(document.preview()->why_not()));
        QCOMPARE(document.preview()->preview.points.size(), std::size_t{2});
        QTRY_VERIFY_WITH_TIMEOUT(document.preview()->study_seconds > 0, 60'000);
        QCOMPARE(document.preview()->times.size(), std::size_t{2});

        document.set_option("baseline", "model.heads", 3);  // does not divide d_model 16
        QVERIFY(!document.preview_is_current());
        wait_for_preview(document);
        QVERIFY(!document.preview()->can_start());
        QVERIFY(document.preview()->why_not().contains("heads"));

        document.undo_stack()->undo();
        document.add_variant({"same", "same", Json::object()});
        wait_for_preview(document);
        QVERIFY(document.preview()->why_not().contains("changes nothing"));
        QCOMPARE(document.preview()->broken.size(), std::size_t{1});
        QVERIFY(document.preview()->broken.at("same").contains("changes nothing"));
    }

    void a_device_this_machine_lacks_is_a_finding() {
        const test::TempFolder folder;
        for (const char* precision : {"fp32", "bf16"}) {
            StudyDocument document(folder.path());
            StudyConfig study = small_study();
            study.baseline = {{"train", {{"device", "cuda:99"}, {"precision", precision}}}};
            document.start_new(study);
            document.set_runs(no_runs());
            wait_for_preview(document);
            QVERIFY(!document.preview()->can_start());
            QVERIFY(document.preview()->why_not().contains("cuda:99"));
            QCOMPARE(document.preview()->preview.points.size(), std::size_t{2});
            QVERIFY(std::isnan(document.preview()->study_seconds));
        }
    }

    void a_broken_variant_hides_no_other_where_one_is_left_out() {
        const test::TempFolder folder;
        StudyDocument document(folder.path());
        StudyConfig study = small_study();
        study.baseline = Json::object();
        study.combine = "leave-one-out";
        study.variants.push_back(variant("silu", {{"model", {{"ffn", {{"kind", "silu"}}}}}}));
        study.variants.push_back(variant("other-data", {{"data", {{"vocab_size", 300}}}}));
        document.start_new(study);
        wait_for_preview(document);
        QVERIFY(document.preview()->error.contains("vocab_size"));
        QCOMPARE(document.preview()->broken.size(), std::size_t{1});
        QVERIFY(document.preview()->broken.contains("other-data"));
        QCOMPARE(document.preview()->preview.points.size(), std::size_t{4});  // the baseline, all, two that lack one
    }

    void the_studys_time_is_that_of_the_runs_at_once() {
        const test::TempFolder folder;
        StudyDocument document(folder.path());
        StudyConfig study = small_study();
        study.baseline = {{"train", {{"device", "cpu"}, {"precision", "fp32"}, {"threads", 1}}}};
        for (const VariantPoint& point : expand(study)) study::measured_step_time(point.config);
        document.set_jobs(1);
        document.set_runs(no_runs());
        document.start_new(study);
        wait_for_preview(document);
        const double one_by_one = document.preview()->study_seconds;
        QCOMPARE(one_by_one, document.preview()->times[0].seconds + document.preview()->times[1].seconds);
        document.set_jobs(2);
        QVERIFY(!document.preview_is_current());
        wait_for_preview(document);
        QVERIFY(document.preview()->study_seconds < one_by_one);
    }

    void while_runs_train_the_machine_is_not_measured() {
        const test::TempFolder folder;
        qputenv("XDG_CACHE_HOME", folder.path().c_str());  // nothing has been measured by this user
        test::create_bare_run(folder.path());
        auto runs = std::make_shared<run::RunList>(run::RunStore(folder.path()).list());
        runs->runs.front().status = run::Status::running;
        StudyConfig study = small_study();
        study.baseline = {{"train", {{"device", "cpu"}, {"precision", "fp32"}, {"threads", 1}}}};
        StudyPreview preview = quick_preview(study, folder.path());
        QVERIFY2(preview.error.isEmpty(), qPrintable(preview.error));
        const TimeSources sources{folder.path(), runs};
        QVERIFY(add_times(preview, sources, [] { return true; }));  // measuring would not tell more
        QVERIFY(add_times(preview, sources.measuring(), [] { return true; }));
        QVERIFY(std::isnan(preview.study_seconds));
        QVERIFY(!std::filesystem::exists(folder / "cache/machine.json"));

        StudyDocument document(folder.path());
        document.start_new(study);
        document.set_runs(runs);
        wait_for_preview(document);
        QVERIFY(std::isnan(document.preview()->study_seconds));
        document.set_runs(no_runs());  // none trains any more
        QTRY_VERIFY_WITH_TIMEOUT(document.preview()->study_seconds > 0, 60'000);
    }

    void a_damaged_study_is_not_replaced_by_its_runs() {
        const test::TempFolder folder;
        test::create_bare_run(folder.path());
        const std::string name = run::RunStore(folder.path()).list().runs.front().info.study;
        StudyDocument document(folder.path());
        QSignalSpy loaded(&document, &StudyDocument::loaded), failed(&document, &StudyDocument::failed);
        document.open_named(QString::fromStdString(name));
        QTRY_COMPARE(loaded.size(), 1);  // without a file, from its runs
        std::filesystem::create_directories(folder / "studies");
        folder.write("studies/" + name + ".json", "{\"name\": ");
        document.open_named(QString::fromStdString(name));
        QTRY_COMPARE(failed.size(), 1);
        QCOMPARE(loaded.size(), 1);
        QVERIFY(failed.front().front().toString().contains(QString::fromStdString(name) + ".json"));
    }

    // As where ~/.cache is not writable.
    void a_time_is_told_where_the_cache_cannot_be_written() {
        const test::TempFolder folder;
        qputenv("XDG_CACHE_HOME", folder.write("file", "").c_str());
        StudyConfig study = small_study();
        study.baseline = {
            {"train", {{"steps", 10}, {"warmup", 1}, {"device", "cpu"}, {"precision", "fp32"}, {"threads", 1}}}};
        StudyPreview preview = quick_preview(study, folder.path());
        QVERIFY2(preview.error.isEmpty(), qPrintable(preview.error));
        const TimeSources sources{folder.path(), no_runs()};
        QVERIFY(add_times(preview, sources.measuring(), [] { return true; }));
        QCOMPARE(preview.times.size(), std::size_t{2});
        for (const auto& time : preview.times) QVERIFY(time.seconds > 0 && !time.rough);
    }

    void many_edits_end_with_the_preview_of_the_last() {
        const test::TempFolder folder;
        StudyDocument document(folder.path());
        document.start_new(small_study());
        QSignalSpy previews(&document, &StudyDocument::preview_changed);
        for (int layers = 1; layers <= 60; ++layers) {
            document.set_option("baseline", "model.layers", layers);
            if (layers == 30) QTRY_VERIFY(!previews.isEmpty());
        }
        wait_for_preview(document);
        QVERIFY(document.preview()->study.baseline["model"]["layers"] == Json(60));
        QCOMPARE(previews.count(), 2);  // those of the values that were set while the window had time
    }
};

QTEST_GUILESS_MAIN(StudyDocumentTest)
#include "study_document_test.moc"
