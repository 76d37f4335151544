#include "app/ablate/command.h"
#include "app/ablate/run_json.h"
#include "app/ablate/workspace.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/run/plan_record.h"

#include <iostream>

namespace ablate::app {

namespace {

struct Options {
    std::string run, workspace, text;
    std::vector<std::string> tags, untags;
    std::string exclude;
    bool include = false, json = false;
};

// A run is left out of conclusions by name alone, and the study's plan keeps why.
void exclude(const Options& options, const run::RunStore& store) {
    const run::ListedRun listed = store.find(options.run);
    if (listed.info.study.empty())
        throw InputError("run {} belongs to no study, so there is nothing to exclude it from", listed.info.id);
    run::edit_plan_record(store.workspace(), listed.info.study, [&](run::PlanRecord& plan) {
        std::erase_if(plan.excluded, [&](const run::ExcludedRun& one) { return one.run == listed.info.id; });
        if (!options.include) plan.excluded.push_back({listed.info.id, options.exclude, unix_now()});
    });
}

int note(const Options& options, bool has_text) {
    run::NotesEdit edit{{}, options.tags, options.untags};
    if (has_text) edit.text = options.text;
    const bool excludes = !options.exclude.empty() || options.include;
    if (!edit.text && edit.add_tags.empty() && edit.remove_tags.empty() && !excludes)
        throw InputError(
            "nothing to write: give --text, --tag, --untag, --exclude or --include; `ablate show {}` prints the notes",
            options.run);
    const run::RunStore store(open_workspace(options.workspace));
    if (excludes) exclude(options, store);
    const run::Notes notes = run::edit_notes(store.find(options.run).directory.folder(), edit);
    if (options.json) print_json(notes_json(notes));
    return 0;
}

}  // namespace

Action declare_note(CLI::App& parser) {
    const auto options = std::make_shared<Options>();
    parser.add_option("RUN", options->run, "a run's id or a prefix of it")->required();
    const CLI::Option* text =
        parser.add_option("--text", options->text, "the note, in place of the one before; \"\" for none");
    parser.add_option("--tag", options->tags, "a tag to add (repeatable)")->expected(1)->take_all();
    parser.add_option("--untag", options->untags, "a tag to remove (repeatable)")->expected(1)->take_all();
    const CLI::Option* out =
        parser.add_option("--exclude", options->exclude, "leave the run out of all conclusions, for the reason given");
    parser.add_flag("--include", options->include, "undo --exclude")->excludes("--exclude");
    add_workspace_option(parser, options->workspace);
    add_json_option(parser, options->json);
    return [options, text, out] {
        if (out->count() > 0 && trim(options->exclude).empty())
            throw InputError("--exclude: say why, such as --exclude \"a disk was full\"");
        return note(*options, text->count() > 0);
    };
}

}  // namespace ablate::app
