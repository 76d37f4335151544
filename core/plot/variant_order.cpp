#include "core/plot/variant_order.h"

#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/paths.h"
#include "core/base/workspace_layout.h"
#include "core/io/json_file.h"

namespace ablate::plot {
namespace {

constexpr int kFormat = 1;
constexpr std::uint64_t kLimit = 16ull << 20;  // bytes

}  // namespace

VariantColors stored_variant_order(const std::filesystem::path& workspace) {
    const std::filesystem::path file = variant_order_file(workspace);
    if (!is_file(file)) return {};
    try {
        const Json json = io::read_json(file, kLimit);
        if (json.at("format").get<int>() != kFormat) throw InputError("{}: not of format {}", file.string(), kFormat);
        VariantColors colors;
        for (const auto& [study, variants] : json.at("studies").items())
            for (const Json& variant : variants) colors.add(study, variant.get<std::string>());
        return colors;
    } catch (const InputError& error) {
        spdlog::warn("{}", error.what());
    } catch (const Json::exception& error) {
        spdlog::warn("{}: {}", file.string(), error.what());
    }
    return {};
}

void store_variant_order(const std::filesystem::path& workspace, const VariantColors& colors) {
    io::write_json(variant_order_file(workspace), {{"format", kFormat}, {"studies", colors.order()}});
}

}  // namespace ablate::plot
