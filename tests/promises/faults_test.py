#!/usr/bin/env python3
"""Promise 1 where the judge fails: a detector crashes, fails or takes too long, memory runs out. What all these tests
share, and the promise itself, is in faults.py."""
import base64
import concurrent.futures
import contextlib
import json
import os
import random
import sys
import unittest
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "fakes"))
from canary import found, haystack  # noqa: E402
from fronts import FRONTS  # noqa: E402
from sensitive import KINDS  # noqa: E402
from faults import FaultsTest, make_case, mixed_cases  # noqa: E402


class JudgeFaults(FaultsTest):
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


if __name__ == "__main__":
    unittest.main()
