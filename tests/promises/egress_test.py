#!/usr/bin/env python3
"""Promise 1: the policy cannot be passed by. A fake hosted upstream records all it receives; of 200 prompts every
second carries a card number, an SSN, a key, a patient note or a contract clause in the system prompt, an old turn, a
tool result or the last turn. None of those may reach it, whatever the engine does; the public ones must."""
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "fakes"))
from deepseek import FakeDeepSeek  # noqa: E402
from sensitive import cases  # noqa: E402
from sluice import Sluice, wait_until  # noqa: E402

CASES = 200
HELD = {"key"}  # restricted: an approval, then the device only
HEALTHY = "context: 512"
FAILING = "context: 4"  # every prompt is longer: the engine refuses all of them


def config(fake, engine_options, route):
    return f"""
deployments:
  - {{name: local, kind: engine, model: "builtin:guide", zone: device, jurisdiction: local, threads: 1, {engine_options}}}
  - {{name: hosted, kind: deepseek, address: "{fake.address}", model: deepseek-flash, key_env: FAKE_KEY, zone: hosted,
     jurisdiction: CN, ca_file: "{fake.ca_file or ''}"}}
routes:
  chat: [{route}]
""".replace(', ca_file: ""', "").replace(',\n     jurisdiction: CN, ca_file: ""', ",\n     jurisdiction: CN")


class Egress(unittest.TestCase):
    def run_cases(self, engine_options, route, cue=None, stream=False):
        """Sends all cases; returns ({tag: status}, what the upstream received)."""
        with tempfile.TemporaryDirectory() as folder, FakeDeepSeek(tls=folder) as fake:
            fake.always = cue
            with Sluice(config(fake, engine_options, route), {"FAKE_KEY": "sk-fake-upstream-key-0123456789"}) as sluice:

                def ask(case):
                    if stream:
                        s = sluice.stream("chat", case["messages"], max_tokens=8)
                        list(s.events())
                        return case["tag"], s.status, s.headers
                    status, headers, _ = sluice.chat("chat", case["messages"], max_tokens=8)
                    return case["tag"], status, headers

                with concurrent.futures.ThreadPoolExecutor(8) as pool:
                    answers = {tag: (status, headers) for tag, status, headers in pool.map(ask, cases(CASES))}
                wait_until(lambda: all(r["closing"] for r in sluice.records()), what="closing of all records")
                records = sluice.records()
                log = sluice.log_text()
            self.assertEqual(len(records), CASES, "one record for each request")
            self.assert_no_content(log + repr(records))
            return answers, fake.bodies().decode()

    def assert_no_content(self, text):
        for case in cases(CASES):
            self.assertNotIn(case["tag"], text, "a log or a record holds prompt text")
            if case["sensitive"]:
                self.assertNotIn(case["sensitive"][:60], text, "a log or a record holds prompt text")

    def assert_confined(self, received):
        for case in cases(CASES):
            if case["kind"]:
                self.assertNotIn(case["tag"], received,
                                 f"a {case['kind']} in the {case['position']} reached the hosted upstream: {case['sensitive']}")

    def assert_public_arrived(self, received):
        for case in cases(CASES):
            if not case["kind"]:
                self.assertIn(case["tag"], received, "a public prompt did not reach the upstream")

    def test_hosted_first_and_a_healthy_engine(self):
        answers, received = self.run_cases(HEALTHY, "hosted, local")
        self.assert_confined(received)
        self.assert_public_arrived(received)
        for case in cases(CASES):
            status, headers = answers[case["tag"]]
            if case["kind"] in HELD:
                self.assertEqual(status, 403, "the built-in policy holds credentials for an approval")
                self.assertIn("x-sluice-ticket", headers)
                continue
            if case["kind"] and case["position"] == "tool result":
                self.assertEqual(status, 400, "the built-in guide takes no tool results, and nobody else may")
                continue
            self.assertEqual(status, 200)
            self.assertEqual(headers["x-sluice-deployment"], "local" if case["kind"] else "hosted", case)

    def test_a_text_that_asks_to_stay_here_stays(self):
        """Public in all but the wish, which stands in the text, in an earlier turn or in the system prompt."""
        wishes = ["Keep this local, please.", "Do not send this to the cloud.", "Bitte nur lokal verarbeiten.",
                  "Ne pas envoyer ce texte dans le cloud.", "No envíes esto a la nube.", "Non inviare al cloud.",
                  "Não envie isto para a nuvem.", "Nie wysyłaj tego do chmury.", "Не отправляй это в облако.",
                  "请不要上传到云端。", "クラウドには送らないでください。", "이건 클라우드로 보내지 마세요."]
        talk = ["How do I keep a variable local in Lua?", "Which local restaurants are good?", "What is cloud computing?"]
        text = "Summarise: the bees went home at noon."

        def places(wish, tag):
            yield [{"role": "user", "content": f"{wish} {text} {tag}"}]
            yield [{"role": "system", "content": wish}, {"role": "user", "content": f"{text} {tag}"}]
            yield [{"role": "user", "content": wish}, {"role": "assistant", "content": "Yes."},
                   {"role": "user", "content": f"{text} {tag}"}]

        with tempfile.TemporaryDirectory() as folder, FakeDeepSeek(tls=folder) as fake:
            with Sluice(config(fake, HEALTHY, "hosted, local"), {"FAKE_KEY": "sk-fake-upstream-key-0123456789"}) as sluice:
                for i, wish in enumerate(wishes):
                    for k, messages in enumerate(places(wish, f"mark-{i}")):
                        status, headers, _ = sluice.chat("chat", messages, max_tokens=8)
                        self.assertEqual((status, headers.get("x-sluice-deployment")), (200, "local"), (wish, k))
                for i, question in enumerate(talk):
                    messages = [{"role": "user", "content": f"{question} talk-{i}"}]
                    status, headers, _ = sluice.chat("chat", messages, max_tokens=8)
                    self.assertEqual((status, headers.get("x-sluice-deployment")), (200, "hosted"), question)
            received = fake.bodies().decode()
            for i in range(len(wishes)):
                self.assertNotIn(f"mark-{i}", received)
            for i in range(len(talk)):
                self.assertIn(f"talk-{i}", received)

    # A whole picture of one dot.
    PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    OPEN = """
policy: v1
revision: open-1
floors:
  - {id: tools, when: {parts: [tools]}, class: confidential}
  - {id: results, when: {parts: [tool_result]}, class: regulated}
rules:
  - {id: open, allow: [public, internal], zones: [device, private, managed, hosted]}
"""

    def assert_refused(self, cases):
        """Of (path, body, may it be sent), with one hosted deployment and public texts allowed there."""
        with tempfile.TemporaryDirectory() as folder, FakeDeepSeek() as fake:
            policy = os.path.join(folder, "policy.yaml")
            with open(policy, "w") as file:
                file.write(self.OPEN)
            conf = f"""
policy: {policy}
deployments:
  - {{name: far, kind: openai, dialect: vllm, address: "{fake.address}", model: deepseek-flash, key_env: FAKE_KEY, zone: hosted,
     jurisdiction: US}}
routes:
  chat: [far]
"""
            with Sluice(conf, {"FAKE_KEY": "sk-fake-upstream-key-0123456789"}) as sluice:
                for path, body, sent in cases:
                    before = len(fake.received)
                    status, _, answer = sluice.request("POST", path, json.dumps({"model": "chat"} | body))
                    self.assertEqual(len(fake.received) > before, sent, (path, body, status, answer[:300]))
                    self.assertEqual(status == 403, not sent, (path, body, status, answer[:300]))

    @staticmethod
    def said(*texts, **more):
        return "/v1/chat/completions", {"messages": [{"role": "user", "content": text} for text in texts]} | more

    def test_a_value_in_pieces_is_seen_whatever_stands_beside(self):
        def cases():
            for texts in (["45395787", "63621486", "thanks"], ["Pay with card:", "45395787", "63621486", "thanks"],
                          ["x", "4539", "5787", "6362", "1486", "5 times"], ["my SSN is 536-", "22-8736", "please"],
                          ["my key", "ghp_x7Kq2mR9vT4wZ8nB3", "cF6hJ1pL5sD0gAyEuQi", "please"],
                          ["IBAN", "DE7685713384", "8541873642", "Thanks"]):
                yield *self.said(*texts), False
                yield *self.said([{"type": "text", "text": text} for text in texts]), False
            for texts in (["45395788", "63621486", "thanks"], ["What is 12", "34", "plus", "5"], ["yes", "no", "42"]):
                yield *self.said(*texts), True

        self.assert_refused(cases())

    def test_tokens_and_pictures_in_fields_of_an_engine_stay(self):
        def cases():
            for name in ("prompt_token_ids", "input_ids", "token_ids", "tokens", "prompt_ids"):
                yield "/v1/completions", {"prompt": " ", name: [3617, 25, 1180]}, False
                yield *self.said("hi", **{name: [3617, 25, 1180]}), False
                yield "/v1/embeddings", {"input": "hi", name: [3617, 25, 1180]}, False
            yield "/v1/completions", {"prompt": " ", "prompt_embeds": "gAJjdG9yY2g="}, False
            yield *self.said("hi", images=[self.PNG]), False
            yield *self.said("hi", multi_modal_data={"image": self.PNG}), False
            yield *self.said("hi", zz={"a": ["DATA:image/png;BASE64," + self.PNG]}), False
            yield *self.said("hi", zz=[1] * 16), False
            path, body = self.said("hi")
            body["messages"][0]["images"] = [self.PNG]
            yield path, body, False
            for more in ({"allowed_token_ids": [1, 2, 3]}, {"stop_token_ids": [1, 2]}, {"logit_bias": {"1000": 1}},
                         {"metadata": {"image": "logo"}}):
                yield *self.said("hi", **more), True

        self.assert_refused(cases())

    def test_a_floor_on_tools_holds_for_every_form_of_them(self):
        function = {"name": "f", "description": "d", "parameters": {"type": "object", "properties": {}}}
        hello = {"role": "user", "content": "hi"}

        def cases():
            yield *self.said("hi", tools=[{"type": "function", "function": function}]), False
            yield *self.said("hi", functions=[function]), False
            for item in ({"type": "local_shell_call_output", "call_id": "c", "id": "c", "output": "r"},
                         {"type": "mcp_call", "id": "m", "name": "f", "server_label": "s", "arguments": "{}", "output": "r"},
                         {"type": "mcp_list_tools", "id": "m", "server_label": "s", "tools": [{"name": "f", "input_schema": {}}]}):
                yield "/v1/responses", {"input": [item, hello]}, False
            yield *self.said("hi"), True

        self.assert_refused(cases())

    def test_the_command_says_that_a_text_asks_to_stay_here(self):
        def classify(text, *options):
            command = [os.environ["SLUICE"], "classify", "-", *options]
            return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout

        for text, wish in (("Do not send this to the cloud.", True), ("What is cloud computing?", False)):
            self.assertIs(json.loads(classify(text, "--json"))["local_only"], wish, text)
            self.assertEqual("asks to stay here" in classify(text), wish, text)

    def test_hosted_first_streamed(self):
        _, received = self.run_cases(HEALTHY, "hosted, local", stream=True)
        self.assert_confined(received)
        self.assert_public_arrived(received)

    def test_a_failing_engine_moves_nothing_sensitive_to_the_hosted_upstream(self):
        answers, received = self.run_cases(FAILING, "local, hosted")
        self.assert_confined(received)
        self.assert_public_arrived(received)  # these may fall back, and do
        for case in cases(CASES):
            self.assertEqual(answers[case["tag"]][0] == 200, case["kind"] is None, case)

    def test_a_failing_upstream_sends_nothing_sensitive_either(self):
        answers, received = self.run_cases(HEALTHY, "hosted, local", cue="503")
        self.assert_confined(received)
        for case in cases(CASES):
            if case["position"] == "tool result" or case["kind"] in HELD:
                continue  # the guide takes none, and what is held waits
            self.assertEqual(answers[case["tag"]][0], 200, "the engine answers in the upstream's place")
            self.assertEqual(answers[case["tag"]][1]["x-sluice-deployment"], "local")


if __name__ == "__main__":
    unittest.main()
