#include "core/model/kv_cache.h"

#include "core/ops/precision.h"
#include "core/ops/rows.h"

namespace ablate::model {

namespace rows = ops::rows;

KeyValueCache::KeyValueCache(const RunConfig& config, std::int64_t sequences, std::int64_t capacity,
                             at::ScalarType type, at::Device device)
    : capacity_(capacity), lengths_(static_cast<std::size_t>(sequences)) {
    const std::vector<std::int64_t> shape = {sequences, config.model.key_value_heads(), capacity,
                                             config.model.head_width()};
    const at::TensorOptions options = at::TensorOptions(ops::accumulate_type(type)).device(device);
    for (std::int64_t layer = 0; layer < config.model.layers; ++layer)
        layers_.push_back({at::empty(shape, options), at::empty(shape, options)});
}

void KeyValueCache::grow(std::int64_t sequence, std::int64_t tokens) {
    std::int64_t& length = lengths_.at(static_cast<std::size_t>(sequence));
    if (length + tokens > capacity_) throw std::logic_error("a sequence outgrows its key-value cache");
    length += tokens;
}

void Continuation::store(const at::Tensor& x, const at::Tensor& buffer) const {
    const std::int64_t count = x.size(2), width = x.size(3);
    if (!rows::fit(x) || buffer.scalar_type() != at::kFloat) {
        for (std::size_t row = 0; row < sequences.size(); ++row)
            buffer.select(0, sequences[row])
                .narrow(1, lengths[row] - count, count)
                .copy_(x.select(0, static_cast<std::int64_t>(row)));
        return;
    }
    rows::Input in(x, width);
    for (std::size_t row = 0; row < sequences.size(); ++row)
        for (std::int64_t head = 0; head < x.size(1); ++head)
            for (std::int64_t i = 0; i < count; ++i)
                std::copy_n(in.at(static_cast<std::int64_t>(row) * x.stride(0) + head * x.stride(1) + i * x.stride(2)),
                            width,
                            buffer.mutable_data_ptr<float>() + sequences[row] * buffer.stride(0) +
                                head * buffer.stride(1) + (lengths[row] - count + i) * width);
}

}  // namespace ablate::model
