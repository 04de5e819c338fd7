#!/usr/bin/env python3
"""A vendor that signs what it thinks (Anthropic) wants it back, signature and all, with the results of the tools it called.
Clients of OpenAI's protocols have no field for a signature: the gateway remembers it. The fake refuses what the vendor
refuses: a turn with calls and without its signed thought while thinking is on."""
import http.server
import json
import os
import sys
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "fakes"))
from sluice import Sluice  # noqa: E402

KEY = {"FAKE_KEY": "sk-fake-upstream-key-0123456789"}
THOUGHT = {"type": "thinking", "thinking": "I look it up.", "signature": "EqQBsignedByTheVendor=="}
CALL = {"type": "tool_use", "id": "toolu_1", "name": "look_up", "input": {"word": "sluice"}}


class Vendor(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.received.append(body)
        last = [m for m in body["messages"] if m["role"] == "assistant"]
        blocks = last[-1]["content"] if last else []
        thinks = body.get("thinking", {}).get("type") == "enabled"
        if thinks and any(b["type"] == "tool_use" for b in blocks) and blocks[0] != THOUGHT:
            return self.answer(400, {"type": "error", "error": {"type": "invalid_request_error",
                                     "message": "Expected `thinking`, but found `tool_use`"}})
        content = [{"type": "text", "text": "Done."}] if last else [THOUGHT, CALL]
        self.answer(200, {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude", "content": content,
                          "stop_reason": "end_turn" if last else "tool_use", "stop_sequence": None,
                          "usage": {"input_tokens": 5, "output_tokens": 5}})

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class Thoughts(unittest.TestCase):
    def setUp(self):
        self.vendor = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Vendor)
        self.vendor.received = []
        threading.Thread(target=self.vendor.serve_forever, daemon=True).start()
        self.addCleanup(self.vendor.server_close)
        self.addCleanup(self.vendor.shutdown)
        self.sluice = self.enterContext(Sluice(f"""
deployments:
  - {{name: claude, kind: anthropic, address: "http://127.0.0.1:{self.vendor.server_address[1]}", model: claude, key_env: FAKE_KEY,
     zone: hosted, jurisdiction: US}}
routes: {{chat: [claude]}}
""", KEY))

    def chat(self, more):
        tool = {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object"}}}
        body = {"model": "chat", "max_tokens": 4000, "thinking": {"type": "enabled"}, "tools": [tool],
                "messages": [{"role": "user", "content": "What is a sluice?"}] + more}
        return self.sluice.request("POST", "/v1/chat/completions", json.dumps(body))

    def turn(self, message, **changed):
        result = {"role": "tool", "tool_call_id": message["tool_calls"][0]["id"], "content": "a gate for water"}
        return self.chat([{**message, **changed}, result])

    def first(self):
        status, _, raw = self.chat([])
        self.assertEqual(status, 200, raw)
        return json.loads(raw)["choices"][0]["message"]

    def test_a_signed_thought_goes_back_with_the_results_of_its_calls(self):
        message = self.first()
        self.assertEqual(message["reasoning_content"], THOUGHT["thinking"])
        dropped = {k: v for k, v in message.items() if k != "reasoning_content"}
        for said in (message, dropped):  # clients send it back or don't
            status, headers, raw = self.turn(said)
            self.assertEqual(status, 200, raw)
            self.assertEqual(self.vendor.received[-1]["messages"][1]["content"], [THOUGHT, CALL])
            self.assertEqual(self.vendor.received[-1]["thinking"]["type"], "enabled")

    def test_where_nobody_knows_the_thought_thinking_is_off_and_the_client_is_told(self):
        message = self.first()
        for said in ({"reasoning_content": "Something else."},
                     {"tool_calls": [{**message["tool_calls"][0], "id": "call_of_another_gateway"}]}):
            status, headers, raw = self.turn(message, **said)
            self.assertEqual(status, 200, raw)
            self.assertEqual(self.vendor.received[-1]["thinking"]["type"], "disabled")
            self.assertEqual([b["type"] for b in self.vendor.received[-1]["messages"][1]["content"]], ["tool_use"])
            self.assertIn("thinking off", headers["x-sluice-note"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
