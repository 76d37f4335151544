"""Finds in the repository's text the words that packaging/words.txt names. Used by packaging/check."""
import re
from pathlib import Path

TEXT = {".h", ".cpp", ".py", ".cmake", ".md", ".txt", ".json", ".desktop", ".xml", ".svg", ""}
# Text of others, the lists of words themselves, and stories whose every byte is training data of existing runs.
EXCLUDED = ("tests/data/", "LICENSE", "packaging/words.txt", "packaging/spelling.txt", "core/data/stories.cpp")

CPP_TOKEN = re.compile(
    r"""(?P<include>^[ \t]*\#[ \t]*include[^\n]*)
      | (?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<raw>R"(?P<mark>[^(\s"]*)\(.*?\)(?P=mark)")
      | (?P<string>"(?:\\.|[^"\\\n])*")
      | (?P<char>(?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+')""",
    re.X | re.S | re.M)
GAP = "\x01"  # stands for code: no phrase reaches across it


def is_read(path):
    return Path(path).suffix in TEXT and not path.startswith(EXCLUDED)


def count_lines(path):
    return path.read_text(errors="replace").count("\n") + 1


def blank(text):
    return re.sub(r"[^\n]", GAP, text)


def cpp_prose(text):
    """The text with everything but comments and string literals blanked out, at unchanged offsets. Neighboring comment
    lines and neighboring literals are joined, so that a phrase is found across a line break."""
    parts, at = [], 0
    for token in CPP_TOKEN.finditer(text):
        parts.append(blank(text[at:token.start()]))
        kept = token[0]
        if token["comment"]:
            kept = re.sub(r"^//[/!]?", lambda mark: " " * len(mark[0]), kept)
        elif token["string"]:
            key = re.fullmatch(r'"[\w.@/*-]*"', kept)  # a string of one word that names a key, a file or an option
            kept = '"' + (blank(kept[1:-1]) if key and not kept[1:2].isupper() else kept[1:-1].replace("\\n", "  ")) + '"'
        elif not token["raw"]:
            kept = blank(kept)
        parts.append(kept)
        at = token.end()
    parts.append(blank(text[at:]))
    masked = list("".join(parts))
    for indent in re.finditer(r"^[ \t]+(?=//)", text, re.M):  # of a line that continues a comment
        masked[indent.start():indent.end()] = " " * len(indent[0])
    masked = "".join(masked)
    return re.sub('"' + GAP + r"*\n" + GAP + '*"', lambda gap: re.sub(r"[^\n]", " ", gap[0]), masked)


def markdown_prose(text):
    """Text in backquotes names things (keys, options, files), which keep their names."""
    return re.sub(r"`[^`\n]+`", lambda code: GAP * len(code[0]), text)


def whole_words(pattern):
    return re.compile(r"(?<![\w-])(?:" + pattern + r")(?![\w-])")


def read_rules(path):
    """(a pattern that matches what any rule matches, [(pattern, what to write instead), ...]). Each line of the file is a
    regular expression in lower case, " => ", what to write instead. A space matches any white space."""
    rules = []
    for number, line in enumerate(Path(path).read_text().split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        pattern, arrow, instead = line.partition(" => ")
        if not arrow:
            raise SystemExit(f"{path}:{number}: a rule is PATTERN => WHAT TO WRITE")
        rules.append((pattern.strip().replace(" ", r"\s+"), instead.strip()))
    return whole_words("|".join(pattern for pattern, _ in rules)), [(whole_words(p), instead) for p, instead in rules]


def masked(path, text):
    """What people read of a file, at the offsets of the file."""
    if path.endswith((".h", ".cpp")):
        return cpp_prose(text)
    return markdown_prose(text) if path.endswith(".md") else text


def find(rules, path, text):
    """A line for each word that a rule names: "FILE:LINE: "WORD": write REPLACEMENT"."""
    any_rule, each = rules
    read = masked(path, text).lower()
    if not any_rule.search(read):
        return []
    found = []
    for pattern, instead in each:
        for match in pattern.finditer(read):
            line = read.count("\n", 0, match.start()) + 1
            found.append((line, f'{path}:{line}: "{" ".join(match[0].split())}": write {instead}'))
    return [problem for _, problem in sorted(found)]
