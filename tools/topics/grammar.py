"""Reads grammar/*.txt and makes texts of it.

  @name = a | b | c        a list; lists of one name in several files add up
  @name                    the same, one entry a line, until an empty line
  [topic kind]             a section; each line below is a template. kind: short (says it all), part (of a longer text)
  {name}                   an entry of a list; [a|b|] one of these; both may nest; \\n is a line break
"""
import itertools
import os
import random
import re

HERE = os.path.dirname(os.path.abspath(__file__))


class Grammar:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.lists, self.sections, self.weights = {}, {}, {}

    def read(self, path):
        section = block = None
        for line in open(path, encoding="utf-8"):
            line = line.rstrip("\n")
            if line.startswith("# ") or line == "#":
                continue
            m = re.match(r"@(\w+)( = (.*))?$", line)
            if m:
                block = self.lists.setdefault(m[1], [])
                if m[3]:
                    block += [x.strip().replace("\\n", "\n") for x in m[3].split(" | ")]
                    block = None
                continue
            m = re.match(r"\[(\w+) (short|part)\]$", line)
            if m:
                section, block = self.sections.setdefault((m[1], m[2]), []), None
            elif not line.strip():
                block = None
            elif block is not None:
                block.append(line.replace("\\n", "\n"))
            else:
                section.append(line.replace("\\n", "\n"))

    def read_all(self):
        for name in sorted(os.listdir(os.path.join(HERE, "grammar"))):
            self.read(os.path.join(HERE, "grammar", name))
        return self

    def only(self, keep):
        """Leaves out the templates and sentences for which keep(text) is false."""
        for key, templates in self.sections.items():
            self.sections[key] = [t for t in templates if keep(t)] or templates
        for name, entries in self.lists.items():
            told = name.endswith("_fact")  # what a text says: held out however short
            self.lists[name] = [e for e in entries if (len(e) < 40 and not told) or keep(e)] or entries
        return self

    def expand(self, text, depth=0):
        out, i = [], 0
        while i < len(text):
            c = text[i]
            if c == "{":
                end = text.index("}", i)
                name = text[i + 1:end]
                out.append(self.value(name, depth))
                i = end + 1
            elif c == "[":
                level, j, parts, begin = 0, i + 1, [], i + 1
                while text[j] != "]" or level:
                    level += (text[j] == "[") - (text[j] == "]")
                    if text[j] == "|" and level == 0:
                        parts.append(text[begin:j])
                        begin = j + 1
                    j += 1
                parts.append(text[begin:j])
                out.append(self.expand(self.rng.choice(parts), depth))
                i = j + 1
            else:
                out.append(c)
                i += 1
        return "".join(out)

    def value(self, name, depth):
        if depth > 12:
            raise RecursionError(name)
        rng = self.rng
        if name.startswith("d") and name[1:].isdigit():  # {d4}: four digits
            return str(rng.randrange(10 ** (int(name[1:]) - 1), 10 ** int(name[1:])))
        if name == "age":
            return str(rng.randint(1, 95))
        if name in ("o_bar", "o_tab"):  # what separates columns; a list can't hold it
            return " | " if name == "o_bar" else "\t"
        if name == "hex":
            return "%x" % rng.getrandbits(32)
        if name not in self.lists:
            raise KeyError(name)
        return self.expand(rng.choice(self.lists[name]), depth + 1)

    def short(self, topic):
        """A template counts for as many sentences as it has slots, up to four."""
        key = (topic, "short")
        if key not in self.weights:
            self.weights[key] = list(itertools.accumulate(1 + min(t.count("{"), 4) for t in self.sections[key]))
        return self.expand(self.rng.choices(self.sections[key], cum_weights=self.weights[key])[0])

    def parts(self, topic):
        return self.sections.get((topic, "part"), [])
