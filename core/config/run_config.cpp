#include "core/config/run_config.h"

#include "core/base/error.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/config/former_kinds.h"
#include "core/config/run_config_schema.h"
#include "core/config/unknown_key.h"

namespace ablate {
namespace {

// The three groups, each with its schema, so that nothing below repeats itself three times.
template <class Config, class Visit>
void for_each_group(Config& config, Visit visit) {
    visit("model", model_schema(), config.model);
    visit("data", data_schema(), config.data);
    visit("train", train_schema(), config.train);
}

template <class T>
void set_default_kinds(const Schema<T>& schema, T& value) {
    for (const auto& field : schema.fields())
        if (field.info.type == FieldType::kind) field.set(value, field.info.default_value, "default." + field.info.key);
}

// A kind as the hash sees it: under the name it was introduced with, with the options in use; null where it is what the
// option was by default when it was introduced.
Json kind_identity(const FieldInfo& field, const Json& value) {
    const std::string kind = value.at("kind").get<std::string>();
    const KindRow& row = KindTable::instance().get(field.category, kind, field.key);
    const FormerKind* former = former_kind(row, value);
    Json identity = Json::object();
    for (const FieldInfo& option : row.options) {
        if (!option.visible(value) || (former && former->settings.contains(option.key))) continue;
        const bool differed = former && former->defaults.contains(option.key);
        const Json& introduced = differed ? former->defaults.at(option.key) : option.introduced_default();
        if (value.at(option.key) != introduced) identity[option.key] = value[option.key];
    }
    const std::string& name = former ? former->name : kind;
    if (identity.empty() && field.introduced_default() == name) return {};
    identity["kind"] = name;
    return identity;
}

// The options of a group that are in use and differ from what they were by default when they were introduced.
template <class T>
Json group_identity(const Schema<T>& schema, const Json& group) {
    Json identity = Json::object();
    for (const auto& [info, get, set] : schema.fields()) {
        if (!info.identity || !info.visible(group)) continue;
        const Json& value = *schema_detail::find(group, info.key);
        const Json differs = info.type == FieldType::kind         ? kind_identity(info, value)
                             : value == info.introduced_default() ? Json()
                                                                  : value;
        if (!differs.is_null()) schema_detail::put(identity, info.key, differs);
    }
    return identity;
}

// Whether any option has another default today than when it was introduced.
bool any_default_has_changed() {
    for (const ListedField& field : run_config_fields())
        if (field.info->first_default) return true;
    for (const std::string& category : KindTable::instance().categories())
        for (const KindRow* row : KindTable::instance().rows(category))
            for (const FieldInfo& option : row->options)
                if (option.first_default) return true;
    return false;
}

// Options that a stored kind lacks, and so were introduced later.
void add_introduced_options(Json& kind, const FieldInfo& field) {
    if (!kind.is_object() || !kind.contains("kind") || !kind["kind"].is_string()) return;
    kind = in_present_terms(field.category, kind, FormerDefaults::filled_in, field.key);
    const KindRow* row = KindTable::instance().find(field.category, kind["kind"].get<std::string>());
    if (!row) return;  // reading it says so
    for (const FieldInfo& option : row->options)
        if (option.first_default && !kind.contains(option.key)) kind[option.key] = *option.first_default;
}

// Whether the patch of a kind names another kind than the present one. Where one kind was several in earlier versions,
// its name alone means what it meant then: "rope" is RoPE without scaling, unless the patch states the scaling.
bool names_another_kind(const std::string& category, const Json& change, const Json& present) {
    if (!names_former_kind(category, change)) {
        if (change.at("kind") != present.at("kind")) return true;
        if (states_former_settings(category, change)) return false;
    }
    return introduced_name(category, change) != introduced_name(category, present);
}

// A kind's options mean nothing to another kind: they go when the patch names a new one. Kinds that the patch calls as
// an earlier version did are put in present terms.
void prepare_kinds(Json& config, Json& patch, const std::string& where) {
    for (const ListedField& field : run_config_fields()) {
        if (field.info->type != FieldType::kind) continue;
        const Json* change = schema_detail::find(patch, field.key);
        const Json* present = schema_detail::find(config, field.key);
        if (!change || !present || !change->is_object() || !change->contains("kind")) continue;
        const std::string& category = field.info->category;
        const bool other = names_another_kind(category, *change, *present);
        if (other) schema_detail::put(config, field.key, Json::object());
        if (!names_former_kind(category, *change)) continue;
        const FormerDefaults defaults = other ? FormerDefaults::filled_in : FormerDefaults::where_null;
        Json in_terms = in_present_terms(category, *change, defaults, place_of(where, field.key));
        schema_detail::put(patch, field.key, std::move(in_terms));
    }
}

// What a merge patch says of an object: members that are gone are null.
Json object_patch(const Json& from, const Json& to) {
    Json patch = Json::object();
    for (const auto& [key, value] : to.items())
        if (!from.contains(key) || from[key] != value) patch[key] = value;
    for (const auto& [key, value] : from.items())
        if (!to.contains(key)) patch[key] = nullptr;
    return patch;
}

std::string describe(const Json& value) {
    if (value.is_null()) return "(unused)";
    if (value.is_string()) return value.get<std::string>().empty() ? "(unset)" : value.get<std::string>();
    if (value.is_number_float()) return full_precision(value.get<double>());
    return value.dump();
}

// The options in which two choices of one kind differ. An option that one side alone uses is null on the other.
void add_option_differences(std::vector<ConfigDifference>& differences, const ListedField& field, const Json& before,
                            const Json& after) {
    const std::string kind = before.at("kind").get<std::string>();
    for (const FieldInfo& option : KindTable::instance().get(field.info->category, kind, field.key).options) {
        const Json &left = before.at(option.key), &right = after.at(option.key);
        if (left == right) continue;
        const bool used_before = option.visible(before), used_after = option.visible(after);
        differences.push_back({field.key + "." + option.key, used_after && !used_before ? Json() : left,
                               used_before && !used_after ? Json() : right});
    }
}

// The rest of a key after the field that find_field() gives for it; "" for the field's own.
std::string below(const ListedField& field, const std::string& key) {
    return key == field.key ? std::string() : key.substr(field.key.size() + 1);
}

const FieldInfo* find_kind_option(const std::string& category, const std::string& option) {
    for (const KindRow* row : KindTable::instance().rows(category))
        for (const FieldInfo& field : row->options)
            if (field.key == option) return &field;
    return nullptr;
}

[[noreturn]] void unknown_key(const std::string& key) {
    throw InputError("unknown key {}{}", quote(key), did_you_mean_option(key));
}

}  // namespace

const char* to_string(NormSite site) {
    static constexpr const char* names[] = {"attn_in", "attn_out", "ffn_in", "ffn_out", "q", "k", "embed", "final"};
    return names[static_cast<std::size_t>(site)];
}

bool ModelConfig::site_in_use(NormSite site) const {
    if (site == NormSite::attn_in || site == NormSite::ffn_in) return placement != "post";
    if (site == NormSite::attn_out || site == NormSite::ffn_out) return placement != "pre";
    return true;
}

RunConfig::RunConfig() {
    // Members carry the defaults of plain options; kinds need the table, and are set through the schema.
    set_default_kinds(model_schema(), model);
}

const std::vector<ListedField>& run_config_fields() {
    static const std::vector<ListedField> fields = [] {
        std::vector<ListedField> all;
        const auto list = [&](const char* group, const auto& schema) {
            for (const auto& field : schema.fields())
                all.push_back({std::string(group) + "." + field.info.key, group, &field.info});
        };
        list("model", model_schema());
        list("data", data_schema());
        list("train", train_schema());
        return all;
    }();
    return fields;
}

const ListedField* find_field(const std::string& key) {
    for (const ListedField& field : run_config_fields()) {
        const bool holds = field.info->type == FieldType::kind || field.info->type == FieldType::map;
        if (key == field.key || (holds && key.starts_with(field.key + "."))) return &field;
    }
    return nullptr;
}

const FieldInfo* find_option(const std::string& key) {
    const ListedField* field = find_field(key);
    if (!field || key == field->key) return field ? field->info : nullptr;
    return field->info->type == FieldType::kind ? find_kind_option(field->info->category, below(*field, key)) : nullptr;
}

Json to_json(const RunConfig& config) {
    Json json = Json::object();
    for_each_group(
        config, [&](const char* group, const auto& schema, const auto& value) { json[group] = schema.to_json(value); });
    return json;
}

RunConfig run_config_from_json(const Json& json, const std::string& where) {
    require_known_options(json, where);
    schema_detail::require_known(json, {"model", "data", "train"}, where);
    RunConfig config;
    for_each_group(config, [&](const char* group, const auto& schema, auto& value) {
        if (json.contains(group)) schema.read(value, json[group], place_of(where, group));
    });
    return config;
}

RunConfig patched(const RunConfig& base, const Json& patch, const std::string& where) {
    if (!patch.is_object()) throw InputError("{}: a patch must be an object, not {}", where, patch.dump());
    Json json = to_json(base), present = patch;
    prepare_kinds(json, present, where);
    json.merge_patch(present);
    return run_config_from_json(json, where);
}

Json patch_from_dotted(const std::string& key, const Json& value) {
    if (!find_field(key)) unknown_key(key);
    Json patch = Json::object();
    schema_detail::put(patch, key, value);
    return patch;
}

Json patch_from_setting(const std::string& setting) {
    const auto equals = setting.find('=');
    if (equals == std::string::npos || equals == 0)
        throw InputError("'{}': must be KEY=VALUE, such as train.lr=1e-3", setting);
    const std::string key = setting.substr(0, equals), text = setting.substr(equals + 1);
    if (const FieldInfo* option = find_option(key)) {
        const Json value = parse_value(*option, text, key);
        if (value.is_null())
            throw InputError(
                "{}: null resets an option in a patch of a study file only; type a value, or leave the setting out",
                key);
        return patch_from_dotted(key, value);
    }

    const ListedField* field = find_field(key);
    if (!field) unknown_key(key);
    const std::string rest = below(*field, key);
    if (field->info->type == FieldType::map || rest == "kind") return patch_from_dotted(key, text);
    std::vector<std::string> options;
    for (const KindRow* row : KindTable::instance().rows(field->info->category))
        for (const FieldInfo& option : row->options) options.push_back(option.key);
    throw InputError("unknown key {}: no kind of {} has an option {}{}", quote(key), field->info->category, quote(rest),
                     did_you_mean(rest, options));
}

std::vector<ConfigDifference> difference(const RunConfig& before, const RunConfig& after) {
    std::vector<ConfigDifference> differences;
    const Json a = to_json(before), b = to_json(after);
    for (const ListedField& field : run_config_fields()) {
        const Json &left = *schema_detail::find(a, field.key), &right = *schema_detail::find(b, field.key);
        if (left == right) continue;
        if (field.info->type != FieldType::kind) {
            differences.push_back({field.key, left, right});
        } else if (left["kind"] != right["kind"]) {
            differences.push_back({field.key + ".kind", left["kind"], right["kind"]});
        } else {
            add_option_differences(differences, field, left, right);
        }
    }
    return differences;
}

Json patch_between(const RunConfig& from, const RunConfig& to) {
    const Json before = to_json(from), after = to_json(to);
    Json patch = Json::object();
    for (const ListedField& field : run_config_fields()) {
        const Json &left = *schema_detail::find(before, field.key), &right = *schema_detail::find(after, field.key);
        if (left == right) continue;
        const bool other_kind = field.info->type == FieldType::kind && left["kind"] != right["kind"];
        const bool merges = left.is_object() && right.is_object() && !other_kind;  // else it is taken as a whole
        schema_detail::put(patch, field.key, merges ? object_patch(left, right) : right);
    }
    return patch;
}

double tokens_per_step(const RunConfig& config) {
    return static_cast<double>(config.train.batch * config.train.accumulate) * static_cast<double>(config.data.context);
}

std::string label_of(const std::string& key) {
    const ListedField* field = find_field(key);
    if (!field) throw std::logic_error("no such option: " + key);
    const std::string rest = below(*field, key);
    return rest.empty() || rest == "kind" ? field->info->label : field->info->label + ", " + rest;
}

std::string value_in_words(const std::string& key, const Json& value) {
    const ListedField* field = find_field(key);
    if (field && field->info->type == FieldType::kind && below(*field, key) == "kind")
        return KindTable::instance().get(field->info->category, value.get<std::string>(), key).label;
    if (field && field->key == key && value.is_number()) {
        if (value == 0 && !field->info->zero.empty()) return field->info->zero;
        if (!field->info->prefix.empty()) return field->info->prefix + " " + describe(value);
    }
    return describe(value);
}

bool is_option_in_use(const Json& config, const std::string& key) {
    const ListedField* field = find_field(key);
    if (!field || field->info->type != FieldType::kind) return true;
    const Json* choice = schema_detail::find(config, field->key);
    if (!choice || !choice->is_object() || !choice->contains("kind")) return true;
    const KindRow* row = KindTable::instance().find(field->info->category, choice->at("kind").get<std::string>());
    if (!row) return true;
    const std::string name = below(*field, key);
    for (const FieldInfo& option : row->options)
        if (option.key == name) return option.visible(*choice);
    return true;
}

std::string in_words(const ConfigDifference& difference) {
    return fmt::format("{}: {} → {}", label_of(difference.key), value_in_words(difference.key, difference.before),
                       value_in_words(difference.key, difference.after));
}

RunConfig stored_run_config(const Json& json, const std::string& where) {
    if (!any_default_has_changed() || !json.is_object())  // workspaces hold thousands of runs: none needs a copy
        return run_config_from_json(json, where);
    Json filled = json;
    for (const ListedField& field : run_config_fields()) {
        const Json* stored = schema_detail::find(filled, field.key);
        if (!stored && field.info->first_default)
            schema_detail::put(filled, field.key, *field.info->first_default);
        else if (stored && field.info->type == FieldType::kind)
            add_introduced_options(const_cast<Json&>(*stored), *field.info);
    }
    return run_config_from_json(filled, where);
}

std::string config_hash(const RunConfig& config, const std::string& data_sha256) {
    Json identity = Json::object();
    for_each_group(config, [&](const char* group, const auto& schema, const auto& value) {
        identity[group] = group_identity(schema, schema.to_json(value));
    });
    identity["data"]["sha256"] = data_sha256;
    return sha256_hex(identity.dump());
}

}  // namespace ablate
