#!/usr/bin/env python3
"""Values in escapes, exponents and JSON, spelled by encoders that are not ours (json, repr, float): what goes out is the
text with its value replaced and nothing else, in sources, logs and cut JSON; and an answer that is scanned stays the JSON
it was but for what was found, in tool arguments and JSON answers, in pieces of any size, by every front."""
import json
import os
import random
import re
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(__file__))
import mask_test as mask  # noqa: E402
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "fakes"))
import deepseek_script as script  # noqa: E402
from deepseek import FakeDeepSeek  # noqa: E402
from sensitive import luhn  # noqa: E402
from sluice import Sluice  # noqa: E402

CASES = 150
POLICY = """
policy: v1
revision: spelled-1
rules:
  - {id: open, allow: [public, internal], zones: [hosted]}
  - {id: masked, allow: [confidential, regulated, restricted], zones: [hosted], when: {categories_only: [pii, financial]},
     oblige: ["pseudonymise(pii, financial)"]}
"""
SCAN = """
policy: v1
revision: spelled-2
rules:
  - {id: open, allow: [public, internal, confidential, regulated, restricted], zones: [hosted],
     oblige: ["output_scan(financial, pii)"]}
"""
TOKEN = re.compile(r"(?:EMAIL|CREDITCARD)_[a-z0-9]{7}")
BEFORE = ["", "write to ", "x\n", "a line\r\n", "tab\t", "say \"", "(", "C:\\", "ä: ", "😀 ", "print(\"x\\n", "a\\tb\\t", "/"]
BEHIND = ["", " and so on", "\n", "\t|", "\"", ")", ">", "\\n\")", " 😀"]


def word(r):
    return "".join(r.choice("abcdefghklmn") for _ in range(r.randint(4, 8)))


def email(r):
    return f"{word(r)}.{word(r)}@{word(r)}.org"


def card(r):
    return luhn("4539", 16, r)


def exponents(digits):
    """The number as programs and spreadsheets write it, each the same number to Python."""
    forms = [digits + "e0", digits + "E+0", f"{digits[0]}.{digits[1:]}e15", f"{digits[0]}.{digits[1:]}E+15", digits + "0e-1"]
    assert all(int(float(form)) == int(digits) for form in forms)
    return forms


def odd(r, raw):
    """Some letters of a JSON text's strings as escapes that nobody needs."""
    return re.sub(r"\\u....|\\.|[a-z]", lambda m: f"\\u{ord(m[0]):04x}" if len(m[0]) == 1 and r.random() < 0.04 else m[0], raw)


def spelled(r, value):
    """A source, a log or a piece of JSON with the value in it, and the value as it is written there."""
    text = r.choice(["x\n", "tab\t", "a\r\n", "say \"", "'", "ä\n", "\u00a0"]) + value + r.choice(BEHIND[:7])
    code = r.choice([
        lambda: "print(" + repr(text) + ")", lambda: repr(text.encode()), lambda: "log.info(" + json.dumps(text) + ");",
        lambda: "ts=1 msg=" + json.dumps(text)[1:-1], lambda: '{"m":' + json.dumps(text) + ',"n":[1,2',
        lambda: '{"m":' + json.dumps(text) + "}\n" + '{"m":' + json.dumps("y\n" + value) + "}",
        lambda: "out = " + json.dumps(json.dumps({"m": text})) + " # so"])()
    return code



def document(r, depth, marks):
    """(a JSON value as text, what is to be read in its place)"""
    kind = r.choice(["string", "string", "number", "plain", "list", "object", "nested"] if depth else ["string", "number", "plain"])
    if kind == "string":
        value, mark = r.choice([(email(r), "[EMAIL]"), (card(r), "[CREDITCARD]")])
        before, behind = r.choice(BEFORE), r.choice(BEHIND)
        raw = json.dumps(before + value + behind, ensure_ascii=r.random() < 0.5)
        return (odd(r, raw) if r.random() < 0.3 else raw), before + mark + behind
    if kind == "number":
        digits = card(r)
        raw = r.choice([digits, "-" + digits, digits + ".0"] + exponents(digits))
        return raw, "[CREDITCARD]"
    if kind == "plain":
        value = r.choice([1, -2.5, True, None, "", "a\nb", [], {}, "C:\\new\\" + word(r), "[see] " + word(r), 12000.0])
        return json.dumps(value), value
    if kind == "list":
        items = [document(r, depth - 1, marks) for _ in range(r.randint(1, 3))]
        return "[" + ", ".join(raw for raw, _ in items) + "]", [want for _, want in items]
    members, wanted = [], {}
    for i in range(r.randint(1, 4)):
        name = want = f"k{i}{word(r)}"
        if r.random() < 0.15 and kind == "object":
            name = email(r)
            marks.append(name)
            want = "[EMAIL]" if len(marks) == 1 else f"[EMAIL {len(marks)}]"
        raw, value = document(r, depth - 1, marks)
        members.append(json.dumps(name) + r.choice([":", ": ", " : "]) + raw)
        wanted[want] = value
    raw = "{" + r.choice([",", ", ", ",\n  "]).join(members) + "}"
    return (json.dumps(raw), ("JSON", wanted)) if kind == "nested" else (raw, wanted)


def same(got, wanted):
    if isinstance(wanted, tuple):
        return isinstance(got, str) and same(json.loads(got), wanted[1])
    if isinstance(wanted, dict) and isinstance(got, dict):
        return list(got) == list(wanted) and all(same(got[k], wanted[k]) for k in wanted)
    if isinstance(wanted, list) and isinstance(got, list):
        return len(got) == len(wanted) and all(map(same, got, wanted))
    return type(got) is type(wanted) and got == wanted


class Spelled(unittest.TestCase):
    def serve(self, policy, always):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        fake = FakeDeepSeek()
        fake.always = always
        fake.__enter__()
        self.addCleanup(fake.__exit__)
        sluice = Sluice(mask.config(fake, policy, folder.name), mask.KEY).start()
        self.addCleanup(sluice.__exit__)
        return fake, sluice

    def test_what_goes_out_is_the_text_with_its_value_replaced_and_nothing_else(self):
        fake, sluice = self.serve(POLICY, "echo")
        for n in range(CASES):
            r = random.Random(n)
            value = r.choice([email, card])(r)
            text = spelled(r, value)
            status, _, answer = sluice.chat("chat", [{"role": "user", "content": text}], thinking={"type": "disabled"})
            self.assertEqual(status, 200, (text, answer))
            sent = json.loads(fake.received[-1].body)["messages"][0]["content"]
            self.assertNotIn(value, sent)
            self.assertEqual(TOKEN.sub(lambda _: value, sent), text)
            self.assertEqual(answer["choices"][0]["message"]["content"].strip(), text.strip())

    def test_a_number_with_an_exponent_goes_out_as_a_token_and_comes_back(self):
        fake, sluice = self.serve(POLICY, "echo")
        for n, number in enumerate(form for seed in range(4) for form in exponents(card(random.Random(seed)))):
            for text in ('{"c":' + number + "}", "a;b\n" + number + ";c", "the card is " + number + "."):
                call = [{"id": "c1", "type": "function", "function": {"name": "note", "arguments": '{"c":' + number + "}"}}]
                messages = [{"role": "user", "content": "look"}, {"role": "assistant", "content": None, "tool_calls": call},
                            {"role": "tool", "tool_call_id": "c1", "content": text}]
                status, _, answer = sluice.chat("chat", messages, thinking={"type": "disabled"})
                self.assertEqual(status, 200, (text, answer))
                sent = fake.received[-1].body.decode()
                self.assertNotIn(number[:12], sent, text)
                self.assertEqual(len(TOKEN.findall(sent)), 2, sent)

    def test_an_answer_that_is_scanned_stays_the_json_it_was(self):
        fake, sluice = self.serve(SCAN, None)
        self.addCleanup(setattr, script, "ARGUMENT_PIECE", script.ARGUMENT_PIECE)
        for n in range(CASES):
            r = random.Random(n)
            marks = []
            inside, wanted = document(r, 3, marks)
            raw = '{"v": ' + inside + ', "end": 1}'
            script.ARGUMENT_PIECE = r.choice([1, 2, 7, 60, 1000])
            path, make, read = list(mask.FRONTS.values())[n % 3]
            stream = bool(n & 1)
            for body in self.asks(path, raw):
                status, _, got = sluice.request("POST", path, json.dumps(body | {"model": "chat", "stream": stream}))
                self.assertEqual(status, 200, (raw, got[:600]))
                self.assertNotIn(b"policy.output", got, raw)
                text, _, arguments = read(got, stream)
                try:
                    said = json.loads(arguments or text)
                except ValueError:
                    self.fail(f"no JSON: {arguments or text!r} of {raw!r}")
                self.assertTrue(same(said, {"v": wanted, "end": 1}), (raw, said))

    @staticmethod
    def asks(path, raw):
        """Requests whose answer is `raw`: as a tool's arguments, and as an answer in JSON."""
        said = "say " + json.dumps(raw)
        use = "use tool note with " + raw
        schema = mask.TOOL["parameters"]
        if path.endswith("messages"):
            return [{"max_tokens": 4000, "messages": [{"role": "user", "content": use}],
                     "tools": [{"name": "note", "input_schema": schema}]}]
        if path.endswith("responses"):
            return [{"input": use, "tools": [{"type": "function", "name": "note", "parameters": schema}]}]
        return [{"messages": [{"role": "user", "content": use}], "tools": [{"type": "function", "function": {
            "name": "note", "parameters": schema}}]},
            {"messages": [{"role": "user", "content": said + " as JSON"}], "response_format": {"type": "json_object"}}]


if __name__ == "__main__":
    unittest.main()
