#include "core/run/run_directory.h"

#include "core/base/atomic_file.h"
#include "core/base/paths.h"
#include "core/base/text.h"
#include "core/base/version.h"
#include "core/base/workspace_layout.h"
#include "core/io/json_file.h"
#include "core/run/identity.h"
#include "core/run/json_fields.h"
#include "core/run/queue_owner.h"

#include <torch/version.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace ablate::run {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kLargestFile = 16u << 20, kLargestRequest = 4096;

train::Verdict read_verdict(const Json& json, const std::string& where) {
    try {
        return train::verdict_from_json(json);
    } catch (const std::exception& error) {
        throw InputError("{}: verdict: {}", where, error.what());
    }
}

std::string fresh_id(const fs::path& runs) {
    std::random_device device;
    for (;;) {
        std::string id = fmt::format("{:08x}", device());
        if (!fs::exists(fs::symlink_status(runs / id))) return id;
    }
}

}  // namespace

Json to_json(const RunInfo& info) {
    Json json = {{"format", kRunFormat},
                 {"id", info.id},
                 {"study", info.study},
                 {"variant", info.variant},
                 {"label", info.label},
                 {"grid_point", info.grid_point},
                 {"seed", info.seed},
                 {"config", to_json(info.config)},
                 {"config_hash", info.config_hash},
                 {"origin", info.origin},
                 {"data", {{"folder", info.data_folder}, {"sha256", info.data_sha256}, {"note", info.data_note}}},
                 {"unigram_entropy", io::number_to_json(info.unigram_entropy)},
                 {"parameters", info.parameters},
                 {"flops_per_token", io::number_to_json(info.flops_per_token)},
                 {"versions", info.versions.is_object() ? info.versions : Json::object()},
                 {"created", info.created}};
    if (!info.source.is_null()) json["source"] = info.source;
    return json;
}

RunInfo run_info_from_json(const Json& json, const std::string& where) {
    require_object(json, where);
    const auto format = field<std::int64_t>(json, "format", where);
    if (format > kRunFormat)
        throw InputError("{}: format {} is newer than this program reads ({}); use a newer Ablate", where, format,
                         kRunFormat);
    if (format < 1) throw InputError("{}: format {} does not exist", where, format);
    RunInfo info;
    info.id = field<std::string>(json, "id", where);
    info.study = field<std::string>(json, "study", where);
    info.variant = field<std::string>(json, "variant", where);
    info.label = field<std::string>(json, "label", where);
    info.grid_point = field<std::string>(json, "grid_point", where);
    info.seed = field<std::int64_t>(json, "seed", where);
    info.config = stored_run_config(field<Json>(json, "config", where), where + ": config");
    info.origin = field<std::string>(json, "origin", where);
    const Json data = field<Json>(json, "data", where);
    info.data_folder = field<std::string>(data, "folder", where + ": data");
    info.data_sha256 = field<std::string>(data, "sha256", where + ": data");
    info.data_note = field<std::string>(data, "note", where + ": data");
    info.unigram_entropy = field<double>(json, "unigram_entropy", where);
    info.parameters = field<std::int64_t>(json, "parameters", where);
    info.flops_per_token = field<double>(json, "flops_per_token", where);
    info.versions = field<Json>(json, "versions", where);
    info.created = field<double>(json, "created", where);
    if (json.contains("source")) info.source = field<Json>(json, "source", where);
    info.config_hash = identity_hash(info);
    return info;
}

namespace {

Json or_null(const std::optional<double>& value) { return value ? io::number_to_json(*value) : Json(); }

std::optional<double> or_absent(const Json& json, const char* key, const std::string& where) {
    if (!json.contains(key) || json[key].is_null()) return {};
    return field<double>(json, key, where);
}

}  // namespace

Json to_json(const RunState& state) {
    Json json{{"phase", state.phase},
              {"step", state.step},
              {"last_loss", or_null(state.last_loss)},
              {"last_grad_norm", or_null(state.last_grad_norm)},
              {"tokens_per_second", io::number_to_json(state.tokens_per_second)},
              {"device", state.device},
              {"verdict", state.verdict ? train::to_json(*state.verdict) : Json()},
              {"summary", state.summary},
              {"updated", state.updated}};
    if (!state.device_name.empty()) json["device_name"] = state.device_name;
    if (!state.host.empty()) json["host"] = state.host;
    return json;
}

RunState run_state_from_json(const Json& json, const std::string& where) {
    require_object(json, where);
    RunState state;
    state.phase = field<std::string>(json, "phase", where);
    if (state.phase != "queued" && state.phase != "training" && state.phase != "ended")
        throw InputError("{}: phase '{}' is not one of queued, training, ended", where, state.phase);
    state.step = field<std::int64_t>(json, "step", where);
    state.last_loss = or_absent(json, "last_loss", where);
    state.last_grad_norm = or_absent(json, "last_grad_norm", where);
    state.tokens_per_second = field<double>(json, "tokens_per_second", where);
    if (json.contains("device")) state.device = field<std::string>(json, "device", where);
    if (json.contains("device_name")) state.device_name = field<std::string>(json, "device_name", where);
    if (json.contains("host")) state.host = field<std::string>(json, "host", where);
    if (json.contains("verdict") && !json["verdict"].is_null()) state.verdict = read_verdict(json["verdict"], where);
    if (state.phase == "ended" && !state.verdict) throw InputError("{}: an ended run without a verdict", where);
    state.summary = field<Json>(json, "summary", where);
    state.updated = field<double>(json, "updated", where);
    return state;
}

std::optional<double> seconds_left(const RunConfig& config, const RunState& state) {
    if (state.step == 0 || !(state.tokens_per_second > 0)) return {};
    const double steps = static_cast<double>(std::max<std::int64_t>(config.train.steps - state.step, 0));
    const double seconds = steps * tokens_per_step(config) / state.tokens_per_second;
    return std::isfinite(seconds) ? std::optional(seconds) : std::nullopt;
}

bool has_result(Status status) { return status == Status::healthy || status == Status::collapsed; }

const char* to_string(Status status) {
    switch (status) {
        case Status::queued:
            return "queued";
        case Status::running:
            return "running";
        case Status::paused:
            return "paused";
        case Status::interrupted:
            return "interrupted";
        case Status::healthy:
            return "healthy";
        case Status::collapsed:
            return "collapsed";
        case Status::stopped:
            return "stopped";
        case Status::failed:
            return "failed";
    }
    throw std::logic_error("a status without a name");
}

RunInfo RunDirectory::info() const {
    const fs::path file = folder_ / run_files::kInfo;
    RunInfo info = run_info_from_json(io::read_json(file, kLargestFile), file.string());
    info.id = id();  // a copied run is known by the folder it is in
    return info;
}

RunState RunDirectory::state() const {
    const fs::path file = folder_ / run_files::kState;
    if (!fs::exists(fs::symlink_status(file))) return {};
    return run_state_from_json(io::read_json(file, kLargestFile), file.string());
}

Status RunDirectory::status() const {
    const bool is_locked = locked();
    return status(is_locked, state());
}

Status RunDirectory::status(bool is_locked, const RunState& now) const {
    if (is_locked) return Status::running;
    if (now.phase == "training") return Status::interrupted;
    if (now.phase == "queued") {
        std::error_code missing;
        const bool begun = !fs::is_empty(checkpoints(), missing) && !missing;
        return begun || queue_owner_is_gone(*this) ? Status::interrupted : Status::queued;
    }
    switch (now.verdict->outcome) {
        case train::Outcome::healthy:
            return Status::healthy;
        case train::Outcome::collapsed:
            return Status::collapsed;
        case train::Outcome::stopped:
            return Status::stopped;
        case train::Outcome::paused:
            return Status::paused;
        case train::Outcome::failed:
            return Status::failed;
        case train::Outcome::interrupted:
            return Status::interrupted;
    }
    throw std::logic_error("an outcome without a status");
}

void RunDirectory::request(const std::string& what) const {
    const fs::path file = folder_ / run_files::kControl;
    if (what.empty()) {
        fs::remove(file);
        return;
    }
    if (what != "pause" && what != "stop") throw std::logic_error("a run can be asked to pause or to stop only");
    io::write_json(file, {{"request", what}, {"time", unix_now()}});
}

std::string RunDirectory::requested() const {
    const fs::path file = folder_ / run_files::kControl;
    if (!is_there(file)) return {};
    const Json control = io::read_json(file, kLargestRequest);
    require_object(control, file.string());
    auto what = field<std::string>(control, "request", file.string());
    if (what == "pause" || what == "stop") return what;
    throw InputError("{}: request '{}' is not one of pause, stop", file.string(), what);
}

void RunDirectory::write_state(const RunState& state) const {
    io::write_json(folder_ / run_files::kState, to_json(state));
}

fs::path RunDirectory::workspace() const { return fs::absolute(folder_).parent_path().parent_path(); }

Json program_versions() {
    return {{"ablate", kVersion}, {"libtorch", TORCH_VERSION}, {"compiler", "g++ " __VERSION__}};
}

RunDirectory create_run(const fs::path& workspace, RunInfo info, const FillRun& fill) {
    const fs::path runs = runs_folder(workspace);
    std::error_code error;
    fs::create_directories(runs, error);
    if (error) throw_system_error(error.value(), runs, "creating");
    info.id = fresh_id(runs);
    info.created = unix_now();
    if (info.versions.empty()) info.versions = program_versions();
    RunState queued;
    queued.updated = info.created;
    atomic_directory(runs / info.id, [&](const fs::path& beside) {
        io::write_json(beside / run_files::kInfo, to_json(info));
        RunDirectory(beside).write_state(queued);
        fs::create_directory(beside / run_files::kCheckpoints);
        if (fill) fill(beside);
    });
    return RunDirectory(runs / info.id);
}

}  // namespace ablate::run
