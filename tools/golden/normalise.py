#!/usr/bin/env python3
"""Writes tests/golden/normalise.txt: what Python's own Unicode tables say about normalisation.

Each line: the text, its NFC, and what text::normalise() should make of it, as hexadecimal UTF-8 with a TAB between.
The third column is computed here by its definition: remove default-ignorable characters, and those for private use
between digits, NFKC, remove again what the decompositions brought back, then fold digits, spaces and dashes, and
remove the marks on them. Python and utf8proc must agree on the version
of Unicode for characters that are newer than 14.0, so only characters of 14.0 are used.

    tools/golden/normalise.py > tests/golden/normalise.txt
"""
import random
import sys
import unicodedata

# Default_Ignorable_Code_Point of DerivedCoreProperties.txt (Unicode 14.0), and U+FFF9 to U+FFFB (annotation marks).
IGNORABLE = [(0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
             (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F),
             (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A),
             (0xE0000, 0xE0FFF)]
# Marks that strike a character through or enclose it; those that a decomposition brings (of U+2260) stay.
OVERLAYS = [(0x334, 0x338), (0x20D0, 0x20F0)]
# Digits in circles, and Ethiopic ones, that have no decomposition: the first of each row, and its value.
CIRCLED = [(0x2776, 1), (0x2780, 1), (0x278A, 1), (0x24F5, 1), (0x1369, 1)]
ZEROS = (0x24FF, 0x1F10B, 0x1F10C)
DIGITS = tuple("0123456789")


def visible(text, ranges=IGNORABLE):
    return "".join(c for c in text if not any(a <= ord(c) <= b for a, b in ranges))


def fold(c):
    category = unicodedata.category(c)
    if ord(c) < 128:
        return c
    if category == "Nd":
        return str(unicodedata.decimal(c))
    if category == "Pd" or c in "\u2043\u2212\u02d7":
        return "-"
    if category == "Zs" or c == "\u2800":
        return " "
    for first, value in CIRCLED:
        if first <= ord(c) < first + 9:
            return str(ord(c) - first + value)
    if ord(c) in ZEROS:
        return "0"
    return "\n" if c in "\u0085\u2028\u2029" else c


def is_private(c):
    return unicodedata.category(c) == "Co"


def folded(text):
    # The removal has to come before composition, or an invisible character would keep two that belong together apart.
    apart = visible(unicodedata.normalize("NFKD", text))
    out, base = "", ""
    for c in unicodedata.normalize("NFKC", apart):
        category = unicodedata.category(c)
        if category in ("Mn", "Me") and base and base in "0123456789 -":
            continue
        if category[0] != "M" and not 0x1160 <= ord(c) <= 0x11FF:
            base = fold(c)
        out += fold(c)
    return out


def expected(text):
    out, rest = "", visible(text, IGNORABLE + OVERLAYS)
    while rest:
        size = 0
        while size < len(rest) and is_private(rest[size]) == is_private(rest[0]):
            size += 1
        run, rest = rest[:size], rest[size:]
        if not is_private(run[0]):
            out += folded(run)
        elif not (out[-1:] in DIGITS and folded(rest[:1])[:1] in DIGITS):
            out += run
    return out


def pools():
    everything = [chr(c) for c in range(0x110000)
                  if not 0xD800 <= c <= 0xDFFF and unicodedata.category(chr(c)) != "Cn"]
    return [
        everything,
        [c for c in everything if unicodedata.category(c)[0] == "M"],
        [c for c in everything if unicodedata.normalize("NFKC", c) != c],
        [c for c in everything if unicodedata.category(c) in ("Nd", "Pd", "Zs")],
        [chr(c) for a, b in IGNORABLE for c in range(a, min(b, a + 16) + 1)],
        [chr(c) for c in range(0x20, 0x7F)],
        [chr(c) for c in [*range(0x1100, 0x1200), *range(0xAC00, 0xAC40), *range(0xD780, 0xD7A4)]],
        [chr(c) for c in range(0xC0, 0x250)] + [chr(c) for c in range(0x300, 0x340)],
        [chr(c) for c in range(0x900, 0xE00) if unicodedata.category(chr(c)) != "Cn"],
    ]


def main():
    rng = random.Random(20261123)
    groups = pools()
    texts = [d for d in groups[3]]
    for _ in range(2500):
        few = rng.sample(groups, rng.randint(1, 3))
        texts.append("".join(rng.choice(rng.choice(few)) for _ in range(rng.randint(1, 24))))
    looks = [chr(c) for c in [0xE000, 0xF0000, 0x301, 0x20DD, 0x200B, 0x2800, 0xB2, 0xBD, 0x2488, 0x66B, 0x663,
                              *range(0x2776, 0x2794), *range(0x24F5, 0x2500), *range(0x30, 0x3A)]]
    texts += ["".join(rng.choice(looks) for _ in range(rng.randint(2, 16))) for _ in range(1000)]
    for text in texts:
        row = (text, unicodedata.normalize("NFC", text), expected(text))
        print("\t".join(t.encode("utf-8").hex() for t in row))


if __name__ == "__main__":
    sys.exit(main())
