#pragma once
#include "core/infer/sampling.h"

#include <QFrame>
#include <QVariantMap>

class QDoubleSpinBox;
class QSpinBox;

namespace ablate::ui {

// How the next token is chosen, in a popup. Greedy at first: then texts differ by their models alone.
class SamplingForm : public QFrame {
    Q_OBJECT
  public:
    explicit SamplingForm(QWidget* parent = nullptr);
    infer::SamplingOptions options() const;
    QString in_words() const;  // "Greedy, 60 tokens"
    QVariantMap save_state() const;
    void restore_state(const QVariantMap& state);

  Q_SIGNALS:
    void changed();

  private:
    QDoubleSpinBox* add_number(const char* key, const QString& label, double lowest, double highest, double value,
                               const QString& help);
    QSpinBox* add_count(const char* key, const QString& label, int lowest, int highest, int value, const QString& help);
    void take_change();

    QDoubleSpinBox *temperature_ = nullptr, *top_p_ = nullptr, *min_p_ = nullptr, *penalty_ = nullptr;
    QSpinBox *length_ = nullptr, *top_k_ = nullptr, *seed_ = nullptr;
};

}  // namespace ablate::ui
