// One training step (forward, backward, clipping, AdamW) against PyTorch eager on the same size, step by step in turns:
//   train_step_bench PYTHON tests/bench/torch_peer.py [quick|tinystories] [bf16|fp32] [STEPS] [THREADS]
// PyTorch runs with tcmalloc preloaded where it is found, as Ablate links it. Prints both medians and their ratio.
#include "core/base/error.h"
#include "core/model/transformer.h"
#include "core/train/optimizer.h"
#include "core/train/register.h"
#include "tests/bench/median.h"
#include "tests/bench/peer_process.h"

#include <ATen/Parallel.h>

#include <chrono>

using namespace ablate;

namespace {

RunConfig configuration(const std::string& size, const std::string& precision, std::int64_t threads) {
    RunConfig config;
    if (size == "quick") {
        config.model.d_model = 128;
        config.model.d_ff = 344;
        config.model.heads = 4;
        config.data.vocab_size = 2048;
        config.data.context = 128;
    } else if (size != "tinystories") {
        throw InputError("'{}': the sizes are quick and tinystories", size);
    }
    config.train.precision = precision;
    config.train.threads = threads;
    return config;
}

std::vector<std::string> peer_command(const std::string& python, const std::string& script, const RunConfig& config) {
    std::vector<std::string> command{"env"};
    for (const char* library :
         {"/usr/lib/x86_64-linux-gnu/libtcmalloc_minimal.so.4", "/usr/lib/aarch64-linux-gnu/libtcmalloc_minimal.so.4"})
        if (std::filesystem::exists(library)) command.push_back(std::string("LD_PRELOAD=") + library);
    command.insert(command.end(), {python, script});
    const ModelConfig& model = config.model;
    for (const std::int64_t size : {config.data.vocab_size, model.d_model, model.d_ff, model.layers, model.heads,
                                    config.data.context, config.train.batch, config.train.threads})
        command.push_back(std::to_string(size));
    command.push_back(config.train.precision);
    return command;
}

class OurStep {
  public:
    explicit OurStep(const RunConfig& config)
        : transformer_(config, 1, at::kCPU),
          optimizer_(train::make_optimizer(config.train, transformer_.parameters())) {
        const std::vector<std::int64_t> shape{config.train.batch, config.data.context};
        ids_ = at::randint(config.data.vocab_size, shape, at::kLong);
        targets_ = at::randint(config.data.vocab_size, shape, at::kLong);
    }

    void run() {
        for (const model::Parameter& parameter : transformer_.parameters())
            parameter.value.mutable_grad() = at::Tensor();
        const model::LossOutput loss = transformer_.loss(ids_, targets_, {.training = true});
        loss.objective.backward();
        const at::NoGradGuard no_gradient;
        std::vector<at::Tensor> gradients;
        for (const model::Parameter& parameter : transformer_.parameters()) gradients.push_back(parameter.value.grad());
        const at::Tensor norm = at::stack(at::_foreach_norm(gradients)).norm();
        train::UpdateScale scale;
        scale.grad_divisor = norm.clamp_min(1);
        scale.found_inf = at::zeros({}, at::kFloat);
        optimizer_->step(scale);
        loss.nll.item<float>();
    }

  private:
    model::Transformer transformer_;
    std::unique_ptr<train::Optimizer> optimizer_;
    at::Tensor ids_, targets_;
};

double seconds_of(OurStep& step) {
    const auto start = std::chrono::steady_clock::now();
    step.run();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

int compare(const std::vector<std::string>& arguments) {
    if (arguments.size() < 3)
        throw InputError("usage: train_step_bench PYTHON PEER [SIZE] [PRECISION] [STEPS] [THREADS]");
    const auto argument = [&](std::size_t at, const char* otherwise) {
        return arguments.size() > at ? arguments[at] : std::string(otherwise);
    };
    train::register_kinds();
    const RunConfig config = configuration(argument(3, "quick"), argument(4, "bf16"), std::stoi(argument(6, "1")));
    at::set_num_threads(static_cast<int>(config.train.threads));
    bench::PeerProcess peer(peer_command(arguments[1], arguments[2], config));
    peer.answer();  // ready
    OurStep ours(config);

    std::vector<double> our_seconds, peer_seconds;
    const int steps = std::stoi(argument(5, "10"));
    for (int step = -1; step < steps; ++step) {  // the first warms up
        const double mine = seconds_of(ours);
        peer.ask();
        const double theirs = std::stod(peer.answer());
        if (step < 0) continue;
        our_seconds.push_back(mine);
        peer_seconds.push_back(theirs);
    }
    const double tokens = static_cast<double>(config.train.batch * config.data.context);
    const double mine = bench::median(our_seconds), theirs = bench::median(peer_seconds);
    fmt::print("{} {} {} thread(s), {} steps in turns\n", argument(3, "quick"), config.train.precision,
               config.train.threads, steps);
    fmt::print("ablate  {:8.1f} ms  {:8.0f} tokens/s\n", 1e3 * mine, tokens / mine);
    fmt::print("pytorch {:8.1f} ms  {:8.0f} tokens/s\n", 1e3 * theirs, tokens / theirs);
    fmt::print("ratio   {:8.2f} (above 1: ablate is faster)\n", theirs / mine);
    return 0;
}

}  // namespace

int main(int count, char** values) {
    try {
        return compare({values, values + count});
    } catch (const std::exception& error) {
        fmt::print(stderr, "train_step_bench: {}\n", error.what());
        return 2;
    }
}
