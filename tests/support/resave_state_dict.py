"""Loads a state dict as careful users do and saves it again: resave_state_dict.py FILE OUT"""

import sys
from collections import OrderedDict

import torch

state = torch.load(sys.argv[1], weights_only=True)
assert type(state) is OrderedDict, type(state)
torch.save(state, sys.argv[2])
