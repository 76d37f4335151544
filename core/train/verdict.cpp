#include "core/train/verdict.h"

#include "core/base/error.h"

#include <array>

namespace ablate::train {
namespace {

constexpr std::array kOutcomes = {Outcome::healthy, Outcome::collapsed, Outcome::stopped,
                                  Outcome::paused,  Outcome::failed,    Outcome::interrupted};
constexpr std::array kCollapses = {Collapse::none, Collapse::non_finite, Collapse::exploding, Collapse::dead_loss,
                                   Collapse::contradicted_loss};

template <class Values>
auto value_named(const Values& values, const std::string& name, const char* what) {
    for (auto value : values)
        if (name == to_string(value)) return value;
    throw InputError("verdict: '{}' is no {}", name, what);
}

}  // namespace

const char* to_string(Outcome outcome) {
    switch (outcome) {
        case Outcome::healthy:
            return "healthy";
        case Outcome::collapsed:
            return "collapsed";
        case Outcome::stopped:
            return "stopped";
        case Outcome::paused:
            return "paused";
        case Outcome::failed:
            return "failed";
        case Outcome::interrupted:
            return "interrupted";
    }
    throw std::logic_error("an outcome without a name");
}

const char* to_string(Collapse collapse) {
    switch (collapse) {
        case Collapse::none:
            return "none";
        case Collapse::non_finite:
            return "non_finite";
        case Collapse::exploding:
            return "exploding";
        case Collapse::dead_loss:
            return "dead_loss";
        case Collapse::contradicted_loss:
            return "contradicted_loss";
    }
    throw std::logic_error("a collapse without a name");
}

Json to_json(const Verdict& verdict) {
    return {{"outcome", to_string(verdict.outcome)},
            {"collapse", to_string(verdict.collapse)},
            {"step", verdict.step},
            {"tensor", verdict.tensor},
            {"cause", verdict.cause},
            {"out_of_resources", verdict.out_of_resources}};
}

Verdict verdict_from_json(const Json& json) {
    try {
        Verdict verdict;
        verdict.outcome = value_named(kOutcomes, json.at("outcome").get<std::string>(), "outcome");
        verdict.collapse = value_named(kCollapses, json.at("collapse").get<std::string>(), "collapse");
        verdict.step = json.at("step").get<std::int64_t>();
        verdict.tensor = json.at("tensor").get<std::string>();
        verdict.cause = json.at("cause").get<std::string>();
        verdict.out_of_resources = json.value("out_of_resources", false);
        return verdict;
    } catch (const Json::exception& error) {
        throw InputError("verdict: {}", error.what());
    }
}

}  // namespace ablate::train
