#pragma once
#include <CLI/CLI.hpp>

#include <functional>
#include <vector>

// A subcommand: `declare` adds its options to the parser and returns what runs once they are read; that returns the
// exit code (core/README.md, "Study files") or throws.
namespace ablate::app {

using Action = std::function<int()>;

struct Command {
    const char* name;
    const char* summary;
    Action (*declare)(CLI::App& parser);
};

Action declare_run(CLI::App& parser);
Action declare_resume(CLI::App& parser);
Action declare_pause(CLI::App& parser);
Action declare_stop(CLI::App& parser);
Action declare_list(CLI::App& parser);
Action declare_show(CLI::App& parser);
Action declare_note(CLI::App& parser);
Action declare_verify(CLI::App& parser);
Action declare_compare(CLI::App& parser);
Action declare_report(CLI::App& parser);
Action declare_preview(CLI::App& parser);
Action declare_kinds(CLI::App& parser);
Action declare_presets(CLI::App& parser);
Action declare_schema(CLI::App& parser);
Action declare_tokenize(CLI::App& parser);
Action declare_encode(CLI::App& parser);
Action declare_decode(CLI::App& parser);
Action declare_generate(CLI::App& parser);
Action declare_eval(CLI::App& parser);
Action declare_import(CLI::App& parser);
Action declare_export(CLI::App& parser);
Action declare_flashnorm(CLI::App& parser);
Action declare_delete(CLI::App& parser);
Action declare_doctor(CLI::App& parser);

// In the order of --help.
inline const std::vector<Command>& commands() {
    static const std::vector<Command> table = {
        {"run", "train a study: every variant, grid point and seed, then compare", declare_run},
        {"resume", "resume runs that were paused or interrupted", declare_resume},
        {"pause", "ask a running run to save a checkpoint and pause", declare_pause},
        {"stop", "ask a running run to save a checkpoint and end", declare_stop},
        {"list", "the runs of the workspace", declare_list},
        {"show", "one run: configuration, progress, verdict, evaluations, events", declare_show},
        {"note", "write a note about a run, add and remove its tags", declare_note},
        {"verify", "check runs against their checksums and logs", declare_verify},
        {"compare", "runs side by side, with intervals over seeds", declare_compare},
        {"report", "write the report of a study", declare_report},
        {"preview", "what a study will cost, and what looks wrong, before it is trained", declare_preview},
        {"kinds", "the available norms, positions, feed-forwards, initializations, optimizers and schedules",
         declare_kinds},
        {"presets", "the studies that ship with Ablate", declare_presets},
        {"schema", "every configuration key with its type, range and default", declare_schema},
        {"tokenize", "train a tokenizer on texts and write token files", declare_tokenize},
        {"encode", "lines of text to token ids, with a model's tokenizer", declare_encode},
        {"decode", "token ids back to text", declare_decode},
        {"generate", "continue text with a run or a model", declare_generate},
        {"eval", "score a text with a run or a model: loss, bits per byte, loss by position", declare_eval},
        {"import", "models, runs and logs from elsewhere into the workspace", declare_import},
        {"export", "a trained run as a Hugging Face folder", declare_export},
        {"flashnorm", "fold a checkpoint's norm weights into the linear layers that follow", declare_flashnorm},
        {"delete", "move runs to the workspace's trash", declare_delete},
        {"doctor", "check that this machine can train", declare_doctor},
    };
    return table;
}

// A command of several forms, such as `import hf` and `import run`: declares a subcommand for each.
Action declare_forms(CLI::App& parser, const std::vector<Command>& forms);

}  // namespace ablate::app
