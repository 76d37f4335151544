"""Loads state dicts as careful users do and saves them again under the same names: resave_state_dict.py FOLDER FILES..."""

import pathlib
import sys
from collections import OrderedDict

import torch

for file in map(pathlib.Path, sys.argv[2:]):
    state = torch.load(file, weights_only=True)
    assert type(state) is OrderedDict, type(state)
    torch.save(state, pathlib.Path(sys.argv[1]) / file.name)
