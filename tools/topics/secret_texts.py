"""Training texts of the model of told secrets: passages that tell or show one, the same talk without one, and everything
that the topic model learns from, all of which tells none."""
import json
import os
import re

from texts import HERE, SET_FILES, Texts, canonical

SECRETS, NO_SECRETS, SETS = 0.22, 0.33, 0.08  # how many texts tell one, only talk of such, are records of our own sets
# Templates of the topic model's harmless texts that show a live secret.
TELLING = re.compile(r"licence key\|password|^The token is|Bearer\|Basic|and password \{|^The login of|^api_key = |^token \{hex")


class SecretTexts(Texts):
    def __init__(self, seed, root, keep=lambda template: True):
        super().__init__(seed, root, lambda t: keep(t) and not TELLING.search(t))
        folder = os.path.join(HERE, "secrets")
        for name in sorted(os.listdir(folder)):
            self.grammar.read(os.path.join(folder, name))
        self.grammar.only(keep)
        self.records = []
        for name in SET_FILES:
            for line in open(os.path.join(root, "tests/cases/sense", name + ".jsonl"), encoding="utf-8"):
                record = json.loads(line)
                if "credentials" not in (record.get("ambiguous") or []):
                    self.records.append((record["text"], "credentials" in record["labels"]))

    def talk(self):
        """One text or a few that speak of passwords, codes and the like and tell none."""
        rng = self.rng
        n = rng.choice((1, 1, 1, 1, 2, 2, 3, 6))
        others = (lambda: self.grammar.short("nosecret"),) * 8 + (lambda: self.one_harmless()[0], self.code.snippet)
        parts = [rng.choice(others)() for _ in range(n)]
        return rng.choice((" ", "\n", "\n\n")).join(parts)

    def text(self):
        """(text, {"credentials"} or nothing, nothing)"""
        rng, r = self.rng, self.rng.random()
        if r < SETS:
            text, tells = rng.choice(self.records)
            return self.noise(text, False), {"credentials"} if tells else set(), set()
        if r < SETS + NO_SECRETS:
            return self.noise(self.talk(), False), set(), set()
        if r > SETS + NO_SECRETS + SECRETS:
            return super().text()[0], set(), set()
        text = self.grammar.short("credentials")
        r = rng.random()
        if r < 0.15:
            ask = self.grammar.value("ask", 0)
            text = rng.choice((ask + " " + text, ask + "\n\n" + text, text + "\n\n" + ask, text + " " + ask))
        elif r < 0.4:
            other = self.talk() if rng.random() < 0.4 else self.harmless()[0]
            text = rng.choice((other + "\n\n" + text, text + "\n\n" + other, text + " " + other, other + "\n" + text + "\n" + self.talk()))
        return self.noise(text, False), {"credentials"}, set()
