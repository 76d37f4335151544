"""Writes tests/data/train/expected.json: learning rates by PyTorch's own schedulers, and weights by torch.optim.SGD with and
without momentum, in float64.

    PYTHON tests/support/make_train_reference.py             # in the repository; needs torch
"""

import json
import pathlib
import warnings

import torch
from torch.optim.lr_scheduler import ConstantLR, CosineAnnealingLR, LinearLR, SequentialLR

OUT = pathlib.Path(__file__).parent.parent / "data/train/expected.json"
warnings.simplefilter("ignore")


def rates(schedule, steps, warmup, floor, decay):
    """The factor at each of `steps` steps, and the one that would follow. `decay`: steps of wsd's decay."""
    optimizer = torch.optim.SGD([torch.zeros(1, dtype=torch.float64, requires_grad=True)], lr=1.0)
    parts, milestones = [], []
    if warmup:
        parts.append(LinearLR(optimizer, start_factor=1 / warmup, end_factor=1.0, total_iters=warmup - 1))
        milestones.append(warmup)
    if schedule == "cosine":
        parts.append(CosineAnnealingLR(optimizer, T_max=steps - warmup, eta_min=floor))
    elif schedule == "linear":
        parts.append(LinearLR(optimizer, start_factor=1.0, end_factor=floor, total_iters=steps - warmup))
    else:
        stable = steps - warmup - decay
        if stable:
            parts.append(ConstantLR(optimizer, factor=1.0, total_iters=stable))
            milestones.append(warmup + stable)
        parts.append(LinearLR(optimizer, start_factor=1.0, end_factor=floor, total_iters=decay))
    scheduler = SequentialLR(optimizer, parts, milestones)
    found = []
    for _ in range(steps + 1):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


def sgd(momentum):
    """Three steps from [1, -2, 0.5] with gradients [0.1 k, -0.3, 0.2 / k] for k = 1, 2, 3."""
    weight = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=0.05, momentum=momentum, weight_decay=0.3)
    for k in (1, 2, 3):
        weight.grad = torch.tensor([0.1 * k, -0.3, 0.2 / k], dtype=torch.float64)
        optimizer.step()
    return weight.tolist()


def main():
    schedules = []
    for schedule, steps, warmup, floor, decay in [("cosine", 40, 8, 0.1, 0), ("linear", 40, 8, 0.25, 0), ("linear", 30, 3, 0.1, 0),
                                                  ("wsd", 50, 10, 0.1, 20), ("wsd", 100, 50, 0.1, 50), ("wsd", 60, 45, 0.2, 15)]:
        schedules.append({"schedule": schedule, "steps": steps, "warmup": warmup, "lr_min_ratio": floor,
                          "decay_share": decay / steps if decay else 0.2,
                          "factors": rates(schedule, steps, warmup, floor, decay)})
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps({"schedules": schedules, "sgd": [{"momentum": m, "weight": sgd(m)} for m in (0.0, 0.9)]}, indent=1) + "\n")


if __name__ == "__main__":
    main()
