#include "core/io/torch_file/state_dict_writer.h"

#include "core/base/sha256.h"
#include "core/io/torch_file/zip_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace ablate::io::torch_file {
namespace {

// Forty digits that tell files of other contents apart: half from the names, half from the checksums.
std::string serialization_id(const std::vector<DeclaredTensor>& tensors, const std::vector<std::uint32_t>& checksums) {
    Sha256 names, contents;
    for (const DeclaredTensor& tensor : tensors) names.update(tensor.name).update("\n");
    contents.update(checksums.data(), checksums.size() * sizeof(std::uint32_t));
    const auto digits = [](Sha256& hash) {
        return fmt::format("{:020}", std::stoull(hash.hex().substr(0, 16), nullptr, 16));
    };
    return digits(names) + digits(contents);
}

}  // namespace

struct StateDictWriter::State {
    State(std::filesystem::path file, std::vector<DeclaredTensor> declared)
        : folder(file.stem().string() + "/"), tensors(std::move(declared)), zip(std::move(file)) {}

    std::string folder;
    std::vector<DeclaredTensor> tensors;
    ZipWriter zip;
    std::size_t next = 0, key = 0;  // the tensor to take bytes for, its storage
    bool open = false;

    // Begins the entry of the next tensor with its own storage; false when there is none.
    bool begin_next() {
        while (next < tensors.size() && !tensors[next].shares.empty()) ++next;
        if (next == tensors.size()) return false;
        zip.begin(fmt::format("{}data/{}", folder, key++), tensors[next].bytes());
        open = true;
        return true;
    }
    void end_if_full() {
        if (!open || zip.left() > 0) return;
        zip.end();
        open = false;
        ++next;
    }
    // Begins what comes next; tensors without elements are complete at once.
    void advance() {
        end_if_full();
        while (!open && begin_next()) end_if_full();
    }
};

// The entries are those of PyTorch 2.13, in its order; older ones do not know the two that begin with a dot.
StateDictWriter::StateDictWriter(std::filesystem::path file, std::vector<DeclaredTensor> tensors) {
    const std::string pickle = write_state_dict_pickle(tensors);
    state_ = std::make_unique<State>(std::move(file), std::move(tensors));
    ZipWriter& zip = state_->zip;
    zip.add(state_->folder + "data.pkl", pickle);
    zip.add(state_->folder + ".format_version", "1");
    zip.add(state_->folder + ".storage_alignment", "64");
    zip.add(state_->folder + "byteorder", "little");
    state_->advance();
}

StateDictWriter::~StateDictWriter() = default;

void StateDictWriter::write(const void* data, std::uint64_t bytes) {
    std::string_view rest(static_cast<const char*>(data), static_cast<std::size_t>(bytes));
    while (!rest.empty()) {
        if (!state_->open) throw std::logic_error("StateDictWriter: more bytes than the tensors declared");
        const std::string_view part =
            rest.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(state_->zip.left(), rest.size())));
        state_->zip.append(part);
        rest.remove_prefix(part.size());
        state_->advance();
    }
}

void StateDictWriter::finish() {
    if (state_->open) throw std::logic_error("StateDictWriter: fewer bytes than the tensors declared");
    ZipWriter& zip = state_->zip;
    zip.add(state_->folder + "version", "3\n");
    zip.add(state_->folder + ".data/serialization_id", serialization_id(state_->tensors, zip.checksums()));
    zip.finish();
}

std::uint64_t state_dict_bytes(const std::vector<DeclaredTensor>& tensors) {
    std::uint64_t data = 0, longest = 0;
    for (const DeclaredTensor& tensor : tensors) {
        data += tensor.shares.empty() ? tensor.bytes() : 0;
        longest = std::max<std::uint64_t>(longest, tensor.name.size());
    }
    const std::uint64_t pickle = tensors.size() * (longest + 400) + 200;
    return zip_bytes(tensors.size() + 6, 280, data + pickle + 64);
}

}  // namespace ablate::io::torch_file
