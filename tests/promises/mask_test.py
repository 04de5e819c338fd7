#!/usr/bin/env python3
"""Promise 1 for texts that may go out pseudonymised: a fake hosted upstream records all it receives and echoes it, in
pieces of three characters. It never sees an original; the client gets every original back, in answers, thoughts and tool
arguments, streamed and whole, by every front that generates, over protocols that are passed through and translated ones.
What no transformation takes away stays at home; so does what the obligations of the place forbid."""
import base64
import concurrent.futures
import gzip
import json
import os
import random
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "fakes"))
from deepseek import FakeDeepSeek  # noqa: E402
from sensitive import key, luhn, patient  # noqa: E402
from sluice import Sluice, wait_until  # noqa: E402

KEY = {"FAKE_KEY": "sk-fake-upstream-key-0123456789"}
CASES = 20
POLICY = """
policy: v1
revision: mask-1
rules:
  - {id: open, allow: [public, internal], zones: [device, private, managed, hosted]}
  - {id: home, allow: [confidential, regulated, restricted], zones: [device]}
  - {id: masked, allow: [confidential, regulated, restricted], zones: [hosted], when: {categories_only: [pii, financial, credentials]},
     oblige: ["pseudonymise(pii, financial)", redact(credentials), opaque_user, no_server_tools, max_output(500), notify(dpo)]}
tests:
  - {categories: [health], zone: hosted, want: deny}
assert:
  - never: {categories: [health], zone: hosted}
"""
SCAN = """
policy: v1
revision: scan-1
rules:
  - {id: open, allow: [public, internal, confidential, regulated, restricted], zones: [hosted],
     oblige: [output_scan(financial)]}
"""
NO_TOOLS = """
policy: v1
revision: tools-1
rules:
  - {id: open, allow: [public, internal], zones: [hosted], oblige: [no_tools]}
"""
TOOL = {"name": "note", "description": "Writes to helen.kowalski@brightwater.io.",
        "parameters": {"type": "object", "properties": {"text": {"type": "string"}}}}


def values(n):
    r = random.Random(n)
    word = lambda k: "".join(r.choice("bcdfgklmnprst") + r.choice("aeiou") for _ in range(k))  # noqa: E731
    number = luhn("4539", 16, r)
    return {"email": f"{word(3)}.{word(3)}@{word(4)}.org", "card": " ".join(number[i:i + 4] for i in range(0, 16, 4)),
            "second": f"{word(4)}@{word(3)}.de", "secret": "ghp_" + "".join(r.choice("abcdefghABCDEFGH123456") for _ in range(36))}


def prompt(v):
    return (f"Write \"to\" {v['email']} and\n`{v['second']}`, charge {v['card']}; not EMAIL_bcdfghj. Say: {v['email']} \\ "
            f"{v['card']}, URL mailto:{v['email']}?subject=x.")


def history(v):
    """Earlier turns with originals in a tool call and its result."""
    return [{"role": "user", "content": "Look up " + v["second"]},
            {"role": "assistant", "content": None, "reasoning_content": "I look for " + v["second"], "tool_calls": [
                {"id": "call_1", "type": "function", "function": {
                    "name": "note", "arguments": json.dumps({"text": v["second"], "deep": json.dumps({"card": v["card"]})})}}]},
            {"role": "tool", "tool_call_id": "call_1", "content": json.dumps({"owner": v["email"], "card": v["card"]})},
            {"role": "assistant", "content": "It belongs to " + v["email"], "reasoning_content": "So it is " + v["email"]}]


def chat(v, tools):
    body = {"model": "chat", "messages": history(v) + [{"role": "user", "content": prompt(v)}], "user": v["email"],
            "thinking": {"type": "enabled"}}
    if tools:
        body["tools"] = [{"type": "function", "function": TOOL}]
    return body


def responses(v, tools):
    body = {"model": "chat", "instructions": "Be kind to " + v["second"], "user": v["email"],
            "input": [{"role": "user", "content": "Look up " + v["second"]},
                      {"type": "reasoning", "summary": [], "content": [
                          {"type": "reasoning_text", "text": "I look for " + v["second"]}]},
                      {"type": "function_call", "call_id": "call_1", "name": "note",
                       "arguments": json.dumps({"text": v["second"]})},
                      {"type": "function_call_output", "call_id": "call_1", "output": json.dumps({"card": v["card"]})},
                      {"role": "user", "content": [{"type": "input_text", "text": prompt(v)}]}]}
    if tools:
        body["tools"] = [{"type": "function", **TOOL}]
    return body


def messages(v, tools):
    body = {"model": "chat", "max_tokens": 4000, "system": "Be kind to " + v["second"],
            "metadata": {"user_id": v["email"]},
            "messages": [{"role": "user", "content": "Look up " + v["second"]},
                         {"role": "assistant", "content": [
                             {"type": "thinking", "thinking": "I look for " + v["second"], "signature": "sig"},
                             {"type": "tool_use", "id": "call_1", "name": "note", "input": {"text": v["second"]}}]},
                         {"role": "user", "content": [
                             {"type": "tool_result", "tool_use_id": "call_1", "content": json.dumps({"card": v["card"]})}]},
                         {"role": "assistant", "content": [
                             {"type": "thinking", "thinking": "It is " + v["email"], "signature": "sig"},
                             {"type": "text", "text": "Found."}]},
                         {"role": "user", "content": prompt(v)}]}
    if tools:
        body["tools"] = [{"name": TOOL["name"], "description": TOOL["description"], "input_schema": TOOL["parameters"]}]
    return body


def events_of(raw):
    lines = [line[6:] for line in raw.decode().splitlines() if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def read_chat(raw, stream):
    """(text, thought, arguments)"""
    if not stream:
        m = json.loads(raw)["choices"][0]["message"]
        return m.get("content") or "", m.get("reasoning_content") or "", "".join(
            c["function"]["arguments"] for c in m.get("tool_calls") or [])
    deltas = [e["choices"][0]["delta"] for e in events_of(raw) if e.get("choices")]
    return ("".join(d.get("content") or "" for d in deltas), "".join(d.get("reasoning_content") or "" for d in deltas),
            "".join(c["function"].get("arguments") or "" for d in deltas for c in d.get("tool_calls") or []))


def read_responses(raw, stream):
    if stream:
        events = events_of(raw)
        text = "".join(e["delta"] for e in events if e["type"] == "response.output_text.delta")
        arguments = "".join(e["delta"] for e in events if e["type"] == "response.function_call_arguments.delta")
        whole = next(e["response"] for e in events if e["type"] in ("response.completed", "response.incomplete"))
    else:
        whole = json.loads(raw)
    parts = [p for item in whole["output"] for p in item.get("content") or []]
    said = "".join(p["text"] for p in parts if p["type"] == "output_text")
    called = "".join(i["arguments"] for i in whole["output"] if i["type"] == "function_call")
    if stream and (text, arguments) != (said, called):
        raise AssertionError("the pieces of a stream and its end differ")
    return said, "".join(p["text"] for p in parts if p["type"] == "reasoning_text"), called


def read_messages(raw, stream):
    if not stream:
        blocks = json.loads(raw)["content"]
        return ("".join(b["text"] for b in blocks if b["type"] == "text"),
                "".join(b["thinking"] for b in blocks if b["type"] == "thinking"),
                "".join(json.dumps(b["input"]) for b in blocks if b["type"] == "tool_use"))
    deltas = [e["delta"] for e in events_of(raw) if e["type"] == "content_block_delta"]
    return tuple("".join(d.get(name, "") for d in deltas) for name in ("text", "thinking", "partial_json"))


FRONTS = {"chat": ("/v1/chat/completions", chat, read_chat), "responses": ("/v1/responses", responses, read_responses),
          "messages": ("/v1/messages", messages, read_messages)}


def config(fake, policy, folder, kind="deepseek"):
    path = os.path.join(folder, "policy.yaml")
    with open(path, "w") as file:
        file.write(policy)
    dialect = {"deepseek": "", "vllm": ", dialect: vllm", "generic": ", dialect: generic"}[kind]
    name = "deepseek" if kind == "deepseek" else "openai"
    return f"""
policy: {path}
notify: [{{name: dpo}}]
deployments:
  - {{name: hosted, kind: {name}{dialect}, address: "{fake.address}", model: deepseek-flash, key_env: FAKE_KEY, zone: hosted,
     jurisdiction: CN}}
routes:
  chat: [hosted]
"""


class Mask(unittest.TestCase):
    def setUp(self):
        import tempfile
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def serve(self, policy, kind="deepseek"):
        fake = FakeDeepSeek()
        fake.always = "echo"
        fake.__enter__()
        self.addCleanup(fake.__exit__)
        sluice = Sluice(config(fake, policy, self.folder.name, kind), KEY).start()
        self.addCleanup(sluice.__exit__)
        return fake, sluice

    def assert_unseen(self, received, n):
        for i in range(n):
            for name, value in values(i).items():
                for form in {value, value.replace(" ", ""), value.replace("@", "\\u0040")}:
                    self.assertNotIn(form, received, f"the {name} of case {i} reached the upstream")

    def run_front(self, name, kind):
        path, make, read = FRONTS[name]
        fake, sluice = self.serve(POLICY, kind)

        def ask(i):
            # The fake wants thoughts back in a history with tools, which an engine of unknown kind is not sent.
            stream, tools = bool(i & 1), bool(i & 2) and kind != "generic"
            body = make(values(i), tools) | ({"stream": True} if stream else {})
            return (i, stream, tools) + sluice.request("POST", path, json.dumps(body))

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(ask, range(CASES)))
        received = fake.bodies().decode()
        self.assert_unseen(received, CASES)
        self.assertNotIn("helen.kowalski", received, "a tool's description reached the upstream")
        for i, stream, tools, status, headers, raw in answers:
            self.assertEqual(status, 200, (name, kind, i, raw[:600]))
            text, thought, arguments = read(raw, stream)
            said = prompt(values(i))
            self.assertEqual(json.loads(arguments)["text"].strip() if tools else text.strip(), said, (name, kind, i))
            if thought:
                self.assertEqual(thought.strip(), said, (name, kind, i))
        wait_until(lambda: all(r["closing"] for r in sluice.records()), what="closing of all records")
        kept = sluice.log_text() + repr(sluice.records())
        self.assertIn("policy.notify", kept)
        self.assert_unseen(kept, CASES)
        return [json.loads(r.body) for r in fake.received]

    def test_chat_passed_through(self):
        for body in self.run_front("chat", "deepseek"):
            self.assertRegex(body["user_id"], "^t_[a-z]{24}$")
            self.assertEqual(body["user"], body["user_id"])
            self.assertLessEqual(body["max_tokens"], 500)

    def test_chat_to_another_engine(self):
        for body in self.run_front("chat", "vllm"):
            self.assertRegex(body["cache_salt"], "^t_[a-z]{24}$")

    def test_responses(self):
        self.run_front("responses", "deepseek")

    def test_responses_translated(self):
        self.run_front("responses", "generic")

    def test_messages(self):
        self.run_front("messages", "deepseek")

    def test_messages_translated(self):
        for body in self.run_front("messages", "generic"):
            self.assertRegex(body["user"], "^t_[a-z]{24}$")

    def test_a_value_has_the_same_token_in_every_turn_and_another_in_another_conversation(self):
        fake, sluice = self.serve(POLICY)
        v, turns = values(1), []
        for said in ["Hello, I am " + v["email"], "And again: " + v["email"]]:
            turns.append({"role": "user", "content": said})
            status, _, answer = sluice.chat("chat", turns)
            self.assertEqual(status, 200)
            turns.append({"role": "assistant", "content": answer["choices"][0]["message"]["content"]})
        sluice.chat("chat", [{"role": "user", "content": "Other: " + v["email"]}])
        tokens = [re.findall("EMAIL_[a-z0-9]{7}", r.body.decode()) for r in fake.received]
        self.assertEqual(len(tokens[1]), 3)
        self.assertEqual(set(tokens[0]), set(tokens[1]))
        self.assertNotEqual(set(tokens[2]), set(tokens[0]))

    def test_a_redacted_secret_leaves_a_mark_and_does_not_come_back(self):
        fake, sluice = self.serve(POLICY)
        token = values(3)["secret"]
        status, _, answer = sluice.chat("chat", [{"role": "user", "content": f"Use the token {token} to push."}])
        self.assertEqual(status, 200, answer)
        self.assertNotIn(token, fake.bodies().decode() + json.dumps(answer))
        self.assertIn("[SECRET]", answer["choices"][0]["message"]["content"])

    def test_what_cannot_be_masked_is_not_sent(self):
        fake, sluice = self.serve(POLICY)
        r = random.Random(5)
        cases = [[{"role": "user", "content": patient(r) + " Contact: " + values(i)["email"]}] for i in range(6)]
        cases.append([{"role": "user", "content": [
            {"type": "text", "text": values(9)["email"]},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}]}])
        for case in cases:
            status, _, answer = sluice.chat("chat", case)
            self.assertEqual(status, 403, answer)
            self.assertIn(answer["error"]["code"], ("policy.denied", "policy.obligation"))
        self.assertEqual(fake.received, [])

    def test_a_value_in_pieces_is_masked_in_all_of_them_or_not_sent(self):
        fake, sluice = self.serve(POLICY)
        number, address = values(4)["card"].replace(" ", ""), values(4)["email"]
        for said in ([f"card {number[:8]}", f"{number[8:]} ok"], ["card", number[:8], number[8:], "ok"],
                     [f"mail {address[:-6]}", f"{address[-6:]} please"]):
            for content in ([{"role": "user", "content": text} for text in said],
                            [{"role": "user", "content": [{"type": "text", "text": text} for text in said]}]):
                status, _, answer = sluice.chat("chat", content)
                self.assertEqual(status, 200, answer)
        received = fake.bodies().decode()
        for half in (number[:8], number[8:], address[:-6]):
            self.assertNotIn(half, received)
        arrived = len(fake.received)
        status, _, answer = sluice.chat("chat", [{"role": "user", "content": f"my card is {number[:-1]}"},
                                                 {"role": "user", "content": f"{number[-1]} ok"}])
        self.assertEqual((status, answer["error"]["code"]), (403, "policy.obligation"), answer)
        self.assertEqual(len(fake.received), arrived)

    def test_a_value_in_pieces_of_fields_schemas_and_arguments_is_masked_or_not_sent(self):
        fake, sluice = self.serve(POLICY)
        number = values(6)["card"].replace(" ", "")
        first, second = number[:8], number[8:]

        def function(name, description, **properties):
            return {"type": "function", "function": {"name": name, "description": description, "parameters": {
                "type": "object", "properties": properties}}}
        ask = [{"role": "user", "content": "Hello"}]
        call = [*ask, {"role": "assistant", "content": None, "tool_calls": [{"id": "c", "type": "function", "function": {
            "name": "f", "arguments": json.dumps({"a": "x", "b": "card " + first, "c": second, "d": "y"})}}]},
            {"role": "tool", "tool_call_id": "c", "content": "ok"}]
        text = {"type": "string", "description": "card " + first}
        for messages_, fields in [
                (ask, {"tools": [function("f", "card " + first), function("g", second)]}),
                (ask, {"tools": [function("f", "", a=text, b={"type": "string", "description": second})]}),
                (ask, {"metadata": {"a": "card " + first, "b": second}}),
                (ask, {"stop": ["card " + first, second]}),
                (call, {})]:
            status, _, answer = sluice.chat("chat", messages_, **fields)
            self.assertTrue(status == 200 or answer["error"]["code"].startswith("policy."), answer)
        for coded in (f"card {first}\f{second}", base64.b64encode(f"my card is {number}".encode("utf-16le")).decode(),
                      base64.b64encode(gzip.compress(f"my card is {number}".encode())).decode()):
            status, _, answer = sluice.chat("chat", [{"role": "user", "content": "see " + coded}])
            self.assertTrue(status == 200 or answer["error"]["code"].startswith("policy."), answer)
            self.assertNotIn(coded, fake.bodies().decode())
        self.assertGreater(len(fake.received), 0)
        for half in (first, second):
            self.assertNotIn(half, fake.bodies().decode())

    def test_a_number_that_cannot_be_a_token_is_not_sent_and_its_place_is_named(self):
        fake, sluice = self.serve(POLICY)
        for field in ("seed", "top_logprobs"):
            status, _, answer = sluice.chat("chat", [{"role": "user", "content": "Hello"}], **{field: 4539148803436467})
            if answer.get("error", {}).get("code") == "request.invalid":  # no such number is taken there at all
                self.assertNotEqual(field, "seed", answer)
                continue
            self.assertEqual((status, answer["error"]["code"], answer["error"]["param"]), (403, "policy.obligation", "$." + field))
        self.assertEqual(fake.received, [])

    def test_a_declassification_that_does_not_apply_changes_nothing(self):
        fake, sluice = self.serve(POLICY)
        said = [{"role": "user", "content": "Hello, I am " + values(1)["email"]}]
        for headers in ({}, {"x-sluice-declassify": "nope"}, {"x-sluice-declassify": "nope", "x-sluice-reason": "because"}):
            self.assertEqual(sluice.chat("chat", said, headers=headers)[0], 200, headers)
        self.assert_unseen(fake.bodies().decode(), 2)
        self.assertEqual(len(fake.received), 3)

    def test_tools_of_the_upstream_are_refused_by_name(self):
        fake, sluice = self.serve(POLICY)
        for more in ({"web_search_options": {}}, {"plugins": [{"id": "web"}]}):
            status, _, answer = sluice.chat("chat", [{"role": "user", "content": values(1)["email"]}], **more)
            self.assertEqual((status, answer["error"]["code"]), (403, "policy.obligation"), answer)
            self.assertEqual(answer["error"]["param"], "$." + next(iter(more)))
        self.assertEqual(fake.received, [])

    def test_no_tools_means_no_tools(self):
        fake, sluice = self.serve(NO_TOOLS)
        tool = {"type": "function", "function": {"name": "note", "parameters": {"type": "object", "properties": {}}}}
        status, _, answer = sluice.chat("chat", [{"role": "user", "content": "Hello"}], tools=[tool])
        self.assertEqual((status, answer["error"]["code"], answer["error"]["param"]), (403, "policy.obligation", "$.tools[0]"))
        self.assertEqual(fake.received, [])
        self.assertEqual(sluice.chat("chat", [{"role": "user", "content": "Hello"}])[0], 200)

    def test_an_answer_is_scanned_while_it_streams(self):
        fake, sluice = self.serve(SCAN)
        number = values(7)["card"]
        said = "Sure. " * 100 + "The card is " + number + ", as you asked. " + "Bye. " * 200
        for stream in (False, True):
            body = {"model": "chat", "messages": [{"role": "user", "content": said}], "stream": stream}
            status, _, raw = sluice.request("POST", "/v1/chat/completions", json.dumps(body))
            self.assertEqual(status, 200, raw[:300])
            text, thought, _ = read_chat(raw, stream)
            self.assertEqual(text.strip(), said.replace(number, "[CREDITCARD]").strip())
            self.assertNotIn(number, thought)


if __name__ == "__main__":
    unittest.main()
