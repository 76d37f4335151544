#pragma once
#include "core/compare/comparison.h"
#include "core/report/document.h"

#include <optional>
#include <set>

namespace ablate::report {

struct Section {
    const char* name;   // "dynamics"
    const char* title;  // its heading: "Training dynamics"
};
const std::vector<Section>& report_sections();  // in their order

// The files a report comes as. `points` is every point of every series, which can be large.
enum class Output { html, markdown, pdf, csv, json, latex, points };

struct ReportOptions {
    std::string title;                                   // "": default_title
    std::optional<std::vector<std::string>> sections{};  // by name; absent: all
    std::optional<std::vector<std::string>> figures{};   // by name; absent: all
    std::set<Output> outputs{Output::html, Output::markdown, Output::csv, Output::json, Output::latex};
};

// What the report says: on the first page the verdict, the forest plot, the table and the configuration that matters;
// all else is an appendix, under a heading of level 1. Every sentence with a number is computed from the comparison.
// InputError: no runs, an unknown section or figure.
Document build_report(const study::Comparison& comparison, const ReportOptions& options = {});

std::string default_title(const study::Comparison& comparison);

// What a report consists of, and what is kept of it. InputError for a figure it does not have.
struct ListedFigure {
    std::string name, section, caption;  // the section that it belongs to, by name
    bool operator==(const ListedFigure&) const = default;
};
std::vector<ListedFigure> figures_of(const Document& document);
void keep_figures(Document& document, const std::vector<std::string>& names);
void keep_sections(Document& document, const std::vector<std::string>& names);

std::string to_markdown(const study::Comparison& comparison, const ReportOptions& options = {});
std::string to_html(const study::Comparison& comparison,
                    const ReportOptions& options = {});  // self-contained, inline SVG, no script
std::string results_latex(const study::Comparison& comparison);

// In `folder`, by the outputs asked for: report.md with figures/*.svg, runs.csv, comparison.json, results.tex,
// points.csv and points.json, report.html. Figures of an earlier report.md that are in it no longer go. A PDF takes Qt:
// the window writes it. Returns the file to open: report.html, else the folder.
std::filesystem::path write_report(const study::Comparison& comparison, const std::filesystem::path& folder,
                                   const ReportOptions& options = {});
// Like the above, for a document built from the comparison.
std::filesystem::path write_report(const study::Comparison& comparison, const Document& document,
                                   const std::filesystem::path& folder, const std::set<Output>& outputs);
void make_report_folder(const std::filesystem::path& folder);  // InputError when it cannot be

}  // namespace ablate::report
