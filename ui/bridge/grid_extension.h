#pragma once
#include "core/config/study_config.h"

// A grid that goes on beyond its edge: the value is written to the study's file, and only the new points are trained.
namespace ablate::ui {

struct GridExtension {
    std::string study, key;  // "train.lr"
    Json value;
};

// The study with the value among those of the key, in ascending order. InputError: the study has no such grid, or has
// the value.
StudyConfig with_grid_value(StudyConfig study, const GridExtension& extension);
// The study at the new value alone: its other points are left as they are.
StudyConfig at_grid_value(StudyConfig study, const GridExtension& extension);
// Adds the value to the study's file in the workspace, or where it has none to the study that its runs tell, and
// returns what is to be trained. Called in a worker. InputError as above, or no such study.
StudyConfig extend_grid(const std::filesystem::path& workspace, const GridExtension& extension);

}  // namespace ablate::ui
