"""Byte-level BPE as GPT-2 has it: split by a regular expression, then join byte pairs by rank.

The same scheme that Sluice's own tokenizer implements for `tokenizer.ggml.model = gpt2`, `pre = qwen2`; the
vocabulary is learned here from our own text.
"""
import collections
import random

import regex

SPLIT = regex.compile(
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def byte_letters():
    """The printable letter that stands for each byte (bytes that print as themselves keep their own)."""
    own = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    letters = {b: chr(b) for b in own}
    for b in range(256):
        if b not in letters:
            letters[b] = chr(256 + len(letters) - len(own))
    return letters


LETTER = byte_letters()
BYTE = {letter: b for b, letter in LETTER.items()}


def pieces(text):
    """The pre-tokens of a text, each as a string of byte letters."""
    return ["".join(LETTER[b] for b in piece.encode("utf-8")) for piece in SPLIT.findall(text)]


def learn_merges(counts, n_merges):
    """`counts`: pre-token -> how often. Returns the pairs in order of rank; ties go to the smaller pair."""
    words = [(list(word), count) for word, count in sorted(counts.items())]
    pairs = collections.Counter()
    places = collections.defaultdict(set)
    for i, (symbols, count) in enumerate(words):
        for pair in zip(symbols, symbols[1:]):
            pairs[pair] += count
            places[pair].add(i)
    merges = []
    while len(merges) < n_merges and pairs:
        best = min(pairs, key=lambda p: (-pairs[p], p))
        if pairs[best] < 2:
            break
        merges.append(best)
        for i in sorted(places[best]):
            symbols, count = words[i]
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] -= count
                if pairs[pair] <= 0:
                    del pairs[pair]
            joined = join_pair(symbols, best)
            words[i] = (joined, count)
            for pair in zip(joined, joined[1:]):
                pairs[pair] += count
                places[pair].add(i)
        pairs.pop(best, None)
    return merges


def join_pair(symbols, pair):
    out, i = [], 0
    while i < len(symbols):
        if i + 1 < len(symbols) and symbols[i] == pair[0] and symbols[i + 1] == pair[1]:
            out.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return out


class Bpe:
    """tokens: id -> name; bytes first, then one token per merge, then the special ones."""

    def __init__(self, merges, specials):
        self.merges = merges
        self.tokens = [LETTER[b] for b in range(256)] + [a + b for a, b in merges] + list(specials)
        self.special_base = 256 + len(merges)
        self.rank = {pair: i for i, pair in enumerate(merges)}
        self.id = {token: i for i, token in enumerate(self.tokens)}
        self.known = {}
        self.dropped = collections.defaultdict(list)

    def split(self, word, drop=0.0, rng=None):
        symbols = list(word)
        while len(symbols) > 1:
            candidates = [
                (self.rank[p], i)
                for i, p in enumerate(zip(symbols, symbols[1:]))
                if p in self.rank and not (drop and rng.random() < drop)
            ]
            if not candidates:
                break
            _, i = min(candidates)
            symbols[i:i + 2] = [symbols[i] + symbols[i + 1]]
        return [self.id[s] for s in symbols]

    def encode(self, text):
        ids = []
        for word in pieces(text):
            if word not in self.known:
                self.known[word] = self.split(word)
            ids += self.known[word]
        return ids

    def encode_dropped(self, text, rng, variants=6):
        """BPE dropout (Provilkov et al. 2020): some merges are left out, so that a model learns words from their
        parts and is not thrown by a typing error. A few variants per word are kept, for speed."""
        ids = []
        for word in pieces(text):
            have = self.dropped[word]
            if len(have) < variants:
                have.append(self.split(word, 0.15, rng))
                ids += have[-1]
            else:
                ids += rng.choice(have)
        return ids

    def decode(self, ids):
        letters = "".join(self.tokens[i] for i in ids if i < self.special_base)
        return bytes(BYTE[c] for c in letters).decode("utf-8", "replace")


def count_pieces(texts):
    """texts: (text, weight) pairs."""
    counts = collections.Counter()
    for text, weight in texts:
        for piece in pieces(text):
            counts[piece] += weight
    return counts


def self_check():
    rng = random.Random(1)
    merges = learn_merges(count_pieces([("how do i add a key to the keys", 3)]), 20)
    bpe = Bpe(merges, ["<|end|>"])
    for text in ["how do i add a key?", "a  b\n\nc d\u00e9 42 it's", "\u4f60\u597d \U0001f600"]:
        assert bpe.decode(bpe.encode(text)) == text
        assert bpe.decode(bpe.encode_dropped(text, rng)) == text


if __name__ == "__main__":
    self_check()
    print("bpe: ok")
