#include "ui/pages/live/grid_points.h"

#include "core/base/natural_order.h"
#include "core/base/text.h"
#include "ui/bridge/text.h"

namespace ablate::ui {

GridValues grid_values(const std::string& point) {
    GridValues values;
    for (const std::string& part : split(point, ',')) {
        const std::size_t equals = part.find('=');
        if (equals != std::string::npos)
            values.emplace_back(part.substr(0, equals), part.substr(equals + 1));
        else if (!values.empty())  // a comma within a value
            values.back().second += "," + part;
    }
    return values;
}

bool earlier_value(const std::string& a, const std::string& b) { return natural_less(a, b); }

bool earlier_point(const std::string& a, const std::string& b) {
    const GridValues first = grid_values(a), second = grid_values(b);
    for (std::size_t i = 0; i < first.size() && i < second.size(); ++i) {
        if (first[i].first != second[i].first) return first[i].first < second[i].first;
        if (first[i].second != second[i].second) return earlier_value(first[i].second, second[i].second);
    }
    return first.size() < second.size();
}

QString grid_key_text(const std::string& key) { return text(key.substr(key.rfind('.') + 1)); }

QString grid_point_text(const std::string& point) {
    QStringList parts;
    for (const auto& [key, value] : grid_values(point)) parts += grid_key_text(key) + " " + text(value);
    return parts.isEmpty() ? text(point) : parts.join(", ");
}

QString grid_values_text(const std::string& point) {
    QStringList parts;
    for (const auto& [key, value] : grid_values(point)) parts += text(value);
    return parts.isEmpty() ? text(point) : parts.join(", ");
}

}  // namespace ablate::ui
