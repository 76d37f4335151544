"""Loads every model.pt of an exported norm ablation as careful users do: load_norm_ablation.py DIR

With transformers installed, --logits loads `original_finetuned` strictly into Qwen3ForCausalLM and prints the logits of
the ids given: load_norm_ablation.py DIR --logits IDS...
"""

import json
import pathlib
import sys

import torch


def logits(folder, ids):
    from transformers import Qwen3Config, Qwen3ForCausalLM

    config = Qwen3Config.from_pretrained(folder / "original", attn_implementation="eager")
    model = Qwen3ForCausalLM(config).float()
    print(model.load_state_dict(torch.load(folder / "original_finetuned" / "model.pt", weights_only=True), strict=True),
          file=sys.stderr)
    with torch.no_grad():
        print(json.dumps(model(input_ids=torch.tensor([ids])).logits[0].tolist()))


def main():
    folder = pathlib.Path(sys.argv[1])
    if sys.argv[2:3] == ["--logits"]:
        return logits(folder, [int(x) for x in sys.argv[3:]])
    files = sorted(folder.glob("*/model.pt"))
    for file in files:
        state = torch.load(file, weights_only=True)
        assert state["lm_head.weight"].data_ptr() == state["model.embed_tokens.weight"].data_ptr(), file
        assert all(value.isfinite().all() for value in state.values()), file
    print(len(files), "files")


if __name__ == "__main__":
    main()
