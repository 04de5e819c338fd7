#!/usr/bin/env python3
"""Trains the model of told secrets on what secrets/ and the topic model's own texts make, and writes
src/sense/topics/secrets.model with the scores its test expects. The same net as train.py's with one answer, half the
table, and features that tell what is written together and what no text had. See README.md.

usage: train_secrets.py [--texts N] [--epochs N] [--out DIR] [--dry]
"""
import argparse
import os
import zlib

import numpy as np
import torch

import train
from features import wide_tokens, words
from secret_texts import SecretTexts

RARE, HIDE = 4, 1.5  # texts that a feature must stand in; how readily rare words are taken for unknown ones
LIMIT, SLOPE, VETO = 1.5, 0.7, -99.0
ROWS = 1 << 16
# A row's tag is what its place does not tell of a feature but for this bit, which no feature has here.
UNTOLD = np.uint32(0xFFFFFFFF ^ ROWS)


class Example(train.Example):
    def __init__(self, text):
        super().__init__(text)
        toks = wide_tokens(text)[:train.MAX_TOKENS]
        every = np.array([f for t in toks for f in t], dtype=np.uint32).reshape(-1, 4) & UNTOLD
        self.features, self.of, self.before, self.absent = every.T.copy()
        ends = np.concatenate(([0], np.cumsum([len(t) for t in toks], dtype=np.int64))).astype(np.int64)
        self.starts = np.array([ends[min(b * train.BLOCK, len(toks))] for b in range(self.blocks)], dtype=np.int64)
        self.hidden = np.zeros(0, np.uint32)


def hide(examples):
    """Which words of each text are to be learnt from as if no text had them: in use many a word is unknown, of these
    texts' words none. The rarer, the more often; those that are too rare for a row always."""
    rng = np.random.default_rng(11)
    words = [np.unique(e.of[e.of != 0]) for e in examples]
    keys, df = np.unique(np.concatenate(words), return_counts=True)
    chance = np.where(df < RARE, 1.0, np.clip(HIDE / np.sqrt(df), 0.01, 0.5))
    for e, w in zip(examples, words):
        e.hidden = w[rng.random(len(w)) < chance[np.searchsorted(keys, w)]]


class Seen:
    """What train.choose() looks at of an example: its features, those that need an unknown word where one is hidden."""

    def __init__(self, example):
        self.features = example.features[(example.absent == 0) | np.isin(example.absent, example.hidden)]


def rows_of(example, table):
    """As train.rows_of(): without the features of hidden words, and with those that stand for an unknown one."""
    at = example.absent & (ROWS - 2)
    unknown = ~((table[at] == example.absent) | (table[at | 1] == example.absent)) | np.isin(example.absent, example.hidden)
    gone = np.isin(example.of, example.hidden) | np.isin(example.before, example.hidden)
    example.features = np.where(~gone & ((example.absent == 0) | unknown), example.features, 0)
    narrow_rows_of(example, table)


def choose(examples, want):
    hide(examples)
    return narrow_choose([Seen(e) for e in examples], want)


narrow_rows_of, narrow_choose = train.rows_of, train.choose
train.TOPICS = ["credentials"]
train.LIMITS, train.SLOPES, train.VETOES = {"credentials": LIMIT}, {"credentials": SLOPE}, {"credentials": VETO}
train.DIMS = 14
train.ROWS, train.Example, train.choose, train.rows_of = ROWS, Example, choose, rows_of
train.words = lambda: {f & int(UNTOLD) for f in words()}


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--texts", type=int, default=350000)
    p.add_argument("--epochs", type=int, default=3)
    p.add_argument("--dry", action="store_true", help="write nothing; show how unseen templates are judged")
    p.add_argument("--out", default=os.path.join(train.ROOT, "src/sense/topics"))
    a = p.parse_args()
    torch.manual_seed(7)
    torch.set_num_threads(1)
    held = lambda template: zlib.crc32(template.encode()) % 5 == 0  # noqa: E731
    os.makedirs(a.out, exist_ok=True)
    net, table = train.fit(SecretTexts(1, train.ROOT, (lambda t: not held(t)) if a.dry else lambda t: True), a.texts, a.epochs, falling=True)
    if a.dry:
        examples, want, count = train.make(SecretTexts(99, train.ROOT, held), a.texts // 8)
        for e in examples:
            rows_of(e, table)
        scores = train.predict(net, examples)
        train.report(scores, want, count)
        train.worst(examples, scores, want, count, [LIMIT])
        return
    scale = train.quantise(net)
    train.write(os.path.join(a.out, "secrets.model"), net, table, scale, [LIMIT])
    sample = SecretTexts(4242, train.ROOT)
    with open(os.path.join(a.out, "secret_scores.txt"), "w", encoding="utf-8") as f:
        for _ in range(80):
            text = sample.text()[0]
            e = Example(text)
            if e.tokens == train.MAX_TOKENS:
                continue
            rows_of(e, table)
            escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
            f.write("%.4f\t%s\n" % (train.predict(net, [e])[0][0], escaped))


if __name__ == "__main__":
    main()
