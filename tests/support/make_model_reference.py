"""Writes tests/data/reference/*.safetensors: every kind in a tiny transformer, computed by PyTorch in fp64.

    .deps/python/bin/python tests/support/make_model_reference.py

Each file holds ids, targets, logits, loss (nll + z-loss), nll, "param/NAME" and "grad/NAME" for every tensor; its metadata
holds the patch ("config") that makes the configuration from BASE. Parameters are random, so that no gain is 1 and no
bias 0. The model is written out plainly and shares nothing with core/: what both compute must agree.
"""
import json
import math
import pathlib
import struct

import torch
import torch.nn.functional as F

V, D, T, B, LAYERS = 11, 8, 6, 2, 2
BASE = {
    "model": {"d_model": D, "layers": LAYERS, "heads": 2, "d_ff": 12},
    "data": {"vocab_size": V, "context": T},
    "train": {"batch": B, "precision": "fp32"},
}
SITES = ["attn_in", "attn_out", "ffn_in", "ffn_out", "embed", "final"]


def everywhere(kind):
    return {"model": {"norm": {site: kind for site in SITES}}}


def merged(a, b):
    out = dict(a)
    for key, value in b.items():
        out[key] = merged(a[key], value) if isinstance(value, dict) and isinstance(a.get(key), dict) else value
    return out


def model(**options):
    return {"model": options}


QK = {"norm": {"q": {"kind": "rms"}, "k": {"kind": "rms"}}}
GQA = {"heads": 4, "kv_heads": 2, "head_dim": 4}
BIASES = {"attn_bias": True, "ffn_bias": True, "head_bias": True}
CASES = {
    "baseline": {},
    "norm-layer": everywhere({"kind": "layer"}),
    "norm-layer-no-bias": everywhere({"kind": "layer", "bias": False}),
    "norm-l2": everywhere({"kind": "l2"}),
    "norm-l2-sqrt-d": everywhere({"kind": "l2", "scale_sqrt_d": True}),
    "norm-scale": everywhere({"kind": "scale"}),
    "norm-rms-weightless": everywhere({"kind": "rms_weightless"}),
    "norm-none": everywhere({"kind": "none"}),
    "norm-dyt": everywhere({"kind": "dyt"}),
    "norm-per-site": model(placement="sandwich", norm={"attn_in": {"kind": "layer"}, "attn_out": {"kind": "scale"},
                           "ffn_in": {"kind": "dyt"}, "ffn_out": {"kind": "l2"}, "final": {"kind": "none"},
                           "embed": {"kind": "rms", "eps": 0.1}}),
    "placement-post": model(placement="post"),
    "placement-post-without-final": model(placement="post", norm={"final": {"kind": "none"}}),
    "placement-sandwich": model(placement="sandwich"),
    "qk-norm-head": model(**QK),
    "qk-norm-projection": model(qk_norm_scope="projection", **QK, **GQA),
    "qk-norm-layer": model(heads=1, norm={"q": {"kind": "layer"}, "k": {"kind": "layer"}}),
    "qk-norm-l2": model(norm={"q": {"kind": "qk_l2"}, "k": {"kind": "qk_l2"}}),
    "qk-norm-gqa": model(**QK, **GQA),
    "position-rope-interleaved": model(position={"kind": "rope", "layout": "interleaved", "theta": 100.0}),
    "position-rope-linear": model(position={"kind": "rope", "scaling": "linear", "theta": 100.0, "factor": 2.5}),
    "position-rope-llama3": model(heads=1, position={"kind": "rope", "scaling": "llama3", "theta": 1000.0, "factor": 4.0,
                                                      "original_context": 400}),
    "position-none": model(position={"kind": "none"}),
    "position-learned": model(position={"kind": "learned"}),
    "position-sinusoidal": model(position={"kind": "sinusoidal"}),
    "position-alibi": model(position={"kind": "alibi"}),
    "position-alibi-three-heads": model(position={"kind": "alibi"}, heads=3, head_dim=4),
    "ffn-geglu": model(ffn={"kind": "geglu"}),
    "ffn-silu": model(ffn={"kind": "silu"}),
    "ffn-gelu": model(ffn={"kind": "gelu"}),
    "ffn-relu2": model(ffn={"kind": "relu2"}),
    "attention-gqa": model(**GQA),
    "attention-alibi-gqa": model(position={"kind": "alibi"}, **GQA),
    "biases": model(**BIASES),
    "biases-plain-ffn": model(ffn={"kind": "gelu"}, **BIASES),
    "tied": model(tie_embeddings=True),
    "tied-head-bias": model(tie_embeddings=True, head_bias=True),
    "softcap": model(logit_softcap=2.0),
    "z-loss": {"train": {"z_loss": 0.3}},
    "softcap-z-loss-tied": {"model": {"logit_softcap": 8.0, "tie_embeddings": True, **BIASES}, "train": {"z_loss": 0.3}},
}


def norm_tensors(choice, width, key_site=False):
    kind = choice["kind"]
    if kind == "rms":
        return {"weight": (width,)}
    if kind == "layer":
        return {"weight": (width,), "bias": (width,)} if choice.get("bias", True) else {"weight": (width,)}
    if kind == "scale" or (kind == "qk_l2" and not key_site):
        return {"weight": (1,)}
    if kind == "dyt":
        return {"alpha": (1,), "weight": (width,), "bias": (width,)}
    return {}


def apply_norm(choice, p, prefix, x):
    kind = choice["kind"]
    weight = p.get(prefix + ".weight")
    length = x.pow(2).sum(-1, keepdim=True).sqrt()
    if kind == "none":
        return x
    if kind in ("rms", "rms_weightless"):
        y = x / torch.sqrt(x.pow(2).mean(-1, keepdim=True) + choice.get("eps", 1e-5))
        return y * weight if kind == "rms" else y
    if kind == "layer":
        y = (x - x.mean(-1, keepdim=True)) / torch.sqrt(x.var(-1, unbiased=False, keepdim=True) + choice.get("eps", 1e-5))
        return y * weight + p.get(prefix + ".bias", 0.0)
    if kind == "l2":
        return x / length * (math.sqrt(x.shape[-1]) if choice.get("scale_sqrt_d") else 1.0)
    if kind in ("scale", "qk_l2"):
        return x / length * (1.0 if weight is None else weight)
    if kind == "dyt":
        return torch.tanh(p[prefix + ".alpha"] * x) * weight + p[prefix + ".bias"]
    raise ValueError(kind)


class Model:
    def __init__(self, config):
        self.m = config["model"]
        self.z_loss = config["train"].get("z_loss", 0.0)
        self.heads = self.m["heads"]
        self.kv = self.m.get("kv_heads", 0) or self.heads
        self.hd = self.m.get("head_dim", 0) or D // self.heads
        self.placement = self.m.get("placement", "pre")
        used = {"pre": ["attn_in", "ffn_in"], "post": ["attn_out", "ffn_out"]}.get(self.placement, SITES[:4])
        self.norms = {site: {"kind": "rms"} if site in used + ["final"] else {"kind": "none"} for site in SITES + ["q", "k"]}
        for site, choice in self.m.get("norm", {}).items():
            if site in used + ["final", "embed", "q", "k"]:
                self.norms[site] = choice
        self.position = self.m.get("position", {"kind": "rope"})
        self.ffn = self.m.get("ffn", {"kind": "swiglu"})["kind"]
        self.gated = self.ffn in ("swiglu", "geglu")
        self.scope = self.m.get("qk_norm_scope", "head")
        self.p = {}

    def tensors(self):
        shapes = {"embed.weight": (V, D)}

        def norm(site, prefix, width=D):
            for name, shape in norm_tensors(self.norms[site], width, site == "k").items():
                shapes[f"{prefix}.{name}"] = shape

        def linear(name, out, inner, bias):
            shapes[name + ".weight"] = (out, inner)
            if self.m.get(bias):
                shapes[name + ".bias"] = (out,)

        norm("embed", "embed_norm")
        if self.position["kind"] == "learned":
            shapes["position.weight"] = (T, D)
        for n in range(LAYERS):
            block = f"blocks.{n}"
            norm("attn_in", block + ".attn_in")
            for part, heads in (("q", self.heads), ("k", self.kv), ("v", self.kv)):
                linear(f"{block}.attn.{part}", heads * self.hd, D, "attn_bias")
            whole = self.scope == "projection"
            norm("q", block + ".attn.q_norm", self.hd * (self.heads if whole else 1))
            norm("k", block + ".attn.k_norm", self.hd * (self.kv if whole else 1))
            linear(block + ".attn.o", D, self.heads * self.hd, "attn_bias")
            norm("attn_out", block + ".attn_out")
            norm("ffn_in", block + ".ffn_in")
            for part in ("gate", "up") if self.gated else ("up",):
                linear(f"{block}.ffn.{part}", self.m["d_ff"], D, "ffn_bias")
            linear(block + ".ffn.down", D, self.m["d_ff"], "ffn_bias")
            norm("ffn_out", block + ".ffn_out")
        norm("final", "final")
        if not self.m.get("tie_embeddings"):
            shapes["head.weight"] = (V, D)
        if self.m.get("head_bias"):
            shapes["head.bias"] = (V,)
        return shapes

    def norm(self, site, prefix, x):
        return apply_norm(self.norms[site], self.p, prefix, x)

    def linear(self, name, x):
        y = x @ self.p[name + ".weight"].T
        return y + self.p[name + ".bias"] if name + ".bias" in self.p else y

    def heads_of(self, x, heads, site, prefix):
        if site and self.scope == "projection":
            x = self.norm(site, prefix, x)
        x = x.view(B, T, heads, self.hd)
        if site and self.scope == "head":
            x = self.norm(site, prefix, x)
        return x.transpose(1, 2)

    def frequency(self, i):
        plain = self.position.get("theta", 10000.0) ** (-2.0 * i / self.hd)
        scaling = self.position.get("scaling", "none")
        if scaling == "linear":
            return plain / self.position["factor"]
        if scaling == "llama3":
            wavelength, context, factor = 2 * math.pi / plain, self.position["original_context"], self.position["factor"]
            if wavelength > context / 1.0:
                return plain / factor
            if wavelength >= context / 4.0:
                smooth = (context / wavelength - 1.0) / (4.0 - 1.0)
                return (1 - smooth) * plain / factor + smooth * plain
        return plain

    def rotate(self, x):
        half = self.hd // 2
        out = torch.zeros_like(x)
        for t in range(T):
            for i in range(half):
                a, b = (2 * i, 2 * i + 1) if self.position.get("layout") == "interleaved" else (i, i + half)
                angle = t * self.frequency(i)
                out[:, :, t, a] = x[:, :, t, a] * math.cos(angle) - x[:, :, t, b] * math.sin(angle)
                out[:, :, t, b] = x[:, :, t, b] * math.cos(angle) + x[:, :, t, a] * math.sin(angle)
        return out

    def alibi(self):
        power = 2 ** math.floor(math.log2(self.heads))
        slopes = [2 ** (-8 * h / power) for h in range(1, power + 1)]
        slopes += [2 ** (-8 * h / (2 * power)) for h in range(1, 2 * power + 1, 2)][: self.heads - power]
        distance = torch.tensor([[i - j for j in range(T)] for i in range(T)])
        return -torch.tensor(slopes, dtype=torch.float64)[:, None, None] * distance.double()

    def attention(self, block, x):
        q = self.heads_of(self.linear(block + ".attn.q", x), self.heads, "q", block + ".attn.q_norm")
        k = self.heads_of(self.linear(block + ".attn.k", x), self.kv, "k", block + ".attn.k_norm")
        v = self.heads_of(self.linear(block + ".attn.v", x), self.kv, None, "")
        if self.position["kind"] == "rope":
            q, k = self.rotate(q), self.rotate(k)
        k, v = (y.repeat_interleave(self.heads // self.kv, 1) for y in (k, v))
        scores = q @ k.transpose(-1, -2) * (1.0 if self.norms["q"]["kind"] == "qk_l2" else self.hd ** -0.5)
        if self.position["kind"] == "alibi":
            scores = scores + self.alibi()
        scores = scores.masked_fill(torch.ones(T, T, dtype=torch.bool).triu(1), -math.inf)
        mixed = (torch.softmax(scores, -1) @ v).transpose(1, 2).reshape(B, T, -1)
        return self.linear(block + ".attn.o", mixed)

    def feed_forward(self, block, x):
        up = self.linear(block + ".ffn.up", x)
        if self.gated:
            gate = self.linear(block + ".ffn.gate", x)
            inner = (F.silu(gate) if self.ffn == "swiglu" else F.gelu(gate)) * up
        else:
            inner = {"silu": F.silu, "gelu": F.gelu, "relu2": lambda y: F.relu(y) ** 2}[self.ffn](up)
        return self.linear(block + ".ffn.down", inner)

    def sub_layer(self, block, name, x, function):
        if self.placement == "pre":
            return x + function(block, self.norm(name + "_in", f"{block}.{name}_in", x))
        if self.placement == "post":
            return self.norm(name + "_out", f"{block}.{name}_out", x + function(block, x))
        inner = function(block, self.norm(name + "_in", f"{block}.{name}_in", x))
        return x + self.norm(name + "_out", f"{block}.{name}_out", inner)

    def forward(self, ids, targets):
        x = self.norm("embed", "embed_norm", self.p["embed.weight"][ids])
        if self.position["kind"] == "learned":
            x = x + self.p["position.weight"]
        if self.position["kind"] == "sinusoidal":
            rows = [[t * 10000.0 ** (-2 * (i // 2) / D) for i in range(D)] for t in range(T)]
            angle = torch.tensor(rows, dtype=torch.float64)
            x = x + torch.where(torch.arange(D) % 2 == 0, angle.sin(), angle.cos())
        for n in range(LAYERS):
            x = self.sub_layer(f"blocks.{n}", "attn", x, self.attention)
            x = self.sub_layer(f"blocks.{n}", "ffn", x, self.feed_forward)
        x = self.norm("final", "final", x)
        logits = x @ self.p["embed.weight" if self.m.get("tie_embeddings") else "head.weight"].T
        logits = logits + self.p["head.bias"] if "head.bias" in self.p else logits
        cap = self.m.get("logit_softcap", 0.0)
        logits = cap * torch.tanh(logits / cap) if cap else logits
        nll = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
        return logits, nll + self.z_loss * torch.logsumexp(logits, -1).square().mean(), nll


def write_safetensors(file, tensors, metadata):
    header, blobs, offset = {"__metadata__": metadata}, [], 0
    for name, tensor in tensors.items():
        blob = tensor.contiguous().numpy().tobytes()
        dtype = {torch.float64: "F64", torch.int64: "I64"}[tensor.dtype]
        header[name] = {"dtype": dtype, "shape": list(tensor.shape), "data_offsets": [offset, offset + len(blob)]}
        offset += len(blob)
        blobs.append(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    file.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def write_case(folder, name, patch):
    config = merged(BASE, patch)
    net = Model(config)
    generator = torch.Generator().manual_seed(sum(map(ord, name)))
    for tensor, shape in net.tensors().items():
        value = torch.randn(shape, dtype=torch.float64, generator=generator)
        center = 1.0 if tensor.split(".")[-2] in SITES + ["embed_norm", "q_norm", "k_norm"] and "bias" not in tensor else 0.0
        net.p[tensor] = (center + 0.4 * value).requires_grad_()
    ids = torch.randint(V, (B, T), generator=generator)
    targets = torch.randint(V, (B, T), generator=generator)
    logits, loss, nll = net.forward(ids, targets)
    loss.backward()
    tensors = {"ids": ids, "targets": targets, "logits": logits.detach(), "loss": loss.detach(), "nll": nll.detach()}
    for tensor, value in net.p.items():
        tensors["param/" + tensor] = value.detach()
        tensors["grad/" + tensor] = value.grad
    write_safetensors(folder / f"{name}.safetensors", tensors, {"config": json.dumps(config)})


def main():
    folder = pathlib.Path(__file__).resolve().parent.parent / "data" / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    for name, patch in CASES.items():
        write_case(folder, name, patch)
    print(len(CASES), "files,", sum(f.stat().st_size for f in folder.iterdir()), "bytes")


if __name__ == "__main__":
    main()
