#include "core/plan/doctor.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/paths.h"
#include "core/base/text.h"
#include "core/base/workspace_layout.h"
#include "core/data/text_source.h"
#include "core/plan/preflight.h"
#include "core/run/run_directory.h"

#include <ATen/Context.h>
#include <dlfcn.h>

#include <cstdlib>
#include <thread>

namespace ablate::study {

namespace fs = std::filesystem;

namespace {

constexpr double kLeastFreeDisk = 1ull << 30;  // bytes: checkpoints of a small study and the tokenized text

std::string libtorch_works() {
    const at::Tensor x = at::arange(4, at::kFloat).reshape({2, 2});
    if (at::matmul(x, x).sum().item<float>() != 22.0f)
        throw std::runtime_error("a 2 x 2 matrix product came out wrong: reinstall LibTorch (packaging/setup)");
    const Json versions = run::program_versions();
    return fmt::format("{}, computes", versions.at("libtorch").get<std::string>());
}

std::string devices() {
    std::vector<std::string> names{"cpu"};
    if (at::hasCUDA())
        for (std::size_t i = 0; i < at::getNumGPUs(); ++i) names.push_back(fmt::format("cuda:{}", i));
    return join(names, ", ");
}

std::string bf16_support() {
    if (!has_bf16_products())
        throw InputError(
            "no AMX and no AVX-512 BF16: bf16 rounds its operands and multiplies in fp32, no faster than fp32");
    return "the processor multiplies bfloat16 itself";
}

std::string allocator() {
    if (!dlsym(RTLD_DEFAULT, "tc_version"))
        throw InputError("the system's; tcmalloc is worth 1.1x to 2.2x: build with ABLATE_TCMALLOC=ON");
    return "tcmalloc";
}

std::string free_disk(const fs::path& workspace) {
    const auto free = static_cast<double>(fs::space(workspace).available);
    if (free < kLeastFreeDisk)
        throw ResourceError("{} free in {}: make room for at least {}", short_bytes(free), workspace.string(),
                            short_bytes(kLeastFreeDisk));
    return fmt::format("{} free", short_bytes(free));
}

std::string writable(const fs::path& workspace) {
    const fs::path probe = workspace / ".doctor";
    atomic_write(probe, "");
    fs::remove(probe);
    return workspace.string();
}

std::string text_at_hand(const fs::path& workspace) {
    const data::TextSource source = data::find_text({}, cache_folder(workspace));
    if (source.origin == data::TextOrigin::stories) throw InputError("{}; run packaging/setup", source.note);
    return source.path.string();
}

std::string tensorboard() {
    const char* path = std::getenv("PATH");
    for (const std::string& folder : split(path ? path : "", ':'))
        if (is_there(fs::path(folder) / "tensorboard")) return folder + "/tensorboard";
    throw InputError("not in PATH; not needed: it can draw a run directory as well");
}

template <class Look>
Check check(const char* name, bool needed, Look look) {
    try {
        return {name, look(), true, needed};
    } catch (const std::exception& error) {
        return {name, one_line(error.what()), false, needed};
    }
}

}  // namespace

std::vector<Check> examine_machine(const fs::path& workspace) {
    return {
        check("libtorch", true, libtorch_works),
        check("devices", true, devices),
        check("threads", true, [] { return fmt::format("{} cores", std::thread::hardware_concurrency()); }),
        check("bf16", false, bf16_support),
        check("allocator", false, allocator),
        check("memory", true, [] { return fmt::format("{} available", short_bytes(available_memory("cpu"))); }),
        check("disk", true, [&] { return free_disk(workspace); }),
        check("workspace", true, [&] { return writable(workspace); }),
        check("text", false, [&] { return text_at_hand(workspace); }),
        check("tensorboard", false, tensorboard),
    };
}

}  // namespace ablate::study
