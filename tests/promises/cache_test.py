#!/usr/bin/env python3
"""Promise 7 at the engine's prefix cache: a tenant finds what it sent itself and nobody else's, every protocol tells the
hits in its own words, and what the policy says not to store is not found again, nor on disk. What went to disk is found
after a restart, however the process ended."""
import glob
import json
import os
import signal
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "fakes"))
from sluice import Sluice  # noqa: E402

MODEL = os.path.abspath("../shared/weights/stories260K-F32.gguf")
PAGE = 64  # positions
SECRETS = {f"KEY_{name.upper()}": f"{name}-0123456789abcdef0123456789abcdef" for name in ("ann", "bob", "eve")}
STORY = ("Once upon a time there was a little girl who had a red ball and a big dog. One day the dog took the ball and "
         "ran away with it, over the hill and far into the wood, where nobody could see it any more. ")
POLICY = """policy: v1
revision: test
default_class: public
rules:
  - {id: all, allow: "<=regulated"%s}
"""
CONFIG = """policy: policy.yaml
keys:
  - {name: ann, key_env: KEY_ANN, tenant: acme}
  - {name: bob, key_env: KEY_BOB, tenant: acme}
  - {name: eve, key_env: KEY_EVE, tenant: other}
deployments:
  - {name: here, kind: engine, model: %s, threads: 1, cache: {memory: 4MiB%s}}
routes:
  tales: [here]
"""


def key(name):
    return {"Authorization": "Bearer " + SECRETS["KEY_" + name.upper()]}


@unittest.skipUnless(os.path.exists(MODEL), "SKIPPED: " + MODEL + " is not there")
class Cache(unittest.TestCase):
    def sluice(self, oblige="", disk=""):
        sluice = Sluice(CONFIG % (MODEL, disk), SECRETS)
        with open(os.path.join(sluice.folder, "policy.yaml"), "w") as file:
            file.write(POLICY % oblige)
        return sluice

    def ask(self, sluice, who, text=STORY, **more):
        status, _, body = sluice.chat("tales", [{"role": "user", "content": text}], headers=key(who), max_tokens=8,
                                      temperature=0, **more)
        self.assertEqual(status, 200, body)
        return body

    def hit(self, body):
        usage = body["usage"]
        self.assertEqual(usage["prompt_tokens"], usage["prompt_cache_hit_tokens"] + usage["prompt_cache_miss_tokens"])
        self.assertEqual(usage["prompt_tokens_details"]["cached_tokens"], usage["prompt_cache_hit_tokens"])
        return usage["prompt_cache_hit_tokens"]

    def test_a_tenant_finds_its_own_prefixes_and_no_other_tenant_does(self):
        with self.sluice() as sluice:
            first = self.ask(sluice, "ann")
            self.assertEqual(self.hit(first), 0)
            whole = first["usage"]["prompt_tokens"] // PAGE * PAGE
            self.assertGreater(whole, 0)
            for who, expected in (("ann", whole), ("bob", whole), ("eve", 0), ("eve", whole), ("ann", whole)):
                again = self.ask(sluice, who)
                self.assertEqual(self.hit(again), expected, who)
                self.assertEqual(again["choices"][0]["message"]["content"], first["choices"][0]["message"]["content"])
            longer = self.ask(sluice, "bob", STORY + "What did the girl do?")
            self.assertEqual(self.hit(longer), whole)

    def test_every_protocol_tells_hits_in_its_own_words(self):
        messages = [{"role": "user", "content": STORY}]
        with self.sluice() as sluice:
            whole = self.ask(sluice, "ann")["usage"]["prompt_tokens"] // PAGE * PAGE

            def post(path, body):
                status, _, raw = sluice.request("POST", path, json.dumps(body | {"model": "tales"}), key("ann"))
                self.assertEqual(status, 200, raw)
                return json.loads(raw)["usage"]

            told = post("/v1/messages", {"messages": messages, "max_tokens": 8})
            self.assertEqual(told["cache_read_input_tokens"], whole)
            told = post("/v1/responses", {"input": messages, "max_output_tokens": 8})
            self.assertEqual(told["input_tokens_details"]["cached_tokens"], whole)
            self.assertEqual(sluice.records()[0]["closing"]["usage"]["cache_hit"], whole)

    def test_what_must_not_be_stored_is_not_found_again(self):
        with self.sluice(", oblige: [no_store]") as sluice:
            for _ in range(3):
                self.assertEqual(self.hit(self.ask(sluice, "ann")), 0)
        with self.sluice(", oblige: [log_no_content, no_shared_cache]") as sluice:
            self.assertEqual(self.hit(self.ask(sluice, "ann")), 0)
            self.assertGreater(self.hit(self.ask(sluice, "ann")), 0)
            self.assertEqual(self.hit(self.ask(sluice, "eve")), 0)

    def pages(self, sluice, at_least):
        """The files of pages, once there are so many."""
        end = time.monotonic() + 30
        while True:
            found = glob.glob(os.path.join(sluice.folder, "prefixes", "*", "*.page"))
            if len(found) >= at_least or time.monotonic() > end:
                return found
            time.sleep(0.01)

    def test_prefixes_on_disk_are_found_after_a_restart_by_their_tenant_alone(self):
        sluice = self.sluice(disk=", disk: prefixes")
        with sluice:
            sluice.keep = True
            first = self.ask(sluice, "ann")
            whole = first["usage"]["prompt_tokens"] // PAGE * PAGE
            self.assertEqual(len(self.pages(sluice, whole // PAGE)), whole // PAGE)
            sluice.stop(signal.SIGKILL)
            sluice.start()
            self.assertEqual(self.hit(self.ask(sluice, "eve")), 0)
            again = self.ask(sluice, "bob")
            self.assertEqual(self.hit(again), whole)
            self.assertEqual(again["choices"][0]["message"]["content"], first["choices"][0]["message"]["content"])
            self.pages(sluice, 2 * whole // PAGE)
            sluice.stop()
            for page in self.pages(sluice, 0):  # one changed byte each: nothing is found, and the answer is the same
                with open(page, "r+b") as file:
                    file.seek(os.path.getsize(page) // 2)
                    byte = file.read(1)
                    file.seek(-1, os.SEEK_CUR)
                    file.write(bytes([byte[0] ^ 1]))
            sluice.start()
            again = self.ask(sluice, "ann")
            self.assertEqual(self.hit(again), 0)
            self.assertEqual(again["choices"][0]["message"]["content"], first["choices"][0]["message"]["content"])
            self.assertIn("cache.page_unusable", sluice.log_text())
            # Another policy: what was kept by the first one is gone.
            self.pages(sluice, whole // PAGE)
            sluice.stop()
            with open(os.path.join(sluice.folder, "policy.yaml"), "w") as file:
                file.write(POLICY.replace("revision: test", "revision: other") % "")
            sluice.start()
            self.assertEqual(self.pages(sluice, 0), [])
            self.assertEqual(self.hit(self.ask(sluice, "ann")), 0)
            sluice.keep = False

    def test_a_policy_that_comes_into_force_forgets_what_was_kept_before(self):
        with self.sluice(disk=", disk: prefixes") as sluice:
            self.ask(sluice, "ann")
            whole = self.hit(self.ask(sluice, "ann"))
            self.assertGreater(whole, 0)
            self.assertTrue(self.pages(sluice, whole // PAGE))
            with open(os.path.join(sluice.folder, "policy.yaml"), "w") as file:
                file.write(POLICY.replace("revision: test", "revision: other") % "")
            sluice.process.send_signal(signal.SIGHUP)
            end = time.monotonic() + 30
            while "policy.reloaded" not in sluice.log_text() and time.monotonic() < end:
                time.sleep(0.01)
            while self.pages(sluice, 0) and time.monotonic() < end:
                time.sleep(0.01)
            self.assertEqual(self.pages(sluice, 0), [])
            self.assertEqual(self.hit(self.ask(sluice, "ann")), 0)
            self.assertEqual(self.hit(self.ask(sluice, "ann")), whole)

    def test_what_the_policy_limits_does_not_go_to_disk(self):
        for oblige in ("no_store", "log_no_content", "log_hash_only", "log_redacted"):
            with self.sluice(f", oblige: [{oblige}]", ", disk: prefixes") as sluice:
                self.ask(sluice, "ann")
                self.ask(sluice, "ann", STORY + STORY)
                sluice.keep = True
                sluice.stop()  # writes what waits
                self.assertEqual(self.pages(sluice, 0), [], oblige)
                sluice.start()
                sluice.keep = False

    def test_a_cache_that_cannot_be_is_refused_at_the_start(self):
        for memory, why in (("64KiB", "engine.unsupported"), ("900000GiB", "engine.memory"), ("much", "config.")):
            sluice = Sluice((CONFIG % (MODEL, "")).replace("4MiB", memory).replace("policy: policy.yaml", ""), SECRETS)
            with self.assertRaises(RuntimeError) as failed:
                sluice.start()
            sluice.__exit__()
            self.assertIn(why, str(failed.exception))

    def test_keys_and_values_in_q8_0_are_refused_at_the_start_where_heads_are_too_narrow(self):
        sluice = Sluice((CONFIG % (MODEL, "")).replace("threads: 1", "threads: 1, kv_cache: q8_0"), SECRETS)
        with open(os.path.join(sluice.folder, "policy.yaml"), "w") as file:
            file.write(POLICY % "")
        with self.assertRaises(RuntimeError) as failed:
            sluice.start()
        sluice.__exit__()
        self.assertRegex(str(failed.exception), r"engine\.unsupported[^\n]*keys have 8")
        self.assertIn("sluice.yaml:", str(failed.exception))


if __name__ == "__main__":
    unittest.main()
