#pragma once

namespace ablate {

// Gives the system back what the allocator keeps of freed memory, after work that needed much for a moment.
void release_free_memory();

}  // namespace ablate
