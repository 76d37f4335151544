#include "ui/pages/report/pdf_layout.h"

#include "core/base/text.h"
#include "core/report/report.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"
#include "ui/pages/report/report_text.h"
#include "ui/theme/theme.h"

#include <QTest>
#include <QTextLayout>
#include <algorithm>

using namespace ablate;
using namespace ablate::ui;

namespace {

const QSizeF kA4(10091, 14967);  // 178 mm x 264 mm of text

std::vector<PdfPage> pages_of(const report::Document& document) {
    return lay_out_pages(document, ReportLook::paper(), kA4);
}

report::Document report_on(const test::TempFolder& workspace) {
    return report::build_report(study::compare_study(run::RunStore(workspace.path()), "quick"));
}

bool is_inside(const QRectF& outer, const QRectF& inner) {
    return inner.left() >= outer.left() - 1 && inner.top() >= outer.top() - 1 && inner.right() <= outer.right() + 1 &&
           inner.bottom() <= outer.bottom() + 1;
}

// Every line of a text is within its area.
bool is_whole(const PdfText& text) {
    for (int i = 0; i < text.layout->lineCount(); ++i) {
        const QTextLine line = text.layout->lineAt(i);
        if (line.naturalTextWidth() > text.area.width() + 1) return false;
        if (line.y() + line.ascent() < 0 || line.y() + line.ascent() > text.area.height() + 1) return false;
    }
    return true;
}

// What has to hold of any report: nothing leaves its page or its cell, and no two rows overlap.
bool is_sound(const std::vector<PdfPage>& pages) {
    const QRectF page(QPointF(), kA4);
    for (const PdfPage& one : pages) {
        for (const PdfText& text : one.texts) {
            if (is_inside(page, text.area) && is_whole(text)) continue;
            qWarning("clipped: %s", qPrintable(text.layout->text()));
            return false;
        }
        for (const PdfFigure& figure : one.figures)
            if (!is_inside(page, figure.area)) return false;
        double bottom = 0;
        for (const PdfRow& row : one.rows) {
            if (!is_inside(page, row.area) || row.area.top() < bottom - 1) return false;
            bottom = row.area.bottom();
            for (std::size_t i = 0; i < row.texts; ++i)
                if (!is_inside(row.area, one.texts[row.first_text + i].area)) return false;
        }
    }
    return true;
}

// Rows that are not heads.
std::size_t rows_of(const std::vector<PdfPage>& pages) {
    std::size_t rows = 0;
    for (const PdfPage& page : pages)
        rows += static_cast<std::size_t>(
            std::count_if(page.rows.begin(), page.rows.end(), [](const PdfRow& row) { return !row.is_head; }));
    return rows;
}

QString cell_of(const PdfPage& page, const PdfRow& row, std::size_t cell) {
    return page.texts[row.first_text + cell].layout->text();
}

report::Table numbers(int rows, int columns) {
    report::Table table{{{"Variant"}}, {}};
    for (int i = 0; i < columns; ++i) table.columns.push_back({"Column " + std::to_string(i), true});
    for (int row = 0; row < rows; ++row) {
        report::Table::Row& made = table.rows.emplace_back();
        made.cells.push_back("variant-" + std::to_string(row));
        for (int i = 0; i < columns; ++i) made.cells.push_back("3.6514 ± 0.0156");
    }
    return table;
}

report::Document with_block(const report::Block& block) {
    report::Document document{"Title", "Subtitle", {}};
    document.add(block);
    return document;
}

}  // namespace

class PdfLayoutTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() {
        Theme::instance().choose(ThemeChoice::light);
        train::register_kinds();
    }

    void sixty_three_runs_take_at_most_twelve_pages() {
        test::TempFolder workspace;
        test::write_synthetic_seeds(workspace.path(), {}, {3.6582, 3.6502, 3.6458});
        for (int i = 1; i <= 20; ++i) {
            const std::string number = std::to_string(i);
            const Json patch{{"model", {{"d_ff", 344 + 8 * i}}}};
            test::SyntheticRun run{.variant = "wider-" + number,
                                   .label = "A wider feed-forward, number " + number,
                                   .patch = patch,
                                   .seconds = 30.0 + i};
            const double loss = 3.60 + 0.01 * i;
            test::write_synthetic_seeds(workspace.path(), run, {loss, loss + 0.012, loss - 0.007});
        }
        const report::Document document = report_on(workspace);
        const auto pages = pages_of(document);
        QVERIFY(is_sound(pages));
        QVERIFY2(pages.size() <= 12, qPrintable(QString::number(pages.size())));
        // The verdict and the forest plot are on the first page.
        QCOMPARE(pages.front().figures.size(), std::size_t{1});
    }

    void a_grid_of_sixty_three_runs_takes_at_most_twelve_pages() {
        test::TempFolder workspace;
        const std::vector<std::pair<std::string, Json>> variants{{"baseline", Json::object()},
                                                                 {"nope", test::kNoPE},
                                                                 {"silu", test::kSiLU},
                                                                 {"no-norm", test::kNoNorm},
                                                                 {"wide", Json{{"model", {{"d_ff", 512}}}}},
                                                                 {"deep", Json{{"model", {{"layers", 5}}}}},
                                                                 {"untied", Json{{"train", {{"clip", 0.5}}}}}};
        for (const auto& [name, patch] : variants)
            for (const double lr : {0.001, 0.003, 0.01}) {
                Json both = patch;
                both.merge_patch({{"train", {{"lr", lr}}}});
                test::SyntheticRun run{
                    .variant = name, .label = name, .grid_point = "train.lr=" + full_precision(lr), .patch = both};
                const double loss = 3.6 + lr + 0.01 * static_cast<double>(name.size());
                if (name == "no-norm" && lr > 0.005) run.nan_at = 23;
                test::write_synthetic_seeds(workspace.path(), run, {loss, loss + 0.012, loss - 0.007});
            }
        const auto pages = pages_of(report_on(workspace));
        QVERIFY(is_sound(pages));
        QVERIFY2(pages.size() <= 12, qPrintable(QString::number(pages.size())));
    }

    // What a small study comes to is on one page; the appendix begins on the next one.
    void the_answer_is_on_the_first_page() {
        test::TempFolder workspace;
        test::write_measured_study(workspace.path());
        const auto pages = pages_of(report_on(workspace));
        QVERIFY(is_sound(pages));
        QVERIFY(pages.size() > 1);
        QCOMPARE(pages[0].figures.size(), std::size_t{1});
        QCOMPARE(pages[0].rows.size(), std::size_t{4});  // the head and three variants
        QCOMPARE(pages[1].texts.front().layout->text(), QString("Appendix"));
    }

    void rows_are_whole_and_heads_are_repeated() {
        const auto pages = pages_of(with_block(numbers(150, 3)));
        QVERIFY(is_sound(pages));
        QVERIFY(pages.size() >= 3);
        QCOMPARE(rows_of(pages), std::size_t{150});
        for (const PdfPage& page : pages) {
            QVERIFY(page.rows.front().is_head);
            QCOMPARE(cell_of(page, page.rows.front(), 0), QString("Variant"));
            QCOMPARE(std::count_if(page.rows.begin(), page.rows.end(), [](const PdfRow& row) { return row.is_head; }),
                     1);
        }
    }

    // Columns without room are below, under the same variants; the type is the same and no number is broken.
    void wide_tables_are_split_and_numbers_have_one_line() {
        const auto pages = pages_of(with_block(numbers(4, 14)));
        QVERIFY(is_sound(pages));
        QCOMPARE(pages.size(), std::size_t{1});
        std::size_t heads = 0;
        const int size = pages[0].texts[pages[0].rows.front().first_text].layout->font().pixelSize();
        QCOMPARE(size, 170);  // 8.5 points
        for (const PdfRow& row : pages[0].rows) {
            heads += row.is_head;
            for (std::size_t i = 0; i < row.texts; ++i) {
                const PdfText& cell = pages[0].texts[row.first_text + i];
                QCOMPARE(cell.layout->font().pixelSize(), size);
                if (!row.is_head && i > 0) QCOMPARE(cell.layout->lineCount(), 1);
            }
            if (!row.is_head) QVERIFY(cell_of(pages[0], row, 0).startsWith("variant-"));
        }
        QVERIFY(heads >= 2);
        QCOMPARE(rows_of(pages), 4 * heads);
    }

    void a_heading_stays_with_what_follows() {
        // After texts that end at the foot of the page, a line earlier or later.
        for (int lines = 26; lines < 48; ++lines) {
            report::Document document{"Title", "Subtitle", {}};
            for (int i = 0; i < lines; ++i) document.paragraph("One line.");
            document.heading(2, "Section");
            document.heading(3, "Part");
            document.add(numbers(3, 2));
            const auto pages = pages_of(document);
            QVERIFY(is_sound(pages));
            for (const PdfPage& page : pages) {
                const auto heading = std::find_if(page.texts.begin(), page.texts.end(),
                                                  [](const PdfText& text) { return text.layout->text() == "Section"; });
                if (heading == page.texts.end()) continue;
                QVERIFY(page.rows.size() >= 3);
                QVERIFY(heading->area.bottom() < page.rows.front().area.top());
            }
        }
    }

    void long_texts_go_on_to_the_next_page() {
        std::string words;
        for (int i = 0; i < 3000; ++i) words += "word" + std::to_string(i) + " ";
        const auto pages = pages_of(with_block(report::List{{{"Label:", words}, {"", "After"}}, true}));
        QVERIFY(is_sound(pages));
        QVERIFY(pages.size() >= 2);
        QString all;
        for (const PdfPage& page : pages)
            for (const PdfText& text : page.texts) all += text.layout->text() + " ";
        QVERIFY(all.contains("word0 ") && all.contains("word1500") && all.contains("word2999") &&
                all.contains("After"));
    }

    void hostile_cells_stay_on_their_page() {
        report::Table table = numbers(2, 2);
        table.rows[0].cells[0] = std::string(20000, 'a');
        table.rows[1].cells[1] = std::string(500, '1');
        QVERIFY(is_sound(pages_of(with_block(table))));
    }

    void figures_and_captions_stay_together() {
        report::Document document{"Title", "Subtitle", {}};
        for (int i = 0; i < 5; ++i)
            document.add(
                report::Figure{"f" + std::to_string(i),
                               "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 780 340\" width=\"780\" "
                               "height=\"340\"></svg>",
                               "Caption " + std::to_string(i)});
        document.add(report::Figure{"tall",
                                    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 780 4000\" width=\"780\" "
                                    "height=\"4000\"></svg>",
                                    "Tall"});
        const auto pages = pages_of(document);
        QVERIFY(is_sound(pages));
        std::size_t figures = 0;
        for (const PdfPage& page : pages) {
            figures += page.figures.size();
            QCOMPARE(std::count_if(page.texts.begin(), page.texts.end(),
                                   [](const PdfText& text) {
                                       return text.layout->text().startsWith("Caption") ||
                                              text.layout->text() == "Tall";
                                   }),
                     static_cast<std::ptrdiff_t>(page.figures.size()));
        }
        QCOMPARE(figures, std::size_t{6});
    }
};

QTEST_MAIN(PdfLayoutTest)
#include "pdf_layout_test.moc"
