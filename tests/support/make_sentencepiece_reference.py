"""Makes tests/data/tokenizers/sentencepiece: a small .model and the ids that sentencepiece and transformers give for
folders that hold it beside other files.

    .deps/python/bin/python tests/support/make_sentencepiece_reference.py tests/data/tokenizers/sentencepiece

The Python that packaging/setup installs has what it needs: transformers 5.24.0 and sentencepiece 0.2.1.
"""

import json
import os
import random
import shutil
import sys
import tempfile
from pathlib import Path

os.environ["TRANSFORMERS_VERBOSITY"] = "error"

import sentencepiece
from transformers import AutoTokenizer

TEXTS = [
    "The old king", "The old\nking rode", "two\n\n\nblank lines\n", "a\ttab\tand  two spaces", "naïve café 世界 😀", "",
    "a<s>b", "</s>", "end</s> of", "x <|im_start|>user\nHi<|im_end|>\ny", "<|im_start|><|im_end|>", "<unk> known",
    "left   [L]   right", "[R]   after", "unwordy word-word word", "ends with spaces  ", "many\nlines\nof\ntext",
]
LEADING = [" one space", "  two spaces", "\n line first", "\tThe tab", " ", "\n"]

CHATML = {"<|im_start|>": 420, "<|im_end|>": 421}


def added(content, **flags):
    return {"content": content, "lstrip": False, "rstrip": False, "single_word": False, "normalized": False, "special": True, **flags}


def llama(**settings):
    return {"tokenizer_class": "LlamaTokenizer", "add_bos_token": False, "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", **settings}


DECODER = {"0": added("<unk>"), "1": added("<s>"), "2": added("</s>"), "420": added("<|im_start|>"), "421": added("<|im_end|>"),
           "422": added("[L]", lstrip=True, special=False), "423": added("[R]", rstrip=True, special=False),
           "424": added("word", single_word=True, special=False)}
FORMS = {
    "legacy": {"tokenizer_config.json": llama(legacy=True, added_tokens_decoder=DECODER)},
    "not-legacy": {"tokenizer_config.json": llama(legacy=False, added_tokens_decoder=DECODER)},
    "silent": {"tokenizer_config.json": llama(added_tokens_decoder=DECODER)},
    "no-prefix-space": {"tokenizer_config.json": llama(legacy=False, add_prefix_space=False, added_tokens_decoder=DECODER)},
    "added-tokens-file": {"tokenizer_config.json": llama(legacy=True), "added_tokens.json": CHATML},
    "special-tokens-map": {"tokenizer_config.json": {"tokenizer_class": "LlamaTokenizer", "legacy": True, "add_bos_token": False},
                           "special_tokens_map.json": {"eos_token": added("<|im_end|>"), "bos_token": "<s>", "unk_token": "<unk>"},
                           "added_tokens.json": CHATML},
    "fast-class": {"tokenizer_config.json": llama(tokenizer_class="LlamaTokenizerFast", legacy=False, added_tokens_decoder=DECODER)},
}


def corpus():
    rng = random.Random(7)
    words = ("the old king rode to his castle and saw a bird on the wall where many people lived of word words in known lines text "
             "blank user after right left The Hi two one tab space spaces ends with").split()
    for _ in range(3000):
        yield " ".join(rng.choices(words, k=rng.randint(3, 10)))
    for c in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,;:!?-_<>|/[]()":
        yield c + " " + c


def train(folder):
    path = folder / "tokenizer.model"
    with tempfile.NamedTemporaryFile() as prefix:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=corpus(), model_prefix=prefix.name, vocab_size=420, model_type="bpe", character_coverage=1.0,
            byte_fallback=True, normalization_rule_name="identity", remove_extra_whitespaces=False, num_threads=1, minloglevel=2)
        shutil.move(prefix.name + ".model", path)
        os.remove(prefix.name + ".vocab")
    return path


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    model = train(folder)
    processor = sentencepiece.SentencePieceProcessor(model_file=str(model))
    texts = TEXTS + LEADING
    reference = {"texts": texts, "sentencepiece": [processor.encode(text) for text in texts], "forms": {}}
    for name, files in FORMS.items():
        with tempfile.TemporaryDirectory() as beside:
            shutil.copy(model, beside)
            (Path(beside) / "config.json").write_text('{"model_type": "llama"}')
            for file, content in files.items():
                (Path(beside) / file).write_text(json.dumps(content))
            tokenizer = AutoTokenizer.from_pretrained(beside)
            reference["forms"][name] = {"files": files, "ids": [tokenizer.encode(text, add_special_tokens=False) for text in texts]}
    (folder / "reference.json").write_text(json.dumps(reference, ensure_ascii=False, indent=1) + "\n")


main(Path(sys.argv[1]))
