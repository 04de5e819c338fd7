"""Training texts: one call makes one text with the topics it has and those it may have."""
import json
import os
import random
import re
import unicodedata

from code_text import Code
from grammar import Grammar

TOPICS = ["source_code", "legal", "health", "business", "restricted", "financial", "wish"]
# Topics that are neither right nor wrong in a text of the first: they don't count there.
OPEN = {
    "source_code": ["business"],
    "legal": ["business", "restricted"],
    "health": ["restricted", "financial"],
    "business": ["financial", "restricted"],
    "restricted": ["business", "legal", "health", "financial"],
    "financial": ["business"],
    "wish": [],
}
# How often a text is about each, in their order.
OFTEN = (2, 5, 5, 5, 2, 4, 1)
# Labelled texts of our own that are read as they are, and how often.
SET_FILES = ["first", "second", "third", "fourth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth",
             "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth", "twentyfirst",
             "twentysecond", "twentythird", "twentyfourth", "twentyfifth", "twentysixth", "twentyseventh",
             "twentyeighth", "twentyninth"]
SETS = 0.36
HARMLESS = 0.55
# How many of the harmless texts are a page of plain_*.txt, most of it in other languages than English, and how many of
# those on health, law and business are from matters_languages.txt, in the same words.
PLAIN, MATTERS = 0.4, 0.2
HERE = os.path.dirname(os.path.abspath(__file__))
LITERAL = str.maketrans("⟦⟧⦃⦄", "[]{}")


def canonical(text):
    """As src/text/normalise.h has it, near enough for training."""
    return re.sub("[\u2010-\u2015\u2212]", "-", unicodedata.normalize("NFKC", text))


def read_sets(root):
    """(text, topics it has, topics that don't count) of each record."""
    for name in SET_FILES:
        for line in open(os.path.join(root, "tests/cases/sense", name + ".jsonl"), encoding="utf-8"):
            record = json.loads(line)
            has = {t for t in record["labels"] if t in TOPICS}
            if record["kind"] == "intent_local":
                has.add("wish")
            maybe = {m for t in has for m in OPEN[t]}
            maybe |= {m for m in record.get("ambiguous", []) if m in TOPICS}
            if record["labels"] and not has:  # somebody's data or a secret: whose and why is open
                maybe |= {"business", "restricted"}
            yield record["text"], has, maybe - has - {"financial"}  # money is always labelled there


class Texts:
    def __init__(self, seed, root, keep=lambda template: True):
        self.rng = random.Random(seed)
        self.grammar = Grammar(seed + 1).read_all().only(keep)
        self.grammar.rng = self.rng
        self.code = Code(self.rng, root)
        self.prose = [line.strip() for line in open(os.path.join(HERE, "prose.txt"), encoding="utf-8") if line.strip()]
        self.grammar.lists["story_s"] = self.prose
        self.sets = list(read_sets(root))
        self.languages = sorted(name for name, _ in self.grammar.sections if name.startswith("plain_"))
        self.share = [len(self.grammar.sections[name, "short"]) for name in self.languages]

    def story(self):
        """Some sentences of everyday prose, in their order."""
        rng = self.rng
        sentences = re.split(r"(?<=[.?!]) (?=[A-Z])", rng.choice(self.prose))
        first = rng.randrange(len(sentences))
        return " ".join(sentences[first:first + rng.randint(1, len(sentences))])

    def one_harmless(self):
        rng, r = self.rng, self.rng.random()
        if r < 0.04:
            return self.code.snippet(), ["source_code"]
        if r < 0.24:
            return self.story(), []
        return self.grammar.short("hard" if r < 0.62 else "benign"), []

    def harmless(self):
        """Often a single text, sometimes a page of them: the more windows, the more chances to mistake one."""
        rng = self.rng
        if rng.random() < PLAIN:
            return self.plain(), set()
        n = rng.choice((1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 5, 9, 14))
        parts, maybe = [], set()
        for _ in range(n):
            text, m = self.one_harmless()
            parts.append(text)
            maybe.update(m)
        return rng.choice((" ", "\n", "\n\n", "\n\n")).join(parts), maybe

    def plain(self):
        """A sentence or a page in one language: without it, a German sentence with its verb at the end is a contract."""
        rng = self.rng
        language = rng.choices(self.languages, self.share)[0]
        n = rng.choice((1, 1, 1, 1, 1, 2, 2, 3, 4, 7))
        return rng.choice((" ", " ", "\n", "\n\n")).join(self.grammar.short(language) for _ in range(n))

    def body(self, topic):
        rng = self.rng
        if topic == "source_code":
            return self.code.text()
        if rng.random() < MATTERS and ("matters_" + topic, "short") in self.grammar.sections:
            return self.grammar.short("matters_" + topic)
        parts = self.grammar.parts(topic)
        if parts and rng.random() < (0.35 if topic in ("legal", "health") else 0.15):
            n = rng.randint(2, 9)
            text = rng.choice((" ", "\n", "\n\n")).join(self.grammar.expand(rng.choice(parts)) for _ in range(n))
            if len(text) > 200 and rng.random() < 0.4:  # an excerpt that begins and ends anywhere
                text = text[rng.randint(1, 60):len(text) - rng.randint(0, 40)]
            return text
        return self.grammar.short(topic)

    def text(self):
        """(text, topics it has, topics that don't count)"""
        rng = self.rng
        if rng.random() < SETS:
            text, has, maybe = rng.choice(self.sets)
            return self.noise(text, "source_code" in has), has, maybe
        if rng.random() < HARMLESS:
            text, maybe = self.harmless()
            return self.noise(text, False), set(), maybe
        topic = rng.choices(TOPICS, OFTEN)[0]
        text = self.body(topic)
        has, maybe = {topic}, set(OPEN[topic])
        if topic == "wish" and rng.random() < 0.25:  # the wish beside what it is about
            other = rng.choice(TOPICS[:6])
            text = rng.choice(("{0}\n{1}", "{1}\n\n{0}", "{0} {1}", "{1} {0}")).format(text, self.body(other))
            has.add(other)
            maybe.update(OPEN[other])
        r = rng.random()
        if topic != "source_code" and r < 0.2:
            ask = self.grammar.value("ask", 0)
            text = rng.choice((ask + " " + text, ask + "\n\n" + text, text + "\n\n" + ask, text + " " + ask))
        elif r < 0.4:
            other, m = self.harmless()
            maybe.update(m)
            text = rng.choice((other + "\n\n" + text, text + "\n\n" + other, text + " " + other, other + "\n" + text + "\n" + self.harmless()[0]))
        return self.noise(text, topic == "source_code"), has, maybe - has

    def noise(self, text, code):
        return canonical(self.damaged(text.translate(LITERAL), code))

    def damaged(self, text, code):
        rng, r = self.rng, self.rng.random()
        if code:
            return text
        if r < 0.08:
            return text.lower()
        if r < 0.09:
            return text.upper()
        if r < 0.11:  # no accents
            return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
        if r < 0.15:  # typing errors, bad scans
            out = list(text)
            for _ in range(max(1, len(out) // 30)):
                i = rng.randrange(len(out))
                k = rng.random()
                if k < 0.4:
                    out[i] = ""
                elif k < 0.6:
                    out[i] = out[i] * 2
                else:
                    out[i] = rng.choice("etaoinrsl 1")
            return "".join(out)
        if r < 0.17:
            return re.sub(r"[.,;:]", "", text)
        if r < 0.19:
            return re.sub(r"(.{50,70}) ", r"\1\n", text)
        return text
