#include "ui/window/ending_signals.h"

#include <sys/wait.h>
#include <unistd.h>

#include <QSignalSpy>
#include <QTest>
#include <csignal>

using namespace ablate::ui;

class EndingSignalsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void the_first_one_arrives_in_the_event_loop() {
        for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
            EndingSignals ending;
            QSignalSpy asked(&ending, &EndingSignals::asked_to_end);
            std::raise(signal);
            QCOMPARE(asked.size(), 0);
            QTRY_COMPARE(asked.size(), 1);
            QCOMPARE(asked[0][0].toInt(), signal);
        }
    }

    void the_second_one_ends_the_process_at_once() {
        const pid_t child = fork();
        if (child == 0) {
            EndingSignals ending;
            std::raise(SIGTERM);
            std::raise(SIGTERM);
            _exit(0);
        }
        int status = 0;
        QCOMPARE(waitpid(child, &status, 0), child);
        QVERIFY(WIFEXITED(status));
        QCOMPARE(WEXITSTATUS(status), 128 + SIGTERM);
    }
};

QTEST_GUILESS_MAIN(EndingSignalsTest)
#include "ending_signals_test.moc"
