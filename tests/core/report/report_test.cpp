#include "core/report/report.h"

#include "core/base/atomic_file.h"
#include "core/base/text.h"
#include "core/compare/verdict.h"
#include "core/report/document.h"
#include "tests/support/contains.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QRegularExpression>
#include <QtTest>

using namespace ablate;
using namespace ablate::report;
using namespace ablate::test;

namespace {

bool lacks(const std::string& text, const std::string& part) {
    if (text.find(part) == std::string::npos) return true;
    qWarning("'%s' is in the text", part.c_str());
    return false;
}

study::Comparison comparison_in(const TempFolder& workspace) {
    return study::compare_study(run::RunStore(workspace.path()), "quick");
}

const char* kSections[] = {"Summary",
                           "Experiment configuration",
                           "Results overview",
                           "Detailed ablation analysis",
                           "Component importance ranking",
                           "Training dynamics",
                           "Recommendations",
                           "Limitations",
                           "Runs, configuration and files"};

}  // namespace

class ReportTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void the_measured_study() {
        TempFolder workspace;
        write_measured_study(workspace.path());
        const std::string markdown = to_markdown(comparison_in(workspace));
        std::size_t at = 0;
        for (const char* section : kSections) {
            at = markdown.find(std::string("## ") + section, at);
            QVERIFY2(at != std::string::npos, section);
        }
        QVERIFY(contains(markdown, "3.6514 ± 0.0156"));
        QVERIFY(contains(markdown, "worse by 0.0815 nats"));
        QVERIFY(contains(markdown, "+2.23 %"));
        QVERIFY(contains(markdown, "ln V = 7.62"));
        QVERIFY(contains(markdown, "| 3 | SiLU | +0.1421"));  // the larger effect ranks first
        QVERIFY(contains(markdown, "| 2 | NoPE | +0.0815 ± 0.0082 | +2.23 % |"));
        QVERIFY(contains(markdown, "**Keep the baseline over** NoPE (0.0815 ± 0.0082 nats at equal steps"));
        QVERIFY(contains(markdown, "None of the runs collapsed"));
        QVERIFY(contains(markdown, "| NoPE | 7.6400 | 1.30 | 1.30 | 1.30 |"));  // gradient norms over thirds
        QVERIFY(contains(markdown, "3.6582"));
        for (const char* word : {"nan", "inf ", "-nan"}) QVERIFY(lacks(markdown, word));
    }

    // The answer first, all else in an appendix.
    void the_first_page_holds_the_answer() {
        TempFolder workspace;
        write_measured_study(workspace.path());
        const study::Comparison comparison = comparison_in(workspace);
        const Document document = build_report(comparison);
        std::vector<Block> first;
        for (const Block& block : document.blocks) {
            const auto* heading = std::get_if<Heading>(&block);
            if (heading && heading->level == 1) break;
            first.push_back(block);
        }
        QCOMPARE(first.size(), std::size_t{5});
        QCOMPARE(std::get<Heading>(first[0]).text, std::string("Summary"));
        QCOMPARE(std::get<Paragraph>(first[1]).text, study::verdict(comparison).sentence);
        QVERIFY(std::get<Paragraph>(first[1]).lead);
        const auto& figure = std::get<Figure>(first[2]);
        QCOMPARE(figure.name, std::string("final-loss"));
        // Sorted by difference: the baseline, then NoPE, then SiLU.
        const std::size_t baseline = figure.svg.find(">Baseline<"), nope = figure.svg.find(">NoPE<");
        QVERIFY(baseline < nope && nope < figure.svg.find(">SiLU<"));
        QVERIFY(contains(figure.svg, "+0.0815 ± 0.0082"));
        const auto& table = std::get<Table>(first[3]);
        QCOMPARE(table.rows.size(), std::size_t{3});
        const auto row = std::find_if(table.rows.begin(), table.rows.end(),
                                      [](const Table::Row& one) { return one.cells.front() == "NoPE"; });
        QVERIFY(row != table.rows.end());
        QCOMPARE(row->cells, (std::vector<std::string>{"NoPE", "3 of 3", "3.7329 ± 0.0195", "+0.0815 ± 0.0082",
                                                       "+2.23 %", "worse by 0.0815 nats"}));
        QCOMPARE(std::get<List>(first[4]).items.front().label, std::string("Model:"));
    }

    void the_heading_of_the_appendix_needs_both_sides() {
        TempFolder workspace;
        write_measured_study(workspace.path());
        const study::Comparison comparison = comparison_in(workspace);
        const auto parts = [](const Document& document) {
            return std::count_if(document.blocks.begin(), document.blocks.end(), [](const Block& block) {
                const auto* heading = std::get_if<Heading>(&block);
                return heading && heading->level == 1;
            });
        };
        ReportOptions options;
        QCOMPARE(parts(build_report(comparison)), 1);
        using Names = std::vector<std::string>;
        for (const Names& names : {Names{"summary"}, Names{"results", "dynamics"}, Names{"summary", "results"}}) {
            options.sections = names;
            const int wanted = names.size() == 2 && names[0] == "summary";
            QCOMPARE(parts(build_report(comparison, options)), wanted);
            Document whole = build_report(comparison);
            keep_sections(whole, names);
            QCOMPARE(parts(whole), wanted);
        }
    }

    void curves_that_cross_are_a_table_and_else_left_out() {
        TempFolder apart, crossing;
        write_measured_study(apart.path());
        QVERIFY(lacks(to_markdown(comparison_in(apart)), "Where curves cross"));
        write_synthetic_seeds(crossing.path(), {.initial = 8}, {3.65, 3.66});
        write_synthetic_seeds(crossing.path(), {.variant = "nope", .label = "NoPE", .patch = kNoPE, .initial = 7.5},
                              {3.75, 3.76});
        const std::string markdown = to_markdown(comparison_in(crossing));
        QVERIFY(contains(markdown, "### Where curves cross"));
        QVERIFY(contains(markdown, "| NoPE | 2 of 2 | 2 |"));
    }

    // Browsers with a page of 1,200 px: columns without room are in a further table under the same variants.
    void wide_tables_of_html_are_split() {
        Document document{"t", "s", {}};
        Table table{{{"Variant"}}, {}};
        Table::Row row{{"NoPE"}};
        for (int i = 0; i < 20; ++i) {
            table.columns.push_back({"Column" + std::to_string(i), true});
            row.cells.push_back("3.6514 ± 0.0156");
        }
        table.rows.push_back(row);
        document.add(table);
        const QString html = QString::fromStdString(render_html(document));
        const int tables = static_cast<int>(html.count("<table>"));
        QCOMPARE(tables, 3);  // 8 columns of 15 characters each at most
        QCOMPARE(html.count("<td>NoPE</td>"), tables);
        QCOMPARE(html.count("<div class=\"table\">"), tables);  // which scrolls what is still too wide
        QCOMPARE(html.count("3.6514\u00A0±\u00A00.0156"), 20);  // never broken at the sign
        QVERIFY(html.contains(".table { overflow-x: auto; }"));
        QVERIFY(html.contains("main { max-width: 1152px;"));  // 1,200 with the margins
    }

    void the_optimizer_is_described_by_what_it_reads() {
        TempFolder workspace;
        const Json sgd = {{"train", {{"optimizer", "sgd"}, {"momentum", 0.9}, {"weight_decay", 0.25}}}};
        Json without_positions = sgd;
        without_positions.update(kNoPE);
        write_synthetic_seeds(workspace.path(), {.patch = sgd}, {3.65});
        write_synthetic_seeds(workspace.path(), {.variant = "nope", .label = "NoPE", .patch = without_positions},
                              {3.75});
        const std::string markdown = to_markdown(comparison_in(workspace));
        QVERIFY(contains(markdown,
                         "SGD, momentum 0.9, weight decay 0.25, added to the gradient, on matrices and embeddings"));
        QVERIFY(lacks(markdown, "betas"));
    }

    void one_seed_ranks_nothing() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {}, {3.65});
        write_synthetic_seeds(workspace.path(), {.variant = "nope", .label = "NoPE", .patch = kNoPE}, {3.75});
        const std::string markdown = to_markdown(comparison_in(workspace));
        QVERIFY(contains(markdown, "nothing is ranked"));
        QVERIFY(contains(markdown, "One seed per variant"));
        QVERIFY(contains(markdown, "Train more seeds"));
        QVERIFY(lacks(markdown, "Keep the baseline"));
    }

    void collapsed_runs_are_listed_with_step_and_cause() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {}, {3.65, 3.66});
        write_synthetic_run(
            workspace.path(),
            {.variant = "no-norm", .label = "No norm", .patch = kNoNorm, .initial = 20.06, .nan_at = 23});
        write_synthetic_run(
            workspace.path(),
            {.variant = "no-norm", .label = "No norm", .patch = kNoNorm, .seed = 2, .initial = 20.06, .nan_at = 23});
        const study::Comparison comparison = comparison_in(workspace);
        const std::string markdown = to_markdown(comparison), html = to_html(comparison);
        QVERIFY(contains(markdown, "| No norm | 0 of 2 | collapsed |"));
        QVERIFY(contains(markdown, "| 23 | non\\_finite | loss is NaN at step 23"));
        QVERIFY(contains(markdown, "20.06, that of the baseline 7.64"));
        QVERIFY(contains(markdown, "Without a loss to compare"));
        QVERIFY(contains(html, "collapsed at 23"));  // the marker in the figures
    }

    void surviving_seeds_are_no_advice() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {}, {3.65, 3.66, 3.64});
        SyntheticRun nope{.variant = "nope", .label = "NoPE", .patch = kNoPE};
        write_synthetic_seeds(workspace.path(), nope, {3.25, 3.27});
        nope.seed = 3;
        nope.nan_at = 23;
        write_synthetic_run(workspace.path(), nope);
        const std::string markdown = to_markdown(comparison_in(workspace));
        QVERIFY(contains(markdown, "**NoPE is unstable:** the difference is -0.3950"));
        QVERIFY(lacks(markdown, "**Consider"));
        QVERIFY(
            contains(markdown,
                     "Not ranked, because there is no verdict: NoPE (1 of 3 seeds collapsed)."));  // in place of a rank
        QVERIFY(contains(markdown, "better by 0.3950 nats, but 1 of 3 seeds collapsed |"));
    }

    void everything_collapsed() {
        TempFolder workspace;
        write_synthetic_run(workspace.path(), {.nan_at = 0});
        write_synthetic_run(workspace.path(), {.variant = "nope", .label = "NoPE", .patch = kNoPE, .nan_at = 5});
        const std::string html = to_html(comparison_in(workspace));
        QVERIFY(contains(html, "No run has finished"));
        QVERIFY(contains(html, "1 of 1 seed collapsed"));
    }

    void html_is_self_contained() {
        TempFolder workspace;
        write_measured_study(workspace.path());
        const std::string html = to_html(comparison_in(workspace));
        QVERIFY(contains(html, "default-src 'none'; style-src 'unsafe-inline'; img-src data:"));
        QVERIFY(contains(html, "prefers-color-scheme: dark"));
        for (const char* word : {"<script", "src=", "href=", "@import", "javascript:"})
            QVERIFY2(lacks(html, word), word);
        QVERIFY(lacks(html, "clip-path"));  // which Qt's SVG does not know, and fills
    }

    void hostile_names_stay_text() {
        TempFolder workspace;
        const std::string evil = "\"><img onerror=alert(1)><script>x</script>{{7*7}}]]>|`=1+1";
        write_synthetic_seeds(workspace.path(), {.data_note = evil}, {3.65, 3.66});
        write_synthetic_seeds(workspace.path(), {.variant = "nope", .label = evil, .patch = kNoPE}, {3.75, 3.77});
        write_synthetic_run(workspace.path(),
                            {.variant = "silu", .label = "y", .patch = kSiLU, .nan_at = 3, .cause = evil});
        const study::Comparison comparison = comparison_in(workspace);
        const std::string html = to_html(comparison, {evil}), markdown = to_markdown(comparison, {evil});
        for (const std::string& text : {html, markdown}) {
            QVERIFY(lacks(text, "<script"));
            QVERIFY(lacks(text, "<img onerror"));
        }
        for (const std::string& line : split(markdown, '\n'))
            if (line.starts_with("| ") && line.find("onerror") != std::string::npos) QVERIFY(lacks(line, "]]&gt;|"));
        QVERIFY(lacks(results_latex(comparison), "{{7"));
    }

    void what_begins_a_markdown_line_keeps_no_meaning() {
        Document document{"t", "# s", {}};
        document.paragraph("- not a list");
        document.paragraph("1. nor a number");
        document.paragraph("+0.5 nats");
        const std::string markdown = render_markdown(document);
        QVERIFY(contains(markdown, "\n\\- not a list"));
        QVERIFY(contains(markdown, "\n1\\. nor a number"));
        QVERIFY(contains(markdown, "\n\\+0.5 nats"));
        QVERIFY(contains(markdown, "\n\\# s"));
    }

    void a_variant_too_close_to_its_baseline_is_to_be_checked() {
        TempFolder workspace;
        write_synthetic_seeds(workspace.path(), {}, {1.390205, 1.391});
        write_synthetic_seeds(workspace.path(), {.variant = "nope", .label = "NoPE", .patch = kNoPE},
                              {1.390213, 1.391009});
        const std::string markdown = to_markdown(comparison_in(workspace));
        QVERIFY(contains(markdown, "Check NoPE."));
        QVERIFY(contains(markdown, "check that the change reached the computation"));
    }

    void a_grid_shows_each_variant_at_its_best() {
        TempFolder workspace;
        for (double lr : {0.001, 0.01, 0.03}) {
            SyntheticRun run{.grid_point = "train.lr=" + full_precision(lr), .patch = {{"train", {{"lr", lr}}}}};
            run.final_loss = 3.0 + lr;
            write_synthetic_run(workspace.path(), run);
            run.variant = "no-norm";
            run.label = "No norm";
            run.patch.merge_patch(kNoNorm);
            run.nan_at = lr > 0.02 ? 23 : -1;
            write_synthetic_run(workspace.path(), run);
        }
        const std::string markdown = to_markdown(comparison_in(workspace));
        QVERIFY(contains(markdown, "each variant is shown at its own best grid point"));
        QVERIFY(contains(markdown, "collapses at train.lr=0.03"));
        QVERIFY(contains(markdown, "best at the grid's lower end (train.lr=0.001)"));
        QVERIFY(contains(markdown, "figures/loss-over-grid.svg"));
        QVERIFY(contains(markdown, "Final validation loss over train.lr, mean over healthy seeds."));
        QVERIFY(contains(markdown, "figures/point-3-validation-loss.svg"));
        QVERIFY(lacks(markdown, "figures/point-3-grad-norm.svg"));  // of each point only what is compared
    }

    void latex() {
        TempFolder workspace;
        write_measured_study(workspace.path());
        const std::string latex = results_latex(comparison_in(workspace));
        QVERIFY(contains(latex, "NoPE & 1,315,968 & $3.7329 \\pm 0.0195$ & $+0.0815 \\pm 0.0082$ & 3/3 \\\\"));
    }

    void everything_is_written() {
        TempFolder workspace, out;
        write_measured_study(workspace.path());
        const auto html = write_report(comparison_in(workspace), out / "a b/ü", {"My title"});
        QCOMPARE(html, out / "a b/ü" / "report.html");
        const std::string markdown = read_file(html.parent_path() / "report.md");
        QVERIFY(contains(markdown, "# My title"));
        for (const char* name : {"runs.csv", "comparison.json", "results.tex", "figures/validation-loss.svg"})
            QVERIFY2(std::filesystem::file_size(html.parent_path() / name) > 100, name);
        // Every figure that the Markdown shows is there.
        QRegularExpression figure(QStringLiteral("\\]\\((figures/[a-z0-9-]+\\.svg)\\)"));
        int figures = 0;
        for (auto match = figure.globalMatch(QString::fromStdString(markdown)); match.hasNext(); ++figures)
            QVERIFY(std::filesystem::exists(html.parent_path() / match.next().captured(1).toStdString()));
        QVERIFY(figures >= 6);
        QVERIFY(contains(read_file(html), "My title"));
    }

    void figures_left_out_later_go_and_pictures_of_others_stay() {
        TempFolder workspace, out;
        write_measured_study(workspace.path());
        const study::Comparison comparison = comparison_in(workspace);
        const auto figure = [&](const char* name) { return std::filesystem::exists(out / "figures" / name); };
        std::filesystem::create_directories(out / "figures");
        out.write("figures/logo.svg", "<svg/>");
        write_report(comparison, out.path());
        QVERIFY(figure("grad-norm.svg"));
        ReportOptions options;
        options.figures = {"validation-loss"};
        write_report(comparison, out.path(), options);
        QVERIFY(figure("validation-loss.svg"));
        QVERIFY(!figure("grad-norm.svg"));
        QVERIFY(figure("logo.svg"));
    }

    void what_it_consists_of_can_be_listed_and_kept() {
        TempFolder workspace;
        write_measured_study(workspace.path());
        Document document = build_report(comparison_in(workspace));
        const auto listed = figures_of(document);
        QVERIFY(std::any_of(listed.begin(), listed.end(), [](const ListedFigure& figure) {
            return figure.name == "grad-norm" && figure.section == "dynamics" && !figure.caption.empty();
        }));
        // One figure for each metric that the table of metrics lists for the report, in its order.
        std::vector<std::string> curves;
        for (const ListedFigure& figure : listed)
            if (figure.section == "dynamics") curves.push_back(figure.name);
        QCOMPARE(curves, (std::vector<std::string>{"validation-loss", "validation-loss-end", "training-loss",
                                                   "grad-norm", "learning-rate"}));
        QCOMPARE(listed.front().name, std::string("final-loss"));
        QCOMPARE(listed.front().section, std::string("summary"));
        keep_sections(document, {"summary", "dynamics"});
        std::vector<std::string> headings;
        for (const Block& block : document.blocks)
            if (const auto* heading = std::get_if<Heading>(&block); heading && heading->level == 2)
                headings.push_back(heading->text);
        QCOMPARE(headings, (std::vector<std::string>{"Summary", "Training dynamics"}));
    }

    void what_cannot_be_reported_is_one_line() {
        TempFolder workspace, out;
        QVERIFY(is_line_with(input_error([&] { to_html(comparison_in(workspace)); }), {"quick", "no runs"}));
        write_measured_study(workspace.path());
        const auto file = out.write("file", "x");
        QVERIFY(is_line_with(input_error([&] { write_report(comparison_in(workspace), file); }), {"file"}));
    }

    void sections_and_figures_are_chosen() {
        TempFolder workspace;
        write_measured_study(workspace.path());
        const study::Comparison comparison = comparison_in(workspace);
        ReportOptions options;
        options.title = "Positions";
        options.sections = {"results", "dynamics"};
        options.figures = {"validation-loss"};
        const Document document = build_report(comparison, options);
        std::vector<std::string> headings, figures;
        for (const Block& block : document.blocks) {
            if (const auto* heading = std::get_if<Heading>(&block); heading && heading->level == 2)
                headings.push_back(heading->text);
            if (const auto* figure = std::get_if<Figure>(&block)) figures.push_back(figure->name);
        }
        QCOMPARE(document.title, std::string("Positions"));
        QCOMPARE(headings, (std::vector<std::string>{"Results overview", "Training dynamics"}));
        QCOMPARE(figures, std::vector<std::string>{"validation-loss"});
        options.figures = std::vector<std::string>();
        for (const Block& block : build_report(comparison, options).blocks)
            QVERIFY(!std::holds_alternative<Figure>(block));
        options.sections = {"result"};
        QVERIFY(is_line_with(input_error([&] { build_report(comparison, options); }), {"result", "did you mean"}));
        options.sections.reset();
        options.figures = {"loss"};
        QVERIFY(is_line_with(input_error([&] { build_report(comparison, options); }), {"figure", "validation-loss"}));
    }

    void section_titles_are_their_headings() {
        TempFolder workspace;
        write_measured_study(workspace.path());
        const study::Comparison comparison = comparison_in(workspace);
        for (const Section& section : report_sections()) {
            ReportOptions options;
            options.sections = {section.name};
            const Document document = build_report(comparison, options);
            QCOMPARE(std::get<Heading>(document.blocks.at(0)).text, std::string(section.title));
        }
    }

    void only_what_is_asked_for_is_written_and_named() {
        TempFolder workspace;
        write_measured_study(workspace.path());
        const study::Comparison comparison = comparison_in(workspace);
        ReportOptions options;
        options.outputs = {Output::html, Output::points};
        const auto file = write_report(comparison, workspace / "out", options);
        QCOMPARE(file, workspace / "out" / "report.html");
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(workspace / "out"))
            names.push_back(entry.path().filename().string());
        std::sort(names.begin(), names.end());
        QCOMPARE(names, (std::vector<std::string>{"points.csv", "points.json", "report.html"}));
        QVERIFY(contains(read_file(file), "points.csv"));
        QVERIFY(lacks(read_file(file), "results.tex"));
    }
};

QTEST_GUILESS_MAIN(ReportTest)
#include "report_test.moc"
