#!/usr/bin/env python3
"""What vendors want back of their thoughts. One that signs them (Anthropic) wants it back, signature and all, with the results of the tools it called.
Clients of OpenAI's protocols have no field for a signature: the gateway remembers it. The fake refuses what the vendor
refuses: a turn with calls and without its signed thought while thinking is on. What a vendor has encrypted nobody can judge: it
goes back where it came from, as sensitive as the conversation that it came from, and nobody else's does."""
import base64
import hashlib
import http.server
import json
import os
import re
import sys
import tempfile
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


class Sealing(Vendor):
    """The Responses API with encrypted reasoning; each answer has another."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.received.append(body)
        sealed = base64.b64encode(hashlib.sha512(str(len(self.server.received)).encode()).digest() * 4).decode()
        output = [{"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": sealed},
                  {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
                   "content": [{"type": "output_text", "text": "Done.", "annotations": []}]}]
        whole = {"id": "resp_1", "object": "response", "created_at": 1, "status": "completed", "model": "m", "output": output,
                 "usage": {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}}
        if not body.get("stream"):
            return self.answer(200, whole)
        events = [{"type": "response.created", "response": {**whole, "status": "in_progress", "output": []}}]
        for i, item in enumerate(output):
            events.append({"type": "response.output_item.added", "output_index": i, "item": {**item, "content": []}})
            events.append({"type": "response.output_item.done", "output_index": i, "item": item})
        events.append({"type": "response.completed", "response": whole})
        data = "".join(f"event: {e['type']}\ndata: {json.dumps({**e, 'sequence_number': i})}\n\n" for i, e in enumerate(events))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data.encode())


class Sealed(unittest.TestCase):
    vendor_class = Sealing
    kind = "kind: openai, dialect: openai"

    def setUp(self):
        self.vendor = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.vendor_class)
        self.vendor.received = []
        threading.Thread(target=self.vendor.serve_forever, daemon=True).start()
        self.addCleanup(self.vendor.server_close)
        self.addCleanup(self.vendor.shutdown)
        folder = self.enterContext(tempfile.TemporaryDirectory())
        policy = os.path.join(folder, "policy.yaml")
        with open(policy, "w") as file:
            file.write("policy: v1\nrevision: sealed-1\nrules:\n"
                       "  - {id: open, allow: [public, internal], zones: [private, hosted]}\n"
                       "  - {id: home, allow: [confidential, regulated, restricted], zones: [private]}\n")
        place = f'address: "http://127.0.0.1:{self.vendor.server_address[1]}", model: m, key_env: FAKE_KEY, jurisdiction: US'
        self.sluice = self.enterContext(Sluice(f"""
deployments:
  - {{name: near, {self.kind}, {place}, zone: private}}
  - {{name: far, {self.kind}, {place}, zone: hosted}}
routes: {{home: [near], open: [far]}}
policy: {policy}
""", KEY))

    def ask(self, model, items, stream=False):
        status, headers, raw = self.sluice.request(
            "POST", "/v1/responses", json.dumps({"model": model, "input": items, "store": False, "stream": stream}))
        return status, headers.get("x-sluice-label"), raw.decode()

    def test_what_the_vendor_has_encrypted_goes_back_as_sensitive_as_it_was(self):
        hello = {"role": "user", "content": "Hello, what is a sluice?"}
        patient = {"role": "user", "content": "Patient Mrs. Okafor, 71 y/o, admitted with chest pain and dyspnea. Takes "
                                              "metformin 500 mg twice daily."}
        for stream in (False, True):
            status, label, raw = self.ask("open", [hello], stream)
            self.assertEqual((status, label), (200, "internal"), raw)
            found = re.search(r'{"type": ?"reasoning"[^}]*"encrypted_content": ?"([^"]*)"[^}]*}', raw)
            thought = {"type": "reasoning", "summary": [], "encrypted_content": found.group(1)}
            again = [hello, thought, {"role": "assistant", "content": "Done."}, hello]
            status, label, raw = self.ask("open", again)
            self.assertEqual((status, label), (200, "internal"), raw)
            self.assertIn(thought["encrypted_content"], json.dumps(self.vendor.received[-1]))

            count = len(self.vendor.received)
            unknown = {**thought, "encrypted_content": thought["encrypted_content"][:-8] + "AAAAAAA="}
            status, label, raw = self.ask("open", [hello, unknown, hello])
            self.assertEqual((status, label), (403, "restricted"), raw)
            hidden = {**thought, "note": "iVBORw0KGgo" + "Qk2v" * 40}
            self.assertEqual(self.ask("open", [hello, hidden, hello])[0], 403)

            status, label, raw = self.ask("home", [patient], stream)
            self.assertEqual((status, label), (200, "regulated; health,pii"), raw)
            secret = {**thought, "encrypted_content": re.search(r'"encrypted_content": ?"([^"]*)"', raw).group(1)}
            status, label, raw = self.ask("open", [hello, secret, hello])
            self.assertEqual((status, label), (403, "regulated; health,pii"), raw)
            self.assertEqual(len(self.vendor.received), count + 1)


class Searching(Vendor):
    """Messages with the vendor's own search; each answer's results are encrypted anew."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.received.append(body)
        number = len(self.server.received)

        def sealed(what, times):
            return base64.b64encode(b"".join(hashlib.sha512(f"{what} {number} {i}".encode()).digest()
                                             for i in range(times))).decode()

        results = [{"type": "web_search_result", "url": f"https://example.com/{i}", "title": "Sluice gates", "page_age": None,
                    "encrypted_content": sealed(f"content {i}", 40)} for i in range(3)]
        citation = {"type": "web_search_result_location", "url": "https://example.com/0", "title": "Sluice gates",
                    "encrypted_index": sealed("index", 3), "cited_text": "A sluice is a gate for water."}
        content = [{"type": "text", "text": "I look it up."},
                   {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "sluice gate"}},
                   {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": results},
                   {"type": "text", "text": "It is a gate for water.", "citations": [citation]}]
        whole = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude", "content": content,
                 "stop_reason": "end_turn", "stop_sequence": None, "usage": {"input_tokens": 5, "output_tokens": 5}}
        if not body.get("stream"):
            return self.answer(200, whole)
        events = [{"type": "message_start", "message": {**whole, "content": [], "stop_reason": None}}]
        for i, block in enumerate(content):
            empty = {"text": ""} if block["type"] == "text" else {"input": {}} if "input" in block else {}
            events.append({"type": "content_block_start", "index": i,
                           "content_block": {k: v for k, v in {**block, **empty}.items() if k != "citations"}})
            deltas = [{"type": "citations_delta", "citation": c} for c in block.get("citations", [])]
            deltas += [{"type": "text_delta", "text": block["text"]}] if "text" in block else []
            deltas += [{"type": "input_json_delta", "partial_json": json.dumps(block["input"])}] if "input" in block else []
            events += [{"type": "content_block_delta", "index": i, "delta": delta} for delta in deltas]
            events.append({"type": "content_block_stop", "index": i})
        events += [{"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None},
                    "usage": {"output_tokens": 5}}, {"type": "message_stop"}]
        data = "".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in events)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data.encode())


def streamed(raw):
    """The blocks of a stream, as a client puts them together."""
    blocks = []
    for line in raw.splitlines():
        event = json.loads(line[6:]) if line.startswith("data: ") else {}
        if event.get("type") == "content_block_start":
            blocks.append(event["content_block"])
        delta = event.get("delta", {})
        if delta.get("type") == "text_delta":
            blocks[-1]["text"] += delta["text"]
        if delta.get("type") == "citations_delta":
            blocks[-1].setdefault("citations", []).append(delta["citation"])
        if delta.get("type") == "input_json_delta":
            blocks[-1]["input"] = json.loads(delta["partial_json"])
    return blocks


class Searched(Sealed):
    vendor_class = Searching
    kind = "kind: anthropic"

    def ask(self, model, messages, stream=False):
        status, headers, raw = self.sluice.request("POST", "/v1/messages", json.dumps(
            {"model": model, "max_tokens": 100, "messages": messages, "stream": stream,
             "tools": [{"type": "web_search_20250305", "name": "web_search"}]}))
        return status, headers.get("x-sluice-label"), raw.decode()

    def test_what_the_vendor_has_encrypted_goes_back_as_sensitive_as_it_was(self):
        hello = {"role": "user", "content": "Hello, what is a sluice?"}
        patient = {"role": "user", "content": "Patient Mrs. Okafor, 71 y/o, admitted with chest pain and dyspnea. Takes "
                                              "metformin 500 mg twice daily."}

        def turn(raw, stream):
            return {"role": "assistant", "content": streamed(raw) if stream else json.loads(raw)["content"]}

        for stream in (False, True):
            status, label, raw = self.ask("open", [hello], stream)
            self.assertEqual((status, label), (200, "internal"), raw)
            found = turn(raw, stream)
            self.assertEqual([block["type"] for block in found["content"]],
                             ["text", "server_tool_use", "web_search_tool_result", "text"])
            status, label, raw = self.ask("open", [hello, found, hello], stream)
            self.assertEqual((status, label), (200, "internal"), raw)
            self.assertEqual(self.vendor.received[-1]["messages"][1], found)

            count = len(self.vendor.received)

            def changed(of=found, **members):
                copy = json.loads(json.dumps(of))
                copy["content"][2]["content"][1].update(members)
                return [hello, copy, hello]

            sealed = found["content"][2]["content"][1]["encrypted_content"]
            for members, want in (({"encrypted_content": sealed[:-8] + "AAAAAAA="}, "restricted"),
                                  ({"encrypted_content": "Hm, nothing."}, "restricted"),
                                  ({"encrypted_more": sealed[:-8] + "AAAAAAA="}, "restricted"),
                                  ({"note": "iVBORw0KGgo" + "Qk2v" * 40}, "restricted"),
                                  ({"file_id": "file_0123"}, "restricted"),
                                  ({"title": "my card is 4539 1488 0343 6467"}, "regulated; financial")):
                status, label, raw = self.ask("open", changed(**members))
                self.assertEqual((status, label), (403, want), (members, raw))
            unknown = json.loads(json.dumps(found))
            unknown["content"][3]["citations"][0]["encrypted_index"] = base64.b64encode(os.urandom(120)).decode()
            self.assertEqual(self.ask("open", [hello, unknown, hello])[:2], (403, "restricted"))

            status, label, raw = self.ask("home", [patient], stream)
            self.assertEqual((status, label), (200, "regulated; health,pii"), raw)
            secret = turn(raw, stream)
            secret["content"] = secret["content"][1:3]  # nothing of it but what is encrypted tells of the patient
            status, label, raw = self.ask("open", [hello, secret, hello])
            self.assertEqual((status, label), (403, "regulated; health,pii"), raw)
            self.assertEqual(len(self.vendor.received), count + 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
