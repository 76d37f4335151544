#include "ui/pages/compare/samples_panel.h"

#include "core/base/text.h"
#include "core/study/wording.h"
#include "ui/bridge/text.h"
#include "ui/pages/compare/cells_delegate.h"
#include "ui/pages/compare/cells_model.h"
#include "ui/theme/theme.h"
#include "ui/widgets/labels.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTableView>

namespace ablate::ui {
namespace {

constexpr int kNameWidth = 200;  // px
constexpr auto kHint =
    "Continue one prompt with every variant of the table: greedy at temperature 0, else sampled with "
    "the same seed.";

// The healthy run of the lowest seed; without one, the first.
const study::ComparedRun& run_of(const study::Comparison& comparison, const study::Group& group) {
    for (const std::size_t index : group.runs)
        if (comparison.runs[index].healthy()) return comparison.runs[index];
    return comparison.runs[group.runs.front()];
}

}  // namespace

SamplesPanel::SamplesPanel(QWidget* parent) : QWidget(parent) {
    model_ = new CellsModel(this);
    table_ = new QTableView(this);
    table_->setModel(model_);
    table_->setAccessibleName("Samples");
    table_->setItemDelegate(new CellsDelegate(table_));
    table_->setWordWrap(true);
    table_->setTextElideMode(Qt::ElideNone);
    table_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table_->horizontalHeader()->setHighlightSections(false);
    table_->horizontalHeader()->setStretchLastSection(true);
    told_ = plain_label(kHint, "muted", this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 2 * kSpace, 0, 0);
    column->setSpacing(2 * kSpace);
    column->addWidget(build_toolbar());
    column->addWidget(told_);
    column->addWidget(table_, 1);

    connect(&maker_, &SampleMaker::columns_known, this, [this](const std::vector<std::int64_t>& steps) {
        steps_ = steps;
        for (const Row& row : rows_)
            for (const std::int64_t step : steps_) samples_[{row.run, step}] = {{}, Sample::State::waiting};
        if (steps_.empty()) told_->setText("No checkpoint is kept of any of these runs.");
        fill();
    });
    connect(&maker_, &SampleMaker::begun, this,
            [this](const QString& run, std::int64_t step) { set_sample(run, step, {}, Sample::State::making); });
    connect(&maker_, &SampleMaker::made, this, [this](const QString& run, std::int64_t step, const QString& made) {
        set_sample(run, step, made, Sample::State::made);
    });
    connect(&maker_, &SampleMaker::could_not, this, [this](const QString& run, std::int64_t step, const QString& why) {
        set_sample(run, step, why, Sample::State::failed);
    });
    connect(&maker_, &SampleMaker::finished, this, [this] { set_busy(false); });
}

QWidget* SamplesPanel::build_toolbar() {
    auto* bar = new QWidget(this);
    prompt_ = new QLineEdit("Once upon a time", bar);
    prompt_->setAccessibleName("Prompt");
    prompt_->setPlaceholderText("Prompt");
    length_ = new QSpinBox(bar);
    length_->setRange(1, 1000);
    length_->setValue(60);
    length_->setSuffix(" tokens");
    length_->setAccessibleName("Tokens to add");
    temperature_ = new QDoubleSpinBox(bar);
    temperature_->setRange(0, 10);
    temperature_->setSingleStep(0.1);
    temperature_->setValue(0.8);
    temperature_->setAccessibleName("Temperature");
    temperature_->setToolTip("0: always the likeliest token");
    checkpoints_ = new QComboBox(bar);
    checkpoints_->addItems({"Newest checkpoint", "All checkpoints kept"});
    checkpoints_->setAccessibleName("Checkpoints");
    generate_ = primary_button("Generate", bar);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(2 * kSpace);
    row->addWidget(prompt_, 1);
    row->addWidget(length_);
    row->addWidget(plain_label("Temperature", "muted", bar));
    row->addWidget(temperature_);
    row->addWidget(checkpoints_);
    row->addWidget(generate_);
    connect(generate_, &QPushButton::clicked, this, &SamplesPanel::generate);
    connect(prompt_, &QLineEdit::returnPressed, this, [this] {
        if (!maker_.busy()) generate();
    });
    connect(prompt_, &QLineEdit::textChanged, this,
            [this](const QString& prompt) { generate_->setEnabled(maker_.busy() || !prompt.isEmpty()); });
    return bar;
}

void SamplesPanel::show_scene(const CompareScenePtr& scene, const QStringList& visible) {
    std::vector<Row> rows;
    for (const ShownGroup& shown : scene->shown) {
        const study::Group& group = scene->comparison->groups[shown.group];
        if (!visible.contains(text(group.config_hash))) continue;
        const run::ListedRun& listed = run_of(*scene->comparison, group).listed;
        rows.push_back({text(listed.info.id),
                        QString("%1, seed %2").arg(text(study::display_name(group))).arg(listed.info.seed),
                        listed.directory.folder()});
    }
    rows_ = std::move(rows);
    fill();
}

// The same button stops what it began.
void SamplesPanel::generate() {
    if (maker_.busy()) {
        maker_.cancel();
        for (auto& [where, sample] : samples_)
            if (sample.state == Sample::State::waiting || sample.state == Sample::State::making) sample = {};
        set_busy(false);
        return fill();
    }
    if (rows_.empty() || prompt_->text().isEmpty()) return;
    SampleRequest request;
    request.prompt = prompt_->text().toStdString();
    request.options.max_tokens = length_->value();
    request.options.temperature = temperature_->value();
    request.all_checkpoints = checkpoints_->currentIndex() == 1;
    for (const Row& row : rows_) request.models.push_back({row.run, row.folder});
    samples_.clear();
    told_->setText(kHint);
    maker_.make(request);
    set_busy(true);
}

void SamplesPanel::set_busy(bool busy) {
    generate_->setText(busy ? "Cancel" : "Generate");
    generate_->setEnabled(busy || !prompt_->text().isEmpty());
}

void SamplesPanel::set_sample(const QString& run, std::int64_t step, const QString& text, Sample::State state) {
    samples_[{run, step}] = {text, state};
    fill();
}

void SamplesPanel::fill() {
    std::vector<CellsModel::Cell> header{{"Variant", {}, {}, false}};
    for (const std::int64_t step : steps_)
        header.push_back(
            {step < 0 ? QString("Newest checkpoint") : "Step " + text(with_thousands(step)), {}, {}, false});
    if (steps_.empty()) header.push_back({"Sample", {}, {}, false});
    std::vector<CellsModel::Line> lines;
    for (const Row& row : rows_) {
        CellsModel::Line line{row.run, {{row.name, "Run " + row.run, {}, false}}};
        for (const std::int64_t step : steps_) {
            const Sample sample = samples_[{row.run, step}];
            const bool muted = sample.state != Sample::State::made;
            const QString shown = sample.state == Sample::State::making    ? QString("generating…")
                                  : sample.state == Sample::State::waiting ? QString("waiting")
                                                                           : sample.text;
            line.cells.push_back({shown, {}, muted ? CellsModel::Tone::muted : CellsModel::Tone::usual, false});
        }
        line.cells.resize(header.size());
        lines.push_back(std::move(line));
    }
    const int before = model_->columnCount();
    model_->set(header, lines);
    if (before == model_->columnCount()) return;
    const int columns = model_->columnCount();
    table_->setColumnWidth(0, kNameWidth);
    for (int i = 1; i + 1 < columns; ++i)
        table_->setColumnWidth(i, std::max(240, (table_->viewport()->width() - kNameWidth) / (columns - 1)));
}

QVariantMap SamplesPanel::save_state() const {
    return {{"prompt", prompt_->text()},
            {"length", length_->value()},
            {"temperature", temperature_->value()},
            {"checkpoints", checkpoints_->currentIndex()}};
}

void SamplesPanel::restore_state(const QVariantMap& state) {
    if (state.isEmpty()) return;
    prompt_->setText(state.value("prompt", prompt_->text()).toString());
    length_->setValue(state.value("length", length_->value()).toInt());
    temperature_->setValue(state.value("temperature", temperature_->value()).toDouble());
    checkpoints_->setCurrentIndex(state.value("checkpoints").toInt() == 1 ? 1 : 0);
}

}  // namespace ablate::ui
