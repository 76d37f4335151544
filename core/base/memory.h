#pragma once
#include <cstddef>

namespace ablate {

// Gives the system back what the allocator keeps of freed memory, after work that needed much for a moment.
void release_free_memory();

// Asks for large pages, before the memory is first written: what is read from end to end again and again, as weights
// are in generation, then misses fewer addresses. A wish; nothing happens where the system has none.
void prefer_large_pages(void* memory, std::size_t bytes);

}  // namespace ablate
