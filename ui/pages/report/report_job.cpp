#include "ui/pages/report/report_job.h"

#include "core/base/atomic_file.h"
#include "ui/pages/report/report_text.h"

#include <algorithm>

namespace ablate::ui {
namespace {

bool is_in(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::string section_titled(const std::string& title, const std::string& otherwise) {
    for (const report::Section& section : report::report_sections())
        if (section.title == title) return section.name;
    return otherwise;
}

std::vector<ListedFigure> figures_of(const report::Document& document) {
    std::vector<ListedFigure> figures;
    std::string section;
    for (const report::Block& block : document.blocks) {
        if (const auto* heading = std::get_if<report::Heading>(&block); heading && heading->level == 2)
            section = section_titled(heading->text, section);
        if (const auto* figure = std::get_if<report::Figure>(&block))
            figures.push_back({figure->name, section, QString::fromStdString(figure->caption)});
    }
    return figures;
}

// From a chapter's heading to the next.
void drop_sections(report::Document& document, const std::vector<std::string>& hidden) {
    bool dropped = false;
    std::vector<report::Block> kept;
    for (report::Block& block : document.blocks) {
        if (const auto* heading = std::get_if<report::Heading>(&block); heading && heading->level == 2)
            dropped = is_in(hidden, section_titled(heading->text, ""));
        if (!dropped) kept.push_back(std::move(block));
    }
    document.blocks = std::move(kept);
}

}  // namespace

BuiltReport build_preview(const ComparisonPtr& comparison, const ReportChoices& choices, const ReportLook& look,
                          QThread* thread) {
    BuiltReport built;
    built.comparison = comparison;
    built.options.title = choices.title.toStdString();
    report::Document document = report::build_report(*comparison, built.options);
    built.figures = figures_of(document);
    std::vector<std::string> sections, figures;
    for (const report::Section& section : report::report_sections())
        if (!is_in(choices.hidden_sections, section.name)) sections.push_back(section.name);
    for (const ListedFigure& figure : built.figures)
        if (is_in(sections, figure.section) && !is_in(choices.hidden_figures, figure.name))
            figures.push_back(figure.name);
    drop_sections(document, choices.hidden_sections);
    report::keep_figures(document, figures);
    built.options.sections = sections;
    built.options.figures = figures;
    std::unique_ptr<QTextDocument> text = report_text(document, look);
    text->moveToThread(thread);
    // Whoever drops the last reference: it goes in its own thread.
    built.text = std::shared_ptr<QTextDocument>(text.release(), [](QTextDocument* gone) { gone->deleteLater(); });
    return built;
}

QStringList export_report(const study::Comparison& comparison, const report::ReportOptions& options,
                          const std::filesystem::path& folder) {
    using report::Output;
    report::write_report(comparison, folder, options);
    if (options.outputs.contains(Output::pdf)) {
        const QByteArray pdf = report_pdf(report::build_report(comparison, options));
        atomic_write(folder / "report.pdf", {pdf.constData(), static_cast<std::size_t>(pdf.size())});
    }
    static const std::vector<std::pair<Output, QStringList>> files{{Output::pdf, {"report.pdf"}},
                                                                   {Output::html, {"report.html"}},
                                                                   {Output::markdown, {"report.md", "figures/"}},
                                                                   {Output::csv, {"runs.csv"}},
                                                                   {Output::json, {"comparison.json"}},
                                                                   {Output::latex, {"results.tex"}},
                                                                   {Output::points, {"points.csv", "points.json"}}};
    QStringList written;
    for (const auto& [output, names] : files)
        if (options.outputs.contains(output)) written += names;
    return written;
}

}  // namespace ablate::ui
