#!/usr/bin/env python3
"""Counts training texts that share six words in a row with a text that is never to be trained on
(tests/cases/sense/topics.*), and prints the training text, not the other. See README.md.

usage: overlap.py [--texts N]
"""
import argparse
import glob
import os
import re

from texts import Texts

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
WORDS = 6


def shingles(text):
    """Six words in a row; a character of Chinese, Japanese or Korean is half a word."""
    words = re.findall(r"[^\W\d_\u3040-\u9fff\uac00-\ud7af]+|[\u3040-\u9fff\uac00-\ud7af]{2}", text.lower())
    return {" ".join(words[i:i + WORDS]) for i in range(len(words) - WORDS + 1)}


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--texts", type=int, default=60000)
    a = p.parse_args()
    owner = {}
    for path in sorted(glob.glob(os.path.join(ROOT, "tests/cases/sense/topics.*"))):
        for line in open(path, encoding="utf-8"):
            if line.strip() and line[0] != "#":
                for s in shingles(line.split("\t", 1)[1].replace("\\n", " ")):
                    owner[s] = os.path.basename(path)
    made, found = Texts(77, ROOT), {}
    for _ in range(a.texts):
        text = made.text()[0]
        for s in shingles(text):
            if s in owner:
                found.setdefault((owner[s], s), text)
    for (name, s), text in sorted(found.items()):
        print("%s: ...%s... in: %s" % (name, s, text[:120].replace("\n", "\\n")))
    print("%d runs of %d words shared, of %d in the texts not trained on" % (len(found), WORDS, len(owner)))


if __name__ == "__main__":
    main()
