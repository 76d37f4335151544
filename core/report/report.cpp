#include "core/report/report.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/compare/wording.h"
#include "core/io/json_file.h"
#include "core/report/points.h"
#include "core/report/sections.h"
#include "core/report/svg_plot.h"

#include <algorithm>
#include <array>
#include <regex>

namespace ablate::report {

namespace fs = std::filesystem;

namespace {

struct SectionWriter {
    Section section;
    void (*add)(Document& document, const study::Comparison& comparison);
};
constexpr std::array kSections{
    SectionWriter{{"summary", "Summary"}, add_summary},
    SectionWriter{{"configuration", "Experiment configuration"}, add_configuration},
    SectionWriter{{"results", "Results overview"}, add_results},
    SectionWriter{{"variants", "Detailed ablation analysis"}, add_variants},
    SectionWriter{{"ranking", "Component importance ranking"}, add_ranking},
    SectionWriter{{"dynamics", "Training dynamics"}, add_dynamics},
    SectionWriter{{"recommendations", "Recommendations"}, add_recommendations},
    SectionWriter{{"limitations", "Limitations"}, add_limitations},
    SectionWriter{{"appendix", "Runs, configuration and files"}, add_appendix},
};

bool is_in(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool chosen(const ReportOptions& options, const char* section) {
    return !options.sections || is_in(*options.sections, section);
}

void require_known(const std::vector<std::string>& names, const char* thing, const std::vector<std::string>& known) {
    for (const std::string& name : names) {
        if (is_in(known, name)) continue;
        const std::string hint = did_you_mean(name, known);
        throw InputError("the report has no {} {}{}", thing, quote(name),
                         hint.empty() ? "; it has " + join(known, ", ") : hint);
    }
}

// What the appendix lists as files next to the report.
void add_files(Document& document, const ReportOptions& options) {
    List list;
    const auto add = [&](Output output, const char* file, const char* what) {
        if (options.outputs.contains(output)) list.items.push_back({file, what});
    };
    add(Output::csv, "runs.csv:", "one row per run, full precision");
    add(Output::json, "comparison.json:", "groups, intervals, judgments, differences, notes");
    add(Output::points, "points.csv, points.json:", "every point of every series of every run");
    add(Output::latex, "results.tex:", "the results table for LaTeX (booktabs)");
    add(Output::markdown, "figures:", "every plot as SVG");
    if (list.items.empty()) return;
    document.heading(3, "Files next to this report");
    document.add(std::move(list));
}

constexpr const char* kFirstPage = "summary";  // the section before the appendix

// A section begins with its title and ends before the next one's. The heading of the appendix belongs to none.
std::string section_titled(const std::string& title, const std::string& otherwise) {
    for (const SectionWriter& writer : kSections)
        if (writer.section.title == title) return writer.section.name;
    return otherwise;
}

// Calls `take(block, section)` for every block.
template <class Blocks, class Take>
void for_each_block(Blocks& blocks, Take take) {
    std::string section;
    for (auto& block : blocks) {
        const auto* heading = std::get_if<Heading>(&block);
        if (heading && heading->level == 1) section.clear();
        if (heading && heading->level == 2) section = section_titled(heading->text, section);
        take(block, section);
    }
}

template <class Wanted>
void keep(Document& document, Wanted wanted) {
    std::vector<Block> kept;
    for_each_block(document.blocks, [&](Block& block, const std::string& section) {
        if (wanted(block, section)) kept.push_back(std::move(block));
    });
    document.blocks = std::move(kept);
}

// Files of figures that a report.md names. The folder may hold pictures of others, which it does not name.
std::set<fs::path> figure_files(const fs::path& markdown) {
    std::set<fs::path> files;
    std::error_code unreadable;
    if (!fs::is_regular_file(markdown, unreadable)) return files;
    std::string text;
    try {
        text = read_file(markdown);
    } catch (const std::exception&) {
        return files;  // what another left there is replaced, whatever it is
    }
    static const std::regex figure(R"(\]\((figures/[a-z0-9-]+\.svg)\))");
    for (std::sregex_iterator match(text.begin(), text.end(), figure), end; match != end; ++match)
        files.insert(markdown.parent_path() / match->str(1));
    return files;
}

void write_markdown(const Document& document, const fs::path& folder) {
    const fs::path markdown = folder / "report.md";
    std::set<fs::path> stale = figure_files(markdown);
    make_report_folder(folder / "figures");
    for (const Block& block : document.blocks)
        if (const auto* figure = std::get_if<Figure>(&block)) {
            const fs::path file = folder / "figures" / (figure->name + ".svg");
            atomic_write(file, standalone_svg(figure->svg));
            stale.erase(file);
        }
    atomic_write(markdown, render_markdown(document));
    std::error_code ignored;  // a picture too many does no harm
    for (const fs::path& file : stale) fs::remove(file, ignored);
}

}  // namespace

void make_report_folder(const fs::path& folder) {
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed || !fs::is_directory(folder))
        throw InputError("{}: cannot be made a folder ({})", folder.string(),
                         failed ? failed.message() : "it is a file");
}

const std::vector<Section>& report_sections() {
    static const std::vector<Section> sections = [] {
        std::vector<Section> all;
        for (const SectionWriter& writer : kSections) all.push_back(writer.section);
        return all;
    }();
    return sections;
}

std::string default_title(const study::Comparison& comparison) {
    return "Transformer ablation study: " + comparison.study;
}

Document build_report(const study::Comparison& comparison, const ReportOptions& options) {
    if (comparison.groups.empty())
        throw InputError("{}: there are no runs to report on; begin with: ablate run {}",
                         comparison.study.empty() ? "report" : comparison.study,
                         comparison.study.empty() ? "STUDY" : comparison.study);
    std::vector<std::string> known;
    for (const Section& section : report_sections()) known.push_back(section.name);
    if (options.sections) require_known(*options.sections, "section", known);
    Document document;
    document.title = options.title.empty() ? default_title(comparison) : options.title;
    document.subtitle =
        fmt::format("{} of {}, {}. Every number is computed from the run directories.",
                    study::count_of(std::ssize(comparison.runs), "run"), comparison.study, utc_time(unix_now()));
    bool is_divided = !chosen(options, kFirstPage);
    for (const SectionWriter& writer : kSections) {
        if (!chosen(options, writer.section.name)) continue;
        if (!document.blocks.empty() && !std::exchange(is_divided, true)) document.heading(1, "Appendix");
        writer.add(document, comparison);
    }
    if (chosen(options, "appendix")) add_files(document, options);
    if (options.figures) keep_figures(document, *options.figures);
    return document;
}

std::vector<ListedFigure> figures_of(const Document& document) {
    std::vector<ListedFigure> figures;
    for_each_block(document.blocks, [&](const Block& block, const std::string& section) {
        if (const auto* figure = std::get_if<Figure>(&block))
            figures.push_back({figure->name, section, figure->caption});
    });
    return figures;
}

void keep_figures(Document& document, const std::vector<std::string>& names) {
    std::vector<std::string> known;
    for (const ListedFigure& figure : figures_of(document)) known.push_back(figure.name);
    require_known(names, "figure", known);
    keep(document, [&](const Block& block, const std::string&) {
        const auto* figure = std::get_if<Figure>(&block);
        return !figure || is_in(names, figure->name);
    });
}

void keep_sections(Document& document, const std::vector<std::string>& names) {
    const bool is_divided = is_in(names, kFirstPage) && names.size() > 1;
    keep(document, [&](const Block&, const std::string& section) {
        return section.empty() ? is_divided : is_in(names, section);
    });
}

std::string to_markdown(const study::Comparison& comparison, const ReportOptions& options) {
    return render_markdown(build_report(comparison, options));
}

std::string to_html(const study::Comparison& comparison, const ReportOptions& options) {
    return render_html(build_report(comparison, options));
}

fs::path write_report(const study::Comparison& comparison, const fs::path& folder, const ReportOptions& options) {
    return write_report(comparison, build_report(comparison, options), folder, options.outputs);
}

fs::path write_report(const study::Comparison& comparison, const Document& document, const fs::path& folder,
                      const std::set<Output>& outputs) {
    const auto asked = [&](Output output) { return outputs.contains(output); };
    make_report_folder(folder);
    if (asked(Output::markdown)) write_markdown(document, folder);
    if (asked(Output::csv)) atomic_write(folder / "runs.csv", study::to_csv(comparison));
    if (asked(Output::json)) io::write_json(folder / "comparison.json", study::to_json(comparison));
    if (asked(Output::latex)) atomic_write(folder / "results.tex", results_latex(comparison));
    if (asked(Output::points)) {
        write_points_csv(comparison, folder / "points.csv");
        write_points_json(comparison, folder / "points.json");
    }
    if (!asked(Output::html)) return folder;
    // Written last: once this file exists, all others do.
    atomic_write(folder / "report.html", render_html(document));
    return folder / "report.html";
}

}  // namespace ablate::report
