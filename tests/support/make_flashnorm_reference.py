"""Writes tests/data/flashnorm: small random checkpoints, and the sha256 of what transformer_tricks makes of them.

    pip install transformer-tricks==0.4.1 torch      (made with transformers 5.23, torch 2.14, safetensors 0.8)
    python tests/support/make_flashnorm_reference.py

Each folder is a checkpoint as transformers saves it, with random norm weights and, among its projections, zeros of both
signs and numbers whose products are subnormal. expected.json holds for each folder and mode the sha256 of the written
model.safetensors, and of every tensor in it as "dtype [shape] sha256".
"""
import contextlib
import hashlib
import json
import pathlib
import shutil
import tempfile

import torch
import transformer_tricks as tricks
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM

OUT = pathlib.Path(__file__).resolve().parents[1] / "data/flashnorm"
SMALL = dict(vocab_size=20, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2,
             num_key_value_heads=1, head_dim=8, max_position_embeddings=64, bos_token_id=1, eos_token_id=2, pad_token_id=0)
# model_type, options of its config, dtype, dtype of the norms, size of a shard
CASES = {
    "qwen3-tied-bf16": ("qwen3", dict(tie_word_embeddings=True), torch.bfloat16, torch.bfloat16, "5GB"),
    "qwen3-f32": ("qwen3", dict(tie_word_embeddings=False), torch.float32, torch.float32, "5GB"),
    "llama-sharded-bf16": ("llama", dict(tie_word_embeddings=False, attention_bias=True), torch.bfloat16, torch.bfloat16, "3KB"),
    "llama-f16": ("llama", dict(tie_word_embeddings=False), torch.float16, torch.float16, "5GB"),
    "mistral-bf16-norms-f32": ("mistral", dict(tie_word_embeddings=False), torch.bfloat16, torch.float32, "5GB"),
    "phi3-f32": ("phi3", dict(tie_word_embeddings=False), torch.float32, torch.float32, "5GB"),
}


def write_checkpoint(folder, model_type, options, dtype, norm_dtype, shard):
    model = AutoModelForCausalLM.from_config(AutoConfig.for_model(model_type, **SMALL, **options)).to(dtype)
    with torch.no_grad():
        for name, value in model.named_parameters():
            if "norm" in name:
                value.copy_(1 + 0.5 * torch.randn(value.shape))
                value[3] = -0.75
            elif name.endswith("bias"):
                value.copy_(torch.randn(value.shape))
            elif "proj" in name or "lm_head" in name:
                value[1, 2:6] = torch.tensor([0.0, -0.0, 1e-38, -3e-39])
    model.save_pretrained(folder, max_shard_size=shard)
    for path in folder.glob("*.safetensors"):
        tensors = load_file(path)
        for name in tensors:
            if "norm" in name:
                tensors[name] = tensors[name].to(norm_dtype)
        save_file(tensors, path, metadata={"format": "pt"})


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def expectations(folder, strict):
    with tempfile.TemporaryDirectory() as out:
        tricks.flashify_repo(str(folder), dir=out, strict=strict)
        path = pathlib.Path(out) / "model.safetensors"
        tensors = {}
        with safe_open(path, "pt") as file:
            for name in file.keys():
                value = file.get_tensor(name)
                raw = value.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
                tensors[name] = f"{file.get_slice(name).get_dtype()} {list(value.shape)} {sha256(raw)}"
        return {"sha256": sha256(path.read_bytes()), "tensors": tensors}


class NoTokenizer:
    """The folders hold none; transformer_tricks would load and save it."""

    @staticmethod
    def from_pretrained(repo):
        return NoTokenizer()

    def save_pretrained(self, folder, **options):
        pass


def main():
    tricks.repo_exists = lambda repo: False  # asks a server otherwise
    tricks.AutoTokenizer = NoTokenizer
    torch.manual_seed(7)
    expected = {}
    for name, case in CASES.items():
        folder = OUT / name
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(folder)
        write_checkpoint(folder, *case)
        expected[name] = {"compatible": expectations(folder, False), "strict": expectations(folder, True)}
    (OUT / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
