"""A scripted stand-in for DeepSeek's hosted API (chat completions) that records what it receives and misbehaves on
cue. Wire facts: the API's documented stream form, keep-alive comments, leading blank lines, usage on the last chunk,
errors inside a 200.

    with FakeDeepSeek() as fake:      # plain HTTP on a free loopback port; FakeDeepSeek(tls=folder) for HTTPS
        fake.cue("stall")             # the next request only; cues queue up; fake.always = "500" for every request
        ...
        fake.received                 # list of Received(path, headers, body), in order of arrival

As a program, for clients in other languages: `deepseek.py [PORT]` prints its port, takes cues by
POST /_cue {"cue": "stall"} and shows what it received by GET /_received.
"""
import dataclasses
import json
import os
import ssl
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANSWER = ["Hello", " from", " the", " fake", " upstream", "."]
REASONING = ["Let", " me", " think", "."]


@dataclasses.dataclass
class Received:
    path: str
    headers: dict
    body: bytes
    aborted: threading.Event  # set when the connection to the gateway broke while answering


class FakeDeepSeek:
    def __init__(self, tls=None, port=0):
        self.received = []
        self.always = None
        self.cues = []
        self.lock = threading.Lock()
        self.release = threading.Event()  # lets "stall" and "slow" answers go on
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *args):
                pass

            def do_GET(self):
                if self.path == "/_received":
                    with fake.lock:
                        body = json.dumps([{"path": r.path, "headers": r.headers, "body": r.body.decode()}
                                           for r in fake.received])
                    self.whole(200, body)
                else:
                    self.whole(404, "{}")

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.path == "/_cue":
                    fake.cue(json.loads(body)["cue"])
                    return self.whole(200, "{}")
                seen = Received(self.path, dict(self.headers), body, threading.Event())
                with fake.lock:
                    fake.received.append(seen)
                    cue = fake.cues.pop(0) if fake.cues else fake.always
                try:
                    answer(self, fake, json.loads(body), cue)
                except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
                    seen.aborted.set()
                    self.close_connection = True

            def whole(self, status, body, content_type="application/json"):
                data = body.encode()
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def begin(self, content_type):
                self.send_response(200)
                self.send_header("Content-Type", content_type)
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()

            def chunk(self, text):
                data = text.encode()
                self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
                self.wfile.flush()

            def end(self):
                self.wfile.write(b"0\r\n\r\n")
                self.wfile.flush()

        class Server(ThreadingHTTPServer):
            request_queue_size = 256
            daemon_threads = True

        self.server = Server(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        self.scheme = "http"
        self.ca_file = None
        if tls:
            self.scheme = "https"
            self.ca_file = make_certificate(tls)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.ca_file, os.path.join(tls, "key.pem"))
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    @property
    def address(self):
        host = "localhost" if self.scheme == "https" else "127.0.0.1"
        return f"{self.scheme}://{host}:{self.port}"

    def cue(self, name):
        with self.lock:
            self.cues.append(name)

    def bodies(self):
        with self.lock:
            return b"\n".join(r.body for r in self.received)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.release.set()
        self.server.shutdown()
        self.server.server_close()


def make_certificate(folder):
    """A self-signed certificate for localhost; returns its path."""
    cert, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
    return cert


def usage(request):
    prompt = max(1, len(json.dumps(request["messages"])) // 4)
    hit = prompt // 64 * 64 // 2
    completion = len(ANSWER) + len(REASONING)
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion,
            "prompt_cache_hit_tokens": hit, "prompt_cache_miss_tokens": prompt - hit,
            "prompt_tokens_details": {"cached_tokens": hit},
            "completion_tokens_details": {"reasoning_tokens": len(REASONING)}}


ERRORS = {
    "400": (400, "invalid_request_error", "The `reasoning_content` in the thinking mode must be passed back to the API."),
    "401": (401, "authentication_error", "Authentication Fails, Your api key: ****xxxx is invalid"),
    "402": (402, "unknown_error", "Insufficient Balance"),
    "429": (429, "rate_limit_reached", "Rate limit reached"),
    "500": (500, "server_error", "Internal error"),
    "503": (503, "service_unavailable_error", "Service is too busy."),
}


def answer(handler, fake, request, cue):
    model, stream = request["model"], request.get("stream", False)
    if cue in ERRORS:
        status, kind, message = ERRORS[cue]
        return handler.whole(status, json.dumps({"error": {"message": message, "type": kind, "param": None,
                                                           "code": "invalid_request_error"}}))
    if cue == "html":
        return handler.whole(502, "<html><body>Bad gateway</body></html>", "text/html")
    if cue == "reset":
        handler.close_connection = True
        return handler.connection.close()
    if cue == "error_in_200":
        return handler.whole(200, json.dumps({"error": {"message": "overloaded", "type": "server_error",
                                                        "param": None, "code": "server_error"}}))
    if stream:
        return answer_stream(handler, fake, request, model, cue)
    message = {"role": "assistant", "content": "".join(ANSWER), "reasoning_content": "".join(REASONING)}
    body = json.dumps({"id": "fake-1", "object": "chat.completion", "created": 1, "model": model,
                       "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
                       "usage": usage(request), "system_fingerprint": "fp_fake"})
    handler.begin("application/json")
    for _ in range(3 if cue == "keepalive" else 0):
        handler.chunk("\n")
    handler.chunk(body[:-10] if cue == "cut" else body)
    if cue == "cut":
        handler.close_connection = True
        return handler.connection.close()
    handler.end()


def answer_stream(handler, fake, request, model, cue):
    def payload(delta, finish=None, **more):
        return json.dumps({"id": "fake-1", "object": "chat.completion.chunk", "created": 1, "model": model,
                           "system_fingerprint": "fp_fake",
                           "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}], **more})

    def send(text):
        handler.chunk(f"data: {text}\n\n")

    handler.begin("text/event-stream; charset=utf-8")
    if cue == "keepalive":
        for _ in range(3):
            handler.chunk(": keep-alive\n\n")
    if cue == "error_event_first":
        return send_error_event(handler)
    send(payload({"role": "assistant", "content": None, "reasoning_content": ""}))
    for piece in REASONING:
        send(payload({"content": None, "reasoning_content": piece}))
    for number, piece in enumerate(ANSWER):
        if cue == "slow" and number == 2:
            while not fake.release.wait(0.05):
                send(payload({"content": " more", "reasoning_content": None}))
        if cue == "stall" and number == 3:
            fake.release.wait(120)
            return
        if cue == "cut" and number == 3:
            handler.close_connection = True
            return handler.connection.close()
        if cue == "error_event" and number == 3:
            return send_error_event(handler)
        if cue == "no_finish" and number == 3:
            return handler.end()
        if cue == "done_without_finish" and number == 3:
            handler.chunk("data: [DONE]\n\n")
            return handler.end()
        send(payload({"content": piece, "reasoning_content": None}))
    if cue == "usage_after":
        send(payload({"content": "", "reasoning_content": None}, "stop"))
        send(json.dumps({"id": "fake-1", "object": "chat.completion.chunk", "created": 1, "model": model,
                         "choices": [], "usage": usage(request)}))
    else:
        send(payload({"content": "", "reasoning_content": None}, "stop", usage=usage(request)))
    handler.chunk("data: [DONE]\n\n")
    handler.end()


def send_error_event(handler):
    handler.chunk('data: {"error":{"message":"overloaded","type":"server_error","param":null,"code":"server_error"}}\n\n')
    handler.end()


if __name__ == "__main__":
    with FakeDeepSeek(port=int(sys.argv[1]) if len(sys.argv) > 1 else 0) as running:
        print(running.port, flush=True)
        while True:
            time.sleep(3600)
