#include "core/base/memory.h"

#include <malloc.h>
#include <sys/mman.h>
#include <cstdint>

// Of tcmalloc, where the program is linked with it.
extern "C" __attribute__((weak)) void MallocExtension_ReleaseFreeMemory();

namespace ablate {

void release_free_memory() {
    if (MallocExtension_ReleaseFreeMemory)
        MallocExtension_ReleaseFreeMemory();
    else
        malloc_trim(0);
}

void prefer_large_pages(void* memory, std::size_t bytes) {
    constexpr std::uintptr_t kPage = 2 << 20;
    const auto begin = reinterpret_cast<std::uintptr_t>(memory), first = (begin + kPage - 1) / kPage * kPage,
               last = (begin + bytes) / kPage * kPage;
    if (first < last) madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
}

}  // namespace ablate
