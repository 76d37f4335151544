"""Writes tests/data/torch_file for tests/core/io/torch_file_test.cpp: tiny files of torch.save in its variations with what
they hold (expected.json), and files that must be refused. Run by hand: python tests/support/make_torch_file_reference.py
"""

import json
import os
import pathlib
import zipfile
from collections import OrderedDict

import torch

ROOT = pathlib.Path(__file__).resolve().parent.parent / "data" / "torch_file"


def numbers(*shape, dtype=torch.float32, first=0):
    count = torch.Size(shape).numel()
    return ((torch.arange(count) + first) / 4).to(dtype).reshape(shape)


def plain():
    tied = numbers(3, 4)
    return OrderedDict([("embed.weight", tied.detach()), ("scalar", torch.tensor(2.5)), ("empty", torch.zeros(0, 3)),
                        ("bf16", numbers(5, dtype=torch.bfloat16)), ("f16", numbers(2, 2, dtype=torch.float16)),
                        ("f64", numbers(3, dtype=torch.float64)), ("i64", torch.tensor([-1, 2**40])),
                        ("i32", torch.tensor([7], dtype=torch.int32)), ("i16", torch.tensor([-8], dtype=torch.int16)),
                        ("i8", torch.tensor([-9], dtype=torch.int8)), ("u8", torch.tensor([250], dtype=torch.uint8)),
                        ("bool", torch.tensor([True, False])), ("head.weight", tied.detach())])


def views():
    base = numbers(4, 6)
    return {"transposed": base.t(), "slice": base[1:3, 2:5], "row": base[2], "step": base[:, ::2], "whole": base,
            "permuted": numbers(2, 3, 4, first=100).permute(2, 0, 1), "kept": numbers(1, 5).transpose(0, 1)}


def module():
    layer = torch.nn.Linear(3, 2)
    with torch.no_grad():
        layer.weight.copy_(numbers(2, 3))
        layer.bias.copy_(numbers(2, first=9))
    return layer


def wrapped():
    layer = module()
    optimizer = torch.optim.AdamW(layer.parameters())
    layer(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    with torch.no_grad():
        layer.weight.copy_(numbers(2, 3))
        layer.bias.copy_(numbers(2, first=9))
    return {"step": 3, "optimizer": optimizer.state_dict(), "state_dict": layer.state_dict(), "loss": 1.5, "none": None,
            "list": [1, (2, 3, 4, 5), "text"]}


def beside_tensors():
    """A checkpoint whose counters and random state are tensors too, with options that name types and devices."""
    whole = wrapped()
    return {"iteration": torch.tensor(7), "rng": torch.arange(16, dtype=torch.uint8), "model": whole["state_dict"],
            "optimizer": whole["optimizer"], "options": {"dtype": torch.float32, "device": torch.device("cpu"),
                                                         "shape": torch.Size([2, 3])}}


def nested():
    return {"epoch": 2, "checkpoint": {"loss": torch.tensor(1.5), "model": {"optimizer": wrapped()["optimizer"],
                                                                           "state_dict": module().state_dict()}}}


class Runs:
    def __reduce__(self):
        return os.system, ("echo run",)


def save(name, value, **options):
    torch.save(value, ROOT / name, **options)


def repack(name, source, compression=zipfile.ZIP_STORED, replace=None):
    with zipfile.ZipFile(ROOT / source) as old, zipfile.ZipFile(ROOT / name, "w", compression) as new:
        for entry in old.namelist():
            new.writestr(entry, (replace or {}).get(entry.split("/", 1)[1], old.read(entry)))


def expectation(state):
    return {name: {"shape": list(value.shape), "values": value.reshape(-1).double().tolist()}
            for name, value in state.items()}


def main():
    ROOT.mkdir(exist_ok=True)
    good = {"plain.pt": plain(), "views.pt": views(), "module.pt": module().state_dict(),
            "parameters.pt": OrderedDict(module().named_parameters()), "protocol-4.pt": module().state_dict(),
            "no-checksums.pt": module().state_dict()}
    for name, value in good.items():
        torch.serialization.set_crc32_options(name != "no-checksums.pt")
        save(name, value, pickle_protocol=4 if name == "protocol-4.pt" else 2)
    save("wrapped.pt", wrapped())
    good["wrapped.pt"] = wrapped()["state_dict"]
    save("beside-tensors.pt", beside_tensors())
    good["beside-tensors.pt"] = beside_tensors()["model"]
    save("nested.pt", nested())
    good["nested.pt"] = module().state_dict()
    with torch.no_grad():
        expected = {name: expectation(state) for name, state in good.items()}
    (ROOT / "expected.json").write_text(json.dumps(expected, indent=0) + "\n")

    save("refused-legacy.pt", module().state_dict(), _use_new_zipfile_serialization=False)
    save("refused-call.pt", {"weight": numbers(2), "x": Runs()})
    save("refused-module.pt", module())
    save("refused-expanded.pt", {"weight": torch.ones(1).expand(1000)})
    save("refused-no-tensors.pt", {"step": 3, "args": ["a"]})
    save("refused-optimizer.pt", {"optimizer": wrapped()["optimizer"], "step": 3})
    save("refused-list.pt", [numbers(2)])
    torch.jit.script(torch.nn.Identity()).save(str(ROOT / "refused-script.pt"))
    repack("refused-deflated.pt", "module.pt", zipfile.ZIP_DEFLATED)
    repack("refused-big-endian.pt", "module.pt", replace={"byteorder": b"big"})
    repack("refused-storage.pt", "module.pt", replace={"data/0": b"\0" * 20})
    for file in sorted(ROOT.iterdir()):
        print(file.name, file.stat().st_size)


if __name__ == "__main__":
    main()
