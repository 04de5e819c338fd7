"""`sluice bench engine`: what it prints is judged for form and arithmetic, never for speed. SLUICE names the program."""
import json
import os
import pathlib
import re
import subprocess
import unittest

SLUICE = os.environ["SLUICE"]
TINY = pathlib.Path(__file__).resolve().parents[3] / "shared" / "engine" / "tiny-llama-Q8_0.gguf"


def bench(*arguments):
    return subprocess.run([SLUICE, "bench", "engine", *map(str, arguments)], capture_output=True, text=True, timeout=120)


class Bench(unittest.TestCase):
    def test_the_built_in_model_as_a_table(self):
        done = bench("builtin:guide", "-p", 16, "-n", 8, "-b", "1,2", "-r", 2, "--threads", 1)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        rate = r"[\d.]+ \([\d.]+ to [\d.]+\)"
        self.assertRegex(done.stdout, r"BATCH +PROMPT OF 16 +GENERATE 8\n1 +" + rate + " +" + rate + r"\n2 +" + rate)
        self.assertRegex(done.stdout, r"1 threads, fast; .* median of 2 ")

    @unittest.skipUnless(TINY.is_file(), "SKIPPED: the tiny model is not there")
    def test_json_holds_medians_between_least_and_most_and_the_memory(self):
        done = bench("-m", TINY, "--prompt", 20, "--generate", 5, "--batch", "1,3", "--repeat", 3, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        result = json.loads(done.stdout)
        self.assertEqual(result["memory"]["weights"], TINY.stat().st_size)
        inspected = subprocess.run([SLUICE, "models", "inspect", str(TINY)], capture_output=True, text=True).stdout
        self.assertIn(result["quantisation"].split(" ")[0], inspected)
        # 3 sequences of 25 positions; what a position takes is a whole number of bytes.
        self.assertEqual(result["memory"]["cache"] % (3 * 25), 0)
        self.assertGreaterEqual(result["memory"]["process_most"], result["memory"]["cache"])
        self.assertEqual([b["batch"] for b in result["tokens_per_second"]], [1, 3])
        for batch in result["tokens_per_second"]:
            for phase, tokens in (("prompt", 20), ("generate", 5)):
                self.assertEqual(batch[phase]["tokens"], tokens)
                self.assertGreater(batch[phase]["min"], 0)
                self.assertLessEqual(batch[phase]["min"], batch[phase]["median"])
                self.assertLessEqual(batch[phase]["median"], batch[phase]["max"])
        only = json.loads(bench(TINY, "-p", 0, "-n", 3, "-r", 1, "--json").stdout)["tokens_per_second"][0]
        self.assertNotIn("prompt", only)
        self.assertEqual(only["generate"]["median"], only["generate"]["max"])

    @unittest.skipUnless(TINY.is_file(), "SKIPPED: the tiny model is not there")
    def test_keys_and_values_in_q8_0_take_17_32ths_of_f16s_memory(self):
        half, narrow = (json.loads(bench(TINY, "-p", 4, "-n", 4, "-r", 1, "--kv-cache", kind, "--json").stdout)
                        for kind in ("f16", "q8_0"))
        self.assertEqual((half["kv_cache"], narrow["kv_cache"]), ("f16", "q8_0"))
        self.assertEqual(narrow["memory"]["cache"] * 32, half["memory"]["cache"] * 17)
        inspected = subprocess.run([SLUICE, "models", "inspect", str(TINY)], capture_output=True, text=True).stdout
        position = half["memory"]["cache"] // 8
        self.assertIn(f"{position} bytes per position, {position * 17 // 32} with kv_cache: q8_0", inspected)
        self.assertIn("keys and values in q8_0;", bench(TINY, "-p", 4, "-n", 4, "-r", 1, "--kv-cache", "q8_0").stdout)
        done = bench(TINY, "--kv-cache", "q8_0", "--exact")
        self.assertEqual(done.returncode, 1)
        self.assertIn("exact mode keeps keys and values in F32", done.stderr)
        self.assertEqual(bench(TINY, "--kv-cache", "q4_0").returncode, 2)

    def test_what_goes_wrong_is_told(self):
        for arguments, status, word in ((["no.gguf"], 1, "gguf.io"), (["builtin:guide", "-p", 0, "-n", 0], 1, "bench."),
                                        (["builtin:guide", "-p", 1 << 20], 1, "positions"), ([], 2, "required"),
                                        (["builtin:guide", "-b", "0"], 2, "")):
            done = bench(*arguments)
            self.assertEqual((done.returncode, done.stdout), (status, ""), arguments)
            self.assertTrue(re.search(word, done.stderr), done.stderr)


if __name__ == "__main__":
    unittest.main()
