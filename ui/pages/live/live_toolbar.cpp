#include "ui/pages/live/live_toolbar.h"

#include "core/plot/palette.h"
#include "ui/theme/theme.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/x_axis_setting.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QSignalBlocker>
#include <QSlider>
#include <QVBoxLayout>
#include <cmath>

namespace ablate::ui {

LiveToolbar::LiveToolbar(QWidget* parent) : QWidget(parent) {
    auto* bar = new QWidget(this);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    x_axis_ = new QComboBox(bar);
    x_axis_->setAccessibleName("Horizontal axis");
    for (const plot::XAxis axis : plot::kXAxes) x_axis_->addItem(text_of(axis).choice);
    log_x_ = new QCheckBox("Logarithmic", bar);
    log_x_->setToolTip("Logarithmic x axis");
    grouping_ = new QComboBox(bar);
    grouping_->setAccessibleName("Curves");
    grouping_->addItems({"By variant", "Each run"});  // in the order of Grouping
    grouping_->setToolTip(
        "By variant: the mean over the seeds of a variant with its 95 % interval, and the seeds behind it. Runs that "
        "collapsed are drawn alone.");
    add_ = flat_button("Add chart", bar);
    row->addWidget(plain_label("x axis", "muted", bar));
    row->addWidget(x_axis_);
    row->addWidget(log_x_);
    row->addSpacing(2 * kSpace);
    row->addWidget(plain_label("Curves", "muted", bar));
    row->addWidget(grouping_);
    row->addSpacing(2 * kSpace);
    row->addWidget(build_smoothing());
    row->addStretch();
    row->addWidget(add_);
    grid_ = new QLabel(this);
    grid_->setTextFormat(Qt::RichText);
    grid_->setAccessibleName("Grid of the runs drawn");
    grid_->setWordWrap(true);
    grid_->hide();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kSpace);
    column->addWidget(bar);
    column->addWidget(grid_);

    restore();
    const auto tell = [this] {
        keep();
        Q_EMIT changed();
    };
    connect(x_axis_, &QComboBox::currentIndexChanged, this, tell);
    connect(grouping_, &QComboBox::currentIndexChanged, this, tell);
    connect(log_x_, &QCheckBox::toggled, this, tell);
    connect(add_, &QPushButton::clicked, this, &LiveToolbar::add_chart);
}

QWidget* LiveToolbar::build_smoothing() {
    auto* box = new QWidget(this);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    const QString meaning =
        "Weight of the debiased exponential moving average. Where points are evenly spaced, it is the same as "
        "TensorBoard's. The raw curve stays visible below it.";
    slider_ = new QSlider(Qt::Horizontal, box);
    slider_->setRange(0, 999);
    slider_->setSingleStep(10);
    slider_->setPageStep(100);
    slider_->setMinimumWidth(60);
    slider_->setMaximumWidth(140);
    slider_->setAccessibleName("Smoothing");
    slider_->setToolTip(meaning);
    typed_ = new QDoubleSpinBox(box);
    typed_->setLocale(QLocale::c());
    typed_->setRange(0, 0.999);
    typed_->setDecimals(3);
    typed_->setSingleStep(0.01);
    typed_->setAccessibleName("Smoothing weight");
    typed_->setToolTip(meaning);
    row->addWidget(plain_label("Smoothing", "muted", box));
    row->addWidget(slider_);
    row->addWidget(typed_);
    connect(slider_, &QSlider::valueChanged, this, [this](int thousandths) {
        const QSignalBlocker quiet(typed_);
        typed_->setValue(thousandths / 1000.0);
        keep();
        Q_EMIT smoothing_changed();
    });
    connect(typed_, &QDoubleSpinBox::valueChanged, this,
            [this](double weight) { slider_->setValue(static_cast<int>(std::lround(weight * 1000))); });
    return box;
}

plot::XAxis LiveToolbar::x_axis() const { return static_cast<plot::XAxis>(x_axis_->currentIndex()); }

bool LiveToolbar::logarithmic_x() const { return log_x_->isChecked(); }

Grouping LiveToolbar::grouping() const { return static_cast<Grouping>(grouping_->currentIndex()); }

double LiveToolbar::smoothing() const { return slider_->value() / 1000.0; }

void LiveToolbar::set_can_add(bool can_add) {
    add_->setEnabled(can_add);
    add_->setToolTip(can_add ? QString("Up to 12 charts, each of any metric")
                             : QString("There are 12 charts, or every metric is shown already."));
}

void LiveToolbar::show_grid(const std::vector<GridKey>& grid) {
    QStringList keys;
    for (const auto& [key, values] : grid) {
        QStringList shown;
        for (const auto& [words, place, count] : values) {
            const QColor shade = Theme::instance().run_color(plot::kBaselineColor, place, count);
            // Lightness goes by the whole point, so the values of several keys have no shades.
            const QString swatch = grid.size() == 1 && count > 1
                                       ? QString("<span style=\"color:%1\">■</span>&nbsp;").arg(shade.name())
                                       : QString();
            shown += swatch + words.toHtmlEscaped();
        }
        keys += key.toHtmlEscaped() + " " + shown.join(", ");
    }
    grid_->setText(keys.join(" · "));
    grid_->setVisible(!grid.empty());
}

void LiveToolbar::restore() {
    const QSettings settings;
    using enum plot::XAxis;
    const plot::XAxis axis =
        chosen_x_axis(settings.value("live/x_axis"), settings.value("live/along"), {steps, tokens, seconds, flops});
    x_axis_->setCurrentIndex(static_cast<int>(axis));
    log_x_->setChecked(settings.value("live/log_x", false).toBool());
    grouping_->setCurrentIndex(settings.value("live/curves").toString() == "runs" ? 1 : 0);
    const double begin = run::metric(run::MetricId::train_loss).smoothing.live;
    const QSignalBlocker quiet_slider(slider_), quiet_typed(typed_);
    slider_->setValue(static_cast<int>(std::lround(settings.value("live/smoothing", begin).toDouble() * 1000)));
    typed_->setValue(smoothing());
}

void LiveToolbar::keep() const {
    QSettings settings;
    settings.setValue("live/x_axis", QString(to_string(x_axis())));
    settings.setValue("live/log_x", logarithmic_x());
    settings.setValue("live/curves", grouping() == Grouping::runs ? "runs" : "variants");
    settings.setValue("live/smoothing", smoothing());
}

}  // namespace ablate::ui
