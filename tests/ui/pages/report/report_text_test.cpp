#include "ui/pages/report/report_text.h"

#include "core/report/report.h"
#include "tests/support/synthetic_runs.h"
#include "tests/support/temp_folder.h"
#include "ui/pages/report/report_pdf.h"
#include "ui/theme/theme.h"

#include <QAbstractTextDocumentLayout>
#include <QImage>
#include <QPainter>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTest>
#include <QTextDocument>
#include <QTextTable>

using namespace ablate;
using namespace ablate::ui;

namespace {

report::Document document_in(const test::TempFolder& workspace) {
    test::write_measured_study(workspace.path());
    return report::build_report(study::compare_study(run::RunStore(workspace.path()), "quick"));
}

report::Document with_figure(const std::string& svg) {
    report::Document document;
    document.title = "Title";
    document.add(report::Figure{"one", svg, "A caption"});
    return document;
}

// As the preview draws it.
QImage drawn(const report::Document& document, int width) {
    const auto text = report_text(document, ReportLook::screen());
    lay_out_figures(*text);
    text->setPageSize(QSizeF(width, -1));
    QImage image(text->documentLayout()->documentSize().toSize(), QImage::Format_RGB32);
    image.fill(Qt::white);
    QPainter painter(&image);
    text->drawContents(&painter);
    return image;
}

int pixels_of(const QImage& image, QRgb color) {
    int count = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) count += image.pixel(x, y) == color;
    return count;
}

}  // namespace

class ReportTextTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() {
        Theme::instance().choose(ThemeChoice::light);
        train::register_kinds();
    }

    void says_what_the_report_says() {
        test::TempFolder workspace;
        const report::Document document = document_in(workspace);
        const auto text = report_text(document, ReportLook::screen());
        const QString all = text->toPlainText();
        std::size_t tables = 0;
        for (const report::Block& block : document.blocks) {
            if (const auto* heading = std::get_if<report::Heading>(&block))
                QVERIFY2(all.contains(QString::fromStdString(heading->text)), heading->text.c_str());
            if (const auto* figure = std::get_if<report::Figure>(&block))
                QVERIFY2(all.contains(QString::fromStdString(figure->caption)), figure->name.c_str());
            if (const auto* table = std::get_if<report::Table>(&block)) {
                ++tables;
                for (const auto& row : table->rows)
                    for (const std::string& cell : row.cells) QVERIFY(all.contains(QString::fromStdString(cell)));
            }
        }
        std::size_t made = 0;
        for (QTextFrame* frame : text->rootFrame()->childFrames()) made += qobject_cast<QTextTable*>(frame) != nullptr;
        QCOMPARE(made, tables);
    }

    void text_is_never_markup() {
        report::Document document;
        document.title = "<b>title</b>";
        document.add(report::Paragraph{"<img src=x> &amp; \x1b[31m", false});
        const QString all = report_text(document, ReportLook::screen())->toPlainText();
        QVERIFY(all.contains("<b>title</b>"));
        QVERIFY(all.contains("<img src=x> &amp;"));
        QVERIFY(!all.contains(QChar(0x1b)));
    }

    void figures_are_painted_as_wide_as_the_page_allows() {
        const report::Document document = with_figure(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 400 100\" width=\"400\" height=\"100\">"
            "<rect width=\"400\" height=\"100\" fill=\"#ff0000\"/></svg>");
        QCOMPARE(pixels_of(drawn(document, 600), qRgb(255, 0, 0)), 400 * 100);
        const int narrow = pixels_of(drawn(document, 248), qRgb(255, 0, 0));  // 200 px of room, so half the size
        QVERIFY2(std::abs(narrow - 200 * 50) <= 2 * 250, qPrintable(QString::number(narrow)));
    }

    void figures_take_the_color_of_the_text() {
        const report::Document document = with_figure(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 10 10\" width=\"10\" height=\"10\" "
            "fill=\"currentColor\"><rect width=\"10\" height=\"10\"/></svg>");
        for (const ThemeChoice theme : {ThemeChoice::dark, ThemeChoice::light}) {
            Theme::instance().choose(theme);
            const QRgb text = Theme::instance().palette().text.rgb();
            QVERIFY(pixels_of(drawn(document, 300), text) >= 100);
        }
    }

    void figures_take_the_colors_of_the_theme() {
        const report::Document document = with_figure(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 20 20\" width=\"20\" height=\"20\">"
            "<rect width=\"20\" height=\"20\" fill=\"#b8a900\"/></svg>");
        for (const ThemeChoice theme : {ThemeChoice::dark, ThemeChoice::light}) {
            Theme::instance().choose(theme);
            QVERIFY(pixels_of(drawn(document, 300), Theme::instance().run_color(3).rgb()) >= 18 * 18);
        }
    }

    void a_pdf_has_pages_fonts_and_vectors() {
        test::TempFolder workspace;
        report::Document document = document_in(workspace);
        const QByteArray pdf = report_pdf(document);
        QVERIFY(pdf.startsWith("%PDF-"));
        QVERIFY(pdf.contains("/Type /Pages"));
        QVERIFY(pdf.count("/Type /Page\n") >= 4);
        QVERIFY(pdf.contains("/FontFile2") || pdf.contains("/FontFile3"));  // text is text
        QVERIFY(pdf.contains("/ToUnicode"));                                // that can be selected and searched
        QVERIFY(!pdf.contains("/Subtype /Image"));                          // figures are no pictures
    }

    // As another program reads it: nothing is lost on the way to the pages, and every character can be searched.
    void the_text_of_a_pdf_can_be_read_back() {
        const QString reader = QStandardPaths::findExecutable("pdftotext");
        if (reader.isEmpty()) QSKIP("pdftotext (poppler-utils) is not installed");
        test::TempFolder workspace;
        const report::Document document = document_in(workspace);
        const QByteArray pdf = report_pdf(document);
        const auto file = workspace.write("report.pdf", {pdf.constData(), static_cast<std::size_t>(pdf.size())});
        QProcess process;
        process.start(reader, {QString::fromStdString(file.string()), "-"});
        QVERIFY(process.waitForFinished());
        const QString all = QString::fromUtf8(process.readAllStandardOutput()).simplified();
        for (const report::Block& block : document.blocks) {
            if (const auto* heading = std::get_if<report::Heading>(&block))
                QVERIFY2(all.contains(QString::fromStdString(heading->text)), heading->text.c_str());
            if (const auto* list = std::get_if<report::List>(&block))
                for (const report::ListItem& item : list->items) {
                    const QString begin = QString::fromStdString(item.text).section(' ', 0, 3);
                    QVERIFY2(all.contains(begin), qPrintable(begin));
                }
        }
        QVERIFY(all.contains("3.6514 ± 0.0156"));
        QVERIFY(all.contains(QRegularExpression("\\b1 ?/ ?[0-9]+\\b")));  // page numbers
    }
};

QTEST_MAIN(ReportTextTest)
#include "report_text_test.moc"
