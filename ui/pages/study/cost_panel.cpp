#include "ui/pages/study/cost_panel.h"

#include "core/base/text.h"
#include "core/compare/wording.h"
#include "ui/bridge/text.h"
#include "ui/theme/theme.h"
#include "ui/widgets/labels.h"

#include <algorithm>

#include <cmath>
#include <set>

namespace ablate::ui {
namespace {

QString lines(const std::vector<std::pair<const char*, QString>>& facts) {
    QString tip;
    for (const auto& [name, value] : facts)
        tip += QString("%1%2: %3").arg(tip.isEmpty() ? "" : "<br>", name, value.toHtmlEscaped());
    return tip;
}

QString parameters_tip(const model::ParameterCounts& counts) {
    return lines({{"Trained, each tensor once", text(with_thousands(counts.unique))},
                  {"Without the embedding", text(with_thousands(counts.non_embedding))},
                  {"A tied head counted twice", text(with_thousands(counts.tied_head_twice))},
                  {"As Levanter counts", text(with_thousands(counts.levanter))}});
}

QString memory_tip(const model::MemoryEstimate& memory) {
    return lines({{"Weights", text(short_bytes(memory.weights))},
                  {"Gradients", text(short_bytes(memory.gradients))},
                  {"Optimizer", text(short_bytes(memory.optimizer))},
                  {"Activations", text(short_bytes(memory.activations))},
                  {"Logits", text(short_bytes(memory.logits))},
                  {"Overhead", text(short_bytes(memory.overhead))}});
}

}  // namespace

CostPanel::CostPanel(QWidget* parent)
    : QWidget(parent),
      grid_(new QGridLayout(this)),
      parameters_(add_line("Parameters")),
      per_token_(add_line("FLOPs per token, forward")),
      training_(add_line("Training FLOPs")),
      memory_(add_line("Memory")),
      tokens_(add_line("Tokens")),
      time_(add_line("Time of a run")) {
    grid_->setContentsMargins(0, 0, kSpace, 0);
    grid_->setHorizontalSpacing(2 * kSpace);
    grid_->setVerticalSpacing(kSpace);
    grid_->setColumnStretch(0, 1);
}

CostPanel::Line CostPanel::add_line(const char* name) {
    Line line{plain_label(name, "muted", this), plain_label("–", "", this)};
    const int row = grid_->rowCount();
    grid_->addWidget(line.name, row, 0);
    grid_->addWidget(line.value, row, 1, Qt::AlignRight);
    return line;
}

void CostPanel::set(Line& line, const QString& value, const QString& tool_tip) {
    line.value->setText(value);
    for (QLabel* label : {line.name, line.value}) label->setToolTip(tool_tip);
    line.value->setAccessibleName(line.name->text() + " " + value);
}

void CostPanel::show_costs(const StudyPreviewPtr& preview, const QString& variant) {
    if (preview) {
        const auto& points = preview->preview.points;
        const auto found =
            std::find_if(points.begin(), points.end(), [&](const auto& p) { return text(p.point.variant) == variant; });
        if (found != points.end())
            return show_point(*found, preview->times[static_cast<std::size_t>(found - points.begin())]);
    }
    for (Line* line : {&parameters_, &per_token_, &training_, &memory_, &tokens_, &time_}) set(*line, "–", {});
}

void CostPanel::show_point(const study::PointPreview& point, const study::TimeEstimate& time) {
    const RunConfig& config = point.point.config;
    const double flops = model::training_flops(config);
    const double tokens = static_cast<double>(config.train.steps) * tokens_per_step(config);
    set(parameters_, text(with_thousands(point.parameters.unique)), parameters_tip(point.parameters));
    set(per_token_, text(short_count(point.flops.six_n)),
        lines({{"6N + 12 L H hd s, a third of it", text(with_thousands(std::llround(point.flops.six_n)))},
               {"As Levanter counts", text(with_thousands(std::llround(point.flops.levanter)))}}));
    set(training_, text(significant(flops)),
        lines({{"Three times the forward pass, over all tokens", text(full_precision(flops))}}));
    set(memory_, text(short_bytes(point.memory.total())), memory_tip(point.memory));
    set(tokens_, text(short_count(tokens)),
        lines({{"Steps × batch × accumulation × context", text(with_thousands(std::llround(tokens)))}}));
    const bool known = std::isfinite(time.seconds);
    set(time_, known ? (time.rough ? "~ " : "") + text(short_duration(time.seconds)) : QString("–"),
        !known       ? QString("Not known until the device has been measured, which waits while runs train here")
        : time.rough ? QString("A rough guess from this machine's peak: a step of this model has not been measured, "
                               "which waits while runs train here")
                     : QString("The training steps alone, from a step of this model measured on this machine, or from "
                               "runs of the workspace that train the same model"));
}

QString study_in_words(const StudyPreview& preview) {
    std::set<std::string> variants, grid;
    for (const study::PointPreview& point : preview.preview.points) {
        variants.insert(point.point.variant);
        grid.insert(point.point.grid_point);
    }
    const auto count = [](std::size_t n, const char* thing) {
        return text(study::count_of(static_cast<std::int64_t>(n), thing));
    };
    QString words = count(variants.size(), "variant");
    if (grid.size() > 1) words += " × " + count(grid.size(), "grid point");
    words += " × " + count(preview.study.seeds.size(), "seed");
    words += ": " + count(preview.preview.points.size() * preview.study.seeds.size(), "run");
    if (!std::isfinite(preview.study_seconds)) return words;
    return words + ", about " + text(short_duration(preview.study_seconds)).replace(' ', QChar::Nbsp);
}

}  // namespace ablate::ui
