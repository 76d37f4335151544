#include "ui/window/settings_dialog.h"

#include "ui/bridge/run_control.h"
#include "ui/bridge/settings.h"
#include "ui/forms/number_box.h"
#include "ui/theme/theme.h"
#include "ui/widgets/labels.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QSpinBox>
#include <QThread>

namespace ablate::ui {
namespace {

constexpr int kMostJobs = 256, kWidth = 480;

RunControl::Mode mode_named(const QString& name) {
    return name == "processes" ? RunControl::Mode::processes : RunControl::Mode::threads;
}

QComboBox* choice(const QList<QPair<QString, QString>>& values, const QString& current, QWidget* parent) {
    auto* box = new QComboBox(parent);
    for (const auto& [text, data] : values) box->addItem(text, data);
    box->setCurrentIndex(std::max(0, box->findData(current)));
    return box;
}

}  // namespace

void apply_theme(const QString& theme) {
    Theme::instance().choose(theme == "dark"    ? ThemeChoice::dark
                             : theme == "light" ? ThemeChoice::light
                                                : ThemeChoice::system);
}

void apply_run_settings(RunControl& control) {
    control.set_mode(mode_named(Settings::mode.value()));
    control.set_jobs(std::clamp(Settings::jobs.value(), 0, kMostJobs));
}

SettingsDialog::SettingsDialog(RunControl* control, QWidget* parent) : QDialog(parent), control_(control) {
    setWindowTitle("Settings");
    setMinimumWidth(kWidth);
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(4 * kSpace);
    form->setVerticalSpacing(3 * kSpace);
    form->addRow("&Theme", build_theme());
    form->addRow("Train in", build_mode());
    QLabel* note = plain_label(
        "Child processes train on when the window closes, and when it is killed. The choice holds for runs that begin "
        "from now on.",
        "muted", this);
    note->setWordWrap(true);
    form->addRow({}, note);
    form->addRow("&Runs at once", build_jobs());
    form->addRow({}, build_notify());
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, [this] {
        if (jobs_->take_over()) return reject();
        jobs_->setFocus();  // Esc still closes: that gives the entry up
    });
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(5 * kSpace, 5 * kSpace, 5 * kSpace, 4 * kSpace);
    column->setSpacing(5 * kSpace);
    column->addLayout(form);
    column->addStretch();
    column->addWidget(buttons);
}

QWidget* SettingsDialog::build_theme() {
    QComboBox* box =
        choice({{"As the desktop", "system"}, {"Light", "light"}, {"Dark", "dark"}}, Settings::theme.value(), this);
    box->setAccessibleName("Theme");
    connect(box, &QComboBox::currentIndexChanged, this, [box] {
        Settings::theme.set(box->currentData().toString());
        apply_theme(Settings::theme.value());
    });
    return box;
}

QWidget* SettingsDialog::build_mode() {
    QComboBox* box =
        choice({{"Threads of this window", "threads"}, {"Child processes", "processes"}}, Settings::mode.value(), this);
    box->setAccessibleName("Train in");
    connect(box, &QComboBox::currentIndexChanged, this, [this, box] {
        Settings::mode.set(box->currentData().toString());
        apply_run_settings(*control_);
    });
    return box;
}

QWidget* SettingsDialog::build_jobs() {
    auto* field = new QWidget(this);
    jobs_ = new NumberBox<QSpinBox>(field);
    jobs_->setRange(0, kMostJobs);
    jobs_->setSpecialValueText("As many as the cores allow");
    jobs_->setValue(Settings::jobs.value());
    jobs_->setAccessibleName("Runs at once");
    jobs_->setToolTip(QString("This machine has %1 cores.").arg(QThread::idealThreadCount()));
    auto* column = new QVBoxLayout(field);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kSpace);
    column->addWidget(jobs_);
    column->addWidget(refusal_label(jobs_->refusal(), field));
    field->setFocusProxy(jobs_);
    connect(jobs_, &QSpinBox::valueChanged, this, [this](int jobs) {
        Settings::jobs.set(jobs);
        apply_run_settings(*control_);
    });
    connect(&jobs_->refusal(), &NumberRefusal::changed, this, [this] {
        layout()->activate();
        resize(width(), std::max(height(), layout()->totalHeightForWidth(width())));  // the line needs its room
    });
    return field;
}

QWidget* SettingsDialog::build_notify() {
    auto* box = new QCheckBox("&Notify when a study ends or a run collapses", this);
    box->setChecked(Settings::notify.value());
    connect(box, &QCheckBox::toggled, this, [](bool on) { Settings::notify.set(on); });
    return box;
}

}  // namespace ablate::ui
