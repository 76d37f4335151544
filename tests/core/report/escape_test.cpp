#include "core/report/escape.h"

#include <QtTest>

using namespace ablate::report;

class EscapeTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void html() {
        QCOMPARE(escape_html("<script>\"a\" & 'b'</script>"),
                 std::string("&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;"));
    }
    void markdown() {
        QCOMPARE(escape_markdown("a|b `c` <img> *d* _e_ [f](g)"),
                 std::string("a\\|b \\`c\\` &lt;img&gt; \\*d\\* \\_e\\_ \\[f\\](g)"));
        QCOMPARE(escape_markdown("no-norm +0.0815"), std::string("no-norm +0.0815"));
    }
    void latex() {
        QCOMPARE(escape_latex("50% of $x_1$ & {y}\\"),
                 std::string("50\\% of \\$x\\_1\\$ \\& \\{y\\}\\textbackslash{}"));
    }
    void terminal_sequences_and_overrides_vanish() {
        QCOMPARE(printable("a\x1b[31mb\x07\nc"), std::string("a[31mb c"));
        QCOMPARE(printable("x\u202Ey\u2066z"), std::string("xyz"));
    }
    void invalid_utf8_is_replaced() {
        QCOMPARE(printable("a\xff\xc3"), std::string("a\uFFFD\uFFFD"));
        QCOMPARE(printable("\xed\xa0\x80"), std::string("\uFFFD\uFFFD\uFFFD"));  // a surrogate
        QCOMPARE(printable("Größe → 3"), std::string("Größe → 3"));
    }
    void no_line_ends_within_a_number() {
        QCOMPARE(unbroken("3.7 ± 0.1 and +2 %"), std::string("3.7\u00A0±\u00A00.1 and +2\u00A0%"));
        QCOMPARE(unbroken("a ±b % c"), std::string("a ±b\u00A0% c"));
    }
    void width_counts_code_points() { QCOMPARE(display_width("± 3.0"), std::size_t{5}); }
};

QTEST_GUILESS_MAIN(EscapeTest)
#include "escape_test.moc"
