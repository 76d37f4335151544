#include "ui/bridge/latest.h"

#include <QCoreApplication>
#include <QStringList>
#include <QTest>
#include <semaphore>
#include <stdexcept>

using ablate::ui::Latest;

namespace {

// What asked for work and takes the answers; its work ends when it may.
struct Asker {
    QObject receiver;
    QStringList answers;
    std::counting_semaphore<> begun{0}, may_end{0};
    std::unique_ptr<Latest> latest = std::make_unique<Latest>(&receiver);

    void ask(const QString& name, bool fails = false) {
        latest->ask(
            [this, name, fails](const Latest::Ticket& ticket) {
                begun.release();
                may_end.acquire();
                if (fails) throw std::runtime_error("no " + name.toStdString());
                return ticket.stale() ? name + " in vain" : name;
            },
            [this](const QString& result) { answers += result; }, [this](const QString& line) { answers += line; });
    }
};

}  // namespace

class LatestTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void the_newest_request_wins() {
        Asker asker;
        asker.ask("first");
        asker.begun.acquire();
        asker.ask("second");  // waits, and is replaced
        asker.ask("third");
        QVERIFY(asker.latest->busy());
        asker.may_end.release(2);  // one too few, should the second begin
        QTRY_COMPARE(asker.answers, QStringList("third"));
        QVERIFY(!asker.latest->busy());
    }

    void requests_one_after_another_are_all_answered() {
        Asker asker;
        asker.may_end.release(2);
        asker.ask("first");
        QTRY_COMPARE(asker.answers, QStringList("first"));
        asker.ask("second", true);
        QTRY_COMPARE(asker.answers, QStringList({"first", "no second"}));
        QVERIFY(!asker.latest->busy());
    }

    void what_is_cancelled_is_not_answered() {
        Asker asker;
        asker.ask("first");
        asker.begun.acquire();
        asker.latest->cancel();
        QVERIFY(!asker.latest->busy());
        asker.may_end.release(2);
        asker.ask("second");  // after the first, in the same thread
        QTRY_COMPARE(asker.answers, QStringList("second"));
    }

    void nothing_is_called_once_it_is_gone() {
        for (const bool fails : {false, true}) {
            Asker asker;
            asker.ask("first", fails);
            asker.begun.acquire();
            asker.may_end.release();
            asker.latest.reset();  // waits for the work, whose answer is on its way by then
            QCoreApplication::processEvents();
            QCOMPARE(asker.answers, QStringList());
        }
    }
};

QTEST_GUILESS_MAIN(LatestTest)
#include "latest_test.moc"
