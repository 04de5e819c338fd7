#!/usr/bin/env python3
"""Promises 4 and 5: every stream ends properly, and every request leaves exactly one record, also when the process is
killed in the middle, when the client leaves and when the upstream breaks off."""
import concurrent.futures
import hashlib
import hmac
import http.server
import json
import os
import signal
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "fakes"))
from deepseek import ANSWER, FakeDeepSeek  # noqa: E402
from fronts import FRONTS  # noqa: E402
from sluice import Sluice, text_of, wait_until  # noqa: E402

KEY = {"FAKE_KEY": "sk-fake-upstream-key-0123456789"}
STREAMS = 50
HELLO = [{"role": "user", "content": "Say hello."}]


def config(fake, more=""):
    return f"""
deployments:
  - {{name: hosted, kind: deepseek, address: "{fake.address}", model: deepseek-flash, key_env: FAKE_KEY, zone: hosted,
     jurisdiction: CN{more}}}
routes:
  chat: [hosted]
"""


class GoesBack(http.server.BaseHTTPRequestHandler):
    """A deployment that streams two tool calls and then goes on with the first, which the Messages API can't say."""
    protocol_version = "HTTP/1.0"

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        calls = [{"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}},
                 {"index": 1, "id": "b", "type": "function", "function": {"name": "f", "arguments": "{}"}},
                 {"index": 0, "function": {"arguments": "{}"}}]
        choices = [{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": None} for call in calls]
        choices.append({"index": 0, "delta": {}, "finish_reason": "tool_calls"})
        for choice in choices:
            event = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
            self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, *_):
        pass


class Account(http.server.BaseHTTPRequestHandler):
    """The page of an account: whole the first time, then not for 30 seconds, told as a date."""
    asked = 0

    def do_GET(self):
        Account.asked += 1
        whole = Account.asked == 1
        body = b'{"is_available":true,"balance_infos":[]}' if whole else b'{"error":{"message":"slow down"}}'
        self.send_response(200 if whole else 429)  # and Date
        self.send_header("Content-Length", str(len(body)))
        if not whole:
            self.send_header("Retry-After", self.date_time_string(time.time() + 30))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Records(unittest.TestCase):
    def test_the_balance_is_a_call_with_a_record_and_keeps_the_time_to_wait(self):
        Account.asked = 0
        upstream = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Account)
        threading.Thread(target=upstream.serve_forever, daemon=True).start()
        self.addCleanup(upstream.server_close)
        self.addCleanup(upstream.shutdown)
        upstream.address = f"http://127.0.0.1:{upstream.server_port}"
        with Sluice(config(upstream), KEY) as sluice:
            status, _, raw = sluice.request("GET", "/user/balance")
            self.assertEqual((status, json.loads(raw)["is_available"]), (200, True))
            status, headers, _ = sluice.request("GET", "/user/balance")
            self.assertEqual(status, 429)
            self.assertIn(int(headers["retry-after"]), (29, 30, 31))
            wait_until(lambda: all(r["closing"] for r in sluice.records()), what="the records' closing")
            refused, told = sluice.records()
            self.assertEqual(told["closing"]["outcome"], "ok")
            self.assertEqual(refused["closing"]["outcome"], refused["closing"]["attempts"][0]["outcome"])
            self.assertNotEqual(refused["closing"]["outcome"], "ok")
            self.assertEqual({r["protocol"] for r in (told, refused)}, {"balance"})
            self.assertEqual([a["deployment"] for a in told["closing"]["attempts"]], ["hosted"])
            self.assertIn("the chain is whole", sluice.run("records", "verify"))

    def test_an_answer_that_the_clients_protocol_cannot_say_is_recorded_as_failed(self):
        upstream = http.server.ThreadingHTTPServer(("127.0.0.1", 0), GoesBack)
        threading.Thread(target=upstream.serve_forever, daemon=True).start()
        self.addCleanup(upstream.server_close)
        self.addCleanup(upstream.shutdown)
        text = f"""
deployments:
  - {{name: d, kind: openai, dialect: generic, address: "http://127.0.0.1:{upstream.server_port}/v1", model: m,
     zone: private, jurisdiction: DE}}
routes:
  chat: [d]
"""
        asked = {"model": "chat", "max_tokens": 99, "stream": True, "messages": HELLO,
                 "tools": [{"name": "f", "input_schema": {"type": "object"}}]}
        with Sluice(text) as sluice:
            status, _, raw = sluice.request("POST", "/v1/messages", json.dumps(asked))
            self.assertEqual(status, 200)
            self.assertEqual(raw.count(b"event: error\n"), 1, raw)
            self.assertNotIn(b"message_stop", raw)
            wait_until(lambda: sluice.records()[0]["closing"], what="the record's closing")
            self.assertEqual(sluice.records()[0]["closing"]["outcome"], "upstream.protocol")

    def test_kill_9_in_the_middle_of_50_streams_leaves_one_record_each(self):
        with tempfile.TemporaryDirectory() as folder, FakeDeepSeek() as fake:
            fake.always = "slow"
            sluice = Sluice(config(fake), KEY, folder=folder).start()
            streams = [sluice.stream("chat", HELLO) for _ in range(STREAMS)]
            ids = {s.headers["x-request-id"] for s in streams}
            self.assertEqual(len(ids), STREAMS)
            for s in streams:
                next(s.events())  # each is in the middle of its answer
            sluice.stop(signal.SIGKILL)
            for s in streams:
                s.close()
            with sluice:
                self.assertIn("50 record(s)", sluice.output)
                records = sluice.records()
                self.assertEqual(sorted(r["id"] for r in records), sorted(ids))
                self.assertEqual({r["closing"]["outcome"] for r in records}, {"interrupted"})
                self.assertIn("the chain is whole", sluice.run("records", "verify"))

    def test_a_graceful_stop_lets_running_streams_finish(self):
        with tempfile.TemporaryDirectory() as folder, FakeDeepSeek() as fake:
            fake.cue("slow")
            sluice = Sluice(config(fake), KEY, folder=folder).start()
            stream = sluice.stream("chat", HELLO)
            events = stream.events()
            first = next(events)
            sluice.process.send_signal(signal.SIGTERM)
            wait_until(lambda: "gateway.draining" in sluice.log_text(), what="the stop")
            threading.Timer(0.3, fake.release.set).start()
            rest = list(events)
            self.assertEqual(rest[-1], "[DONE]")
            self.assertTrue(text_of([first] + rest).endswith(ANSWER[-1]))
            self.assertEqual(sluice.process.wait(60), 0)
            self.assertEqual([r["closing"]["outcome"] for r in sluice.records()], ["ok"])

    def named_and_sent(self, sluice, fake, count):
        """The hashes that the records name, oldest first, each of which must be that of what the fake received then."""
        wait_until(lambda: len(sluice.records()) == count and all(r["closing"] for r in sluice.records()),
                   what="the records")
        records = sluice.records()
        hashes = [r["closing"]["attempts"][0]["content_hash"] for r in reversed(records)]
        with open(os.path.join(sluice.folder, "data", "approval.key"), "rb") as file:
            key = hmac.new(file.read(), b"sluice approval content 1", hashlib.sha256)
        for received, named in zip(fake.received, hashes, strict=True):
            parts = (records[0]["tenant"].encode(), b"sent", received.body, b"")
            text = b"".join(b"%d:%s" % (len(p), p) for p in parts)
            self.assertEqual(named, hmac.new(key.digest(), text, hashlib.sha256).hexdigest())
        return hashes

    def test_a_record_names_the_bytes_that_were_sent(self):
        with FakeDeepSeek() as fake, Sluice(config(fake), KEY) as sluice:
            for text in ("one", "two", "two"):
                sluice.chat("chat", [{"role": "user", "content": f"Say {text}."}])
            hashes = self.named_and_sent(sluice, fake, 3)
            self.assertEqual(hashes[1], hashes[2])
            self.assertNotEqual(hashes[0], hashes[1])

    def test_a_record_names_the_bytes_that_were_sent_also_where_they_were_translated(self):
        case = {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Say hello."}]}
        for kind, front in (("openai, dialect: generic", "messages"), ("anthropic", "chat")):
            with self.subTest(kind=kind), FakeDeepSeek() as fake:
                address = fake.address + ("/v1" if "openai" in kind else "")
                with Sluice(f"""
deployments:
  - {{name: far, kind: {kind}, address: "{address}", model: deepseek-flash, key_env: FAKE_KEY, zone: hosted,
     jurisdiction: US}}
routes:
  chat: [far]
""", KEY) as sluice:
                    path, body, _, _ = FRONTS[front]
                    for stream in (False, True):
                        asked = json.dumps(body(case, "chat", stream=stream))
                        status, _, raw = sluice.request("POST", path, asked)
                        self.assertEqual(status, 200, raw)
                        self.assertNotEqual(fake.received[-1].path.removeprefix("/anthropic"), path,
                                            "nothing was translated")
                        self.assertNotEqual(fake.received[-1].body, asked.encode())
                    self.named_and_sent(sluice, fake, 2)

    def test_a_stream_that_a_keep_alive_began_says_in_comments_who_serves_it(self):
        with FakeDeepSeek() as fake:
            fake.cue("late")
            with Sluice("limits: {keep_alive: 50ms}\n" + config(fake), KEY) as sluice:
                stream = sluice.stream("chat", HELLO)  # returns with the head, which a keep-alive sent
                self.assertEqual(stream.status, 200)
                self.assertNotIn("x-sluice-deployment", stream.headers)
                fake.release.set()
                lines = [line.decode().rstrip("\r\n") for line in stream.response]
                self.assertIn(": keep-alive", lines)
                self.assertIn(": x-sluice-deployment: hosted", lines)
                self.assertEqual(lines[-2], "data: [DONE]")
                self.assertEqual([r["closing"]["outcome"] for r in sluice.records()], ["ok"])

    def test_a_client_that_leaves_cancels_the_upstream_and_is_recorded(self):
        with FakeDeepSeek() as fake, Sluice(config(fake), KEY) as sluice:
            fake.cue("slow")
            stream = sluice.stream("chat", HELLO)
            next(stream.events())
            stream.close()
            wait_until(lambda: fake.received[0].aborted.is_set(), what="the upstream call's end")
            wait_until(lambda: sluice.records()[0]["closing"], what="the record's closing")
            self.assertEqual(sluice.records()[0]["closing"]["outcome"], "request.cancelled")

    def test_a_broken_stream_never_looks_whole(self):
        for cue, code in [("cut", "upstream.truncated"), ("no_finish", "upstream.truncated"),
                          ("done_without_finish", "upstream.truncated"), ("error_event", "upstream."),
                          ("stall", "upstream.stalled")]:
            with FakeDeepSeek() as fake, Sluice(config(fake, ", stall_timeout: 1s"), KEY) as sluice:
                fake.cue(cue)
                stream = sluice.stream("chat", HELLO)
                events = list(stream.events())
                self.assertIn("error", events[-1], cue)
                self.assertTrue(events[-1]["error"]["code"].startswith(code), (cue, events[-1]))
                self.assertNotIn("[DONE]", events)
                self.assertFalse(any(e["choices"][0]["finish_reason"] for e in events if e.get("choices")), cue)
                wait_until(lambda: sluice.records()[0]["closing"], what="the record's closing")
                self.assertTrue(sluice.records()[0]["closing"]["outcome"].startswith(code), cue)

    def test_errors_before_content_are_whole_error_answers(self):
        expected = {"400": 400, "401": 502, "402": 502, "429": 503, "500": 502, "503": 503, "html": 502, "error_in_200": 502}
        with FakeDeepSeek() as fake, Sluice(config(fake), KEY) as sluice:
            for stream in (False, True):
                for cue, status in expected.items():
                    fake.cue(cue)
                    got, headers, body = sluice.chat("chat", HELLO, stream=stream)
                    self.assertGreaterEqual(got, 400, cue)
                    self.assertIn(got, (status, 429, 503, 502), cue)
                    self.assertTrue(body["error"]["message"], cue)
                    self.assertEqual(headers["content-type"], "application/json")
            fake.always = "reset"  # on a kept connection it would be tried once more on a fresh one
            self.assertEqual(sluice.chat("chat", HELLO)[0], 502)
            records = sluice.records()
            self.assertEqual(len(records), 2 * len(expected) + 1)
            self.assertEqual(len({r["id"] for r in records}), len(records))

    def test_quirks_of_the_hosted_api_pass(self):
        with FakeDeepSeek() as fake, Sluice(config(fake), KEY) as sluice:
            for cue in (None, "keepalive", "usage_after"):
                if cue:
                    fake.cue(cue)
                events = list(sluice.stream("chat", HELLO, stream_options={"include_usage": True}).events())
                self.assertEqual(text_of(events), "".join(ANSWER), cue)
                self.assertEqual(events[-1], "[DONE]")
                if cue:
                    fake.cue(cue)
                status, _, body = sluice.chat("chat", HELLO)
                self.assertEqual(status, 200)
                self.assertEqual(body["choices"][0]["message"]["content"], "".join(ANSWER))
            wait_until(lambda: all(r["closing"] for r in sluice.records()), what="closing")
            for record in sluice.records():
                usage = record["closing"]["usage"]
                self.assertGreater(usage["cache_miss"], 0)
                self.assertEqual(usage["completion"], 10)
                self.assertGreater(record["closing"]["cost_nano_usd"], 0)

    def test_the_upstream_gets_its_key_and_nothing_of_the_client(self):
        with FakeDeepSeek() as fake, Sluice(config(fake), KEY) as sluice:
            sluice.chat("chat", HELLO, headers={"Authorization": "Bearer client-secret", "Cookie": "a=client-cookie",
                                                "X-Forwarded-For": "10.1.2.3"})
            headers = {k.lower(): v for k, v in fake.received[0].headers.items()}
            self.assertEqual(headers["authorization"], "Bearer " + KEY["FAKE_KEY"])
            self.assertNotIn("client-", repr(headers))
            self.assertNotIn("10.1.2.3", repr(headers))
            self.assertNotIn(KEY["FAKE_KEY"], sluice.log_text() + sluice.output + repr(sluice.records()))

    def test_concurrent_requests_have_one_record_each(self):
        with FakeDeepSeek() as fake, Sluice(config(fake), KEY) as sluice:
            def ask(_):
                return sluice.chat("chat", HELLO)[1]["x-request-id"]
            with concurrent.futures.ThreadPoolExecutor(16) as pool:
                ids = list(pool.map(ask, range(300)))
            wait_until(lambda: all(r["closing"] for r in sluice.records()), what="closing")
            self.assertEqual(sorted(r["id"] for r in sluice.records()), sorted(ids))


if __name__ == "__main__":
    unittest.main()
