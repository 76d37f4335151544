#include "ui/pages/compare/prompt_model.h"

#include "core/base/text.h"
#include "core/report/escape.h"
#include "ui/bridge/text.h"
#include "ui/theme/theme.h"

#include <algorithm>

namespace ablate::ui {
namespace {

using State = PromptModel::State;

constexpr auto kAddPrompt = "Add a prompt", kStopped = "stopped";

QString step_text(std::int64_t step) { return step < 0 ? QString() : "Step " + text(with_thousands(step)); }

QString shown(const PromptModel::Cell& cell) {
    switch (cell.state) {
        case State::waiting:
            return "waiting";
        case State::making:
            return cell.text + " …";
        case State::none:
        case State::made:
        case State::failed:
            break;
    }
    return cell.text;
}

}  // namespace

void PromptModel::set_variants(const std::vector<Variant>& variants) {
    if (variants == variants_) return;
    const bool same_columns = std::equal(variants.begin(), variants.end(), variants_.begin(), variants_.end(),
                                         [](const Variant& a, const Variant& b) { return a.run == b.run; });
    if (!same_columns) {  // another table: what is selected means nothing in it
        beginResetModel();
        variants_ = variants;
        endResetModel();
        return;
    }
    variants_ = variants;
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, columnCount() - 1);
    Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

void PromptModel::set_prompts(const QStringList& prompts) {
    beginResetModel();
    prompts_ = prompts;
    cells_.clear();
    endResetModel();
    Q_EMIT prompts_changed();
}

void PromptModel::set_steps(const std::vector<std::int64_t>& steps) {
    if (steps == steps_ || steps.empty()) return;
    beginResetModel();
    steps_ = steps;
    endResetModel();
}

void PromptModel::forget_texts() {
    cells_.clear();
    Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

void PromptModel::await() {
    for (const Variant& variant : variants_)
        for (const std::int64_t step : steps_)
            for (int prompt = 0; variant.refusal.isEmpty() && prompt < prompts_.size(); ++prompt)
                cells_.insert({{variant.run, step, prompt}, {State::waiting, {}, {}}});
    Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

// What was read so far stays.
void PromptModel::give_up() {
    std::erase_if(cells_, [](const auto& entry) { return entry.second.state == State::waiting; });
    for (auto& [where, cell] : cells_)
        if (cell.state == State::making) cell = {State::made, cell.text, kStopped};
    Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

void PromptModel::set_cell(const PromptCell& where, Cell cell) {
    cells_[where] = std::move(cell);
    tell_changed(where);
}

void PromptModel::grow(const PromptCell& where, const QString& piece) {
    Cell& cell = cells_[where];
    cell.state = State::making;
    cell.text += piece;
    tell_changed(where);
}

// None for one that is not shown.
QModelIndex PromptModel::place_of(const PromptCell& where) const {
    const auto step = std::find(steps_.begin(), steps_.end(), where.step);
    const auto variant =
        std::find_if(variants_.begin(), variants_.end(), [&](const Variant& one) { return one.run == where.run; });
    if (step == steps_.end() || variant == variants_.end() || where.prompt >= prompts_.size()) return {};
    const int row = where.prompt * static_cast<int>(steps_.size()) + static_cast<int>(step - steps_.begin());
    return index(row, 1 + static_cast<int>(variant - variants_.begin()));
}

void PromptModel::tell_changed(const PromptCell& where) {
    if (const QModelIndex at = place_of(where); at.isValid()) Q_EMIT dataChanged(at, at);
}

PromptModel::Cell PromptModel::cell(int prompt, std::size_t step, std::size_t variant) const {
    const auto found = cells_.find({variants_[variant].run, steps_[step], prompt});
    if (found != cells_.end()) return found->second;
    if (!variants_[variant].refusal.isEmpty()) return {State::failed, variants_[variant].refusal, {}};
    return {};
}

bool PromptModel::any_text() const {
    return std::any_of(cells_.begin(), cells_.end(), [this](const auto& entry) {
        const auto& [where, cell] = entry;
        return (cell.state == State::made || cell.state == State::failed) && place_of(where).isValid();
    });
}

void PromptModel::change_prompt(int prompt, const QString& text) {
    prompts_[prompt] = text;
    std::erase_if(cells_, [&](const auto& entry) { return entry.first.prompt == prompt; });
    const int steps = static_cast<int>(steps_.size());
    Q_EMIT dataChanged(index(prompt * steps, 0), index(prompt * steps + steps - 1, columnCount() - 1));
}

void PromptModel::remove_prompt(int prompt) {
    const int steps = static_cast<int>(steps_.size());
    beginRemoveRows({}, prompt * steps, prompt * steps + steps - 1);
    prompts_.removeAt(prompt);
    std::map<PromptCell, Cell> left;
    for (auto& [where, cell] : cells_)
        if (where.prompt != prompt) left[{where.run, where.step, where.prompt - (where.prompt > prompt)}] = cell;
    cells_ = std::move(left);
    endRemoveRows();
}

void PromptModel::remove_prompt_at(int row) {
    if (locked_ || row < 0 || row >= rows_of_prompts()) return;
    remove_prompt(prompt_of(row));
    Q_EMIT prompts_changed();
}

int PromptModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : rows_of_prompts() + 1; }

int PromptModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : 1 + static_cast<int>(variants_.size());
}

QVariant PromptModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    if (role == Qt::TextAlignmentRole) return QVariant::fromValue<Qt::Alignment>(Qt::AlignLeft | Qt::AlignTop);
    if (index.column() == 0) return prompt_data(index.row(), role);
    return index.row() < rows_of_prompts() ? text_data(index.row(), index.column(), role) : QVariant();
}

QVariant PromptModel::prompt_data(int row, int role) const {
    const bool last = row == rows_of_prompts();
    if (role == Qt::EditRole) return last ? QString() : prompts_[prompt_of(row)];
    if (role == Qt::ForegroundRole && last) return Theme::instance().palette().muted;
    if (role == Qt::ToolTipRole) return last ? plain_tooltip({"Type a text for every variant to continue"}) : "";
    if (role != Qt::DisplayRole) return {};
    if (last) return QString(kAddPrompt);
    const std::size_t step = static_cast<std::size_t>(row) % steps_.size();
    const QString checkpoint = step_text(steps_[step]);
    if (step > 0) return checkpoint;
    return prompts_[prompt_of(row)] + (checkpoint.isEmpty() ? "" : '\n' + checkpoint);
}

QVariant PromptModel::text_data(int row, int column, int role) const {
    const Cell here =
        cell(prompt_of(row), static_cast<std::size_t>(row) % steps_.size(), static_cast<std::size_t>(column - 1));
    const Palette& palette = Theme::instance().palette();
    switch (role) {
        case Qt::DisplayRole:
            return shown(here);
        case Qt::ForegroundRole:
            if (!variants_[static_cast<std::size_t>(column - 1)].refusal.isEmpty()) return palette.danger;
            return here.state == State::waiting || here.state == State::failed ? QVariant(palette.muted) : QVariant();
        case Qt::ToolTipRole:
            return here.end.isEmpty() ? QString() : plain_tooltip({"Ended by: " + here.end});
        default:
            return {};
    }
}

Qt::ItemFlags PromptModel::flags(const QModelIndex& index) const {
    const Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    const bool first_of_prompt = index.row() % static_cast<int>(steps_.size()) == 0;
    return index.isValid() && index.column() == 0 && first_of_prompt && !locked_ ? flags | Qt::ItemIsEditable : flags;
}

// A prompt that is cleared goes.
bool PromptModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (role != Qt::EditRole || !(flags(index) & Qt::ItemIsEditable)) return false;
    const QString typed = value.toString();
    const bool blank = typed.trimmed().isEmpty(), last = index.row() == rows_of_prompts();
    if ((last && blank) || (!last && typed == prompts_[prompt_of(index.row())])) return false;
    if (last) {
        const int first = rows_of_prompts();
        beginInsertRows({}, first, first + static_cast<int>(steps_.size()) - 1);
        prompts_ += typed;
        endInsertRows();
    } else if (blank) {
        remove_prompt(prompt_of(index.row()));
    } else {
        change_prompt(prompt_of(index.row()), typed);
    }
    Q_EMIT prompts_changed();
    return true;
}

QVariant PromptModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
    if (role == Qt::TextAlignmentRole) return QVariant::fromValue<Qt::Alignment>(Qt::AlignLeft | Qt::AlignVCenter);
    if (section == 0) return role == Qt::DisplayRole ? QVariant("Prompt") : QVariant();
    const Variant& variant = variants_[static_cast<std::size_t>(section - 1)];
    if (role == Qt::DisplayRole) return variant.title;
    return role == Qt::ToolTipRole ? QVariant(plain_tooltip({variant.tip})) : QVariant();
}

namespace {

// Within a cell of a Markdown table; its lines are kept.
QString cell_text(const QString& shown_text) {
    QStringList lines;
    for (const QString& line : shown_text.split('\n')) lines += text(report::escape_markdown(line.toStdString()));
    return lines.join("<br>");
}

// What the model did not say is set apart from what it said.
QString cell_text(const PromptModel::Cell& cell) {
    const QString said = cell_text(cell.text);
    if (cell.state == State::failed) return "*(" + said + ")*";
    return cell.end == kStopped ? said + " *(stopped)*" : said;
}

}  // namespace

QString as_markdown(const PromptModel& grid, const QString& how) {
    QString document = "# Prompts\n\n" + text(report::escape_markdown(how.toStdString())) + ".\n";
    for (int prompt = 0; prompt < grid.prompts().size(); ++prompt) {
        document += "\n## " + cell_text(grid.prompts()[prompt]) + "\n\n| variant | continuation |\n| --- | --- |\n";
        for (std::size_t variant = 0; variant < grid.variants().size(); ++variant)
            for (std::size_t step = 0; step < grid.steps().size(); ++step) {
                const PromptModel::Cell cell = grid.cell(prompt, step, variant);
                const QString checkpoint = step_text(grid.steps()[step]);
                const QString name = grid.variants()[variant].title + (checkpoint.isEmpty() ? "" : ", " + checkpoint);
                document += QString("| %1 | %2 |\n").arg(cell_text(name), cell_text(cell));
            }
    }
    return document;
}

}  // namespace ablate::ui
