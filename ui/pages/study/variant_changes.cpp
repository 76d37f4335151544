#include "ui/pages/study/variant_changes.h"

#include "core/base/error.h"
#include "ui/bridge/text.h"

#include <algorithm>

namespace ablate::ui {
namespace {

std::string last_part(const std::string& key) { return key.substr(key.rfind('.') + 1); }

Json group_of(const RunConfig& config, const std::string& group) { return to_json(config).at(group); }

bool is_norm(const ListedField& field) { return field.info->category == "norm"; }

VariantConfig with_kind(const ListedField& field, const KindRow& kind) {
    VariantConfig variant;
    const std::string part = last_part(field.key);
    variant.name = kind.name == "none" ? "no-" + (is_norm(field) ? "norm" : part) : kind.name;
    variant.label = kind.label;
    if (is_norm(field)) {
        variant.name += "-" + part;
        variant.label += " at " + part;
    }
    variant.patch = patch_from_dotted(field.key, {{"kind", kind.name}});
    return variant;
}

OfferedVariant offered(const KindRow& kind, VariantConfig variant) {
    return {text(kind.label), text(kind.formula + "\n" + kind.source), std::move(variant)};
}

OfferedGroup kinds_at(const ListedField& field, const std::string& present) {
    OfferedGroup group{text(field.info->label), {}};
    for (const KindRow* kind : KindTable::instance().rows(field.info->category))
        // Those for queries and keys alone need both sites: see norms_at().
        if (kind->name != present && !kind->query_key_only)
            group.variants.push_back(offered(*kind, with_kind(field, *kind)));
    return group;
}

// One kind of norm at several sites.
OfferedGroup norms_at(const QString& title, const std::string& suffix, const std::vector<NormSite>& sites,
                      const ModelConfig& model) {
    OfferedGroup group{title, {}};
    if (sites.empty()) return group;
    const bool query_key = sites.front() == NormSite::q;
    for (const KindRow* kind : KindTable::instance().rows("norm")) {
        const bool present = std::all_of(sites.begin(), sites.end(),
                                         [&](NormSite site) { return model.norm_at(site).kind == kind->name; });
        if (present || (kind->query_key_only && !query_key)) continue;
        VariantConfig variant{kind->name == "none" ? "no-norm" : kind->name, kind->label, Json::object()};
        if (query_key) {
            variant.name += "-" + suffix;
            variant.label += " on queries and keys";
        }
        for (const NormSite site : sites) variant.patch["model"]["norm"][to_string(site)] = {{"kind", kind->name}};
        group.variants.push_back(offered(*kind, std::move(variant)));
    }
    return group;
}

OfferedGroup choices_of(const std::string& key, const FieldInfo& info, const std::string& present) {
    const std::string label = label_of(key);
    OfferedGroup group{text(label), {}};
    for (const std::string& choice : info.choices)
        if (choice != present)
            group.variants.push_back(
                {text(choice),
                 text(info.help),
                 {choice + "-" + last_part(key), label + " " + choice, patch_from_dotted(key, choice)}});
    return group;
}

// The choices among the options of the kind that is there: "Position, scaling".
void add_choices_of_kind(std::vector<OfferedGroup>& groups, const ListedField& field, const Json& present) {
    const KindRow* kind = KindTable::instance().find(field.info->category, present.at("kind"));
    for (const FieldBuilder& option : kind->options)
        if (option.type == FieldType::choice && option.visible(present))
            groups.push_back(choices_of(field.key + "." + option.key, option, present.at(option.key)));
}

void list_if_numeric(std::vector<GridOption>& options, const ListedField& field, const std::string& key,
                     const FieldInfo& info) {
    if (info.type == FieldType::integer || info.type == FieldType::real)
        options.push_back({key, text(field.group), text(field.info->heading), &info});
}

}  // namespace

std::vector<OfferedGroup> variants_of_registry(const RunConfig& baseline) {
    const ModelConfig& model = baseline.model;
    std::vector<NormSite> normed;
    for (const NormSite site : kNormSites)
        if (model.site_in_use(site) && site != NormSite::q && site != NormSite::k && model.norm_at(site).kind != "none")
            normed.push_back(site);
    std::vector<OfferedGroup> groups{norms_at("Every norm", "", normed, model),
                                     norms_at("Query and key norms", "qk", {NormSite::q, NormSite::k}, model)};
    const Json values = group_of(baseline, "model");
    for (const ListedField& field : run_config_fields()) {
        if (field.group != "model" || !field.info->visible(values)) continue;
        const Json& present = *schema_detail::find(values, field.info->key);
        if (field.info->type == FieldType::choice) groups.push_back(choices_of(field.key, *field.info, present));
        if (field.info->type != FieldType::kind) continue;
        groups.push_back(kinds_at(field, present.at("kind")));
        add_choices_of_kind(groups, field, present);
    }
    std::erase_if(groups, [](const OfferedGroup& group) { return group.variants.empty(); });
    return groups;
}

std::vector<OfferedGroup> variants_of_presets() {
    std::vector<OfferedGroup> groups;
    for (const std::filesystem::path& file : preset_files()) {
        OfferedGroup group{text(file.stem().string()), {}};
        try {
            for (const VariantConfig& variant : load_study(file).variants)
                group.variants.push_back({text(variant.label), text(variant.patch.dump()), variant});
        } catch (const InputError&) {
            continue;
        }
        groups.push_back(std::move(group));
    }
    return groups;
}

std::vector<GridOption> grid_options(const RunConfig& baseline) {
    std::vector<GridOption> options;
    const Json values = to_json(baseline);
    for (const ListedField& field : run_config_fields()) {
        // A study shares its data: expand() lets nothing of it vary but the context.
        if (field.group == "data" && field.key != "data.context") continue;
        if (!field.info->visible(values.at(field.group))) continue;
        list_if_numeric(options, field, field.key, *field.info);
        if (field.info->type != FieldType::kind) continue;
        const Json& present = *schema_detail::find(values, field.key);
        const KindRow* kind = KindTable::instance().find(field.info->category, present.at("kind"));
        for (const FieldBuilder& option : kind->options)
            if (option.visible(present)) list_if_numeric(options, field, field.key + "." + option.key, option);
    }
    return options;
}

}  // namespace ablate::ui
