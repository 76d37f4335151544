#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>

namespace ablate::interop {

// What is folded: a Hugging Face folder as it is, or a run, exported beside the result while it is needed.
// No torch here.
class FoldSource {
  public:
    // InputError: a run that cannot be exported as a Llama or Qwen3.
    // `step`: of a run, the checkpoint; absent: the newest sound one.
    FoldSource(const std::filesystem::path& from, bool is_run, const std::filesystem::path& to,
               std::optional<std::int64_t> step = {});
    ~FoldSource();
    FoldSource(const FoldSource&) = delete;
    FoldSource& operator=(const FoldSource&) = delete;

    const std::filesystem::path& folder() const { return folder_; }
    void require_known_model() const;  // InputError: it cannot be run here, and so not verified

  private:
    std::filesystem::path folder_, exported_;
};

}  // namespace ablate::interop
