#!/usr/bin/env python3
"""Trains the topic model on texts that grammar/, code.txt and this repository make, and writes
src/sense/topics/topics.model with the scores its test expects. See README.md.

usage: train.py [--texts N] [--epochs N] [--out DIR]
"""
import argparse
import math
import os
import struct
import time
import zlib

import numpy as np
import torch

from features import tokens, words
from texts import TOPICS, Texts

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
ROWS, DIMS, HIDDEN, BLOCK = 1 << 18, 6, 24, 16
SMALL, LARGE, LARGE_STEP = 2, 8, 4  # windows, in blocks
SHORT = 4  # texts of at most so many blocks are looked at block by block too
MAX_TOKENS = 640
WEIGHT_DECAY, WEIGHT_DECAY_FALLING, DROP = 5e-6, 3e-6, 0.67  # of the table's weights; the most features a text loses while it is learnt
# The net that is kept is the mean of those since this share of the steps (Polyak and Juditsky 1992), older ones fading:
# learnt at one rate to the end, it alarms on half as many foreign texts as one whose rate falls, and misses no more.
MEAN_FROM, MEAN_FADES = 0.3, 0.9995
# Log-odds from which on a text of a line or two is about the topic, and what each doubling of its windows adds.
LIMITS = {"source_code": 1.8, "legal": -0.95, "health": -1.45, "business": 0.2, "restricted": -0.2, "financial": 2, "wish": 9.0}
SLOPES = {"source_code": 0.0, "legal": 1.0, "health": 1.3, "business": 0.7, "restricted": 0.5, "financial": 0.5, "wish": 0.5}
# Below it the model speaks against what a word table found (src/sense/detect/topic/votes.cpp).
VETOES = {t: -99.0 if t in ("wish", "source_code") else -2.0 if t in ("health", "legal", "business") else -2.5 if t == "restricted" else -5.0 for t in TOPICS}


def windows(blocks):
    """First and last block (exclusive) of each window of a text."""
    out = [(i, min(i + SMALL, blocks)) for i in range(max(1, blocks - 1))]
    if 1 < blocks <= SHORT:
        out += [(i, i + 1) for i in range(blocks)]
    if blocks > SMALL:
        i = 0
        while True:
            out.append((i, min(i + LARGE, blocks)))
            if i + LARGE >= blocks:
                break
            i += LARGE_STEP
    return out


class Example:
    """Features of a text by block."""

    def __init__(self, text):
        self.text = text
        toks = tokens(text)[:MAX_TOKENS]
        self.features = np.fromiter((f for t in toks for f in t), dtype=np.uint32)
        sizes = np.fromiter((len(t) for t in toks), dtype=np.int64)
        self.blocks = max(1, (len(toks) + BLOCK - 1) // BLOCK)
        ends = np.concatenate(([0], np.cumsum(sizes)))
        self.starts = np.array([ends[min(b * BLOCK, len(toks))] for b in range(self.blocks)], dtype=np.int64)
        self.tokens = len(toks)


def make(texts, n):
    examples, want, count = [], np.zeros((n, len(TOPICS)), np.float32), np.ones((n, len(TOPICS)), np.float32)
    for i in range(n):
        text, has, maybe = texts.text()
        examples.append(Example(text))
        for t in has:
            want[i, TOPICS.index(t)] = 1
        for t in maybe:
            count[i, TOPICS.index(t)] = 0
    return examples, want, count


def choose(examples, want):
    """The feature each row of the table belongs to (0: none). Two rows beside each other take any two features that
    differ from their place in the last bit only: those two that tell most about the topics."""
    every = np.concatenate([np.unique(e.features) for e in examples])
    owner = np.repeat(np.arange(len(examples)), [len(np.unique(e.features)) for e in examples])
    keys, index = np.unique(every, return_inverse=True)
    df = np.bincount(index, minlength=len(keys)).astype(np.float64)
    n = len(examples)
    worth = np.zeros(len(keys))
    labels = np.concatenate([want, (want.sum(1, keepdims=True) == 0).astype(np.float32)], 1)
    for t in range(labels.shape[1]):
        hit = np.bincount(index, weights=labels[owner, t], minlength=len(keys))
        p = labels[:, t].mean()
        expect = df * p
        worth = np.maximum(worth, np.abs(hit - expect) / np.sqrt(expect * (1 - p) + 1))
    worth[df < 4] = 0
    # The best written last, and words after pairs: a word serves in texts that are not like these, most pairs are a
    # template's.
    order = np.lexsort((worth, np.isin(keys, np.fromiter(words(), dtype=np.uint32))))
    keys, worth = keys[order], worth[order]
    table = np.zeros(ROWS, dtype=np.uint32)
    good = worth > 0.3
    place = keys[good] & (ROWS - 2)
    table[place] = keys[good]
    rest = keys[good][table[place] != keys[good]]
    table[rest & (ROWS - 2) | 1] = rest
    print("features %d, worth keeping %d, rows taken %d" % (len(keys), good.sum(), (table != 0).sum()))
    return table


def rows_of(example, table):
    """Replaces features by rows of the table; those without a row go."""
    slot = example.features & (ROWS - 2)
    slot |= table[slot | 1] == example.features
    tag_ok = (table[slot] == example.features) & (example.features != 0)
    kept = np.concatenate(([0], np.cumsum(tag_ok)))
    example.rows = slot[tag_ok].astype(np.int64)
    example.row_starts = kept[example.starts]
    example.windows = windows(example.blocks)
    example.sizes = [min(b * BLOCK, example.tokens) - a * BLOCK for a, b in example.windows]


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.table = torch.nn.EmbeddingBag(ROWS + 1, DIMS, mode="sum", padding_idx=ROWS)
        torch.nn.init.normal_(self.table.weight, std=0.1)
        with torch.no_grad():
            self.table.weight[ROWS] = 0
        self.hidden = torch.nn.Linear(DIMS + 1, HIDDEN)
        self.out = torch.nn.Linear(HIDDEN, len(TOPICS))

    def head(self, sums, sizes):
        x = sums / torch.sqrt(sizes + 4.0).unsqueeze(1)
        x = torch.cat([x, torch.clamp(sizes / 32.0, max=1.0).unsqueeze(1)], 1)
        return self.out(torch.relu(self.hidden(x)))

    def forward(self, batch, drop):
        rows, starts, first, last, sizes, owner, n, of = batch
        if drop:  # each text loses another share of its features, up to two thirds
            rate = torch.rand(n) * drop
            rows = torch.where(torch.rand(rows.shape) < rate[of], ROWS, rows)
        blocks = self.table(rows, starts)
        cum = torch.cat([torch.zeros(1, DIMS), torch.cumsum(blocks.double(), 0).float()])
        logits = self.head(cum[last] - cum[first], sizes)
        top = torch.full((n, len(TOPICS)), -1e9)
        return top.scatter_reduce(0, owner.unsqueeze(1).expand_as(logits), logits, "amax", include_self=True)


def collate(examples):
    rows, starts, first, last, sizes, owner = [], [], [], [], [], []
    base, block = 0, 0
    for i, e in enumerate(examples):
        rows.append(e.rows)
        starts.append(e.row_starts + base)
        base += len(e.rows)
        for (a, b), s in zip(e.windows, e.sizes):
            first.append(block + a)
            last.append(block + b)
            sizes.append(s)
            owner.append(i)
        block += e.blocks
    t = torch.from_numpy
    return (t(np.concatenate(rows)), t(np.concatenate(starts)), torch.tensor(first), torch.tensor(last),
            torch.tensor(sizes, dtype=torch.float32), torch.tensor(owner), len(examples),
            t(np.repeat(np.arange(len(examples)), [len(e.rows) for e in examples])))


def predict(net, examples, size=512):
    with torch.no_grad():
        return np.concatenate([net(collate(examples[i:i + size]), 0).numpy() for i in range(0, len(examples), size)])


def quantise(net):
    """Weights to eight bits, in place; gives the scale."""
    with torch.no_grad():
        w = net.table.weight
        limit = float(torch.quantile(w.abs().flatten()[::7], 0.9999))
        scale = limit / 127
        w.copy_(torch.clamp(torch.round(w / scale), -127, 127) * scale)
    return scale


def report(scores, want, count):
    for t, topic in enumerate(TOPICS):
        without = scores[(want[:, t] == 0) & (count[:, t] == 1), t]
        has = scores[want[:, t] == 1, t]
        print("%-12s above its threshold: %.4f of texts without it, %.4f of those with it" %
              (topic, (without > LIMITS[topic]).mean(), (has > LIMITS[topic]).mean()))


def write(path, net, table, scale, limits):
    with torch.no_grad():
        q = np.clip(np.round(net.table.weight[:ROWS].numpy() / scale), -127, 127).astype(np.int8)
        q[table == 0] = 0
        tag = (table >> max(17, ROWS.bit_length() - 1) << 1 | table & 1).astype("<u2")
        rows = np.concatenate([q, tag.view(np.int8).reshape(ROWS, 2)], 1)
        floats = [net.hidden.weight.numpy().T.ravel(), net.hidden.bias.numpy(), net.out.weight.numpy().ravel(), net.out.bias.numpy(),
                  np.array(limits, np.float32), np.array([SLOPES[t] for t in TOPICS], np.float32), np.array([VETOES[t] - LIMITS[t] for t in TOPICS], np.float32), np.array([scale], np.float32)]
    with open(path, "wb") as f:
        f.write(struct.pack("<8sIIIII36x", b"SLTOPIC2", ROWS, DIMS, HIDDEN, len(TOPICS), sum(len(x) for x in floats)))
        rows.tofile(f)
        for x in floats:
            x.astype("<f4").tofile(f)


def fit(texts, n, epochs, falling=False):
    """A net for n texts, and its table. falling: at a rate that falls to the end, and the last net."""
    began = time.time()
    examples, want, count = make(texts, n)
    print("%d texts made in %.0f s" % (n, time.time() - began))
    table = choose(examples, want)
    for e in examples:
        rows_of(e, table)
    net = Net()
    heads = list(net.hidden.parameters()) + list(net.out.parameters())
    opt = torch.optim.Adam([{"params": net.table.parameters(), "lr": 1e-2}, {"params": heads, "lr": 4e-3}])
    order, size = np.arange(n), 384
    rng = np.random.default_rng(5)
    want_t, count_t = torch.from_numpy(want), torch.from_numpy(count)
    rates, decay = [g["lr"] for g in opt.param_groups], WEIGHT_DECAY_FALLING if falling else WEIGHT_DECAY
    steps, step, mean = epochs * (n // size), 0, None
    first = steps if falling else int(steps * MEAN_FROM)
    for epoch in range(epochs):
        rng.shuffle(order)
        total = 0.0
        for i in range(0, n - size + 1, size):
            pick = order[i:i + size]
            logits = net(collate([examples[k] for k in pick]), DROP)
            loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, want_t[pick] * 0.98 + 0.004, reduction="none")
            loss = (loss * count_t[pick]).sum() / count_t[pick].sum()
            opt.zero_grad()
            (loss + decay * (net.table.weight ** 2).sum()).backward()
            for g, base in zip(opt.param_groups, rates if falling else []):
                g["lr"] = base * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * step / steps)))
            opt.step()
            step += 1
            if step > first:
                fades = min(MEAN_FADES, 1 - 1 / (step - first + 1))
                mean = [p.detach().clone() for p in net.parameters()] if mean is None else mean
                with torch.no_grad():
                    for m, p in zip(mean, net.parameters()):
                        m.mul_(fades).add_(p, alpha=1 - fades)
            total += float(loss)
        print("epoch %d loss %.4f after %.0f s" % (epoch, total / (n // size), time.time() - began), flush=True)
    with torch.no_grad():
        for m, p in zip(mean or [], net.parameters()):
            p.copy_(m)
    return net, table


def worst(held, scores, want, count, limits):
    """Prints what was judged most wrongly."""
    for t, topic in enumerate(TOPICS):
        wrong = np.where(want[:, t] == 1, limits[t] - scores[:, t], scores[:, t] - limits[t])
        wrong[count[:, t] == 0] = -1e9
        for i in np.argsort(-wrong)[:14]:
            if wrong[i] > 0:
                kind = "missed" if want[i, t] else "alarm"
                print("%s %s %.1f: %s" % (topic, kind, scores[i, t], held[i].text[:170].replace("\n", "\\n")))


def held_out(template):
    return zlib.crc32(template.encode()) % 5 == 0


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--texts", type=int, default=360000)
    p.add_argument("--epochs", type=int, default=3)
    p.add_argument("--dry", action="store_true", help="write nothing; show how unseen templates are judged")
    p.add_argument("--out", default=os.path.join(ROOT, "src/sense/topics"))
    a = p.parse_args()
    os.makedirs(a.out, exist_ok=True)
    torch.manual_seed(7)
    torch.set_num_threads(1)
    began = time.time()
    limits = [LIMITS[t] for t in TOPICS]
    if a.dry:  # a net that has not seen a fifth of the templates, on texts made of that fifth
        net, table = fit(Texts(1, ROOT, lambda t: not held_out(t)), a.texts // 2, a.epochs)
        held, want, count = make(Texts(99, ROOT, held_out), a.texts // 8)
        for e in held:
            rows_of(e, table)
        scores = predict(net, held)
        report(scores, want, count)
        worst(held, scores, want, count, limits)
        return
    net, table = fit(Texts(1, ROOT), a.texts, a.epochs)
    scale = quantise(net)
    write(os.path.join(a.out, "topics.model"), net, table, scale, limits)
    sample = Texts(4242, ROOT)
    with open(os.path.join(a.out, "scores.txt"), "w", encoding="utf-8") as f:
        for _ in range(80):
            text = sample.text()[0]
            e = Example(text)
            if e.tokens == MAX_TOKENS:
                continue
            rows_of(e, table)
            escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
            f.write(" ".join("%.4f" % x for x in predict(net, [e])[0]) + "\t" + escaped + "\n")
    print("done after %.0f s" % (time.time() - began))


if __name__ == "__main__":
    main()
