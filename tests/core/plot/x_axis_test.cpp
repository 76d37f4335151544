#include "core/plot/x_axis.h"

#include <QTest>

using namespace ablate::plot;

class XAxisTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void names_are_read_back() {
        for (std::size_t i = 0; i < kXAxes.size(); ++i) {
            QCOMPARE(static_cast<std::size_t>(kXAxes[i]), i);  // lists are in this order
            QVERIFY(x_axis_of(to_string(kXAxes[i])) == kXAxes[i]);
        }
        QVERIFY(x_axis_of("seconds") == XAxis::seconds);
        for (const char* unknown : {"", "Steps", "3"}) QVERIFY(!x_axis_of(unknown));
    }
};

QTEST_GUILESS_MAIN(XAxisTest)
#include "x_axis_test.moc"
