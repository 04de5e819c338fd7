#!/usr/bin/env python3
"""The HTTP edge of the running program: what is refused, in the shape of the path that was asked and with the place;
TLS whose certificate is renewed under running streams; the methods that are no requests."""
import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "fakes"))
from deepseek import FakeDeepSeek  # noqa: E402
from sluice import Sluice, wait_until  # noqa: E402

LIMITS = """
limits: {max_body_bytes: 64KiB, header_timeout: 300ms, body_timeout: 300ms, max_connections: 50}
"""
GUIDE = """
deployments:
  - {name: guide, kind: engine, model: "builtin:guide"}
routes:
  chat: [guide]
"""
FRONTS = {"openai": "/v1/chat/completions", "anthropic": "/v1/messages", "below /anthropic": "/anthropic/v1/messages"}


def raw(port, data, timeout=20):
    """Sends bytes, returns all that comes until the server closes: (status, headers, body)."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as s:
        s.sendall(data)
        answer = b""
        while piece := s.recv(65536):
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines[1:])}
    return int(lines[0].split()[1]), headers, body


def certificate(folder, name, serial):
    """A self-signed certificate for localhost, replaced as a renewal does it."""
    new = os.path.join(folder, "new")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-keyout", new + ".key", "-out", new + ".pem", "-subj", "/CN=localhost", "-days", "2",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-set_serial", str(serial)],
                   check=True, capture_output=True)
    os.replace(new + ".key", os.path.join(folder, name + ".key"))
    os.replace(new + ".pem", os.path.join(folder, name + ".pem"))


def serial_of(port):
    """The serial number that a new connection is shown, by openssl's own client."""
    out = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-alpn", "http/1.1"], input="",
                         capture_output=True, text=True, timeout=30).stdout
    pem = re.search(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", out, re.S).group(0)
    shown = subprocess.run(["openssl", "x509", "-noout", "-serial"], input=pem, capture_output=True, text=True)
    return int(shown.stdout.strip().split("=")[1], 16)


class Edge(unittest.TestCase):
    def assert_shape(self, body, front, code=None, headers=None):
        """An error in the shape that clients of this front read."""
        parsed = json.loads(body)
        if front == "openai":
            self.assertEqual(set(parsed["error"]), {"message", "type", "param", "code"})
            if code:
                self.assertEqual(parsed["error"]["code"], code)
        else:
            self.assertEqual(parsed["type"], "error", body)
            self.assertEqual(set(parsed["error"]) & {"type", "message"}, {"type", "message"})
            if headers:
                self.assertEqual(parsed["request_id"], headers["x-request-id"])
        return parsed["error"]["message"]

    def test_ambiguous_json_is_refused_with_its_place(self):
        cases = {
            "json.duplicate_key": (b'{"model":"chat","messages":[],"model":"x"}', "model"),
            "json.depth": (b'{"model":"chat","messages":' + b"[" * 70 + b"]" * 70 + b"}", "byte 9"),
            "json.utf8": (b'{"model":"chat","messages":[{"role":"user","content":"a\xffb"}]}', "byte 55"),
            "json.surrogate": (b'{"model":"chat","messages":[{"role":"user","content":"a\\ud800b"}]}', "byte 5"),
            "json.syntax": (b'{"model":"chat","messages":[}', "byte 28"),
        }
        with Sluice(GUIDE + LIMITS) as sluice:
            for front, path in FRONTS.items():
                for code, (body, place) in cases.items():
                    with self.subTest(front=front, code=code):
                        status, headers, answer = sluice.request("POST", path, body)
                        self.assertEqual(status, 400, answer)
                        message = self.assert_shape(answer, front, code)
                        self.assertIn(place, message)
                        self.assertTrue(headers["x-request-id"].startswith("req_"))

    def test_the_servers_own_refusals_have_the_shape_of_the_path(self):
        with Sluice(GUIDE + LIMITS) as sluice:
            for front, path in FRONTS.items():
                start = f"POST {path} HTTP/1.1\r\nHost: a\r\n".encode()
                for name, status, data in [
                        ("http.body_too_large", 413, start + b"Content-Length: 65537\r\n\r\n"),
                        ("http.header_too_large", 431, start + b"X: " + b"x" * 40000 + b"\r\n\r\n"),
                        ("http.bad_request", 400, start + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
                        ("http.bad_request", 400, start + b"Content-Length : 1\r\n\r\n"),
                        ("http.request_timeout", 408, start + b"X: "),
                        ("http.request_timeout", 408, start + b"Content-Length: 10\r\n\r\n12345"),
                        ("http.unsupported_version", 505, f"POST {path} HTTP/2.0\r\n\r\n".encode())]:
                    with self.subTest(front=front, code=name, status=status):
                        got, headers, body = raw(sluice.port, data)
                        self.assertEqual(got, status)
                        self.assertEqual(headers["connection"], "close")
                        self.assertEqual(headers["content-type"], "application/json")
                        self.assert_shape(body, front, name, headers)
            got, _, body = raw(sluice.port, b"GET /" + b"x" * 40000 + b" HTTP/1.1\r\n\r\n")
            self.assertEqual(got, 414)
            self.assert_shape(body, "openai", "http.target_too_long")

    def test_connections_above_the_limit_are_told_when_to_come_again(self):
        with Sluice("loops: 1\n" + GUIDE + "limits: {max_connections: 2}\n") as sluice:
            held = []
            for _ in range(2):
                connection = http.client.HTTPConnection("127.0.0.1", sluice.port, timeout=20)
                connection.request("GET", "/healthz")
                connection.getresponse().read()
                held.append(connection)
            status, headers, body = raw(sluice.port, b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            self.assertEqual(status, 503)
            self.assertEqual(headers["retry-after"], "1")
            self.assert_shape(body, "openai", "http.too_many_connections")
            for connection in held:
                connection.close()

    def test_other_methods_and_pages(self):
        with Sluice(GUIDE) as sluice:
            status, headers, body = sluice.request("HEAD", "/healthz")
            self.assertEqual((status, body, headers["content-length"]), (200, b"", "3"))
            for path, allowed in [("/healthz", "GET, HEAD, OPTIONS"), ("/v1/models", "GET, HEAD, OPTIONS"),
                                  ("/v1/chat/completions", "POST, OPTIONS"), ("/v1/messages", "POST, OPTIONS"),
                                  ("/v1/responses/x", "GET, HEAD, DELETE, OPTIONS")]:
                status, headers, body = sluice.request("OPTIONS", path, headers={
                    "Origin": "https://example.org", "Access-Control-Request-Method": "POST"})
                self.assertEqual((status, body, headers["allow"]), (204, b"", allowed), path)
                self.assertFalse([h for h in headers if h.startswith("access-control")], "CORS is off")
                status, headers, body = sluice.request("PUT", path)
                self.assertEqual((status, headers["allow"]), (405, allowed), path)
                self.assert_shape(body, "anthropic" if "messages" in path else "openai", "request.method", headers)
            self.assertEqual(sluice.request("OPTIONS", "/nothing")[0], 404)
            for front, path in [("openai", "/nothing"), ("anthropic", "/anthropic/nothing")]:
                status, headers, body = sluice.request("GET", path)
                self.assertEqual(status, 404)
                self.assert_shape(body, front, "request.not_found", headers)


class Tls(unittest.TestCase):
    def test_a_renewed_certificate_is_shown_while_a_stream_runs_on(self):
        with FakeDeepSeek() as fake:
            sluice = Sluice(f"""
listen: {{tls: {{certificate: tls.pem, key: tls.key}}}}
deployments:
  - {{name: ds, kind: deepseek, address: "{fake.address}", model: deepseek-flash, key_env: FAKE_KEY, zone: private,
     jurisdiction: local}}
routes:
  chat: [ds]
""", {"FAKE_KEY": "sk-fake-upstream-key-0123456789"})
            certificate(sluice.folder, "tls", 4001)
            with sluice:
                self.assertIn("https://127.0.0.1", sluice.output)
                self.assertEqual(serial_of(sluice.port), 4001)
                trusted = ssl.create_default_context(cafile=os.path.join(sluice.folder, "tls.pem"))
                fake.cue("slow")
                stream = http.client.HTTPSConnection("localhost", sluice.port, context=trusted, timeout=60)
                stream.request("POST", "/v1/chat/completions", json.dumps(
                    {"model": "chat", "stream": True, "messages": [{"role": "user", "content": "hello"}]}))
                answer = stream.getresponse()
                self.assertEqual(answer.status, 200)
                self.assertTrue(answer.readline())

                certificate(sluice.folder, "tls", 4002)
                sluice.process.send_signal(signal.SIGHUP)
                wait_until(lambda: "tls.reloaded" in sluice.log_text(), what="the reload")
                self.assertEqual(serial_of(sluice.port), 4002)
                with open(os.path.join(sluice.folder, "tls.pem"), "w") as file:
                    file.write("half a certi")
                sluice.process.send_signal(signal.SIGHUP)
                wait_until(lambda: "tls.reload_failed" in sluice.log_text(), what="the refusal")
                self.assertIn("tls.bad_certificate", sluice.log_text())
                self.assertEqual(serial_of(sluice.port), 4002)

                fake.release.set()
                self.assertIn(b"[DONE]", answer.read())
                status, _, body = raw(sluice.port, b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                self.assertEqual(status, 400)
                self.assertEqual(json.loads(body)["error"]["code"], "http.tls_required")
                self.assertEqual(sluice.stop(), 0)

    def test_files_that_do_not_fit_stop_the_start_with_line_and_remedy(self):
        sluice = Sluice("listen: {tls: {certificate: tls.pem, key: other.key}}\n" + GUIDE)
        certificate(sluice.folder, "other", 1)
        certificate(sluice.folder, "tls", 2)
        with self.assertRaises(RuntimeError) as refused:
            sluice.start()
        self.assertNotEqual(sluice.process.wait(20), 0)
        sluice.log.close()
        sluice.__exit__()
        self.assertIn("tls.key_mismatch", str(refused.exception))
        self.assertRegex(str(refused.exception), r"sluice\.yaml:2:\d+")


if __name__ == "__main__":
    unittest.main()
