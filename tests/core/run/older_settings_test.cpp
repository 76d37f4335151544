#include "core/run/older_settings.h"

#include "core/train/register.h"

#include <QTest>
#include <algorithm>

using namespace ablate;

class OlderSettingsTest : public QObject {
    Q_OBJECT

    static run::ListedRun listed(const std::string& id, const std::string& variant, const std::string& hash,
                                 double created) {
        run::ListedRun run{run::RunDirectory("/nowhere/runs/" + id), {}, {}, run::Status::healthy};
        run.info.id = id;
        run.info.study = "quick";
        run.info.variant = variant;
        run.info.config_hash = hash;
        run.info.created = created;
        return run;
    }
    // The ids in alphabetical order: "a b".
    static QString older(const std::vector<run::ListedRun>& runs) {
        QStringList ids;
        for (const std::string& id : run::runs_of_older_settings(runs)) ids += QString::fromStdString(id);
        std::sort(ids.begin(), ids.end());
        return ids.join(' ');
    }

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void the_run_created_last_has_the_present_settings() {
        const auto a = listed("a", "baseline", "h1", 1), b = listed("b", "baseline", "h2", 2);
        QCOMPARE(older({a}), QString());
        QCOMPARE(older({a, b}), QString("a"));
        QCOMPARE(older({b, a}), QString("a"));  // whatever the order of the list
        QCOMPARE(older({}), QString());
    }

    void seeds_of_one_hash_belong_together() {
        std::vector<run::ListedRun> runs{listed("a", "baseline", "h1", 1), listed("b", "baseline", "h1", 2),
                                         listed("c", "baseline", "h2", 3), listed("d", "baseline", "h2", 4)};
        QCOMPARE(older(runs), QString("a b"));
        runs.push_back(listed("e", "baseline", "h1", 5));  // the study was edited back
        QCOMPARE(older(runs), QString("c d"));
    }

    void each_point_has_its_own_present_settings() {
        auto grid = listed("c", "nope", "h3", 3), elsewhere = listed("d", "nope", "h4", 4);
        grid.info.grid_point = "train.lr=0.01";
        elsewhere.info.study = "another";
        std::vector<run::ListedRun> runs{listed("a", "baseline", "h1", 1), listed("b", "nope", "h2", 2), grid,
                                         elsewhere};
        QCOMPARE(older(runs), QString());
        runs.push_back(listed("e", "nope", "h5", 5));
        QCOMPARE(older(runs), QString("b"));
    }

    void imported_logs_are_of_no_settings() {
        auto before = listed("b", "baseline", "h2", 2), after = listed("c", "baseline", "h3", 3);
        for (run::ListedRun* log : {&before, &after}) log->info.source = {{"format", "hf-trainer"}};
        QCOMPARE(older({before, after}), QString());
        QCOMPARE(older({listed("a", "baseline", "h1", 1), before, after}), QString());
        QCOMPARE(older({listed("a", "baseline", "h1", 1), before, after, listed("d", "baseline", "h4", 4)}),
                 QString("a"));
    }
};

QTEST_GUILESS_MAIN(OlderSettingsTest)
#include "older_settings_test.moc"
