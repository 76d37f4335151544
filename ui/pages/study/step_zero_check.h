#pragma once
#include "core/plan/preflight.h"
#include "ui/bridge/latest.h"

#include <QTimer>
#include <filesystem>
#include <mutex>

namespace ablate::ui {

struct StepZeroResults {
    std::vector<study::StepZero> points;
    double ln_vocab = 0;  // nats: what an untrained model without preferences gives
    QString data_note;    // remarks on the data, a line each
};

// Prepares the data of a study and computes step 0 of each of its points, in a worker. Cancelling takes effect at the
// next point or block of text; an abandoned check is not heard of again.
class StepZeroCheck : public QObject {
    Q_OBJECT
  public:
    explicit StepZeroCheck(QObject* parent = nullptr);
    void start(std::vector<VariantPoint> points, std::uint64_t seed, const std::filesystem::path& workspace);
    void cancel();
    bool running() const { return latest_.busy(); }

  Q_SIGNALS:
    void progress(const QString& what, double share);
    void finished(const ablate::ui::StepZeroResults& results);
    void failed(const QString& line);
    void cancelled();

  private:
    struct Place {  // how far the worker is
        std::mutex mutex;
        std::string what;
        double share = 0;
    };
    void look();

    std::shared_ptr<Place> place_;
    QTimer timer_;
    Latest latest_{this, Worker::Priority::low};
};

}  // namespace ablate::ui
