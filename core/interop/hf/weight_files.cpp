#include "core/interop/hf/weight_files.h"

#include "core/base/error.h"
#include "core/base/paths.h"
#include "core/base/text.h"
#include "core/io/json_file.h"
#include "core/io/sniff.h"

#include <set>

namespace ablate::interop::hf {

namespace fs = std::filesystem;

WeightFiles::WeightFiles(const fs::path& folder) {
    // In the order of transformers: the single file wins over an index.
    const fs::path single = folder / "model.safetensors", index = folder / "model.safetensors.index.json";
    if (is_there(single)) {
        open(single);
    } else if (is_there(index)) {
        open_shards(index);
    } else {
        const bool pickled =
            is_there(folder / "pytorch_model.bin") || is_there(folder / "pytorch_model.bin.index.json");
        throw InputError("{}: has no model.safetensors and no model.safetensors.index.json{}", folder.string(),
                         pickled ? "; pytorch_model.bin is pickle, which is never read: save it as safetensors" : "");
    }
}

const WeightFiles::Tensor* WeightFiles::find(std::string_view name) const {
    const auto found = tensors_.find(name);
    return found == tensors_.end() ? nullptr : &found->second;
}

void WeightFiles::open(const fs::path& file) {
    io::refuse_foreign(file, "safetensors weights", {io::FileKind::safetensors});
    const File& opened = *files_.emplace_back(std::make_unique<File>(file));
    for (const io::TensorEntry& entry : opened.reader.entries()) {
        const auto [before, is_new] = tensors_.try_emplace(entry.name, Tensor{&opened.reader, &entry, &opened.path});
        if (!is_new)
            throw InputError("{}: tensor {} is in {} as well", file.string(), quote(entry.name),
                             before->second.file->filename().string());
    }
}

void WeightFiles::open_shards(const fs::path& index) {
    const Json& json = index_.emplace(io::read_json(index));
    const auto map = json.is_object() ? json.find("weight_map") : json.end();
    if (map == json.end() || !map->is_object() || map->empty())
        throw InputError("{}: weight_map must say which file holds each tensor", index.string());

    std::set<std::string> names;
    for (const auto& [tensor, file] : map->items()) {
        const std::string name = file.is_string() ? file.get<std::string>() : std::string();
        if (name.empty() || fs::path(name).filename() != name || !name.ends_with(".safetensors"))
            throw InputError("{}: {} must be in a .safetensors file of this folder, not {}", index.string(),
                             quote(tensor), quote(io::dump_line(file)));
        names.insert(name);
    }
    for (const std::string& name : names) {
        if (!is_there(index.parent_path() / name))
            throw InputError("{}: names the file {}, which is missing", index.string(), quote(name));
        open(index.parent_path() / name);
    }
    for (const auto& [tensor, file] : map->items()) {
        const Tensor* found = find(tensor);
        if (!found) throw InputError("{}: tensor {} is in none of its files", index.string(), quote(tensor));
        if (found->file->filename() != file.get<std::string>())
            throw InputError("{}: tensor {} should be in {}, but is in {}", index.string(), quote(tensor),
                             quote(file.get<std::string>()), found->file->filename().string());
    }
    for (const auto& [tensor, found] : tensors_)
        if (!map->contains(tensor))
            throw InputError("{}: tensor {} is not listed in {}", found.file->string(), quote(tensor),
                             index.filename().string());
}

}  // namespace ablate::interop::hf
