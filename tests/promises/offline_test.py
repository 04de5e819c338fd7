#!/usr/bin/env python3
"""Promise 9: with only `device` deployments Sluice opens no connection to anywhere. The kernel's own table of this
process' sockets is the witness. Promises 2 and 8 at the front door: labels, refusals, and what served."""
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "fakes"))
from sluice import Sluice  # noqa: E402

LISTEN = "0A"  # state of a listening socket in /proc/net/tcp


def sockets_of(pid):
    """(local, remote, state) of every TCP and UDP socket of a process, from /proc."""
    inodes = set()
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            target = os.readlink(f"/proc/{pid}/fd/{fd}")
        except FileNotFoundError:
            continue
        if target.startswith("socket:["):
            inodes.add(target[len("socket:["):-1])
    found = []
    for table in ("tcp", "tcp6", "udp", "udp6"):
        with open(f"/proc/{pid}/net/{table}") as file:
            for line in list(file)[1:]:
                fields = line.split()
                if fields[9] in inodes:
                    found.append((table, fields[1], fields[2], fields[3]))
    return found


class Offline(unittest.TestCase):
    def test_the_default_answers_and_opens_no_connection(self):
        with Sluice() as sluice:
            port = f"{sluice.port:04X}"
            for question in ("How do I add a DeepSeek key?", "What are you?"):
                status, headers, body = sluice.chat("auto", [{"role": "user", "content": question}])
                self.assertEqual(status, 200)
                self.assertTrue(body["choices"][0]["message"]["content"])
                self.assertEqual(headers["x-sluice-deployment"], "guide")
                self.assertIn("sha256:", headers["x-sluice-model"])
                self.assertEqual(headers["x-sluice-label"], "public")
                for table, local, remote, state in sockets_of(sluice.process.pid):
                    self.assertTrue(table.startswith("tcp"), "no UDP: no name look-ups")
                    self.assertTrue(local.endswith(":" + port), f"a socket that no client opened: {local} {remote}")

    def test_the_default_serves_models_health_and_metrics(self):
        with Sluice() as sluice:
            self.assertEqual(sluice.request("GET", "/healthz")[0], 200)
            self.assertEqual(sluice.request("GET", "/readyz")[0], 200)
            self.assertIn(b"sluice-guide", sluice.request("GET", "/v1/models")[2])
            sluice.chat("sluice-guide", [{"role": "user", "content": "hello"}])
            # A request is counted when its record is closed, which the client does not wait for.
            for _ in range(100):
                metrics = sluice.request("GET", "/metrics")[2]
                if b"sluice_requests_total" in metrics:
                    break
                time.sleep(0.05)
            self.assertIn(b"sluice_requests_total", metrics)

    def test_what_cannot_be_judged_is_restricted(self):
        picture = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]}]
        with Sluice() as sluice:
            _, headers, _ = sluice.chat("sluice-guide", picture)
            self.assertTrue(headers["x-sluice-label"].startswith("restricted"))
            for body in ("{", '{"model":"sluice-guide","model":"x","messages":[]}', '{"model":"sluice-guide","messages":7}',
                         "\xff", '{"model":"sluice-guide","messages":[{"role":"user","content":"\\ud800"}]}'):
                status, headers, raw = sluice.request("POST", "/v1/chat/completions", body.encode("latin-1"))
                self.assertEqual(status, 400, body)
                self.assertTrue(headers["x-sluice-label"].startswith("restricted"))
                self.assertIn(b'"error"', raw)
            status, _, body = sluice.chat("no-such-model", [{"role": "user", "content": "hi"}])
            self.assertEqual(status, 404)
            self.assertEqual(body["error"]["code"], "route.unknown")

    def test_a_key_in_the_environment_brings_the_hosted_deployment_for_public_requests_only(self):
        key = {"DEEPSEEK_API_KEY": "sk-not-a-real-key-000000000000"}
        with Sluice(env=key) as sluice:
            self.assertIn(b"deepseek-flash", sluice.request("GET", "/v1/models")[2])
            status, headers, body = sluice.chat(
                "deepseek-flash", [{"role": "user", "content": "My SSN is 219-09-9998, file the form."}])
            self.assertEqual(status, 403, body)
            self.assertEqual(body["error"]["code"], "policy.denied")
            self.assertNotIn("219-09", body["error"]["message"])
            self.assertIn("gov_id", headers["x-sluice-label"])
            self.assertNotIn(key["DEEPSEEK_API_KEY"], sluice.output + sluice.log_text())

    def test_keys_are_asked_for_where_they_are_configured(self):
        config = """
keys:
  - {name: web, key_env: WEB_KEY, tenant: acme, team: web}
deployments:
  - {name: guide, kind: engine, model: "builtin:guide", zone: device, jurisdiction: local}
routes:
  chat: [guide]
"""
        hello = [{"role": "user", "content": "hello"}]
        with Sluice(config, {"WEB_KEY": "web-key-of-forty-characters-0123456789ab"}) as sluice:
            self.assertEqual(sluice.chat("chat", hello)[0], 401)
            self.assertEqual(sluice.chat("chat", hello, headers={"Authorization": "Bearer wrong"})[0], 401)
            good = {"Authorization": "Bearer web-key-of-forty-characters-0123456789ab"}
            self.assertEqual(sluice.chat("chat", hello, headers=good)[0], 200)
            self.assertEqual(sluice.request("GET", "/metrics")[0], 401)
            self.assertEqual(sluice.request("GET", "/healthz")[0], 200)
            self.assertEqual(sluice.records()[0]["principal"], "web")


if __name__ == "__main__":
    unittest.main()
