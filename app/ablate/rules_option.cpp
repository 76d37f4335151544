#include "app/ablate/rules_option.h"

#include "app/ablate/number_option.h"

namespace ablate::app {

void add_rules_options(CLI::App& parser, RulesOptions& options) {
    read_number(parser.add_option("--margin", options.margin, "nats per token within which two losses count as equal"),
                real_number().above(0));
    read_number(parser.add_option("--smallest-difference", options.smallest_difference,
                                  "nats per token that the study shall be able to find"),
                real_number().above(0));
}

void add_judging_options(CLI::App& parser, RulesOptions& options) {
    add_rules_options(parser, options);
    parser.add_flag("--paired", options.paired, "imported logs of one seed share their data order: pair them by seed");
}

void set_rules(StudyConfig& study, const RulesOptions& options) {
    if (options.margin) study.margin = options.margin;
    if (options.smallest_difference) study.smallest_difference = options.smallest_difference;
}

void judge_by(study::Comparison& comparison, const RulesOptions& options) {
    study::Rules rules = comparison.rules;
    if (options.margin && rules.margin != options.margin) rules.margin = options.margin, rules.chosen_after = true;
    if (options.smallest_difference && rules.smallest_difference != options.smallest_difference)
        rules.smallest_difference = options.smallest_difference, rules.chosen_after = true;
    if (options.paired) rules.paired_logs = true;
    if (options.margin || options.smallest_difference || options.paired) study::judge_by(comparison, rules);
}

}  // namespace ablate::app
