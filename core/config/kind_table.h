#pragma once
#include "core/config/field.h"

#include <cstdint>
#include <span>

namespace ablate {

// A kind with its options, as a configuration holds it: {"kind": "rms", "eps": 1e-5}.
struct KindChoice {
    std::string kind;
    Json options = Json::object();  // every option of the kind's row, defaults filled in

    double real(const char* key) const { return options.at(key).get<double>(); }
    std::int64_t integer(const char* key) const { return options.at(key).get<std::int64_t>(); }
    bool flag(const char* key) const { return options.at(key).get<bool>(); }
    std::string text(const char* key) const { return options.at(key).get<std::string>(); }
    bool operator==(const KindChoice&) const = default;
};

// What a tensor is for: initialization, weight decay and the optimizer's choice follow from it.
enum class TensorRole { matrix, embedding, gain, bias, scalar };
const char* to_string(TensorRole role);

// A tensor a configuration has, known without allocating it.
struct TensorSpec {
    std::string name;                 // "blocks.0.attn.q.weight"
    std::vector<std::int64_t> shape;  // a matrix is [out, in]
    TensorRole role = TensorRole::matrix;
    double initial = 0;  // the constant a gain, bias or scalar starts at; matrices follow the init kind
    std::int64_t count() const;
};

// The sizes a kind's tensors depend on; each category uses those that mean something to it.
struct KindDims {
    std::int64_t width = 0;    // norm: the normalized width; feed-forward: d_model
    std::int64_t d_ff = 0;     // feed-forward
    std::int64_t context = 0;  // position; norms that scale by length
    std::int64_t heads = 0;    // attention heads (ALiBi)
    std::int64_t head_dim = 0;
    std::int64_t layer = 0;  // counted from 0
    bool bias = false;
    bool key_site = false;  // norm: at site k; what q and k share is owned by q
};

// A kind of an earlier version that has become today's kind with certain options: "rope_linear" is rope with scaling
// linear. See former_kinds.h.
struct FormerKind {
    std::string name;                // what configurations called it
    Json settings = Json::object();  // the options that make today's kind equal to it
    Json defaults = Json::object();  // its defaults that differ from today's
};

// The row of one kind. The module beside it lives in core/model/kinds, where the row is written as well.
struct KindRow {
    std::string category;  // norm, position, ffn, init
    std::string name;      // "rms"
    std::string label;     // "RMSNorm"
    std::string formula;   // y = x / sqrt(mean(x²) + eps) · g
    std::string source;    // the paper or code that defines it
    std::vector<FieldBuilder> options{};
    // The tensors it owns, names relative to its site ("weight"). Absent: none.
    std::function<std::vector<TensorSpec>(const KindChoice&, const KindDims&)> tensors{};
    // Another kind of the category that computes the same at suitable options, said so that the contract test does not
    // take it for a mistake.
    std::string equivalent_to{};
    bool query_key_only = false;       // a norm that makes sense at the sites q and k alone
    int ffn_matrices = 0;              // feed-forward: 3 when gated, else 2
    std::vector<FormerKind> former{};  // what earlier versions called it; their names are read everywhere
    // What the options add to the label: "linear scaling". Absent or "": nothing.
    std::function<std::string(const KindChoice&)> label_addition{};
};

// The registered kinds. Filled once, by train::register_kinds().
class KindTable {
  public:
    static KindTable& instance();
    void add(KindRow row);
    const KindRow* find(const std::string& category, const std::string& name) const;
    // InputError naming `where` and the nearest name.
    const KindRow& get(const std::string& category, const std::string& name, const std::string& where) const;
    std::vector<const KindRow*> rows(const std::string& category) const;  // in name order
    std::vector<std::string> names(const std::string& category) const;
    std::vector<std::string> categories() const;

  private:
    std::vector<KindRow> rows_;
};

// {"kind": K, options...} with every option checked and defaults filled in; InputError at `where`. Names of earlier
// versions are read as today's kind with the options that equal it.
KindChoice kind_from_json(const std::string& category, const Json& value, const std::string& where);
Json kind_to_json(const KindChoice& choice);
// "RMSNorm", "RoPE, linear scaling"; the name itself for a kind that is not registered.
std::string kind_in_words(const std::string& category, const KindChoice& choice);
// The choice with the options that its other options switch off at their defaults.
KindChoice without_unused_options(const std::string& category, KindChoice choice);

}  // namespace ablate
