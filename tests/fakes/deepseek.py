"""A scripted stand-in for DeepSeek's hosted API, in all its formats, that keeps the API's contract, records what it
receives and misbehaves on cue. Beside it: what is refused (deepseek_contract.py), what is said (deepseek_script.py), in
which form (deepseek_formats.py, deepseek_responses.py), and how it goes over the wire, right or wrong
(deepseek_wire.py, with the list of cues).

    with FakeDeepSeek() as fake:      # plain HTTP on a free loopback port; FakeDeepSeek(tls=folder) for HTTPS
        fake.cue("stall")             # the next request only; cues queue up; fake.always = "500" for every request
        ...
        fake.received                 # list of Received(path, headers, body), in order of arrival

As a program, for clients in other languages: `deepseek.py [PORT]` prints its port, takes cues by
POST /_cue {"cue": "stall"} and shows what it received by GET /_received.

Beyond the API: /v1/embeddings in OpenAI's form and /v1/messages/count_tokens in Anthropic's, which DeepSeek lacks, for
deployments that have them. The API itself answers 404 there.
"""
import base64
import dataclasses
import json
import os
import ssl
import struct
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import deepseek_contract as contract
import deepseek_script as script
import deepseek_wire as wire
from deepseek_formats import Chat, Completion, Messages
from deepseek_responses import Responses
from deepseek_script import ANSWER, REASONING  # noqa: F401  (what tests expect to read)

EMBEDDING_SIZE = 8


@dataclasses.dataclass
class Received:
    path: str
    headers: dict
    body: bytes
    aborted: threading.Event  # set when the connection to the gateway broke while answering
    aborted_at: float = None  # seconds since 1970
    started_at: float = 0


class FakeDeepSeek:
    def __init__(self, tls=None, port=0):
        self.received = []
        self.always = None
        self.cues = []
        self.lock = threading.Lock()
        self.release = threading.Event()  # lets "stall" and "slow" answers go on
        self.server = Server(("127.0.0.1", port), Handler)
        self.server.fake = self
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

    def arrive(self, path, headers, body):
        """Notes a request; returns it, its number and the cues that are meant for it."""
        seen = Received(path, dict(headers), body, threading.Event(), started_at=time.time())
        with self.lock:
            self.received.append(seen)
            cue = self.cues.pop(0) if self.cues else self.always
            return seen, len(self.received), set((cue or "").split("+")) - {""}

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.release.set()
        self.server.shutdown()
        self.server.server_close()


class Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):  # callers that leave are no errors of the fake
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    streams = False  # the request at hand asked for a stream

    def log_message(self, *args):
        pass

    def do_GET(self):
        fake = self.server.fake
        if self.path == "/_received":
            with fake.lock:
                seen = [{"path": r.path, "headers": r.headers, "body": r.body.decode(errors="replace"),
                         "aborted": r.aborted.is_set(), "aborted_at": r.aborted_at, "started_at": r.started_at}
                        for r in fake.received]
            return self.whole(200, json.dumps(seen))
        refused = contract.check_key({k.lower(): v for k, v in self.headers.items()})
        if refused:
            return self.whole(401, json.dumps(Chat.refusal(refused)))
        if self.path in ("/models", "/v1/models"):
            listed = [{"id": name, "object": "model", "owned_by": "deepseek"} for name in contract.MODELS]
            return self.whole(200, json.dumps({"object": "list", "data": listed}))
        if self.path == "/user/balance":
            return self.whole(200, json.dumps({"is_available": True, "balance_infos": [
                {"currency": "USD", "total_balance": "110.00", "granted_balance": "10.00",
                 "topped_up_balance": "100.00"}]}))
        return self.whole(404, json.dumps(Chat.refusal(wire.REFUSALS["404"])))

    def do_POST(self):
        fake = self.server.fake
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/_cue":
            fake.cue(json.loads(body)["cue"])
            return self.whole(200, "{}")
        seen, number, cues = fake.arrive(self.path, self.headers.items(), body)
        try:
            answer(self, fake, body, number, cues)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError, wire.Gone):
            seen.aborted_at = time.time()
            seen.aborted.set()
            self.close_connection = True

    def whole(self, status, body, content_type="application/json", headers=None):
        raw = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in {"Content-Type": content_type, "Content-Length": str(len(raw)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)

    def begin(self, content_type):
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("x-ds-trace-id", "fake-trace")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def chunk(self, raw):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(raw), raw))

    def end(self):
        self.wfile.write(b"0\r\n\r\n")

    def hang_up(self):
        self.close_connection = True
        self.connection.close()


def make_certificate(folder):
    """A self-signed certificate for localhost; returns its path."""
    cert, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
    return cert


def ask_of_completion(body):
    text = body["prompt"] if 'say "' in body["prompt"] else 'say "between"' if body.get("suffix") else body["prompt"]
    return script.Ask(body["model"], text, thinking=False, stop=script.stops_of(body.get("stop")),
                      max_tokens=body.get("max_tokens"), prompt_size=len(body["prompt"]), stream=bool(body.get("stream")))


# path -> (form, its check, its ask); the chat check also wants to know whether the base address is /beta.
CHAT = (Chat, lambda body: contract.check_chat(body, False), script.ask_of_chat)
BETA = (Chat, lambda body: contract.check_chat(body, True), script.ask_of_chat)
FIM = (Completion, contract.check_completion, ask_of_completion)
ANTHROPIC = (Messages, contract.check_messages, script.ask_of_deepseek_messages)
VENDOR = (Messages, contract.check_messages, script.ask_of_messages)  # another deployment, which is not DeepSeek's
RESPONSES = (Responses, contract.check_responses, script.ask_of_responses)
PAGES = {"/chat/completions": CHAT, "/v1/chat/completions": CHAT, "/beta/chat/completions": BETA,
         "/beta/v1/chat/completions": BETA, "/beta/completions": FIM, "/beta/v1/completions": FIM,
         "/anthropic/v1/messages": ANTHROPIC, "/v1/messages": VENDOR,
         "/responses": RESPONSES, "/v1/responses": RESPONSES}


def answer(handler, fake, raw, number, cues):
    path = handler.path.split("?")[0]
    headers = {k.lower(): v for k, v in handler.headers.items()}
    form, check, make_ask = PAGES.get(path, (Messages if "messages" in path else Chat, None, None))

    def refuse(refused):
        handler.whole(refused.status, json.dumps(form.refusal(refused)))
    refused = contract.check_key(headers)
    if refused:
        return refuse(refused)
    try:
        body = json.loads(raw)
    except ValueError as error:
        return refuse(contract.bad(f"Failed to parse the request body as JSON: {error}"))
    if path in ("/v1/embeddings", "/v1/messages/count_tokens"):
        handler.streams = False
        return wire.instead(handler, fake, cues, form) or handler.whole(200, json.dumps(beyond(path, body)))
    if not check:
        return refuse(wire.REFUSALS["404"])
    refused = contract.check_model(body.get("model"), form is Messages) or check(body)
    if refused:
        return refuse(refused)
    ask = make_ask(body)
    made = form(body, ask, script.answer_to(ask, cues, number), cues, number)
    handler.streams = ask.stream
    if wire.instead(handler, fake, cues, made):
        return None
    if ask.stream:
        return wire.send_stream(handler, fake, cues, made)
    if "slow" in cues or cues & {"stall", "stall_before", "stall_reasoning"}:
        wire.wait(handler, fake, wire.STALL_SECONDS)
    return wire.send_whole(handler, cues, made.whole())


def beyond(path, body):
    """What DeepSeek lacks and other deployments have."""
    if path == "/v1/messages/count_tokens":
        text = json.dumps([body.get("system"), body["messages"], body.get("tools")])
        return {"input_tokens": max(1, len(text) // 4)}
    inputs = body["input"] if isinstance(body["input"], list) else [body["input"]]
    size = body.get("dimensions", EMBEDDING_SIZE)
    vectors = [[((len(str(text)) * (i + 3)) % 17) / 17 for i in range(size)] for text in inputs]
    if body.get("encoding_format") == "base64":


        vectors = [base64.b64encode(struct.pack(f"<{size}f", *v)).decode() for v in vectors]
    tokens = sum(max(1, len(str(text)) // 4) for text in inputs)
    return {"object": "list", "model": body["model"], "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
            "data": [{"object": "embedding", "index": i, "embedding": v} for i, v in enumerate(vectors)]}


if __name__ == "__main__":
    with FakeDeepSeek(port=int(sys.argv[1]) if len(sys.argv) > 1 else 0) as running:
        print(running.port, flush=True)
        while True:
            time.sleep(3600)
