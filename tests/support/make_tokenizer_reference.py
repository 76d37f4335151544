"""Makes tests/data/tokenizers: small tokenizers trained with Hugging Face's `tokenizers`, and the ids it gives.

    python3 -m venv VENV; VENV/bin/pip install tokenizers==0.23.3
    VENV/bin/python tests/support/make_tokenizer_reference.py tests/data/tokenizers

Needs a Python whose unicodedata is Unicode 14 (3.11): the sweep over all assigned code points depends on it.
"""

import hashlib
import json
import random
import struct
import sys
import unicodedata
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

QWEN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
        r"|\s+(?!\S)|\s+")
LLAMA3 = QWEN.replace(r"\p{N}|", r"\p{N}{1,3}|")

PHRASES = [
    "All human beings are born free and equal in dignity and rights.",
    "Tous les êtres humains naissent libres et égaux en dignité et en droits.",
    "Alle Menschen sind frei und gleich an Würde und Rechten geboren.",
    "Všichni lidé se rodí svobodní a sobě rovní co do důstojnosti a práv.",
    "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền.",
    "Все люди рождаются свободными и равными в своём достоинстве и правах.",
    "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια.",
    "Բոլոր մարդիկ ծնվում են ազատ ու հավասար։",
    "כל בני האדם נולדו בני חורין ושווים בערכם.",
    "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق.",
    "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता प्राप्त है।",
    "সমস্ত মানুষ স্বাধীনভাবে সমান মর্যাদা নিয়ে জন্মগ্রহণ করে।",
    "ਸਾਰੇ ਇਨਸਾਨ ਆਜ਼ਾਦ ਪੈਦਾ ਹੁੰਦੇ ਹਨ।",
    "பிறக்கும் மனிதர் அனைவரும் சுதந்திரமானவர்கள்.",
    "ప్రతిపత్తిస్వత్వముల విషయమున మానవులెల్లరును జన్మతః స్వతంత్రులు.",
    "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกัน",
    "ມະນຸດທຸກຄົນເກີດມາມີກຽດສັກສີ",
    "လူတိုင်းသည် တူညီ လွတ်လပ်သော ဂုဏ်သိက္ခာဖြင့်",
    "មនុស្សទាំងអស់កើតមកមានសេរីភាព",
    "ყველა ადამიანი იბადება თავისუფალი და თანასწორი.",
    "የሰው ልጅ ሁሉ ሲወለድ ነጻና በክብር እኩል ነው።",
    "人人生而自由，在尊严和权利上一律平等。",
    "すべての人間は、生まれながらにして自由であり、尊厳と権利とについて平等である。",
    "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.",
    "སྐྱེ་བོ་རྣམས་ཐོབ་ཐང་འདྲ་མཉམ།", "ᠬᠦᠮᠦᠨ ᠪᠦᠷ ᠲᠥᠷᠥᠵᠦ", "ᏂᎦᏓ ᎠᏂᏴᏫ", "ᐃᓅᔪᓕᒫᑦ ᐊᓂᖅᑎᕆᔪᓕᒫᑦ", "ꯃꯤ ꯈꯨꯗꯤꯡꯃꯛ", "𞤋𞤲𞥆𞤢𞤥𞤢 𞤢𞥄𞤣𞤫𞥅𞤶𞤭",
]
PIECES = [
    " ", "  ", "     ", "\t", "\n", "\n\n", "\r\n", "\r", " \n ", "\n  \n", "\u00a0", "\u0085", "\u180e", "\u1680",
    "\u2003", "\u200b", "\u2028", "\u202f", "\u3000", "\ufeff", "\x1c", "\x0b", "\x0c", "\x00", "\x7f",
    "'s", "'S", "'T", "'re", "'RE", "'Ve", "'m", "'M", "'ll", "'LL", "'lL", "'d", "'D", "'ſ", "’s", "''", "'", "'x",
    "don't", "WE'LL", "it's", "I'm", "rock'n'roll", "1", "12", "123", "1234", "1234567", "٣٤٥٦", "१२३४", "Ⅷ", "½", "²", "㊿",
    "𝟘𝟙𝟚𝟛", "3.14", "1,000", "a1b22", "é", "e\u0301", "ö", "o\u0308", "Å", "A\u030a", "\u212b", "ﬁ", "ß", "İ", "ǆ",
    "q\u0323\u0307", "q\u0307\u0323", "ệ", "e\u0302\u0323", "\u0344", "\u0958", "\u09c7\u09be", "\u1100\u1161\u11a8",
    "각", "가\u11a8", "\uf900", "\U0001d15e", "\U0002f800", "が", "か\u3099", "ぱ", "は\u309a",
    "😀", "👩\u200d👩\u200d👧\u200d👦", "🏳️\u200d🌈", "👍🏽", "🇩🇪", "1️⃣", "❤️", "🫠", "\U0001fae1",
    "Hello", "world", " the", "The", "THE", "naïve", "Привет", "мир", "世界", "こんにちは", "안녕", "שלום", "مرحبا", "हिन्दी", "ไทย",
    "!", "?!", "...", "--", "—", "«»", "<|", "|>", "<", "foo(bar)[0] = 'x';", "#include <a.h>", "{\"k\": [1, 2]}", "_", "__init__", "@",
    "$5", "€", "°", "^", "`", "\\n", "\u0301", "\u200d", "\ufe0f", "\ue000", "\U000e0041", "\ufffd", "\U0010fffd",
    "antidisestablishmentarianism", "aaaaaaaaaaaaaaaa",
]
SPECIAL = [
    "<|endoftext|>", "a<|endoftext|>b", " <|endoftext|> ", "<|endoftext|><|endoftext|>", "<|endoftext", "<|im_start|>user\nHi<|im_end|>\n",
    "<think>\nhm\n</think>", "left   [L]   right", "a[L][L]b", "\n[L]", "x [R]   y", "[R]\n\n[L] [R] z", "[B] [B]  [B]", " \u00a0[B]\u3000x",
    "the word cat alone", "concat cats cat", "cat", "cat_", "cat.cat", "écat caté", "cat\u0301", "catcat cat", "café", "cafe\u0301", "un café!",
    "<|begin_of_text|>x<|eot_id|>", "caf\u00e9\u0301", "<un>", "x<un>y", "\u2460cat", "\u24b6cat", "cat\u200d", "syzygy", " syzygy", "syzygysyzygy syzygys", "\U00011935\U00011930",
]


def corpus():
    """Sentences by a seeded generator: no file of someone else's is needed."""
    rng = random.Random(14)
    words = sorted({word for phrase in PHRASES for word in phrase.split()})
    english = "the of and to in a is that it was for on with as his they be at one have this from or had by word but what".split()
    for _ in range(1500):
        yield " ".join(rng.choices(english, k=rng.randint(4, 12))) + rng.choice([".", "?", "!", "\n", "'s", " 12"])
    for _ in range(150):
        yield " ".join(rng.choices(words, k=6))
    for phrase in PHRASES * 3:
        yield phrase + "\n"
    for _ in range(100):
        yield "".join(rng.choices(PIECES, k=8))


def train(vocab_size, pre_tokenizer, special=(), normalizer=None, alphabet=True, **model):
    tokenizer = Tokenizer(models.BPE(**model))
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    if normalizer:
        tokenizer.normalizer = normalizer
    trainer = trainers.BpeTrainer(vocab_size=vocab_size, special_tokens=list(special), show_progress=False,
                                  initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()) if alphabet else [])
    tokenizer.train_from_iterator(corpus(), trainer)
    return tokenizer


def split(pattern):
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"),
                                    pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def gpt2():
    tokenizer = train(700, pre_tokenizers.ByteLevel(add_prefix_space=False), ["<|endoftext|>"])
    tokenizer.add_tokens([AddedToken("[L]", lstrip=True, normalized=False), AddedToken("[R]", rstrip=True, normalized=False),
                          AddedToken("[B]", lstrip=True, rstrip=True), AddedToken("cat", single_word=True)])
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return tokenizer


def qwen():
    tokenizer = train(620, split(QWEN), normalizer=normalizers.NFC())
    tokenizer.add_special_tokens(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    tokenizer.add_tokens([AddedToken("<think>", normalized=False), AddedToken("</think>", normalized=False),
                          AddedToken("cafe\u0301", normalized=True), AddedToken("[B]", lstrip=True, rstrip=True)])
    return tokenizer


def llama3():
    tokenizer = train(640, split(LLAMA3), ignore_merges=True)
    data = json.loads(tokenizer.to_str())
    for word in ["Ġsyzygy", "syzygy"]:  # no merges lead to them
        data["model"]["vocab"][word] = len(data["model"]["vocab"])
    tokenizer = Tokenizer.from_str(json.dumps(data))
    tokenizer.add_special_tokens(["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"])
    begin = tokenizer.token_to_id("<|begin_of_text|>")
    tokenizer.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=False),
        processors.TemplateProcessing(single="<|begin_of_text|> $A", pair="<|begin_of_text|> $A <|begin_of_text|>:1 $B:1",
                                      special_tokens=[("<|begin_of_text|>", begin)])])
    return tokenizer


def few_bytes():
    return train(200, pre_tokenizers.ByteLevel(add_prefix_space=True), ["<un>"], alphabet=False, unk_token="<un>", fuse_unk=True)


def texts():
    rng = random.Random(5)
    yield ""
    yield from PHRASES
    yield from SPECIAL
    yield from PIECES
    for _ in range(120):
        yield "".join(rng.choices(PIECES + SPECIAL, k=rng.randint(2, 5)))
    marks = [chr(c) for c in range(0x300, 0x370)] + ["\u0591", "\u05b0", "\u064b", "\u0651", "\u093c", "\u094d", "\u3099"]
    for _ in range(30):
        yield "".join(rng.choice("aeoAuнかक가") + "".join(rng.choices(marks, k=rng.randint(1, 3))) for _ in range(3))


def assigned_ranges():
    assert unicodedata.unidata_version == "14.0.0", unicodedata.unidata_version
    ranges = []
    for code in range(0x110000):
        if unicodedata.category(chr(code)) in ("Cn", "Cs"):
            continue
        if ranges and ranges[-1][1] == code:
            ranges[-1][1] = code + 1
        else:
            ranges.append([code, code + 1])
    return ranges


def sweep_text(c):
    return f"a{c}b {c}1\n{c}{c} "


def sweep(tokenizer, ranges):
    """sha256 of the ids, as int32, of a text for each assigned code point: one for each 4,096 of them."""
    blocks = {}
    for first, end in ranges:
        for code in range(first, end):
            ids = tokenizer.encode(sweep_text(chr(code)), add_special_tokens=False).ids
            blocks.setdefault(code >> 12, hashlib.sha256()).update(struct.pack(f"<{len(ids)}i", *ids))
    return {str(block): digest.hexdigest() for block, digest in blocks.items()}


def mark_sweep(tokenizer, marks):
    """The same for each combining mark among others, which normalization puts in order: one digest."""
    digest = hashlib.sha256()
    for mark in map(chr, marks):
        ids = tokenizer.encode(f"a\u0301{mark}\u0323\u0334 \u0938{mark}\u093c", add_special_tokens=False).ids
        digest.update(struct.pack(f"<{len(ids)}i", *ids))
    return digest.hexdigest()


def write(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    tokenizers = {"gpt2": gpt2(), "qwen": qwen(), "llama3": llama3(), "few_bytes": few_bytes()}
    ranges = assigned_ranges()
    marks = [code for first, end in ranges for code in range(first, end) if unicodedata.combining(chr(code))]
    reference = {"assigned": ranges, "marks": marks, "texts": list(texts()), "tokenizers": {}}
    for name, tokenizer in tokenizers.items():
        data = json.loads(tokenizer.to_str())
        if name == "gpt2":  # as in GPT-2's own file: merges as strings, no type
            del data["model"]["type"]
            data["model"]["merges"] = [" ".join(merge) for merge in data["model"]["merges"]]
            data["model"]["continuing_subword_prefix"] = data["model"]["end_of_word_suffix"] = ""
        write(folder / f"{name}.json", data)
        assert Tokenizer.from_file(str(folder / f"{name}.json")).get_vocab() == tokenizer.get_vocab()
        ids = [tokenizer.encode(text, add_special_tokens=False).ids for text in reference["texts"]]
        entry = {"ids": ids, "around_nothing": tokenizer.encode("").ids}
        if name != "few_bytes":
            entry["sweep"] = sweep(tokenizer, ranges)
            entry["mark_sweep"] = mark_sweep(tokenizer, marks)
            entry["decoded"] = {str(i): tokenizer.decode(one, skip_special_tokens=False)
                                for i, one in enumerate(ids) if tokenizer.decode(one, skip_special_tokens=False) != reference["texts"][i]}
        reference["tokenizers"][name] = entry
    write(folder / "reference.json", reference)


main(Path(sys.argv[1]))
