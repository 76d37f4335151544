#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

// The one way a file or folder that must be whole comes into being: written beside, synced, renamed over, its folder
// synced. A crash leaves the old state or the new one. Failures throw ResourceError (no space, quota, I/O) or
// InputError (no such folder, no permission), with the path and the bytes that were needed.
namespace ablate {

void atomic_write(const std::filesystem::path& file, std::string_view bytes);

// Like the above, for a file too large to hold: `fill` hands on its parts in order. When it throws, nothing is left.
using AppendBytes = std::function<void(std::string_view bytes)>;
void atomic_write(const std::filesystem::path& file, const std::function<void(const AppendBytes& append)>& fill);

// `fill` writes the files of a separate folder beside `directory`; every file in it is synced, then the folder is
// renamed to `directory`, which must not exist. When `fill` throws, nothing is left.
void atomic_directory(const std::filesystem::path& directory,
                      const std::function<void(const std::filesystem::path& beside)>& fill);

// Removes what calls of the above left half-done in `directory` when their process died; what a process of this machine
// is about to write stays.
void remove_leftovers(const std::filesystem::path& directory);

// Throws ResourceError naming the path and both figures when fewer than `bytes` + 5 % are free there.
void require_free_space(const std::filesystem::path& where, std::uint64_t bytes);

// Throws for the failed system call that left `error` in errno: "FILE: ACTION failed: reason", as ResourceError when
// disk or memory ran out (naming `bytes`, if not 0), as InputError otherwise.
[[noreturn]] void throw_system_error(int error, const std::filesystem::path& file, std::string_view action,
                                     std::uint64_t bytes = 0);

// Writes all of `bytes` to a descriptor, retrying short writes; throws as above. `file` is for the message alone.
void write_all(int descriptor, std::string_view bytes, const std::filesystem::path& file);

// The whole file as bytes. InputError when it is missing, a folder, unreadable, or larger than `limit`.
std::string read_file(const std::filesystem::path& file, std::uint64_t limit = 1ull << 32);

}  // namespace ablate
