#include "core/interop/flashnorm/source.h"

#include "core/base/error.h"
#include "core/interop/hf/checkpoint.h"
#include "core/interop/hf/export_run.h"

#include <unistd.h>

namespace ablate::interop {

namespace fs = std::filesystem;

FoldSource::FoldSource(const fs::path& from, bool is_run, const fs::path& to, std::optional<std::int64_t> step)
    : folder_(from) {
    if (!is_run) return;
    const fs::path out = fs::absolute(to).lexically_normal();
    if (fs::exists(fs::symlink_status(out))) throw InputError("{}: exists already; name a new folder", out.string());
    exported_ = out.parent_path() / fmt::format(".{}.source-{}", out.filename().string(), getpid());
    fs::create_directories(exported_);
    folder_ = exported_ / from.filename();  // the model card names the run
    try {
        hf::export_run(from, folder_, {.step = step});
    } catch (...) {
        std::error_code ignored;
        fs::remove_all(exported_, ignored);
        throw;
    }
}

FoldSource::~FoldSource() {
    std::error_code ignored;
    if (!exported_.empty()) fs::remove_all(exported_, ignored);
}

void FoldSource::require_known_model() const { hf::Checkpoint check(folder_); }

}  // namespace ablate::interop
