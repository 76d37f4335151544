#pragma once
#include "core/compare/comparison.h"
#include "core/run/run_store.h"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <string>
#include <vector>

// What several subcommands share: the workspace option, looking studies and runs up, printing JSON.
namespace ablate::app {

void add_workspace_option(CLI::App& parser, std::string& workspace);
void add_json_option(CLI::App& parser, bool& json);

// The folder given (which must exist), or the default one.
std::filesystem::path open_workspace(const std::string& given);
// The same where it need not exist yet: for commands that only say what a run would do.
std::filesystem::path future_workspace(const std::string& given);
// The same, made when it is missing: for commands that write runs.
std::filesystem::path make_workspace(const std::string& given);

// One study (a file, a study of the workspace, a preset, or the study of some run), or runs by id. A single name that
// is both a study and the beginning of a run's id is the study.
study::Comparison comparison_of(const run::RunStore& store, const std::vector<std::string>& names);

void print_json(const Json& value);

}  // namespace ablate::app
