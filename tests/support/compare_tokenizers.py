"""Compares ids with those of sentencepiece and AutoTokenizer.

    compare_tokenizers.py FOLDER FILE    FILE: {"texts": [...], "ids": [[...]]}

Exits with 1 and prints the differences; 77 where transformers or sentencepiece is not installed.
"""

import json
import os
import sys
from pathlib import Path

os.environ["TRANSFORMERS_VERBOSITY"] = "error"
os.environ["HF_HUB_OFFLINE"] = "1"
try:
    import sentencepiece
    from transformers import AutoTokenizer
except ImportError:
    sys.exit(77)

folder, given = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text())
ours = AutoTokenizer.from_pretrained(folder)
processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
wrong = 0
for text, ids in zip(given["texts"], given["ids"]):
    for name, encode in (("AutoTokenizer", ours.encode), ("sentencepiece", processor.encode)):
        if encode(text) != ids:
            print(repr(text), name, encode(text), "expected", ids, file=sys.stderr)
            wrong += 1
sys.exit(1 if wrong else 0)
