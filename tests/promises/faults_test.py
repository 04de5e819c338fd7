#!/usr/bin/env python3
"""Promise 1 under faults, one by one: a recording fake stands in each zone, prompts of every class go through every front,
streamed and whole, while detectors crash or take too long, memory or the disk runs out, clocks jump, the policy is gone,
or deployments are down, slow or cut off. Not one byte of a text may reach a zone that its label forbids, what does not go
fails by name, and a request leaves one record. The program is sluice_faults: see tests/faults."""
import base64
import concurrent.futures
import contextlib
import http.client
import itertools
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "fakes"))
from canary import found, haystack  # noqa: E402
from deepseek import FakeDeepSeek  # noqa: E402
from fronts import FRONTS, response_items, split  # noqa: E402
from sensitive import KINDS, POSITIONS, PUBLIC, messages  # noqa: E402
from sluice import Sluice, wait_until  # noqa: E402

KEY = {"FAKE_KEY": "sk-fake-upstream-key-0123456789"}
ZONES = ("hosted", "managed", "private")
CODE = """Why does this leak?
```cpp
static int reap_%s(struct pool *p, size_t n) {
    for (size_t i = 0; i < n; ++i) { if (!p->items[i]) return -1; free(p->items[i]); p->items[i] = NULL; }
    return pool_shrink(p, n * sizeof(*p->items));
}
```"""
# Where the built-in policy lets each kind go without an approval, this process aside.
ALLOWED = {None: set(ZONES), "code": {"managed", "private"}, "key": set()} | {
    kind: {"private"} for kind in ("card", "ssn", "patient", "contract")}
FIRST = {None: "hosted", "code": "managed"}  # of a healthy route; regulated texts: private
CHAT = ("chat", "responses", "messages", "completions")
numbers = itertools.count()


def make_case(kind, position):
    number = next(numbers)
    r = random.Random(number)
    tag = f"canary{number:05}x" + "".join(r.choice("bcdfghjklmnp") for _ in range(10))
    sensitive = (CODE % tag[-8:] if kind == "code" else KINDS[kind](r)) if kind else None
    return {"tag": tag, "kind": kind, "position": position, "sensitive": sensitive,
            "messages": messages(position, sensitive, r.choice(PUBLIC), tag)}


def mixed_cases():
    """Each kind once, at changing positions, and a public one beside it."""
    return [make_case(k, position)
            for kind, position in zip([*KINDS, "code"], itertools.cycle(p for p in POSITIONS if p != "tool result"))
            for k in (kind, None)]


class Answer:
    def __init__(self, case, front, stream, status, headers, raw):
        self.case, self.front, self.stream = case, front, stream
        self.status, self.headers, self.raw = status, headers, raw

    @property
    def where(self):
        return self.headers.get("x-sluice-deployment", "").split("-")[0]

    @property
    def error(self):
        with contextlib.suppress(ValueError, AttributeError):
            error = json.loads(self.raw).get("error") or {}
            return error.get("code") or error.get("type") or ""
        return ""

    def __repr__(self):
        return f"{self.front}{' streamed' if self.stream else ''} {self.case['kind']} {self.status} {self.where} {self.raw[:200]!r}"


class Faults(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="sluice-test-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.fakes = {zone: FakeDeepSeek() for zone in ZONES}
        for fake in self.fakes.values():
            fake.__enter__()
            self.addCleanup(fake.__exit__)
        self.sluice = None
        self.sent = []  # every case
        self.requests = 0

    def tearDown(self):
        if self.sluice:
            self.sluice.__exit__()
            self.sluice.process.stdout.close()

    def config(self, more=""):
        deployments = ""
        for zone, fake in self.fakes.items():
            about = f'model: deepseek-flash, key_env: FAKE_KEY, zone: {zone}, jurisdiction: DE, stall_timeout: 2s}}'
            deployments += (f'  - {{name: {zone}, kind: openai, dialect: generic, address: "{fake.address}/v1", {about}\n'
                            f'  - {{name: {zone}-claude, kind: anthropic, address: "{fake.address}", {about}\n')
        return f"""
deployments:
  - {{name: local, kind: engine, model: "builtin:guide", zone: device, jurisdiction: local, threads: 1, context: 512}}
{deployments}
routes:
  chat: [hosted, managed, private, local]
  claude: [hosted-claude, managed-claude, private-claude, local]
{more}
"""

    def start(self, more=""):
        env = KEY | {"SLUICE_FAULTS": os.path.join(self.folder, "faults")}
        self.sluice = Sluice(self.config(more), env, folder=self.folder).start()

    def fault(self, **faults):
        """These from now on, and no others."""
        path = os.path.join(self.folder, "faults")
        with open(path + ".new", "w") as file:
            file.writelines(f"{name} {value}\n" for name, value in faults.items())
        os.replace(path + ".new", path)

    def ask(self, case, front="chat", stream=False, headers=None, **more):
        path, body, _, _ = FRONTS[front]
        route = "claude" if front in ("messages", "count_tokens") else "chat"
        self.sent.append(case)
        self.requests += 1
        more |= {"stream": True} if stream else {}
        try:
            got = self.sluice.request("POST", path, json.dumps(body(case, route, **more)), headers)
        except (http.client.HTTPException, ConnectionError):
            got = (0, {}, b"")  # cut
        return Answer(case, front, stream, *got)

    def ask_all(self, fronts=FRONTS, cases=None):
        asked = [(case, front, stream) for front in fronts for stream in ([False, True] if FRONTS[front][2] else [False])
                 for case in (cases or mixed_cases)()]
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            return list(pool.map(lambda a: self.ask(*a), asked))

    def received(self, zone):
        fake = self.fakes[zone]
        with fake.lock:
            return [r.path.encode() + b"\n" + repr(r.headers).encode() for r in fake.received] + [r.body for r in fake.received]

    def assert_confined(self):
        for zone in ZONES:
            hay = haystack(self.received(zone))
            for case in self.sent:
                if zone in ALLOWED[case["kind"]]:
                    continue
                for text in (case["tag"], case["sensitive"]):
                    self.assertFalse(found(text, hay), f"a {case['kind']} in the {case['position']} reached {zone}: {text}")

    def assert_kept_nothing(self):
        """Neither log nor records nor any file of the data folder says what was asked."""
        texts = [self.sluice.log_text()]
        for folder, _, files in os.walk(os.path.join(self.folder, "data")):
            for name in files:
                with open(os.path.join(folder, name), "rb") as file:
                    texts.append(file.read().decode("latin-1"))
        kept = "\n".join(texts)
        for case in self.sent:
            self.assertNotIn(case["tag"], kept, "a file holds prompt text")
            if case["sensitive"]:
                self.assertNotIn(case["sensitive"][:60], kept, "a file holds prompt text")

    def assert_records(self, count=None):
        wait_until(lambda: all(r["closing"] for r in self.sluice.records()), what="closing of all records")
        records = self.sluice.records()
        self.assertEqual(len(records), self.requests if count is None else count, "one record for each request")
        self.assertEqual(len({r["id"] for r in records}), len(records))
        return records

    def assert_promises(self, answers=(), count=None):
        self.assert_confined()
        self.assert_kept_nothing()
        self.assert_records(count)
        for a in answers:
            if a.status >= 400:
                self.assertTrue(a.error, a)

    def assert_healthy(self, answers):
        for a in answers:
            if a.case["kind"] == "key":
                self.assertEqual((a.status, "x-sluice-ticket" in a.headers), (403, True), a)
            elif a.front == "completions":
                self.assertIn(a.status, (200, 400, 502), a)  # generic servers may lack them, and the guide fills no gaps
            else:
                self.assertEqual(a.status, 200, a)
                self.assertEqual(a.where, FIRST.get(a.case["kind"], "private"), a)

    def assert_nothing_arrived(self):
        self.assertEqual({zone: len(fake.received) for zone, fake in self.fakes.items()}, dict.fromkeys(ZONES, 0))

    # Without a fault, and with the judge out of work: what these tests rest on.

    def test_without_a_fault_each_kind_goes_as_far_as_it_may(self):
        self.start()
        answers = self.ask_all()
        self.assert_healthy(answers)
        self.assert_promises(answers)
        for zone, kinds in (("hosted", {None}), ("managed", {"code"}), ("private", {"card", "ssn", "patient", "contract"})):
            hay = haystack(self.received(zone))
            for a in answers:
                if a.case["kind"] in kinds:
                    self.assertTrue(found(a.case["tag"], hay), a)

    def test_these_tests_fail_where_nothing_is_judged(self):
        self.start()
        self.fault(judge_off=1)
        for front in FRONTS:
            with self.subTest(front=front):
                self.sent = []
                self.ask_all([front])
                with self.assertRaises(AssertionError):
                    self.assert_confined()

    # Detectors

    def test_a_detector_that_crashes_or_fails_or_takes_too_long_lets_nothing_out(self):
        for how in ("throw", "error", "slow"):
            with self.subTest(how=how):
                self.fault(detectors=how)
                if not self.sluice:
                    self.start()
                answers = self.ask_all()
                for a in answers:
                    self.assertEqual(a.status, 403, a)
                    self.assertIn("x-sluice-ticket", a.headers)
                self.assert_nothing_arrived()
                self.assert_promises(answers)
        self.fault()
        answers = self.ask_all()
        self.assert_healthy(answers)
        self.assert_promises(answers)

    def test_what_a_failing_detector_did_not_see_is_not_remembered_as_harmless(self):
        self.start()
        cases = mixed_cases()
        for how in ("throw", "error", "slow"):
            self.fault(detectors=how)
            self.ask_all(["chat"], lambda: cases)
        self.fault()
        for _ in range(2):  # the second time from memory
            answers = self.ask_all(["chat", "responses"], lambda: cases)
            self.assert_healthy(answers)
        self.assert_promises(answers)

    def test_a_detector_that_really_takes_its_time_is_stopped(self):
        self.start()
        self.fault(detectors="sleep")
        for kind in ("card", None):
            self.assertEqual(self.ask(make_case(kind, "last turn")).status, 403)
        self.assert_nothing_arrived()
        self.assert_promises()

    def test_a_long_request_that_is_judged_for_long_holds_up_nobody_else_on_its_loop(self):
        self.start("loops: 1")
        self.fault(detectors="sleep")  # 2.1 s, after which the judgement's time is over
        encoded = base64.b64encode(random.Random(1).randbytes(600_000)).decode()
        file = {"type": "file", "file": {"filename": "a.zip", "file_data": "data:application/zip;base64," + encoded}}
        body = json.dumps({"model": "chat", "messages": [{"role": "user", "content": [file]}]})
        waits = []
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            self.requests += 1
            began = time.monotonic()
            long = pool.submit(self.sluice.request, "POST", "/v1/chat/completions", body)
            while not long.done():
                asked = time.monotonic()
                self.assertEqual(self.sluice.request("GET", "/healthz")[0], 200)
                waits.append(time.monotonic() - asked)
                time.sleep(0.01)
            self.assertEqual(long.result()[0], 403)
        self.assertGreater(time.monotonic() - began, 2, "the judgement took no time")
        self.assertLess(max(waits), 1.5, "a page waited for another request's judgement")
        self.assert_nothing_arrived()
        self.assert_promises()

    # Memory

    def test_no_allocation_whose_failure_opens_the_judgement(self):
        self.start()
        passed = 0
        for nth in range(1, 260):
            self.fault(judge_allocation=nth)
            kinds = ("card", "patient", "code", "key") if nth % 4 == 0 else (("card", "ssn", "code")[nth % 3],)
            for kind in (*kinds, None):
                a = self.ask(make_case(kind, "last turn"), ("chat", "messages", "responses")[nth % 3])
                self.assertIn(a.status, (200, 403), a)
                passed += a.status == 200 and kind is None
        self.fault(judge_allocation=10_000_000)
        self.assert_healthy([self.ask(make_case(kind, "last turn")) for kind in (*KINDS, "code", None)])
        self.assertGreater(passed, 0)
        self.assert_promises()

    def test_a_request_whose_memory_runs_out_sends_nothing_forbidden_and_never_two_records(self):
        died = survived = unrecorded = refused = 0
        self.start()
        for nth in (1, 3, 9, 20, 40, 70, 100, 140, 200, 280, 360, 450, 600, 800, 1100, 1600):
            for kind in ("card", None):
                self.fault(request_allocation=nth * 2 + (kind is None))
                before = {zone: len(fake.received) for zone, fake in self.fakes.items()}
                had = len(self.sluice.records())
                a = self.ask(make_case(kind, "last turn"), stream=nth % 2 == 0)
                sent = any(len(fake.received) > before[zone] for zone, fake in self.fakes.items())
                self.fault()
                with contextlib.suppress(Exception):
                    self.sluice.process.wait(0.3)
                if self.sluice.process.poll() is not None:
                    died += 1
                    self.sluice.stop()
                    self.sluice.start()
                else:
                    survived += 1
                records = len(self.sluice.records()) - had
                if a.error == "gateway.memory":  # while the body was read: this request fails, and no other
                    refused += 1
                    self.assertEqual((a.status, records, sent), (503, 1, False), a)
                self.assertIn(records, (0, 1), a)
                unrecorded += records == 0
                self.assertTrue(records or not sent, "something was sent without a record")
                self.assertTrue(records or a.status != 200, "answered without a record")
        self.assertGreater(died, 0, "no allocation failed")
        self.assertGreater(refused, 0, "no allocation failed while a body was read")
        self.assertGreater(survived, 0, "no request came through")
        self.assert_promises(count=self.requests - unrecorded)

    # The disk

    def test_with_a_full_disk_nothing_is_sent_since_nothing_can_be_recorded(self):
        self.start()
        self.assertEqual(self.ask(make_case(None, "last turn")).status, 200)  # its end, too, may find the disk full
        arrived = len(self.fakes["hosted"].received)
        self.fault(disk_full=1)
        answers = self.ask_all()
        for a in answers:
            self.assertEqual(a.status, 503, a)
        self.assertEqual(len(self.fakes["hosted"].received), arrived)
        self.assertEqual(len(self.fakes["private"].received) + len(self.fakes["managed"].received), 0)
        self.fault()
        after = self.ask_all(["chat"])
        self.assert_healthy(after)
        self.assert_promises(answers + after, count=1 + len(after))
        self.assertIn("the chain is whole", self.sluice.run("records", "verify"))

    def test_a_disk_that_is_full_at_the_end_of_an_answer_leaves_an_interrupted_record(self):
        self.start()
        self.fakes["hosted"].cue("slow")
        stream = self.sluice.stream("chat", make_case(None, "last turn")["messages"])
        events = stream.events()
        next(events)
        self.fault(disk_full=1)
        self.fakes["hosted"].release.set()
        self.assertEqual(list(events)[-1], "[DONE]")
        wait_until(lambda: "ledger.close_failed" in self.sluice.log_text(), what="the failure in the log")
        self.sluice.stop(signal.SIGKILL)
        self.fault()
        self.sluice.start()
        self.assertEqual([r["closing"]["outcome"] for r in self.sluice.records()], ["interrupted"])

    def test_what_a_full_disk_did_not_take_of_a_record_is_written_when_it_does(self):
        self.start()
        failures = 0
        for end in (lambda: self.ask(make_case(None, "last turn")), self.sluice.stop):
            self.fakes["hosted"].release.clear()
            self.fakes["hosted"].cue("slow")
            stream = self.sluice.stream("chat", make_case(None, "last turn")["messages"])
            self.requests += 1
            events = stream.events()
            next(events)
            self.fault(disk_full=1)
            self.fakes["hosted"].release.set()
            self.assertEqual(list(events)[-1], "[DONE]")
            failures += 1
            wait_until(lambda: self.sluice.log_text().count("ledger.close_failed") == failures, what="the failure in the log")
            self.fault()
            end()
        records = self.sluice.records()
        self.assertEqual([r["closing"]["outcome"] for r in records], ["ok"] * 3)
        self.assertEqual(len(records), self.requests)
        self.sluice.start()
        self.assertIn("the chain is whole", self.sluice.run("records", "verify"))

    def test_a_start_with_a_full_disk_is_refused_by_name(self):
        self.fault(disk_full=1)
        with self.assertRaisesRegex(RuntimeError, r"store\.|ledger\."):
            self.start()

    # The policy

    def test_without_a_policy_that_can_be_read_there_is_no_start(self):
        path = os.path.join(self.folder, "policy.yaml")
        os.mkdir(os.path.join(self.folder, "folder.yaml"))
        for name, text in (("missing.yaml", None), ("folder.yaml", None), ("policy.yaml", ""), ("policy.yaml", "policy: v1\nrules: ["),
                           ("policy.yaml", "policy: v1\nrevision: r\nrules: []\ntests: [{class: public, zone: hosted, want: allow}]")):
            with self.subTest(name=name, text=text):
                if text is not None:
                    with open(path, "w") as file:
                        file.write(text)
                with self.assertRaisesRegex(RuntimeError, "sluice: .*" + name.split(".")[0]):
                    self.start("policy: " + name)

    def test_a_policy_that_goes_away_is_still_in_force_and_the_next_start_is_refused(self):
        path = os.path.join(self.folder, "policy.yaml")
        with open(path, "w") as file:
            file.write(self.dated_policy("2999-12-31"))
        self.start("policy: policy.yaml")
        os.remove(path)
        answers = self.ask_all(["chat", "messages"])
        self.assert_healthy(answers)
        with open(path, "w") as file:
            file.write("policy: v1\nrevision: all\nrules: [{id: all, allow: [public, internal, confidential, regulated, restricted]}]\n")
        answers += self.ask_all(["chat", "messages"])  # not what stands there now either
        self.assert_healthy(answers)
        self.assert_promises(answers)
        os.remove(path)
        self.sluice.stop()
        with self.assertRaisesRegex(RuntimeError, "policy"):
            self.sluice.start()

    @staticmethod
    def dated_policy(until, managed_regulated=False):
        more = f'\n  - {{id: pilot, allow: [regulated], zones: [managed], until: {until}}}' if managed_regulated else ""
        return f"""policy: v1
revision: dated
rules:
  - {{id: open, allow: [public, internal], zones: [hosted, managed, private, device]}}
  - {{id: confidential, allow: [confidential], zones: [device, private, managed]}}
  - {{id: regulated, allow: [regulated], zones: [device, private]}}{more}
  - {{id: restricted, hold: [restricted], zones: [device], ttl: 24h}}
"""

    # Clocks

    def test_clocks_that_jump_open_nothing(self):
        self.start()
        for jump in ({"wall_s": 400 * 86400}, {"wall_s": -400 * 86400}, {"monotonic_s": 3600}, {"wall_s": -(10**9)}, {}):
            with self.subTest(jump=jump):
                self.fault(**jump)
                answers = self.ask_all(["chat", "messages", "embeddings"])
                self.assert_healthy(answers)
                self.assert_promises(answers)

    def test_what_a_date_has_closed_a_clock_set_back_does_not_open(self):
        with open(os.path.join(self.folder, "policy.yaml"), "w") as file:
            file.write(self.dated_policy("2999-12-31", managed_regulated=True))
        self.start("policy: policy.yaml\n")
        self.sluice.config = self.sluice.config.replace("chat: [hosted, managed, private, local]", "chat: [hosted, managed]")
        self.sluice.stop()
        self.sluice.start()
        year = 366 * 86400
        self.assertEqual(self.ask(make_case("card", "last turn")).where, "managed")
        self.fault(wall_s=1000 * year)
        self.assertEqual(self.ask(make_case("card", "last turn")).status, 403)
        self.fault()
        self.assertEqual(self.ask(make_case("card", "last turn")).status, 403, "expired, and open again")
        self.assertEqual(self.ask(make_case(None, "last turn")).where, "hosted")

    def test_an_approval_ends_whatever_the_clocks_do(self):
        people = {name: f"sk-{name}-0123456789abcdef" for name in ("ann", "adam")}
        KEY.update({f"KEY_{name.upper()}": secret for name, secret in people.items()})
        with open(os.path.join(self.folder, "policy.yaml"), "w") as file:
            file.write("policy: v1\nrevision: h\nrules:\n"
                       "  - {id: H, hold: [public, internal, confidential, regulated, restricted], zones: [hosted], approvers: [admin], ttl: 4h}\n")
        self.start("policy: policy.yaml\nkeys:\n  - {name: ann, key_env: KEY_ANN, tenant: a}\n"
                   "  - {name: adam, key_env: KEY_ADAM, tenant: a, roles: [admin]}\n")
        me, admin = ({"Authorization": "Bearer " + people[name]} for name in ("ann", "adam"))
        hour, day = 3600, 86400

        def hold_and_approve():
            case = make_case("key", "last turn")
            held = self.ask(case, headers=me)
            self.assertEqual(held.error, "policy.held", held)
            ticket = held.headers["x-sluice-ticket"]
            path = f"/sluice/approvals/{ticket}/approve"
            status, _, raw = self.sluice.request("POST", path, json.dumps({"reason": "agreed"}), admin)
            self.assertEqual(status, 200, raw)
            return case, me | {"x-sluice-ticket": ticket}

        jumps = {  # what becomes of an approval under jumps one after the other; the last one decides
            "set back": ([{"wall_s": -day}], "ok"),
            "set back, and the time passes": ([{"wall_s": -day}, {"wall_s": -day, "monotonic_s": 5 * hour}],
                                              "approval.expired"),
            "set forward": ([{"wall_s": 5 * hour}], "approval.expired"),
            "forward and back": ([{"wall_s": 5 * hour}, {}], "approval.expired"),
            "the time passes, the wall stands": ([{"monotonic_s": 5 * hour}], "approval.expired"),
        }
        for name, (steps, wanted) in jumps.items():
            with self.subTest(jump=name):
                # Its time never goes back: each jump has a process and a file of its own.
                self.sluice.stop()
                shutil.rmtree(os.path.join(self.folder, "data"))
                self.fault()
                self.sluice.start()
                case, headers = hold_and_approve()
                before = len(self.fakes["hosted"].received)
                for step in steps[:-1]:
                    self.fault(**step)
                    self.sluice.request("GET", "/sluice/approvals", None, me)
                self.fault(**steps[-1])
                answer = self.ask(case, headers=headers)
                self.assertEqual(answer.error or "ok", wanted, answer)
                self.assertEqual(len(self.fakes["hosted"].received) - before, wanted == "ok")
                if wanted != "ok":  # neither by name nor by its content
                    self.fault()
                    self.assertEqual(self.ask(case, headers=headers).error, wanted)
                    self.assertEqual(self.ask(case, headers=me).error, "policy.held")
                    self.sluice.stop()
                    self.sluice.start()
                    self.assertEqual(self.ask(case, headers=headers).error, wanted, "a restart revived it")
                    self.assertEqual(len(self.fakes["hosted"].received), before)

    # Deployments

    def test_deployments_that_fail_move_nothing_to_where_it_may_not_go(self):
        self.start()
        for cue in ("503", "429", "reset", "html", "empty", "cut_before", "cut", "error_event_first", "invalid_json"):
            with self.subTest(cue=cue):
                for fake in self.fakes.values():
                    fake.always = cue
                answers = self.ask_all(CHAT if cue in ("503", "cut") else ["chat", "messages"])
                self.assert_promises(answers)
                for a in answers:
                    if a.case["kind"] == "key":
                        self.assertEqual(a.status, 403, a)
        for zone, fake in self.fakes.items():
            fake.always = "503" if zone == "private" else None
        answers = self.ask_all(["chat", "messages", "embeddings", "count_tokens"])
        for a in answers:
            if a.case["kind"] in (None, "code"):
                self.assertEqual(a.status, 200, a)
        self.assert_promises(answers)

    def test_slow_deployments_move_nothing_to_where_it_may_not_go(self):
        self.start()
        self.fakes["private"].always = "stall_before"
        self.fakes["managed"].always = "stall_head"
        cases = [make_case(kind, "last turn") for kind in ("card", "code", None)]
        answers = self.ask_all(["chat", "messages"], lambda: cases)
        for a in answers:
            if a.case["kind"] is None:
                self.assertEqual(a.where, "hosted", a)
        self.assert_promises(answers)

    def test_an_engine_that_is_down_moves_nothing_outside(self):
        self.start()
        self.sluice.config = (self.sluice.config.replace("context: 512", "context: 4")
                              .replace("[hosted, managed, private, local]", "[local, hosted]")
                              .replace("[hosted-claude, managed-claude, private-claude, local]", "[local, hosted-claude]"))
        self.sluice.stop()
        self.sluice.start()
        answers = self.ask_all(["chat", "messages", "responses"])
        for a in answers:
            if a.case["kind"] is None:
                self.assertEqual(a.where, "hosted", a)
            else:
                self.assertGreaterEqual(a.status, 400, a)
        self.assert_promises(answers)

    def test_attempts_side_by_side_are_confined_each(self):
        self.start()
        for cue in (None, "503", "reset"):
            for zone, fake in self.fakes.items():
                fake.always = cue if zone != "hosted" else None
            for kind in (*KINDS, "code", None):
                self.ask(make_case(kind, "last turn"), n=3)
                self.ask(make_case(kind, "system"), stream=True, n=3)
        self.assert_promises()

    # Parts that nobody can read, and a history that only the gateway knows

    def test_images_documents_and_files_go_nowhere_unread(self):
        self.start()
        for stream in (False, True):
            for case in [make_case(kind, "last turn") for kind in (*KINDS, "code")]:
                for front, content in self.parts_of(case):
                    harmless = make_case(None, "last turn")
                    harmless["messages"][-1]["content"] = ""
                    body = FRONTS[front][1](harmless, "claude" if front == "messages" else "chat")
                    self.sent.append(case)
                    self.requests += 1
                    turns = body["input"] if front == "responses" else body["messages"]
                    turns.append({"role": "user", "content": [content]})
                    got = self.sluice.request("POST", FRONTS[front][0], json.dumps(body | {"stream": stream}))
                    self.assertIn(got[0], (400, 403), (content, got))
        self.assert_nothing_arrived()
        self.assert_promises()

    @staticmethod
    def parts_of(case):
        """(front, part) of every kind of part that can hold the text as data."""
        text = case["sensitive"] + " " + case["tag"]
        pdf = base64.b64encode(b"%PDF-1.4\n(" + text.encode() + b") Tj\n%%EOF").decode()
        png = base64.b64encode(b"\x89PNG\r\n\x1a\n" + text.encode()).decode()
        yield "chat", {"type": "image_url", "image_url": {"url": "data:image/png;base64," + png}}
        yield "chat", {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64," + pdf}}
        yield "chat", {"type": "input_audio", "input_audio": {"data": png, "format": "wav"}}
        yield "responses", {"type": "input_image", "image_url": "data:image/png;base64," + png}
        yield "responses", {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64," + pdf}
        yield "messages", {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": png}}
        yield "messages", {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": pdf}}
        yield "chat", {"type": "of_next_year", "payload": {"data": pdf}}
        yield "messages", {"type": "of_next_year", "payload": [png]}

    def test_a_stored_history_keeps_its_label_through_faults(self):
        self.start()
        for kind, fault in itertools.product(("card", "patient", "code", None),
                                             ({}, {"detectors": "throw"}, {"wall_s": 86400}, {"monotonic_s": 7200})):
            self.fault()
            case = make_case(kind, "old turn")
            system, turns = split(case["messages"])
            first = {"model": "chat", "max_output_tokens": 16, "store": True, "instructions": system,
                     "input": list(response_items(turns[:1])) + [{"role": "user", "content": case["tag"]}]}
            status, headers, raw = self.sluice.request("POST", "/v1/responses", json.dumps(first))
            self.assertEqual(status, 200, raw[:300])
            self.fault(**fault)
            then = {"model": "chat", "max_output_tokens": 16, "previous_response_id": json.loads(raw)["id"], "input": "And now?"}
            status, headers, raw = self.sluice.request("POST", "/v1/responses", json.dumps(then))
            self.sent.append(case)
            self.requests += 2
            if "detectors" in fault:
                self.assertEqual(status, 403, raw[:300])
            else:
                self.assertEqual((status, headers["x-sluice-deployment"]), (200, FIRST.get(kind, "private")))
        self.fault()
        self.assert_promises()

    def test_a_process_that_is_killed_under_load_leaves_records_and_no_text(self):
        self.start()
        for fake in self.fakes.values():
            fake.always = "slow"
        cases = mixed_cases()
        with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
            running = [pool.submit(self.ask, case) for case in cases]
            wait_until(lambda: len(self.fakes["hosted"].received) == len(cases) // 2, what="the public ones")
            wait_until(lambda: len(self.sluice.records()) == len(cases), what="the records")
            self.sluice.stop(signal.SIGKILL)
            for answer in running:
                answer.result()
        self.sluice.start()
        self.assert_promises()


if __name__ == "__main__":
    unittest.main()
