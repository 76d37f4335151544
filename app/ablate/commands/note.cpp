#include "app/ablate/command.h"
#include "app/ablate/run_json.h"
#include "app/ablate/workspace.h"
#include "core/base/error.h"

#include <iostream>

namespace ablate::app {

namespace {

struct Options {
    std::string run, workspace, text;
    std::vector<std::string> tags, untags;
    bool json = false;
};

int note(const Options& options, bool has_text) {
    run::NotesEdit edit{{}, options.tags, options.untags};
    if (has_text) edit.text = options.text;
    if (!edit.text && edit.add_tags.empty() && edit.remove_tags.empty())
        throw InputError("nothing to write: give --text, --tag or --untag; `ablate show {}` prints the notes",
                         options.run);
    const run::RunStore store(open_workspace(options.workspace));
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
    add_workspace_option(parser, options->workspace);
    add_json_option(parser, options->json);
    return [options, text] { return note(*options, text->count() > 0); };
}

}  // namespace ablate::app
