#!/usr/bin/env python3
"""A conversation keeps its label by its answers: where a client edits or drops the turn that an answer was made from and
sends the answer back, nothing of it reaches the hosted upstream, which may not have what the answer was made from. By
every front, streamed and whole, for texts, thoughts and tool arguments; and answers to harmless requests change nothing."""
import json
import os
import sys
import tempfile
import unicodedata
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "fakes"))
from deepseek import FakeDeepSeek  # noqa: E402
from sluice import Sluice, wait_until  # noqa: E402

ENV = {"FAKE_KEY": "sk-fake-upstream-key-0123456789", "ANN": "ann-0123456789abcdef0123", "EVE": "eve-0123456789abcdef0123"}
CARD = "My card is 4539 1488 0343 6467, please remember it."


def say(n):
    """Has the fake answer so; each answer has its own words."""
    return f' say "Noted, and this is answer number {n} about it."'


POLICY = """
policy: v1
revision: answers-1
default_class: public
rules:
  - {id: open, allow: [public, internal]}
  - {id: home, allow: ">=confidential", zones: [private]}
  - {id: masked, allow: ">=confidential", zones: [hosted], when: {routes: [masked], categories_only: [pii]},
     oblige: ["pseudonymise(pii)"]}
"""
TOOL = {"name": "look_up", "description": "Looks things up.", "parameters": {"type": "object", "properties": {
    "a_word_that_is_looked_up": {"type": "string"}}}}


def events_of(raw):
    lines = [line[6:] for line in raw.decode().splitlines() if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


class Chat:
    path = "/v1/chat/completions"

    def body(self, turns, tools, stream):
        body = {"messages": turns, "stream": stream}
        return {**body, "tools": [{"type": "function", "function": TOOL}], "tool_choice": "required"} if tools else body

    def user(self, text):
        return {"role": "user", "content": text}

    def turns(self, raw, stream):
        """The assistant's turn as a client keeps it."""
        if not stream:
            message = json.loads(raw)["choices"][0]["message"]
            return [{k: v for k, v in message.items() if k in ("role", "content", "tool_calls", "reasoning_content")}]
        deltas = [c["delta"] for e in events_of(raw) for c in e["choices"]]
        said = "".join(d.get("content") or "" for d in deltas)
        calls = {}
        for piece in (c for d in deltas for c in d.get("tool_calls", [])):
            call = calls.setdefault(piece["index"], {"id": piece.get("id"), "type": "function", "function": {
                "name": piece["function"].get("name"), "arguments": ""}})
            call["function"]["arguments"] += piece["function"].get("arguments", "")
        turn = {"role": "assistant", "content": said or None}
        return [{**turn, "tool_calls": list(calls.values())} if calls else turn]

    def results(self, turns):
        return [{"role": "tool", "tool_call_id": c["id"], "content": "nothing"} for t in turns for c in t.get("tool_calls") or []]


class Messages(Chat):
    path = "/v1/messages"

    def body(self, turns, tools, stream):
        body = {"messages": turns, "stream": stream, "max_tokens": 2000}
        if tools:
            body["tools"] = [{"name": TOOL["name"], "description": TOOL["description"], "input_schema": TOOL["parameters"]}]
            body["tool_choice"] = {"type": "any"}
        return body

    def turns(self, raw, stream):
        if not stream:
            return [{"role": "assistant", "content": [b for b in json.loads(raw)["content"] if b["type"] != "thinking"]}]
        blocks = {}
        for event in events_of(raw):
            if event["type"] == "content_block_start":
                blocks[event["index"]] = {**event["content_block"], "json": ""}
            if event["type"] == "content_block_delta":
                block, delta = blocks[event["index"]], event["delta"]
                block["json"] += delta.get("partial_json", "")
                if "text" in delta:
                    block["text"] += delta["text"]
        kept = []
        for block in blocks.values():
            json_text = block.pop("json")
            if block["type"] == "tool_use":
                block["input"] = json.loads(json_text)
            if block["type"] != "thinking":
                kept.append(block)
        return [{"role": "assistant", "content": kept}]

    def results(self, turns):
        return [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": b["id"], "content": "nothing"}
                                             for t in turns for b in t["content"] if b["type"] == "tool_use"]}]


class Responses(Chat):
    path = "/v1/responses"

    def body(self, turns, tools, stream):
        body = {"input": turns, "stream": stream, "store": False}
        return {**body, "tools": [{"type": "function", **TOOL}], "tool_choice": "required"} if tools else body

    def turns(self, raw, stream):
        whole = next(e["response"] for e in events_of(raw) if e["type"] == "response.completed") if stream else json.loads(raw)
        return [item for item in whole["output"] if item["type"] != "reasoning"]

    def results(self, turns):
        return [{"type": "function_call_output", "call_id": t["call_id"], "output": "nothing"} for t in turns
                if t["type"] == "function_call"]


class Answers(unittest.TestCase):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.near = self.enterContext(FakeDeepSeek(tls=self.enterContext(tempfile.TemporaryDirectory())))
        self.far = self.enterContext(FakeDeepSeek(tls=folder))
        with open(os.path.join(folder, "policy.yaml"), "w") as file:
            file.write(POLICY)
        deployment = "kind: deepseek, model: deepseek-flash, key_env: FAKE_KEY"
        self.sluice = self.enterContext(Sluice(f"""
policy: {folder}/policy.yaml
keys:
  - {{name: ann, key_env: ANN, tenant: acme}}
  - {{name: eve, key_env: EVE, tenant: other}}
deployments:
  - {{name: near, {deployment}, address: "{self.near.address}", ca_file: "{self.near.ca_file}", zone: private, jurisdiction: DE}}
  - {{name: far, {deployment}, address: "{self.far.address}", ca_file: "{self.far.ca_file}", zone: hosted, jurisdiction: US}}
routes: {{near: [near], far: [far], masked: [far]}}
""", ENV))

    def ask(self, front, model, turns, tools=False, stream=False, key="ANN"):
        body = json.dumps({"model": model, **front.body(turns, tools, stream)}).encode()
        return self.sluice.request("POST", front.path, body, {"authorization": "Bearer " + ENV[key]})

    def answer(self, front, model, text, tools=False, stream=False):
        status, headers, raw = self.ask(front, model, [front.user(text)], tools, stream)
        self.assertEqual(status, 200, raw)
        return front.turns(raw, stream), headers

    def test_an_answer_without_its_question_stays_where_its_question_may_be(self):
        for front in (Chat(), Messages(), Responses()):
            for tools in (False, True):
                for stream in (False, True):
                    case = (front.path, tools, stream)
                    turns, headers = self.answer(front, "near", CARD + say(front.path + str(stream)), tools, stream)
                    self.assertEqual(headers["x-sluice-label"], "regulated; financial", case)
                    rest = turns + front.results(turns) if tools else turns
                    for before in ([front.user("My card is [removed], please remember it.")], []):
                        if not before and front.path == "/v1/messages":
                            before = [front.user("Hello.")]
                        if not before and tools:
                            continue  # a result without its question is no conversation
                        status, headers, raw = self.ask(front, "far", before + rest + [front.user("Go on.")])
                        self.assertEqual((status, headers["x-sluice-label"]), (403, "regulated; financial"), (case, raw))
                        self.assertIn(b"was made from a regulated request", raw, case)
        self.assertEqual(self.far.bodies(), b"")
        wait_until(lambda: all(r["closing"] for r in self.sluice.records()), what="closing of all records")
        denied = [json.dumps(r) for r in self.sluice.records() if r["closing"]["outcome"] == "policy.denied"]
        self.assertTrue(denied)
        for record in denied:
            self.assertIn("was made from a regulated request", record)
            self.assertNotIn("Noted", record)

    def test_harmless_answers_and_other_tenants_change_nothing(self):
        front = Chat()
        turns, _ = self.answer(front, "near", "Why does bread rise?" + say(1))
        status, headers, _ = self.ask(front, "far", turns + [front.user("Go on.")])
        self.assertEqual((status, headers["x-sluice-label"]), (200, "public"))
        turns, _ = self.answer(front, "near", CARD + say(2))
        status, headers, _ = self.ask(front, "far", turns + [front.user("Go on.")], key="EVE")
        self.assertEqual((status, headers["x-sluice-label"]), (200, "public"))
        status, headers, _ = self.ask(front, "far", turns + [front.user("Go on.")])
        self.assertEqual((status, headers["x-sluice-label"]), (403, "regulated; financial"))
        # Words that a harmless request is answered with as well tell nothing.
        self.answer(front, "far", "Why does bread rise?" + say(2))
        status, headers, _ = self.ask(front, "far", turns + [front.user("Go on.")])
        self.assertEqual((status, headers["x-sluice-label"]), (200, "public"))

    def test_an_answer_is_known_however_its_client_writes_it(self):
        front = Chat()
        for stream in (False, True):
            turns, _ = self.answer(front, "near", CARD + ' say "Noted for M\u00fcller:  \\n- the first \\n- the second"', stream=stream)
            text = turns[0]["content"]
            self.assertEqual(text, "Noted for M\u00fcller:  \n- the first \n- the second")
            for back in (text, text.replace("\n", "\r\n"), "\n".join(line.rstrip() for line in text.split("\n")),
                         unicodedata.normalize("NFD", text), text + "\n\n"):
                status, headers, raw = self.ask(front, "far", [{"role": "assistant", "content": back}, front.user("Go on.")])
                self.assertEqual((status, headers["x-sluice-label"]), (403, "regulated; financial"), (back, raw))
            self.assertEqual(self.far.bodies(), b"")

    def test_a_masked_conversation_goes_on(self):
        front = Chat()
        first = front.user("Write to helen.kowalski@brightwater.io about the bread." + say(3))
        status, headers, raw = self.ask(front, "masked", [first])
        self.assertEqual((status, headers["x-sluice-label"]), (200, "confidential; pii"), raw)
        turns = front.turns(raw, False)
        for before in ([first], [front.user("Write to her about the bread.")]):
            status, headers, raw = self.ask(front, "masked", before + turns + [front.user("Go on.")])
            self.assertEqual(status, 200, raw)
        self.assertNotIn(b"kowalski", self.far.bodies())


if __name__ == "__main__":
    unittest.main()
