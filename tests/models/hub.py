"""A hub with the layout of Hugging Face and a storage behind it, both of which misbehave on cue.

    with Hub({"model-Q4_K_M.gguf": b"..."}) as hub: ... hub.url, hub.storage.requests, hub.fault = ...

The hub answers /api/models/{repo}/tree/{revision}, and /{repo}/resolve/{revision}/{path} with a redirect to the
storage, which is another origin (another port). `fault` is called with each storage request and may return a
Fault, or None for a proper answer.
"""
import hashlib
import http.server
import json
import re
import socket
import ssl
import threading
import time
import urllib.parse

REPO = "maker/model-GGUF"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Fault:
    """What is done instead of, or to, a proper answer."""

    def __init__(self, status=None, headers=None, cut=None, whole=False, shift=0, corrupt=False, pause=0, size=None,
                 extra=0, redirect=None):
        self.status, self.headers, self.cut, self.whole = status, headers or {}, cut, whole
        self.shift, self.corrupt, self.pause, self.size = shift, corrupt, pause, size
        self.extra, self.redirect = extra, redirect


class Request:
    def __init__(self, handler):
        self.method, self.path = handler.command, handler.path
        self.headers = {k.lower(): v for k, v in handler.headers.items()}
        match = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("range", ""))
        self.range = (int(match.group(1)), int(match.group(2))) if match else None


class Server:
    def __init__(self, answer, context=None):
        self.requests, self.bytes_sent, self.lock = [], 0, threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def handle_one(self):
                request = Request(self)
                with outer.lock:
                    outer.requests.append(request)
                answer(self, request)

            do_GET = do_HEAD = handle_one

            def reply(self, status, headers, body=b""):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in headers:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.send(body)

            def send(self, body):
                self.wfile.write(body)
                with outer.lock:
                    outer.bytes_sent += len(body)

            def hang_up(self):
                self.wfile.flush()
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True

        class Quiet(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_):
                pass

        self.server = Quiet(("127.0.0.1", 0), Handler)
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        scheme = "https" if context else "http"
        self.url = f"{scheme}://localhost:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Hub:
    def __init__(self, files, context=None, storage_context=None):
        self.files = dict(files)
        self.listed = {path: self.entry(path) for path in files}  # what the listing says; tests change it
        self.fault = lambda request: None      # of the storage
        self.hub_fault = lambda request: None  # of the hub
        self.page_size = 1000
        self.links = 0  # redirects given out: each names a new link
        self.storage = Server(self.answer_storage, storage_context or context)
        self.hub = Server(self.answer_hub, context)
        self.url = self.hub.url

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.hub.stop()
        self.storage.stop()

    def entry(self, path):
        body = self.files[path]
        digest = hashlib.sha256(body).hexdigest()
        return {"type": "file", "oid": hashlib.sha1(body).hexdigest(), "size": len(body), "path": path,
                "lfs": {"oid": digest, "size": len(body), "pointerSize": 134}}

    def answer_hub(self, handler, request):
        fault = self.hub_fault(request)
        url = urllib.parse.urlsplit(request.path)
        query = urllib.parse.parse_qs(url.query)
        if fault and fault.redirect:
            return handler.reply(302, {"Location": fault.redirect})
        if fault and fault.status:
            return handler.reply(fault.status, fault.headers, b"no")
        if url.path == f"/api/models/{REPO}/tree/main":
            entries = [{"type": "directory", "oid": "0", "size": 0, "path": "folder"}] + list(self.listed.values())
            begin = int(query.get("cursor", ["0"])[0])
            headers = {"Content-Type": "application/json"}
            if begin + self.page_size < len(entries):
                headers["Link"] = f'<{self.url}{url.path}?recursive=true&cursor={begin + self.page_size}>; rel="next"'
            return handler.reply(200, headers, json.dumps(entries[begin:begin + self.page_size]).encode())
        prefix = f"/{REPO}/resolve/main/"
        path = urllib.parse.unquote(url.path[len(prefix):]) if url.path.startswith(prefix) else None
        if path not in self.files:
            return handler.reply(404, {}, b"Entry not found")
        self.links += 1
        headers = {"Location": f"{self.storage.url}/{urllib.parse.quote(path, safe='')}?link={self.links}&Signature=a~b",
                   "X-Repo-Commit": COMMIT, "X-Linked-Size": str(len(self.files[path])),
                   "X-Linked-Etag": f'"{hashlib.sha256(self.files[path]).hexdigest()}"'}
        headers.update(fault.headers if fault else {})
        return handler.reply(302, headers, b"Found. Redirecting")

    def answer_storage(self, handler, request):
        fault = self.fault(request) or Fault()
        if fault.pause:
            time.sleep(fault.pause)
        if fault.redirect:
            return handler.reply(302, {"Location": fault.redirect})
        if fault.status:
            return handler.reply(fault.status, fault.headers, b"no")
        path = urllib.parse.unquote(urllib.parse.urlsplit(request.path).path[1:])
        body = self.files[path]
        if fault.corrupt:
            body = body[:100] + bytes([body[100] ^ 1]) + body[101:]
        first, last = request.range or (0, len(body) - 1)
        headers, status = {"ETag": '"a-multipart-etag-7"', "Accept-Ranges": "bytes"}, 200
        if request.range and not fault.whole:
            status = 206
            headers["Content-Range"] = f"bytes {first + fault.shift}-{last + fault.shift}/{fault.size or len(body)}"
        piece = body[first:last + 1] if status == 206 else body
        piece += b"x" * fault.extra
        headers["Content-Length"] = str(len(piece))
        headers.update(fault.headers)
        if fault.cut is None:
            return handler.reply(status, headers, piece)
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.send(piece[:fault.cut])
        handler.hang_up()


def certificates(folder):
    """A certificate authority and a server certificate for localhost, made by the openssl program: (ca, context)."""
    import subprocess

    def run(*words):
        subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=folder)
    run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
        "-subj", "/CN=test authority")
    run("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=localhost")
    (folder / "extensions").write_text("subjectAltName=DNS:localhost")
    run("x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
        "-extfile", "extensions", "-out", "certificate.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return folder / "ca.pem", context
