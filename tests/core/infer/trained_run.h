#pragma once
#include "core/infer/generate.h"
#include "core/infer/trained_model.h"
#include "tests/core/train/recording.h"
#include "tests/support/temp_folder.h"

namespace ablate::test {

// One trained run over a text that repeats itself, shared by all tests.
struct TrainedRun {
    TempFolder folder;
    std::filesystem::path run;

    TrainedRun() : run(folder / "run") {
        std::string text;
        for (int i = 0; i < 2000; ++i) text += i % 2 ? "the cat sat on the mat\n" : "the dog ate the big red ball\n";
        const Json patch = {{"data",
                             {{"text", folder.write("text.txt", text).string()},
                              {"tokens", ""},
                              {"vocab_size", 40},
                              {"block_lines", 20}}}};
        const RunConfig config = patched(
            tiny_config("", 120, {{"lr", 0.02}, {"eval_every", 20}, {"checkpoint_every", 20}, {"keep_last", 6}}), patch,
            "test");
        train_in(run / "checkpoints", config, prepared(config, folder.path()));
    }
};

inline const TrainedRun& trained() {
    static const TrainedRun run;
    return run;
}

// The text that continues `prompt` with the run's newest sound checkpoint, or that of `step`.
inline std::string continued(const std::filesystem::path& run, const std::string& prompt,
                             const infer::SamplingOptions& options,
                             const std::function<void(const std::string& piece)>& emit = {},
                             std::optional<std::int64_t> step = {}) {
    const infer::TrainedModel trained = infer::load_trained(run, true, step);
    const auto pass_on = [&](std::size_t, const std::string& piece) {
        if (emit) emit(piece);
    };
    return infer::generate(trained, {infer::prompt_ids(trained, prompt)}, options, pass_on).front().text;
}

}  // namespace ablate::test
