#include "ui/pages/welcome/presets.h"

#include "core/config/study_config.h"

#include <QStringList>
#include <algorithm>

namespace ablate::ui {
namespace {

PresetSummary summary_of(const StudyConfig& study) {
    QStringList labels;
    for (const VariantConfig& variant : study.variants)
        labels += QString::fromStdString(variant.label.empty() ? variant.name : variant.label);
    return {QString::fromStdString(study.name), QString::fromStdString(study.description), labels.join(", "),
            expand(study).size() * study.seeds.size()};
}

}  // namespace

std::vector<PresetSummary> read_presets() {
    std::vector<PresetSummary> presets;
    for (const std::filesystem::path& file : preset_files()) {
        try {
            presets.push_back(summary_of(load_study(file)));
        } catch (const std::exception& error) {
            spdlog::warn("preset passed over: {}", error.what());
        }
    }
    std::stable_partition(presets.begin(), presets.end(), [](const auto& preset) { return preset.name == "quick"; });
    return presets;
}

}  // namespace ablate::ui
