#include "ui/pages/compare/sample_maker.h"

#include <algorithm>
#include <exception>
#include <set>

namespace ablate::ui {
namespace {

struct Cancelled : std::exception {};

// The checkpoints to show, the newest first. Of the newest alone each model has its own: they share the column -1.
std::vector<std::int64_t> columns_of(const SampleRequest& request) {
    if (!request.all_checkpoints) return {-1};
    std::set<std::int64_t, std::greater<>> steps;
    for (const SampleRequest::Model& model : request.models)
        for (const std::int64_t step : infer::checkpoint_steps(model.run)) steps.insert(step);
    return {steps.begin(), steps.end()};
}

bool has_checkpoint(const SampleRequest::Model& model, std::int64_t step) {
    const std::vector<std::int64_t> steps = infer::checkpoint_steps(model.run);
    return step < 0 ? !steps.empty() : std::find(steps.begin(), steps.end(), step) != steps.end();
}

}  // namespace

SampleMaker::SampleMaker(QObject* parent) : QObject(parent), latest_(this, Worker::Priority::low) {}

void SampleMaker::make(const SampleRequest& request) {
    latest_.ask(
        [this, request](const Latest::Ticket& ticket) {
            work(request, ticket);
            return true;
        },
        [this](bool) { Q_EMIT finished(); }, [this](const QString&) { Q_EMIT finished(); });
}

void SampleMaker::cancel() { latest_.cancel(); }

// From the thread: in the window's, unless nobody waits for it any more.
template <class Action>
void SampleMaker::tell(const Latest::Ticket& ticket, Action action) {
    QMetaObject::invokeMethod(
        this,
        [ticket, action] {
            if (!ticket.stale()) action();
        },
        Qt::QueuedConnection);
}

void SampleMaker::work(const SampleRequest& request, const Latest::Ticket& ticket) {
    const std::vector<std::int64_t> columns = columns_of(request);
    tell(ticket, [this, columns] { Q_EMIT columns_known(columns); });
    for (const std::int64_t step : columns)
        for (const SampleRequest::Model& model : request.models) {
            if (ticket.stale()) throw Cancelled();
            const QString id = model.id;
            if (!has_checkpoint(model, step)) {
                tell(ticket, [=, this] { Q_EMIT could_not(id, step, "no checkpoint"); });
                continue;
            }
            tell(ticket, [=, this] { Q_EMIT begun(id, step); });
            try {
                const auto chosen = step < 0 ? std::optional<std::int64_t>() : step;
                const std::string text = infer::generate(
                    model.run, request.prompt, request.options,
                    [&](const std::string&) {
                        if (ticket.stale()) throw Cancelled();
                    },
                    chosen);
                tell(ticket, [=, this, text = QString::fromStdString(text)] { Q_EMIT made(id, step, text); });
            } catch (const Cancelled&) {
                throw;
            } catch (const std::exception& error) {
                tell(ticket, [=, this, why = QString::fromUtf8(error.what())] { Q_EMIT could_not(id, step, why); });
            }
        }
}

}  // namespace ablate::ui
