#!/usr/bin/env python3
"""Promise 1 where the machine fails: the disk is full, the policy can't be read, clocks jump, the process is killed."""
import concurrent.futures
import json
import os
import shutil
import signal
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "fakes"))
from sluice import wait_until  # noqa: E402
from faults import KEY, FaultsTest, make_case, mixed_cases  # noqa: E402


class MachineFaults(FaultsTest):
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

    # The process

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
