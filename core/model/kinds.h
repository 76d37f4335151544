#pragma once
#include "core/config/kind_table.h"

#include <ATen/ATen.h>

// The modules of the kinds. A new kind is one file in kinds/ that defines register_<file name>(KindRegistry&), which
// adds its row and what makes its module; CMake lists the calls. kinds/README.md shows how to add one.
namespace ablate::model {

// Finds the tensors of a module by their names in its row ("weight"), once, when it is made. They are updated in place.
using Bind = std::function<at::Tensor(const std::string& name)>;

class Norm {
  public:
    virtual ~Norm() = default;
    // [..., D] -> [..., D], computed in max(fp32, the input's type) and returned as `result`: what follows a norm is
    // mostly a matrix product, whose type the norm can write at once.
    virtual at::Tensor forward(const at::Tensor& x, at::ScalarType result) const = 0;
    // What attention scales q·k by, when the norm brings its own in place of 1/sqrt(head_dim).
    virtual std::optional<double> attention_scale() const { return {}; }
};

// The positions of a pass's tokens in their sequences: `length` consecutive ones of each.
struct TokenPositions {
    std::int64_t length = 0;
    std::vector<std::int64_t> first;  // of each row of the batch; empty: 0 for all
};

class Position {
  public:
    virtual ~Position() = default;
    // Added to the embeddings: [T, D] or [B, T, D], or undefined.
    virtual at::Tensor embedding(const TokenPositions& positions) const { return {}; }
    // Turns queries [B, H, T, hd] and keys [B, K, T, hd].
    virtual void rotate(at::Tensor& q, at::Tensor& k, const TokenPositions& positions) const {}
    // Added to the scores of the `length` queries from position `first` on, by all keys up to the last of them:
    // [H, length, first + length] of `type`, causal part included, or undefined.
    virtual at::Tensor score_bias(std::int64_t first, std::int64_t length, at::ScalarType type) const { return {}; }
};

class FeedForward {
  public:
    virtual ~FeedForward() = default;
    virtual at::Tensor forward(const at::Tensor& x) const = 0;  // [B, T, D] -> [B, T, D]
};

// Fills a matrix or embedding with its initial values from the stream of its name.
using Initialize = std::function<void(const TensorSpec& spec, const KindChoice& choice, std::int64_t layers,
                                      std::uint64_t seed, at::Tensor& value)>;

class KindRegistry {
  public:
    template <class Module>
    using Make = std::function<std::unique_ptr<Module>(const KindChoice&, const KindDims&, const Bind&, at::Device)>;

    void add_norm(KindRow row, Make<Norm> make);
    void add_position(KindRow row, Make<Position> make);
    void add_feed_forward(KindRow row, Make<FeedForward> make);
    void add_init(KindRow row, Initialize initialize);

    std::unique_ptr<Norm> norm(const KindChoice&, const KindDims&, const Bind&, at::Device) const;
    std::unique_ptr<Position> position(const KindChoice&, const KindDims&, const Bind&, at::Device) const;
    std::unique_ptr<FeedForward> feed_forward(const KindChoice&, const KindDims&, const Bind&, at::Device) const;
    const Initialize& init(const KindChoice&) const;

  private:
    std::map<std::string, Make<Norm>> norms_;
    std::map<std::string, Make<Position>> positions_;
    std::map<std::string, Make<FeedForward>> feed_forwards_;
    std::map<std::string, Initialize> inits_;
};
const KindRegistry& kind_registry();  // registered on first use

}  // namespace ablate::model
