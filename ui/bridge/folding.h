#pragma once
#include "ui/bridge/latest.h"

#include <QStringList>
#include <filesystem>

namespace ablate::ui {

// What FlashNorm shall fold, and into which new folder.
struct FoldRequest {
    QString name;                // of the source, for people
    std::filesystem::path from;  // a Hugging Face folder, or a run's
    bool is_run = false;         // it is exported beside the result while that is made
    std::filesystem::path to;
    bool strict = false;  // leave the folded norms out of the files
    bool verify = true;   // compare the weights and logits of both
};

struct FoldReport {
    QStringList lines;  // what was folded; then, verified, how far apart both models are
    bool verified = false, exact = false;
};

// Folds in a thread below the window's; what is given up leaves no folder.
class Folding : public QObject {
    Q_OBJECT
  public:
    explicit Folding(QObject* parent = nullptr);
    void start(const FoldRequest& request);
    void cancel();
    bool running() const { return latest_.busy(); }

  Q_SIGNALS:
    void progress(const QString& what, double share);  // in [0, 1]; below 0: nobody knows
    void finished(const ablate::ui::FoldReport& report);
    void failed(const QString& line);

  private:
    Latest latest_{this, Worker::Priority::low};
};

}  // namespace ablate::ui

Q_DECLARE_METATYPE(ablate::ui::FoldReport)
