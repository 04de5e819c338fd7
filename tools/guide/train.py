#!/usr/bin/env python3
"""Trains the guide and writes src/engine/builtin/guide.gguf. One command, fixed seeds, one processor core:

    python3 tools/guide/train.py

Needs Debian's python3-torch, python3-yaml, python3-regex and an optimised BLAS (libopenblas0-pthread); see README.md
beside this file for what it learns and how.
"""
import argparse
import json
import os
import random
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
import torch.nn.functional as F

import bpe as bpe_module
from corpus import HERE, REFUSAL, ROOT, Corpus, doc_texts, docs_hash, prompt_question
from gguf_writer import F32Value, I32List, U32, dequantise, quantise, write_gguf
from model import Guide, Shape

USER, GUIDE, END = "<|user|>", "<|guide|>", "<|end|>"
SEED = 20261
VOCABULARY = 1984        # bytes, merges, three marks and one token per topic
STEPS = 1500
QUESTIONS = 128          # per step: question -> topic
ANSWERS = 12             # per step: question -> topic -> answer -> end
DOC_CHUNKS = 6           # per 4 steps, of DOC_TOKENS tokens, if there is documentation
DOC_TOKENS = 96
REFUSED = 0.17           # share of questions that are not about Sluice
PEAK_RATE, WARM_STEPS, DECAY = 1.6e-3, 80, 0.05
AVERAGE = 0.997          # of the weights over the last few hundred steps (exponential)


def topic_token(topic_id):
    return f"<|topic:{topic_id}|>"


def build_bpe(corpus, docs):
    """The vocabulary is learned from varied questions, the answers and the documentation."""
    rng = random.Random(SEED)
    texts = []
    for topic in corpus.topics:
        texts += [(prompt_question(topic.question), 4), (topic.answer, 12)]
        texts += [(p.sample(rng), 1) for p in topic.patterns for _ in range(6)]
    texts += [(corpus.refusal.answer, 12)]
    texts += [(p.sample(rng), 1) for p in corpus.refusal.patterns for _ in range(12)]
    texts += [(text, 1) for _, text in docs]
    specials = [END, USER, GUIDE] + [topic_token(t) for t in corpus.topic_ids()]
    merges = bpe_module.learn_merges(bpe_module.count_pieces(texts), VOCABULARY - 256 - len(specials))
    return bpe_module.Bpe(merges, specials)


class Batches:
    """Draws varied questions, fills batches padded at the right."""

    def __init__(self, corpus, bpe):
        self.corpus, self.bpe = corpus, bpe
        self.rng = random.Random(SEED + 1)
        self.user, self.guide, self.end = (bpe.id[t] for t in (USER, GUIDE, END))
        self.topic = {t: bpe.id[topic_token(t)] for t in corpus.topic_ids()}
        self.answer = {t: bpe.encode(corpus.by_id[t].answer) + [self.end] for t in corpus.topic_ids()}

    def pick_topic(self):
        if self.rng.random() < REFUSED:
            return self.corpus.refusal
        return self.corpus.topics[int(self.rng.random() * len(self.corpus.topics))]

    def prompt(self, topic):
        text = self.corpus.draw(topic, self.rng)
        ids = self.bpe.encode(text) if self.rng.random() < 0.5 else self.bpe.encode_dropped(text, self.rng)
        return [self.user, *ids, self.guide]

    @staticmethod
    def pad(rows):
        width = max(len(r) for r in rows)
        out = np.zeros((len(rows), width), np.int64)
        for row, ids in zip(out, rows):
            row[:len(ids)] = ids
        return torch.from_numpy(out)

    def questions(self, n):
        """Token rows, the position of the last token in each, and the topic to name there."""
        topics = [self.pick_topic() for _ in range(n)]
        rows = sorted(((self.prompt(t), self.topic[t.id]) for t in topics), key=lambda r: len(r[0]))
        return rows

    def answers(self, n):
        rows, wanted = [], []
        for topic in self.corpus.topics if n is None else [self.corpus.by_id[t] for t in self.rng.sample(self.corpus.topic_ids(), n)]:
            prompt = self.prompt(topic)
            tail = [self.topic[topic.id], *self.answer[topic.id]]
            rows.append(prompt + tail[:-1])
            wanted.append([-100] * (len(prompt) - 1) + tail)
        width = max(len(r) for r in rows)
        return self.pad(rows), torch.tensor([w + [-100] * (width - len(w)) for w in wanted])


def topic_loss(model, rows):
    """Mean cross entropy of the topic token after <|guide|>. Rows come sorted by length; parts save padding."""
    loss, size = 0.0, len(rows) // 6
    for part in (rows[i:i + size] for i in range(0, len(rows), size)):
        ids = Batches.pad([r[0] for r in part])
        last = torch.tensor([len(r[0]) - 1 for r in part])
        logits = model.logits(model.hidden(ids, last)[:, 0])
        loss = loss + F.cross_entropy(logits, torch.tensor([r[1] for r in part]), reduction="sum")
    return loss / len(rows)


def text_loss(model, ids, wanted):
    keep = wanted != -100
    return F.cross_entropy(model.logits(model.hidden(ids)[keep]), wanted[keep])


def rate(step, steps):
    if step < WARM_STEPS:
        return PEAK_RATE * (step + 1) / WARM_STEPS
    done = (step - WARM_STEPS) / max(1, steps - WARM_STEPS)
    return PEAK_RATE * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * done)))


@torch.no_grad()
def score_topics(model, batches, cases):
    """Share of (question, topic) pairs whose first token is right; the misses."""
    model.eval()
    misses = []
    for text, topic in cases:
        ids = [batches.user, *batches.bpe.encode(prompt_question(text)), batches.guide]
        logits = model.logits(model.hidden(torch.tensor([ids]))[0, -1])
        got = int(logits.argmax())
        if got != batches.topic[topic]:
            misses.append((text, topic, batches.bpe.tokens[got]))
    model.train()
    return 1 - len(misses) / max(1, len(cases)), misses


def read_cases(name):
    path = os.path.join(HERE, name)
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as f:
        return [(c["question"], c["topic"]) for c in map(json.loads, filter(str.strip, f))]


def train(corpus, bpe, docs, steps, snapshot):
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    batches = Batches(corpus, bpe)
    model = Guide(Shape(), len(bpe.tokens))
    average = {k: v.clone() for k, v in model.state_dict().items()}
    decayed = [p for p in model.parameters() if p.dim() > 1]
    plain = [p for p in model.parameters() if p.dim() == 1]
    optimiser = torch.optim.AdamW([{"params": decayed, "weight_decay": DECAY}, {"params": plain, "weight_decay": 0.0}],
                                  lr=PEAK_RATE, betas=(0.9, 0.98))
    doc_ids = [i for _, text in docs for i in bpe.encode(text) + [batches.end]]
    dev = read_cases("dev.jsonl")
    listed = [(t.question, t.id) for t in corpus.topics]
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters, {len(bpe.tokens)} tokens, {len(corpus.topics)} topics, "
          f"{len(doc_ids)} tokens of documentation", flush=True)
    began, sums = time.time(), np.zeros(2)
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = rate(step, steps)
        optimiser.zero_grad()
        a = topic_loss(model, batches.questions(QUESTIONS))
        a.backward()
        b = text_loss(model, *batches.answers(ANSWERS))
        b.backward()
        if len(doc_ids) > DOC_TOKENS and step % 4 == 0:
            starts = [batches.rng.randrange(len(doc_ids) - DOC_TOKENS) for _ in range(DOC_CHUNKS)]
            chunks = torch.tensor([doc_ids[s:s + DOC_TOKENS + 1] for s in starts])
            (0.3 * text_loss(model, chunks[:, :-1], chunks[:, 1:])).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        keep = min(AVERAGE, (step + 1) / (step + 20))
        with torch.no_grad():
            for k, v in model.state_dict().items():
                average[k].mul_(keep).add_(v, alpha=1 - keep)
        sums += (a.item(), b.item())
        if (step + 1) % 50 == 0:
            report = f"step {step + 1}/{steps}  topic {sums[0] / 50:.3f}  answer {sums[1] / 50:.3f}  {time.time() - began:.0f} s"
            if (step + 1) % 200 == 0:
                report += f"  listed {score_topics(model, batches, listed)[0]:.3f}  dev {score_topics(model, batches, dev)[0]:.3f}"
            print(report, flush=True)
            sums[:] = 0
        if (step + 1) % 400 == 0:
            snapshot(average)
    model.load_state_dict(average)
    return model, batches


def rounded(model):
    """The weights as they will stand in the file."""
    state = model.state_dict()
    for name, v in state.items():
        if v.dim() == 2:
            state[name] = torch.from_numpy(dequantise(quantise(v.numpy()), *v.shape).copy())
    model.load_state_dict(state)


def save(path, model, bpe, corpus, docs):
    s = model.shape
    count = sum(p.numel() for p in model.parameters())
    metadata = {
        "general.architecture": "llama",
        "general.type": "model",
        "general.name": "sluice-guide",
        "general.description": f"The guide built into Sluice: a language model of {count / 1e6:.1f} million parameters, trained by "
        "tools/guide/train.py on questions and answers about using Sluice. It knows nothing else and is no general assistant.",
        "general.license": "apache-2.0",
        "general.languages": ["en"],
        "general.alignment": U32(32),
        "general.quantization_version": U32(2),
        "general.file_type": U32(7),
        "llama.vocab_size": U32(len(bpe.tokens)),
        "llama.context_length": U32(s.context),
        "llama.embedding_length": U32(s.dim),
        "llama.block_count": U32(s.layers),
        "llama.feed_forward_length": U32(s.ffn),
        "llama.attention.head_count": U32(s.heads),
        "llama.attention.head_count_kv": U32(s.heads),
        "llama.attention.layer_norm_rms_epsilon": F32Value(s.eps),
        "llama.rope.dimension_count": U32(s.head_dim),
        "llama.rope.freq_base": F32Value(s.rope_base),
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "qwen2",
        "tokenizer.ggml.tokens": list(bpe.tokens),
        "tokenizer.ggml.token_type": I32List([1] * bpe.special_base + [3] * (len(bpe.tokens) - bpe.special_base)),
        "tokenizer.ggml.merges": [f"{a} {b}" for a, b in bpe.merges],
        "tokenizer.ggml.bos_token_id": U32(bpe.id[END]),
        "tokenizer.ggml.eos_token_id": U32(bpe.id[END]),
        "tokenizer.ggml.add_bos_token": False,
        "sluice.prompt_format": "guide",
        "sluice.guide.inputs": corpus.inputs_hash(),
        "sluice.guide.docs": docs_hash(docs),
    }
    tensors = {"token_embd.weight": model.token_embd.weight}
    for i, block in enumerate(model.blk):
        for name, parameter in block.named_parameters():
            tensors[f"blk.{i}.{name}"] = parameter
    tensors["output_norm.weight"] = model.output_norm.weight
    write_gguf(path, metadata, {k: v.detach().numpy() for k, v in tensors.items()})


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--out", default=os.path.join(ROOT, "src", "engine", "builtin", "guide.gguf"))
    options.add_argument("--steps", type=int, default=STEPS)
    options.add_argument("--no-docs", action="store_true", help="leave README.md and docs/ out")
    args = options.parse_args()
    began = time.time()
    corpus = Corpus()
    docs = [] if args.no_docs else doc_texts()
    bpe = build_bpe(corpus, docs)

    def snapshot(state):  # a run that is stopped early leaves a usable file
        early = Guide(Shape(), len(bpe.tokens))
        early.load_state_dict(state)
        save(args.out, early, bpe, corpus, docs)

    model, batches = train(corpus, bpe, docs, args.steps, snapshot)
    rounded(model)
    for name, cases in (("listed", [(t.question, t.id) for t in corpus.topics]), ("dev", read_cases("dev.jsonl"))):
        share, misses = score_topics(model, batches, cases)
        print(f"{name}: {share:.3f} of {len(cases)}")
        for miss in misses:
            print("   ", *miss, sep=" | ")
    save(args.out, model, bpe, corpus, docs)
    print(f"{args.out}: {os.path.getsize(args.out):,} bytes, {time.time() - began:.0f} s")


if __name__ == "__main__":
    main()
