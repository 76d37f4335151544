#include "core/run/older_settings.h"

#include "core/run/known_keys.h"

#include <map>
#include <string_view>
#include <tuple>

namespace ablate::run {

std::unordered_set<std::string> runs_of_older_settings(const std::vector<ListedRun>& runs) {
    using Point = std::tuple<std::string_view, std::string_view, std::string_view>;
    const auto point_of = [](const RunInfo& info) { return Point(info.study, info.variant, info.grid_point); };
    std::map<Point, const RunInfo*> newest;
    for (const ListedRun& listed : runs) {
        if (is_imported_log(listed.info)) continue;
        const RunInfo*& last = newest[point_of(listed.info)];
        if (!last || last->created <= listed.info.created) last = &listed.info;
    }
    std::unordered_set<std::string> older;
    for (const ListedRun& listed : runs) {
        if (is_imported_log(listed.info)) continue;
        if (newest.at(point_of(listed.info))->config_hash != listed.info.config_hash) older.insert(listed.info.id);
    }
    return older;
}

}  // namespace ablate::run
