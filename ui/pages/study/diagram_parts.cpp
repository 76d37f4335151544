#include "core/base/text.h"
#include "ui/bridge/text.h"
#include "ui/pages/study/block_diagram.h"

// What a model consists of, as the diagram and its description in words show it.
namespace ablate::ui {
namespace {

QString count(std::int64_t value) { return text(with_thousands(value)); }

class Parts {
  public:
    Parts(const RunConfig& config, const RunConfig& baseline)
        : config_(config), model_(config.model), baseline_(baseline), differences_(difference(baseline, config)) {}

    Diagram make() {
        diagram_.block_title =
            QString("%1 %2, %3-norm")
                .arg(count(model_.layers), model_.layers == 1 ? "block" : "blocks", text(model_.placement));
        diagram_.block_differs = !words({"model.layers", "model.placement"}).isEmpty();
        add_embedding();
        add_norm(NormSite::embed);
        in_block_ = true;
        add_sub_layer(NormSite::attn_in, attention(), NormSite::attn_out);
        add_sub_layer(NormSite::ffn_in, feed_forward(), NormSite::ffn_out);
        in_block_ = false;
        add_norm(NormSite::final);
        add_head();
        return std::move(diagram_);
    }

  private:
    const KindRow& row(const char* category, const KindChoice& choice) const {
        return KindTable::instance().get(category, choice.kind, "model");
    }

    // The differences to the baseline in these options and those below them.
    QStringList words(const std::vector<std::string>& keys) const {
        QStringList words;
        for (const ConfigDifference& one : differences_)
            for (const std::string& key : keys)
                if (one.key == key || one.key.starts_with(key + ".")) words += text(in_words(one));
        return words;
    }

    DiagramPart& add(DiagramPart part) {
        part.in_block = in_block_;
        return diagram_.parts.emplace_back(std::move(part));
    }

    void add_embedding() {
        DiagramPart part;
        part.title = "Embedding";
        part.lines += QString("%1 tokens × %2").arg(count(config_.data.vocab_size), count(model_.d_model));
        part.difference = words({"model.d_model", "data.vocab_size"});
        add(std::move(part));
    }

    // No norm is shown only where the baseline has one.
    void add_norm(NormSite site) {
        const std::string name = to_string(site);
        const bool used = model_.site_in_use(site) && model_.norm_at(site).kind != "none";
        const bool used_by_baseline = baseline_.model.site_in_use(site) && baseline_.model.norm_at(site).kind != "none";
        if (!used && (!used_by_baseline || !model_.site_in_use(site))) return;
        DiagramPart part;
        const KindRow& kind = row("norm", model_.norm_at(site));
        part.title = text(kind.label);
        part.site = text(name);
        part.absent = !used;
        part.source = text(kind.source);
        if (used) part.lines += text(kind.formula);
        part.difference = words({"model.norm." + name});
        if (used && !used_by_baseline && part.difference.isEmpty())
            part.difference = words({"model.placement"});  // the site is there because of it
        add(std::move(part));
    }

    void add_sub_layer(NormSite in, DiagramPart function, NormSite out) {
        const std::size_t first = diagram_.parts.size();
        add_norm(in);
        add(std::move(function));
        const bool post = model_.placement == "post";
        if (!post) add_norm(out);
        diagram_.parts[first].branches = true;
        DiagramPart sum;
        sum.shape = DiagramPart::Shape::sum;
        add(std::move(sum));
        if (post) add_norm(out);
    }

    QString query_key_norm() const {
        const KindChoice &q = model_.norm_at(NormSite::q), &k = model_.norm_at(NormSite::k);
        if (q.kind == "none" && k.kind == "none") return {};
        const QString scope = model_.qk_norm_scope == "head" ? "over each head" : "over the projection";
        if (q == k) return QString("QK-norm: %1, %2").arg(text(row("norm", q).label), scope);
        return QString("QK-norm: q %1, k %2, %3").arg(text(row("norm", q).label), text(row("norm", k).label), scope);
    }

    DiagramPart attention() const {
        DiagramPart part;
        const KindRow& position = row("position", model_.position);
        part.title = "Attention";
        QString heads = QString("%1 heads × %2").arg(count(model_.heads)).arg(count(model_.head_width()));
        if (model_.key_value_heads() != model_.heads)
            heads += QString(", %1 key-value heads").arg(count(model_.key_value_heads()));
        part.lines += heads;
        part.lines += QString("%1: %2").arg(text(kind_in_words("position", model_.position)), text(position.formula));
        if (const QString norm = query_key_norm(); !norm.isEmpty()) part.lines += norm;
        part.source = text(position.source);
        part.difference = words({"model.heads", "model.kv_heads", "model.head_dim", "model.position", "model.norm.q",
                                 "model.norm.k", "model.qk_norm_scope", "model.attn_bias"});
        return part;
    }

    DiagramPart feed_forward() const {
        DiagramPart part;
        const KindRow& kind = row("ffn", model_.ffn);
        part.title = text(kind.label);
        part.lines += text(kind.formula);
        part.lines += QString("%1 → %2 → %1").arg(count(model_.d_model), count(model_.d_ff));
        part.source = text(kind.source);
        part.difference = words({"model.ffn", "model.d_ff", "model.ffn_bias"});
        return part;
    }

    void add_head() {
        DiagramPart part;
        part.title = "Head";
        QStringList line{QString("%1 → %2").arg(count(model_.d_model), count(config_.data.vocab_size))};
        if (model_.tie_embeddings) line += "tied to the embedding";
        if (model_.head_bias) line += "with bias";
        if (model_.logit_softcap > 0) line += "soft-cap " + text(significant(model_.logit_softcap));
        part.lines += line.join(", ");
        part.difference = words({"model.tie_embeddings", "model.head_bias", "model.logit_softcap"});
        add(std::move(part));
    }

    const RunConfig& config_;
    const ModelConfig& model_;
    const RunConfig& baseline_;
    std::vector<ConfigDifference> differences_;
    Diagram diagram_;
    bool in_block_ = false;
};

}  // namespace

Diagram diagram_of(const RunConfig& config, const RunConfig& baseline) { return Parts(config, baseline).make(); }

QString Diagram::in_words() const {
    QStringList lines;
    bool in_block = false;
    for (const DiagramPart& part : parts) {
        if (part.in_block && !in_block) lines += block_title + ":";
        in_block = part.in_block;
        QString line = part.shape == DiagramPart::Shape::sum ? QString("added to the residual stream") : part.title;
        if (!part.site.isEmpty()) line += " at " + part.site;
        if (!part.difference.isEmpty()) line += " (" + part.difference.join("; ") + ")";
        lines += line;
    }
    return lines.join("\n");
}

}  // namespace ablate::ui
