#pragma once
#include "core/compare/comparison.h"

// How comparisons are said, shared by judgments, tables and the report: losses in nats with four decimals.
namespace ablate::study {

std::string signed_loss(double difference);       // +0.0815; +8.1e-06 where four decimals would show zero
std::string loss_text(double size);               // 0.0815, without a sign
std::string confidence_text(double error);        // 0.05 -> "95 %", 0.05 / 3 -> "98.33 %"
double farthest(const PairedInterval& interval);  // the end of the interval that is farther from zero; it has one
std::string signed_percent(double ratio);         // 0.0223 -> "+2.23 %"
std::string ranks_text(const RankRange& ranks);   // "2–4", "1", "–" for none
// Decimals of a mean whose interval is known: those of two digits of its half width, 1 to 6. Without one: 4.
int decimals_of(const std::optional<double>& half_width);
std::string with_half_width(const Interval& interval);  // "3.6514 ± 0.0157", "3.6582" for one seed, "" for none
std::string with_half_width(const PairedInterval& difference);  // "+0.0815 ± 0.0056"
// The same with the digits that the interval allows: "3.651 ± 0.016", "+0.142 ± 0.029".
std::string in_own_digits(const Interval& interval);
std::string in_own_digits(const PairedInterval& difference);
// What a comparison compares: "validation loss", "validation bits per byte", "training loss"; for a table's head "val
// loss", "val bpb", "train loss"; and its unit, "nats" or "bits per byte".
std::string measured(const Comparison& comparison);
const run::Metric& measured_metric(const Comparison& comparison);  // its row in the table of metrics
std::string measured_in_short(const Comparison& comparison);
std::string unit_of(const Comparison& comparison);
// "at step 1,000", "over steps 991 to 1,000 (mean)"; a table's cell for the same, "991–1,000".
std::string in_words(const Span& span);
std::string span_text(const Span& span);
// Where all groups that have a final value are read, empty where none has; none where they are read at different steps.
std::optional<Span> shared_span(const Comparison& comparison);
// "Final values are read at step 1,000."; where groups are read at different steps each of them. "" without any.
std::string spans_in_words(const Comparison& comparison);
std::string parameters_text(std::int64_t parameters);            // "22,696,448"; "–" where the number is not known
std::string p_text(double p);                                    // "p = 0.0003", "p < 0.0001"
std::string count_of(std::int64_t n, const std::string& thing);  // "1 seed", "3 seeds"
// "12.3 %"; "–" where it is not known, or where it exceeds 1: the peak was then measured on a busy machine.
std::string utilization_text(double utilization);
std::string display_name(const Group& group);  // the label, and the grid point where there is one
std::string plain_label(const Group& group);   // the label alone, or the name without one

}  // namespace ablate::study
