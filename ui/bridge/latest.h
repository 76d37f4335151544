#pragma once
#include "ui/bridge/worker.h"

#include <QMetaObject>
#include <QObject>
#include <QString>
#include <atomic>
#include <memory>

namespace ablate::ui {

// Work in its own thread of which only the newest request counts: one that waits is replaced, the result of one
// under way is dropped. `receiver` must outlive this; nothing is called once either is gone.
class Latest {
  public:
    // Tells work that nobody waits for its result any more.
    class Ticket {
      public:
        Ticket(std::shared_ptr<const std::atomic<std::uint64_t>> newest, std::uint64_t number)
            : newest_(std::move(newest)), number_(number) {}
        bool stale() const { return *newest_ != number_; }

      private:
        std::shared_ptr<const std::atomic<std::uint64_t>> newest_;
        std::uint64_t number_;
    };

    explicit Latest(QObject* receiver, Worker::Priority priority = Worker::Priority::usual)
        : receiver_(receiver), worker_(priority) {}
    ~Latest() { cancel(); }  // then waits for what is under way

    // `work(ticket)` in the thread; then `done(result)`, or `failed(line)` with what it threw, in the receiver's.
    template <class Work, class Done, class Failed>
    void ask(Work work, Done done, Failed failed) {
        const Ticket ticket(newest_, ++*newest_);
        *busy_ = true;
        worker_.post([=, receiver = receiver_, busy = busy_, work = std::move(work)]() mutable {
            if (ticket.stale()) return;
            const auto answer = [&](auto then) {
                QMetaObject::invokeMethod(
                    receiver,
                    [ticket, busy, then = std::move(then)]() mutable {
                        if (ticket.stale()) return;
                        *busy = false;
                        then();
                    },
                    Qt::QueuedConnection);
            };
            try {
                answer([done, result = work(ticket)]() mutable { done(std::move(result)); });
            } catch (const std::exception& error) {
                answer([failed, line = QString::fromUtf8(error.what())] { failed(line); });
            }
        });
    }
    void cancel() {
        ++*newest_;
        *busy_ = false;
    }
    bool busy() const { return *busy_; }  // asked for and not answered yet

  private:
    QObject* receiver_;
    std::shared_ptr<std::atomic<std::uint64_t>> newest_ = std::make_shared<std::atomic<std::uint64_t>>(0);
    std::shared_ptr<bool> busy_ = std::make_shared<bool>(false);  // of the receiver's thread alone
    Worker worker_;
};

}  // namespace ablate::ui
