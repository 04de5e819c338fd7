#!/usr/bin/env python3
"""Promise 1 for what administrators add: texts with a match of an own pattern, a term of an own dictionary or a passage
of a protected document never reach the hosted upstream, in whatever part of the request and notation they stand; texts
beside them do. Records and explanations name the detector and hold no text."""
import base64
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "fakes"))
from deepseek import FakeDeepSeek  # noqa: E402
from sluice import Sluice, wait_until  # noqa: E402

KEY = "own-test-fingerprint-key-0123456789"
ENV = {"FAKE_KEY": "sk-fake-upstream-key-0123456789", "PRINT_KEY": KEY}

# The protected document: plain sentences, none of them in the words of the patterns and terms below.
DOCUMENT = """The windmill on the northern hill was built by three brothers who had never seen the sea. They carried the
beams up the slope during the driest summer in living memory, and the eldest kept a drawing of every joint. When the
first storm came the sails turned so fast that the youngest climbed out to tie them with his own belt. People in the
valley still say that the stones grind softer flour on days when the wind remembers his name. In autumn they painted the
door green because the painter had nothing else left, and nobody has dared to change it since that day."""
PASSAGE = ("They carried the beams up the slope during the driest summer in living memory, and the eldest kept a drawing "
           "of every joint.")


def config(fake, folder):
    return f"""
deployments:
  - {{name: local, kind: engine, model: "builtin:guide", zone: device, jurisdiction: local, threads: 1, context: 512}}
  - {{name: hosted, kind: deepseek, address: "{fake.address}", model: deepseek-flash, key_env: FAKE_KEY, zone: hosted,
     jurisdiction: CN, ca_file: "{fake.ca_file}"}}
routes:
  chat: [hosted, local]
detectors:
  key_env: PRINT_KEY
  patterns:
    - name: shelf_mark
      category: business
      regex: '\\bQX-\\d{{4}}-[a-z]{{2}}\\b'
      ignore_case: true
      examples: {{match: [it lies at QX-1234-ab], no_match: [QX-12-ab]}}
  dictionaries:
    - {{name: code_names, category: business, class: regulated, file: "{folder}/names.txt"}}
  fingerprints:
    - {{name: mill_papers, category: legal, prints: "{folder}/mill.prints"}}
"""


def secrets():
    yield "pattern", "shelf_mark", "where is qx-4821-PB?"
    yield "pattern, base64", "shelf_mark", base64.b64encode(b"where is qx-4821-pb kept at noon").decode()
    yield "pattern, full width", "shelf_mark", "where is ＱＸ－４８２１－ｐｂ?"
    yield "term", "code_names", "what became of Velvet  Otter in the end?"
    yield "term, other case and joint", "code_names", "open velvet_otter now"
    yield "term, zero-width", "code_names", "what became of Vel\u200bvet Ot\u00adter?"
    yield "passage", "mill_papers", f"Someone wrote: {PASSAGE} Is it well written?"
    yield "passage, set otherwise", "mill_papers", PASSAGE.upper().replace(" ", "\n> ").replace(",", "")


def talks():
    yield "where is shelf QX, and what is 4821?"
    yield "otters have velvet fur"
    yield "The windmill on the northern hill was built in summer. Who built it?"
    yield "They carried the beams up the slope, and that was that."


def places(text, tag):
    yield [{"role": "user", "content": f"{text} {tag}"}]
    yield [{"role": "system", "content": text}, {"role": "user", "content": f"Go on. {tag}"}]
    yield [{"role": "user", "content": text}, {"role": "assistant", "content": "Yes."},
           {"role": "user", "content": f"Go on. {tag}"}]
    filler = "The bees went home at noon and nobody minded. "
    yield [{"role": "user", "content": filler * 2000 + text + " " + filler * 2000 + tag}]


class Own(unittest.TestCase):
    def fingerprint(self, folder):
        with open(os.path.join(folder, "mill.txt"), "w") as file:
            file.write(DOCUMENT)
        with open(os.path.join(folder, "names.txt"), "w") as file:
            file.write("Velvet Otter\nGranite Swift\n")
        command = [os.environ["SLUICE"], "fingerprint", os.path.join(folder, "mill.txt"), "--key-env", "PRINT_KEY",
                   "--out", os.path.join(folder, "mill.prints")]
        subprocess.run(command, check=True, env=os.environ | ENV)
        os.remove(os.path.join(folder, "mill.txt"))  # the gateway has the prints only
        with open(os.path.join(folder, "mill.prints")) as file:
            prints = file.read().lower()
        for word in ("windmill", "brothers", "beams", "belt"):
            self.assertNotIn(word, prints)

    def test_own_detectors_hold_what_they_find(self):
        with tempfile.TemporaryDirectory() as folder, FakeDeepSeek(tls=folder) as fake:
            self.fingerprint(folder)
            with Sluice(config(fake, folder), ENV) as sluice:
                asked = 0
                for i, (kind, detector, text) in enumerate(secrets()):
                    for k, messages in enumerate(places(text, f"mark-{i}")):
                        status, headers, body = sluice.chat("chat", messages, max_tokens=4)
                        asked += 1
                        self.assertNotEqual(headers.get("x-sluice-deployment"), "hosted", (kind, k))
                        self.assertIn(status, (200, 400), (kind, k, body))  # the guide's context is small
                for i, text in enumerate(talks()):
                    messages = [{"role": "user", "content": f"{text} talk-{i}"}]
                    status, headers, _ = sluice.chat("chat", messages, max_tokens=4)
                    asked += 1
                    self.assertEqual((status, headers.get("x-sluice-deployment")), (200, "hosted"), text)
                wait_until(lambda: all(r["closing"] for r in sluice.records()), what="closing of all records")
                records = sluice.records()
                kept = (sluice.log_text() + repr(records)).lower()
            received = fake.bodies().decode()
            self.assertEqual(len(records), asked)
            for i, (kind, detector, text) in enumerate(secrets()):
                self.assertNotIn(f"mark-{i}", received, kind)
                self.assertIn(detector, repr(records))
            for part in ("qx-", "velvet", "otter", "living memory"):
                self.assertNotIn(part, kept, "a log or a record holds prompt text")
            for i, _ in enumerate(talks()):
                self.assertIn(f"talk-{i}", received)

    def test_the_commands_use_them_and_say_which(self):
        with tempfile.TemporaryDirectory() as folder, FakeDeepSeek(tls=folder) as fake:
            self.fingerprint(folder)
            path = os.path.join(folder, "sluice.yaml")
            with open(path, "w") as file:
                file.write(config(fake, folder))

            def run(text, *command):
                done = subprocess.run([os.environ["SLUICE"], *command, "--config", path], input=text,
                                      capture_output=True, text=True, env=os.environ | ENV)
                self.assertEqual(done.returncode, 0, done.stderr)
                return done.stdout

            for kind, detector, text in secrets():
                found = json.loads(run(text, "classify", "-", "--json"))
                self.assertIn(detector, [f["detector"] for f in found["findings"]], kind)
                lines = run(json.dumps({"id": 1, "text": text}) + "\n", "classify", "--jsonl", "-")
                self.assertNotEqual(json.loads(lines)["labels"], [], kind)
                explained = run(text, "policy", "explain", "-", "--model", "chat")
                self.assertIn(detector, explained, kind)
                self.assertNotIn(text, explained)
            found = json.loads(run(f"He said: {PASSAGE} So.", "classify", "-", "--json"))["findings"]
            found = next(f for f in found if f["detector"] == "mill_papers")
            self.assertGreaterEqual(found["start"], 9)
            self.assertLessEqual(found["end"], 9 + len(PASSAGE))
            self.assertGreater(found["end"] - found["start"], len(PASSAGE) / 2)

    def test_a_wrong_key_or_example_stops_the_start_with_its_place(self):
        with tempfile.TemporaryDirectory() as folder, FakeDeepSeek(tls=folder) as fake:
            self.fingerprint(folder)
            path = os.path.join(folder, "sluice.yaml")

            def complaint(text, env):
                with open(path, "w") as file:
                    file.write(text)
                done = subprocess.run([os.environ["SLUICE"], "serve", "--config", path, "--listen", "127.0.0.1:0"],
                                      capture_output=True, text=True, env=os.environ | ENV | env, timeout=60)
                self.assertEqual(done.returncode, 1)
                return done.stderr

            good = config(fake, folder)
            self.assertIn("another key", complaint(good, {"PRINT_KEY": "another-key-of-this-test-0123"}))
            wrong = complaint(good.replace("no_match: [QX-12-ab]", "no_match: [QX-1200-ab]"), {})
            self.assertIn("config.example", wrong)
            self.assertRegex(wrong, r"sluice\.yaml:\d+:\d+")
            self.assertNotIn("QX-1200", wrong)
            self.assertIn("RE2", complaint(good.replace("regex: '", "regex: '("), {}))


if __name__ == "__main__":
    unittest.main()
