#pragma once
#include "ui/bridge/worker.h"

#include <QObject>
#include <QStringList>
#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>

namespace ablate::ui {

// What FlashNorm shall fold, and into which new folder.
struct FoldRequest {
    QString name;                           // of the source, for people
    std::filesystem::path from;             // a Hugging Face folder, or a run's
    bool is_run = false;                    // it is exported beside the result while that is made
    std::optional<std::int64_t> step = {};  // of a run: the checkpoint; absent: the newest sound one
    std::filesystem::path to;
    bool strict = false;  // leave the folded norms out of the files
    bool verify = true;   // compare the weights and logits of both
};

struct FoldReport {
    QStringList lines;  // what was folded; then, verified, how far apart both models are
    bool verified = false, exact = false;
    QString unverified;  // why the verification broke off; what was written stays
};

// Folds in a thread below the window's, one model at a time. Each start is answered once: with `cancelled` nothing was
// written, or it is gone again.
class Folding : public QObject {
    Q_OBJECT
  public:
    explicit Folding(QObject* parent = nullptr);
    ~Folding() override;  // gives up, and waits for it
    void start(const FoldRequest& request);
    void cancel();                             // what was done before it was heard is finished all the same
    bool running() const { return running_; }  // started, not answered

  Q_SIGNALS:
    void progress(const QString& what, double share);  // in [0, 1]; below 0: nobody knows
    void finished(const ablate::ui::FoldReport& report);
    void failed(const QString& line);
    void cancelled();

  private:
    bool running_ = false;
    std::shared_ptr<std::atomic<bool>> given_up_ = std::make_shared<std::atomic<bool>>(false);
    Worker worker_{Worker::Priority::low};
};

}  // namespace ablate::ui

Q_DECLARE_METATYPE(ablate::ui::FoldReport)
