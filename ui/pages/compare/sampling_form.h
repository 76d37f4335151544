#pragma once
#include "core/infer/sampling.h"
#include "ui/forms/number_box.h"

#include <QFrame>
#include <QVariantMap>
#include <vector>

namespace ablate::ui {

// How the next token is chosen, in a popup. Greedy at first: then texts differ by their models alone.
class SamplingForm : public QFrame {
    Q_OBJECT
  public:
    explicit SamplingForm(QWidget* parent = nullptr);
    infer::SamplingOptions options() const;
    QString in_words() const;  // "Greedy, 60 tokens"
    QString problem() const;   // why a box refuses its text, after the name of the box; "" for none
    QVariantMap save_state() const;
    void restore_state(const QVariantMap& state);

  Q_SIGNALS:
    void changed();
    void problem_changed();

  private:
    using NumberField = NumberBox<QDoubleSpinBox>;
    using CountField = NumberBox<QSpinBox>;
    NumberField* add_number(const char* key, const QString& label, double lowest, double highest, double value,
                            const QString& help);
    CountField* add_count(const char* key, const QString& label, int lowest, int highest, int value,
                          const QString& help);
    void add_row(QWidget* box, const NumberRefusal& refusal, const char* key, const QString& label,
                 const QString& help);
    void take_change();

    NumberField *temperature_ = nullptr, *top_p_ = nullptr, *min_p_ = nullptr, *penalty_ = nullptr;
    CountField *length_ = nullptr, *top_k_ = nullptr, *seed_ = nullptr;
    std::vector<NumberField*> numbers_;
    std::vector<CountField*> counts_;
    std::vector<std::pair<QString, const NumberRefusal*>> refusals_;  // with the labels of their boxes
};

}  // namespace ablate::ui
