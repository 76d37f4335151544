#include "core/train/optimizer.h"
#include "core/train/parameter_groups.h"

#include <ATen/core/grad_mode.h>

#include <limits>

namespace ablate::train {
namespace {

// Rows or columns of a matrix, which are seen in the eigenbasis of the mean of G Gᵀ or Gᵀ G.
struct Side {
    std::int64_t dimension = 0;  // 0: rows, 1: columns
    at::Tensor statistics;       // [n, n]: the mean
    at::Tensor basis;            // [n, n]: its eigenvectors, as columns
};

struct SoapEntry {
    std::string name;
    double decay = 0;
    at::Tensor value;
    at::Tensor mean, squares;  // of gradients, and of squared gradients in the bases
    std::vector<Side> sides;   // those that are preconditioned; none for what is no matrix

    at::Tensor into_bases(at::Tensor matrix) const {
        for (const Side& side : sides)
            matrix = side.dimension == 0 ? side.basis.t().matmul(matrix) : matrix.matmul(side.basis);
        return matrix;
    }
    at::Tensor out_of_bases(at::Tensor matrix) const {
        for (const Side& side : sides)
            matrix = side.dimension == 0 ? side.basis.matmul(matrix) : matrix.matmul(side.basis.t());
        return matrix;
    }
};

bool is_preconditioned(const TrainConfig& config, std::int64_t size) {
    return size <= own_option(config, "precondition_limit").get<std::int64_t>();
}

// In the bases a gradient of zero becomes rounding noise, whose square may be 0 in fp32. The quotient stays small where
// epsilon is at least the root of the smallest normal number.
double noise_epsilon(const TrainConfig& config) {
    return std::max(config.eps, std::sqrt(static_cast<double>(std::numeric_limits<float>::min())));
}

class Soap final : public Optimizer {
  public:
    Soap(const TrainConfig& config, const std::vector<model::Parameter>& parameters)
        : config_(config), every_(own_option(config, "precondition_every").get<std::int64_t>()) {
        for (const ParameterGroup& group : decay_groups(config, pointers_to(parameters), true))
            for (std::size_t i = 0; i < group.values.size(); ++i)
                entries_.push_back({group.names[i], group.decay, group.values[i], group.first[i], group.second[i],
                                    sides_of(group.values[i])});
        count_ = at::zeros({}, entries_.at(0).value.options().dtype(at::kFloat).requires_grad(false));
    }

    // The first step only begins the statistics and finds their bases. If it is skipped, the statistics stay zero and
    // the bases stay the identity until the next refresh.
    void step(const UpdateScale& scale) override {
        at::NoGradGuard no_grad;
        const at::Tensor skip = scale.found_inf.to(at::kBool);
        if (scale.step == 0) {
            for (SoapEntry& entry : entries_) begin(entry, entry.value.grad() / scale.grad_divisor, skip);
            return;
        }
        count_.add_(1).sub_(scale.found_inf);
        const double lr = config_.lr * scale.schedule;
        const at::Tensor taken = count_.to(at::kDouble);
        const at::Tensor rate =
            ((1 - at::pow(config_.beta2, taken)).sqrt() / (1 - at::pow(config_.beta1, taken)) * lr).to(at::kFloat);
        for (SoapEntry& entry : entries_) {
            const at::Tensor gradient = entry.value.grad() / scale.grad_divisor;
            update(entry, gradient, rate, lr * entry.decay, skip);
            gather(entry, gradient, skip);
            if (scale.step % every_ == 0) refresh(entry, skip);
        }
    }

    std::vector<NamedTensor> state() const override {
        std::vector<NamedTensor> result{{"soap_step", count_}};
        for (const SoapEntry& entry : entries_) {
            result.push_back({"exp_avg." + entry.name, entry.mean});
            result.push_back({"exp_avg_sq." + entry.name, entry.squares});
            for (const Side& side : entry.sides) {
                const std::string of = side.dimension == 0 ? "rows." : "columns.";
                result.push_back({"statistics_of_" + of + entry.name, side.statistics});
                result.push_back({"basis_of_" + of + entry.name, side.basis});
            }
        }
        return result;
    }

  private:
    std::vector<Side> sides_of(const at::Tensor& value) const {
        std::vector<Side> sides;
        if (value.dim() != 2) return sides;
        const auto options = value.options().requires_grad(false);
        for (const std::int64_t dimension : {0, 1}) {
            const std::int64_t size = value.size(dimension);
            if (is_preconditioned(config_, size))
                sides.push_back({dimension, at::zeros({size, size}, options), at::eye(size, options)});
        }
        return sides;
    }

    void gather(SoapEntry& entry, const at::Tensor& gradient, const at::Tensor& skip) const {
        for (Side& side : entry.sides) {
            const at::Tensor outer =
                side.dimension == 0 ? gradient.matmul(gradient.t()) : gradient.t().matmul(gradient);
            replace_unless(skip, side.statistics, side.statistics * config_.beta2 + outer * (1 - config_.beta2));
        }
    }

    // The largest eigenvalue comes first. In fp64: it is done once, and may not converge in fp32.
    void begin(SoapEntry& entry, const at::Tensor& gradient, const at::Tensor& skip) const {
        gather(entry, gradient, skip);
        for (Side& side : entry.sides) {
            const at::Tensor ascending = std::get<1>(at::linalg_eigh(side.statistics.to(at::kDouble)));
            replace_unless(skip, side.basis, ascending.flip({1}).to(side.basis.scalar_type()));
        }
    }

    void update(SoapEntry& entry, const at::Tensor& gradient, const at::Tensor& rate, double decay,
                const at::Tensor& skip) const {
        const double beta1 = config_.beta1, beta2 = config_.beta2;
        const at::Tensor mean = entry.mean * beta1 + gradient * (1 - beta1);
        const at::Tensor squares = entry.squares * beta2 + entry.into_bases(gradient).square() * (1 - beta2);
        const at::Tensor direction =
            entry.out_of_bases(entry.into_bases(mean) / (squares.sqrt() + noise_epsilon(config_)));
        replace_unless(skip, entry.mean, mean);
        replace_unless(skip, entry.squares, squares);
        replace_unless(skip, entry.value, (entry.value - direction * rate) * (1 - decay));
    }

    // One power iteration toward the eigenbases of today's statistics, in the order of their eigenvalues.
    void refresh(SoapEntry& entry, const at::Tensor& skip) const {
        for (Side& side : entry.sides) {
            const at::Tensor product = side.statistics.matmul(side.basis);
            const at::Tensor order = (side.basis * product).sum(0).argsort(/*stable=*/true, 0, /*descending=*/true);
            replace_unless(skip, entry.squares, entry.squares.index_select(side.dimension, order));
            replace_unless(skip, side.basis, std::get<0>(at::linalg_qr(product.index_select(1, order))));
        }
    }

    TrainConfig config_;
    std::int64_t every_;
    std::vector<SoapEntry> entries_;
    at::Tensor count_;  // updates of the weights taken, fp32, one for all
};

}  // namespace

// Adam in the eigenbases of Shampoo's statistics L and R, the means of G Gᵀ and Gᵀ G, with decay decoupled and applied
// after the update: with M the mean of gradients and V that of the squares of Q_Lᵀ G Q_R,
// W -= lr sqrt(1 - beta2^t) / (1 - beta1^t) Q_L ((Q_Lᵀ M Q_R) / (sqrt(V) + eps)) Q_Rᵀ.
// A side above precondition_limit has the identity for its basis; what is no matrix is trained by Adam.
void register_optimizer_soap(OptimizerRegistry& registry) {
    OptimizerRow row;
    row.name = "soap";
    row.label = "SOAP";
    row.help = "Adam in the eigenbases of Shampoo; its first step changes no weights";
    row.formula =
        "W ← W − lr · Q_L (Adam of Q_Lᵀ G Q_R) Q_Rᵀ, Q_L and Q_R the eigenbases of the means of G Gᵀ and Gᵀ G";
    row.source = "Vyas et al. 2024, arXiv 2409.11321";
    row.uses = {"beta1", "beta2", "eps"};
    row.published = {{"beta1", 0.95}, {"beta2", 0.95}};
    row.adam_moments = true;
    row.options = {
        option("precondition_every", 10, "Steps between bases")
            .range(1, 1 << 30)
            .in("steps")
            .doc("soap: one power iteration and a QR decomposition renew the eigenbases every N steps"),
        option("precondition_limit", 4096, "Largest preconditioned side")
            .range(0, 1 << 30)
            .doc("soap: longer sides of a matrix, such as the vocabulary, keep their own basis; 10,000 as published, "
                 "where a side of n takes n² numbers twice and n³ operations"),
    };
    row.state_bytes = [](const TrainConfig& config, const TensorSpec& spec) {
        double bytes = 8.0 * spec.count();
        if (spec.shape.size() == 2)
            for (const std::int64_t size : spec.shape)
                if (is_preconditioned(config, size)) bytes += 8.0 * size * size;
        return bytes;
    };
    row.in_words = [](const TrainConfig& config) {
        return fmt::format("SOAP, betas {} and {}, bases renewed every {} steps on sides up to {}", config.beta1,
                           config.beta2, own_option(config, "precondition_every").get<std::int64_t>(),
                           own_option(config, "precondition_limit").get<std::int64_t>());
    };
    registry.add(row, [](const TrainConfig& config, const std::vector<model::Parameter>& parameters) {
        return std::make_unique<Soap>(config, parameters);
    });
}

}  // namespace ablate::train
