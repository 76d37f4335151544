#include "ui/pages/compare/sampling_form.h"

#include "core/base/text.h"
#include "ui/bridge/text.h"
#include "ui/theme/theme.h"

#include <QFormLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace ablate::ui {
namespace {

constexpr int kMostTokens = 100'000, kMostTopK = 1'000'000, kMostSeed = 1'000'000'000;
constexpr int kFieldWidth = 136, kReasonWidth = 272;  // px

}  // namespace

SamplingForm::SamplingForm(QWidget* parent) : QFrame(parent, Qt::Popup) {
    setProperty("card", true);
    setAccessibleName("Sampling");
    auto* form = new QFormLayout(this);
    form->setContentsMargins(4 * kSpace, 4 * kSpace, 4 * kSpace, 4 * kSpace);
    form->setHorizontalSpacing(4 * kSpace);
    form->setVerticalSpacing(2 * kSpace);
    length_ = add_count("length", "Tokens to add", 1, kMostTokens, 60, "A text may end earlier by itself");
    temperature_ = add_number("temperature", "Temperature", 0, 100, 0,
                              "Logits are divided by it before a token is drawn; greedy takes the likeliest");
    temperature_->setSpecialValueText("greedy");
    top_k_ = add_count("top_k", "Top-k", 0, kMostTopK, 0, "Draws from the k likeliest tokens");
    top_k_->setSpecialValueText("all");
    top_p_ = add_number("top_p", "Top-p", 0, 1, 1, "Draws from the fewest tokens whose probabilities sum to p");
    min_p_ = add_number("min_p", "Min-p", 0, 1, 0, "Draws from tokens at least p times as likely as the likeliest");
    min_p_->setSpecialValueText("off");
    penalty_ = add_number(
        "repetition_penalty", "Repetition penalty", 0.01, 100, 1,
        "Makes tokens that the text already has less likely; 1 turns it off. Applies to greedy decoding too");
    seed_ = add_count("seed", "Seed", 0, kMostSeed, 1, "The same seed draws the same text");
    take_change();
}

SamplingForm::NumberField* SamplingForm::add_number(const char* key, const QString& label, double lowest,
                                                    double highest, double value, const QString& help) {
    auto* box = new NumberField(this);
    box->setRange(lowest, highest);
    box->setDecimals(6);
    box->setSingleStep(highest > 1 ? 0.1 : 0.05);
    box->setValue(value);
    add_row(box, box->refusal(), key, label, help);
    connect(box, &QDoubleSpinBox::valueChanged, this, &SamplingForm::take_change);
    numbers_.push_back(box);
    return box;
}

SamplingForm::CountField* SamplingForm::add_count(const char* key, const QString& label, int lowest, int highest,
                                                  int value, const QString& help) {
    auto* box = new CountField(this);
    box->setRange(lowest, highest);
    box->setValue(value);
    add_row(box, box->refusal(), key, label, help);
    connect(box, &QSpinBox::valueChanged, this, &SamplingForm::take_change);
    counts_.push_back(box);
    return box;
}

void SamplingForm::add_row(QWidget* box, const NumberRefusal& refusal, const char* key, const QString& label,
                           const QString& help) {
    box->setObjectName(key);
    box->setAccessibleName(label);
    box->setToolTip(help);
    box->setFixedWidth(kFieldWidth);
    auto* field = new QWidget(this);
    QLabel* reason = refusal_label(refusal, field);
    reason->setFixedWidth(kReasonWidth);
    auto* column = new QVBoxLayout(field);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kSpace);
    column->addWidget(box, 0, Qt::AlignLeft);
    column->addWidget(reason);
    field->setFocusProxy(box);
    static_cast<QFormLayout*>(layout())->addRow(label, field);
    refusals_.emplace_back(label, &refusal);
    connect(&refusal, &NumberRefusal::changed, this, [this] {
        if (isVisible()) adjustSize();  // the line needs its room
        Q_EMIT problem_changed();
    });
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

QString SamplingForm::problem() const {
    for (const auto& [label, refusal] : refusals_)
        if (!refusal->line().isEmpty()) return label + ": " + refusal->line();
    return {};
}

QVariantMap SamplingForm::save_state() const {
    QVariantMap state;
    for (const NumberField* box : numbers_) state[box->objectName()] = box->value();
    for (const CountField* box : counts_) state[box->objectName()] = box->value();
    return state;
}

void SamplingForm::restore_state(const QVariantMap& state) {
    for (NumberField* box : numbers_) box->setValue(state.value(box->objectName(), box->value()).toDouble());
    for (CountField* box : counts_) box->setValue(state.value(box->objectName(), box->value()).toInt());
}

}  // namespace ablate::ui
