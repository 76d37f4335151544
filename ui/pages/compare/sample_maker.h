#pragma once
#include "core/infer/generate.h"
#include "ui/bridge/latest.h"

#include <QStringList>
#include <filesystem>

namespace ablate::ui {

// What shall be continued, and with which models.
struct SampleRequest {
    struct Model {
        QString id;  // of the run
        std::filesystem::path run;
    };
    std::string prompt;
    infer::SamplingOptions options;
    std::vector<Model> models;
    bool all_checkpoints = false;  // else the newest alone
};

// Continues one prompt with many models, one after the other, in a thread below the window's.
class SampleMaker : public QObject {
    Q_OBJECT
  public:
    explicit SampleMaker(QObject* parent = nullptr);
    void make(const SampleRequest& request);  // gives up what it was making
    void cancel();
    bool busy() const { return latest_.busy(); }

  Q_SIGNALS:
    void columns_known(const std::vector<std::int64_t>& steps);  // before the first of them
    void begun(const QString& run, std::int64_t step);
    void made(const QString& run, std::int64_t step, const QString& text);
    void could_not(const QString& run, std::int64_t step, const QString& why);
    void finished();

  private:
    void work(const SampleRequest& request, const Latest::Ticket& ticket);
    template <class Action>
    void tell(const Latest::Ticket& ticket, Action action);

    Latest latest_;
};

}  // namespace ablate::ui
