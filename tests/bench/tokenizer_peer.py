"""Encodes a text with Hugging Face's `tokenizers` for tokenizer_bench: one answer, "SECONDS TOKENS", for each line read.

    RAYON_NUM_THREADS=1 PYTHON tests/bench/tokenizer_peer.py TOKENIZER.json TEXT
"""

import sys
import time

from tokenizers import Tokenizer

tokenizer = Tokenizer.from_file(sys.argv[1])
with open(sys.argv[2], encoding="utf-8", newline="") as file:
    lines = file.read().splitlines(keepends=True)
documents = ["".join(lines[i:i + 100]) for i in range(0, len(lines), 100)]
for _ in sys.stdin:
    begin = time.perf_counter()
    encodings = tokenizer.encode_batch_fast(documents, add_special_tokens=False)  # its quickest way: without offsets
    seconds = time.perf_counter() - begin
    print(seconds, sum(len(encoding) for encoding in encodings), flush=True)
