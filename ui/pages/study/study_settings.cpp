#include "ui/pages/study/study_settings.h"

#include "core/base/error.h"
#include "core/config/run_config_schema.h"
#include "core/config/seeds.h"
#include "core/config/study_edits.h"
#include "core/config/variant_names.h"
#include "ui/bridge/text.h"
#include "ui/theme/theme.h"
#include "ui/widgets/labels.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QRegularExpression>
#include <QToolButton>
#include <algorithm>
#include <array>

namespace ablate::ui {
namespace {

constexpr auto kSeedsEntry = "seeds";

QString grid_entry(const std::string& key) { return "grid:" + text(key); }

// As the form calls it: "Learning rate", "Position: Base".
QString name_in_form(const std::string& key) {
    const ListedField* field = find_field(key);
    const FieldInfo* option = find_option(key);
    if (!field || !option) return text(key);
    const QString name = text(field->info->label);
    return option == field->info ? name : name + ": " + text(option->label);
}

struct Combination {
    const char *value, *title, *help;
};
constexpr std::array kCombinations{
    Combination{"none", "Each alone", "The baseline, and each variant by itself"},
    Combination{"pairs", "Alone and in pairs", "Each variant by itself, and every two together"},
    Combination{"leave-one-out", "Leave one out", "All variants together, and all but each one"},
    Combination{"full", "Every combination", "Each variant by itself, and every combination of them"}};

QStringList words_of(const QString& typed) {
    static const QRegularExpression between("[,;\\s]+");
    return typed.split(between, Qt::SkipEmptyParts);
}

QString joined(const std::vector<Json>& values) {
    QStringList words;
    for (const Json& value : values) words += field_text(value);
    return words.join(' ');
}

QLabel* error_label(QWidget* parent) {
    QLabel* label = plain_label("", "danger", parent);
    label->setWordWrap(true);
    label->hide();
    return label;
}

}  // namespace

struct StudySettings::Axis {
    std::string key;
    const FieldInfo* field;  // null for a key that only a study file can hold: "model.ffn.kind"
    QWidget* row;
    FieldLineEdit* values;
    QLabel* error;
};

StudySettings::StudySettings(QWidget* parent)
    : QWidget(parent),
      seeds_(new FieldLineEdit(this)),
      combine_(new QComboBox(this)),
      policy_(new QComboBox(this)),
      menu_(new QMenu(this)),
      add_(flat_button("Add option", this)),
      seeds_error_(error_label(this)),
      error_(error_label(this)),
      power_(plain_label("", "muted", this)),
      pilot_(flat_button("Train a pilot", this)) {
    pilot_->setToolTip("Train the baseline and the first variant with three seeds, which are runs of this study");
    pilot_->hide();
    connect(pilot_, &QPushButton::clicked, this, &StudySettings::pilot_wanted);
    power_->setWordWrap(true);
    power_->setAccessibleName("What the seeds can find");
    power_->setToolTip(
        "The smallest difference of the final validation loss that this study finds in four of five cases, after the "
        "correction for all of its variants. Beforehand this is an estimate from earlier runs of this size.");
    seeds_->setAccessibleName("Seeds");
    seeds_->setToolTip("Each variant is trained with each seed: 1 2 3, or 1-3");
    for (const Combination& one : kCombinations) {
        combine_->addItem(one.title, one.value);
        combine_->setItemData(combine_->count() - 1, one.help, Qt::ToolTipRole);
    }
    combine_->setAccessibleName("Combine variants");
    combine_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    combine_->setMinimumContentsLength(9);
    const FieldInfo& policy = *find_option("train.policy");
    for (const std::string& choice : policy.choices) policy_->addItem(text(choice), text(choice));
    policy_->setAccessibleName(text(policy.label));
    policy_->setToolTip(field_tool_tip("train.policy", policy));
    add_->setMenu(menu_);
    add_->setToolTip("Train every variant at each value of a numeric option");

    auto* first = new QHBoxLayout;
    first->setSpacing(2 * kSpace);
    first->addWidget(plain_label("Seeds", "muted", this));
    first->addWidget(seeds_, 1);
    first->addSpacing(2 * kSpace);
    first->addWidget(plain_label("Variants", "muted", this));
    first->addWidget(combine_, 1);
    first->addSpacing(2 * kSpace);
    first->addWidget(plain_label(text(policy.label), "muted", this));
    first->addWidget(policy_);
    auto* head = new QHBoxLayout;
    head->addWidget(plain_label("Grid", "muted", this));
    head->addStretch();
    head->addWidget(add_);
    axes_layout_ = new QVBoxLayout;
    axes_layout_->setSpacing(kSpace);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(kSpace);
    all->addLayout(first);
    all->addWidget(seeds_error_);
    auto* told = new QHBoxLayout;
    told->setSpacing(2 * kSpace);
    told->addWidget(power_, 1);
    told->addWidget(pilot_, 0, Qt::AlignTop);
    all->addLayout(told);
    all->addLayout(head);
    all->addLayout(axes_layout_);
    all->addWidget(error_);

    connect(menu_, &QMenu::aboutToShow, this, &StudySettings::build_menu);
    connect(seeds_, &QLineEdit::textEdited, this, &StudySettings::edit_seeds);
    connect(seeds_, &FieldLineEdit::given_up, this, [this] {
        document_->accept_entry(kSeedsEntry);
        seeds_->clear();
        show_seeds();
    });
    connect_typing(seeds_);
    connect(combine_, &QComboBox::activated, this, [this] {
        combine_->setToolTip(combine_->currentData(Qt::ToolTipRole).toString());
        edit(error_, "Combine variants", [this] {
            StudyConfig next = document_->study();
            next.combine = combine_->currentData().toString().toStdString();
            return next;
        });
    });
    connect(policy_, &QComboBox::activated, this, [this] {
        document_->set_option(kBaseline, "train.policy", policy_->currentData().toString().toStdString());
    });
}

StudySettings::~StudySettings() = default;

void StudySettings::connect_typing(FieldLineEdit* field) {
    connect(field, &QLineEdit::editingFinished, this, [this] {
        if (document_) document_->finish_entry();
    });
}

bool StudySettings::focus_entry(const QString& entry) {
    FieldLineEdit* field = entry == kSeedsEntry ? seeds_ : nullptr;
    for (const auto& axis : axes_)
        if (entry == grid_entry(axis->key)) field = axis->values;
    if (!field) return false;
    field->setFocus();
    field->selectAll();
    return true;
}

void StudySettings::set_document(StudyDocument* document) {
    if (document_) disconnect(document_, nullptr, this, nullptr);
    document_ = document;
    if (!document) return;
    connect(document, &StudyDocument::changed, this, &StudySettings::show_study);
    connect(document, &StudyDocument::preview_changed, this, &StudySettings::show_power);
    connect(document, &StudyDocument::loaded, this, [this] {
        seeds_->clear();
        for (const auto& axis : axes_) axis->values->clear();
        tell(error_, {});
        power_->clear();
        pilot_->hide();
    });
    show_study();
    show_power();
}

// What was known of the value before stays until the next preview, so that nothing jumps while somebody types.
void StudySettings::show_power() {
    const StudyPreviewPtr preview = document_->preview();
    if (!preview || !preview->power) return;
    power_->setText(text(preview->power->sentence));
    pilot_->setVisible(preview->power->offers_pilot);
}

void StudySettings::show_study() {
    const StudyConfig& study = document_->study();
    combine_->setCurrentIndex(combine_->findData(text(study.combine)));
    combine_->setToolTip(combine_->currentData(Qt::ToolTipRole).toString());
    policy_->setCurrentIndex(policy_->findData(text(document_->baseline().train.policy)));
    show_seeds();
    show_grid();
}

// A text that means the value stays, and so does one that is refused, until it is mended or given up.
void StudySettings::show_seeds() {
    const std::vector<std::int64_t>& seeds = document_->study().seeds;
    if (refused(kSeedsEntry)) return;
    try {
        if (typed_seeds() == seeds) return tell(seeds_error_, {});
    } catch (const InputError&) {  // another study's
    }
    seeds_->setText(joined({seeds.begin(), seeds.end()}));
    tell(seeds_error_, {});
}

void StudySettings::show_values(Axis& axis, const std::vector<Json>& values) {
    if (refused(grid_entry(axis.key))) return;
    try {
        if (axis.field && values_from_text(*axis.field, axis.key, axis.values->text()) == values)
            return tell(axis.error, {});
    } catch (const InputError&) {  // another study's
    }
    axis.values->setText(joined(values));
    tell(axis.error, {});
}

// Rows come and go with their option; what is typed in the others stays.
void StudySettings::show_grid() {
    const auto& grid = document_->study().grid;
    std::erase_if(axes_, [&](const auto& axis) {
        const bool gone =
            std::none_of(grid.begin(), grid.end(), [&](const auto& entry) { return entry.first == axis->key; });
        if (gone) {
            axis->row->deleteLater();
            document_->accept_entry(grid_entry(axis->key));
        }
        return gone;
    });
    for (std::size_t i = 0; i < grid.size(); ++i) {
        const auto& [key, values] = grid[i];
        if (i >= axes_.size() || axes_[i]->key != key) insert_axis(i, key);
        show_values(*axes_[i], values);
    }
}

void StudySettings::insert_axis(std::size_t position, const std::string& key) {
    const FieldInfo* field = find_option(key);
    auto* row = new QWidget(this);
    auto* line = new QHBoxLayout;
    line->setSpacing(2 * kSpace);
    auto* values = new FieldLineEdit(row);
    values->setAccessibleName("Grid values of " + text(key));
    values->setReadOnly(!field);
    if (field) values->set_unit(text(field->unit));
    if (field) row->setToolTip(field_tool_tip(key, *field));
    auto* away = new QToolButton(row);
    away->setProperty("flat", true);
    away->setText("✕");
    away->setAccessibleName("Remove " + text(key) + " from the grid");
    away->setToolTip("Remove from the grid");
    line->addWidget(plain_label(name_in_form(key), "", row));
    line->addWidget(values, 1);
    line->addWidget(away);
    QLabel* error = error_label(row);
    auto* both = new QVBoxLayout(row);
    both->setContentsMargins(0, 0, 0, 0);
    both->setSpacing(kSpace);
    both->addLayout(line);
    both->addWidget(error);
    axes_layout_->insertWidget(static_cast<int>(position), row);
    axes_.insert(axes_.begin() + static_cast<std::ptrdiff_t>(position),
                 std::make_unique<Axis>(Axis{key, field, row, values, error}));
    Axis& axis = *axes_[position];
    connect(values, &QLineEdit::textEdited, row, [this, &axis] { edit_axis(axis); });
    connect(values, &FieldLineEdit::given_up, row, [this, &axis] {
        document_->accept_entry(grid_entry(axis.key));
        axis.values->clear();
        show_grid();
    });
    connect_typing(values);
    connect(away, &QToolButton::clicked, row, [this, key] { remove_axis(key); });
}

void StudySettings::build_menu() {
    qDeleteAll(menu_->findChildren<QMenu*>(Qt::FindDirectChildrenOnly));  // clear() leaves them
    menu_->clear();
    std::map<QString, QMenu*> menus;  // "train/Optimizer"
    const auto& grid = document_->study().grid;
    for (const GridOption& option : grid_options(document_->baseline())) {
        if (std::any_of(grid.begin(), grid.end(), [&](const auto& entry) { return entry.first == option.key; }))
            continue;
        QMenu*& menu = menus[option.group + "/" + option.heading];
        if (!menu) {
            menu = menu_->addMenu(option.heading);
            menu->setToolTipsVisible(true);
        }
        QAction* action = menu->addAction(name_in_form(option.key).replace('&', "&&"));
        if (const FieldInfo* field = find_option(option.key)) action->setToolTip(field_tool_tip(option.key, *field));
        connect(action, &QAction::triggered, this, [this, option] { add_axis(option); });
    }
}

void StudySettings::add_axis(const GridOption& option) {
    edit(error_, "Add " + text(option_in_words(option.key)) + " to the grid", [&] {
        StudyConfig next = document_->study();
        const Json baseline = to_json(document_->baseline());
        next.grid.emplace_back(option.key, std::vector<Json>{*schema_detail::find(baseline, option.key)});
        std::sort(next.grid.begin(), next.grid.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
        return next;
    });
    for (const auto& axis : axes_)
        if (axis->key == option.key) axis->values->setFocus();
}

void StudySettings::remove_axis(const std::string& key) {
    edit(error_, "Remove " + text(option_in_words(key)) + " from the grid", [&] {
        StudyConfig next = document_->study();
        std::erase_if(next.grid, [&](const auto& entry) { return entry.first == key; });
        return next;
    });
}

void StudySettings::edit_axis(Axis& axis) {
    const auto next = [&] {
        StudyConfig study = document_->study();
        for (auto& [key, values] : study.grid)
            if (key == axis.key) values = values_from_text(*axis.field, key, axis.values->text());
        return study;
    };
    edit(axis.error, "Change the grid", next, grid_entry(axis.key), text(axis.key));
}

std::vector<std::int64_t> StudySettings::typed_seeds() const {
    return seeds_from_text(seeds_->text().toStdString(), "Seeds");
}

void StudySettings::edit_seeds() {
    const auto next = [this] {
        StudyConfig study = document_->study();
        study.seeds = typed_seeds();
        return study;
    };
    edit(seeds_error_, "Change the seeds", next, kSeedsEntry, "Seeds");
}

void StudySettings::edit(QLabel* error, const QString& what, const std::function<StudyConfig()>& next,
                         const QString& merge, const QString& label) {
    try {
        document_->edit(what, next(), merge);
        tell(error, {});
    } catch (const InputError& refused) {
        const QString line = without_place(refused.what(), label.toStdString());
        tell(error, line);
        if (!merge.isEmpty()) document_->refuse_entry(merge, {{}, {}, label, line});
    }
}

void StudySettings::tell(QLabel* error, const QString& line) {
    error->setText(line);
    error->setVisible(!line.isEmpty());
}

std::vector<Json> values_from_text(const FieldInfo& field, const std::string& key, const QString& typed) {
    static const QRegularExpression led_by_zero("^[+-]?0\\d");
    std::vector<Json> values;
    for (const QString& word : words_of(typed)) {
        // "2,048" in a list is 2 and 048: nobody means that.
        if (field.type != FieldType::text && led_by_zero.match(word).hasMatch())
            throw InputError(
                "{}: '{}' begins with a zero. Commas and spaces separate the values of a list, so write "
                "numbers here without thousands separators",
                key, word.toStdString());
        Json value = checked_value(field, parse_value(field, word.toStdString(), key), key);
        if (std::find(values.begin(), values.end(), value) != values.end())
            throw InputError("{}: {} appears twice", key, word.toStdString());
        values.push_back(std::move(value));
    }
    if (values.empty()) throw InputError("{}: at least one value is needed", key);
    return values;
}

}  // namespace ablate::ui
