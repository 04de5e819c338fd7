#!/usr/bin/env python3
"""What `classify` and `policy explain` say is what the gateway would do: files that no detector can read are restricted,
what can't be read at all is an error, requests are judged whole, and a request that an obligation refuses is not called
allowed. The files are made by Python's own encoders; the answers are held against a running gateway."""
import gzip
import json
import os
import subprocess
import sys
import tempfile
import unittest
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "fakes"))
from deepseek import FakeDeepSeek  # noqa: E402
from files import pdf  # noqa: E402
from sluice import Sluice  # noqa: E402

KEYS = {"FAKE_KEY": "sk-fake-upstream-key-0123456789", "ANN": "ann-0123456789abcdef0123"}
CARD = "4539 1488 0343 6467"
SECRET = f"Patient Helen Kowalski, card {CARD}, password: Tr0ub4dor&3"
POLICY = """
policy: v1
revision: commands-1
default_class: public
rules:
  - {id: open, allow: [public, internal], when: {routes: [plain]}}
  - {id: bare, allow: [public, internal], when: {routes: [bare]}, oblige: [no_tools]}
  - {id: own, allow: [public, internal], when: {routes: [own]}, oblige: [no_server_tools]}
  - {id: short, allow: [public, internal], when: {routes: [short]}, oblige: [max_output(100)]}
  - {id: left, allow: [public, internal], when: {routes: [masked]}}
  - {id: masked, allow: ">=confidential", when: {routes: [masked], categories_only: [pii, financial, credentials]},
     oblige: ["pseudonymise(pii)"]}
"""


def config(fake, folder):
    return f"""
policy: {folder}/policy.yaml
keys:
  - {{name: ann, key_env: ANN, team: sales}}
deployments:
  - {{name: far, kind: deepseek, address: "{fake.address}", model: deepseek-flash, key_env: FAKE_KEY, zone: hosted,
     jurisdiction: CN, ca_file: "{fake.ca_file}"}}
routes: {{plain: [far], bare: [far], own: [far], short: [far], masked: [far]}}
"""


def user(text):
    return [{"role": "user", "content": text}]


def requests():
    """(name, body, whether it may go)"""
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    yield "plain", {"model": "plain", "messages": user("Why does bread rise?")}, True
    yield "a card", {"model": "plain", "messages": user(SECRET)}, False
    yield "a tool", {"model": "plain", "messages": user("hi"), "tools": [tool]}, True
    yield "no tools", {"model": "bare", "messages": user("hi"), "tools": [tool]}, False
    yield "no functions", {"model": "bare", "messages": user("hi"), "functions": [{"name": "f"}]}, False
    yield "bare", {"model": "bare", "messages": user("hi")}, True
    yield "an upstream's tools", {"model": "own", "messages": user("hi"), "web_search_options": {}}, False
    yield "tools of the client", {"model": "own", "messages": user("hi"), "tools": [tool]}, True
    yield "limited", {"model": "short", "messages": user("hi"), "max_tokens": 50}, True
    yield "an address", {"model": "masked", "messages": user("write to helen.kowalski@brightwater.io")}, True
    yield "what is left", {"model": "masked", "messages": user(f"write to helen.kowalski@brightwater.io, {CARD}")}, False


class Commands(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        with open(self.path("policy.yaml"), "w") as file:
            file.write(POLICY)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return self.path(name)

    def run_it(self, *command, stdin=None):
        return subprocess.run([os.environ["SLUICE"], *command], input=stdin, capture_output=True, text=True,
                              env=os.environ | KEYS, timeout=60)

    def classify(self, path):
        done = self.run_it("classify", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.splitlines()[0]

    def test_files_that_nobody_can_read_are_restricted(self):
        with zipfile.ZipFile(self.path("a.docx"), "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("word/document.xml", f"<w:t>{SECRET}</w:t>" * 20)
        unread = {"letter.pdf": pdf([SECRET]), "open.pdf": b"%PDF-1.4\n% letters alone, as ASCII85 has them\n",
                  "a.gz": gzip.compress(SECRET.encode()), "le.txt": ("\ufeff" + SECRET).encode("utf-16-le"),
                  "be.txt": ("\ufeff" + SECRET).encode("utf-16-be"), "no_mark.txt": SECRET.encode("utf-16-le"),
                  "wide.txt": SECRET.encode("utf-32"), "latin.txt": "Grüße aus Köln".encode("latin-1"),
                  "picture.png": b"\x89PNG\r\n\x1a\n" + bytes(40), "noise.bin": bytes(range(256))}
        for name, content in unread.items():
            self.write(name, content)
        for name in [*unread, "a.docx"]:
            self.assertEqual(self.classify(self.path(name)), "restricted", name)
            explained = self.run_it("policy", "explain", self.path(name))
            self.assertNotIn("ALLOWED", explained.stdout, name)
        for name, text in {"plain.txt": "Why does bread rise?", "marked.txt": "\ufeffWhy does bread rise?",
                           "colours.log": "\x1b[31mred\x1b[0m, and bread", "tags.txt": "ID3 tags stand before the sound",
                           "empty.txt": "", "locale.json": '{"messages": {"hello": "Hallo"}}'}.items():
            self.assertNotIn("restricted", self.classify(self.write(name, text)), name)
        self.assertIn("financial", self.classify(self.write("card.txt", f"my card is {CARD}")))

    def test_what_can_not_be_read_is_an_error(self):
        for what in (self.folder.name, "/proc/self/mem", self.path("missing")):
            for command in (["classify"], ["classify", "--json"], ["classify", "--jsonl"], ["policy", "explain"]):
                done = self.run_it(*command, what)
                self.assertEqual(done.returncode, 1, (command, what, done.stdout))
                self.assertIn("input.unreadable", done.stderr, (command, what))
                self.assertEqual(done.stdout, "", (command, what))
        done = subprocess.run([os.environ["SLUICE"], "fingerprint", "/proc/self/mem"], capture_output=True, text=True,
                              env=os.environ | {"SLUICE_FINGERPRINT_KEY": "0123456789abcdef0123"}, timeout=60)
        self.assertEqual(done.returncode, 1, done.stderr)

    def test_a_broken_request_gets_the_gateways_own_error(self):
        with FakeDeepSeek(tls=self.folder.name) as fake:
            config_file = self.write("sluice.yaml", config(fake, self.folder.name))
            broken = ['{"model":"plain","messages":[{"role":"user","content":"hi","content":"yo"}]}',
                      '{"model":"plain","messages":[{"role":"user","content":"hi"}',
                      '{"model":"plain","messages":"hi"}', '{"model":"plain","messages":[{"role":7,"content":"hi"}]}',
                      '{"messages":[{"role":"user","content":"hi"}]}']
            with Sluice(config(fake, self.folder.name), KEYS) as sluice:
                for text in broken:
                    status, _, body = sluice.request("POST", "/v1/chat/completions", text.encode(),
                                                     {"authorization": "Bearer " + KEYS["ANN"]})
                    self.assertEqual(status, 400, text)
                    said = json.loads(body)["error"]["message"]
                    path = self.write("broken.json", text)
                    for command in (["classify", path], ["policy", "explain", path, "--config", config_file]):
                        done = self.run_it(*command)
                        self.assertEqual(done.returncode, 1, (text, done.stdout))
                        self.assertIn(said.split(" (at ")[0].split(";")[0], done.stderr)
            self.assertEqual(fake.bodies(), b"")

    def test_requests_of_every_protocol_are_judged_as_such(self):
        picture = {"type": "input_image", "image_url": "https://example.com/a.png"}
        for body in ({"model": "m", "input": [{"role": "user", "content": [picture]}]},
                     {"model": "m", "prompt": [[1, 2, 3]]}, {"model": "m", "input": [1, 2, 3]},
                     {"model": "m", "input": "hi", "previous_response_id": "resp_1"}):
            self.assertEqual(self.classify(self.write("r.json", json.dumps(body))), "restricted", body)
        call = {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "n", "input": {"card": CARD}}]}
        for body in ({"model": "m", "max_tokens": 5, "messages": [*user("hi"), call]},
                     {"model": "m", "max_tokens": 5, "system": CARD, "messages": user("hi")},
                     {"model": "m", "input": "hi", "instructions": "the card " + CARD}):
            self.assertIn("financial", self.classify(self.write("r.json", json.dumps(body))), body)

    def test_a_protocol_is_known_by_what_only_it_has(self):
        hello = {"model": "m", "messages": user("hi")}
        tool = {"name": "f", "input_schema": {"type": "object"}}
        function = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
        result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "done"}]}
        search = {"type": "web_search_20250305", "name": "web_search", "max_uses": 3}
        said = {"role": "assistant", "content": None,
                "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}
        for body, name in ((hello | {"max_tokens": 5}, "chat"),
                           (hello | {"max_tokens": 5, "tools": [tool]}, "messages"),
                           (hello | {"max_tokens": 5, "tools": [{"type": "custom"} | tool]}, "messages"),
                           (hello | {"max_tokens": 5, "tools": [search]}, "messages"),
                           (hello | {"max_tokens": 5, "messages": [*user("hi"), result]}, "messages"),
                           (hello | {"max_tokens": 5, "stop_sequences": ["x"]}, "messages"),
                           (hello | {"max_tokens": 5, "thinking": {"type": "enabled", "budget_tokens": 4}}, "messages"),
                           (hello | {"tools": [tool]}, "count_tokens"), (hello | {"system": "Be kind."}, "count_tokens"),
                           (hello | {"tools": [tool], "stream": True, "max_tokens": 5}, "messages"),
                           (hello | {"tools": [function], "thinking": {"type": "enabled"}}, "chat"),
                           (hello | {"system": "a field of a server's", "messages": [*user("hi"), said],
                                     "tools": [function]}, "chat"),
                           ({"model": "m", "input": "hi"}, "responses"),
                           ({"model": "m", "prompt": {"id": "pmpt_1"}, "input": "hi"}, "responses"),
                           ({"model": "text-embedding-3-small", "input": "hi"}, "embeddings"),
                           ({"model": "m", "input": "hi", "dimensions": 8}, "embeddings"),
                           ({"model": "m", "input": ["hi"]}, "embeddings"), ({"model": "m", "prompt": "hi"}, "completions")):
            path = self.write("r.json", json.dumps(body))
            for options in ([], ["--protocol", name]):
                done = self.run_it("classify", "--json", path, *options)
                self.assertEqual(done.returncode, 0, (body, done.stderr))
                self.assertEqual(json.loads(done.stdout)["protocol"], name, body)
            self.assertEqual(self.run_it("classify", path).stdout.splitlines()[-1],
                             f"read as a request of {name} (--protocol says otherwise)")
            self.assertIn(f"read as a request of {name}", self.run_it("policy", "explain", path, "--model", "auto").stdout)
        path = self.write("r.json", json.dumps(hello))
        self.assertIn("max_tokens", self.run_it("classify", path, "--protocol", "messages").stderr)
        self.assertIn("count_tokens", self.run_it("classify", path, "--protocol", "count_tokens").stdout)
        self.assertIn("command.protocol", self.run_it("classify", path, "--protocol", "gemini").stderr)
        self.assertIn("json.syntax", self.run_it("classify", "-", "--protocol", "chat", stdin="hi").stderr)
        self.assertNotIn("read as", self.run_it("classify", "-", stdin="hi").stdout)

    def test_explain_says_what_the_gateway_does(self):
        with FakeDeepSeek(tls=self.folder.name) as fake:
            config_file = self.write("sluice.yaml", config(fake, self.folder.name))
            with Sluice(config(fake, self.folder.name), KEYS) as sluice:
                for name, body, may_go in requests():
                    status, _, answer = sluice.request("POST", "/v1/chat/completions", json.dumps(body).encode(),
                                                       {"authorization": "Bearer " + KEYS["ANN"]})
                    self.assertEqual(status, 200 if may_go else 403, (name, answer))
                    path = self.write("request.json", json.dumps(body))
                    done = self.run_it("policy", "explain", path, "--config", config_file, "--principal", "ann")
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertEqual("may go to far" in done.stdout, may_go, (name, done.stdout))
                    self.assertNotIn("policy.notify", done.stderr)
            limited = self.run_it("policy", "explain", path, "--config", config_file, "--model", "short")
            self.assertIn("DENIED", limited.stdout)  # the last request holds a card
            plain = self.run_it("policy", "explain", "-", "--config", config_file, "--model", "masked",
                                stdin="write to helen.kowalski@brightwater.io")
            self.assertIn("may go to far", plain.stdout)
            self.assertIn("pseudonymised", plain.stdout)

    def test_explain_refuses_what_the_gateway_refuses_of_a_request_alone(self):
        hello = {"model": "plain", "messages": user("hi")}
        schema = {"type": "json_schema", "json_schema": {"name": "s", "schema": {"type": "object"}}}
        asked = [("/v1/chat/completions", "chat", hello | {"n": 17}), ("/v1/chat/completions", "chat", hello | {"n": 2}),
                 ("/v1/chat/completions", "chat", hello | {"route": "fallback"}),
                 ("/v1/chat/completions", "chat", hello | {"response_format": schema}),
                 ("/v1/embeddings", "embeddings", {"model": "plain", "input": "hi"}),
                 ("/v1/messages/count_tokens", "count_tokens", hello),
                 ("/v1/messages", "messages", hello | {"max_tokens": 5}),
                 ("/v1/responses", "responses", {"model": "plain", "input": "hi", "top_logprobs": 3}),
                 ("/v1/responses", "responses", {"model": "plain", "input": "hi", "truncation": "auto"}),
                 ("/v1/responses", "responses", {"model": "plain", "input": "hi"})]
        with FakeDeepSeek(tls=self.folder.name) as fake:
            config_file = self.write("sluice.yaml", config(fake, self.folder.name))
            refusals = 0
            with Sluice(config(fake, self.folder.name), KEYS) as sluice:
                for page, protocol, body in asked:
                    status, _, answer = sluice.request("POST", page, json.dumps(body).encode(),
                                                       {"authorization": "Bearer " + KEYS["ANN"]})
                    path = self.write("request.json", json.dumps(body))
                    done = self.run_it("policy", "explain", path, "--config", config_file, "--principal", "ann",
                                       "--protocol", protocol)
                    self.assertEqual("may go to far" in done.stdout, status == 200, (body, answer, done))
                    if status == 200:
                        continue
                    refusals += 1
                    said = json.loads(answer)["error"]["message"]
                    self.assertIn(said.split(" (at ")[0].split(";")[0], done.stdout, body)
            self.assertGreaterEqual(refusals, 5)

    def test_explain_knows_who_there_is(self):
        with FakeDeepSeek(tls=self.folder.name) as fake:
            config_file = self.write("sluice.yaml", config(fake, self.folder.name))
            for options, code in ((["--principal", "anne"], 'policy.unknown_principal'),
                                  (["--team", "slaes", "--principal", "ann"], 'policy.unknown_team'),
                                  (["--workload", "zz"], 'policy.unknown_workload'), (["--model", "nope"], "route.unknown")):
                done = self.run_it("policy", "explain", "-", "--config", config_file, *options, stdin="hi")
                self.assertEqual((done.returncode, done.stdout), (1, ""), options)
                self.assertIn(code, done.stderr)
            for options in (["--principal", "ann"], ["--team", "sales"], []):
                done = self.run_it("policy", "explain", "-", "--config", config_file, *options, stdin="hi")
                self.assertEqual(done.returncode, 0, done.stderr)

    def test_tests_name_what_the_configuration_has(self):
        with FakeDeepSeek(tls=self.folder.name) as fake:
            config_file = self.write("sluice.yaml", config(fake, self.folder.name))
            self.write("policy.yaml", POLICY + "tests:\n  - {class: restricted, zone: hosted, team: slaes, want: deny}\n")
            for command in ("check", "test", "prove"):
                done = self.run_it("policy", command, self.path("policy.yaml"), "--config", config_file)
                self.assertEqual(done.returncode, 1, command)
                self.assertIn('did you mean "sales"?', done.stderr)
                self.assertEqual(self.run_it("policy", command, self.path("policy.yaml")).returncode, 0, command)


if __name__ == "__main__":
    unittest.main()
