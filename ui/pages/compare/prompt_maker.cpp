#include "ui/pages/compare/prompt_maker.h"

#include "core/base/error.h"
#include "core/interop/open_model.h"
#include "ui/bridge/text.h"

#include <QElapsedTimer>
#include <algorithm>
#include <exception>
#include <map>
#include <set>

namespace ablate::ui {
namespace {

constexpr int kTellEvery = 40;  // ms: as fast as anybody reads

struct Cancelled : std::exception {};

// The checkpoints to show, the newest first. Of the newest alone each model has its own: they share the step -1.
std::vector<std::int64_t> steps_of(const PromptRequest& request) {
    if (!request.all_checkpoints) return {-1};
    std::set<std::int64_t, std::greater<>> steps;
    for (const PromptRequest::Model& model : request.models)
        for (const std::int64_t step : infer::checkpoint_steps(model.run)) steps.insert(step);
    return {steps.begin(), steps.end()};
}

bool has_checkpoint(const PromptRequest::Model& model, std::int64_t step) {
    const std::vector<std::int64_t> steps = infer::checkpoint_steps(model.run);
    return step < 0 ? !steps.empty() : std::find(steps.begin(), steps.end(), step) != steps.end();
}

}  // namespace

// Pieces of text on their way to the window, a few times a second however fast they are made.
class PromptMaker::Stream {
  public:
    explicit Stream(std::function<void(int prompt, const QString& piece)> pass_on) : pass_on_(std::move(pass_on)) {
        since_.start();
    }
    void add(int prompt, const std::string& piece) {
        held_[prompt] += piece;
        if (since_.elapsed() < kTellEvery) return;
        for (const auto& [which, text] : held_) pass_on_(which, QString::fromStdString(text));
        held_.clear();
        since_.restart();
    }

  private:
    std::function<void(int, const QString&)> pass_on_;
    std::map<int, std::string> held_;
    QElapsedTimer since_;
};

PromptMaker::PromptMaker(QObject* parent) : QObject(parent), latest_(this, Worker::Priority::low) {}

void PromptMaker::make(const PromptRequest& request) {
    latest_.ask(
        [this, request](const Latest::Ticket& ticket) {
            work(request, ticket);
            return true;
        },
        [this](bool) { Q_EMIT finished({}); },
        [this](const QString& line) { Q_EMIT finished(text(one_line(line.toStdString()))); });
}

void PromptMaker::cancel() { latest_.cancel(); }

// From the thread: in the window's, unless nobody waits for it any more.
template <class Action>
void PromptMaker::tell(const Latest::Ticket& ticket, Action action) {
    QMetaObject::invokeMethod(
        this,
        [ticket, action] {
            if (!ticket.stale()) action();
        },
        Qt::QueuedConnection);
}

void PromptMaker::work(const PromptRequest& request, const Latest::Ticket& ticket) {
    const std::vector<std::int64_t> steps = steps_of(request);
    tell(ticket, [this, steps] { Q_EMIT steps_known(steps); });
    for (const std::int64_t step : steps)
        for (const PromptRequest::Model& model : request.models) {
            if (ticket.stale()) throw Cancelled();
            const auto refuse = [&](const QString& why) {
                for (int i = 0; i < static_cast<int>(request.prompts.size()); ++i)
                    tell(ticket, [=, this, cell = PromptCell{model.id, step, i}] { Q_EMIT could_not(cell, why); });
            };
            if (!has_checkpoint(model, step)) {
                refuse("no checkpoint");
                continue;
            }
            try {
                continue_with(model, step, request, ticket);
            } catch (const Cancelled&) {
                throw;
            } catch (const std::exception& error) {
                refuse(text(one_line(error.what())));
            }
        }
}

// A prompt that cannot be read is told in its own cell and is no part of the batch.
void PromptMaker::continue_with(const PromptRequest::Model& model, std::int64_t step, const PromptRequest& request,
                                const Latest::Ticket& ticket) {
    interop::OpenOptions open;
    open.needs_tokenizer = true;
    if (step >= 0) open.step = step;
    const auto trained = interop::open_model({interop::ModelPlace::Kind::run, model.run, model.id.toStdString()}, open);
    std::vector<std::vector<std::int32_t>> batch;
    std::vector<PromptCell> cells;
    for (int i = 0; i < static_cast<int>(request.prompts.size()); ++i) {
        const PromptCell cell{model.id, step, i};
        try {
            batch.push_back(infer::prompt_ids(*trained, request.prompts[static_cast<std::size_t>(i)]));
            cells.push_back(cell);
            tell(ticket, [this, cell] { Q_EMIT begun(cell); });
        } catch (const InputError& error) {
            tell(ticket, [this, cell, why = text(error.what())] { Q_EMIT could_not(cell, why); });
        }
    }
    if (batch.empty()) return;
    Stream stream([&](int which, const QString& piece) {
        tell(ticket, [this, cell = cells[static_cast<std::size_t>(which)], piece] { Q_EMIT grown(cell, piece); });
    });
    const auto all =
        infer::generate(*trained, batch, request.options, [&](std::size_t which, const std::string& piece) {
            if (ticket.stale()) throw Cancelled();
            stream.add(static_cast<int>(which), piece);
        });
    for (std::size_t i = 0; i < all.size(); ++i)
        tell(ticket, [this, cell = cells[i], made_text = text(all[i].text), end = QString(to_string(all[i].finish))] {
            Q_EMIT made(cell, made_text, end);
        });
}

}  // namespace ablate::ui
