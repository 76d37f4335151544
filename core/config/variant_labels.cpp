#include "core/config/variant_labels.h"

#include <map>
#include <set>

namespace ablate {

std::vector<std::string> distinct_labels(const std::vector<std::pair<std::string, std::string>>& names_and_labels) {
    std::map<std::string, std::set<std::string>> names_of;  // by the text shown
    std::vector<std::string> shown;
    for (const auto& [name, label] : names_and_labels) {
        shown.push_back(label.empty() ? name : label);
        names_of[shown.back()].insert(name);
    }
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const std::string& name = names_and_labels[i].first;
        if (names_of[shown[i]].size() > 1 && shown[i] != name) shown[i] += " (" + name + ")";
    }
    return shown;
}

}  // namespace ablate
