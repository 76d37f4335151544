#pragma once
#include <QFuture>
#include <QPromise>
#include <QThreadPool>
#include <exception>
#include <utility>

namespace ablate::ui {

// Runs `work()` in the thread pool and hands what it returns to `done(value)`, or the message of what it threw to
// `failed(line)`, in the receiver's thread. A receiver that is gone by then is not called.
template <class Work, class Done, class Failed>
void in_background(QObject* receiver, Work work, Done done, Failed failed) {
    using Value = std::invoke_result_t<Work>;
    auto promise = std::make_shared<QPromise<Value>>();
    promise->start();
    promise->future().then(receiver,
                           [done = std::move(done), failed = std::move(failed)](QFuture<Value> future) mutable {
                               try {
                                   done(future.takeResult());
                               } catch (const std::exception& error) {
                                   failed(QString::fromUtf8(error.what()));
                               }
                           });
    QThreadPool::globalInstance()->start([promise, work = std::move(work)]() mutable {
        try {
            promise->addResult(work());
        } catch (...) {
            promise->setException(std::current_exception());
        }
        promise->finish();
    });
}

}  // namespace ablate::ui
