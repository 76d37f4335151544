#include "ui/charts/curve_table.h"

#include "core/base/text.h"

#include <QHash>
#include <algorithm>
#include <cmath>

namespace ablate::ui {
namespace {

QString cell(const QString& text) {
    if (!text.contains(',') && !text.contains('"') && !text.contains('\n')) return text;
    return '"' + QString(text).replace("\"", "\"\"") + '"';
}

QString number(double value) { return QString::fromStdString(full_precision(value)); }

}  // namespace

QString curve_table(const std::vector<Curve>& curves, const QString& x_title) {
    QStringList header{cell(x_title)};
    QHash<QString, int> named;
    std::vector<std::vector<std::size_t>> order;  // of each curve's points: x ascends, points without one are left out
    for (const Curve& curve : curves) {
        const QString name = curve.label.isEmpty() ? curve.id : curve.label;
        const int count = ++named[name];
        header << cell(count == 1 ? name : QString("%1 (%2)").arg(name).arg(count));
        std::vector<std::size_t> places;
        for (std::size_t i = 0; i < curve.x->size(); ++i)
            if (std::isfinite((*curve.x)[i])) places.push_back(i);
        std::stable_sort(places.begin(), places.end(),
                         [&](std::size_t a, std::size_t b) { return (*curve.x)[a] < (*curve.x)[b]; });
        order.push_back(std::move(places));
    }
    QString table = header.join(',') + '\n';
    std::vector<std::size_t> next(curves.size(), 0);
    for (;;) {
        double x = std::numeric_limits<double>::infinity();
        for (std::size_t c = 0; c < curves.size(); ++c)
            if (next[c] < order[c].size()) x = std::min(x, (*curves[c].x)[order[c][next[c]]]);
        if (!std::isfinite(x)) return table;
        table += number(x);
        for (std::size_t c = 0; c < curves.size(); ++c) {
            table += ',';
            if (next[c] == order[c].size() || (*curves[c].x)[order[c][next[c]]] != x) continue;
            table += number((*curves[c].y)[order[c][next[c]++]]);
        }
        table += '\n';
    }
}

}  // namespace ablate::ui
