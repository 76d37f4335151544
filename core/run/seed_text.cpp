#include "core/run/seed_text.h"

namespace ablate::run {

bool is_mean(const RunInfo& info) { return info.source.is_object() && info.source.contains("mean"); }

std::string seed_text(const RunInfo& info) {
    const Json& source = info.source;
    if (is_mean(info)) return "mean";
    const bool is_unknown = source.is_object() && source.contains("seed") && source["seed"].is_null();
    return is_unknown ? "unknown" : std::to_string(info.seed);
}

}  // namespace ablate::run
