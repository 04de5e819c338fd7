#!/usr/bin/env python3
"""The built-in guide answers as it was made to, asked through the gateway as a client would: of the listed questions
at least 90 in 100, of rewordings it never saw at least 50 in 100, and what lies outside its subject it declines.

    tests/guide/guide_test.py             the three tests
    tests/guide/guide_test.py --show      every question with its answer and the verdict

A case is a line of tests/cases/guide/*.jsonl: {"question", "topic", "must": [...], "must_not": [...]}. An answer is
right if it holds every `must` and no `must_not`, without regard to case."""
import json
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "fakes"))
from sluice import Sluice  # noqa: E402

CASES = os.path.join(HERE, "..", "cases", "guide")


def load(name):
    with open(os.path.join(CASES, name + ".jsonl")) as file:
        return [json.loads(line) for line in file if line.strip()]


def right(case, answer):
    low = answer.lower()
    return all(m.lower() in low for m in case["must"]) and not any(m.lower() in low for m in case.get("must_not", []))


def ask(sluice, question):
    status, _, body = sluice.chat("sluice-guide", [{"role": "user", "content": question}], temperature=0)
    return body["choices"][0]["message"]["content"] if status == 200 else f"(status {status}: {body})"


class Guide(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sluice = Sluice().start()

    @classmethod
    def tearDownClass(cls):
        cls.sluice.stop()

    def judge(self, name, least_percent):
        cases = load(name)
        self.assertGreaterEqual(len(cases), 50, name)
        wrong = []
        for case in cases:
            answer = ask(self.sluice, case["question"])
            if not right(case, answer):
                wrong.append(f"{case['question']!r} -> {answer!r}")
        score = 100 * (len(cases) - len(wrong)) / len(cases)
        print(f"\n{name}: {len(cases) - len(wrong)} of {len(cases)} right")
        self.assertGreaterEqual(score, least_percent, "\n".join(wrong))

    def test_listed_questions(self):
        self.judge("listed", 90)

    def test_rewordings_it_never_saw(self):
        self.judge("rewordings", 50)

    def test_questions_outside_its_subject_are_declined(self):
        self.judge("out_of_scope", 80)

    def test_the_rewordings_are_not_in_the_training_text(self):
        folder = os.path.join(HERE, "..", "..", "tools", "guide", "qa")
        training = ""
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name)) as file:
                training += file.read().lower()
        self.assertGreater(len(training), 10_000)
        for case in load("rewordings"):
            self.assertNotIn(case["question"].lower().rstrip("?!. "), training)


if __name__ == "__main__":
    if "--show" in sys.argv:
        with Sluice() as running:
            for which in ("listed", "rewordings", "out_of_scope"):
                for one in load(which):
                    reply = ask(running, one["question"])
                    print(f"{'right' if right(one, reply) else 'WRONG'} [{which}] {one['question']}\n      {reply}\n")
    else:
        unittest.main()
