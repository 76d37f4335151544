#pragma once
#include "core/infer/generate.h"
#include "ui/bridge/latest.h"

#include <QStringList>
#include <filesystem>
#include <tuple>
#include <vector>

namespace ablate::ui {

// What shall be continued, and with which models.
struct PromptRequest {
    struct Model {
        QString id;  // of the run
        std::filesystem::path run;
    };
    std::vector<std::string> prompts;
    infer::SamplingOptions options;
    std::vector<Model> models;
    bool all_checkpoints = false;  // else the newest alone
};

// Where a text belongs: a run, the step of its checkpoint (-1: the newest), and the prompt it continues.
struct PromptCell {
    QString run;
    std::int64_t step = -1;
    int prompt = 0;
    friend bool operator<(const PromptCell& a, const PromptCell& b) {
        return std::tie(a.run, a.step, a.prompt) < std::tie(b.run, b.step, b.prompt);
    }
};

// Continues prompts with many models, all prompts of one as a batch, one model after the other, in a thread below the
// window's. What was given up is not heard of again.
class PromptMaker : public QObject {
    Q_OBJECT
  public:
    explicit PromptMaker(QObject* parent = nullptr);
    void make(const PromptRequest& request);  // gives up what it was making
    void cancel();
    bool busy() const { return latest_.busy(); }

  Q_SIGNALS:
    void steps_known(const std::vector<std::int64_t>& steps);  // before the first text; newest first
    void begun(const ablate::ui::PromptCell& cell);
    void grown(const ablate::ui::PromptCell& cell, const QString& piece);
    void made(const ablate::ui::PromptCell& cell, const QString& text, const QString& end);
    void could_not(const ablate::ui::PromptCell& cell, const QString& why);
    void finished(const QString& problem);  // what ended it early, or empty

  private:
    class Stream;
    void work(const PromptRequest& request, const Latest::Ticket& ticket);
    void continue_with(const PromptRequest::Model& model, std::int64_t step, const PromptRequest& request,
                       const Latest::Ticket& ticket);
    template <class Action>
    void tell(const Latest::Ticket& ticket, Action action);

    Latest latest_;
};

}  // namespace ablate::ui
