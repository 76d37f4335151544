#include "ui/window/dropped.h"

#include "core/base/error.h"
#include "core/base/paths.h"
#include "core/base/workspace_layout.h"
#include "core/data/tokenizers/load.h"
#include "core/interop/logs/logs.h"
#include "core/interop/norm_ablation/layout.h"
#include "core/io/sniff.h"
#include "ui/bridge/text.h"

#include <QDir>
#include <QFileInfo>
#include <algorithm>

namespace ablate::ui {
namespace {

namespace fs = std::filesystem;
namespace layout = interop::norm_ablation;
using Kind = Dropped::Kind;

constexpr auto kWanted = "a study, workspace, run, model or log";
constexpr auto kOfStudies =
    "Drop text, token files and tokenizers on the fields Text, Token files and Tokenizer of the Study page";

bool is_log(const QString& path) {
    try {
        interop::logs::detect_format(path.toStdString());
        return true;
    } catch (const InputError&) {
        return false;
    }
}

// tokenizer.json and its like. They are JSON objects, as studies and logs are; "loss" is a token of a vocabulary.
bool is_tokenizer(const fs::path& file, const io::Sniffed& sniffed) {
    return io::is_plain(sniffed.kind) && data::name_in_folder(file) == file.filename();
}

// One JSON object, whatever its name. A .json that is none, and no file of another format, is opened as well: the error
// says what is wrong with it.
bool may_be_study(const fs::path& file, const io::Sniffed& sniffed) {
    return sniffed.kind == io::FileKind::json_object ||
           (io::is_plain(sniffed.kind) && text(file.string()).endsWith(".json", Qt::CaseInsensitive));
}

// InputError: what the file is, and what to do with it.
[[noreturn]] void refuse_file(const fs::path& file, const io::Sniffed& sniffed) {
    if (!io::is_plain(sniffed.kind) || sniffed.kind == io::FileKind::empty) io::throw_foreign(file, sniffed, kWanted);
    const std::string what = is_tokenizer(file, sniffed) ? "a tokenizer" : io::describe(sniffed);
    throw InputError("{}: is {}, not {}. {}", file.string(), what, kWanted, kOfStudies);
}

// Of a workspace, not of Hugging Face's Trainer, which logs below runs/ too.
bool holds_our_runs(const fs::path& folder) {
    const fs::path runs = runs_folder(folder);
    if (!is_there(runs)) return false;
    const QStringList names = QDir(text(runs.string())).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    return is_there(trash_folder(folder)) || std::any_of(names.begin(), names.end(), [&](const QString& name) {
               return is_there(runs / name.toStdString() / run_files::kInfo);
           });
}

Kind kind_of_folder(const QString& folder) {
    const QDir dir(folder);
    const fs::path path = folder.toStdString();
    if (is_there(path / run_files::kInfo)) return Kind::run_folder;
    if (holds_our_runs(path)) return Kind::workspace;
    if (dir.exists("config.json") && !dir.entryList({"*.safetensors"}, QDir::Files).isEmpty())
        return Kind::model_folder;
    if (dir.exists(layout::kAllMetrics) || !dir.entryList({QString("?*") + layout::kFinetuned}, QDir::Dirs).isEmpty())
        return Kind::norm_ablation;
    if (is_log(folder)) return Kind::log;
    return is_there(runs_folder(path)) ? Kind::workspace : Kind::nothing;  // one without runs yet
}

}  // namespace

Dropped look_at(const QString& path) {
    const QFileInfo info(path);
    const QString whole = info.absoluteFilePath();
    const fs::path place = whole.toStdString();
    try {
        if (info.isDir()) {
            const Kind kind = kind_of_folder(whole);
            if (kind != Kind::nothing) return {kind, whole, {}};
            throw InputError("{}: holds no workspace, run, log or model (config.json and *.safetensors). {}",
                             place.string(), kOfStudies);
        }
        if (!info.isFile()) throw InputError("{}: is neither a file nor a folder", place.string());
        const io::Sniffed sniffed = io::sniff(place);
        if (!is_tokenizer(place, sniffed)) {
            if (is_log(whole)) return {Kind::log, whole, {}};
            if (may_be_study(place, sniffed)) return {Kind::study_file, whole, {}};
        }
        refuse_file(place, sniffed);
    } catch (const std::exception& error) {
        return {Kind::nothing, whole, text(one_line(error.what()))};
    }
}

}  // namespace ablate::ui
