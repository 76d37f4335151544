#include "ui/pages/compare/sampling_form.h"

#include "core/base/text.h"
#include "ui/bridge/text.h"
#include "ui/forms/number_box.h"
#include "ui/theme/theme.h"

#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QSpinBox>
#include <algorithm>

namespace ablate::ui {
namespace {

constexpr int kMostTokens = 100'000, kMostTopK = 1'000'000, kMostSeed = 1'000'000'000, kFieldWidth = 136;

}  // namespace

SamplingForm::SamplingForm(QWidget* parent) : QFrame(parent, Qt::Popup) {
    setProperty("card", true);
    setAccessibleName("Sampling");
    auto* form = new QFormLayout(this);
    form->setContentsMargins(4 * kSpace, 4 * kSpace, 4 * kSpace, 4 * kSpace);
    form->setHorizontalSpacing(4 * kSpace);
    form->setVerticalSpacing(2 * kSpace);
    length_ = add_count("length", "Tokens to add", 1, kMostTokens, 60, "A text that ends by itself is shorter");
    temperature_ = add_number("temperature", "Temperature", 0, 100, 0,
                              "Logits are divided by it before a token is drawn; greedy takes the likeliest");
    temperature_->setSpecialValueText("greedy");
    top_k_ = add_count("top_k", "Top-k", 0, kMostTopK, 0, "Draws from the k likeliest tokens");
    top_k_->setSpecialValueText("all");
    top_p_ = add_number("top_p", "Top-p", 0, 1, 1, "Draws from the fewest tokens whose probabilities sum to p");
    min_p_ = add_number("min_p", "Min-p", 0, 1, 0, "Draws from tokens at least p times as likely as the likeliest");
    min_p_->setSpecialValueText("off");
    penalty_ = add_number("repetition_penalty", "Repetition penalty", 0.01, 100, 1,
                          "Makes tokens that are there already less likely; 1 is off. Greedy heeds it too");
    seed_ = add_count("seed", "Seed", 0, kMostSeed, 1, "The same seed draws the same text");
    take_change();
}

QDoubleSpinBox* SamplingForm::add_number(const char* key, const QString& label, double lowest, double highest,
                                         double value, const QString& help) {
    auto* box = new NumberBox<QDoubleSpinBox>(this);
    box->setObjectName(key);
    box->setRange(lowest, highest);
    box->setDecimals(6);
    box->setSingleStep(highest > 1 ? 0.1 : 0.05);
    box->setValue(value);
    box->setAccessibleName(label);
    box->setToolTip(help);
    box->setFixedWidth(kFieldWidth);
    static_cast<QFormLayout*>(layout())->addRow(label, box);
    connect(box, &QDoubleSpinBox::valueChanged, this, &SamplingForm::take_change);
    return box;
}

QSpinBox* SamplingForm::add_count(const char* key, const QString& label, int lowest, int highest, int value,
                                  const QString& help) {
    auto* box = new NumberBox<QSpinBox>(this);
    box->setObjectName(key);
    box->setRange(lowest, highest);
    box->setValue(value);
    box->setAccessibleName(label);
    box->setToolTip(help);
    box->setFixedWidth(kFieldWidth);
    static_cast<QFormLayout*>(layout())->addRow(label, box);
    connect(box, &QSpinBox::valueChanged, this, &SamplingForm::take_change);
    return box;
}

// What greedy does not look at is not offered.
void SamplingForm::take_change() {
    if (!seed_) return;  // being built
    const bool draws = temperature_->value() > 0;
    for (QWidget* box : std::initializer_list<QWidget*>{top_k_, top_p_, min_p_, seed_}) box->setEnabled(draws);
    Q_EMIT changed();
}

infer::SamplingOptions SamplingForm::options() const {
    infer::SamplingOptions options;
    options.max_tokens = length_->value();
    options.temperature = temperature_->value();
    options.top_k = top_k_->value();
    options.top_p = top_p_->value();
    options.min_p = min_p_->value();
    options.repetition_penalty = penalty_->value();
    options.seed = static_cast<std::uint64_t>(seed_->value());
    return options;
}

QString SamplingForm::in_words() const {
    const infer::SamplingOptions now = options();
    const auto number = [](double value) { return text(full_precision(value)); };
    QStringList words;
    if (now.temperature == 0) {
        words += "Greedy";
    } else {
        words += "Temperature " + number(now.temperature);
        if (now.top_k > 0) words += QString("top-k %1").arg(now.top_k);
        if (now.top_p < 1) words += "top-p " + number(now.top_p);
        if (now.min_p > 0) words += "min-p " + number(now.min_p);
    }
    if (now.repetition_penalty != 1) words += "repetition penalty " + number(now.repetition_penalty);
    if (now.temperature > 0) words += QString("seed %1").arg(now.seed);
    words += now.max_tokens == 1 ? QString("1 token") : text(with_thousands(now.max_tokens)) + " tokens";
    return words.join(", ");
}

QVariantMap SamplingForm::save_state() const {
    QVariantMap state;
    for (const auto* box : findChildren<QDoubleSpinBox*>()) state[box->objectName()] = box->value();
    for (const auto* box : findChildren<QSpinBox*>()) state[box->objectName()] = box->value();
    return state;
}

void SamplingForm::restore_state(const QVariantMap& state) {
    for (auto* box : findChildren<QDoubleSpinBox*>())
        box->setValue(state.value(box->objectName(), box->value()).toDouble());
    for (auto* box : findChildren<QSpinBox*>()) box->setValue(state.value(box->objectName(), box->value()).toInt());
}

}  // namespace ablate::ui
