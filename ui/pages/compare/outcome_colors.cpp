#include "ui/pages/compare/outcome_colors.h"

namespace ablate::ui {

QColor outcome_color(study::Outcome outcome, bool dark) {
    switch (outcome) {
        case study::Outcome::better:
            return dark ? QColor(0x6c, 0xbe, 0xf0) : QColor(0x00, 0x5f, 0x9e);
        case study::Outcome::worse:
            return dark ? QColor(0xff, 0x9e, 0x4a) : QColor(0xb0, 0x45, 0x00);
        case study::Outcome::equivalent:
            return dark ? QColor(0x3f, 0xd0, 0x9c) : QColor(0x00, 0x74, 0x53);
        case study::Outcome::unstable:
            return dark ? QColor(0xe8, 0x8f, 0xc8) : QColor(0x9c, 0x2f, 0x78);
        case study::Outcome::undecided:
            break;
    }
    return dark ? QColor(0xa6, 0xad, 0xb8) : QColor(0x5c, 0x64, 0x70);
}

}  // namespace ablate::ui
