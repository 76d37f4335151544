#include "ui/pages/live/run_delegate.h"

#include "tests/support/listed_runs.h"
#include "ui/pages/live/live_run_model.h"
#include "ui/theme/theme.h"

#include <QTest>

using namespace ablate;
using namespace ablate::ui;

class RunDelegateTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void the_detail_fits_and_the_study_gives_way_first() {
        LiveRunModel model;
        run::ListedRun run = test::listed_run("a", "a study with a rather long name", "baseline", 1, 1);
        run.info.config.train.steps = 2000;
        run.state.step = 1250;
        model.set_runs(test::run_list({run}), test::color_of);
        const QModelIndex index = model.index(0);
        const QFontMetricsF metrics(Theme::instance().font(-1));
        const auto fitted = [&](double room) { return fitted_detail(index, room, metrics); };
        QCOMPARE(fitted(1000), QString("a study with a rather long name · 1,250 of 2,000"));
        QVERIFY(fitted(180).startsWith("a") && fitted(180).contains("…") && fitted(180).endsWith(" · 1,250 of 2,000"));
        QCOMPARE(fitted(metrics.horizontalAdvance("1,250 of 2,000") + 8), QString("1,250 of 2,000"));
        QCOMPARE(fitted(metrics.horizontalAdvance("1,250 of 2,000") - 1), QString("62 %"));
        for (double room = 16; room < 400; room += 7) QVERIFY(metrics.horizontalAdvance(fitted(room)) <= room);
        QVERIFY(index.data(Qt::ToolTipRole).toString().contains("a study with a rather long name · 1,250 of 2,000"));
    }

    void a_run_asked_to_end_says_so() {
        LiveRunModel model;
        run::ListedRun run = test::listed_run("a", "quick", "baseline", 1, 1);
        run.asked = "stop";
        model.set_runs(test::run_list({run}), test::color_of);
        QCOMPARE(model.index(0).data(LiveRunModel::status).toString(), QString("stopping"));
    }
};

QTEST_MAIN(RunDelegateTest)
#include "run_delegate_test.moc"
