"""Source code for training: the snippets of code.txt with other names each time."""
import os
import re

WORDS = """account user item order price total count index cache buffer queue node edge graph token parser scanner
reader writer handler manager factory builder client server session request response message event listener config
option setting value key name label title date time start end size length offset width height score rank weight rate
limit budget amount balance invoice payment customer product stock batch shift route vehicle sensor signal frame pixel
color image layer model tensor gradient loss epoch sample window chunk block page row column table record field schema
tenant policy claim premium trade book quote fill ledger settle margin retry timeout backoff worker task job thread lock
status state flag mode type kind code error result output input path file dir line word text data temp tmp foo bar acc
cur prev next left right parent child root leaf depth level map list set pair tuple hash digest cipher nonce salt
""".split()
PHRASES = ["not found", "invalid input", "done", "missing value", "loading", "retry later", "bad request", "total", "hello",
           "unknown type", "data", "started", "out of range", "ok", "config", "report", "Submit", "Name", "see ticket", "failed to open"]
COMMENTS = ["TODO handle empty input", "see the ticket", "internal - not for release", "do not remove", "why does this fail?",
            "added for the audit", "hack", "compute the total", "copied from the old system", "thread safe", "this loop is slow"]
ASKS = ["Please review:", "Why does this crash?", "Refactor this:", "Find the bug", "Explain this code:", "Add tests:", "Optimise this",
        "Convert to Rust", "Is this thread-safe?", "Add comments", "This fails in production:", "Code review please", "what does this do",
        "Erkläre diesen Code:", "Explique ce code :", "Explica este código:", "Wyjaśnij kod:", "解释这段代码：", "このコードを説明して:", "Объясни код:",
        "Write documentation for", "port this to Go", "What is the complexity?", "", "", "", "// internal - not for release", "Here is my module."]


class Code:
    def __init__(self, rng, root):
        self.rng = rng
        self.snippets = [s.split("\n", 1)[1].rstrip("\n") for s in
                         open(os.path.join(root, "tools/topics/code.txt"), encoding="utf-8").read().split("%% ")[1:]]

    def name(self, kind, style):
        rng = self.rng
        w = [rng.choice(WORDS) for _ in range(rng.choice((1, 2, 2, 3)))]
        if kind == "T":
            return "".join(x.capitalize() for x in w)
        if style == "snake":
            return "_".join(w)
        if style == "short" and kind == "V":
            return w[0][:rng.choice((1, 2, 3))]
        return w[0] + "".join(x.capitalize() for x in w[1:])

    def fill(self, snippet):
        rng, names = self.rng, {}
        style = rng.choice(("snake", "camel", "short"))

        def one(m):
            key = m[0]
            if key not in names:
                if key[0] == "N":
                    names[key] = str(rng.choice((1, 2, 3, 8, 10, 16, 42, 64, 100, 255, 1024, 3600)))
                elif key[0] == "S":
                    names[key] = rng.choice(PHRASES)
                else:
                    names[key] = self.name(key[0], style)
            return names[key]

        return re.sub(r"(?<![A-Z])[VFTNS][1-9](?![0-9])", one, snippet)

    def text(self):
        """At least eight lines of code."""
        rng = self.rng
        body = self.fill(rng.choice(self.snippets))
        if rng.random() < 0.3:
            body += "\n\n" + self.fill(rng.choice(self.snippets))
        lines = body.split("\n")
        if len(lines) > 12 and rng.random() < 0.3:  # a piece of it
            n = rng.randint(9, len(lines))
            at = rng.randrange(len(lines) - n + 1)
            body = "\n".join(lines[at:at + n])
        if rng.random() < 0.2:
            body = rng.choice(("# ", "// ", "-- ", "/* ")) + rng.choice(COMMENTS) + "\n" + body
        r = rng.random()
        if r < 0.1:
            body = body.replace("    ", "\t")
        elif r < 0.2:
            body = body.replace("    ", "  ")
        elif r < 0.25:
            body = re.sub(r"\n\s+", "\n", body)  # indentation lost
        if rng.random() < 0.3:
            body = "```" + rng.choice(("", "python", "c", "js", "java", "sql")) + "\n" + body + "\n```"
        ask = rng.choice(ASKS)
        return (ask + "\n\n" + body if rng.random() < 0.7 else body + "\n\n" + ask) if ask else body

    def snippet(self):
        """Up to four lines: a question about code, not a program."""
        lines = [x for x in self.fill(self.rng.choice(self.snippets)).split("\n") if x.strip()]
        n = self.rng.randint(1, 4)
        at = self.rng.randrange(max(1, len(lines) - n))
        return self.rng.choice(ASKS) + "\n" + "\n".join(lines[at:at + n])
