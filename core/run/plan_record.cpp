#include "core/run/plan_record.h"

#include "core/base/error.h"
#include "core/base/workspace_layout.h"
#include "core/io/json_file.h"
#include "core/run/edit_lock.h"
#include "core/run/json_fields.h"

#include <type_traits>

namespace ablate::run {

namespace fs = std::filesystem;

namespace {

constexpr int kPlanFormat = 1;
constexpr std::uint64_t kLargestFile = 16u << 20;

// Every key of every struct, once for the reader and the writer.
template <class Visit>
void visit_fields(PlannedLook& look, Visit&& visit) {
    visit("seeds", look.seeds);
    visit("time", look.time);
    visit("decided", look.decided);
}
template <class Visit>
void visit_fields(SeedAddition& addition, Visit&& visit) {
    visit("variants", addition.variants);
    visit("seeds", addition.seeds);
    visit("time", addition.time);
    visit("planned", addition.planned);
}
template <class Visit>
void visit_fields(LateChange& change, Visit&& visit) {
    visit("what", change.what);
    visit("time", change.time);
    visit("before_results", change.before_results);
}
template <class Visit>
void visit_fields(ExcludedRun& excluded, Visit&& visit) {
    visit("run", excluded.run);
    visit("reason", excluded.reason);
    visit("time", excluded.time);
}
template <class Visit>
void visit_fields(PlanRecord& plan, Visit&& visit) {
    visit("study", plan.study);
    visit("metric", plan.metric);
    visit("family", plan.family);
    visit("grid_points", plan.grid_points);
    visit("margin", plan.margin);
    visit("smallest_difference", plan.smallest_difference);
    visit("looks", plan.looks);
    visit("seeds", plan.seeds);
    visit("time", plan.time);
    visit("looked", plan.looked);
    visit("additions", plan.additions);
    visit("changes", plan.changes);
    visit("excluded", plan.excluded);
}

template <class T>
concept Record = requires(T& value) {
    visit_fields(value, [](const char*, auto&) {});
};

class Reader {
  public:
    Reader(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
        require_object(object, where_);
    }

    template <class T>
    void operator()(const char* key, T& value) const {
        if constexpr (std::is_same_v<T, bool>) {
            const auto found = object_.find(key);
            if (found == object_.end() || !found->is_boolean())
                throw InputError("{}: {} is not true or false", where_, key);
            value = found->get<bool>();
        } else {
            value = field<T>(object_, key, where_);
        }
    }
    template <class T>
    void operator()(const char* key, std::optional<T>& value) const {
        const auto found = object_.find(key);
        if (found != object_.end() && !found->is_null()) value = field<T>(object_, key, where_);
    }
    template <class T>
    void operator()(const char* key, std::vector<T>& values) const {
        const auto found = object_.find(key);
        if (found == object_.end() || !found->is_array()) throw InputError("{}: {} is not a list", where_, key);
        for (const Json& item : *found) values.push_back(read_item<T>(item, where_ + "." + key));
    }

  private:
    template <class T>
    static T read_item(const Json& item, const std::string& where) {
        T value{};
        if constexpr (Record<T>)
            visit_fields(value, Reader(item, where));
        else
            value = field<T>(Json{{"item", item}}, "item", where);
        return value;
    }

    const Json& object_;
    std::string where_;
};

class Writer {
  public:
    explicit Writer(Json& object) : object_(object) {}
    template <class T>
    void operator()(const char* key, T& value) const {
        object_[key] = value;
    }
    template <class T>
    void operator()(const char* key, std::optional<T>& value) const {
        if (value) object_[key] = *value;
    }
    template <class T>
    void operator()(const char* key, std::vector<T>& values) const {
        Json list = Json::array();
        for (T& value : values) {
            if constexpr (Record<T>) {
                Json item = Json::object();
                visit_fields(value, Writer(item));
                list.push_back(std::move(item));
            } else {
                list.push_back(value);
            }
        }
        object_[key] = std::move(list);
    }

  private:
    Json& object_;
};

}  // namespace

fs::path plan_record_file(const fs::path& workspace, const std::string& study) {
    return study_file_named(workspace, study + ".plan");
}

std::optional<PlanRecord> read_plan_record(const fs::path& workspace, const std::string& study) {
    const fs::path file = plan_record_file(workspace, study);
    std::error_code error;
    if (!fs::exists(fs::symlink_status(file, error))) return {};
    const std::string where = file.string();
    const Json json = io::read_json(file, kLargestFile);
    require_object(json, where);
    if (const auto format = field<std::int64_t>(json, "format", where); format != kPlanFormat)
        throw InputError("{}: format {} is not known; this version reads format {}", where, format, kPlanFormat);
    PlanRecord plan;
    visit_fields(plan, Reader(json, where));
    return plan;
}

void edit_plan_record(const fs::path& workspace, const std::string& study,
                      const std::function<void(PlanRecord&)>& edit) {
    fs::create_directories(studies_folder(workspace));
    const EditLock lock(studies_folder(workspace));
    PlanRecord plan = read_plan_record(workspace, study).value_or(PlanRecord());
    plan.study = study;
    edit(plan);
    Json json{{"format", kPlanFormat}};
    visit_fields(plan, Writer(json));
    io::write_json(plan_record_file(workspace, study), json);
}

}  // namespace ablate::run
