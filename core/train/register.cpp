#include "core/train/register.h"

#include "core/model/kinds.h"
#include "core/train/optimizer.h"
#include "core/train/schedule.h"

namespace ablate::train {

void register_kinds() {
    model::kind_registry();
    optimizer_registry();
    schedule_registry();
}

}  // namespace ablate::train
