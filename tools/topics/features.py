"""What a text looks like to the topic model: tokens and their hashed features.

The same rules stand in C++ in src/sense/topics/features.h; src/sense/topics/model_test.cpp holds the two together
with scores that train.py wrote. Works on UTF-8 bytes, so that both sides cut in the same places.
"""
import re

MASK = 0xFFFFFFFF
# Blank and apostrophes are skipped; a line break tells whether the next line is indented or a blank line lies between.
TOKEN = re.compile(
    rb"\n[ \t\r\n]*|[A-Za-z\x80-\xBF\xC0\xC1\xC3-\xE1\xEE-\xFF]+|[0-9]+|[\xE2-\xED][\x80-\xBF][\x80-\xBF]|\xC2[\x80-\xBF]|[^ \t\r'`]"
)
# Random, behind the capitals of a hidden value's token ("EMAIL_8d52v97"; src/base/pseudonym.h).
PSEUDONYM_TAIL = re.compile(
    rb"(?<=[A-Z]_)[bcdfghjkmnpqrstvxz23456789]{7}(?![A-Za-z0-9\x80-\xBF\xC0\xC1\xC3-\xE1\xEE-\xFF])")
SKIPPED = {b"\xe2\x80\x98", b"\xe2\x80\x99"}  # curly apostrophes
PREFIX, SUFFIX = 5, 4
SALT_PREFIX, SALT_SUFFIX, SALT_CAPS, SALT_BI = 0x85EBCA6B, 0xC2B2AE35, 0x27D4EB2F, 0x165667B1
NAME_PAIR, CAMEL = 0xA5A5F00D, 0x5EEDBEEF
GLUED, SALT_INNER, UNKNOWN = 0x61CE6D51, 0x38B34AE5, 0x7A3D19C5  # of the model of secrets only
MEMORY, SEEN_MASK = 512, 0x7FFF
ENDS = (b".", b"!", b"?")


def hash_of(data):
    """32 bits of a token's bytes, eight at a time."""
    h = 0x9E3779B97F4A7C15
    for i in range(0, len(data), 8):
        h = ((h ^ int.from_bytes(data[i:i + 8], "little")) * 0xD6E8FEB86659FD93) & 0xFFFFFFFFFFFFFFFF
        h ^= h >> 32
    return h & MASK


def pair(before, h):
    x = (before * 0x9E3779B1 + h ^ SALT_BI) & MASK
    x ^= x >> 15
    x = x * 0x7FEB352D & MASK
    return x ^ x >> 16


def fold(word):
    """Lower case of ASCII, Latin-1 and Russian letters; other letters stay."""
    out, i = bytearray(), 0
    while i < len(word):
        c = word[i]
        n = word[i + 1] if i + 1 < len(word) else 0
        if 65 <= c <= 90:
            out.append(c + 32)
        elif c == 0xC3 and 0x80 <= n <= 0x9E:
            out += bytes((c, n + 32))
            i += 1
        elif c == 0xD0 and 0x90 <= n <= 0x9F:
            out += bytes((0xD0, n + 32))
            i += 1
        elif c == 0xD0 and 0xA0 <= n <= 0xAF:
            out += bytes((0xD1, n - 32))
            i += 1
        else:
            out.append(c)
        i += 1
    return bytes(out)


def is_upper(word):
    return 65 <= word[0] <= 90 or (word[0] == 0xC3 and len(word) > 1 and 0x80 <= word[1] <= 0x9E) or (
        word[0] == 0xD0 and len(word) > 1 and 0x90 <= word[1] <= 0xAF)


def is_digit(c):
    return 48 <= c <= 57


def is_letter(c):
    return 65 <= c <= 90 or 97 <= c <= 122 or (c >= 0x80 and c != 0xC2 and not 0xE2 <= c <= 0xED)


def is_glued(data, start, end):
    """Whether a number stands directly at a word, a word at a number, or a mark between two of them: "tea4two", "a-b"."""
    if start == 0:
        return False
    before, first = data[start - 1], data[start]
    if is_digit(first):
        return is_letter(before)
    if is_letter(first):
        return is_digit(before)
    after = data[end] if end < len(data) else 0
    return 33 <= first < 127 and (is_letter(before) or is_digit(before)) and (is_letter(after) or is_digit(after))


def raw_tokens(data):
    """Matches of TOKEN, without what is skipped."""
    at = 0
    while m := TOKEN.search(data, at):
        at = m.end()
        if m.group() not in SKIPPED:
            yield m
        if tail := PSEUDONYM_TAIL.match(data, at):
            at = tail.end()


_cache = {}


def token_info(raw):
    """(hash of the token, features it has by itself, begins with a capital)"""
    got = _cache.get(raw)
    if got is not None:
        return got
    c = raw[0]
    features, capital = [], False
    if c == 10:
        h = hash_of(b"\n\n" if raw.count(b"\n") > 1 else (b"\n " if raw[-1] in b" \t" else b"\n"))
    elif 48 <= c <= 57:
        n = len(raw)
        h = hash_of(b"#%d" % (n if n <= 4 else 6 if n <= 8 else 9))
    elif 65 <= c <= 90 or 97 <= c <= 122 or (c >= 0x80 and c != 0xC2 and not 0xE2 <= c <= 0xED):
        word = fold(raw)
        h = hash_of(word)
        if len(word) > PREFIX:
            features.append(hash_of(word[:PREFIX]) ^ SALT_PREFIX)
        if len(word) > 6:
            features.append(hash_of(word[-SUFFIX:]) ^ SALT_SUFFIX)
        capital = is_upper(raw)
        if all(65 <= b <= 90 or 97 <= b <= 122 for b in raw):
            if len(raw) >= 3 and raw.isupper():
                features.append(h ^ SALT_CAPS)
            if any(97 <= a and b <= 90 for a, b in zip(raw, raw[1:])):
                features.append(CAMEL)
    else:
        h = hash_of(raw)
    features.insert(0, h)
    got = (h, features, capital)
    _cache[raw] = got
    return got


def words():
    """Every feature but pairs that tokens() has given so far."""
    return {f for _, own, _ in _cache.values() for f in own}


class Seen:
    """What a text has had: of each hash 15 bits, forgotten after MEMORY of them."""

    def __init__(self):
        self.bits = set()

    def first(self, h):
        if h & SEEN_MASK in self.bits:
            return False
        self.bits.add(h & SEEN_MASK)
        return True


def tokens(text):
    """For each token that brings something new: the features of the word (itself, prefix, suffix, shape) where the text
    has it for the first time, and the pair with the one before where that is new. Saying a thing twice adds nothing."""
    out, prev_h, prev_capital, seen = [], 0, False, Seen()
    data = text.encode()
    for m in raw_tokens(data):
        raw = m.group()
        h, own, capital = token_info(raw)
        two = pair(prev_h, h)
        if len(seen.bits) >= MEMORY:
            seen.bits.clear()
        f = list(own) if seen.first(h) else []
        if seen.first(two):
            f.append(two)
            if capital and prev_capital:
                f.append(NAME_PAIR)
        if f:
            out.append(f)
        prev_h, prev_capital = h, capital
        if raw in ENDS and data[m.end():m.end() + 1] in (b" ", b"\n", b""):
            prev_h, prev_capital = 0, False  # a sentence begins as a text does
    return out


def wide_tokens(text):
    """As tokens(), and what joins a token to the one before ("tea4two"), for the model of secrets. A feature comes with
    three words (0: none): that it is of, that before it in a pair, and that which must be unknown for it: "code is" and a
    word that no text had says more than the word."""
    out, prev_h, prev_word, prev_capital, seen = [], 0, 0, False, Seen()
    data = text.encode()
    for m in raw_tokens(data):
        raw = m.group()
        h, own, capital = token_info(raw)
        two = pair(prev_h, h)
        if len(seen.bits) >= MEMORY:
            seen.bits.clear()
        word = h if len(raw) >= 3 and is_letter(raw[0]) else 0
        f = [(x, word if i == 0 else 0, 0, 0) for i, x in enumerate(own)] if seen.first(h) else []
        if seen.first(two):
            f.append((two, word, prev_word, 0))
            if capital and prev_capital:
                f.append((NAME_PAIR, 0, 0, 0))
            if is_glued(data, m.start(), m.end()):
                f.append((GLUED if is_letter(raw[0]) or is_digit(raw[0]) else h ^ SALT_INNER, 0, 0, 0))
            if word:
                f.append((pair(prev_h, UNKNOWN), prev_word, 0, word))
            if prev_word:
                f.append((pair(UNKNOWN, h), word, 0, prev_word))
        if f:
            out.append(f)
        prev_h, prev_word, prev_capital = h, word, capital
        if raw in ENDS and data[m.end():m.end() + 1] in (b" ", b"\n", b""):
            prev_h, prev_word, prev_capital = 0, 0, False  # a sentence begins as a text does
    return out
