"""Writes token files as other programs write them, for tests/core/data/token_file_test.cpp.

    python tests/support/make_token_reference.py tests/data/tokens

The layouts follow llm.c (dev/data/data_common.py: write_datafile) and Megatron-LM
(megatron/core/datasets/indexed_dataset.py: _IndexWriter). Only the standard library is used."""
import struct
import sys
from pathlib import Path

out = Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)


def llmc(name, magic, version, code, ids):
    header = struct.pack("<256i", magic, version, len(ids), *[0] * 253)
    (out / name).write_bytes(header + struct.pack(f"<{len(ids)}{code}", *ids))


def megatron(prefix, code, letter, documents):
    """Each document is a list of sequences."""
    item = struct.calcsize(letter)
    sequences = [sequence for document in documents for sequence in document]
    (out / f"{prefix}.bin").write_bytes(b"".join(struct.pack(f"<{len(s)}{letter}", *s) for s in sequences))
    lengths = [len(s) for s in sequences]
    pointers = [sum(lengths[:i]) * item for i in range(len(lengths))]
    borders = [0]
    for document in documents:
        borders.append(borders[-1] + len(document))
    index = b"MMIDIDX\x00\x00" + struct.pack("<QBQQ", 1, code, len(sequences), len(borders))
    index += struct.pack(f"<{len(lengths)}i", *lengths) + struct.pack(f"<{len(pointers)}q", *pointers)
    (out / f"{prefix}.idx").write_bytes(index + struct.pack(f"<{len(borders)}q", *borders))


llmc("gpt2_train_000001.bin", 20240520, 1, "H", [50256, *range(7, 47)])
llmc("gpt2_train_000002.bin", 20240520, 1, "H", [50256, *range(100, 120)])
llmc("gpt2_val_000000.bin", 20240520, 1, "H", [50256, *range(500, 530)])
llmc("llama3.bin", 20240801, 7, "I", [128000, *range(127900, 127960)])
# 12 documents of 1 to 3 sequences; every id says which document it belongs to.
megatron("web_text_document", 4, "i",
         [[[1000 * d + 10 * s + k for k in range(3 + (d + s) % 4)] for s in range(1 + d % 3)] for d in range(12)])
megatron("small_text_document", 8, "H", [[[d] * (d + 1)] for d in range(5)])
