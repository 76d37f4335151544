#include "ui/pages/report/report_job.h"

#include "core/base/atomic_file.h"
#include "ui/pages/report/report_pdf.h"
#include "ui/pages/report/report_text.h"

#include <algorithm>

namespace ablate::ui {
namespace {

using report::Output;

bool is_in(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// The report without what is hidden; in `figures` those of the whole one.
report::Document chosen_report(const study::Comparison& comparison, const ReportChoices& choices,
                               std::vector<report::ListedFigure>& figures) {
    report::ReportOptions options;
    options.title = choices.title.toStdString();
    options.outputs = choices.outputs;
    report::Document document = report::build_report(comparison, options);
    figures = report::figures_of(document);
    std::vector<std::string> shown_sections, shown_figures;
    for (const report::Section& section : report::report_sections())
        if (!is_in(choices.hidden_sections, section.name)) shown_sections.push_back(section.name);
    for (const report::ListedFigure& figure : figures)
        if (!is_in(choices.hidden_figures, figure.name)) shown_figures.push_back(figure.name);
    report::keep_figures(document, shown_figures);
    report::keep_sections(document, shown_sections);
    return document;
}

}  // namespace

BuiltReport build_preview(const ComparisonPtr& comparison, const ReportChoices& choices, const ReportLook& look,
                          QThread* thread) {
    BuiltReport built;
    std::unique_ptr<QTextDocument> text = report_text(chosen_report(*comparison, choices, built.figures), look);
    text->moveToThread(thread);
    // Whoever drops the last reference: it goes in its own thread.
    built.text = std::shared_ptr<QTextDocument>(text.release(), [](QTextDocument* gone) { gone->deleteLater(); });
    return built;
}

QStringList export_report(const study::Comparison& comparison, const ReportChoices& choices,
                          const std::filesystem::path& folder) {
    std::vector<report::ListedFigure> figures;
    const report::Document document = chosen_report(comparison, choices, figures);
    if (choices.outputs.contains(Output::pdf)) {
        const QByteArray pdf = report_pdf(document);
        report::make_report_folder(folder);
        atomic_write(folder / "report.pdf", {pdf.constData(), static_cast<std::size_t>(pdf.size())});
    }
    report::write_report(comparison, document, folder, choices.outputs);
    static const std::vector<std::pair<Output, QStringList>> files{{Output::pdf, {"report.pdf"}},
                                                                   {Output::html, {"report.html"}},
                                                                   {Output::markdown, {"report.md", "figures/"}},
                                                                   {Output::csv, {"runs.csv"}},
                                                                   {Output::json, {"comparison.json"}},
                                                                   {Output::latex, {"results.tex"}},
                                                                   {Output::points, {"points.csv", "points.json"}}};
    QStringList written;
    for (const auto& [output, names] : files)
        if (choices.outputs.contains(output)) written += names;
    return written;
}

}  // namespace ablate::ui
