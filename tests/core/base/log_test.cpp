#include "core/base/log.h"

#include "core/base/text.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QRegularExpression>
#include <QTest>

using namespace ablate;

class LogTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void a_runs_log_is_appended_and_flushed_line_by_line() {
        const test::TempFolder folder;
        const auto file = folder / "log.txt";
        const auto first = open_run_log(file);
        first->info("step {}", 1);
        QCOMPARE(split(read_file(file), '\n').size(), 2u);
        open_run_log(file)->warn("resumed");
        const auto lines = split(read_file(file), '\n');
        QCOMPARE(lines.size(), 3u);
        const QRegularExpression pattern(R"(^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (info: step 1|warning: resumed)$)");
        QVERIFY(pattern.match(QString::fromStdString(lines[0])).hasMatch());
        QVERIFY(pattern.match(QString::fromStdString(lines[1])).hasMatch());
    }

    void a_log_that_cannot_be_opened_is_one_line() {
        const test::TempFolder folder;
        const auto file = folder.write("a", "") / "log.txt";
        QVERIFY(test::is_line_with(test::input_error([&] { open_run_log(file); }), {"a/log.txt", "log"}));
    }

    void quiet_keeps_warnings() {
        set_up_logging(true);
        QVERIFY(!spdlog::should_log(spdlog::level::info) && spdlog::should_log(spdlog::level::warn));
        set_up_logging();
        QVERIFY(spdlog::should_log(spdlog::level::info));
    }
};

QTEST_GUILESS_MAIN(LogTest)
#include "log_test.moc"
