#include "core/base/memory.h"

#include <malloc.h>
#include <sys/mman.h>
#include <cstddef>
#include <memory>

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
    constexpr std::size_t kPage = 2 << 20;
    void* first = memory;  // std::align moves it to the first whole page, and takes what it skips from `bytes`
    if (std::align(kPage, kPage, first, bytes)) madvise(first, bytes / kPage * kPage, MADV_HUGEPAGE);
}

}  // namespace ablate
