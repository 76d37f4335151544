"""Writes tests/data/train/optimizers.json: weights after a few steps of the published Lion, SOAP and schedule-free AdamW,
in float64.

    pip install --no-deps lion_pytorch==0.2.5 pytorch_optimizer==4.1.0 schedulefree==1.4.1
    PYTHON tests/support/make_optimizer_reference.py         # in the repository; needs torch and the three packages

Each case trains a matrix, with weight decay, and a gain, without. The matrices of SOAP have full rank on every side that
is preconditioned: after one gradient a taller matrix has an arbitrary basis of the null space, which rounding picks.
"""

import json
import pathlib

import torch
from lion_pytorch import Lion
from pytorch_optimizer import SOAP
from schedulefree import AdamWScheduleFreeReference

OUT = pathlib.Path(__file__).parent.parent / "data/train/optimizers.json"
STEPS = 8


def rounded(tensor):
    return (tensor * 1000).round() / 1000


def drawn(rows, columns):
    """Start and gradients as short decimals, the gradients shrinking and turning a little at each step."""
    generator = torch.Generator().manual_seed(3)
    normal = lambda *shape: torch.randn(*shape, generator=generator, dtype=torch.float64)
    first = normal(rows, columns)
    return {"matrix": rounded(normal(rows, columns)), "gain": rounded(1 + 0.1 * normal(columns)),
            "matrix_gradients": [rounded(first / (1 + 0.2 * k) + 0.5 * normal(rows, columns)) for k in range(STEPS)],
            "gain_gradients": [rounded(normal(columns)) for _ in range(STEPS)]}


def case(name, options, rows, columns, make, train):
    given = drawn(rows, columns)
    matrix = given["matrix"].clone().requires_grad_(True)
    gain = given["gain"].clone().requires_grad_(True)
    groups = [{"params": [matrix], "weight_decay": options["weight_decay"]}, {"params": [gain], "weight_decay": 0.0}]
    optimizer = make(groups)
    for k in range(STEPS):
        train(optimizer, k)
        matrix.grad, gain.grad = given["matrix_gradients"][k].clone(), given["gain_gradients"][k].clone()
        optimizer.step()
    trained = [matrix.detach().clone(), gain.detach().clone()]
    if hasattr(optimizer, "eval"):
        optimizer.eval()
    lists = lambda value: [lists(one) for one in value] if isinstance(value, list) else json.loads(json.dumps(value.tolist()), parse_float=lambda text: round(float(text), 9))
    return {"optimizer": name, "train": options, **{key: lists(value) for key, value in given.items()},
            "trained": lists(trained), "evaluated": lists([matrix.detach(), gain.detach()])}


def warmed(rate, warmup):
    """Sets the learning rate that the schedule constant has at step k."""
    def at(optimizer, k):
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, (k + 1) / warmup)
    return at


def main():
    cases = []
    lion = {"lr": 0.01, "beta1": 0.9, "beta2": 0.99, "weight_decay": 0.3, "warmup": 3}
    cases.append(case("lion", lion, 4, 4, lambda groups: Lion(groups, lr=0.01, betas=(0.9, 0.99)), warmed(0.01, 3)))
    for rows, limit, every in [(4, 10000, 3), (4, 10000, 1), (6, 4, 3), (4, 3, 3)]:
        soap = {"lr": 0.02, "beta1": 0.95, "beta2": 0.9, "eps": 1e-8, "weight_decay": 0.3, "warmup": 3,
                "precondition_every": every, "precondition_limit": limit}
        make = lambda groups: SOAP(groups, lr=0.02, betas=(0.95, 0.9), eps=1e-8, precondition_frequency=every,
                                   max_precondition_dim=limit)
        cases.append(case("soap", soap, rows, 4, make, warmed(0.02, 3)))
    for warmup, power in [(1, 0.0), (3, 0.0), (3, 1.5)]:
        free = {"lr": 0.02, "beta1": 0.9, "beta2": 0.99, "eps": 1e-8, "weight_decay": 0.3, "warmup": warmup,
                "average_power": power}
        make = lambda groups: AdamWScheduleFreeReference(groups, lr=0.02, betas=(0.9, 0.99), eps=1e-8,
                                                         warmup_steps=warmup, r=power)
        cases.append(case("schedule_free", free, 4, 4, make, lambda optimizer, k: optimizer.train()))
    # One value to a line.
    OUT.write_text("[\n" + ",\n".join("{" + ",\n ".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in one.items()) + "}"
                                      for one in cases) + "\n]\n")


if __name__ == "__main__":
    main()
