#pragma once
#include "core/compare/comparison.h"
#include "core/config/study_config.h"

#include <CLI/CLI.hpp>

#include <optional>

// What a conclusion is judged by, declared once: before the first run as settings of the study (run), afterwards for
// one call (compare, report).
namespace ablate::app {

struct RulesOptions {
    std::optional<double> margin, smallest_difference;  // nats per token
    bool paired = false;
};

// --margin and --smallest-difference.
void add_rules_options(CLI::App& parser, RulesOptions& options);
// Also --paired, which says something of logs that exist.
void add_judging_options(CLI::App& parser, RulesOptions& options);

void set_rules(StudyConfig& study, const RulesOptions& options);

// Judges by the options in place of what the plan has. A margin or smallest difference that the plan does not have is
// chosen after seeing data.
void judge_by(study::Comparison& comparison, const RulesOptions& options);

}  // namespace ablate::app
