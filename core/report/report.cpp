#include "core/report/report.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/io/json_file.h"
#include "core/report/sections.h"
#include "core/report/svg_plot.h"
#include "core/study/wording.h"

namespace ablate::report {

namespace fs = std::filesystem;

namespace {

Document build(const study::Comparison& comparison, const ReportOptions& options) {
    if (comparison.groups.empty())
        throw InputError("{}: there are no runs to report on; begin with: ablate run {}",
                         comparison.study.empty() ? "report" : comparison.study,
                         comparison.study.empty() ? "STUDY" : comparison.study);
    Document document;
    document.title = options.title.empty() ? "Transformer ablation study: " + comparison.study : options.title;
    document.subtitle =
        fmt::format("{} of {}, {}. Every number is computed from the run directories.",
                    study::count_of(std::ssize(comparison.runs), "run"), comparison.study, utc_time(unix_now()));
    add_summary(document, comparison);
    add_configuration(document, comparison);
    add_results(document, comparison);
    add_variants(document, comparison);
    add_ranking(document, comparison);
    add_dynamics(document, comparison);
    add_recommendations(document, comparison);
    add_limitations(document, comparison);
    add_appendix(document, comparison);
    return document;
}

void make_folder(const fs::path& folder) {
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed || !fs::is_directory(folder))
        throw InputError("{}: cannot be made a folder ({})", folder.string(),
                         failed ? failed.message() : "it is a file");
}

}  // namespace

std::string to_markdown(const study::Comparison& comparison, const ReportOptions& options) {
    return render_markdown(build(comparison, options));
}

std::string to_html(const study::Comparison& comparison, const ReportOptions& options) {
    return render_html(build(comparison, options));
}

fs::path write_report(const study::Comparison& comparison, const fs::path& folder, const ReportOptions& options) {
    const Document document = build(comparison, options);
    make_folder(folder / "figures");
    for (const Block& block : document.blocks)
        if (const auto* figure = std::get_if<Figure>(&block))
            atomic_write(folder / "figures" / (figure->name + ".svg"), standalone_svg(figure->svg));
    atomic_write(folder / "report.md", render_markdown(document));
    atomic_write(folder / "runs.csv", study::to_csv(comparison));
    io::write_json(folder / "comparison.json", study::to_json(comparison));
    atomic_write(folder / "results.tex", results_latex(comparison));
    // Last: who finds it finds the rest.
    atomic_write(folder / "report.html", render_html(document));
    return folder / "report.html";
}

}  // namespace ablate::report
