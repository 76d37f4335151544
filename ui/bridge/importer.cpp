#include "ui/bridge/importer.h"

#include "core/base/error.h"
#include "core/base/names.h"
#include "core/base/text.h"
#include "core/base/workspace_layout.h"
#include "core/data/tokenizers/load.h"
#include "core/interop/norm_ablation/import_folder.h"
#include "core/io/json_file.h"
#include "core/model/tensor_table.h"
#include "core/run/copy_run.h"
#include "core/train/start.h"
#include "ui/bridge/text.h"

#include <chrono>
#include <exception>

namespace ablate::ui {
namespace {

namespace fs = std::filesystem;
namespace hf = interop::hf;
namespace logs = interop::logs;

struct Cancelled : std::exception {};
using Tell = std::function<void(const QString& what, double share)>;  // throws Cancelled

constexpr std::string_view kNorms = "-norms";

StudyConfig study_of_norms(const hf::ImportedModel& model) {
    return hf::norm_study(model, model.id.substr(0, kLongestName - kNorms.size()) + std::string(kNorms));
}

std::string free_id(const std::string& id, const fs::path& models) {
    return free_name(id, [&](const std::string& taken) { return fs::exists(fs::symlink_status(models / taken)); });
}

// Whether weights or configuration were written after `created`, in unix seconds.
bool changed_since(const fs::path& folder, double created) {
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        const fs::path& file = entry->path();
        if (file.extension() != ".safetensors" && file.filename() != "config.json") continue;
        const auto written = std::chrono::file_clock::to_sys(fs::last_write_time(file, error)).time_since_epoch();
        if (error || std::chrono::duration<double>(written).count() > created) return true;
    }
    return false;
}

// The imported model in `model` if it was made of `origin` as that is now.
std::optional<hf::ImportedModel> made_of(const fs::path& origin, const fs::path& model, const fs::path& workspace) {
    const Json json = io::read_json(model / model_files::kInfo);
    if (!json.is_object() || json.value("origin", Json()) != Json(origin.string())) return {};
    const Json created = json.value("created", Json());
    if (!created.is_number() || changed_since(origin, created.get<double>())) return {};
    hf::ImportedModel made;
    made.id = model.filename().string();
    made.folder = model;
    made.config = train::find_start(made.id, workspace).config;
    made.has_tokenizer = data::find_tokenizer(model).has_value();
    return made;
}

std::optional<hf::ImportedModel> imported_before(const fs::path& folder, const fs::path& workspace) {
    std::error_code error;
    const fs::path origin = fs::weakly_canonical(folder);
    for (fs::directory_iterator entry(models_folder(workspace), error), end; !error && entry != end;
         entry.increment(error)) {
        try {
            if (auto model = made_of(origin, entry->path(), workspace)) return model;
        } catch (const InputError&) {  // a damaged model prevents nothing
        }
    }
    return {};
}

QString in_words(const hf::ImportedModel& model) {
    QString words = text(fmt::format("Imported the model {}: {}, {} parameters, {}, {}, {}.", model.id,
                                     model.architecture, with_thousands(model::parameter_counts(model.config).unique),
                                     model.dtype, short_bytes(static_cast<double>(model.bytes)),
                                     model.has_tokenizer ? "with its tokenizer" : "without a tokenizer"));
    for (const std::string& remark : model.remarks) words += " " + text(remark);
    return words;
}

void import_model(const fs::path& folder, const fs::path& workspace, const Tell& tell, Imported& imported) {
    hf::ImportedModel model;
    if (const auto before = imported_before(folder, workspace)) {
        model = *before;
        imported.told =
            text(fmt::format("{} is in the workspace already, as the model {}.", folder.string(), model.id));
    } else {
        const std::string id = free_id(hf::model_id(folder), models_folder(workspace));
        model =
            hf::import_model(folder, workspace, id, [&](double share) { tell("importing model " + text(id), share); });
        imported.told = in_words(model);
    }
    imported.norms = study_of_norms(model);
}

void write_runs(std::vector<interop::ImportedRun> all, const Tell& tell, Imported& imported) {
    const std::size_t found = all.size();
    const auto [fresh, known] = interop::split_known(imported.workspace, std::move(all));
    for (const interop::KnownRun& run : known) {
        imported.runs += text(run.directory.id());
        imported.notes +=
            text(fmt::format("{} is there already as run {}.", run.path.filename().string(), run.directory.id()));
    }
    tell("writing runs", -1);
    for (const run::RunDirectory& directory : interop::write_imported_runs(imported.workspace, fresh))
        imported.runs += text(directory.id());
    imported.new_runs = static_cast<int>(fresh.size());
    for (const interop::ImportedRun& run : fresh) {
        if (found > 1) imported.notes += text(run.path.filename().string()) + ", " + text(verdict_in_words(run)) + '.';
        for (const std::string& remark : run.remarks) imported.notes += text(one_line(remark));
    }
    if (found != 1) {
        imported.told = QString("Imported %1 of %2 runs.").arg(fresh.size()).arg(found);
    } else if (fresh.empty()) {
        imported.told = imported.notes.takeLast();
    } else {
        const interop::ImportedRun& run = fresh.front();
        imported.told = QString("Imported the %1 log %2 as run %3: %4.")
                            .arg(text(run.format), text(run.path.filename().string()), imported.runs.front(),
                                 text(verdict_in_words(run)));
    }
}

std::vector<interop::ImportedRun> read_log(const fs::path& path, logs::Restarts restarts, const logs::RunNames& names) {
    logs::ReadOptions options;
    options.restarts = restarts;
    options.offers_options = false;  // those of the command line
    std::vector<interop::ImportedRun> runs = logs::read_log(path, options);
    logs::name_runs(runs, names, false);
    return runs;
}

Imported take_in(ImportKind kind, const fs::path& path, const fs::path& workspace, logs::Restarts restarts,
                 const logs::RunNames& names, const Tell& tell) {
    Imported imported{kind, workspace, {}, {}, {}, 0, {}};
    tell("importing " + text(path.filename().string()), -1);
    switch (kind) {
        case ImportKind::model:
            import_model(path, workspace, tell, imported);
            break;
        case ImportKind::run:
            imported.runs = {text(run::copy_run(path, workspace).id())};
            imported.new_runs = 1;
            imported.told = QString("Imported run %1.").arg(imported.runs.front());
            break;
        case ImportKind::log:
            write_runs(read_log(path, restarts, names), tell, imported);
            break;
        case ImportKind::norm_ablation: {
            interop::norm_ablation::FolderImport folder = interop::norm_ablation::read_folder(path);
            for (const std::string& note : folder.notes) imported.notes += text(one_line(note));
            write_runs(std::move(folder.runs), tell, imported);
            break;
        }
    }
    return imported;
}

}  // namespace

// Whether somebody still waits for what was asked for.
class Importer::Wanted {
  public:
    explicit Wanted(std::shared_ptr<const std::atomic<std::uint64_t>> cancelled)
        : cancelled_(std::move(cancelled)), number_(*cancelled_) {}
    bool still() const { return *cancelled_ == number_; }
    void check() const {
        if (!still()) throw Cancelled();
    }

  private:
    std::shared_ptr<const std::atomic<std::uint64_t>> cancelled_;
    std::uint64_t number_;
};

Importer::Importer(QObject* parent) : QObject(parent) {}

Importer::~Importer() { cancel(); }

void Importer::import(ImportKind kind, const QString& path, const fs::path& workspace, logs::Restarts restarts,
                      const logs::RunNames& names) {
    ++left_;
    worker_.post([this, kind, path, workspace, restarts, names, wanted = Wanted(cancelled_)] {
        const auto answer = [this](auto then) { QMetaObject::invokeMethod(this, then, Qt::QueuedConnection); };
        const Tell tell = [&](const QString& what, double share) {
            wanted.check();
            answer([this, what, share] { Q_EMIT progress(what, share); });
        };
        const auto fail = [&](const std::exception& error) {
            answer([this, line = text(one_line(error.what()))] { Q_EMIT failed(line); });
        };
        try {
            const fs::path file = path.toStdString();
            answer([this, result = take_in(kind, file, workspace, restarts, names, tell)] { Q_EMIT imported(result); });
        } catch (const Cancelled&) {
        } catch (const logs::AmbiguousRestart& error) {
            const AmbiguousLog log{path, workspace, text(error.problem()), error.readings(), names};
            if (kind == ImportKind::log)
                answer([this, wanted, log] {
                    if (wanted.still()) Q_EMIT ambiguous(log);
                });
            else
                fail(error);
        } catch (const std::exception& error) {
            fail(error);
        }
        answer([this] { end(); });
    });
}

void Importer::cancel() { ++*cancelled_; }

void Importer::end() {
    if (--left_ == 0) Q_EMIT finished();
}

fs::path study_file(const StudyConfig& study, const fs::path& workspace) {
    const fs::path file = study_file_named(workspace, study.name);
    if (fs::exists(file)) return file;
    fs::create_directories(file.parent_path());
    io::write_json(file, to_json(study));
    return file;
}

}  // namespace ablate::ui
