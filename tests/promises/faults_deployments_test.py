#!/usr/bin/env python3
"""Promise 1 where deployments fail, are slow or cut off, attempts run side by side, parts can't be read, and a history is
known to the gateway alone."""
import base64
import itertools
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "fakes"))
from fronts import FRONTS, response_items, split  # noqa: E402
from sensitive import KINDS  # noqa: E402
from faults import CHAT, FIRST, FaultsTest, make_case  # noqa: E402


class DeploymentFaults(FaultsTest):
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


if __name__ == "__main__":
    unittest.main()
