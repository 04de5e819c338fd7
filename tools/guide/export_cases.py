#!/usr/bin/env python3
"""Writes tests/cases/guide/*.jsonl from qa/, rewordings.jsonl and out_of_scope_test.jsonl. Run it after changing one."""
import json
import os

from corpus import HERE, REFUSAL, ROOT, Corpus


def main():
    corpus = Corpus()
    folder = os.path.join(ROOT, "tests", "cases", "guide")
    os.makedirs(folder, exist_ok=True)

    def case(question, topic_id):
        topic = corpus.by_id[topic_id]
        foreign = corpus.refusal.must[:1] if topic_id != REFUSAL else []
        return {"question": question, "topic": topic_id, "must": topic.must, "must_not": foreign + topic.must_not}

    def held_out(name):
        with open(os.path.join(HERE, name), encoding="utf-8") as f:
            return [case(c["question"], c["topic"]) for c in map(json.loads, filter(str.strip, f))]

    files = {
        "listed": [case(t.question, t.id) for t in corpus.topics if t.listed],
        "rewordings": held_out("rewordings.jsonl"),
        "out_of_scope": held_out("out_of_scope_test.jsonl"),
    }
    for name, cases in files.items():
        with open(os.path.join(folder, name + ".jsonl"), "w", encoding="utf-8") as f:
            f.writelines(json.dumps(c) + "\n" for c in cases)
        print(f"{name}: {len(cases)}")


if __name__ == "__main__":
    main()
