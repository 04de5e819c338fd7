#!/usr/bin/env python3
"""Reads guide.gguf back with a reader and a forward pass of its own (numpy only) and scores its answers.

    python3 tools/guide/evaluate.py            listed questions, held-out rewordings, out-of-scope questions
    python3 tools/guide/evaluate.py -q "..."   one answer
    python3 tools/guide/evaluate.py --check    only says whether the file is older than its training text (a warning)

The cases are those of tests/cases/guide, which Sluice's own test sends through the engine as well. An answer is right
if it holds every `must` string and none of `must_not`.
"""
import argparse
import json
import os
import struct
import sys
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import regex

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CASES = os.path.join(ROOT, "tests", "cases", "guide")
LEAST = {"listed": 0.97, "rewordings": 0.70, "out_of_scope": 0.90}
SCALARS = {0: "B", 1: "b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "?", 10: "<Q", 11: "<q", 12: "<d"}
MOST_TOKENS = 400


class Reader:
    """GGUF v3: metadata and tensors (F32 and Q8_0 only)."""

    def __init__(self, path):
        with open(path, "rb") as f:
            self.data = f.read()
        self.at = 0
        if self.data[:4] != b"GGUF":
            raise ValueError(f"{path} is no GGUF file")
        self.at = 4
        version, tensors, keys = self.take("<I"), self.take("<Q"), self.take("<Q")
        if version != 3:
            raise ValueError(f"GGUF version {version}, expected 3")
        self.meta = {}
        for _ in range(keys):
            key = self.string()
            self.meta[key] = self.value(self.take("<I"))
        infos = []
        for _ in range(tensors):
            name = self.string()
            shape = [self.take("<Q") for _ in range(self.take("<I"))]
            infos.append((name, shape, self.take("<I"), self.take("<Q")))
        align = self.meta.get("general.alignment", 32)
        start = (self.at + align - 1) // align * align
        self.tensors = {name: self.tensor(start + offset, shape, kind) for name, shape, kind, offset in infos}

    def take(self, form):
        (value,) = struct.unpack_from(form, self.data, self.at)
        self.at += struct.calcsize(form)
        return value

    def string(self):
        n = self.take("<Q")
        self.at += n
        return self.data[self.at - n:self.at].decode("utf-8")

    def value(self, kind):
        if kind == 8:
            return self.string()
        if kind == 9:
            inner, n = self.take("<I"), self.take("<Q")
            return [self.value(inner) for _ in range(n)]
        return self.take(SCALARS[kind])

    def tensor(self, at, shape, kind):
        n = int(np.prod(shape))
        if kind == 0:
            return np.frombuffer(self.data, "<f4", n, at).reshape(shape[::-1])
        if kind != 8:
            raise ValueError(f"tensor type {kind}: only F32 and Q8_0 are read here")
        blocks = np.frombuffer(self.data, np.dtype([("d", "<f2"), ("q", "i1", 32)]), n // 32, at)
        return (blocks["d"].astype("f4")[:, None] * blocks["q"]).astype("f4").reshape(shape[::-1])


class Tokenizer:
    SPLIT = regex.compile(
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")

    def __init__(self, meta):
        self.tokens, self.types = meta["tokenizer.ggml.tokens"], meta["tokenizer.ggml.token_type"]
        self.id = {t: i for i, t in enumerate(self.tokens)}
        self.rank = {tuple(m.split(" ")): i for i, m in enumerate(meta["tokenizer.ggml.merges"])}
        printable = [b for b in range(256) if 33 <= b <= 126 or 161 <= b <= 172 or 174 <= b <= 255]
        rest = [b for b in range(256) if b not in set(printable)]
        self.letter = {b: chr(b) for b in printable} | {b: chr(256 + i) for i, b in enumerate(rest)}
        self.byte = {c: b for b, c in self.letter.items()}

    def encode(self, text):
        ids = []
        for piece in self.SPLIT.findall(text):
            parts = [self.letter[b] for b in piece.encode("utf-8")]
            while len(parts) > 1:
                pairs = list(zip(parts, parts[1:]))
                best = min(pairs, key=lambda p: self.rank.get(p, 1 << 30))
                if best not in self.rank:
                    break
                i = pairs.index(best)
                parts[i:i + 2] = ["".join(best)]
            ids += [self.id[p] for p in parts]
        return ids

    def decode(self, ids):
        text = "".join(self.tokens[i] for i in ids if self.types[i] == 1)
        return bytes(self.byte[c] for c in text).decode("utf-8", "replace")


class Llama:
    """The forward pass, one token at a time with a key-value cache, greedy."""

    def __init__(self, reader):
        m = reader.meta
        self.w = reader.tensors
        self.layers, self.heads = m["llama.block_count"], m["llama.attention.head_count"]
        self.eps = m["llama.attention.layer_norm_rms_epsilon"]
        self.head_dim = m["llama.embedding_length"] // self.heads
        self.freq = m["llama.rope.freq_base"] ** (-np.arange(0, self.head_dim, 2) / self.head_dim)

    def norm(self, x, weight):
        return x / np.sqrt((x * x).mean() + self.eps) * weight

    def rope(self, x, position):
        c, s = np.cos(position * self.freq), np.sin(position * self.freq)
        out = np.empty_like(x)
        out[:, 0::2] = x[:, 0::2] * c - x[:, 1::2] * s
        out[:, 1::2] = x[:, 0::2] * s + x[:, 1::2] * c
        return out

    def step(self, token, cache):
        position = len(cache[0][0])
        x = self.w["token_embd.weight"][token]
        for i in range(self.layers):
            w = {k: self.w[f"blk.{i}.{k}.weight"] for k in
                 ("attn_norm", "attn_q", "attn_k", "attn_v", "attn_output", "ffn_norm", "ffn_gate", "ffn_up", "ffn_down")}
            h = self.norm(x, w["attn_norm"])
            q, k, v = ((w[n] @ h).reshape(self.heads, -1) for n in ("attn_q", "attn_k", "attn_v"))
            keys, values = cache[i]
            keys.append(self.rope(k, position))
            values.append(v)
            scores = np.einsum("hd,thd->ht", self.rope(q, position), np.stack(keys)) / np.sqrt(self.head_dim)
            p = np.exp(scores - scores.max(axis=1, keepdims=True))
            p /= p.sum(axis=1, keepdims=True)
            x = x + w["attn_output"] @ np.einsum("ht,thd->hd", p, np.stack(values)).reshape(-1)
            h = self.norm(x, w["ffn_norm"])
            gate = w["ffn_gate"] @ h
            x = x + w["ffn_down"] @ (gate / (1 + np.exp(-gate)) * (w["ffn_up"] @ h))
        return self.w["token_embd.weight"] @ self.norm(x, self.w["output_norm.weight"])

    def greedy(self, prompt, end):
        cache = [([], []) for _ in range(self.layers)]
        for token in prompt:
            logits = self.step(token, cache)
        out = []
        while len(out) < MOST_TOKENS:
            token = int(logits.argmax())
            if token == end:
                break
            out.append(token)
            logits = self.step(token, cache)
        return out


def question_form(text):
    """As the engine's guide prompt format: ASCII lower case, white space collapsed, trimmed, 300 characters."""
    lower = "".join(c.lower() if c.isascii() else c for c in text)
    return " ".join(lower.replace("\v", " ").replace("\f", " ").split())[:300]


class Guide:
    def __init__(self, path):
        self.reader = Reader(path)
        self.tokenizer, self.model = Tokenizer(self.reader.meta), Llama(self.reader)
        self.user, self.guide = (self.tokenizer.id[t] for t in ("<|user|>", "<|guide|>"))
        self.end = self.reader.meta["tokenizer.ggml.eos_token_id"]

    def answer(self, question):
        prompt = [self.user, *self.tokenizer.encode(question_form(question)), self.guide]
        return self.tokenizer.decode(self.model.greedy(prompt, self.end))


def right(case, answer):
    return all(s in answer for s in case["must"]) and not any(s in answer for s in case["must_not"])


def score(guide, name, verbose):
    with open(os.path.join(CASES, name + ".jsonl"), encoding="utf-8") as f:
        cases = [json.loads(line) for line in f if line.strip()]
    misses = []
    for case in cases:
        answer = guide.answer(case["question"])
        if not right(case, answer):
            misses.append((case, answer))
    share = 1 - len(misses) / len(cases)
    print(f"{name}: {len(cases) - len(misses)} of {len(cases)} right ({share:.0%}), wanted {LEAST[name]:.0%}")
    if verbose:
        for case, answer in misses:
            print(f"    [{case['topic']}] {case['question']}\n        {answer[:150]!r}")
    return share >= LEAST[name]


def warn_if_stale(meta):
    try:
        from corpus import Corpus, doc_texts, docs_hash
        inputs, docs = Corpus().inputs_hash(), docs_hash(doc_texts())
    except ImportError as e:
        print(f"note: can't compare with the training text ({e})")
        return
    if meta.get("sluice.guide.inputs") != inputs:
        print("WARNING: guide.gguf was trained on another state of tools/guide: run python3 tools/guide/train.py")
    elif meta.get("sluice.guide.docs") != docs:
        print("note: README.md or docs/ changed since guide.gguf was trained (or it was trained without them)")
    else:
        print("guide.gguf is up to date with its training text")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--file", default=os.path.join(ROOT, "src", "engine", "builtin", "guide.gguf"))
    options.add_argument("-q", "--question")
    options.add_argument("-v", "--verbose", action="store_true", help="show the misses")
    options.add_argument("--check", action="store_true")
    args = options.parse_args()
    guide = Guide(args.file)
    if args.question:
        print(guide.answer(args.question))
        return 0
    meta = guide.reader.meta
    print(f"{args.file}: {os.path.getsize(args.file):,} bytes, {meta['general.name']}, {len(meta['tokenizer.ggml.tokens'])} tokens")
    warn_if_stale(meta)
    if args.check:
        return 0
    began = time.time()
    good = [score(guide, name, args.verbose) for name in LEAST]
    print(f"{time.time() - began:.0f} s")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
