"""Training text: reads qa/, words.yaml and out_of_scope.yaml, expands the patterns and varies them."""
import glob
import hashlib
import os
import random
import re

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
REFUSAL = "out_of_scope"
QUESTION_LIMIT = 300  # characters the engine passes on

KEYBOARD = {a: b for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm") for a, b in zip(row, row[1:] + row[-2])}


def read_yaml(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as f:
        return yaml.safe_load(f)


def prompt_question(text):
    """What the engine makes of the last user message: ASCII lower case, white space collapsed, cut."""
    lower = "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in text)
    return re.sub(r"[ \t\r\n\f\v]+", " ", lower).strip(" ")[:QUESTION_LIMIT]


class Pattern:
    """Words with alternatives in brackets and <macros>; a tree of strings, choices (tuples) and sequences (lists)."""

    def __init__(self, source, macros):
        self.source, self.macros, self.at = source, macros, 0
        self.tree = self.choice("")
        if self.at != len(source):
            raise ValueError(f"stray bracket in pattern: {source}")

    def choice(self, end):
        branches, branch = [], []
        while self.at < len(self.source) and self.source[self.at] != ")":
            c = self.source[self.at]
            self.at += 1
            if c == "(":
                branch.append(self.choice(")"))
                if self.at >= len(self.source):
                    raise ValueError(f"missing ')' in pattern: {self.source}")
                self.at += 1
            elif c == "|":
                branches.append(branch)
                branch = []
            elif c == "<" and (m := re.match(r"(\w+)>", self.source[self.at:])) and m[1] in self.macros:
                self.at += m.end()
                branch.append(Pattern(self.macros[m[1]], self.macros).tree)
            elif branch and isinstance(branch[-1], str):
                branch[-1] += c
            else:
                branch.append(c)
        branches.append(branch)
        return tuple(branches)

    def sample(self, rng):
        return re.sub(r" +", " ", self.pick(self.tree, rng)).strip()

    def pick(self, node, rng):
        if isinstance(node, str):
            return node
        if isinstance(node, tuple):
            return self.pick(node[int(rng.random() * len(node))], rng)
        return "".join(self.pick(part, rng) for part in node)

    def matcher(self):
        """A regular expression of everything this pattern can become, for the leak check."""
        def build(node):
            if isinstance(node, str):
                return re.escape(node).replace(r"\ ", r"\s*")
            if isinstance(node, tuple):
                return "(?:" + "|".join(build(n) for n in node) + ")"
            return "".join(build(n) for n in node)
        return re.compile(r"\s*" + build(self.tree) + r"\s*")


class Topic:
    def __init__(self, entry, macros):
        self.id = entry["id"]
        self.question = entry["q"]
        self.answer = entry["a"].strip()
        self.must, self.must_not = entry["must"], entry.get("not", [])
        self.listed = entry.get("listed", True)
        self.patterns = [Pattern(p.lower(), macros) for p in entry["ask"]]


class Corpus:
    def __init__(self):
        words = read_yaml("words.yaml")
        macros = words["macros"]
        self.prefixes, self.suffixes = words["prefixes"], words["suffixes"]
        self.synonyms = {}
        for group in words["synonyms"]:
            for word in group:
                self.synonyms.setdefault(word, []).extend(w for w in group if w != word)
        self.topics = []
        for path in sorted(glob.glob(os.path.join(HERE, "qa", "*.yaml"))):
            self.topics += [Topic(e, macros) for e in read_yaml(path)]
        outside = read_yaml("out_of_scope.yaml")
        lists = {k: "(" + "|".join(str(w) for w in v) + ")" for k, v in outside["lists"].items()}
        self.refusal = Topic({"id": REFUSAL, "q": "what is the weather?", "a": outside["answer"], "must": outside["must"],
                              "ask": outside["ask"]}, {**macros, **lists})
        self.by_id = {t.id: t for t in [*self.topics, self.refusal]}
        self.outside_words = sorted({w for v in outside["lists"].values() for e in v for w in str(e).split() if len(w) > 3})
        self.check()

    def check(self):
        for t in self.by_id.values():
            for s in t.must:
                if s not in t.answer:
                    raise ValueError(f"{t.id}: its own answer lacks {s!r}")
            for other in self.by_id.values():
                if other is not t and all(s in other.answer for s in t.must):
                    raise ValueError(f"{t.id}: the answer of {other.id} would pass its check")
            if not (t.answer + t.question).isascii():
                raise ValueError(f"{t.id}: not ASCII")

    def topic_ids(self):
        return [t.id for t in self.topics] + [REFUSAL]

    def draw(self, topic, rng):
        """One question of this topic, varied."""
        if topic.id != REFUSAL and rng.random() < 0.12:
            text = prompt_question(topic.question)
        else:
            text = topic.patterns[int(rng.random() * len(topic.patterns))].sample(rng)
        plain = rng.random() < 0.25
        if not plain:
            text = self.vary(text, rng)
        if rng.random() < 0.5:
            text += "?"
        return prompt_question(text)

    def vary(self, text, rng):
        words = text.split(" ")
        if rng.random() < 0.45:
            words = self.swap_synonyms(words, rng)
        if len(words) > 3:
            words = [w for w in words if rng.random() > 0.06] or words
        if len(words) > 3 and rng.random() < 0.08:
            i = rng.randrange(len(words) - 1)
            words[i], words[i + 1] = words[i + 1], words[i]
        if rng.random() < 0.15:
            words.insert(rng.randrange(len(words) + 1), rng.choice(self.outside_words))
        text = " ".join(words)
        if rng.random() < 0.35:
            text = rng.choice(self.prefixes) + text
        if rng.random() < 0.25:
            text = text + rng.choice(self.suffixes)
        if rng.random() < 0.25:
            for _ in range(rng.choice((1, 1, 2, 3))):
                text = typo(text, rng)
        return text

    def swap_synonyms(self, words, rng):
        out, i = [], 0
        while i < len(words):
            for n in (3, 2, 1):
                phrase = " ".join(words[i:i + n])
                if i + n <= len(words) and phrase in self.synonyms:
                    out.append(rng.choice(self.synonyms[phrase]) if rng.random() < 0.4 else phrase)
                    i += n
                    break
            else:
                out.append(words[i])
                i += 1
        return out

    def inputs_hash(self):
        """Over everything the committed model is made from, except the documentation."""
        digest = hashlib.sha256()
        names = ["words.yaml", "out_of_scope.yaml", *sorted("qa/" + f for f in os.listdir(os.path.join(HERE, "qa")))]
        for name in [*names, "bpe.py", "corpus.py", "model.py", "train.py", "gguf_writer.py"]:
            with open(os.path.join(HERE, name), "rb") as f:
                digest.update(name.encode() + b"\0" + hashlib.sha256(f.read()).digest())
        return digest.hexdigest()


def typo(text, rng):
    letters = [i for i, c in enumerate(text) if c.isalpha()]
    if len(letters) < 4:
        return text
    i = rng.choice(letters)
    kind = rng.randrange(4)
    if kind == 0:
        return text[:i] + text[i + 1:]
    if kind == 1:
        return text[:i] + text[i] + text[i:]
    if kind == 2:
        return text[:i] + KEYBOARD.get(text[i], text[i]) + text[i + 1:]
    return text[:i] + text[i + 1:i + 2] + text[i] + text[i + 2:]


def doc_texts():
    """README.md and docs/*.md of the repository, where they exist: extra text to learn language from."""
    paths = [os.path.join(ROOT, "README.md"), *sorted(glob.glob(os.path.join(ROOT, "docs", "*.md")))]
    out = []
    for path in paths:
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                out.append((os.path.relpath(path, ROOT), f.read()))
    return out


def docs_hash(docs):
    digest = hashlib.sha256()
    for name, content in docs:
        digest.update(name.encode() + b"\0" + hashlib.sha256(content.encode()).digest())
    return digest.hexdigest() if docs else "none"


if __name__ == "__main__":
    corpus, rng = Corpus(), random.Random(7)
    print(len(corpus.topics), "topics,", sum(t.listed for t in corpus.topics), "listed")
    for t in rng.sample(corpus.topics, 6) + [corpus.refusal]:
        print(t.id, [corpus.draw(t, rng) for _ in range(6)])
