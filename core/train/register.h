#pragma once
namespace ablate::train {
// Fills the tables of kinds (those of the model, the optimizers and the schedules) and registers their code. Every
// program calls it first; calling it again does nothing.
void register_kinds();
}  // namespace ablate::train
