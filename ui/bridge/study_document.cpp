#include "ui/bridge/study_document.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/workspace_layout.h"
#include "core/config/study_edits.h"
#include "core/io/json_file.h"
#include "core/plan/kept_study.h"
#include "ui/bridge/run_status.h"
#include "ui/bridge/study_preview.h"
#include "ui/bridge/worker.h"

#include <QUndoCommand>
#include <atomic>
#include <map>

namespace ablate::ui {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kLargestStudy = 64u << 20;

struct OpenedStudy {
    StudyConfig study;
    fs::path file;  // empty: a copy that has no file yet
};

// Study files as this document last saw them. Used by the file worker alone.
class StudyFiles {
  public:
    explicit StudyFiles(fs::path workspace) : workspace_(std::move(workspace)) {}

    OpenedStudy open(const StudySource& source) {
        const fs::path file = fs::absolute(source.file);
        std::string contents = read_file(file, kLargestStudy);
        OpenedStudy opened{study_from_json(io::parse_json(contents, file.string()), file.string()), file};
        require_readable(opened.study);
        if (source.preset || file.parent_path() == presets_folder())
            opened.file.clear();
        else
            seen_[file] = std::move(contents);
        return opened;
    }
    // If a study's file is missing, the study is rebuilt from its runs. A file that cannot be read is an error.
    OpenedStudy open_named(const std::string& name) {
        StudySource source;
        try {
            source = find_study(name, workspace_);
        } catch (const InputError&) {
            auto rebuilt = study::study_of_runs(run::RunStore(workspace_).list(), name);
            if (!rebuilt) throw;
            require_readable(*rebuilt);
            return {std::move(*rebuilt), {}};
        }
        return open(source);
    }

    fs::path save(const StudyConfig& study, fs::path file, bool overwrite) {
        if (file.empty()) file = study_file_named(workspace_, study.name);
        file = fs::absolute(file);
        const Json value = to_json(study);
        if (!overwrite) require_ours(file, value);
        std::error_code error;
        fs::create_directories(file.parent_path(), error);
        if (error) throw InputError("{}: {}", file.parent_path().string(), error.message());
        io::write_json(file, value);
        seen_[file] = read_file(file, kLargestStudy);
        return file;
    }

  private:
    void require_ours(const fs::path& file, const Json& value) const {
        if (!fs::exists(fs::symlink_status(file))) return;
        const auto seen = seen_.find(file);
        const std::string contents = read_file(file, kLargestStudy);
        if (seen == seen_.end() && Json::parse(contents, nullptr, false) != value)
            throw InputError("{} exists already; save under another name", file.string());
        if (seen != seen_.end() && contents != seen->second)
            throw InputError("{} has been changed elsewhere since it was opened; save under another name",
                             file.string());
    }

    fs::path workspace_;
    std::map<fs::path, std::string> seen_;  // contents
};

QString text(const fs::path& path) { return QString::fromStdString(path.string()); }

}  // namespace

struct StudyDocument::Private {
    explicit Private(const fs::path& folder) : workspace(folder), files(std::make_shared<StudyFiles>(folder)) {}

    // Without them where they cannot be told: the preview is not lost with its times. False: measuring would tell more.
    bool add_times(StudyPreview& preview, const TimeSources& sources, const std::function<bool()>& wanted) {
        try {
            return ui::add_times(preview, sources, wanted);
        } catch (const std::exception& error) {
            spdlog::warn("study {}: its time is unknown: {}", preview.study.name, error.what());
            return true;
        }
    }

    // Left out where it cannot be told: damaged runs and records are told of elsewhere.
    void add_power(StudyPreview& preview, const TimeSources& sources) {
        try {
            ui::add_power(preview, sources, spreads);
        } catch (const std::exception& error) {
            spdlog::warn("study {}: what it can find is unknown: {}", preview.study.name, error.what());
        }
    }

    const fs::path workspace;
    study::SpreadReader spreads;  // of the previewer
    int jobs = 0;
    QString file;
    Json in_file;  // the value the file holds, or the one begun with
    bool modified = false;
    std::uint64_t study_number = 0;                 // counts studies adopted: an answer about an older one is stale
    std::uint64_t open_number = 0;                  // counts requests to open: the newest wins
    std::atomic<std::uint64_t> preview_number = 0;  // counts values: the newest is previewed
    bool preview_is_current = false;
    std::uint64_t entry = 0;            // counts finished entries: edits of one entry are one undo step
    std::shared_ptr<StudyFiles> files;  // of the file worker
    std::shared_ptr<const run::RunList> runs;
    std::atomic<bool> machine_busy = false;
    Worker measurer{Worker::Priority::low};  // a second of work, which no preview waits for
    Worker previewer{Worker::Priority::low};
    Worker file_worker;  // saves what was asked before it ends
};

// One undo step: the study before and after.
class StudyDocument::Edit : public QUndoCommand {
  public:
    Edit(StudyDocument& document, const QString& what, StudyConfig after, QString merge)
        : QUndoCommand(what),
          document_(document),
          before_(document.study_),
          after_(std::move(after)),
          merge_(std::move(merge)),
          entry_(document.private_->entry) {}

    int id() const override { return merge_.isEmpty() ? -1 : 1; }
    bool mergeWith(const QUndoCommand* other) override {
        const auto* next = static_cast<const Edit*>(other);  // the same id: an edit as well
        if (!next->is_of(merge_, entry_)) return false;
        after_ = next->after_;
        setObsolete(to_json(before_) == to_json(after_));
        return true;
    }
    bool is_of(const QString& merge, std::uint64_t entry) const { return merge_ == merge && entry_ == entry; }
    void retract() { retracted_ = true; }  // with the next undo: the stack deletes it, there is nothing to redo
    void undo() override {
        document_.take(before_);
        setObsolete(retracted_);
    }
    void redo() override { document_.take(after_); }

  private:
    StudyDocument& document_;
    StudyConfig before_, after_;
    QString merge_;
    std::uint64_t entry_;
    bool retracted_ = false;
};

StudyDocument::StudyDocument(fs::path workspace, QObject* parent)
    : QObject(parent), private_(std::make_unique<Private>(workspace)) {
    study_.name = "study";
    private_->in_file = to_json(study_);
    request_preview();
}

StudyDocument::~StudyDocument() {
    ++private_->preview_number;
    private_.reset();  // joins the workers, which know this object
}

RunConfig StudyDocument::baseline() const { return baseline_config(study_); }
QString StudyDocument::file() const { return private_->file; }
bool StudyDocument::modified() const { return private_->modified; }
bool StudyDocument::preview_is_current() const { return private_->preview_is_current; }

void StudyDocument::show_variant(const QString& name) {
    const bool known =
        name == kBaseline || std::any_of(study_.variants.begin(), study_.variants.end(),
                                         [&](const auto& v) { return QString::fromStdString(v.name) == name; });
    if (!known || name == variant_) return;
    variant_ = name;
    Q_EMIT variant_shown();
}

void StudyDocument::edit(const QString& what, StudyConfig next, const QString& merge) {
    require_readable(next);
    if (!merge.isEmpty()) accept_entry(merge);
    if (to_json(next) == to_json(study_)) return;
    undo_.push(new Edit(*this, what, std::move(next), merge));
}

void StudyDocument::refuse_entry(const QString& merge, const RefusedEntry& entry) {
    refused_[merge] = entry;  // first: its field keeps its text when the value changes
    const int last = undo_.index() - 1;
    const auto* edit = last < 0 ? nullptr : static_cast<const Edit*>(undo_.command(last));
    if (edit && edit->is_of(merge, private_->entry)) {
        const_cast<Edit*>(edit)->retract();
        undo_.undo();
    }
    Q_EMIT refused_entries_changed();
}

void StudyDocument::accept_entry(const QString& merge) {
    if (refused_.erase(merge) > 0) Q_EMIT refused_entries_changed();
}

void StudyDocument::finish_entry() { ++private_->entry; }

QString StudyDocument::option_entry(const QString& variant, const std::string& key) {
    return variant + ":" + QString::fromStdString(key);
}

void StudyDocument::drop_entries_of_gone_variants() {
    const auto gone = [&](const QString& name) {
        return !name.isEmpty() && name != kBaseline &&
               std::none_of(study_.variants.begin(), study_.variants.end(),
                            [&](const auto& variant) { return QString::fromStdString(variant.name) == name; });
    };
    if (std::erase_if(refused_, [&](const auto& entry) { return gone(entry.second.variant); }) > 0)
        Q_EMIT refused_entries_changed();
}

void StudyDocument::set_option(const QString& variant, const std::string& key, const Json& value) {
    edit("Change " + QString::fromStdString(option_in_words(key)),
         with_option(study_, variant.toStdString(), key, value), option_entry(variant, key));
}

void StudyDocument::reset_option(const QString& variant, const std::string& key) {
    edit("Reset " + QString::fromStdString(option_in_words(key)), without_option(study_, variant.toStdString(), key));
}

QString StudyDocument::add_variant(VariantConfig variant) {
    StudyConfig next = study_;
    variant.name = free_variant_name(study_, variant.name);
    if (variant.label.empty()) variant.label = variant.name;
    const QString name = QString::fromStdString(variant.name);
    next.variants.push_back(std::move(variant));
    edit("Add " + name, std::move(next));
    show_variant(name);
    return name;
}

void StudyDocument::take(const StudyConfig& value) {
    const QString shown = variant_;
    const auto place = [&](const StudyConfig& study) {
        return std::find_if(study.variants.begin(), study.variants.end(),
                            [&](const auto& v) { return QString::fromStdString(v.name) == shown; });
    };
    const auto index = static_cast<std::size_t>(place(study_) - study_.variants.begin());
    const bool same_count = value.variants.size() == study_.variants.size();
    study_ = value;
    if (shown != kBaseline && place(study_) == study_.variants.end())  // renamed, or gone
        variant_ = same_count && index < study_.variants.size() ? QString::fromStdString(study_.variants[index].name)
                                                                : QString(kBaseline);
    request_preview();
    Q_EMIT changed();
    if (variant_ != shown) Q_EMIT variant_shown();
    drop_entries_of_gone_variants();
    note_modified();
}

void StudyDocument::note_modified() {
    const bool modified = to_json(study_) != private_->in_file;
    if (modified == private_->modified) return;
    private_->modified = modified;
    Q_EMIT file_changed();
}

void StudyDocument::adopt(StudyConfig value, const QString& file) {
    ++private_->study_number;
    ++private_->open_number;
    undo_.clear();
    refused_.clear();
    finish_entry();
    study_ = std::move(value);
    variant_ = kBaseline;
    private_->file = file;
    private_->in_file = to_json(study_);
    private_->modified = false;
    request_preview();
    Q_EMIT loaded();
    Q_EMIT refused_entries_changed();
    Q_EMIT changed();
    Q_EMIT variant_shown();
    Q_EMIT file_changed();
}

void StudyDocument::start_new(StudyConfig study) {
    require_readable(study);
    adopt(std::move(study), {});
}

// Runs `open` in the worker and takes the study it returns, unless a newer one was asked for meanwhile.
template <class Open>
void StudyDocument::open_with(Open open) {
    const std::uint64_t number = ++private_->open_number;
    private_->file_worker.post([this, number, open, files = private_->files] {
        const auto answer = [&](auto action) {
            QMetaObject::invokeMethod(
                this,
                [this, number, action] {
                    if (number == private_->open_number) action();
                },
                Qt::QueuedConnection);
        };
        try {
            answer([this, opened = open(*files)] { adopt(opened.study, text(opened.file)); });
        } catch (const std::exception& error) {
            answer([this, line = QString::fromStdString(one_line(error.what()))] { Q_EMIT failed(line); });
        }
    });
}

void StudyDocument::open(const QString& file) {
    open_with([path = file.toStdString()](StudyFiles& files) { return files.open({path, false}); });
}

void StudyDocument::open_named(const QString& name) {
    open_with([name = name.toStdString()](StudyFiles& files) { return files.open_named(name); });
}

void StudyDocument::save(const QString& file) {
    const fs::path target = (file.isEmpty() ? private_->file : file).toStdString();
    private_->file_worker.post([this, study = study_, target, overwrite = !file.isEmpty(), files = private_->files,
                                number = private_->study_number] {
        const auto answer = [&](auto action) { QMetaObject::invokeMethod(this, action, Qt::QueuedConnection); };
        try {
            const QString written = text(files->save(study, target, overwrite));
            answer([this, written, number, value = to_json(study)] {
                if (number == private_->study_number) {
                    private_->file = written;
                    private_->in_file = value;
                    private_->modified = to_json(study_) != value;
                    Q_EMIT file_changed();
                }
                Q_EMIT saved(written);
            });
        } catch (const std::exception& error) {
            answer([this, line = QString::fromStdString(one_line(error.what()))] { Q_EMIT failed(line); });
        }
    });
}

void StudyDocument::set_jobs(int jobs) {
    if (jobs == private_->jobs) return;
    private_->jobs = jobs;
    request_preview();
}

// The times are told anew once there is something to tell them from: the runs are known, or none keeps the machine
// busy.
void StudyDocument::set_runs(std::shared_ptr<const run::RunList> runs) {
    const auto before = std::exchange(private_->runs, std::move(runs));
    if (!before || (run::any_running(*before) && !run::any_running(*private_->runs))) request_preview();
}

void StudyDocument::set_machine_busy(bool busy) {
    if (private_->machine_busy.exchange(busy) && !busy) request_preview();
}

void StudyDocument::request_preview() {
    const std::uint64_t number = ++private_->preview_number;
    private_->preview_is_current = false;
    const auto wanted = [number, d = private_.get()] { return d->preview_number == number; };
    const auto send = [this, number](StudyPreview preview) {
        QMetaObject::invokeMethod(
            this,
            [this, number, preview = std::make_shared<const StudyPreview>(std::move(preview))] {
                take_preview(number, preview);
            },
            Qt::QueuedConnection);
    };
    const TimeSources sources{private_->workspace, private_->runs, private_->jobs};
    private_->previewer.post([study = study_, sources, wanted, send, d = private_.get()] {
        if (!wanted()) return;
        StudyPreview preview = quick_preview(study, sources.workspace);
        d->add_power(preview, sources);
        const bool complete = d->add_times(preview, sources, wanted);
        if (!wanted()) return;
        send(preview);
        if (complete) return;
        d->measurer.post([preview = std::move(preview), sources, wanted, send, d]() mutable {
            if (!wanted() || d->machine_busy) return;
            d->add_times(preview, sources.measuring(), wanted);
            if (wanted()) send(std::move(preview));
        });
    });
}

void StudyDocument::take_preview(std::uint64_t number, StudyPreviewPtr preview) {
    if (number != private_->preview_number) return;
    preview_ = std::move(preview);
    private_->preview_is_current = true;
    Q_EMIT preview_changed();
}

}  // namespace ablate::ui
