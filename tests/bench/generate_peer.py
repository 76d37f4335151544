"""transformers' side of generate_bench: one answer, "SECONDS ID...", for each line read.

    PYTHON tests/bench/generate_peer.py FOLDER TOKENS
    PYTHON tests/bench/generate_peer.py --make FOLDER [--size 5m|0.6b] [--dtype float32|bfloat16]     random weights
"""

import argparse
import sys
import time

import torch
from transformers import AutoModelForCausalLM, Qwen3Config, Qwen3ForCausalLM

SIZES = {
    "5m": dict(vocab_size=4096, hidden_size=256, intermediate_size=768, num_hidden_layers=5, num_attention_heads=4, num_key_value_heads=2,
               head_dim=64, max_position_embeddings=1024, tie_word_embeddings=True),
    "0.6b": dict(vocab_size=151936, hidden_size=1024, intermediate_size=3072, num_hidden_layers=28, num_attention_heads=16,
                 num_key_value_heads=8, head_dim=128, max_position_embeddings=40960, tie_word_embeddings=True, rope_theta=1e6),
}


def make(folder, size, dtype):
    torch.manual_seed(1)
    model = Qwen3ForCausalLM(Qwen3Config(**SIZES[size])).to(getattr(torch, dtype))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" in name:
                parameter.add_(0.1 * torch.randn_like(parameter))
    model.save_pretrained(folder)
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters")


def serve(folder, tokens):
    torch.set_num_threads(1)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    ids = torch.tensor([[(7 * i + 3) % model.config.vocab_size for i in range(16)]])
    mask = torch.ones_like(ids)
    for _ in sys.stdin:
        begin = time.perf_counter()
        out = model.generate(ids, attention_mask=mask, do_sample=False, max_new_tokens=tokens, eos_token_id=None, pad_token_id=0)
        seconds = time.perf_counter() - begin
        print(seconds, *out[0, ids.shape[1]:].tolist(), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("tokens", nargs="?", type=int, default=200)
    parser.add_argument("--make", action="store_true")
    parser.add_argument("--size", choices=SIZES, default="5m")
    parser.add_argument("--dtype", choices=["float32", "bfloat16"], default="float32")
    options = parser.parse_args()
    if options.make:
        make(options.folder, options.size, options.dtype)
    else:
        serve(options.folder, options.tokens)
