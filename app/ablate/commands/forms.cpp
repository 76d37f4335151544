#include "app/ablate/command.h"
#include "core/base/error.h"
#include "core/base/text.h"

namespace ablate::app {

Action declare_forms(CLI::App& parser, const std::vector<Command>& forms) {
    const auto actions = std::make_shared<std::map<const CLI::App*, Action>>();
    std::vector<std::string> names;
    for (const Command& form : forms) {
        CLI::App* sub = parser.add_subcommand(form.name, form.summary);
        sub->allow_extras();
        (*actions)[sub] = form.declare(*sub);
        names.emplace_back(form.name);
    }
    return [actions, names, &parser] {
        const std::vector<CLI::App*> chosen = parser.get_subcommands();
        if (chosen.empty())
            throw InputError("{}: name what: {}; see ablate {} --help", parser.get_name(), join(names, ", "),
                             parser.get_name());
        return actions->at(chosen.front())();
    };
}

}  // namespace ablate::app
