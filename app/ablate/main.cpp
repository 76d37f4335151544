#include "app/ablate/command.h"
#include "app/ablate/interrupt.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "core/base/version.h"
#include "core/train/register.h"

#include <filesystem>
#include <iostream>
#include <new>

namespace {

using namespace ablate;

constexpr const char* kExitCodes =
    "Exit codes: 0 done (a collapse is a result); 1 a run or a verification failed; 2 bad input; 3 disk or memory;\n"
    "130, 143 interrupted.";

int code(ExitCode exit) { return static_cast<int>(exit); }

int fail(ExitCode exit, std::string_view message) {
    std::cerr << "ablate: " << one_line(message) << '\n';
    return code(exit);
}

// What the parser did not know, with the nearest name it does.
[[noreturn]] void refuse(const std::string& word, const CLI::App& parser) {
    std::vector<std::string> names;
    if (word.starts_with("-")) {
        for (const CLI::Option* option : parser.get_options())
            for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
        const std::string plain = word.substr(0, word.find('='));
        throw InputError("unknown option {}{}", quote(plain), did_you_mean(plain, names));
    }
    for (const CLI::App* form : parser.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(form->get_name());
    if (!names.empty())
        throw InputError("unknown {} {}{}", parser.get_parent() ? "form of " + parser.get_name() : "command",
                         quote(word), did_you_mean(word, names));
    std::string name = parser.get_name();
    for (const CLI::App* above = parser.get_parent(); above->get_parent(); above = above->get_parent())
        name = above->get_name() + " " + name;
    throw InputError("unexpected argument {} to {}; see ablate {} --help", quote(word), name, name);
}

int run_command_line(int argc, char** argv) {
    CLI::App parser{"Ablate: transformer ablation studies, from the plan to the report.", "ablate"};
    parser.set_version_flag("--version", std::string("ablate ") + kVersion);
    parser.footer(kExitCodes);
    parser.allow_extras();

    std::map<const CLI::App*, app::Action> actions;
    for (const app::Command& command : app::commands()) {
        CLI::App* sub = parser.add_subcommand(command.name, command.summary);
        sub->allow_extras();
        actions[sub] = command.declare(*sub);
    }
    try {
        parser.parse(argc, argv);
    } catch (const CLI::Success& help) {
        return parser.exit(help);
    } catch (const CLI::ParseError& error) {
        throw InputError(error.what());
    }
    const std::vector<CLI::App*> chosen = parser.get_subcommands();
    const CLI::App* scope = &parser;
    while (!scope->get_subcommands().empty()) scope = scope->get_subcommands().front();
    const std::vector<std::string> unknown = scope->remaining();
    if (!unknown.empty()) refuse(unknown.front(), *scope);
    if (chosen.empty()) throw InputError("name a command, such as `ablate run quick`; see ablate --help");
    return actions.at(chosen.front())();
}

}  // namespace

int main(int argc, char** argv) {
    try {
        ablate::set_up_logging();
        ablate::train::register_kinds();
        return run_command_line(argc, argv);
    } catch (const ablate::app::Interrupted& interrupted) {
        return interrupted.exit_code();
    } catch (const ablate::InputError& error) {
        return fail(ExitCode::bad_input, error.what());
    } catch (const ablate::ResourceError& error) {
        return fail(ExitCode::no_resources, error.what());
    } catch (const std::filesystem::filesystem_error& error) {
        // A path that was given and cannot be used; its own text names neither what nor which in plain words.
        const bool full = error.code() == std::errc::no_space_on_device;
        return fail(full ? ExitCode::no_resources : ExitCode::bad_input,
                    fmt::format("{}: {}", error.path1().string(), error.code().message()));
    } catch (const std::bad_alloc&) {
        return fail(ExitCode::no_resources, "out of memory");
    } catch (const std::exception& error) {
        // LibTorch's messages end in a backtrace.
        const std::string_view message = error.what();
        return fail(ExitCode::failed, message.substr(0, message.find('\n')));
    }
}
