"""PyTorch's side of train_step_bench: the same transformer, eager bf16 (or fp32) autocast, fused AdamW, clipped to norm 1.

Started by the benchmark; prints "ready", then for each line on standard input one step's seconds.
    torch_peer.py VOCAB D_MODEL D_FF LAYERS HEADS CONTEXT BATCH THREADS bf16|fp32
"""
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

V, D, FF, L, H, T, B, THREADS = map(int, sys.argv[1:9])
PRECISION = sys.argv[9]
HD = D // H


class RMSNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.ones(D))

    def forward(self, x):
        return F.rms_norm(x.float(), (D,), self.w, 1e-5)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.n1, self.n2 = RMSNorm(), RMSNorm()
        self.qkv, self.o = nn.Linear(D, 3 * D, bias=False), nn.Linear(D, D, bias=False)
        self.w1, self.w3, self.w2 = (nn.Linear(D, FF, bias=False), nn.Linear(D, FF, bias=False), nn.Linear(FF, D, bias=False))

    def forward(self, x, cos, sin):
        q, k, v = self.qkv(self.n1(x)).view(B, T, 3, H, HD).permute(2, 0, 3, 1, 4)
        qk = torch.stack((q, k))
        a, b = qk.chunk(2, -1)
        q, k = qk * cos + torch.cat((-b, a), -1) * sin
        x = x + self.o(F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(B, T, D))
        h = self.n2(x)
        return x + self.w2(F.silu(self.w1(h)) * self.w3(h))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.e, self.n, self.h = nn.Embedding(V, D), RMSNorm(), nn.Linear(D, V, bias=False)
        self.b = nn.ModuleList(Block() for _ in range(L))
        angle = torch.arange(T)[:, None] * 1e4 ** (-torch.arange(0, HD, 2) / HD)
        self.angle = torch.cat((angle, angle), -1)

    def forward(self, ids, targets, dtype):
        x, cos, sin = self.e(ids), self.angle.cos().to(dtype), self.angle.sin().to(dtype)
        for block in self.b:
            x = block(x, cos, sin)
        return F.cross_entropy(self.h(self.n(x)).flatten(0, 1).float(), targets.flatten())


torch.set_num_threads(THREADS)
torch.manual_seed(1)
model = Model()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)
ids, targets = torch.randint(V, (B, T)), torch.randint(V, (B, T))
dtype = torch.bfloat16 if PRECISION == "bf16" else torch.float32
print("ready", flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    with torch.autocast("cpu", torch.bfloat16, enabled=PRECISION == "bf16"):
        loss = model(ids, targets, dtype)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    loss.item()
    print(time.perf_counter() - start, flush=True)
