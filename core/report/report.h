#pragma once
#include "core/study/comparison.h"

namespace ablate::report {

struct ReportOptions {
    std::string title;
};

// The report of a comparison in the structure of the TinyStories report; every sentence with a number is computed from
// it.
std::string to_markdown(const study::Comparison& comparison, const ReportOptions& options = {});
std::string to_html(const study::Comparison& comparison,
                    const ReportOptions& options = {});  // self-contained, inline SVG, no script
std::string results_latex(const study::Comparison& comparison);

// report.md, report.html, runs.csv, comparison.json, results.tex and figures/*.svg in `folder`.
std::filesystem::path write_report(const study::Comparison& comparison, const std::filesystem::path& folder,
                                   const ReportOptions& options = {});

}  // namespace ablate::report
