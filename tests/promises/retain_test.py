#!/usr/bin/env python3
"""`retain(Nd)`: what is kept of a request's content is gone N days later, wherever it is kept and though nobody asks for
it, while the records and their chain stay whole. The clock is moved; the program is sluice_faults: see tests/faults."""
import contextlib
import json
import os
import shutil
import signal
import sqlite3
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "fakes"))
from deepseek import FakeDeepSeek  # noqa: E402
from sluice import Sluice, wait_until  # noqa: E402

KEYS = {name: f"sk-{name}-0123456789abcdef" for name in ("ann", "adam")}
ENV = {"FAKE_KEY": "sk-fake-upstream-key-0123456789"} | {f"KEY_{n.upper()}": s for n, s in KEYS.items()}
MAIL = "Write to helen.kowalski@brightwater.io about the invoice."
TOKEN = "The token is ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
DAY = 86400
POLICY = """policy: v1
revision: %s
rules:
  - {id: open, allow: [public, internal]}
  - {id: month, allow: [confidential], oblige: [retain(30d)]}
  - {id: week, allow: [confidential], zones: [hosted], oblige: [retain(%dd)]}
  - {id: wait, hold: [regulated, restricted], approvers: [admin], ttl: 20d, oblige: [retain(2d)]}
"""


class Retain(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="sluice-test-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.fake = FakeDeepSeek()
        self.fake.__enter__()
        self.addCleanup(self.fake.__exit__, None, None, None)
        self.policy("r1", 7)
        self.sluice = Sluice(f"""
policy: policy.yaml
approvals: {{keep_text: true}}
keys:
  - {{name: ann, key_env: KEY_ANN, tenant: acme}}
  - {{name: adam, key_env: KEY_ADAM, tenant: acme, roles: [admin]}}
deployments:
  - {{name: far, kind: deepseek, address: "{self.fake.address}", model: deepseek-flash, key_env: FAKE_KEY, zone: hosted,
     jurisdiction: CN}}
routes:
  chat: [far]
""", ENV | {"SLUICE_FAULTS": os.path.join(self.folder, "faults")}, folder=self.folder)
        self.sluice.start()
        self.addCleanup(self.sluice.process.stdout.close)
        self.addCleanup(self.sluice.__exit__, None, None, None)

    def policy(self, revision, days):
        with open(os.path.join(self.folder, "policy.yaml"), "w") as file:
            file.write(POLICY % (revision, days))

    def after(self, seconds):
        """So long after the start, from now on."""
        path = os.path.join(self.folder, "faults")
        with open(path + ".new", "w") as file:
            file.write(f"wall_s {seconds}\n")
        os.replace(path + ".new", path)

    def call(self, method, path, body=None, who="ann"):
        status, headers, raw = self.sluice.request(method, path, json.dumps(body) if body is not None else None,
                                                   {"Authorization": "Bearer " + KEYS[who]})
        return status, headers, raw

    def respond(self, text, **more):
        status, _, raw = self.call("POST", "/v1/responses", {"model": "chat", "input": text} | more)
        self.assertEqual(status, 200, raw)
        return json.loads(raw)["id"]

    def kept(self, id):
        return self.call("GET", f"/v1/responses/{id}")[0] == 200

    def verify(self, count):
        wait_until(lambda: all(r["closing"] for r in self.sluice.records()), what="closing of all records")
        self.assertEqual(len(self.sluice.records()), count)
        self.sluice.run("records", "verify")

    def test_a_conversation_goes_after_its_days_with_what_was_built_on_it(self):
        public, mail = self.respond("Hello, how are you?"), self.respond(MAIL)
        self.after(6 * DAY)
        self.assertTrue(self.kept(mail))
        later = self.respond("And then?", previous_response_id=mail)  # has the mail's text in it
        self.assertTrue(self.kept(later))
        self.after(7 * DAY + 60)  # the strictest of two rules; the other one would keep it for a month
        self.assertEqual([self.kept(id) for id in (public, mail, later)], [True, False, False])
        status, _, raw = self.call("POST", "/v1/responses", {"model": "chat", "input": "?", "previous_response_id": mail})
        self.assertEqual((status, json.loads(raw)["error"]["code"]), (404, "response.unknown"))
        self.after(0)  # a clock that is set back brings nothing back
        self.assertEqual([self.kept(id) for id in (public, mail, later)], [True, False, False])
        self.verify(4)

    def test_what_is_over_goes_though_nobody_asks(self):
        self.respond(MAIL)
        self.after(8 * DAY)

        def expired():
            _, _, raw = self.call("GET", "/metrics")
            return sum(float(line.split()[-1]) for line in raw.decode().splitlines()
                       if line.startswith('sluice_content_expired_total{store="responses"}'))

        wait_until(lambda: expired() >= 2, what="the sweep")  # the conversation, its object and items

    def test_a_new_policy_shortens_what_is_kept_already(self):
        mail = self.respond(MAIL)
        self.after(3 * DAY)
        self.assertTrue(self.kept(mail))
        self.policy("r2", 2)
        self.assertEqual(self.call("POST", "/sluice/policy/reload", who="adam")[0], 200)
        self.assertFalse(self.kept(mail))
        mail = self.respond(MAIL)
        self.policy("r3", 20)  # it was promised two days
        self.assertEqual(self.call("POST", "/sluice/policy/reload", who="adam")[0], 200)
        self.after(5 * DAY + 60)
        self.assertFalse(self.kept(mail))

    def stored(self):
        """What the files of the approvals hold, whatever SQLite makes of it."""
        data = b""
        for name in ("approvals.sqlite", "approvals.sqlite-wal"):
            with contextlib.suppress(FileNotFoundError), open(os.path.join(self.folder, "data", name), "rb") as file:
                data += file.read()
        return data

    def test_the_text_of_a_held_request_goes_and_its_ticket_stays(self):
        self.assertEqual(self.call("POST", "/v1/chat/completions",
                                   {"model": "chat", "messages": [{"role": "user", "content": TOKEN}]})[0], 403)
        ticket = json.loads(self.call("GET", "/sluice/approvals", who="adam")[2])["data"][0]["id"]
        path = f"/sluice/approvals/{ticket}"
        self.assertIn(TOKEN.encode(), self.call("GET", path + "/text", who="adam")[2])
        with contextlib.closing(sqlite3.connect(os.path.join(self.folder, "data", "approvals.sqlite"))) as database:
            sealed = database.execute("SELECT text FROM ticket").fetchone()[0]
        self.assertIn(sealed[:64], self.stored())
        self.after(2 * DAY - 60)
        self.assertEqual(self.call("GET", path + "/text", who="adam")[0], 200)
        self.after(2 * DAY + 60)
        wait_until(lambda: sealed[:64] not in self.stored() and sealed[-64:] not in self.stored(),
                   what="the text's end")
        status, _, raw = self.call("GET", path + "/text", who="adam")
        self.assertEqual((status, json.loads(raw)["error"]["code"]), (404, "approval.text"))
        status, _, raw = self.call("POST", path + "/approve", {"reason": "agreed"}, who="adam")
        self.assertEqual((status, json.loads(raw)["state"]), (200, "approved"))
        self.assertEqual(self.call("POST", "/v1/chat/completions",
                                   {"model": "chat", "messages": [{"role": "user", "content": TOKEN}]})[0], 200)
        self.verify(2)

    def test_a_text_that_is_over_while_sluice_is_down_goes_at_the_next_start(self):
        self.call("POST", "/v1/chat/completions", {"model": "chat", "messages": [{"role": "user", "content": TOKEN}]})
        with contextlib.closing(sqlite3.connect(os.path.join(self.folder, "data", "approvals.sqlite"))) as database:
            sealed = database.execute("SELECT text FROM ticket").fetchone()[0]
        self.sluice.stop(signal.SIGKILL)
        self.assertIn(sealed[:64], self.stored())
        self.after(3 * DAY)
        self.sluice.start()
        wait_until(lambda: sealed[:64] not in self.stored(), what="the text's end")


if __name__ == "__main__":
    unittest.main()
