"""Quantises a model and judges `sluice models compare` by numbers computed here from `sluice models logits`.

SLUICE names the program. The arithmetic is this file's own: perplexities, Kullback-Leibler divergence, agreement and
Student's intervals over stretches of text.
"""
import json
import math
import os
import pathlib
import subprocess
import tempfile
import unittest

SLUICE = os.environ["SLUICE"]
MODELS = pathlib.Path(__file__).resolve().parents[3] / "shared" / "engine"
CONTEXT, VOCABULARY = 32, 1024
STUDENT = {1: 12.706205, 2: 4.302653, 3: 3.182446, 4: 2.776445, 5: 2.570582, 6: 2.446912, 7: 2.364624}


def run(*arguments):
    return subprocess.run([SLUICE, "models", *map(str, arguments)], check=True, capture_output=True, text=True).stdout


def tokens_of(model, text_file):
    out = run("logits", model, "--prompt-file", text_file, "--plain", "-n", 0, "-k", 1, "--exact")
    return json.loads(out)["tokens"]


def log_softmax_rows(model, tokens):
    out = run("logits", model, "-t", ",".join(map(str, tokens)), "--all", "-k", VOCABULARY, "-n", 0, "--exact")
    rows = []
    for top in json.loads(out)["top"]:
        largest = top[0][1]
        log_sum = largest + math.log(sum(math.exp(logit - largest) for _, logit in top))
        rows.append({token: logit - log_sum for token, logit in top})
    return rows


def interval(values):
    n, mean = len(values), sum(values) / len(values)
    deviation = math.sqrt(sum((v - mean) ** 2 for v in values) / (n - 1) / n)
    return mean, mean - STUDENT[n - 1] * deviation, mean + STUDENT[n - 1] * deviation


def expected(a, b, tokens, start):
    room = CONTEXT - len(start)
    nll_a, nll_b, divergence, agreement = [], [], [], []
    for begin in range(0, len(tokens) - room + 1, room):
        stretch = start + tokens[begin:begin + room]
        p, q = log_softmax_rows(a, stretch), log_softmax_rows(b, stretch)
        places = range(len(stretch) // 2, len(stretch) - 1)
        nll_a.append(sum(-p[i][stretch[i + 1]] for i in places) / len(places))
        nll_b.append(sum(-q[i][stretch[i + 1]] for i in places) / len(places))
        divergence.append(sum(sum(math.exp(lp) * (lp - q[i][t]) for t, lp in p[i].items()) for i in places)
                          / len(places))
        agreement.append(sum(max(p[i], key=p[i].get) == max(q[i], key=q[i].get) for i in places) / len(places))
    return {"perplexity_a": [math.exp(v) for v in interval(nll_a)],
            "perplexity_b": [math.exp(v) for v in interval(nll_b)],
            "perplexity_ratio": [math.exp(v) for v in interval([y - x for x, y in zip(nll_a, nll_b)])],
            "kl_divergence": interval(divergence), "top1_agreement": interval(agreement)}


class Compare(unittest.TestCase):
    def judge(self, name, target, has_bos):
        model = MODELS / f"{name}.gguf"
        if not model.exists():
            self.skipTest(f"{model} is not there")
        with tempfile.TemporaryDirectory() as folder:
            small, text = pathlib.Path(folder) / "small.gguf", pathlib.Path(folder) / "text"
            text.write_text("The harbour was quiet; two boats, 17 gulls and a man who mended nets. " * 3)
            run("quantize", model, small, "--to", target)
            tokens = tokens_of(model, text)
            start = tokens[:1] if has_bos else []
            ours = json.loads(run("compare", model, small, "--text", text, "--context", CONTEXT, "--exact", "--json",
                                  "--stretches", 4))
            tokens = tokens[len(start):][:4 * (CONTEXT - len(start))]
            for key, (value, low, high) in expected(model, small, tokens, start).items():
                self.assertAlmostEqual(ours[key]["value"] / value, 1, delta=1e-6, msg=key)
                if key != "top1_agreement":  # there Wilson's interval may be the wider one
                    self.assertAlmostEqual(ours[key]["interval"][0], max(low, 0), delta=1e-6 * value, msg=key)
                    self.assertAlmostEqual(ours[key]["interval"][1], high, delta=1e-6 * value, msg=key)
                else:
                    self.assertLessEqual(ours[key]["interval"][0], low + 1e-9)
                    self.assertGreaterEqual(ours[key]["interval"][1], min(high, 1) - 1e-9)
            self.assertGreater(ours["kl_divergence"]["value"], 1e-4, "quantising changed nothing")

    def test_with_a_start_token(self):
        self.judge("tiny-llama-Q8_0", "Q4_K_M", True)

    def test_without_a_start_token(self):
        self.judge("tiny-qwen3-Q8_0", "MXFP4", False)

    def test_what_a_q8_0_cache_costs_is_told_of_b_alone(self):
        model = MODELS / "tiny-llama-Q8_0.gguf"
        if not model.exists():
            self.skipTest(f"{model} is not there")
        with tempfile.TemporaryDirectory() as folder:
            text = pathlib.Path(folder) / "text"
            text.write_text("The harbour was quiet; two boats, 17 gulls and a man who mended nets. " * 3)
            same, narrow = (json.loads(run("compare", model, model, "--text", text, "--context", CONTEXT, "--json",
                                           "--kv-cache", kind)) for kind in ("f16", "q8_0"))
            self.assertEqual(same["kl_divergence"]["value"], 0)
            self.assertEqual((same["kv_cache_b"], narrow["kv_cache_b"]), ("f16", "q8_0"))
            self.assertEqual(narrow["perplexity_a"], same["perplexity_a"])
            self.assertTrue(1e-8 < narrow["kl_divergence"]["value"] < 1e-2, narrow["kl_divergence"])


if __name__ == "__main__":
    unittest.main()
