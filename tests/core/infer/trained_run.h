#pragma once
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

}  // namespace ablate::test
