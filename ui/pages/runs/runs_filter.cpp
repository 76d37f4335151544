#include "ui/pages/runs/runs_filter.h"

#include "core/base/natural_order.h"
#include "ui/bridge/text.h"
#include "ui/pages/runs/run_cells.h"
#include "ui/pages/runs/runs_model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace ablate::ui {

namespace {

using Where = RunQuery::Word::Where;

bool holds(const QString& text, const QString& word) { return text.contains(word, Qt::CaseInsensitive); }

bool any_tag(const run::ListedRun& run, const QString& word) {
    return std::any_of(run.notes.tags.begin(), run.notes.tags.end(),
                       [&](const std::string& tag) { return holds(text(tag), word); });
}

bool matches(const run::ListedRun& run, const QString& state, const RunQuery::Word& word) {
    const run::RunInfo& info = run.info;
    const bool in_study = holds(text(info.study), word.text);
    const bool in_state = holds(to_string(run.status), word.text) || holds(state, word.text);
    const bool in_variant = holds(text(info.variant), word.text) || holds(text(info.label), word.text);
    switch (word.where) {
        case Where::study:
            return in_study;
        case Where::variant:
            return in_variant;
        case Where::tag:
            return any_tag(run, word.text);
        case Where::state:
            return in_state;
        case Where::anywhere:
            break;
    }
    return in_study || in_state || in_variant || any_tag(run, word.text) || holds(text(info.grid_point), word.text) ||
           holds(text(info.id), word.text) || holds(QString("seed %1").arg(info.seed), word.text);
}

bool matches(const run::DamagedRun& run, const RunQuery::Word& word) {
    const bool in_state = holds("unreadable", word.text);
    if (word.where == Where::state) return in_state;
    return word.where == Where::anywhere && (in_state || holds(text(run.folder.filename().string()), word.text));
}

// Not a number either: it is sorted after all others.
bool is_missing(const QVariant& value) {
    if (!value.isValid()) return true;
    return value.typeId() == QMetaType::QString ? is_missing_text(value.toString().toStdString())
                                                : std::isnan(value.toDouble());
}

// -1, 0 or 1, of two values of a column.
int compare(const QVariant& a, const QVariant& b) {
    if (a.typeId() == QMetaType::QString || b.typeId() == QMetaType::QString) {
        const std::string left = a.toString().toStdString(), right = b.toString().toStdString();
        return natural_less(left, right) ? -1 : natural_less(right, left) ? 1 : 0;
    }
    return a.toDouble() < b.toDouble() ? -1 : a.toDouble() > b.toDouble() ? 1 : 0;
}

}  // namespace

RunQuery RunQuery::parse(const QString& text) {
    static constexpr std::array<std::pair<const char*, Where>, 4> kPrefixes{
        {{"study:", Where::study}, {"variant:", Where::variant}, {"tag:", Where::tag}, {"state:", Where::state}}};
    RunQuery query;
    for (const QString& part : text.simplified().split(' ', Qt::SkipEmptyParts)) {
        Word word{Where::anywhere, part};
        for (const auto& [prefix, where] : kPrefixes)
            if (part.startsWith(QLatin1String(prefix), Qt::CaseInsensitive))
                word = {where, part.mid(static_cast<qsizetype>(std::strlen(prefix)))};
        if (!word.text.isEmpty()) query.words.push_back(word);
    }
    return query;
}

RunsFilter::RunsFilter(QObject* parent) : QSortFilterProxyModel(parent) {
    setRecursiveFilteringEnabled(true);  // a heading stays while one of its runs does
    setSortRole(RunsModel::sort_role);
    setDynamicSortFilter(true);
    sort(RunsModel::created);
}

void RunsFilter::set_query(const QString& text) {
    query_ = RunQuery::parse(text);
    invalidateFilter();
    Q_EMIT query_changed();
}

QStringList RunsFilter::ids() const {
    QStringList ids;
    for (int row = 0; row < rowCount(); ++row) add_ids(index(row, 0), ids);
    return ids;
}

void RunsFilter::add_ids(const QModelIndex& heading, QStringList& ids) const {
    for (int row = 0; row < rowCount(heading); ++row) {
        const QModelIndex below = index(row, 0, heading);
        if (below.data(RunsModel::heading_role).toBool())
            add_ids(below, ids);
        else
            ids += below.data(RunsModel::id_role).toString();
    }
}

bool RunsFilter::filterAcceptsRow(int row, const QModelIndex& parent) const {
    const auto& model = static_cast<const RunsModel&>(*sourceModel());
    const QModelIndex index = model.index(row, 0, parent);
    const run::ListedRun* run = model.run(index);
    const run::DamagedRun* damaged = model.damaged(index);
    if (!run && !damaged) return query_.words.empty();                    // a heading: its runs decide
    const QString state = index.data(RunsModel::status_role).toString();  // "pausing" is running as well
    return std::all_of(query_.words.begin(), query_.words.end(), [&](const RunQuery::Word& word) {
        return run ? matches(*run, state, word) : matches(*damaged, word);
    });
}

bool RunsFilter::lessThan(const QModelIndex& left, const QModelIndex& right) const {
    const bool descending = sortOrder() == Qt::DescendingOrder;
    const auto first = [descending](bool is) { return is != descending; };  // whichever way they are sorted
    const bool heading = left.data(RunsModel::heading_role).toBool();
    if (heading != right.data(RunsModel::heading_role).toBool()) return first(!heading);  // older settings
    if (heading) {
        const bool damaged = left.data(RunsModel::damaged_role).toBool();
        if (damaged != right.data(RunsModel::damaged_role).toBool()) return first(!damaged);
        const double a = left.data(RunsModel::newest_role).toDouble(),
                     b = right.data(RunsModel::newest_role).toDouble();
        if (a != b) return first(a > b);
        return first(left.row() < right.row());
    }
    const QVariant a = left.data(RunsModel::sort_role), b = right.data(RunsModel::sort_role);
    if (is_missing(a) != is_missing(b)) return first(!is_missing(a));
    if (const int order = is_missing(a) ? 0 : compare(a, b); order != 0) return order < 0;
    return first(left.row() < right.row());  // by creation
}

QString why_none_matches(RunsModel& model, const QString& filter) {
    const QString typed = filter.simplified();
    const QStringList words = typed.split(' ', Qt::SkipEmptyParts);
    QStringList to_blame;
    for (const QString& word : words) {
        RunsFilter alone;
        alone.setSourceModel(&model);
        alone.set_query(word);
        if (alone.rowCount() == 0) to_blame += QString("“%1”").arg(word);
    }
    QString why;
    if (words.size() > 1)
        why = to_blame.isEmpty() ? QString(", and no run has all of these words")
                                 : ", and no run matches " + to_blame.join(" or ");
    return QString("The filter is “%1”%2. This workspace has %3.").arg(typed, why, runs_text(model.run_count()));
}

}  // namespace ablate::ui
