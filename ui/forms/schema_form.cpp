#include "ui/forms/schema_form.h"

#include "core/data/batches.h"
#include "ui/forms/fold_section.h"
#include "ui/theme/theme.h"

#include <QTimer>
#include <utility>

namespace ablate::ui {
namespace {

QString group_name(const std::string& group) {
    const QString name = QString::fromStdString(group);
    return group == "train" ? QString("Training") : name.first(1).toUpper() + name.sliced(1);
}

// The number that a 0 of the option stands for; "" where the option itself says what that is.
QString meant_by_zero(const std::string& key, RunConfig config) {
    config.model.kv_heads = config.model.head_dim = config.train.eval_windows = 0;
    if (key == "model.kv_heads") return QString::number(config.model.key_value_heads());
    if (key == "model.head_dim") return QString::number(config.model.head_width());
    if (key == "train.eval_windows") return QString::number(data::evaluation_windows(config.train));
    return {};
}

}  // namespace

SchemaForm::SchemaForm(FormActions actions, QWidget* parent)
    : QWidget(parent), actions_(std::move(actions)), search_(new QLineEdit(this)), scroll_(new QScrollArea(this)) {
    search_->setPlaceholderText("Search options");
    search_->setAccessibleName("Search options");
    search_->setClearButtonEnabled(true);
    auto* body = new QWidget(scroll_);
    rows_ = new QVBoxLayout(body);
    rows_->setContentsMargins(0, 0, kSpace, 2 * kSpace);
    rows_->setSpacing(kSpace);
    nothing_found_ = new QLabel("No option matches.", body);
    nothing_found_->setProperty("role", "muted");
    nothing_found_->setTextFormat(Qt::RichText);
    nothing_found_->setWordWrap(true);
    connect(nothing_found_, &QLabel::linkActivated, search_, &QLineEdit::clear);
    rows_->addWidget(nothing_found_);
    nothing_found_->hide();
    QLabel* group_title = nullptr;
    for (const ListedField& field : run_config_fields()) add_field(field, group_title);
    rows_->addStretch();
    scroll_->setWidget(body);
    scroll_->setWidgetResizable(true);
    scroll_->setFrameShape(QFrame::NoFrame);
    scroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll_->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn);  // its coming and going would move every field
    body->setAutoFillBackground(false);
    scroll_->viewport()->setAutoFillBackground(false);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(2 * kSpace);
    all->addWidget(search_);
    all->addWidget(scroll_, 1);
    connect(search_, &QLineEdit::textChanged, this, &SchemaForm::filter);
}

SchemaForm::~SchemaForm() = default;

void SchemaForm::add_field(const ListedField& field, QLabel*& group_title) {
    if (sections_.empty() || !sections_.back()->id.starts_with(field.group + "/")) {
        group_title = new QLabel(group_name(field.group), this);
        group_title->setProperty("role", "muted");
        group_title->setContentsMargins(kSpace, kSpace, 0, 0);
        rows_->addWidget(group_title);
    }
    Section& section = section_of(field, group_title);
    auto* row = new FieldRow(field.key, *field.info, actions_, 0, section.fold);
    section.fold->add(row);
    section.rows.push_back(row);
}

SchemaForm::Section& SchemaForm::section_of(const ListedField& field, QLabel* group_title) {
    const std::string id = field.group + "/" + field.info->heading;
    for (const auto& section : sections_)
        if (section->id == id) return *section;
    auto* fold = new FoldSection(QString::fromStdString(field.info->heading), this);
    rows_->addWidget(fold);
    sections_.push_back(std::make_unique<Section>(Section{id, fold, group_title, {}}));
    Section& made = *sections_.back();
    connect(fold, &FoldSection::toggled, this, [&made] { made.settled = true; });
    return made;
}

void SchemaForm::show_values(const QString& subject, const RunConfig& values, const RunConfig& reference,
                             const QString& reference_name) {
    values_ = to_json(values);
    const Json back = to_json(reference);
    for (const auto& section : sections_) {
        int changed = 0;
        bool first_of_group = section.get() == sections_.front().get(), has_kind = false;
        for (FieldRow* row : section->rows) {
            const Json &value = *schema_detail::find(values_, row->key()),
                       &old = *schema_detail::find(back, row->key());
            const QString meant = meant_by_zero(row->key(), values);
            row->set_placeholder(meant.isEmpty() ? QString::fromStdString(row->field().zero) : meant);
            row->show_value(subject, value, old, reference_name);
            changed += value != old;
            has_kind |= row->field().type == FieldType::kind;
        }
        section->fold->set_remark(changed ? QString("%1 changed").arg(changed) : QString());
        // At first, what is changed is unfolded whatever the user folded; else the axes of an ablation do.
        if (!std::exchange(section->placed, true) && (changed || !section->settled))
            section->fold->set_open(changed || has_kind || first_of_group);
    }
    filter();
}

void SchemaForm::set_problems(const std::map<std::string, QString>& problems) {
    for (const auto& section : sections_)
        for (FieldRow* row : section->rows) {
            const auto found = problems.find(row->key());
            row->set_problem(found == problems.end() ? QString() : found->second);
        }
}

void SchemaForm::set_read_only(bool read_only) {
    for (const auto& section : sections_)
        for (FieldRow* row : section->rows) row->set_read_only(read_only);
}

void SchemaForm::begin_study() {
    for (const auto& section : sections_) {
        section->placed = false;
        for (FieldRow* row : section->rows) row->forget_drafts();
    }
}

void SchemaForm::filter() {
    const QString needle = search_->text().trimmed();
    bool any = false;
    std::map<QLabel*, bool> groups;
    for (const auto& section : sections_) {
        bool shown = false;
        for (FieldRow* row : section->rows) {
            const std::string group = section->id.substr(0, section->id.find('/'));
            const bool means_something = values_.is_null() || row->field().visible(values_.at(group));
            if (!means_something) row->forget_draft();
            const bool visible = means_something && row->matches(needle);
            row->setVisible(visible);
            shown |= visible;
        }
        section->fold->setVisible(shown);
        section->fold->force_open(!needle.isEmpty());
        groups[section->group_title] |= shown;
        any |= shown;
    }
    for (const auto& [title, shown] : groups) title->setVisible(shown);
    nothing_found_->setText(
        QString("No option matches “%1”. <a href=\"clear\">Clear the search</a>").arg(needle.toHtmlEscaped()));
    nothing_found_->setVisible(!any);
}

FieldRow* SchemaForm::row(const std::string& key) {
    for (const auto& section : sections_)
        for (FieldRow* row : section->rows)
            if (row->key() == key) return row;
    return nullptr;
}

void SchemaForm::reveal(const std::string& key) {
    for (const auto& section : sections_)
        for (FieldRow* row : section->rows) {
            if (row->key() != key && !key.starts_with(row->key() + ".")) continue;
            search_->clear();
            section->fold->set_open(true);
            section->settled = true;
            row->editor().setFocus();
            // Its place is known once the unfolded rows are laid out.
            QTimer::singleShot(0, row, [this, row] { scroll_->ensureWidgetVisible(row, 0, 10 * kSpace); });
            return;
        }
}

QVariantMap SchemaForm::save_state() const {
    QVariantMap state;
    for (const auto& section : sections_)
        if (section->settled) state[QString::fromStdString(section->id)] = section->fold->is_open();
    return state;
}

void SchemaForm::restore_state(const QVariantMap& state) {
    for (const auto& section : sections_) {
        const QVariant open = state.value(QString::fromStdString(section->id));
        if (!open.isValid()) continue;
        section->fold->set_open(open.toBool());
        section->settled = true;
    }
}

}  // namespace ablate::ui
