#pragma once
#include "core/data/short_text.h"
#include "core/plan/mend.h"

#include <initializer_list>

// What mends the findings of preflight, the best first. Empty where only the user can tell. No torch in this header.
namespace ablate::study {

std::vector<Mend> listed(std::initializer_list<std::optional<Mend>> mends);  // those that there are

// Of a point that require_valid() refuses: single options with which it accepts the point.
std::vector<Mend> mends_of_invalid(const StudyConfig& study, const VariantPoint& point);
// The feed-forward widths that bring the point nearest to the baseline's parameters or FLOPs, none twice.
std::vector<Mend> mends_of_width(const StudyConfig& study, const VariantPoint& point, const RunConfig& baseline);
// The same optimizer step in smaller micro-batches. Of the baseline alone: a variant would read other batches.
std::vector<Mend> mends_of_memory(const StudyConfig& study, const VariantPoint& point);
// Of a baseline that starts from the weights of another configuration: takes over those of its options that `silent`
// names (the lines of silent_changes() in core/model).
std::vector<Mend> mends_of_start(const StudyConfig& study, const RunConfig& from, const RunConfig& to,
                                 const std::vector<std::string>& silent, const std::string& name);
std::vector<Mend> mends_of_one_seed(const StudyConfig& study);
std::vector<Mend> mends_of_short_text(const StudyConfig& study, const DataConfig& data, const data::ShortText& text);
// Of a line of data::early_findings(): the option that the line says to set.
std::vector<Mend> mends_of_data(const StudyConfig& study, const std::string& finding);

}  // namespace ablate::study
