#!/usr/bin/env python3
"""A held request leaves for nowhere until another person has approved it, and then exactly that content leaves for
exactly that deployment, once. Two fakes record what they receive: what is approved for one must never reach the other."""
import concurrent.futures
import contextlib
import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "fakes"))
from deepseek import ANSWER, FakeDeepSeek  # noqa: E402
from sluice import PROGRAM, Sluice, wait_until  # noqa: E402

PEOPLE = {name: f"sk-{name}-0123456789abcdef" for name in ("ann", "ann2", "dana", "erik", "mob", "eve")}
ENV = {"FAKE_KEY": "sk-fake-upstream-key-0123456789"} | {f"KEY_{n.upper()}": s for n, s in PEOPLE.items()}
SECRET = "The token is ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
MESSAGES = [{"role": "user", "content": SECRET + ", push the branch with it."}]

POLICY = """
policy: v1
revision: "%s"
rules:
  - {id: A1, allow: "<=internal"}
  - {id: H1, hold: ">=confidential", zones: [hosted], approvers: [security, dpo], ttl: %s, quorum: %d}
"""


def config(near, far, more=""):
    return f"""
policy: policy.yaml
keys:
  - {{name: ann, key_env: KEY_ANN, tenant: acme}}
  - {{name: ann2, key_env: KEY_ANN2, tenant: acme, person: ann, roles: [security]}}
  - {{name: dana, key_env: KEY_DANA, tenant: acme, roles: [security]}}
  - {{name: erik, key_env: KEY_ERIK, tenant: acme, roles: [dpo]}}
  - {{name: mob, key_env: KEY_MOB, tenant: acme}}
  - {{name: eve, key_env: KEY_EVE, tenant: other, roles: [security, dpo, admin]}}
deployments:
  - {{name: near, kind: deepseek, address: "{near.address}", model: deepseek-flash, key_env: FAKE_KEY, zone: hosted,
     jurisdiction: DE}}
  - {{name: far, kind: deepseek, address: "{far.address}", model: deepseek-flash, key_env: FAKE_KEY, zone: hosted,
     jurisdiction: CN}}
routes:
  chat: [near, far]
  other: [far, near]
{more}
"""


def key(name):
    return {"Authorization": "Bearer " + PEOPLE[name]}


class Approval(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="sluice-test-")
        self.near, self.far = FakeDeepSeek(), FakeDeepSeek()
        self.near.__enter__()
        self.far.__enter__()
        self.addCleanup(self.near.__exit__, None, None, None)
        self.addCleanup(self.far.__exit__, None, None, None)
        self.sluice = None

    def tearDown(self):
        if self.sluice:
            self.sluice.__exit__(None, None, None)
            self.sluice.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, more="", revision="r1", ttl="4h", quorum=1):
        with open(os.path.join(self.folder, "policy.yaml"), "w") as file:
            file.write(POLICY % (revision, ttl, quorum))
        self.sluice = Sluice(config(self.near, self.far, more), ENV, folder=self.folder)
        self.sluice.start()

    def ask(self, messages=MESSAGES, who="ann", model="chat", ticket=None, **more):
        headers = key(who) | ({"x-sluice-ticket": ticket} if ticket else {})
        status, got, answer = self.sluice.chat(model, messages, headers=headers, **more)
        return status, got, answer

    def held(self, *args, **more):
        status, headers, answer = self.ask(*args, **more)
        self.assertEqual((status, answer["error"]["code"]), (403, "policy.held"), answer)
        self.assertIn(headers["x-sluice-ticket"], answer["error"]["message"])
        return headers["x-sluice-ticket"]

    def code(self, *args, **more):
        status, _, answer = self.ask(*args, **more)
        return "ok" if status == 200 else answer["error"]["code"]

    def api(self, who, method, path, body=None):
        status, _, raw = self.sluice.request(method, "/sluice/approvals" + path,
                                             json.dumps(body) if body is not None else None, key(who))
        return status, raw

    def rule(self, who, ticket, what="approve", **more):
        status, raw = self.api(who, "POST", f"/{ticket}/{what}", {"reason": "agreed with legal"} | more)
        answer = json.loads(raw)
        return answer["state"] if status == 200 else answer["error"]["code"]

    def cli(self, who, *arguments):
        done = subprocess.run([os.path.abspath(PROGRAM), "approvals", *arguments], capture_output=True, text=True,
                              env=os.environ | {"SLUICE_KEY": PEOPLE[who],
                                                "SLUICE_URL": f"http://127.0.0.1:{self.sluice.port}"}, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def break_file(self, name, sql):
        with contextlib.closing(sqlite3.connect(os.path.join(self.folder, "data", name))) as database:
            database.executescript(sql)

    def an_hour_passes(self):
        self.break_file("approvals.sqlite",
                        "UPDATE ticket SET created = created - 3600000000, expires = expires - 3600000000")

    def received(self):
        return len(self.near.received), len(self.far.received)

    def test_nothing_leaves_before_the_approval_and_exactly_that_content_after_it(self):
        self.start()
        ticket = self.held()
        self.assertEqual(self.held(), ticket, "the same request waits on the same ticket")
        self.assertEqual(self.received(), (0, 0))
        self.assertEqual(self.rule("dana", ticket, reason=SECRET + " is a test token"), "approval.reason")
        self.assertEqual(self.rule("dana", ticket, deployments=["far"]), "approved")
        self.assertEqual(self.received(), (0, 0), "an approval sends nothing by itself")
        edited = [{"role": "user", "content": SECRET + ", push the branch with it!"}]
        self.assertEqual(self.code(edited, ticket=ticket), "approval.void")
        self.assertEqual(self.code(model="other", ticket=ticket), "approval.void")
        self.assertEqual(self.code(who="mob", ticket=ticket), "approval.unknown")
        self.assertEqual(self.received(), (0, 0))
        status, headers, answer = self.ask()
        self.assertEqual(status, 200, answer)
        self.assertEqual(answer["choices"][0]["message"]["content"], "".join(ANSWER))
        self.assertEqual(headers["x-sluice-deployment"], "far")
        self.assertEqual(headers["x-sluice-ticket"], ticket)
        self.assertEqual(self.received(), (0, 1), "only where it was approved to go")
        self.assertEqual(json.loads(self.far.received[0].body)["messages"], MESSAGES)
        self.assertEqual(self.code(ticket=ticket), "approval.used")
        self.assertNotEqual(self.held(), ticket)
        self.assertEqual(self.received(), (0, 1))
        self.check_records(ticket)

    def check_records(self, ticket):
        wait_until(lambda: all(r["closing"] for r in self.sluice.records()), what="closing of all records")
        records = self.sluice.records("--outcome", "ok")
        self.assertEqual([(r["ticket"], r["approvers"]) for r in records], [(ticket, ["dana"])])
        far = [v for v in records[0]["verdicts"] if v["allowed"]]
        self.assertEqual([v["deployment"] for v in far], ["far"])
        self.assertIn("approved by dana", far[0]["reason"])
        waiting = self.sluice.records("--outcome", "policy.held")
        self.assertEqual([r["ticket"] for r in waiting][1:], [ticket, ticket])
        self.assertIn("the chain is whole", self.sluice.run("records", "verify"))
        decisions = [json.loads(line) for line in self.sluice.run("records", "decisions", "--json").splitlines()]
        self.assertEqual([(d["action"], d["ticket"], d["person"], d["reason"], d["deployments"], d["revision"])
                          for d in decisions if d["ticket"]], [("approved", ticket, "dana", "agreed with legal", ["far"], "r1")])
        self.no_content()

    def no_content(self):
        """Nothing of the text is in any file of the data directory or in the log."""
        for root, _, files in os.walk(self.folder):
            for name in files:
                with open(os.path.join(root, name), "rb") as file:
                    content = file.read()
                for needle in (SECRET.encode(), b"push the branch", hashlib.sha256(SECRET.encode()).hexdigest().encode()):
                    self.assertNotIn(needle, content, name)

    def test_who_may_not_decide(self):
        self.start(quorum=2)
        ticket = self.held()
        self.assertEqual(self.rule("ann", ticket), "approval.self")
        self.assertEqual(self.rule("ann2", ticket), "approval.self", "another key of the same person")
        self.assertEqual(self.rule("mob", ticket), "approval.forbidden")
        self.assertEqual(self.rule("eve", ticket), "approval.unknown", "another tenant")
        for path in ("", "/" + ticket, f"/{ticket}/text"):
            status, _, raw = self.sluice.request("GET", "/sluice/approvals" + path)
            self.assertEqual((status, json.loads(raw)["error"]["code"]), (401, "auth.missing"))
        self.assertEqual(json.loads(self.api("eve", "GET", "")[1])["data"], [])
        self.assertEqual(self.rule("dana", ticket), "pending")
        self.assertEqual(self.rule("dana", ticket), "approval.decided")
        self.assertEqual(self.held(), ticket)
        self.assertEqual(self.received(), (0, 0))
        self.assertEqual(self.rule("erik", ticket), "approved")
        self.assertEqual(self.code(), "ok")
        self.assertEqual(self.received(), (1, 0))

    def test_an_approval_does_not_outlive_its_revision_nor_its_time_but_a_kill(self):
        self.start(ttl="1h")
        ticket = self.held()
        self.assertEqual(self.rule("dana", ticket), "approved")
        self.sluice.stop()
        self.an_hour_passes()
        self.start(ttl="1h")
        self.assertEqual(self.code(ticket=ticket), "approval.expired")
        self.sluice.stop()
        self.start()
        ticket = self.held()
        self.assertEqual(self.rule("dana", ticket), "approved")
        self.sluice.stop(signal.SIGKILL)
        self.start(revision="r2")
        self.assertEqual(self.code(ticket=ticket), "approval.void")
        self.assertNotEqual(self.held(), ticket)
        self.sluice.stop(signal.SIGKILL)
        self.start()
        self.assertEqual(self.received(), (0, 0))
        self.assertEqual(self.code(ticket=ticket), "ok", "a decision that was told survives a kill")
        self.assertEqual(self.received(), (1, 0))

    def test_a_replay_shows_what_was_held_as_held(self):
        self.start()
        self.held()
        self.assertEqual(self.rule("dana", self.held()), "approved")
        self.assertEqual(self.ask()[0], 200)
        replay = self.sluice.run("policy", "replay", os.path.join(self.folder, "policy.yaml"))
        self.assertIn("3 requests, decided again under r1: 0 change", replay)
        open_to_all = os.path.join(self.folder, "open.yaml")
        with open(open_to_all, "w") as file:
            file.write('policy: v1\nrevision: "open"\nrules: [{id: A1, allow: "<=restricted"}]\n')
        replay = self.sluice.run("policy", "replay", open_to_all)
        self.assertIn("3 requests, decided again under open: 3 change", replay)
        self.assertIn("at near: held -> allowed", replay)
        self.assertNotIn("denied", replay)

    def test_a_failed_use_may_be_tried_again_and_a_refusal_is_told(self):
        self.start()
        ticket = self.held()
        self.assertEqual(self.rule("dana", ticket, deployments=["near"]), "approved")
        self.near.cue("500")
        status, _, answer = self.ask()
        self.assertNotEqual(status, 200, answer)
        self.assertEqual(self.received(), (1, 0), "no fallback to what was not approved")
        self.assertEqual(self.code(), "ok")
        self.assertEqual(self.received(), (2, 0))
        second = self.held()
        self.assertEqual(self.rule("erik", second, "refuse", reason="not outside the EU"), "refused")
        status, _, answer = self.ask()
        self.assertEqual((status, answer["error"]["code"]), (403, "approval.refused"))
        self.assertIn("not outside the EU", answer["error"]["message"])

    def test_who_is_told_of_a_failure_finds_the_approval_free_at_once(self):
        self.start()
        for stream, failure in ((False, "invalid_json"), (True, "error_event_first")):
            ticket = self.held(stream=stream)
            self.assertEqual(self.rule("dana", ticket, deployments=["near"]), "approved")
            self.near.release.clear()
            self.near.cue("late+" + failure)
            before = len(self.near.received)
            path = os.path.join(self.folder, "data", "approvals.sqlite")
            ask = ["POST", "/v1/chat/completions",
                   json.dumps({"model": "chat", "messages": MESSAGES, "stream": stream}), key("ann")]
            with concurrent.futures.ThreadPoolExecutor(1) as pool, \
                    contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
                asked = pool.submit(self.sluice.request, *ask)
                wait_until(lambda: len(self.near.received) > before, what="the request at the upstream")
                database.execute("BEGIN IMMEDIATE")  # nothing can be written until the rollback
                self.near.release.set()
                self.assertEqual(concurrent.futures.wait([asked], 0.7).done, set(),
                                 "the client was told before the approval was free")
                database.execute("ROLLBACK")
                self.assertNotEqual(asked.result()[0], 200)
            self.assertEqual(self.sluice.request(*ask)[0], 200)

    def test_the_command_line_decides_under_the_key_of_who_types(self):
        self.start(more="approvals: {keep_text: true}")
        ticket = self.held()
        status, out = self.cli("ann2", "approve", ticket, "--reason", "me too")
        self.assertEqual(status, 1)
        self.assertIn("approval.self", out)
        self.assertIn(ticket, self.cli("dana", "list", "--state", "pending")[1])
        shown = self.cli("dana", "show", ticket)[1]
        self.assertIn("restricted (credentials)", shown)
        self.assertIn("$.messages[0].content", shown)
        self.assertNotIn("ghp_", shown)
        self.no_content()
        self.assertIn(SECRET, self.cli("dana", "show", ticket, "--text")[1])
        self.assertEqual(self.cli("dana", "approve", ticket, "--reason", "test data", "--deployment", "near")[0], 0)
        self.assertEqual(self.code(), "ok")
        self.assertEqual(self.received(), (1, 0))
        decisions = self.sluice.run("records", "decisions", "--ticket", ticket)
        self.assertIn("dana read", decisions)
        self.assertIn("dana approved for near", decisions)

    def test_one_approval_admits_one_of_many_requests_at_once(self):
        self.start()
        ticket = self.held()
        self.assertEqual(self.rule("dana", ticket), "approved")
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            codes = list(pool.map(lambda _: self.code(ticket=ticket), range(16)))
        self.assertEqual((codes.count("ok"), codes.count("approval.used")), (1, 15), codes)
        self.assertEqual(self.received(), (1, 0))

    def test_nothing_leaves_when_tickets_or_decisions_cannot_be_written(self):
        self.start()
        ticket = self.held()
        self.break_file("ledger.sqlite", "DROP TABLE act")
        self.assertEqual(self.rule("dana", ticket), "ledger.unavailable")
        self.assertEqual(self.held(), ticket, "what can't be recorded is not decided")
        self.break_file("approvals.sqlite", "DROP TABLE use; UPDATE ticket SET state = 'approved'")
        self.assertEqual(self.code(), "approval.unavailable")
        self.assertEqual(self.code(ticket=ticket), "approval.unavailable")
        self.assertEqual(self.received(), (0, 0))

    def test_every_protocol_and_a_stream_are_held_in_their_own_shape(self):
        self.start()
        body = json.dumps({"model": "chat", "max_tokens": 16, "messages": MESSAGES})
        status, headers, raw = self.sluice.request("POST", "/v1/messages", body,
                                                   {"x-api-key": PEOPLE["ann"], "anthropic-version": "2023-06-01"})
        answer = json.loads(raw)
        self.assertEqual((status, answer["type"], answer["error"]["code"]), (403, "error", "policy.held"))
        first = headers["x-sluice-ticket"]
        stream = json.dumps({"model": "chat", "stream": True, "messages": MESSAGES})
        status, headers, raw = self.sluice.request("POST", "/v1/chat/completions", stream, key("ann"))
        self.assertEqual((status, json.loads(raw)["error"]["code"]), (403, "policy.held"))
        second = headers["x-sluice-ticket"]
        self.assertNotEqual(first, second)
        self.assertEqual(self.rule("dana", second), "approved")
        status, _, raw = self.sluice.request("POST", "/v1/chat/completions", stream, key("ann"))
        self.assertEqual(status, 200)
        self.assertTrue(raw.rstrip().endswith(b"data: [DONE]"))
        self.assertEqual(self.received(), (1, 0))


if __name__ == "__main__":
    unittest.main()
