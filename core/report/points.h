#pragma once
#include "core/compare/comparison.h"

// Every point of every run of a comparison, for other programs. Written part by part: a study can have gigabytes.
namespace ablate::report {

// One row per run and step: run, study, variant, grid_point, seed, step, time (unix seconds), then a column for each
// series ("train/loss") and each evaluation ("evaluation/val/loss"). A cell is empty where there is no point. Values
// that are not finite are written as NaN, Infinity and -Infinity.
void write_points_csv(const study::Comparison& comparison, const std::filesystem::path& file);
// {"format": 1, "runs": [{"id", "study", "variant", "grid_point", "seed", "series": {tag: {"step", "value", "time"}},
// "events": [...]}]}; the events hold the evaluations, spikes and collapses.
void write_points_json(const study::Comparison& comparison, const std::filesystem::path& file);

}  // namespace ablate::report
