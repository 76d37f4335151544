#include "core/plan/launch.h"

#include "core/data/stories.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tiny_run.h"

#include <QTest>

using namespace ablate;
using namespace ablate::study;

namespace {

struct Cancelled {};

StudyConfig three_seeds(const test::TempFolder& folder) {
    train::register_kinds();
    StudyConfig study;
    study.name = "small";
    study.seeds = {1, 2, 3};
    study.baseline = test::tiny_baseline(test::write_tiny_tokens(folder / "tokens"), 4);
    return study;
}

// Launches three runs, and cancels when `what` is told with a share above `share`.
Launch launch_until(const test::TempFolder& folder, const std::string& what, double share) {
    return launch(resolve_study(three_seeds(folder)), run::RunStore(folder.path()), 1,
                  [&](const std::string& now, double done) {
                      if (now == what && done > share) throw Cancelled();
                  });
}

}  // namespace

class LaunchTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    // A launch has the points of the value it was given: resolve_study() expands the study, and nothing else makes one.
    void a_study_is_expanded_once() {
        static_assert(!std::is_default_constructible_v<ResolvedStudy>);
        static_assert(!std::is_constructible_v<ResolvedStudy, StudyConfig>);
        static_assert(!std::is_constructible_v<ResolvedStudy, StudyConfig, PlanOptions>);
        const test::TempFolder folder;
        const ResolvedStudy study = resolve_study(three_seeds(folder), {{"train.lr=0.125"}, {}, {3, 3, 2}});
        const Launch launched = launch(study, run::RunStore(folder.path()), 1);
        QVERIFY((launched.study.seeds() == std::vector<std::int64_t>{3, 2}));
        QCOMPARE(launched.runs.size(), std::size_t{2});
        for (const run::RunDirectory& directory : launched.runs)
            QVERIFY(difference(directory.info().config, study.points().front().config).empty());
        QVERIFY(!launched.study.data().sha256.empty());
        QVERIFY_EXCEPTION_THROWN(study.data(), std::logic_error);
    }

    void it_makes_the_runs() {
        const test::TempFolder folder;
        QCOMPARE(launch_until(folder, "", 0).runs.size(), std::size_t{3});
        QVERIFY(std::filesystem::exists(folder / "cache/machine.json"));
    }

    // Places that stay empty need no memory.
    void memory_is_asked_for_as_many_runs_as_there_are() {
        const test::TempFolder folder;
        StudyConfig study = three_seeds(folder);
        study.seeds = {1};
        const Launch launched = launch(resolve_study(study), run::RunStore(folder.path()), 1 << 24);
        QCOMPARE(launched.runs.size(), std::size_t{1});
    }

    // The findings of a preview sample the data. A launch counts all of them, and tells that alone.
    void unknown_tokens_are_told_once() {
        const test::TempFolder folder;
        std::string english, foreign;
        for (std::uint64_t i = 0; i < 100; ++i) english += data::story(1, i);
        for (int i = 0; i < 40; ++i) foreign += "世 the 界\n";
        DataConfig text;
        text.text = folder.write("text.txt", english);
        text.val = {{"odd", folder.write("odd.txt", foreign)}};
        text.vocab_size = 500;
        text.context = 16;
        text.block_lines = 10;
        StudyConfig study = three_seeds(folder);
        study.seeds = {1};
        study.baseline["data"]["tokens"] = data::prepare_data(text, folder / "cache").folder.string();
        study.baseline["data"]["vocab_size"] = text.vocab_size;
        const Launch launched = launch(resolve_study(study), run::RunStore(folder.path()), 1);
        std::vector<std::string> told;
        for (const std::string& note : launched.notes)
            if (note.find("unknown token") != std::string::npos) told.push_back(note);
        QCOMPARE(told.size(), std::size_t{1});
        QVERIFY2(told[0].starts_with("80 of ") && told[0].find("the first") == std::string::npos, told[0].c_str());
    }

    void it_can_be_given_up_before_the_machine_is_measured() {
        const test::TempFolder folder;
        QVERIFY_EXCEPTION_THROWN(launch_until(folder, "measuring the machine", -1), Cancelled);
        QVERIFY(!std::filesystem::exists(folder / "cache/machine.json"));
    }

    void given_up_in_the_middle_of_making_runs_it_leaves_none() {
        const test::TempFolder folder;
        QVERIFY_EXCEPTION_THROWN(launch_until(folder, "creating runs", 0), Cancelled);
        const run::RunList list = run::RunStore(folder.path()).list();
        QVERIFY(list.runs.empty() && list.damaged.empty());
    }

    void what_was_asked_of_an_open_run_has_been_served() {
        const test::TempFolder folder;
        const Launch first = launch_until(folder, "", 0);
        first.runs[0].request("pause");
        const Launch second = launch_until(folder, "", 0);
        QCOMPARE(second.runs[0].id(), first.runs[0].id());
        QVERIFY(!std::filesystem::exists(second.runs[0].folder() / "control.json"));
    }
};

QTEST_GUILESS_MAIN(LaunchTest)
#include "launch_test.moc"
