#pragma once
#include "core/infer/sampling.h"
#include "ui/bridge/worker.h"

#include <QObject>
#include <QStringList>
#include <atomic>
#include <filesystem>
#include <memory>

namespace ablate::ui {

// A checkpoint of a run.
struct CheckpointOf {
    std::filesystem::path run;  // its folder
    QString id;
    std::int64_t step = 0;
};

// What can be done with a checkpoint: continue a text, score a text, or write the model for transformers. The work runs
// in a thread of lower priority than the window's, one request at a time, and each request is answered once.
class CheckpointWork : public QObject {
    Q_OBJECT
  public:
    explicit CheckpointWork(QObject* parent = nullptr);
    ~CheckpointWork() override;  // gives up, and waits for it

    void generate(const CheckpointOf& checkpoint, const QString& prompt, const infer::SamplingOptions& sampling);
    void score_text(const CheckpointOf& checkpoint, const QString& words);
    void score_file(const CheckpointOf& checkpoint, const std::filesystem::path& file);
    // `target`: a new folder. `dtype`: float32, float16 or bfloat16.
    void export_hf(const CheckpointOf& checkpoint, const std::filesystem::path& target, const QString& dtype);
    void cancel();  // a text ends where it is; what is scored or written is finished first
    bool running() const { return running_; }

  Q_SIGNALS:
    void piece(const QString& words);         // of the text that is generated
    void finished(const QStringList& lines);  // what came of it
    void failed(const QString& line);
    void cancelled();

  private:
    using Tell = std::function<void(const std::string& piece)>;  // throws once it was cancelled
    void start(std::function<QStringList(const Tell&)> work);

    bool running_ = false;
    std::shared_ptr<std::atomic<bool>> given_up_ = std::make_shared<std::atomic<bool>>(false);
    Worker worker_{Worker::Priority::low};  // last: it ends before what it works on
};

}  // namespace ablate::ui
