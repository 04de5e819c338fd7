#!/usr/bin/env python3
"""Checks that the held-out questions (rewordings, out of scope) are not in the training text, exactly or nearly.

Exactly: a pattern of qa/ or out_of_scope.yaml can become the question (compared without punctuation and case).
Nearly: more than MOST_SHARED of the words are those of a training question (Jaccard index over sampled expansions).
"""
import json
import os
import random
import re
import sys

from corpus import HERE, Corpus, prompt_question

HELD_OUT = ("rewordings.jsonl", "out_of_scope_test.jsonl", "dev.jsonl")
MOST_SHARED = 0.75
SAMPLES = 60  # expansions per pattern


def normalise(text):
    return " ".join(re.findall(r"[a-z0-9_.]+", prompt_question(text)))


def words(text):
    return frozenset(normalise(text).split())


def main():
    corpus, rng = Corpus(), random.Random(3)
    topics = list(corpus.by_id.values())
    matchers = [(t.id, p.matcher()) for t in topics for p in t.patterns]
    trained = {}
    for t in topics:
        trained.setdefault(words(t.question), t.question)
        for p in t.patterns:
            for _ in range(SAMPLES):
                text = p.sample(rng)
                trained.setdefault(words(text), text)
    bad = 0
    for name in HELD_OUT:
        with open(os.path.join(HERE, name), encoding="utf-8") as f:
            cases = [json.loads(line) for line in f if line.strip()]
        worst = []
        for case in cases:
            text = normalise(case["question"])
            for topic, matcher in matchers:
                if matcher.fullmatch(text):
                    print(f"{name}: in the training text ({topic}): {case['question']}")
                    bad += 1
            mine = words(case["question"])
            share, near = max(((len(mine & w) / len(mine | w)), q) for w, q in trained.items())
            worst.append(share)
            if share > MOST_SHARED:
                print(f"{name}: {share:.2f} of the words shared with a training question: {case['question']} ~ {near}")
                bad += 1
        worst.sort()
        print(f"{name}: {len(cases)} questions; words shared with the nearest training question: "
              f"median {worst[len(worst) // 2]:.2f}, most {worst[-1]:.2f}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
