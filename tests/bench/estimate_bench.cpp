// The estimate of a training step against the step itself, at the sizes of presets and of Qwen3-0.6B:
//   estimate_bench [STEPS] [NAME...]
// Measures nothing from a cache: it sets XDG_CACHE_HOME to a new folder. Both sides are read in processor time as well,
// so that other work on the machine does not decide. Prints each pair and their ratio.
#include "core/model/transformer.h"
#include "core/plan/step_timing.h"
#include "core/train/optimizer.h"
#include "core/train/register.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>

using namespace ablate;

namespace {

struct Shape {
    const char* name;
    RunConfig config;
};

RunConfig sized(std::int64_t d_model, std::int64_t layers, std::int64_t heads, std::int64_t d_ff,
                std::int64_t vocabulary, std::int64_t context, std::int64_t batch, const char* precision) {
    RunConfig config;
    config.model.d_model = d_model;
    config.model.layers = layers;
    config.model.heads = heads;
    config.model.d_ff = d_ff;
    config.data.vocab_size = vocabulary;
    config.data.context = context;
    config.train.batch = batch;
    config.train.precision = precision;
    config.train.device = "cpu";
    return config;
}

// Qwen3-0.6B's widths and vocabulary with fewer layers, so that the truth fits into memory and minutes.
RunConfig qwen3(const char* precision) {
    RunConfig config = sized(1024, 4, 16, 3072, 151936, 256, 2, precision);
    config.model.kv_heads = 8;
    config.model.head_dim = 128;
    config.model.tie_embeddings = true;
    return config;
}

std::vector<Shape> shapes() {
    return {{"quick", sized(128, 4, 4, 344, 2048, 128, 32, "bf16")},
            {"tinystories-fp32", sized(512, 4, 16, 1344, 10000, 256, 32, "fp32")},
            {"tinystories-bf16", sized(512, 4, 16, 1344, 10000, 256, 32, "bf16")},
            {"qwen3-fp32", qwen3("fp32")},
            {"qwen3-bf16", qwen3("bf16")}};
}

double wall() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
double processor() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// The least of some steps, the first left out, in seconds of wall clock and of processor.
std::pair<double, double> truth(const RunConfig& config, int steps) {
    model::Transformer model(config, 1, at::kCPU);
    const auto optimizer = train::make_optimizer(config.train, model.parameters());
    const std::vector<std::int64_t> shape{config.train.batch, config.data.context};
    const at::Tensor ids = at::randint(config.data.vocab_size, shape, at::kLong);
    std::pair<double, double> least{1e9, 1e9};
    for (int step = 0; step <= steps; ++step) {
        const double wall_before = wall(), processor_before = processor();
        for (const model::Parameter& parameter : model.parameters()) parameter.value.mutable_grad() = at::Tensor();
        model.loss(ids, ids, {.training = true}).objective.backward();
        {
            const at::NoGradGuard no_gradient;
            std::vector<at::Tensor> gradients;
            for (const model::Parameter& parameter : model.parameters()) gradients.push_back(parameter.value.grad());
            train::UpdateScale scale;
            scale.grad_divisor = at::stack(at::_foreach_norm(gradients)).norm().clamp_min(1);
            scale.found_inf = at::zeros({}, at::kFloat);
            scale.step = step;  // SOAP's first one takes longer
            optimizer->step(scale);
        }
        if (step == 0) continue;
        least.first = std::min(least.first, wall() - wall_before);
        least.second = std::min(least.second, processor() - processor_before);
    }
    return least;
}

}  // namespace

int main(int argc, char** argv) {
    train::register_kinds();
    std::string cache = (std::filesystem::temp_directory_path() / "estimate-XXXXXX").string();
    setenv("XDG_CACHE_HOME", mkdtemp(cache.data()), 1);
    at::get_num_threads();
    at::set_num_threads(1);
    const int steps = argc > 1 ? std::atoi(argv[1]) : 3;
    fmt::print("{:<18} {:>10} {:>10} {:>12} {:>7} {:>11}\n", "", "estimate", "a step", "on the CPU", "ratio",
               "measured in");
    for (const Shape& shape : shapes()) {
        const auto wanted = [&](const char* name) { return std::string(name) == shape.name; };
        if (argc > 2 && std::none_of(argv + 2, argv + argc, wanted)) continue;
        const double before = wall();
        const double estimate = study::measured_step_time(shape.config).seconds;
        const double took = wall() - before;
        const auto [seconds, of_processor] = truth(shape.config, steps);
        fmt::print("{:<18} {:>8.3f} s {:>8.3f} s {:>10.3f} s {:>7.2f} {:>9.1f} s\n", shape.name, estimate, seconds,
                   of_processor, estimate / of_processor, took);
        std::fflush(stdout);
    }
    std::filesystem::remove_all(cache);
    return 0;
}
