#include "core/interop/norm_ablation/import_folder.h"
#include "core/interop/norm_ablation/recognise.h"
#include "core/io/json_file.h"
#include "core/io/torch_file/state_dict_file.h"
#include "core/io/torch_file/state_dict_writer.h"
#include "core/run/metrics.h"
#include "core/train/tensor_file.h"
#include "tests/core/interop/norm_ablation/exported_study.h"
#include "tests/fuzz/mutator.h"
#include "tests/support/contains.h"
#include "tests/support/throws.h"

#include <QTest>
#include <fstream>

using namespace ablate;
namespace na = ablate::interop::norm_ablation;
namespace tf = ablate::io::torch_file;
namespace fs = std::filesystem;
using interop::ImportedRun;
using test::contains;
using test::is_line_with;

class NormAblationImportTest : public QObject {
    Q_OBJECT
    const test::StudyOfRuns study_;
    std::vector<na::PointToExport> points_;
    fs::path out_;
    int folders_ = 0;

    static const ImportedRun& of(const na::FolderImport& folder, const std::string& variant) {
        for (const ImportedRun& run : folder.runs)
            if (run.variant == variant) return run;
        throw std::logic_error("no run " + variant);
    }
    static std::string remarks(const ImportedRun& run) {
        std::string text;
        for (const std::string& remark : run.remarks) text += remark + "\n";
        return text;
    }
    static std::vector<std::pair<std::int64_t, double>> losses(const ImportedRun& run) {
        std::vector<std::pair<std::int64_t, double>> values;
        for (const io::ScalarEvent& event : run.metrics)
            for (const auto& [tag, value] : event.values)
                if (tag == run::kTrainLoss) values.emplace_back(event.step, value);
        return values;
    }

    // A folder as a stranger might have made it: `files` by their paths in it.
    fs::path folder_of(const std::map<std::string, std::string>& files) {
        const fs::path folder = study_.folder() / ("stranger" + std::to_string(++folders_));
        for (const auto& [name, bytes] : files) {
            fs::create_directories((folder / name).parent_path());
            std::ofstream(folder / name, std::ios::binary) << bytes;
        }
        return folder;
    }
    // A state dict of these tensors, one element each but for those of two.
    fs::path write_weights(const fs::path& folder, const std::vector<std::string>& names) const {
        fs::create_directories(folder);
        std::vector<tf::DeclaredTensor> tensors;
        for (const std::string& name : names) tensors.push_back({name, "F32", {name.ends_with(".scale") ? 1 : 2}});
        tf::StateDictWriter writer(folder / "model.pt", tensors);
        const float values[2] = {1, 2};
        for (const tf::DeclaredTensor& tensor : tensors) writer.write(values, tensor.bytes());
        writer.finish();
        return folder / "model.pt";
    }
    static std::vector<std::string> norms(std::initializer_list<const char*> modules, const char* leaf) {
        std::vector<std::string> names = {"model.embed_tokens.weight"};
        for (const char* layer : {"0", "1"})
            for (const char* module : modules)
                names.push_back(std::string("model.layers.") + layer + "." + module + "." + leaf);
        return names;
    }

  private Q_SLOTS:
    void initTestCase() {
        points_ = {study_.add({}, {10, 40}),
                   study_.add({.variant = "no_qk_norm", .patch = test::with_norms({"q", "k"}, "none")}, {40}),
                   study_.add({.variant = "replace_scalenorm",
                               .patch = test::with_norms({"attn_in", "ffn_in", "final", "q", "k"}, "scale"),
                               .final_loss = 3.1},
                              {40}),
                   study_.add({.variant = "no_all_norm",
                               .patch = test::with_norms({"attn_in", "ffn_in", "final", "q", "k"}, "none"),
                               .nan_at = 23},
                              {23})};
        out_ = study_.folder() / "out";
        na::export_study(points_, out_);
    }

    void what_was_exported_comes_back() {
        const na::FolderImport folder = na::read_folder(out_, true);
        QVERIFY(folder.notes.empty());
        QCOMPARE(folder.runs.size(), points_.size());
        for (const na::PointToExport& point : points_) {
            const ImportedRun& run = of(folder, point.variant);
            QCOMPARE(train::to_json(run.verdict).dump(), train::to_json(*point.run.state().verdict).dump());
            QCOMPARE(run.study, std::string("out"));
            run::RunMetrics metrics(point.run.folder());
            metrics.refresh();
            const run::Series& series = metrics[run::kTrainLoss];
            const auto values = losses(run);
            QCOMPARE(values.size(), series.step.size());
            for (std::size_t i = 0; i < values.size(); ++i) {
                QCOMPARE(values[i].first, series.step[i]);
                QVERIFY(values[i].second == series.value[i] ||
                        (std::isnan(values[i].second) && std::isnan(series.value[i])));
            }
            QVERIFY2(run.remarks.size() == 1, remarks(run).c_str());  // that train_loss is a run average
            QCOMPARE(run.evaluations.size(), run::evaluations(metrics, "val").step.size());
        }
        QCOMPARE(of(folder, "no_all_norm").steps, std::int64_t{23});
    }

    void weights_come_along_and_runs_stand_in_the_workspace() {
        const fs::path workspace = study_.folder() / "second";
        for (const ImportedRun& run : na::read_folder(out_, true).runs) {
            const run::RunDirectory written = interop::write_imported_run(workspace, run);
            const RunConfig config = written.info().config;
            const std::int64_t step = run.variant == "no_all_norm" ? 23 : 40;
            auto loaded = test::StudyOfRuns::weights(config, 0);
            const auto stored = train::sound_checkpoint(written.folder(), {});
            QCOMPARE(stored.step, step);
            train::load_tensors(stored.folder / "model.safetensors", loaded);
            const auto wanted = test::StudyOfRuns::weights(config, step);
            for (std::size_t i = 0; i < wanted.size(); ++i)
                QVERIFY2(at::equal(loaded[i].value, wanted[i].value), wanted[i].name.c_str());
            QVERIFY(written.status() == (run.variant == "no_all_norm" ? run::Status::collapsed : run::Status::healthy));
            QCOMPARE(interop::split_known(workspace, {run}).known.size(), std::size_t{1});
        }
    }

    void a_name_that_the_weights_belie_is_told() {
        fs::copy(out_, study_.folder() / "swapped", fs::copy_options::recursive);
        fs::copy_file(out_ / "original_finetuned/model.pt", study_.folder() / "swapped/no_qk_norm_finetuned/model.pt",
                      fs::copy_options::overwrite_existing);
        const na::FolderImport folder = na::read_folder(study_.folder() / "swapped");
        const std::string told = remarks(of(folder, "no_qk_norm"));
        QVERIFY(contains(told,
                         "called no_qk_norm, but its model.pt has the norms of original: the norm at q is rms there "
                         "('model.layers.0.self_attn.q_norm.weight')"));
        QVERIFY(contains(told, "its model.pt is not of its configuration: it holds"));
        QVERIFY(is_line_with(
            test::input_error([&] { na::read_folder(study_.folder() / "swapped", true); }),
            {"no_qk_norm_finetuned: its weights cannot come along: its model.pt is not of its configuration"}));
    }

    void variants_are_told_by_their_tensors() {
        using Names = std::vector<std::string>;
        const auto variants = [&](const char* folder, Names names) {
            return na::variants_with(na::norm_kinds(tf::StateDictFile(write_weights(study_.folder() / folder, names))));
        };
        const auto layers = {"input_layernorm", "post_attention_layernorm"};
        Names original =
            norms({"input_layernorm", "post_attention_layernorm", "self_attn.q_norm", "self_attn.k_norm"}, "weight");
        original.push_back("model.norm.weight");
        QVERIFY((variants("original", original) == Names{"original"}));
        Names no_query_key = norms(layers, "weight");
        no_query_key.push_back("model.norm.weight");
        QVERIFY((variants("no-qk", no_query_key) == Names{"no_qk_norm"}));
        QVERIFY((variants("no-layer", norms({"self_attn.q_norm", "self_attn.k_norm"}, "weight")) ==
                 Names{"no_layer_norm"}));
        QVERIFY((variants("none", {"model.embed_tokens.weight"}) == Names{"no_all_norm", "replace_l2norm"}));
        Names mixed = original;
        mixed.erase(mixed.begin() + 1);
        QVERIFY(variants("mixed", mixed).empty());
        Names scales =
            norms({"input_layernorm", "post_attention_layernorm", "self_attn.q_norm", "self_attn.k_norm"}, "scale");
        QVERIFY((variants("scale", scales) == Names{"replace_scalenorm"}));
        Names biased = original;
        for (const std::string& name : original)
            if (name.find("norm") != std::string::npos) biased.push_back(name.substr(0, name.size() - 6) + "bias");
        QVERIFY((variants("layer", biased) == Names{"replace_layernorm"}));
    }

    // As its card describes it: averages that call themselves final, and a loss of 0.000 that was NaN.
    void the_sources_own_folder_is_read() {
        const fs::path folder = folder_of(
            {{"all_train_metrics.json", R"({"original": {"train_loss": 1.331}, "no_layer_norm": {"train_loss": 0.0},
                                            "no_all_norm": {"train_loss": 0.0, "train_runtime": 12.5}})"},
             {"original/metadata.json",
              R"({"variant": "original", "base_model": "Qwen/Qwen3-0.6B", "num_params": 751632384})"},
             {"original_finetuned/train_metrics.json",
              R"([{"loss": 2.5, "grad_norm": 1.5, "learning_rate": 5e-05, "epoch": 0.1, "step": 10},
                  {"loss": 1.2, "grad_norm": 1.1, "learning_rate": 1e-05, "epoch": 0.2, "step": 20},
                  {"eval_loss": 1.3, "step": 20}, {"train_loss": 1.331, "train_runtime": 99.0, "step": 20}])"},
             {"no_layer_norm_finetuned/train_metrics.json",
              R"({"log_history": [{"loss": 8.1, "grad_norm": NaN, "step": 10}, {"loss": 0.0, "grad_norm": NaN, "step": 20},
                                  {"loss": 0.0, "grad_norm": NaN, "step": 30}]})"},
             {"no_all_norm_finetuned/checkpoint-9753/README", "nothing of use"},
             {"replace_l2norm_finetuned/train_metrics.json", R"({"step": [10, 20], "loss": [3.5, 2.25], "note": "x"})"},
             {"replace_layernorm/model.pt", "not looked at"}});
        const na::FolderImport read = na::read_folder(folder);
        QCOMPARE(read.runs.size(), std::size_t{4});
        QVERIFY(contains(read.notes.at(0), "replace_layernorm was not trained"));

        const ImportedRun& original = of(read, "baseline");
        QCOMPARE(original.label, std::string("original"));
        QVERIFY((losses(original) == std::vector<std::pair<std::int64_t, double>>{{10, 2.5f}, {20, 1.2f}}));
        QCOMPARE(*original.evaluations.at(0).loss, 1.3);
        QCOMPARE(original.seconds, 99.0);
        QVERIFY(contains(remarks(original), "is the average over all steps of the run, not a final loss"));
        QVERIFY(contains(remarks(original), "without its model.pt, only names say"));
        QVERIFY(original.verdict.outcome == train::Outcome::healthy && original.known.empty());

        const ImportedRun& hidden = of(read, "no_layer_norm");
        QVERIFY(hidden.verdict.collapse == train::Collapse::non_finite);
        QCOMPARE(hidden.verdict.step, std::int64_t{10});
        QVERIFY(std::isnan(losses(hidden).back().second));
        const ImportedRun& zero = of(read, "no_all_norm");
        QVERIFY(zero.verdict.collapse == train::Collapse::contradicted_loss);
        QVERIFY(contains(remarks(zero), "no step of it is known") &&
                contains(remarks(zero), "train_metrics.json is missing"));
        QCOMPARE(losses(of(read, "replace_l2norm")).size(), std::size_t{2});
    }

    // A loop of one's own calls the loss of a step train_loss, as the Trainer does its average.
    void train_loss_of_steps_is_a_curve() {
        using Losses = std::vector<std::pair<std::int64_t, double>>;
        const std::string lines = R"({"step": 10, "train_loss": 2.5}, {"step": 20, "train_loss": 1.25})";
        const na::FolderImport read = na::read_folder(folder_of(
            {{"averaged_finetuned/train_metrics.json",
              "[" + lines + R"(, {"step": 20, "train_loss": 1.875, "train_runtime": 9.0}])"},
             {"bare_finetuned/train_metrics.json", "[" + lines + "]"},
             {"ended_finetuned/train_metrics.json",
              R"([{"step": 10, "loss": 2.5}, {"step": 20, "loss": 1.25}, {"step": 20, "train_loss": 1.875}])"},
             {"lists_finetuned/train_metrics.json",
              R"({"step": [10, 20], "train_loss": [2.5, 1.25], "epoch": [0.5, 1], "train_runtime": 9.0})"}}));
        for (const ImportedRun& run : read.runs)
            QVERIFY2((losses(run) == Losses{{10, 2.5}, {20, 1.25}}), run.variant.c_str());
        for (const char* variant : {"averaged", "ended"})
            QCOMPARE(of(read, variant).summary.at("run_average_train_loss").get<double>(), 1.875);
        QVERIFY(!of(read, "bare").summary.contains("run_average_train_loss"));
        QVERIFY(!of(read, "lists").summary.contains("run_average_train_loss"));
        QCOMPARE(of(read, "lists").seconds, 9.0);
    }

    // Steps that begin again: the epoch decides, and several trainings are refused without options that are not there.
    void steps_that_begin_again() {
        const auto lines = [](int epoch, double loss) {
            std::string text;
            for (int step = 10; step <= 30; step += 10)
                text += fmt::format(", {{\"step\": {}, \"epoch\": {}, \"loss\": {}}}", step, epoch, loss);
            return text;
        };
        const std::string first = lines(0, 3).substr(2);
        const na::FolderImport read =
            na::read_folder(folder_of({{"a_finetuned/train_metrics.json", "[" + first + lines(1, 2) + "]"},
                                       {"b_finetuned/train_metrics.json",
                                        R"({"step": [1, 2, 1, 2], "epoch": [0, 0, 1, 1], "loss": [4, 3, 2, 1]})"}}));
        QCOMPARE(of(read, "a").steps, std::int64_t{60});
        using Losses = std::vector<std::pair<std::int64_t, double>>;
        QVERIFY((losses(of(read, "b")) == Losses{{1, 4}, {2, 3}, {3, 2}, {4, 1}}));
        for (const char* file : {"train_metrics.json", "trainer_state.json"}) {
            const auto refused = [&](const std::string& history) {
                const std::string text = "{\"log_history\": [" + history + "]}";
                const fs::path folder = folder_of({{std::string("a_finetuned/") + file, text}});
                const std::string said = test::input_error([&] { na::read_folder(folder); });
                return said.find("--") == std::string::npos ? said : std::string();
            };
            QVERIFY(is_line_with(refused(first + lines(0, 2)), {"a_finetuned", "holds 2 trainings, one after"}));
            QVERIFY(is_line_with(refused(R"({"step": 1, "loss": 3}, {"step": 2, "loss": 2}, {"step": 1, "loss": 3})"),
                                 {"a_finetuned", "begin again at 1", "Import this log alone"}));
        }
    }

    void what_is_missing_or_wrong_is_one_line() {
        const auto refused = [&](const std::map<std::string, std::string>& files) {
            return test::input_error([&] { na::read_folder(folder_of(files)); });
        };
        QVERIFY(is_line_with(test::input_error([&] { na::read_folder(study_.folder() / "nowhere"); }), {"nowhere"}));
        QVERIFY(is_line_with(refused({{"original/metadata.json", "{}"}}), {"no folder VARIANT_finetuned"}));
        QVERIFY(is_line_with(refused({{"a_finetuned/README", ""}}), {"a_finetuned", "holds no metrics"}));
        QVERIFY(is_line_with(refused({{"a_finetuned/train_metrics.json", "[{\"step\": 1, \"loss\": \"x\"}, 3]"}}),
                             {"line 2 of the list", "not an object"}));
        QVERIFY(is_line_with(refused({{"a_finetuned/train_metrics.json", "7"}}), {"neither an object nor a list"}));
        QVERIFY(is_line_with(refused({{"a_finetuned/train_metrics.json", R"({"step": [1], "loss": [1, 2]})"}}),
                             {"loss has 2 values for 1 steps"}));
        QVERIFY(
            is_line_with(refused({{"a_finetuned/train_metrics.json", R"([{"step": 1.5, "loss": 1}])"}}), {"step 1.5"}));
        const std::string unknown = refused({{"a_finetuned/train_metrics.json", R"([{"step": 1, "perplexity": 9}])"}});
        QVERIFY(is_line_with(unknown, {"train_metrics.json", "holds no loss"}) &&
                unknown.find("--column") == std::string::npos);
        QVERIFY(is_line_with(refused({{"a/metadata.json", "[]"}, {"a_finetuned/train_metrics.json", "[]"}}),
                             {"metadata.json"}));
    }

    void damaged_folders_end_in_one_line_data() {
        QTest::addColumn<QString>("file");
        for (const char* file :
             {"original/metadata.json", "no_all_norm_finetuned/train_metrics.json", "all_train_metrics.json"})
            QTest::newRow(file) << file;
    }
    void damaged_folders_end_in_one_line() {
        QFETCH(QString, file);
        const fs::path folder = study_.folder() / ("mutants" + std::to_string(++folders_));
        fs::create_directories(folder);
        for (const char* name : {"original", "original_finetuned", "no_all_norm_finetuned"})
            fs::copy(out_ / name, folder / name);
        fs::copy(out_ / "all_train_metrics.json", folder / "all_train_metrics.json");
        const fs::path path = folder / file.toStdString();
        const auto attempt = [&](const std::string& mutant) {
            std::ofstream(path, std::ios::binary | std::ios::trunc) << mutant;
            na::read_folder(folder);
        };
        test::survive_mutants(test::Mutator(2029, {read_file(path)}), test::mutant_count() / 4, attempt);
    }
};

QTEST_GUILESS_MAIN(NormAblationImportTest)
#include "norm_ablation_import_test.moc"
