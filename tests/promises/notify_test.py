#!/usr/bin/env python3
"""`notify(NAME)` and held requests reach their receiver, signed, whatever it does meanwhile and also after a restart;
no receiver holds up a request, and none learns a text."""
import hashlib
import hmac
import json
import os
import signal
import sys
import tempfile
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "fakes"))
from deepseek import FakeDeepSeek  # noqa: E402
from sluice import Sluice, wait_until  # noqa: E402

ENV = {"FAKE_KEY": "sk-fake-upstream-key-0123456789", "HOOK_SECRET": "hook-secret-0123456789abcdef"}
MAIL = "Write to helen.kowalski@brightwater.io about the invoice."
TOKEN = "The token is ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
POLICY = """policy: v1
revision: n1
rules:
  - {id: open, allow: [public, internal]}
  - {id: tell, allow: [confidential], oblige: [notify(dpo)]}
  - {id: wait, hold: [regulated, restricted], approvers: [local], ttl: 4h}
"""


class Receiver:
    """What a team would run: keeps what it is sent, and answers as `mood` says."""

    def __init__(self, port=0):
        self.received, self.mood = [], "good"
        self.go_on = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.received.append((receiver.mood, self.path, dict(self.headers.items()), body))
                mood = receiver.mood
                if mood == "slow":
                    receiver.go_on.wait(20)
                if mood == "close":
                    self.close_connection = True
                    return
                self.send_response({"error": 500, "redirect": 302}.get(mood, 204))
                if mood == "redirect":
                    self.send_header("Location", f"http://127.0.0.1:{receiver.port}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.go_on.set()
        self.server.shutdown()
        self.server.server_close()

    def notices(self, mood=None):
        return [json.loads(body) for m, _, _, body in self.received if mood in (None, m)]


class Notify(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="sluice-test-")
        self.fake = FakeDeepSeek()
        self.fake.__enter__()
        self.addCleanup(self.fake.__exit__, None, None, None)
        self.receiver = Receiver()
        self.addCleanup(lambda: self.receiver.close())

    def start(self, target="", policy=POLICY):
        with open(os.path.join(self.folder, "policy.yaml"), "w") as file:
            file.write(policy)
        url = f"http://127.0.0.1:{self.receiver.port}/hook"
        self.sluice = Sluice(f"""
policy: policy.yaml
notify:
  - {{name: dpo, url: "{url}", secret_env: HOOK_SECRET, timeout: 500ms, longest_pause: 50ms, held: true{target}}}
  - {{name: elsewhere}}
deployments:
  - {{name: far, kind: deepseek, address: "{self.fake.address}", model: deepseek-flash, key_env: FAKE_KEY, zone: hosted,
     jurisdiction: CN}}
routes:
  chat: [far]
""", ENV, folder=self.folder)
        self.sluice.start()
        self.addCleanup(self.sluice.process.stdout.close)
        self.addCleanup(self.sluice.__exit__, None, None, None)

    def ask(self, text=MAIL, **more):
        status, headers, answer = self.sluice.chat("chat", [{"role": "user", "content": text}], **more)
        return status, headers, answer

    def metric(self, outcome):
        _, _, raw = self.sluice.request("GET", "/metrics")
        name = f'sluice_notices_total{{outcome="{outcome}",target="dpo"}}'
        return sum(float(line.split()[-1]) for line in raw.decode().splitlines() if line.startswith(name))

    def wait_for(self, count, mood=None):
        wait_until(lambda: len(self.receiver.notices(mood)) >= count, what=f"{count} notices")

    def test_a_request_and_a_held_one_are_told_signed_and_without_their_text(self):
        self.start()
        status, headers, _ = self.ask()
        self.assertEqual(status, 200)
        self.wait_for(1)
        held = self.ask(TOKEN)
        self.assertEqual(held[2]["error"]["code"], "policy.held")
        self.assertEqual(self.ask(TOKEN)[2]["error"]["code"], "policy.held")  # the same ticket: told once
        self.assertEqual(self.ask("Hello!")[0], 200)
        self.wait_for(2)
        first, second = self.receiver.notices()
        self.assertEqual((first["event"], first["request"], first["deployment"], first["revision"], first["rule"]),
                         ("policy.notify", headers["x-request-id"], "far", "n1", "tell"))
        self.assertEqual(first["label"], {"class": "confidential", "categories": "pii"})
        self.assertEqual((second["event"], second["ticket"], second["rule"]),
                         ("approval.waits", held[1]["x-sluice-ticket"], "wait"))
        for _, path, got, body in self.receiver.received:
            self.assertEqual(path, "/hook")
            stamp, signature = (part.split("=")[1] for part in got["x-sluice-signature"].split(","))
            wanted = hmac.new(ENV["HOOK_SECRET"].encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
            self.assertEqual(signature, wanted)
            self.assertLess(abs(time.time() - int(stamp)), 60)
            for word in (b"kowalski", b"invoice", b"ghp_", ENV["HOOK_SECRET"].encode()):
                self.assertNotIn(word, body)
        wait_until(lambda: self.metric("delivered") == 2, what="the metric")

    def test_a_receiver_that_misbehaves_holds_up_nothing_and_gets_each_notice_in_the_end(self):
        self.start()
        for mood in ("error", "redirect", "close", "slow"):
            with self.subTest(mood=mood):
                del self.receiver.received[:]
                self.receiver.go_on.clear()
                self.receiver.mood = mood
                before = time.monotonic()
                asked = [self.ask()[1]["x-request-id"] for _ in range(3)]
                if mood == "slow":
                    self.assertLess(time.monotonic() - before, 15, "a request waited for the receiver")
                self.wait_for(2, mood)  # tried again
                self.receiver.mood = "good"  # for what comes from now on; who waits in "slow" goes on waiting
                wait_until(lambda: {n["request"] for n in self.receiver.notices("good")} >= set(asked),
                           what="the deliveries")
                self.assertNotIn("/elsewhere", [path for _, path, _, _ in self.receiver.received])
        self.assertGreaterEqual(self.metric("failed"), 4)
        self.assertIn("notify.failed", self.sluice.log_text())
        self.assertNotIn(ENV["HOOK_SECRET"], self.sluice.log_text())

    def test_a_receiver_that_is_down_gets_the_notices_after_restarts_of_both(self):
        self.start()
        port = self.receiver.port
        self.receiver.close()
        asked = [self.ask()[1]["x-request-id"] for _ in range(3)]
        wait_until(lambda: self.metric("failed") >= 2, what="failed deliveries")
        self.assertEqual(self.sluice.stop(), 0)
        self.sluice.start()
        asked.append(self.ask()[1]["x-request-id"])
        wait_until(lambda: self.metric("queued") >= 1, what="the notice on the disk")
        self.sluice.stop(signal.SIGKILL)
        self.sluice.start()
        self.receiver = Receiver(port)
        wait_until(lambda: {n["request"] for n in self.receiver.notices()} == set(asked), what="every notice")
        ids = [n["id"] for n in self.receiver.notices()]
        self.assertEqual(len(ids), len(set(ids)))
        with open(os.path.join(self.folder, "data", "notices.sqlite"), "rb") as file:
            self.assertNotIn(b"kowalski", file.read())

    def test_a_queue_that_is_full_drops_what_comes_next_and_says_so(self):
        self.start(", queue: 2")
        self.receiver.mood = "error"
        for _ in range(5):
            self.assertEqual(self.ask()[0], 200)
        wait_until(lambda: self.metric("dropped") == 3, what="three dropped")
        self.assertEqual(self.metric("queued"), 2)
        self.assertIn("notify.dropped", self.sluice.log_text())

    def test_what_nobody_takes_is_given_up_after_its_time(self):
        self.start(", give_up: 100ms")
        self.receiver.mood = "error"
        self.assertEqual(self.ask()[0], 200)
        wait_until(lambda: self.metric("expired") == 1, what="giving up")
        seen = len(self.receiver.received)
        self.receiver.mood = "good"
        self.assertEqual(self.ask()[0], 200)
        self.wait_for(1, "good")
        self.assertEqual(len(self.receiver.notices("good")), 1)
        self.assertGreater(seen, 1)

    def test_a_policy_that_tells_nobody_known_does_not_load(self):
        with self.assertRaisesRegex(RuntimeError, "policy.unknown_target.*(\n.*)*dpo"):
            self.start(policy=POLICY.replace("notify(dpo)", "notify(dop)"))

    def test_a_target_without_url_is_told_in_the_log_alone(self):
        self.start(policy=POLICY.replace("notify(dpo)", "notify(elsewhere)"))
        self.assertEqual(self.ask()[0], 200)
        self.assertIn("policy.notify", self.sluice.log_text())
        self.assertEqual(self.receiver.received, [])


if __name__ == "__main__":
    unittest.main()
