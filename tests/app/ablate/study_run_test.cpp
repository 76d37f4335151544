#include "tests/app/ablate/program.h"

#include <fstream>

using ablate::Json;
using ablate::test::Output;
using ablate::test::TinyStudy;

namespace fs = std::filesystem;

// A whole study from the command line: trained, listed, shown, compared, reported, verified, deleted.
class StudyRunTest : public QObject {
    Q_OBJECT

    // The second variant only names another of RoPE's own settings of the same value: it computes what the baseline
    // does.
    const TinyStudy study_{60, R"([{"name": "nope", "patch": {"model": {"position": {"kind": "none"}}}},
                                   {"name": "idle", "patch": {"model": {"norm": {"attn_out": {"kind": "layer"}}}}}])"};
    std::string first_id_;

    static bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

  private Q_SLOTS:
    void initTestCase() {
        const Output output = study_.run({"run", study_.file(), "--jobs", "2"});
        QVERIFY2(output.code == 0, output.err.c_str());
        QVERIFY2(has(output.err, "idle does not change the computation"), output.err.c_str());
        QVERIFY2(has(output.out, "nope"), output.out.c_str());
        const fs::path report = fs::path(study_.workspace()) / "reports" / "tiny" / "report.html";
        QVERIFY2(output.out.ends_with("report: " + report.string() + "\n"), output.out.c_str());
        QVERIFY(fs::exists(report));
        QVERIFY(!has(output.err, "\x1b"));  // no terminal, no escape codes
        first_id_ = study_.list().at("runs").at(0).at("info").at("id");
    }

    // The window opens it, and the study's name stands for it on later command lines.
    void the_study_as_run_is_kept_in_the_workspace() {
        const Json kept = ablate::io::read_json(fs::path(study_.workspace()) / "studies" / "tiny.json");
        QCOMPARE(kept.at("seeds"), Json::parse("[1, 2]"));
        QCOMPARE(kept.at("variants").size(), std::size_t(2));
        QCOMPARE(study_.run({"preview", "tiny", "--json"}).json().at("study"), Json("tiny"));
    }

    void two_variants_times_two_seeds_were_trained_and_no_more() {
        const Json runs = study_.list().at("runs");
        QCOMPARE(runs.size(), std::size_t(4));
        for (const Json& run : runs) {
            QCOMPARE(run.at("status"), Json("healthy"));
            QCOMPARE(run.at("state").at("step"), Json(study_.steps()));
            QVERIFY(run.at("info").at("variant") != "idle");
        }
        QVERIFY(has(study_.run({"list"}).out, first_id_));
    }

    void a_second_run_finds_everything_finished() {
        const Output output = study_.run({"run", study_.file()});
        QCOMPARE(output.code, 0);
        QVERIFY2(has(output.err, "4 finished runs skipped"), output.err.c_str());
        QCOMPARE(study_.list().at("runs").size(), std::size_t(4));
    }

    void show_has_evaluations_and_series() {
        const Json run = study_.run({"show", first_id_.substr(0, 6), "--json", "--series"}).json();
        QCOMPARE(run.at("series").at("train/loss").at("step").size(), std::size_t(study_.steps()));
        const auto& events = run.at("events");
        const auto evaluations =
            std::count_if(events.begin(), events.end(), [](const Json& e) { return e.at("type") == "evaluation"; });
        QCOMPARE(evaluations, 4);  // before training, at 20, 40 and 60
        QVERIFY(has(study_.run({"show", first_id_}).out, first_id_));
    }

    void compare_gives_text_json_and_csv() {
        const Json comparison = study_.run({"compare", study_.file(), "--json"}).json();
        QCOMPARE(comparison.at("groups").size(), std::size_t(2));
        QCOMPARE(comparison.at("groups").at(0).at("final_val").at("n"), Json(2));
        const Json notes = comparison.at("notes");
        QCOMPARE(notes.at(0), Json("idle: no run yet"));
        for (std::size_t i = 1; i < notes.size(); ++i)  // two trained at once, and for less than a second
            QVERIFY2(has(notes[i].get<std::string>(), "their times"), notes[i].dump().c_str());
        // By the study's name as well, which the runs know; what was not trained only the file does.
        const Json by_name = study_.run({"compare", "tiny", "--json"}).json();
        QCOMPARE(by_name.at("groups"), comparison.at("groups"));
        const std::string csv = study_.run({"compare", study_.file(), "--csv"}).out;
        QCOMPARE(std::count(csv.begin(), csv.end(), '\n'), 5);
        QVERIFY(has(study_.run({"compare", study_.file()}).out, "baseline"));
    }

    void report_is_written_where_asked() {
        const fs::path out = study_.folder() / "report";
        QCOMPARE(study_.run({"report", "tiny", "--out", out.string()}).code, 0);
        for (const char* file : {"report.md", "report.html", "runs.csv", "comparison.json"})
            QVERIFY2(fs::exists(out / file), file);
    }

    void verify_tells_sound_runs_from_damaged_ones() {
        const Output sound = study_.run({"verify", "--all", "--json"});
        QVERIFY2(sound.code == 0, sound.out.c_str());
        QCOMPARE(sound.json().at("runs").size(), std::size_t(4));

        const fs::path checkpoints = fs::path(study_.workspace()) / "runs" / first_id_ / "checkpoints";
        fs::path weights;
        for (const auto& entry : fs::recursive_directory_iterator(checkpoints))
            if (entry.path().filename() == "model.safetensors") weights = entry.path();
        std::fstream file(weights, std::ios::in | std::ios::out | std::ios::binary);
        file.seekg(-1, std::ios::end);
        const char last = static_cast<char>(file.get() ^ 1);
        file.seekp(-1, std::ios::end);
        file.put(last).flush();
        const Output damaged = study_.run({"verify", first_id_});
        QCOMPARE(damaged.code, 1);
        QVERIFY2(has(damaged.out, "model.safetensors"), damaged.out.c_str());
        file.seekp(-1, std::ios::end);
        file.put(static_cast<char>(last ^ 1)).flush();
    }

    void generate_continues_a_prompt_repeatably() {
        const std::vector<std::string> ask = {"generate", first_id_,       "--prompt", "the cat", "--max-tokens",
                                              "12",       "--temperature", "1",        "--seed",  "7"};
        const Output once = study_.run(ask);
        QVERIFY2(once.code == 0, once.err.c_str());
        QVERIFY(once.out.starts_with("the cat"));
        QCOMPARE(study_.run(ask).out, once.out);
    }

    void a_finished_run_is_neither_resumed_nor_paused() {
        const Output resumed = study_.run({"resume", first_id_});
        QCOMPARE(resumed.code, 0);
        QVERIFY(has(resumed.err, "has ended: healthy"));
        const Output paused = study_.run({"pause", first_id_});
        QCOMPARE(paused.code, 2);
        QVERIFY(has(paused.err, "is not running"));
    }

    void a_deleted_run_goes_to_the_trash() {
        const std::string last = study_.list().at("runs").at(3).at("info").at("id");
        QCOMPARE(study_.run({"delete", last}).code, 0);
        QVERIFY(fs::exists(fs::path(study_.workspace()) / "trash" / last));
        QCOMPARE(study_.list().at("runs").size(), std::size_t(3));
    }

    void tokenize_writes_a_folder_that_data_tokens_reads() {
        const std::string tokens = (study_.folder() / "tokens").string();
        const Output output = ablate::test::run_ablate(
            {"tokenize", (study_.folder() / "text.txt").string(), "--vocab", "96", "--out", tokens});
        QVERIFY2(output.code == 0, output.err.c_str());
        for (const char* file : {"tokenizer.model", "train.npy", "val.npy", "data.json"})
            QVERIFY2(fs::exists(fs::path(tokens) / file), file);
        const Output trained =
            study_.run({"run", study_.file(), "--set", "data.tokens=" + tokens, "--only", "nope", "--seeds", "3"});
        QVERIFY2(trained.code == 0, trained.err.c_str());
        QVERIFY(has(trained.err, "2 to train"));
    }
};

QTEST_GUILESS_MAIN(StudyRunTest)
#include "study_run_test.moc"
