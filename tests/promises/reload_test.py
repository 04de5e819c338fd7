#!/usr/bin/env python3
"""The policy is replaced while requests run. What is judged after a reload has been acknowledged is judged by the new
one; what was judged before ends as it began; a bad file changes nothing and is told everywhere."""
import concurrent.futures
import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "fakes"))
from deepseek import ANSWER, FakeDeepSeek  # noqa: E402
from sluice import PROGRAM, Sluice, text_of, wait_until  # noqa: E402

ENV = {"FAKE_KEY": "sk-fake-upstream-key-0123456789"}
KEYS = {name: f"sk-{name}-0123456789abcdef" for name in ("ann", "adam")}
SECRET = "The token is ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
ALL = "[public, internal, confidential, regulated, restricted]"


def policy(revision, *rules):
    return f"policy: v1\nrevision: {revision}\nrules:\n" + "".join(f"  - {{{rule}}}\n" for rule in rules)


HOME = f"id: home, allow: {ALL}, zones: [private]"
OPEN = ("open", HOME, f"id: out, allow: {ALL}, zones: [hosted]")
SHUT = ("shut", HOME)


class Reload(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="sluice-test-")
        self.near, self.far = FakeDeepSeek(), FakeDeepSeek()
        for fake in (self.near, self.far):
            fake.__enter__()
            self.addCleanup(fake.__exit__, None, None, None)

    def start(self, first, keys=False, more=""):
        self.write(first)
        config = f"""
policy: policy.yaml
deployments:
  - {{name: far, kind: deepseek, address: "{self.far.address}", model: deepseek-flash, key_env: FAKE_KEY, zone: hosted,
     jurisdiction: CN}}
  - {{name: near, kind: deepseek, address: "{self.near.address}", model: deepseek-flash, key_env: FAKE_KEY, zone: private,
     jurisdiction: DE}}
routes:
  chat: [far, near]
  out: [far]
{more}"""
        if keys:
            config += """keys:
  - {name: ann, key_env: KEY_ANN, tenant: acme}
  - {name: adam, key_env: KEY_ADAM, tenant: acme, roles: [admin]}
"""
        env = ENV | {f"KEY_{name.upper()}": secret for name, secret in KEYS.items()}
        self.sluice = Sluice(config, env, folder=self.folder)
        self.sluice.start()
        self.addCleanup(self.sluice.process.stdout.close)
        self.addCleanup(self.sluice.__exit__, None, None, None)

    def write(self, text):
        with open(os.path.join(self.folder, "policy.yaml"), "w") as file:
            file.write(text)

    def page(self, method, path, who=None):
        headers = {"Authorization": "Bearer " + KEYS[who]} if who else {}
        status, _, raw = self.sluice.request(method, path, None, headers)
        return status, json.loads(raw)

    def reload(self, who=None):
        return self.page("POST", "/sluice/policy/reload", who)

    def metric(self, name):
        _, _, raw = self.sluice.request("GET", "/metrics")
        return sum(float(line.split()[-1]) for line in raw.decode().splitlines() if line.startswith(name))

    def ask(self, model="chat", text=SECRET, **more):
        status, headers, answer = self.sluice.chat(model, [{"role": "user", "content": text}], **more)
        return status, headers.get("x-sluice-deployment"), answer

    def test_no_request_after_an_acknowledged_swap_reaches_what_the_new_policy_forbids(self):
        self.start(policy(*OPEN))
        ended, failures, stop = [], [], threading.Event()
        self.number = 0
        lock = threading.Lock()

        def load():
            while not stop.is_set():
                with lock:
                    self.number += 1
                    number = self.number
                status, where, answer = self.ask(text=f"request {number}. {SECRET}")
                if status != 200 or answer["choices"][0]["message"]["content"] != "".join(ANSWER):
                    failures.append((number, answer))
                ended.append((number, where))

        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            running = [pool.submit(load) for _ in range(6)]
            for round in range(12):
                rules = (SHUT, OPEN)[round % 2][1:]
                self.write(policy(f"r{round}", *rules))
                self.assertEqual(self.reload()[0], 200)
                with lock:
                    after = self.number
                at_least = len(ended) + 8
                wait_until(lambda: len(ended) >= at_least or failures, what="requests under the new policy")
                if round % 2 == 0:  # all that began after the answer, and before the next file is written
                    with lock:
                        until = self.number
                    sent = [json.loads(r.body)["messages"][0]["content"] for r in list(self.far.received)]
                    late = [t for t in sent if after < int(t.split(".")[0].split()[1]) <= until]
                    self.assertEqual(late, [], f"sent out after revision r{round} forbade it")
            stop.set()
            for done in running:
                done.result()
        self.assertEqual(failures, [], "a swap disturbed a request")
        self.assertEqual({where for _, where in ended}, {"far", "near"})
        self.check_records(len(ended))

    def check_records(self, count):
        wait_until(lambda: all(r["closing"] for r in self.sluice.records()), what="closing of all records")
        records = self.sluice.records()
        self.assertEqual(len(records), count)
        for record in records:
            shut = record["revision"] != "open" and int(record["revision"][1:]) % 2 == 0
            attempts = record["closing"]["attempts"]
            # What was judged by an open one and not sent yet when a shut one came is stopped there by that one.
            stopped = [a for a in attempts if a["deployment"] == "far" and a["outcome"] == "policy.denied"]
            self.assertTrue(all(int(a["revision"][1:]) % 2 == 0 for a in stopped), record)
            sent = {attempt["deployment"] for attempt in attempts if attempt not in stopped}
            self.assertEqual(sent, {"near"} if shut or stopped else {"far"}, record["revision"])
        self.assertIn("r11", {record["revision"] for record in records})
        self.sluice.run("records", "verify")

    def test_what_is_in_flight_keeps_the_revision_it_was_judged_under(self):
        self.start(policy(*OPEN))
        self.far.cue("slow")
        stream = self.sluice.stream("chat", [{"role": "user", "content": SECRET}])
        self.assertEqual(stream.headers["x-sluice-deployment"], "far")
        events = stream.events()
        first = next(events)
        self.write(policy(*SHUT))
        self.assertEqual(self.reload(), (200, self.page("GET", "/sluice/policy")[1]))
        self.assertEqual(self.ask()[:2], (200, "near"))
        self.assertEqual(self.ask(model="out")[0], 403)
        self.far.release.set()
        rest = list(events)
        self.assertEqual(rest[-1], "[DONE]")
        self.assertTrue(text_of([first] + rest).endswith(ANSWER[-1]))
        revisions = {r["id"]: r["revision"] for r in self.sluice.records()}
        self.assertEqual(revisions[stream.headers["x-request-id"]], "open")
        self.assertEqual(sorted(revisions.values()), ["open", "shut", "shut"])

    def fall_back_under(self, second):
        """What far was asked fails, and the policy is another one by the time near is asked."""
        self.start(policy("first", HOME, f"id: out, allow: {ALL}, zones: [hosted]"))
        self.far.cue("stall_before")
        body = json.dumps({"model": "chat", "messages": [{"role": "user", "content": SECRET}], "stream": True})
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            asked = pool.submit(self.sluice.request, "POST", "/v1/chat/completions", body)
            wait_until(lambda: self.far.received, what="the first attempt")
            self.write(second)
            self.assertEqual(self.reload()[0], 200)
            self.far.release.set()  # hangs up
            status, headers, raw = asked.result()
        wait_until(lambda: self.sluice.records()[0]["closing"], what="closing of the record")
        record = self.sluice.records()[0]
        self.assertEqual(record["revision"], "first")
        attempts = record["closing"]["attempts"]
        self.assertEqual([a["deployment"] for a in attempts], ["far", "near"])
        self.assertNotIn("revision", attempts[0])
        self.sluice.run("records", "verify")
        return status, headers, raw, attempts[1]

    def test_a_hop_not_sent_yet_is_stopped_by_a_stricter_policy(self):
        status, _, raw, hop = self.fall_back_under(policy("second", f"id: out, allow: {ALL}, zones: [hosted]"))
        self.assertEqual((status, json.loads(raw)["error"]["code"]), (403, "policy.denied"))
        self.assertEqual(self.near.received, [])
        self.assertEqual((hop["revision"], hop["outcome"], hop["content_hash"]), ("second", "policy.denied", ""))

    def test_a_hop_not_sent_yet_meets_the_obligations_of_both_policies(self):
        status, headers, _, hop = self.fall_back_under(policy("second", HOME + ", oblige: [redact(credentials)]",
                                                              "id: open, allow: [public, internal], zones: [private]"))
        self.assertEqual((status, headers["x-sluice-deployment"]), (200, "near"))
        self.assertNotIn(b"ghp_", self.near.received[0].body)
        self.assertIn(b"ghp_", self.far.received[0].body)
        self.assertEqual((hop["revision"], hop["outcome"]), ("second", "ok"))

    def test_a_bad_file_is_refused_with_its_error_and_the_policy_in_force_stays(self):
        self.start(policy(*SHUT))
        bad = {
            "policy.syntax": "policy: v1\nrules: [",
            "policy.unknown_deployment": policy("x", HOME + ", deployments: [nowhere]"),
            "policy.test_failed": policy("x", HOME) + "tests: [{class: public, zone: hosted, want: allow}]",
            "policy.assertion_failed": policy("x", *OPEN[1:]) + "assert:\n  - never: {zone: hosted}\n",
            "policy.same_revision": policy("shut", *OPEN[1:]),
        }
        for code, text in bad.items():
            with self.subTest(code=code):
                self.write(text)
                status, answer = self.reload()
                self.assertEqual((status, answer["error"]["code"]), (422, "policy.not_reloaded"))
                self.assertIn(code + ": ", answer["error"]["message"])
                self.assertEqual(self.ask()[:2], (200, "near"))
                self.assertEqual(self.ask(model="out")[0], 403)
                state = self.page("GET", "/sluice/policy")[1]
                self.assertEqual((state["revision"], state["failed"]["code"]), ("shut", code))
                told = subprocess.run([os.path.abspath(PROGRAM), "policy", "check",
                                       os.path.join(self.folder, "policy.yaml"), "--config",
                                       os.path.join(self.folder, "sluice.yaml")], capture_output=True, text=True,
                                      env=self.sluice.env, timeout=60).stderr
                if code != "policy.same_revision":
                    self.assertIn(state["failed"]["message"], told, "the reload says something else than check")
        self.assertEqual(self.sluice.log_text().count("policy.reload_failed"), len(bad))
        self.assertEqual(self.page("GET", "/readyz")[1]["policy"], {"revision": "shut", "reload_failed": True})
        self.assertEqual(self.metric("sluice_policy_reload_failed"), 1)
        self.assertEqual(self.metric('sluice_policy_reloads_total{outcome="refused"}'), len(bad))
        os.remove(os.path.join(self.folder, "policy.yaml"))
        self.assertEqual(self.reload()[0], 422)
        self.assertEqual(self.ask()[:2], (200, "near"))
        self.write(policy(*SHUT))
        self.assertEqual(self.reload()[0], 200)
        self.assertIsNone(self.page("GET", "/sluice/policy")[1]["failed"])
        self.assertEqual(self.metric("sluice_policy_reload_failed"), 0)

    def test_sighup_and_the_command_reload_as_well(self):
        self.start(policy(*SHUT))
        self.write(policy(*OPEN))
        self.sluice.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "policy.reloaded" in self.sluice.log_text(), what="the reload")
        self.assertEqual(self.ask()[:2], (200, "far"))
        self.write("policy: v1\n")
        self.sluice.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "policy.reload_failed" in self.sluice.log_text(), what="the refusal")
        self.assertEqual(self.ask()[:2], (200, "far"))
        self.write(policy("shut2", HOME))
        url = ["--url", f"http://127.0.0.1:{self.sluice.port}"]
        self.assertIn("revision shut2", self.sluice.run("policy", "reload", *url))
        self.assertEqual(self.ask()[:2], (200, "near"))
        self.assertIn("revision shut2", self.sluice.run("policy", "status", *url))

    def test_a_signal_that_comes_with_the_greeting_is_not_lost(self):
        self.write(policy(*SHUT))
        for _ in range(20):
            self.start(policy(*SHUT))
            self.write(policy(*OPEN))
            self.sluice.process.send_signal(signal.SIGHUP)
            wait_until(lambda: "policy.reloaded" in self.sluice.log_text(), what="the reload")
            self.sluice.stop()
            os.remove(os.path.join(self.folder, "log"))

    def in_force(self):
        acts = [json.loads(line) for line in self.sluice.run("records", "decisions", "--json").splitlines()]
        return [(a["revision"], a["content_hash"], a["person"]) for a in reversed(acts)
                if a["action"] == "policy_in_force"]

    def test_the_ledger_tells_which_policy_was_in_force_and_who_had_it_replaced(self):
        self.start(policy(*SHUT), keys=True)
        digests = [self.page("GET", "/sluice/policy", "adam")[1]["digest"]]
        self.write(policy(*OPEN))
        self.reload("ann")  # may not
        digests.append(self.reload("adam")[1]["digest"])
        self.assertEqual(self.reload("adam")[0], 200)  # the same file: nothing new
        self.write("policy: v1\n")
        self.assertEqual(self.reload("adam")[0], 422)
        self.assertEqual(self.in_force(), [("shut", digests[0], "operator"), ("open", digests[1], "adam")])
        self.assertIn("policy open in force", self.sluice.run("records", "decisions"))
        self.sluice.run("records", "verify")

    def test_a_policy_that_cannot_be_recorded_does_not_take_effect(self):
        self.start(policy(*OPEN))
        self.write(policy(*SHUT))
        with contextlib.closing(sqlite3.connect(os.path.join(self.folder, "data", "ledger.sqlite"))) as database:
            database.execute("DROP TABLE act")
        status, answer = self.reload()
        self.assertEqual(status, 422, answer)
        self.assertIn("ledger.unavailable", answer["error"]["message"])
        self.assertEqual(self.page("GET", "/sluice/policy")[1]["revision"], "open")
        self.assertEqual(self.ask()[:2], (200, "far"))

    def test_only_an_administrator_may_reload_or_see_where_keys_are_in_use(self):
        self.start(policy(*SHUT), keys=True)
        self.write(policy(*OPEN))
        self.assertEqual(self.reload()[0], 401)
        status, answer = self.reload("ann")
        self.assertEqual((status, answer["error"]["code"]), (403, "auth.forbidden"))
        self.assertEqual(self.page("GET", "/sluice/policy", "ann")[0], 403)
        self.assertEqual(self.page("GET", "/sluice/policy", "adam")[1]["revision"], "shut")
        self.assertEqual(self.reload("adam")[1]["revision"], "open")
        self.assertEqual(self.page("GET", "/sluice/policy/reload", "adam")[0], 405)
        self.assertEqual(self.page("POST", "/sluice/policy", "adam")[0], 405)

    def test_an_approval_of_another_revision_holds_for_nothing(self):
        hold = f"id: H, hold: {ALL}, zones: [hosted], approvers: [admin], ttl: 4h"
        self.start(policy("h1", hold), keys=True)
        me = {"Authorization": "Bearer " + KEYS["ann"]}
        status, _, _ = self.ask(headers=me)
        self.assertEqual(status, 403)
        ticket = self.page("GET", "/sluice/approvals", "adam")[1]["data"][0]["id"]
        approve = json.dumps({"reason": "agreed"})
        status, _, raw = self.sluice.request("POST", f"/sluice/approvals/{ticket}/approve", approve,
                                             {"Authorization": "Bearer " + KEYS["adam"]})
        self.assertEqual(status, 200, raw)
        self.write(policy("h2", hold))
        self.assertEqual(self.reload("adam")[0], 200)
        self.assertEqual(self.ask(headers=me)[2]["error"]["code"], "policy.held")
        status, _, answer = self.ask(headers=me | {"x-sluice-ticket": ticket})
        self.assertEqual((status, answer["error"]["code"]), (403, "approval.void"))
        self.assertEqual(len(self.far.received), 0)
        self.write(policy("h1", hold))  # the very file that was approved under
        self.assertEqual(self.reload("adam")[0], 200)
        self.assertEqual(self.ask(headers=me | {"x-sluice-ticket": ticket})[0], 200)

    def test_what_was_kept_under_an_old_policy_goes_where_the_new_one_would_not_have_kept_it(self):
        self.start(policy(*OPEN))

        def respond(text, **more):
            body = json.dumps({"model": "chat", "input": text} | more)
            status, _, raw = self.sluice.request("POST", "/v1/responses", body)
            return status, json.loads(raw)

        public, secret = respond("Hello, how are you?")[1]["id"], respond(SECRET)[1]["id"]
        for id in (public, secret):
            self.assertEqual(self.page("GET", f"/v1/responses/{id}")[0], 200)
        forget = f"id: F, allow: [restricted], zones: [hosted, private], oblige: [no_store]"
        self.write(policy("forget", forget, "id: O, allow: [public, internal, confidential, regulated]"))
        self.assertEqual(self.reload()[0], 200)
        self.assertEqual(self.page("GET", f"/v1/responses/{public}")[0], 200)
        self.assertEqual(self.page("GET", f"/v1/responses/{secret}")[0], 404)
        self.assertEqual(respond("And then?", previous_response_id=secret)[0], 404)
        self.assertEqual(respond("And then?", previous_response_id=public)[0], 200)
        # One that is answered after the swap, though it was judged before it.
        self.write(policy(*OPEN))
        self.assertEqual(self.reload()[0], 200)
        self.far.cue("slow")
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            before = len(self.far.received)
            asked = pool.submit(respond, SECRET)
            wait_until(lambda: len(self.far.received) > before, what="the request")
            self.write(policy("forget", forget, "id: O, allow: [public, internal, confidential, regulated]"))
            self.assertEqual(self.reload()[0], 200)
            self.far.release.set()
            status, answer = asked.result()
        self.assertEqual(status, 200)
        self.assertEqual(self.page("GET", f"/v1/responses/{answer['id']}")[0], 404)


if __name__ == "__main__":
    unittest.main()
