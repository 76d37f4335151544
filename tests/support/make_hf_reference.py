"""Writes tests/data/hf: tiny Qwen3 and Llama checkpoints of random weights by transformers, with its logits, loss and
gradients, for tests/core/interop/hf. Run by hand, once with transformers 4 and once with 5 (they write config.json in
different dialects); the cases say which version writes them:

    python tests/support/make_hf_reference.py                      writes the cases of the installed version
    python tests/support/make_hf_reference.py --load DIR [IDS...]  loads a folder with from_pretrained, prints its logits
"""

import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM, Qwen3Config, Qwen3ForCausalLM

ROOT = pathlib.Path(__file__).resolve().parent.parent / "data" / "hf"
VERSION = int(transformers.__version__.split(".")[0])
SHAPE = dict(vocab_size=24, hidden_size=16, intermediate_size=12, num_hidden_layers=2, num_attention_heads=4,
             max_position_embeddings=24)


LLAMA3 = dict(rope_type="llama3", factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=400)
LINEAR = dict(rope_type="linear", factor=2.5)


def rope(theta, **scaling):
    if VERSION < 5:
        return {"rope_theta": theta, "rope_scaling": scaling or None}
    return {"rope_parameters": {"rope_type": "default", "rope_theta": theta, **scaling}}


# name: (version that writes it, model class, configuration, dtype of the file, largest shard)
CASES = {
    "qwen3-tied-bf16-v5": (5, Qwen3ForCausalLM, Qwen3Config, torch.bfloat16, "1GB",
                           dict(num_key_value_heads=2, head_dim=6, tie_word_embeddings=True, **rope(1e6))),
    "llama-untied-sharded-v5": (5, LlamaForCausalLM, LlamaConfig, torch.float32, "5KB",
                                dict(num_key_value_heads=2, attention_bias=True, mlp_bias=True, rms_norm_eps=1e-5)),
    "qwen3-untied-v4": (4, Qwen3ForCausalLM, Qwen3Config, torch.float32, "1GB",
                        dict(num_key_value_heads=1, head_dim=8, attention_bias=True, eos_token_id=[3, 5], **rope(100.0))),
    "llama-tied-f16-v4": (4, LlamaForCausalLM, LlamaConfig, torch.float16, "1GB",
                          dict(num_key_value_heads=2, head_dim=6, tie_word_embeddings=True, **rope(5e5))),
    "llama-rope-llama3-v5": (5, LlamaForCausalLM, LlamaConfig, torch.bfloat16, "1GB",
                             dict(num_hidden_layers=1, num_key_value_heads=1, head_dim=8, tie_word_embeddings=True,
                                  max_position_embeddings=512, **rope(1000.0, **LLAMA3))),
    "qwen3-rope-linear-v4": (4, Qwen3ForCausalLM, Qwen3Config, torch.bfloat16, "1GB",
                             dict(num_hidden_layers=1, num_key_value_heads=2, head_dim=6, tie_word_embeddings=True,
                                  **rope(100.0, **LINEAR))),
}


def write_case(name, model_class, config_class, dtype, shard, options):
    generator = torch.Generator().manual_seed(sum(map(ord, name)))
    model = model_class(config_class(**{**SHAPE, **options}, attn_implementation="eager"))
    with torch.no_grad():
        for tensor, value in model.named_parameters():  # far from the initial values, whose logits are nearly equal
            center = 1.0 if "norm" in tensor else 0.0
            value.copy_(center + 0.4 * torch.randn(value.shape, generator=generator))
    model.to(dtype).save_pretrained(ROOT / name, max_shard_size=shard)
    # Loaded again, since casting to the file's dtype rounded the rotation's frequencies as well.
    model = model_class.from_pretrained(ROOT / name, dtype=torch.float32, attn_implementation="eager")
    ids = torch.randint(SHAPE["vocab_size"], (2, 12), generator=generator)
    out = model(input_ids=ids, labels=ids)
    out.loss.backward()
    tensors = {"ids": ids, "logits": out.logits.detach().contiguous(), "loss": out.loss.detach()}
    for tensor, value in model.named_parameters():
        tensors["grad/" + tensor] = value.grad.contiguous()
    save_file(tensors, ROOT / name / "expected.safetensors")


def show(folder, ids):
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    ids = torch.tensor([ids or list(range(8))])
    logits = model(input_ids=ids).logits[0, -1].detach()
    print(type(model).__name__, sum(p.numel() for p in model.parameters()), "parameters; last logits:")
    print(json.dumps([float(f"{x:.6g}") for x in logits[:8]]))


def main():
    if sys.argv[1:2] == ["--load"]:
        return show(sys.argv[2], [int(x) for x in sys.argv[3:]])
    for name, (version, *case) in CASES.items():
        if version == VERSION:
            write_case(name, *case)
            print(name, sum(f.stat().st_size for f in (ROOT / name).iterdir()), "bytes")


if __name__ == "__main__":
    main()
