#pragma once
#include "core/model/attention.h"
#include "core/model/transformer.h"

namespace ablate::model {

// What one forward pass carries along.
struct Pass {
    at::ScalarType product_type;  // of matrix products; the residual stream keeps the parameters' type
    TokenPositions positions;
    ops::Dropout dropout;
    const Probe* probe = nullptr;
    const Continuation* continuation = nullptr;

    void look(const std::string& site, const at::Tensor& value) const {
        if (probe) (*probe)(site, value.detach());
    }
};

// Attention and feed-forward, each within the norms of its placement (CS336 section 7.3 for pre and post):
//   pre       x + F(in(x))
//   post      out(x + F(x))
//   sandwich  x + out(F(in(x)))
class Block {
  public:
    Block(const RunConfig& config, std::int64_t layer, const Tensors& tensors, const Position& position,
          at::Device device);
    at::Tensor forward(const at::Tensor& x, const Pass& pass) const;  // the residual stream: [B, T, D] -> [B, T, D]

  private:
    // A norm of the placement; absent where the placement has none.
    struct SiteNorm {
        std::string name;
        std::unique_ptr<Norm> norm;
        at::Tensor forward(const at::Tensor& x, at::ScalarType result, const Pass& pass) const;
    };
    struct SubLayer {
        std::string name;
        SiteNorm in, out;
    };
    SiteNorm make_norm(const RunConfig& config, NormSite site, std::int64_t layer, const Tensors& tensors,
                       at::Device device) const;
    template <class Function>
    at::Tensor apply(const SubLayer& sub_layer, const at::Tensor& x, const Pass& pass, Function function) const;

    std::string name_;
    bool post_;
    SubLayer attention_site_, feed_forward_site_;
    Attention attention_;
    std::unique_ptr<FeedForward> feed_forward_;
};

}  // namespace ablate::model
