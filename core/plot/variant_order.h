#pragma once
#include "core/plot/palette.h"

#include <filesystem>

// The order of the variants of a workspace's studies, kept in variant-order.json: {"format": 1, "studies": {NAME:
// [VARIANT, ...]}}. A variant keeps its color when runs are deleted.
namespace ablate::plot {

// Empty where nothing is stored. A damaged file, or one of a newer format, counts as none: the runs tell the order
// then.
VariantColors stored_variant_order(const std::filesystem::path& workspace);
// Replaces the file. InputError, ResourceError: it cannot be written.
void store_variant_order(const std::filesystem::path& workspace, const VariantColors& colors);

}  // namespace ablate::plot
