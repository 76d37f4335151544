#include "tests/app/ablate/program.h"

using namespace ablate;
using namespace ablate::test;
namespace fs = std::filesystem;

// A study there and back again.
class NormAblationCommandTest : public QObject {
    Q_OBJECT

    const TinyStudy study_{
        30,
        R"([{"name": "no_layer_norm", "patch": {"model": {"norm": {"attn_in": {"kind": "none"}, "ffn_in": {"kind": "none"}}}}},
                {"name": "burst", "patch": {"train": {"lr": 1e30, "warmup": 0, "clip": 0}}}])"};

    std::string folder(const char* name) const { return (study_.folder() / name).string(); }
    static bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
    static std::map<std::string, Json> by_variant(const Json& runs) {
        std::map<std::string, Json> result;
        for (const Json& run : runs) result[run.at("info").at("variant")] = run;
        return result;
    }

  private Q_SLOTS:
    void initTestCase() {
        const Output trained = study_.run({"run", study_.file(), "--seeds", "1", "--quiet"});
        QVERIFY2(trained.code == 0, trained.err.c_str());
    }

    void a_study_goes_out_and_comes_in_with_the_same_verdicts() {
        const std::string out = folder("published");
        const Output exported = study_.run({"export", "norm-ablation", "tiny", out, "--quiet", "--json"});
        QVERIFY2(exported.code == 0, exported.err.c_str());
        const Json json = exported.json();
        QCOMPARE(json.at("seed"), Json(1));
        QCOMPARE(json.at("tokenizer"), Json(true));
        QCOMPARE(json.at("variants").size(), std::size_t{3});
        QCOMPARE(json.at("variants")[0].at("name"), Json("original"));
        QCOMPARE(json.at("variants")[0].at("base_rebuilt"), Json(true));
        for (const char* file :
             {"original/model.pt", "burst_finetuned/train_metrics.json", "all_train_metrics.json",
              "tokenizer/tokenizer.model", "no_layer_norm_finetuned/checkpoint-25/model.safetensors"})
            QVERIFY2(fs::is_regular_file(fs::path(out) / file), file);

        const std::string second = folder("second");
        const auto import = [&](std::vector<std::string> more) {
            more.insert(more.begin(), {"import", "norm-ablation", out, "--workspace", second});
            return run_ablate(more);
        };
        const Output imported = import({"--weights", "--json"});
        QVERIFY2(imported.code == 0, imported.err.c_str());
        const auto before = by_variant(study_.list().at("runs")), after = by_variant(imported.json());
        QCOMPARE(after.size(), std::size_t{3});
        for (const auto& [variant, run] : before) {
            const Json& ours = run.at("state").at("verdict");
            QVERIFY2(after.at(variant).at("state").at("verdict") == ours, ours.dump().c_str());
        }
        QCOMPARE(after.at("burst").at("state").at("verdict").at("outcome"), Json("collapsed"));
        QVERIFY2(has(imported.err, "burst_finetuned: collapsed"), imported.err.c_str());

        const Output again = import({});
        QVERIFY2(again.code == 0 && has(again.err, "is there already as run"), again.err.c_str());
        QCOMPARE(std::count(again.out.begin(), again.out.end(), '\n'), 3);  // the ids they have
        QCOMPARE(run_ablate({"list", "--json", "--workspace", second}).json().at("runs").size(), std::size_t{3});
    }

    void what_does_not_fit_is_one_line() {
        const auto refused = [&](const std::vector<std::string>& arguments, const char* part) {
            const Output output = study_.run(arguments);
            QCOMPARE(output.code, 2);
            QVERIFY2(has(output.err, part) && std::count(output.err.begin(), output.err.end(), '\n') == 1,
                     output.err.c_str());
        };
        refused({"export", "norm-ablation", "tiny", folder("a"), "--quiet", "--seed", "7"}, "no run of seed 7");
        refused({"export", "norm-ablation", "tiny", folder("a"), "--quiet", "--only", "nope"}, "--only nope");
        refused({"export", "norm-ablation", "tiny", study_.workspace(), "--quiet"}, "exists already");
        refused({"export", "norm-ablation", "tiny"}, "DIR is required");
        refused({"export", "norm", "tiny", folder("a")}, "unknown form of export");
        refused({"import", "norm-ablation", folder("nowhere")}, "nowhere");
        refused({"import", "norm-ablation", study_.workspace()}, "no folder VARIANT_finetuned");
        QVERIFY(!fs::exists(folder("a")));
    }

    void some_variants_in_half_the_bytes() {
        const Output some = study_.run({"export", "norm-ablation", "tiny", folder("some"), "--quiet", "--only",
                                        "baseline,burst", "--no-checkpoints", "--dtype", "bfloat16"});
        QVERIFY2(some.code == 0 && has(some.err, "2 variants of seed 1"), some.err.c_str());
        QVERIFY(!fs::exists(fs::path(folder("some")) / "no_layer_norm"));
        QVERIFY(!fs::exists(fs::path(folder("some")) / "original_finetuned/checkpoint-25"));
    }

    // The last: it makes a queued run of one that had ended.
    void a_variant_that_has_not_ended_is_told() {
        const std::string id = by_variant(study_.list().at("runs")).at("no_layer_norm").at("info").at("id");
        QVERIFY(fs::remove(fs::path(study_.workspace()) / "runs" / id / "state.json"));
        const std::string note = "left out: no_layer_norm has no run of seed 1 that has ended";
        const std::vector<std::string> command = {"export", "norm-ablation", "tiny", "", "--quiet", "--no-checkpoints"};
        const auto into = [&](const char* name, std::vector<std::string> arguments) {
            arguments[3] = folder(name);
            return arguments;
        };
        const Output told = study_.run(into("told", command));
        QVERIFY2(told.code == 0 && has(told.err, "note: " + note), told.err.c_str());
        QVERIFY(has(told.err, "2 variants of seed 1"));
        std::vector<std::string> as_json = into("as-json", command);
        as_json.push_back("--json");
        const Output json = study_.run(as_json);
        QVERIFY2(json.code == 0, json.err.c_str());
        QCOMPARE(json.json().at("notes"), Json::array({note}));
        QCOMPARE(json.json().at("variants").size(), std::size_t{2});
        QVERIFY(!fs::exists(fs::path(folder("told")) / "no_layer_norm"));
    }
};

QTEST_GUILESS_MAIN(NormAblationCommandTest)
#include "norm_ablation_command_test.moc"
