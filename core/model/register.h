#pragma once
namespace ablate::model {
// Fills KindTable::instance() and the modules behind it. Every program calls it first; calling it again does nothing.
void register_kinds();
}  // namespace ablate::model
