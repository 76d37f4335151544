#include "ui/pages/study/block_diagram.h"

#include "core/train/register.h"
#include "ui/theme/theme.h"

#include <QTest>

using namespace ablate;
using namespace ablate::ui;

class BlockDiagramTest : public QObject {
    Q_OBJECT

    static RunConfig with(const Json& patch) { return patched(RunConfig(), patch, "test"); }
    // "Embedding | [RMSNorm at attn_in Attention +] ...": parts in order, sums as +, the block in brackets, what
    // differs with a star, what is absent in parentheses.
    static QString drawn(const Json& patch) {
        QStringList words;
        bool in_block = false;
        for (const DiagramPart& part : diagram_of(with(patch), RunConfig()).parts) {
            QString word = part.shape == DiagramPart::Shape::sum ? QString("+") : part.title;
            if (!part.site.isEmpty()) word += "@" + part.site;
            if (part.branches) word = "<" + word;
            if (part.absent) word = "(" + word + ")";
            if (!part.difference.isEmpty()) word += "*";
            if (part.in_block != in_block) words += part.in_block ? "[" : "]";
            in_block = part.in_block;
            words += word;
        }
        return words.join(' ');
    }

  private Q_SLOTS:
    void initTestCase() { train::register_kinds(); }

    void the_residual_path_follows_the_placement() {
        QCOMPARE(drawn(Json::object()),
                 "Embedding [ <RMSNorm@attn_in Attention + <RMSNorm@ffn_in SwiGLU + ] RMSNorm@final Head");
        QCOMPARE(drawn({{"model", {{"placement", "post"}}}}),
                 "Embedding [ <Attention + RMSNorm@attn_out* <SwiGLU + RMSNorm@ffn_out* ] RMSNorm@final Head");
        QCOMPARE(drawn({{"model", {{"placement", "sandwich"}}}}),
                 "Embedding [ <RMSNorm@attn_in Attention RMSNorm@attn_out* + <RMSNorm@ffn_in SwiGLU RMSNorm@ffn_out* + "
                 "] RMSNorm@final Head");
    }

    void a_norm_taken_away_is_shown_where_it_was() {
        const Json none{{"kind", "none"}};
        QCOMPARE(drawn({{"model", {{"norm", {{"attn_in", none}, {"final", none}}}}}}),
                 "Embedding [ (<No norm@attn_in)* Attention + <RMSNorm@ffn_in SwiGLU + ] (No norm@final)* Head");
    }

    void kinds_sizes_and_differences_are_said() {
        const Diagram diagram = diagram_of(with({{"model",
                                                  {{"norm", {{"q", {{"kind", "rms"}}}, {"k", {{"kind", "rms"}}}}},
                                                   {"position", {{"kind", "none"}}},
                                                   {"layers", 6},
                                                   {"tie_embeddings", true}}}}),
                                           RunConfig());
        const DiagramPart& attention = diagram.parts[2];
        QCOMPARE(attention.title, "Attention");
        QCOMPARE(attention.lines.first(), "16 heads × 32");
        QVERIFY(attention.lines[1].startsWith("NoPE: "));
        QCOMPARE(attention.lines[2], "QK-norm: RMSNorm, over each head");
        QVERIFY(attention.difference.contains("Position: RoPE → NoPE"));
        QVERIFY(attention.difference.contains("Query norm: No norm → RMSNorm"));
        QCOMPARE(diagram.block_title, "6 blocks, pre-norm");
        QVERIFY(diagram.block_differs);
        QVERIFY(diagram.parts.back().lines.first().contains("tied"));
        QVERIFY(diagram.parts[1].lines.first().startsWith("y = x / sqrt"));
    }

    void it_is_painted_and_told_to_those_who_do_not_see_it() {
        Theme::instance().choose(ThemeChoice::light);
        BlockDiagram widget;
        const auto accent_pixels = [&] {
            widget.resize(300, widget.sizeHint().height());
            const QImage image = widget.grab().toImage();
            int count = 0;
            for (int y = 0; y < image.height(); ++y)
                for (int x = 0; x < image.width(); ++x)
                    count += image.pixelColor(x, y) == Theme::instance().palette().accent;
            return count;
        };
        widget.show_model(RunConfig(), RunConfig());
        QCOMPARE(accent_pixels(), 0);
        widget.show_model(with({{"model", {{"norm", {{"final", {{"kind", "layer"}}}}}}}}), RunConfig());
        QVERIFY(accent_pixels() > 100);
        QVERIFY(widget.accessibleDescription().contains("LayerNorm at final (Final norm: RMSNorm → LayerNorm)"));
    }
};

QTEST_MAIN(BlockDiagramTest)
#include "block_diagram_test.moc"
