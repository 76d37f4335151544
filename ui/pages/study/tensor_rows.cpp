#include "ui/pages/study/tensor_rows.h"

#include "core/base/text.h"
#include "core/model/start_plan.h"
#include "core/model/tensor_table.h"
#include "core/train/start.h"
#include "ui/bridge/text.h"

#include <map>
#include <set>

namespace ablate::ui {
namespace {

using Rows = std::vector<TensorRow>;

QString shape_text(const TensorSpec& spec) {
    QStringList sides;
    for (const std::int64_t side : spec.shape) sides += QString::number(side);
    return sides.isEmpty() ? QString("scalar") : sides.join(" × ");
}

TensorRow row_of(const TensorSpec& spec, TensorFate fate, const std::string& why = {}) {
    return {text(spec.name), shape_text(spec), spec.count(), fate, text(why)};
}

// Merges two lists in the order of the forward pass. `before` holds what only the first has; `after` is all of the
// second, `common` what is in both. Removed rows come before the new ones in their place.
Rows merged(const std::vector<TensorSpec>& first, std::map<std::string, TensorRow> before, const Rows& after,
            const std::set<QString>& common) {
    Rows rows, fresh;
    auto next = first.begin();
    const auto pass_gone = [&](const QString& until) {
        for (; next != first.end() && text(next->name) != until; ++next)
            if (const auto gone = before.find(next->name); gone != before.end()) rows.push_back(gone->second);
        rows.insert(rows.end(), fresh.begin(), fresh.end());
        fresh.clear();
    };
    for (const TensorRow& row : after) {
        if (!common.contains(row.name)) {
            fresh.push_back(row);
            continue;
        }
        pass_gone(row.name);
        rows.push_back(row);
    }
    pass_gone({});
    return rows;
}

QString count_text(std::size_t count) { return count ? QString::number(count) : QString("none"); }

QString counts_beside(const Rows& rows) {
    std::map<TensorFate, std::size_t> of;
    for (const TensorRow& row : rows) ++of[row.fate];
    QString line = QString("%1 tensors as in the baseline, %2 only there, %3 only here")
                       .arg(count_text(of[TensorFate::same]), count_text(of[TensorFate::dropped]),
                            count_text(of[TensorFate::fresh]));
    if (of[TensorFate::reshaped]) line += QString(", %1 of another shape").arg(of[TensorFate::reshaped]);
    return line;
}

}  // namespace

QString sign_of(TensorFate fate) {
    switch (fate) {
        case TensorFate::dropped:
            return "−";
        case TensorFate::fresh:
            return "+";
        case TensorFate::reshaped:
            return "≠";
        case TensorFate::same:
        case TensorFate::kept:
            break;
    }
    return "=";
}

QString TensorList::word_for(TensorFate fate) const {
    switch (fate) {
        case TensorFate::same:
            return "same";
        case TensorFate::kept:
            return "kept";
        case TensorFate::dropped:
            return from_start ? "dropped" : "only in the baseline";
        case TensorFate::fresh:
            return from_start ? "new" : "only here";
        case TensorFate::reshaped:
            break;
    }
    return "other shape";
}

TensorList tensors_beside(const RunConfig& baseline, const RunConfig& config) {
    const std::vector<TensorSpec> there = model::tensor_table(baseline);
    std::map<std::string, const TensorSpec*> by_name;
    for (const TensorSpec& spec : there) by_name[spec.name] = &spec;
    TensorList list;
    Rows here;
    std::set<QString> common;
    for (const TensorSpec& spec : model::tensor_table(config)) {
        const auto found = by_name.find(spec.name);
        here.push_back(row_of(spec, found == by_name.end() ? TensorFate::fresh : TensorFate::same));
        if (found == by_name.end()) continue;
        TensorRow& row = here.back();
        common.insert(row.name);
        if (found->second->shape != spec.shape) {
            row.fate = TensorFate::reshaped;
            row.why = shape_text(*found->second) + " in the baseline";
        }
        by_name.erase(found);
    }
    std::map<std::string, TensorRow> gone;
    for (const auto& [name, spec] : by_name) gone.emplace(name, row_of(*spec, TensorFate::dropped));
    list.rows = merged(there, std::move(gone), here, common);
    list.compared = to_json(baseline) != to_json(config);
    list.counts = list.compared ? counts_beside(list.rows)
                                : QString("%1 tensors, %2 parameters")
                                      .arg(here.size())
                                      .arg(text(with_thousands(model::parameter_counts(config).unique)));
    return list;
}

TensorList tensors_from_start(const RunConfig& config, const std::filesystem::path& workspace,
                              const std::string& name) {
    const train::StartWeights start = train::find_start(config.train.start, workspace);
    const model::StartPlan plan = model::plan_start(start.config, config, name);
    TensorList list;
    list.from_start = true;
    list.counts = text(model::in_words(plan));
    std::map<std::string, const std::string*> fresh;
    for (const model::StartTensor& tensor : plan.fresh) fresh[tensor.spec.name] = &tensor.why;
    Rows here;
    std::set<QString> common;
    for (const TensorSpec& spec : model::tensor_table(config)) {
        const auto why = fresh.find(spec.name);
        here.push_back(why == fresh.end() ? row_of(spec, TensorFate::kept)
                                          : row_of(spec, TensorFate::fresh, *why->second));
        if (why == fresh.end()) common.insert(here.back().name);
    }
    std::map<std::string, TensorRow> dropped;
    for (const model::StartTensor& tensor : plan.dropped)
        dropped.emplace(tensor.spec.name, row_of(tensor.spec, TensorFate::dropped, tensor.why));
    list.rows = merged(model::tensor_table(start.config), std::move(dropped), here, common);
    return list;
}

}  // namespace ablate::ui
