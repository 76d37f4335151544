#include "core/train/verdict.h"

#include "tests/support/throws.h"

#include <QTest>

using namespace ablate;
using namespace ablate::train;

class VerdictTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void reads_what_it_wrote() {
        const Verdict verdict{Outcome::collapsed, Collapse::non_finite, 23, "blocks.2.attn", "loss is NaN at step 23"};
        const Verdict read = verdict_from_json(to_json(verdict));
        QCOMPARE(read.outcome, verdict.outcome);
        QCOMPARE(read.collapse, verdict.collapse);
        QCOMPARE(read.step, verdict.step);
        QCOMPARE(read.tensor, verdict.tensor);
        QCOMPARE(read.cause, verdict.cause);
    }

    void refuses_unknown_words_and_missing_keys() {
        Json json = to_json(Verdict{});
        json["outcome"] = "splendid";
        QVERIFY(test::is_line_with(test::input_error([&] { verdict_from_json(json); }), {"splendid", "outcome"}));
        json.erase("outcome");
        QVERIFY(test::is_line_with(test::input_error([&] { verdict_from_json(json); }), {"outcome"}));
        QVERIFY(!test::input_error([] { verdict_from_json(Json::array()); }).empty());
    }
};

QTEST_GUILESS_MAIN(VerdictTest)
#include "verdict_test.moc"
