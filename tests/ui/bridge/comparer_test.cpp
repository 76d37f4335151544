#include "ui/bridge/comparer.h"

#include "core/base/atomic_file.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"
#include "ui/bridge/study_document.h"

#include <QSignalSpy>
#include <QTest>

using namespace ablate;
using namespace ablate::ui;

namespace {

constexpr int kPatience = 15000;  // ms: reads are seconds apart

struct Watched {
    test::TempFolder folder;
    std::unique_ptr<Workspace> workspace;
    std::unique_ptr<StudyDocument> document;
    std::unique_ptr<Comparer> comparer = std::make_unique<Comparer>();

    void open() {
        workspace = std::make_unique<Workspace>(folder.path());
        document = std::make_unique<StudyDocument>(folder.path());
        workspace->refresh();
        QTRY_VERIFY(workspace->has_read());
        comparer->set_workspace(workspace.get(), document.get());
        comparer->set_active(true);
    }
    QStringList groups() const {
        QStringList names;
        if (const ComparisonPtr shown = comparer->comparison())
            for (const study::Group& group : shown->groups) names += QString::fromStdString(group.name);
        return names;
    }
    QString id(std::size_t run) const { return QString::fromStdString(workspace->runs()->runs[run].info.id); }
};

}  // namespace

class ComparerTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void the_newest_choice_wins() {
        Watched w;
        test::write_measured_study(w.folder.path());
        test::write_synthetic_run(w.folder.path(), {.study = "other"});
        w.open();
        QStringList shown;
        connect(w.comparer.get(), &Comparer::changed, this, [&] {
            if (const ComparisonPtr now = w.comparer->comparison()) shown += QString::fromStdString(now->study);
        });
        w.comparer->choose({"quick", {}});
        QVERIFY(!w.comparer->up_to_date());
        w.comparer->choose({"other", {}});
        QVERIFY(!w.comparer->comparison());
        QTRY_COMPARE(shown, QStringList("other"));
        QVERIFY(w.comparer->up_to_date());
        w.comparer->choose({{}, {w.id(3), w.id(6)}});
        QTRY_COMPARE(w.groups(), QStringList({"nope", "silu"}));
    }

    // Nothing that is under way then reaches what is gone.
    void it_and_its_workspace_may_go_while_it_reads() {
        Watched w;
        test::write_measured_study(w.folder.path());
        w.open();
        w.comparer->choose({"quick", {}});
        w.comparer.reset();
        QCoreApplication::processEvents();
        w.comparer = std::make_unique<Comparer>();
        w.comparer->set_workspace(w.workspace.get());
        w.comparer->set_active(true);
        w.comparer->choose({"quick", {}});
        w.workspace.reset();  // what it reads goes first
        QTRY_COMPARE(w.groups().size(), 3);
    }

    void nothing_is_read_while_nobody_looks() {
        Watched w;
        test::write_synthetic_run(w.folder.path(), {});
        w.open();
        w.comparer->set_active(false);
        w.comparer->choose({"quick", {}});
        // Another one, which is looked at, has long read it.
        Comparer other;
        other.set_workspace(w.workspace.get());
        other.set_active(true);
        other.choose({"quick", {}});
        QTRY_VERIFY(other.comparison());
        QVERIFY(!w.comparer->comparison());
        QVERIFY(!w.comparer->up_to_date());
        w.comparer->set_active(true);
        QTRY_COMPARE(w.groups(), QStringList("baseline"));
    }

    void the_study_saved_in_the_window_is_compared_at_its_points() {
        Watched w;
        test::write_measured_study(w.folder.path());
        w.open();
        StudyConfig study;
        study.name = "quick";
        study.baseline = test::synthetic_baseline();
        study.variants = {{"nope", "NoPE", test::kNoPE}, {"silu", "SiLU", test::kSiLU}};
        study.seeds = {1, 2, 3};
        w.document->start_new(study);
        w.document->save();
        w.comparer->choose({"quick", {}});
        QTRY_COMPARE_WITH_TIMEOUT(w.groups(), QStringList({"baseline", "nope", "silu"}), kPatience);
        study.variants.pop_back();
        w.document->edit("Remove", study);
        w.document->save();
        QTRY_COMPARE_WITH_TIMEOUT(w.groups(), QStringList({"baseline", "nope"}), kPatience);
    }

    void an_error_is_told_and_the_next_good_read_clears_it() {
        Watched w;
        test::write_measured_study(w.folder.path());
        w.open();
        const run::RunDirectory broken = w.workspace->runs()->runs[3].directory;
        w.comparer->choose({{}, {w.id(0), w.id(3)}});
        QTRY_COMPARE(w.groups().size(), 2);
        const ComparisonPtr good = w.comparer->comparison();

        const std::string info = read_file(broken.folder() / "run.json");
        atomic_write(broken.folder() / "run.json", "{");
        w.workspace->refresh();
        QTRY_VERIFY_WITH_TIMEOUT(w.comparer->error().contains("run.json"), kPatience);
        QCOMPARE(w.comparer->error().count('\n'), 0);
        QCOMPARE(w.comparer->comparison(), good);  // as it was

        QSignalSpy changed(w.comparer.get(), &Comparer::changed);
        atomic_write(broken.folder() / "run.json", info);
        QTRY_VERIFY_WITH_TIMEOUT(w.comparer->error().isEmpty(), kPatience);
        QVERIFY(changed.count() > 0);
        QTRY_VERIFY(w.comparer->comparison() != good && w.comparer->up_to_date());
    }

    void a_run_that_has_not_changed_is_not_read_again() {
        Watched w;
        test::write_synthetic_seeds(w.folder.path(), {}, {3.6, 3.7});
        w.open();
        w.comparer->choose({"quick", {}});
        QTRY_COMPARE(w.groups().size(), 1);
        const ComparisonPtr before = w.comparer->comparison();
        test::write_synthetic_run(w.folder.path(), {.seed = 3});
        w.workspace->refresh();
        QTRY_VERIFY_WITH_TIMEOUT(w.comparer->comparison()->runs.size() == 3, kPatience);
        const ComparisonPtr after = w.comparer->comparison();
        for (std::size_t i = 0; i < 2; ++i) QCOMPARE(after->runs[i].metrics, before->runs[i].metrics);
        w.comparer->choose({});
        w.comparer->choose({"quick", {}});
        QTRY_VERIFY_WITH_TIMEOUT(w.comparer->comparison(), kPatience);
        QVERIFY(w.comparer->comparison()->runs[0].metrics != before->runs[0].metrics);  // what was kept went with it
    }
};

QTEST_GUILESS_MAIN(ComparerTest)
#include "comparer_test.moc"
