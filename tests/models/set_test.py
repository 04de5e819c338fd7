"""Several models in one deployment: loaded when they are asked for, within the memory that the configuration gives.

The models are the tiny ones with random weights; SLUICE names the program.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "fakes"))
from sluice import PROGRAM, Sluice  # noqa: E402

MODELS = pathlib.Path(__file__).resolve().parents[3] / "shared" / "engine"
NAMES = ["tiny-llama-Q8_0", "tiny-qwen2-Q4_K_M", "tiny-qwen3-Q8_0"]
HI = [{"role": "user", "content": "Once upon a time"}]
POLICY = """policy: v1
revision: set-1
default_class: public
rules:
  - {id: shelf, allow: ">=public", deployments: [shelf]}
"""


@unittest.skipUnless(MODELS.is_dir(), "SKIPPED: the tiny models are not there")
class Models(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="sluice-set-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        os.mkdir(os.path.join(self.folder, "shelf"))
        for name in NAMES:
            os.symlink(MODELS / (name + ".gguf"), os.path.join(self.folder, "shelf", name + ".gguf"))
        with open(os.path.join(self.folder, "policy.yaml"), "w") as file:
            file.write(POLICY)

    def sluice(self, memory, more=""):
        return Sluice(f"policy: policy.yaml\ndeployments:\n  - {{name: shelf, kind: engine, models: shelf, "
                      f"memory: {memory}, slots: 2, context: 64, threads: 1}}\n{more}", folder=self.folder)

    def need(self, name):
        """Bytes of a file with its cache of 2 x 64 positions and its buffers: about, since inspect has one slot."""
        path = MODELS / (name + ".gguf")
        told = subprocess.run([PROGRAM, "models", "inspect", str(path)], check=True, capture_output=True, text=True).stdout
        cache = int(re.search(r"(\d+) bytes per position", told).group(1)) * 2 * 64
        return os.path.getsize(path) + cache + int(re.search(r"buffers (\d+)", told).group(1))

    def states(self, sluice):
        status, _, raw = sluice.request("GET", "/v1/models")
        self.assertEqual(status, 200)
        return {m["id"]: m["state"] for m in json.loads(raw)["data"]}

    def test_models_come_when_asked_for_and_the_longest_idle_goes(self):
        # Room for two files with their caches and buffers, not for three.
        needs = [self.need(name) for name in NAMES]
        memory = sum(needs) - min(needs) // 2
        with self.sluice(memory) as sluice:
            self.assertEqual(self.states(sluice), dict.fromkeys(NAMES, "not loaded"))
            for name in NAMES:
                status, headers, answer = sluice.chat(name, HI, max_tokens=4)
                self.assertEqual(status, 200, answer)
                self.assertEqual(headers["x-sluice-deployment"], "shelf/" + name)
                self.assertEqual(answer["model"], name)
                self.assertEqual(self.states(sluice)[name], "loaded")
            states = self.states(sluice)
            self.assertIn("not loaded", states.values())
            self.assertEqual(states[NAMES[0]], "not loaded", "the one idle longest makes room first")
            self.assertEqual(states[NAMES[2]], "loaded")
            records = sluice.records()
            self.assertEqual({r["closing"]["deployment"] for r in records}, {"shelf/" + n for n in NAMES})

    def test_many_ask_for_all_at_once(self):
        needs = [self.need(name) for name in NAMES]
        with self.sluice(sum(needs) - min(needs) // 2) as sluice, concurrent.futures.ThreadPoolExecutor(12) as pool:
            def ask(i):
                if i % 4 == 3:
                    body = json.dumps({"model": NAMES[i % 3], "input": ["a text", "b"]})
                    return i, *sluice.request("POST", "/v1/embeddings", body)[::2]
                status, _, answer = sluice.chat(NAMES[i % 3], HI, max_tokens=6, temperature=0)
                return i, status, answer
            first = {}
            for i, status, answer in pool.map(ask, range(36)):
                self.assertEqual(status, 200, answer)
                if i % 4 == 3:
                    continue
                said = answer["choices"][0]["message"]
                self.assertEqual(first.setdefault(i % 3, said), said, "the same question, the same answer")

    def test_who_leaves_while_a_model_is_busy_is_forgotten(self):
        with self.sluice(self.need(NAMES[0]) + self.need(NAMES[1]) * 3 // 4) as sluice:  # one or the other
            busy = sluice.stream(NAMES[0], HI, max_tokens=40)
            self.assertEqual(busy.status, 200)
            busy.close()
            self.assertEqual(sluice.chat(NAMES[1], HI, max_tokens=2)[0], 200)

    def test_what_can_never_fit_is_refused_with_the_arithmetic(self):
        with self.sluice("1MiB") as sluice:
            status, _, answer = sluice.chat(NAMES[0], HI)
            self.assertEqual((status, answer["error"]["code"]), (503, "engine.memory"))
            for word in ("of weights", "of keys and values", "2 slots", "64 positions", "of buffers", "1 MiB"):
                self.assertIn(word, answer["error"]["message"])
            self.assertIn("never_fits", sluice.log_text())

    def test_a_broken_file_stops_the_start_and_is_named(self):
        with open(os.path.join(self.folder, "shelf", "broken.gguf"), "w") as file:
            file.write("not a model")
        with self.assertRaisesRegex(RuntimeError, r"sluice\.yaml:4.*broken\.gguf"):
            with self.sluice("1GiB"):
                pass

    def test_the_policy_sees_each_model_and_the_group(self):
        with open(os.path.join(self.folder, "policy.yaml"), "a") as file:
            file.write(f"  - {{id: not-llama, deny: {{class: \">=public\"}}, deployments: [shelf/{NAMES[0]}]}}\n")
        with self.sluice("1GiB") as sluice:
            self.assertEqual(sluice.chat(NAMES[0], HI, max_tokens=2)[0], 403)
            self.assertEqual(sluice.chat(NAMES[1], HI, max_tokens=2)[0], 200)
            self.assertEqual(self.states(sluice)[NAMES[0]], "not loaded", "a denied request loads nothing")


if __name__ == "__main__":
    unittest.main()
