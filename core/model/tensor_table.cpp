#include "core/model/tensor_table.h"

#include "core/model/sites.h"

namespace ablate::model {
namespace {

class TableWriter {
  public:
    explicit TableWriter(const RunConfig& config) : config_(config) {}

    void tensor(std::string name, std::vector<std::int64_t> shape, TensorRole role) {
        table_.push_back({std::move(name), std::move(shape), role, 0});
    }

    void linear(const std::string& name, std::int64_t out, std::int64_t in, bool bias) {
        tensor(name + ".weight", {out, in}, TensorRole::matrix);
        if (bias) tensor(name + ".bias", {out}, TensorRole::bias);
    }

    void kind(const std::string& category, const KindChoice& choice, const KindDims& dims, const std::string& prefix) {
        const KindRow& row = KindTable::instance().get(category, choice.kind, prefix);
        if (!row.tensors) return;
        for (TensorSpec& spec : row.tensors(choice, dims)) {
            spec.name = prefix + "." + spec.name;
            table_.push_back(std::move(spec));
        }
    }

    void norm(NormSite site, std::int64_t layer = 0) {
        if (!config_.model.site_in_use(site)) return;
        kind("norm", config_.model.norm_at(site), norm_dims(config_, site, layer), norm_name(site, layer));
    }

    std::vector<TensorSpec> take() { return std::move(table_); }

  private:
    const RunConfig& config_;
    std::vector<TensorSpec> table_;
};

void add_block(TableWriter& writer, const ModelConfig& model, const KindDims& ffn, std::int64_t layer) {
    const std::string block = block_name(layer);
    const std::int64_t queries = model.heads * model.head_width();
    const std::int64_t keys = model.key_value_heads() * model.head_width();
    writer.norm(NormSite::attn_in, layer);
    writer.linear(block + ".attn.q", queries, model.d_model, model.attn_bias);
    writer.linear(block + ".attn.k", keys, model.d_model, model.attn_bias);
    writer.linear(block + ".attn.v", keys, model.d_model, model.attn_bias);
    writer.norm(NormSite::q, layer);
    writer.norm(NormSite::k, layer);
    writer.linear(block + ".attn.o", model.d_model, queries, model.attn_bias);
    writer.norm(NormSite::attn_out, layer);
    writer.norm(NormSite::ffn_in, layer);
    writer.kind("ffn", model.ffn, ffn, block + ".ffn");
    writer.norm(NormSite::ffn_out, layer);
}

}  // namespace

std::vector<TensorSpec> tensor_table(const RunConfig& config) {
    const ModelConfig& model = config.model;
    TableWriter writer(config);
    writer.tensor("embed.weight", {config.data.vocab_size, model.d_model}, TensorRole::embedding);
    writer.norm(NormSite::embed);
    writer.kind("position", model.position, position_dims(config), "position");
    for (std::int64_t layer = 0; layer < model.layers; ++layer)
        add_block(writer, model, feed_forward_dims(config), layer);
    writer.norm(NormSite::final);
    if (!model.tie_embeddings)
        writer.tensor("head.weight", {config.data.vocab_size, model.d_model}, TensorRole::matrix);
    if (model.head_bias) writer.tensor("head.bias", {config.data.vocab_size}, TensorRole::bias);
    return writer.take();
}

}  // namespace ablate::model
