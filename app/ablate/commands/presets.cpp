#include "app/ablate/command.h"
#include "app/ablate/workspace.h"
#include "core/base/text.h"
#include "core/config/study_config.h"

#include <fmt/format.h>

#include <iostream>

namespace ablate::app {

namespace {

int presets(bool json) {
    Json all = Json::array();
    for (const std::filesystem::path& file : preset_files()) {
        const StudyConfig study = load_study(file);
        const std::size_t points = expand(study).size();
        std::vector<std::string> variants;
        for (const VariantConfig& variant : study.variants) variants.push_back(variant.name);
        if (json) {
            all.push_back({{"name", study.name},
                           {"description", study.description},
                           {"file", file.string()},
                           {"variants", variants},
                           {"seeds", study.seeds},
                           {"points", points},
                           {"runs", points * study.seeds.size()}});
            continue;
        }
        std::cout << fmt::format("{}: {}\n    {} runs: baseline, {}; seeds {}\n", study.name, study.description,
                                 points * study.seeds.size(), join(variants, ", "), fmt::join(study.seeds, ", "));
    }
    if (json) print_json(all);
    return 0;
}

}  // namespace

Action declare_presets(CLI::App& parser) {
    const auto json = std::make_shared<bool>(false);
    add_json_option(parser, *json);
    return [json] { return presets(*json); };
}

}  // namespace ablate::app
