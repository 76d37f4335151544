#include "core/infer/sampling.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace ablate::infer {
namespace {

// The likeliest first.
auto by(std::span<const float> logits) {
    return [logits](std::int32_t a, std::int32_t b) {
        const float x = logits[static_cast<std::size_t>(a)], y = logits[static_cast<std::size_t>(b)];
        return x > y || (x == y && a < b);
    };
}

// How many of `order`, sorted as far as needed, hold `share` of the whole weight.
template <class Weight, class Before>
std::size_t nucleus(std::vector<std::int32_t>& order, double share, Weight weight, Before before) {
    double whole = 0, kept = 0;
    for (const std::int32_t id : order) whole += weight(id);
    std::size_t count = 0, sorted = 0;
    while (count < order.size() && (count == 0 || kept < share * whole)) {
        if (count == sorted) {
            sorted = std::min(order.size(), std::max<std::size_t>(64, 4 * sorted));
            const auto at = [&](std::size_t i) { return order.begin() + static_cast<std::ptrdiff_t>(i); };
            std::partial_sort(at(count), at(sorted), order.end(), before);
        }
        kept += weight(order[count++]);
    }
    return count;
}

}  // namespace

Sampler::Sampler(const SamplingOptions& options, std::size_t sequence)
    : options_(options),
      random_(options.seed, sequence == 0 ? std::string("generate") : "generate/" + std::to_string(sequence)) {}

void Sampler::penalise(std::span<float> logits, std::span<const std::int32_t> ids) const {
    const auto penalty = static_cast<float>(options_.repetition_penalty);
    for (const std::int32_t id : std::set<std::int32_t>(ids.begin(), ids.end())) {
        float& logit = logits[static_cast<std::size_t>(id)];
        logit = logit < 0 ? logit * penalty : logit / penalty;
    }
}

// What the filters leave, and the weight of each.
std::vector<std::int32_t> Sampler::candidates(std::span<const float> logits, std::vector<double>& weights) const {
    std::vector<std::int32_t> order(logits.size());
    std::iota(order.begin(), order.end(), 0);
    const auto before = by(logits);
    if (options_.top_k > 0 && options_.top_k < static_cast<std::int64_t>(order.size())) {
        std::partial_sort(order.begin(), order.begin() + options_.top_k, order.end(), before);
        order.resize(static_cast<std::size_t>(options_.top_k));
    }
    const double largest = *std::max_element(logits.begin(), logits.end());
    const auto weight = [&](std::int32_t id) {
        return std::exp((logits[static_cast<std::size_t>(id)] - largest) / options_.temperature);
    };
    if (options_.top_p < 1) order.resize(nucleus(order, options_.top_p, weight, before));
    if (options_.min_p > 0) std::erase_if(order, [&](std::int32_t id) { return weight(id) < options_.min_p; });
    for (const std::int32_t id : order) weights.push_back(weight(id));
    return order;
}

std::int32_t Sampler::pick(std::span<float> logits, std::span<const std::int32_t> ids) {
    if (options_.repetition_penalty != 1) penalise(logits, ids);
    if (options_.temperature <= 0)
        return static_cast<std::int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
    std::vector<double> weights;
    const std::vector<std::int32_t> order = candidates(logits, weights);
    double left = random_.uniform() * std::accumulate(weights.begin(), weights.end(), 0.0);
    for (std::size_t i = 0; i + 1 < order.size(); ++i) {
        left -= weights[i];
        if (left < 0) return order[i];
    }
    return order.back();
}

}  // namespace ablate::infer
