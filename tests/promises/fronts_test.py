#!/usr/bin/env python3
"""Promise 1 once more, by every front: what egress_test.py shows of chat completions holds for responses, Anthropic
messages, completions, embeddings and the counting of tokens, streamed and whole, and for conversations that a client
continues by previous_response_id alone. 40 cases are every kind of sensitive text at every position, and as many public
ones."""
import concurrent.futures
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "fakes"))
from deepseek import FakeDeepSeek  # noqa: E402
from egress_test import HEALTHY, config  # noqa: E402
from fronts import FRONTS, response_items, split  # noqa: E402
from sensitive import cases  # noqa: E402
from sluice import Sluice, wait_until  # noqa: E402

CASES = 40
KEY = {"FAKE_KEY": "sk-fake-upstream-key-0123456789"}


class Fronts(unittest.TestCase):
    def assert_confined(self, fake, sluice, requests):
        """Nothing sensitive went out, nothing of any text stands in a log or a record, and no request lacks its record."""
        wait_until(lambda: all(r["closing"] for r in sluice.records()), what="closing of all records")
        records = sluice.records()
        self.assertEqual(len(records), requests, "one record for each request")
        kept, received = sluice.log_text() + repr(records), fake.bodies().decode()
        for case in cases(CASES):
            self.assertNotIn(case["tag"], kept, "a log or a record holds prompt text")
            if case["kind"]:
                for mark in (case["tag"], json.dumps(case["sensitive"])[1:50]):
                    self.assertNotIn(mark, received, f"a {case['kind']} in the {case['position']} reached the upstream")
        return received

    def run_front(self, name, stream, route="hosted, local", cue=None):
        path, body, _, served = FRONTS[name]
        with FakeDeepSeek() as fake, Sluice(config(fake, HEALTHY, route), KEY) as sluice:
            fake.always = cue

            def ask(case):
                more = {"stream": True} if stream else {}
                status, headers, raw = sluice.request("POST", path, json.dumps(body(case, "chat", **more)))
                return case, status, headers, raw

            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                answers = list(pool.map(ask, cases(CASES)))
            received = self.assert_confined(fake, sluice, CASES)
        for case, status, headers, raw in answers:
            self.assertLess(status, 500, (name, case["position"], raw[:300]))
            if status == 200 and case["kind"]:
                self.assertEqual(headers["x-sluice-deployment"], "local", (name, case))
            if not case["kind"] and served and not cue:
                self.assertEqual(status, 200, (name, case["position"], raw[:300]))
                self.assertIn(case["tag"], received, f"{name}: a public prompt did not reach the upstream")

    def test_nothing_sensitive_leaves_by_any_front(self):
        for name, (_, _, streams, _) in FRONTS.items():
            for stream in [False, True] if streams else [False]:
                with self.subTest(front=name, stream=stream):
                    self.run_front(name, stream)

    def test_a_failing_upstream_gets_nothing_sensitive_by_any_front(self):
        for name in ("responses", "messages"):
            with self.subTest(front=name):
                self.run_front(name, False, cue="429")

    def test_a_conversation_remembers_its_label_when_it_goes_on_by_id_alone(self):
        with FakeDeepSeek() as fake, Sluice(config(fake, HEALTHY, "hosted, local"), KEY) as sluice:
            requests = continued = 0
            for case in cases(CASES):
                if case["position"] in ("last turn", "tool result"):  # the engine takes no tool results yet
                    continue
                system, turns = split(case["messages"])
                first = {"model": "chat", "max_output_tokens": 16, "store": True, "instructions": system,
                         "input": list(response_items(turns[:1]))}
                status, _, raw = sluice.request("POST", "/v1/responses", json.dumps(first))
                requests += 1
                if status == 403:  # held, as the built-in policy has it for credentials
                    self.assertEqual(case["kind"], "key", raw[:300])
                    continue
                self.assertEqual(status, 200, raw[:300])
                then = {"model": "chat", "max_output_tokens": 16, "previous_response_id": json.loads(raw)["id"],
                        "input": turns[-1]["content"]}
                if case["position"] == "system":
                    then["instructions"] = system  # they are not carried over
                status, headers, raw = sluice.request("POST", "/v1/responses", json.dumps(then))
                requests += 1
                if status == 200 and case["kind"]:
                    continued += 1
                    self.assertEqual(headers["x-sluice-deployment"], "local", case)
                if not case["kind"]:
                    self.assertEqual((status, headers.get("x-sluice-deployment")), (200, "hosted"), raw[:300])
            self.assertGreater(continued, 0, "no sensitive conversation went on at all")
            self.assert_confined(fake, sluice, requests)


if __name__ == "__main__":
    unittest.main()
