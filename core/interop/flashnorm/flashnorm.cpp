#include "core/interop/flashnorm/flashnorm.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/text.h"
#include "core/interop/flashnorm/fold.h"
#include "core/interop/flashnorm/model_card.h"
#include "core/io/bytes.h"
#include "core/io/json_file.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <tuple>

namespace ablate::interop {

namespace fs = std::filesystem;

namespace {

// A tensor of the output, and what makes it of the source's.
struct Planned {
    io::TensorEntry entry;
    bool ones = false;           // a folded norm
    const Fold* fold = nullptr;  // of a projection: the norm that goes into it
};

struct PlannedFile {
    std::string name;
    std::vector<Planned> tensors;
};

// The order of the reference library's files: the largest alignment first, then by name. Its list of dtypes.
std::ptrdiff_t rank_of(std::string_view dtype) {
    constexpr std::array<std::string_view, 17> order = {"BOOL", "U8",  "I8",  "F8_E5M2", "F8_E4M3", "F8_E8M0",
                                                        "I16",  "U16", "F16", "BF16",    "I32",     "U32",
                                                        "F32",  "C64", "F64", "I64",     "U64"};
    return std::find(order.begin(), order.end(), dtype) - order.begin();
}

class Folding {
  public:
    Folding(const Shards& shards, const FoldPlan& plan, bool strict) : shards_(shards), strict_(strict) {
        for (const Fold& fold : plan.folds) {
            norms_.emplace(fold.norm, &fold);
            for (const std::string& projection : fold.projections) projections_.emplace(projection, &fold);
        }
        for (const auto& [file, reader] : shards.files()) files_.push_back(planned(file, *reader));
        for (PlannedFile& file : files_)
            for (const Planned& tensor : file.tensors) total_bytes_ += bytes_of(tensor.entry);
    }

    std::uint64_t total_bytes() const { return total_bytes_; }

    std::vector<WrittenFile> write(const fs::path& folder, const FlashNormProgress& progress) const {
        std::vector<WrittenFile> written;
        std::uint64_t done = 0;
        for (const PlannedFile& file : files_) {
            std::vector<io::TensorEntry> entries;
            for (const Planned& tensor : file.tensors) entries.push_back(tensor.entry);
            io::SafetensorsWriter writer(folder / file.name, entries, {{"format", "pt"}});
            for (const Planned& tensor : file.tensors) {
                if (progress) progress(file.name, static_cast<double>(done) / static_cast<double>(total_bytes_));
                const std::vector<char> bytes = bytes_for(tensor);
                writer.write(bytes.data(), bytes.size());
                done += bytes.size();
            }
            written.push_back({file.name, writer.finish(), file.tensors.size()});
        }
        return written;
    }

    // The index of a sharded output: where each tensor is now, and the sizes without the norms left out.
    Json index() const {
        Json index = *shards_.index();
        std::int64_t elements = 0;
        index["weight_map"] = Json::object();
        for (const PlannedFile& file : files_)
            for (const Planned& tensor : file.tensors) {
                index["weight_map"][tensor.entry.name] = file.name;
                elements += elements_of(tensor.entry);
            }
        if (!index.contains("metadata") || !index["metadata"].is_object()) index["metadata"] = Json::object();
        index["metadata"]["total_size"] = total_bytes_;
        if (index["metadata"].contains("total_parameters")) index["metadata"]["total_parameters"] = elements;
        return index;
    }

  private:
    static std::int64_t elements_of(const io::TensorEntry& entry) {
        return std::accumulate(entry.shape.begin(), entry.shape.end(), std::int64_t{1}, std::multiplies<>());
    }
    static std::uint64_t bytes_of(const io::TensorEntry& entry) {
        return static_cast<std::uint64_t>(elements_of(entry)) * io::safetensors_item_bytes(entry.dtype);
    }

    // Ones are F32 whatever the model's dtype: so they are in transformer_tricks.
    static Planned ones(const std::string& name, std::int64_t width) {
        Planned tensor{{name, "F32", {width}}};
        tensor.ones = true;
        return tensor;
    }

    PlannedFile planned(const std::string& name, const io::SafetensorsReader& reader) const {
        PlannedFile file{name, {}};
        for (const io::TensorEntry& entry : reader.entries()) {
            if (norms_.contains(entry.name)) {
                if (!strict_) file.tensors.push_back(ones(entry.name, entry.shape[0]));
                continue;
            }
            const auto fold = projections_.find(entry.name);
            file.tensors.push_back({entry, false, fold == projections_.end() ? nullptr : fold->second});
        }
        if (!strict_)  // a norm that was absent is stored with the first of its projections
            for (const auto& [norm, fold] : norms_)
                if (fold->missing && shards_.file_of(fold->projections[0]) == name)
                    file.tensors.push_back(ones(norm, shards_.at(fold->projections[0]).shape[1]));
        std::sort(file.tensors.begin(), file.tensors.end(), [](const Planned& a, const Planned& b) {
            return std::tuple(-rank_of(a.entry.dtype), std::string_view(a.entry.name)) <
                   std::tuple(-rank_of(b.entry.dtype), std::string_view(b.entry.name));
        });
        return file;
    }

    std::vector<char> bytes_for(const Planned& tensor) const {
        const io::TensorEntry& entry = tensor.entry;
        if (tensor.ones) {
            std::string bytes;
            for (std::int64_t i = 0; i < entry.shape[0]; ++i) io::store(bytes, 1.0f);
            return {bytes.begin(), bytes.end()};
        }
        std::vector<char> bytes = shards_.read(entry.name);
        if (!tensor.fold || tensor.fold->missing) return bytes;
        const std::string& norm = tensor.fold->norm;
        if (!fold_columns(entry.dtype, bytes, values_of(shards_.at(norm).dtype, shards_.read(norm))))
            throw InputError("{}: {} times {} is beyond the range of {}; convert the checkpoint to F32 or BF16 first",
                             shards_.folder().string(), quote(entry.name), quote(norm), entry.dtype);
        return bytes;
    }

    const Shards& shards_;
    const bool strict_;
    std::map<std::string, const Fold*, std::less<>> norms_, projections_;
    std::vector<PlannedFile> files_;
    std::uint64_t total_bytes_ = 0;
};

// What belongs to a checkpoint beside its weights and goes along as it is.
bool goes_along(const std::string& name) {
    constexpr std::array<std::string_view, 10> beginnings = {"config.json",  "generation_config.json",
                                                             "tokenizer",    "special_tokens_map",
                                                             "added_tokens", "vocab",
                                                             "merges",       "chat_template",
                                                             "LICENSE",      "NOTICE"};
    return std::any_of(beginnings.begin(), beginnings.end(),
                       [&](std::string_view beginning) { return name.starts_with(beginning); });
}

std::vector<fs::path> companions(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.is_regular_file() && goes_along(entry.path().filename().string())) files.push_back(entry.path());
    return files;
}

void write_plain(const fs::path& file, std::string_view bytes) {
    io::OpenFile(file, O_RDWR | O_CREAT | O_TRUNC).append_at(0, bytes);
}

std::string name_of(const fs::path& folder) {
    const fs::path whole = fs::weakly_canonical(folder);
    return whole.filename().string();
}

}  // namespace

FlashNormResult flashnorm(const fs::path& from, const fs::path& to, const FlashNormOptions& options,
                          const FlashNormProgress& progress) {
    const Shards shards(from);
    FlashNormResult result{plan_folds(shards), options.strict, {}};
    const Folding folding(shards, result.plan, options.strict);
    const std::vector<fs::path> files = companions(from);
    std::uint64_t bytes = folding.total_bytes();
    for (const fs::path& file : files) bytes += fs::file_size(file);
    const fs::path parent = fs::absolute(to / "..").lexically_normal();
    remove_leftovers(parent);
    require_free_space(parent, bytes);
    atomic_directory(to, [&](const fs::path& beside) {
        for (const fs::path& file : files) write_plain(beside / file.filename(), read_file(file));
        result.weights = folding.write(beside, progress);
        if (shards.index()) io::write_json(beside / "model.safetensors.index.json", folding.index());
        write_plain(beside / "README.md", flashnorm_card(name_of(from), result));
    });
    return result;
}

}  // namespace ablate::interop
