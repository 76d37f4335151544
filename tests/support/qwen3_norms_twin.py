"""The PyTorch twin of the preset qwen3-norms-quick: transformers' Qwen3 of random weights, its norms removed or replaced,
trained on token files that `ablate` made.

    python qwen3_norms_twin.py TOKENS VARIANT LR SEED STEPS [THREADS]

TOKENS is a folder with train.npy and val.npy. Prints one JSON line. The preset's learning rate and vocabulary were
settled with it; its verdicts (what trains, what collapses and where) are those the preset must reach. Needs torch,
numpy and transformers."""

import json
import math
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from transformers import Qwen3Config, Qwen3ForCausalLM

CONTEXT, BATCH = 128, 16
CONFIG = dict(hidden_size=256, intermediate_size=704, num_hidden_layers=6, num_attention_heads=4, num_key_value_heads=2,
              head_dim=64, tie_word_embeddings=True, rms_norm_eps=1e-6, rope_theta=1e6, max_position_embeddings=CONTEXT,
              initializer_range=0.02, use_cache=False, attn_implementation="sdpa")


class L2Norm(torch.nn.Module):
    def forward(self, x):
        return F.normalize(x, dim=-1, eps=1e-12)


class ScaleNorm(torch.nn.Module):
    def __init__(self, width):
        super().__init__()
        self.g = torch.nn.Parameter(torch.tensor(math.sqrt(width)))

    def forward(self, x):
        return self.g * x / x.norm(dim=-1, keepdim=True).clamp(min=1e-5)


MAKE = {"none": lambda width: torch.nn.Identity(), "l2": lambda width: L2Norm(), "scale": ScaleNorm,
        "layer": lambda width: torch.nn.LayerNorm(width, eps=1e-6)}
BLOCK, QK = ("input_layernorm", "post_attention_layernorm"), ("q_norm", "k_norm")
VARIANTS = {"original": ((), None), "no_qk_norm": (QK, "none"), "no_layer_norm": (BLOCK, "none"),
            "no_all_norm": (BLOCK + QK + ("norm",), "none"), "replace_l2norm": (BLOCK + QK + ("norm",), "l2"),
            "replace_layernorm": (BLOCK + QK + ("norm",), "layer"),
            "replace_scalenorm": (BLOCK + QK + ("norm",), "scale")}


def build(variant, vocabulary, seed):
    torch.manual_seed(seed)  # before any patch: every variant has the same initial matrices
    model = Qwen3ForCausalLM(Qwen3Config(vocab_size=vocabulary, **CONFIG))
    places, kind = VARIANTS[variant]
    for parent in model.modules():
        for name, child in list(parent.named_children()):
            if name in places and type(child).__name__ == "Qwen3RMSNorm":
                setattr(parent, name, MAKE[kind](child.weight.numel()))
    return model


def windows(tokens, begins):
    rows = torch.stack([torch.from_numpy(tokens[b:b + CONTEXT + 1].astype(np.int64)) for b in begins])
    return rows[:, :-1], rows[:, 1:]


def loss_of(model, ids, targets):
    return F.cross_entropy(model(input_ids=ids).logits.float().flatten(0, 1), targets.flatten())


def entropy(tokens):
    shares = np.bincount(tokens) / len(tokens)
    return float(-(shares[shares > 0] * np.log(shares[shares > 0])).sum())


def verdict(losses, bad, steps, unigram_entropy):
    """Of resources/help/collapse-detection.md: a loss that is not finite, or one whose moving average (0.9) has not come
    0.3 nats below the unigram entropy in half of the budget."""
    if bad is not None:
        return f"non-finite at step {bad}"
    smoothed, weight, lowest = 0.0, 0.0, math.inf
    for loss in losses[:steps // 2]:
        smoothed, weight = 0.9 * smoothed + 0.1 * loss, 0.9 * weight + 0.1
        lowest = min(lowest, smoothed / weight)
    return "dead loss" if lowest > unigram_entropy - 0.3 else "healthy"


def train(folder, variant, lr, seed, steps):
    data, held_out = (np.load(f"{folder}/{name}.npy", mmap_mode="r") for name in ("train", "val"))
    vocabulary = 1 << (int(data.max())).bit_length()
    model = build(variant, vocabulary, seed)
    begins = torch.linspace(0, len(held_out) - CONTEXT - 2, 20 * BATCH).long().tolist()

    def evaluate():
        with torch.no_grad():
            return sum(loss_of(model, *windows(held_out, begins[k * BATCH:(k + 1) * BATCH])).item()
                       for k in range(20)) / 20

    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.1, fused=True)
    order = torch.Generator().manual_seed(1000 + seed)
    warmup = max(1, steps // 10)
    first, losses, norms, bad, begun = evaluate(), [], [], None, time.time()
    for step in range(steps):
        share = (step + 1) / warmup if step < warmup else 0.1 + 0.45 * (
            1 + math.cos(math.pi * (step - warmup) / (steps - warmup)))
        for group in optimizer.param_groups:
            group["lr"] = lr * share
        loss = loss_of(model, *windows(data, torch.randint(len(data) - CONTEXT - 1, (BATCH,), generator=order).tolist()))
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item()
        losses.append(loss.item())
        norms.append(norm)
        if not (math.isfinite(losses[-1]) and math.isfinite(norm)):
            bad = step
            break
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    return {"variant": variant, "verdict": verdict(losses, bad, steps, entropy(data)), "lr": lr, "seed": seed, "steps": steps, "vocabulary": vocabulary,
            "parameters": sum(p.numel() for p in model.parameters()), "val_0": first,
            "val": float("nan") if bad is not None else evaluate(), "non_finite_step": bad,
            "seconds": time.time() - begun, "max_grad_norm": max(norms), "last_grad_norm": norms[-1],
            "losses": [round(x, 4) for x in losses[:: max(1, steps // 15)]]}


if __name__ == "__main__":
    torch.set_num_threads(int(sys.argv[6]) if len(sys.argv) > 6 else 1)
    print(json.dumps(train(sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))))
