"""Writes tests/data/generate/expected.json: what transformers' generate adds, greedily, to some prompts with the checkpoints of
tests/data/hf and, folded, of tests/data/flashnorm.

    PYTHON tests/support/make_generate_reference.py          # in the repository; needs transformers
"""

import json
import pathlib

import torch
from transformers import AutoModelForCausalLM

DATA = pathlib.Path(__file__).parent.parent / "data"
FOLDERS = ["hf/qwen3-untied-v4", "hf/qwen3-tied-bf16-v5", "hf/qwen3-rope-linear-v4", "hf/llama-rope-llama3-v5",
           "hf/llama-untied-sharded-v5", "hf/llama-tied-f16-v4"]
PROMPTS = [[1], [3, 14, 15, 9, 2, 6], [7, 7, 7, 20, 11]]


def main():
    cases = []
    for folder in FOLDERS:
        model = AutoModelForCausalLM.from_pretrained(DATA / folder, dtype=torch.float32).eval()
        vocabulary = model.config.vocab_size
        for penalty in (1.0, 1.3):
            for prompt in PROMPTS:
                ids = torch.tensor([[i % vocabulary for i in prompt]])
                out = model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=20, eos_token_id=None,
                                     pad_token_id=0, repetition_penalty=penalty)
                cases.append({"folder": folder, "repetition_penalty": penalty, "prompt": ids[0].tolist(),
                              "added": out[0, ids.shape[1]:].tolist()})
    (DATA / "generate").mkdir(exist_ok=True)
    (DATA / "generate" / "expected.json").write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


main()
