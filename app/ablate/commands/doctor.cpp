#include "core/plan/doctor.h"

#include "app/ablate/command.h"
#include "app/ablate/workspace.h"
#include "core/base/error.h"

#include <iostream>

namespace ablate::app {

namespace {

struct Options {
    std::string workspace;
    bool json = false;
};

int doctor(const Options& options) {
    bool fit = true;
    Json checks = Json::array();
    for (const study::Check& check : study::examine_machine(make_workspace(options.workspace))) {
        fit = fit && (check.ok || !check.needed);
        checks.push_back({{"name", check.name}, {"ok", check.ok}, {"needed", check.needed}, {"result", check.result}});
        const char* mark = check.ok ? "ok" : check.needed ? "FAILS" : "note";
        if (!options.json) std::cout << fmt::format("{:<6}{:<12}{}\n", mark, check.name, check.result);
    }
    if (options.json) print_json({{"fit", fit}, {"checks", checks}});
    return static_cast<int>(fit ? ExitCode::done : ExitCode::failed);
}

}  // namespace

Action declare_doctor(CLI::App& parser) {
    const auto options = std::make_shared<Options>();
    add_workspace_option(parser, options->workspace);
    add_json_option(parser, options->json);
    return [options] { return doctor(*options); };
}

}  // namespace ablate::app
