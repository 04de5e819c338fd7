#!/usr/bin/env python3
"""Promise 1 for what a client sends beside its text: no field of a body takes the text to another model, provider, region or
host than the deployment that it was judged for; obligations hold against every spelling of a field; what a client misspells
of Sluice's own headers is told; and no byte of a client's reaches an upstream in an identifier. By every front, to a fake
upstream that records all it receives."""
import json
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "fakes"))
from deepseek import FakeDeepSeek  # noqa: E402
from sluice import Sluice, wait_until  # noqa: E402

KEYS = {name: f"sk-{name}-0123456789abcdef" for name in ("ann", "bob")}
ENV = {"FAKE_KEY": "sk-fake-upstream-key-0123456789"} | {f"KEY_{n.upper()}": s for n, s in KEYS.items()}
POLICY = """policy: v1
revision: fields-1
default_class: public
rules:
  - {id: open, allow: [public, internal, confidential]}
  - {id: no-cn, deny: {class: ">=confidential"}, jurisdictions: [CN]}
  - {id: short, allow: [public], deployments: [short], oblige: [max_output(100)]}
  - {id: bare, allow: [public], deployments: [bare, searching], oblige: [no_tools]}
  - {id: alone, allow: [public], deployments: [alone], oblige: [no_server_tools]}
  - {id: forget, allow: [public], deployments: [forget], oblige: [no_store]}
  - {id: week, allow: [public], deployments: [week], oblige: [retain(7d)]}
assert:
  - never: {class: ">=confidential", jurisdiction: CN}
"""
DEPLOYMENTS = {"plain": "vllm", "short": "llama.cpp", "bare": "vllm", "alone": "vllm", "forget": "openai",
               "week": "openai", "searching": "openrouter"}
FRONTS = {"/v1/chat/completions": {"messages": [{"role": "user", "content": "Hello"}]},
          "/v1/completions": {"prompt": "Hello"},
          "/v1/responses": {"input": "Hello"},
          "/v1/embeddings": {"input": "Hello"},
          "/v1/messages": {"max_tokens": 9, "messages": [{"role": "user", "content": "Hello"}]},
          "/v1/messages/count_tokens": {"messages": [{"role": "user", "content": "Hello"}]}}
GENERATING = [path for path in FRONTS if "embeddings" not in path and "count" not in path]
# As OpenRouter, LiteLLM, Vercel's gateway, Azure, Anthropic and vLLM document them.
STEERING = [{"models": ["deepseek/deepseek-v3.2"], "provider": {"only": ["deepseek"]}, "route": "fallback"},
            {"provider": {"order": ["DeepSeek"]}}, {"preset": "mine"}, {"fallbacks": ["cn"]},
            {"api_base": "http://elsewhere"}, {"base_url": "http://elsewhere"}, {"user_config": {"model_list": []}},
            {"providerOptions": {"gateway": {"only": ["deepseek"]}}}, {"extra_body": {"models": ["x"]}},
            {"data_sources": [{"type": "azure_search"}]}, {"inference_geo": "us"},
            {"kv_transfer_params": {"remote_host": "10.0.0.9"}}]
ACTING = [{"extra_body": {"google": {"tools": [{"google_search": {}}]}}}, {"google": {"tools": [{"google_search": {}}]}},
          {"connectors": [{"id": "web-search"}]}, {"compound_custom": {"tools": {"enabled_tools": ["web_search"]}}},
          {"search_settings": {"include_domains": ["x.com"]}}, {"search_mode": "academic"}, {"code_execution": True},
          {"web": True}, {"builtin_tools": ["web_search"]}, {"Tools": [{"type": "web_search"}]},
          {"extra_body": {"tools": [{"type": "web_search"}]}}, {"made_up": 1}]


class Fields(unittest.TestCase):
    def setUp(self):
        self.fake = FakeDeepSeek()
        self.fake.__enter__()
        self.addCleanup(self.fake.__exit__, None, None, None)

    def serve(self):
        import tempfile
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        with open(os.path.join(folder.name, "policy.yaml"), "w") as file:
            file.write(POLICY)
        deployments = "".join(
            f'  - {{name: {name}, kind: openai, dialect: {dialect}, address: "{self.fake.address}", key_env: FAKE_KEY, '
            f'model: {"gpt-5:online" if name == "searching" else "deepseek-flash"}, zone: hosted, jurisdiction: US, '
            f'protocols: [chat, completions, responses, embeddings, messages]}}\n'
            for name, dialect in DEPLOYMENTS.items())
        deployments += (f'  - {{name: claude, kind: anthropic, address: "{self.fake.address}/anthropic", key_env: FAKE_KEY, '
                        f'model: deepseek-flash, zone: hosted, jurisdiction: US}}\n')
        sluice = Sluice(f"""
policy: policy.yaml
keys:
  - {{name: ann, key_env: KEY_ANN, tenant: acme}}
  - {{name: bob, key_env: KEY_BOB, tenant: other}}
deployments:
{deployments}
routes:
{"".join(f"  {name}: [{name}]{chr(10)}" for name in DEPLOYMENTS)}
  claude: [claude]
""", ENV, folder=folder.name).start()
        self.addCleanup(sluice.process.stdout.close)
        self.addCleanup(sluice.__exit__)
        return sluice

    def ask(self, sluice, path, route, more=None, headers=None, who="ann"):
        """(status, the error's text, headers, what the upstream got of it or None)"""
        before = len(self.fake.received)
        status, got, raw = sluice.request("POST", path, json.dumps({"model": route} | FRONTS[path] | (more or {})),
                                          {"Authorization": "Bearer " + KEYS[who]} | (headers or {}))
        sent = self.fake.received[before:]
        self.assertLessEqual(len(sent), 1)
        return status, raw.decode(), got, sent[0] if sent else None

    def test_no_field_of_a_client_takes_its_text_elsewhere(self):
        sluice = self.serve()
        asked = 0
        for path in FRONTS:
            for more in STEERING:
                status, raw, _, sent = self.ask(sluice, path, "plain", more)
                asked += 1
                self.assertEqual((status, sent), (400, None), (path, more, raw))
                self.assertTrue(any("$." + name in raw for name in more), (path, more, raw))
                self.assertIn("sluice.yaml", raw)  # where such a choice is made
        self.assertEqual(self.fake.received, [])
        wait_until(lambda: len(sluice.records()) == asked and all(r["closing"] for r in sluice.records()),
                   what="closing of all records")
        self.assertEqual({r["closing"]["outcome"] for r in sluice.records()}, {"request.steering"})

    def test_a_limit_holds_against_each_of_its_names(self):
        sluice = self.serve()
        for path in GENERATING:
            for more in [{"n_predict": 5000}, {"n_predict": -1}, {"options": {"num_predict": 5000}},
                         {"max_new_tokens": 5000}, {"max_length": 5000}, {"min_tokens": 5000}]:
                status, raw, headers, sent = self.ask(sluice, path, "short", more)
                self.assertIsNotNone(sent, (path, more, status, raw))
                numbers = [int(n) for n in re.findall(r'"(?:n_|num_|max_|min_)\w+": ?(-?\d+)', sent.body.decode())]
                self.assertTrue(numbers and all(0 < n <= 100 for n in numbers), (path, more, sent.body))
                if status == 200:
                    self.assertIn("limits the answer", headers.get("x-sluice-note", ""))

    def test_no_unknown_field_gets_past_the_obligations_about_tools(self):
        sluice = self.serve()
        for route in ("bare", "alone"):
            for path in FRONTS:
                for more in ACTING:
                    status, raw, _, sent = self.ask(sluice, path, route, more)
                    self.assertEqual((status, sent), (403, None), (route, path, more, raw))
                    self.assertIn("policy.obligation", raw)
                    self.assertTrue(any("$." + name in raw for name in more), (path, more, raw))
                status, raw, _, sent = self.ask(sluice, path, route, {"temperature": 0.5, "top_k": 3, "seed": 1,
                                                                      "metadata": {"user_id": "u"}})
                self.assertIsNotNone(sent, (route, path, status, raw))

    def test_a_model_that_searches_by_itself_gets_nothing_under_them_and_check_says_so(self):
        sluice = self.serve()
        for path in FRONTS:
            status, raw, _, sent = self.ask(sluice, path, "searching")
            self.assertEqual((status, sent), (403, None), (path, raw))
            self.assertIn("policy.denied", raw)
        out = sluice.run("policy", "check")
        self.assertRegex(out, r"unfulfilled: rule bare obliges no_tools, which searching can't fulfil")
        self.assertNotIn("which bare can't", out)

    def test_what_may_not_be_kept_is_not_stored_at_the_vendor(self):
        sluice = self.serve()
        for route in ("forget", "week"):
            for path in ("/v1/chat/completions", "/v1/responses"):
                for more in [{}, {"store": True}, {"store": None}, {"store": False}]:
                    status, raw, headers, sent = self.ask(sluice, path, route, more)
                    self.assertIsNotNone(sent, (route, path, more, status, raw))
                    self.assertIs(json.loads(sent.body)["store"], False, (route, path, more))
                    if status == 200 and more == {"store": True}:
                        self.assertIn("store: false", headers.get("x-sluice-note", ""))
                status, raw, _, sent = self.ask(sluice, path, route, {"prompt_cache_retention": "24h"})
                self.assertEqual((status, sent), (403, None), raw)
                self.assertIn("$.prompt_cache_retention", raw)

    def test_a_trace_goes_on_under_another_id(self):
        sluice = self.serve()
        # Sixteen bytes of a client's choice: "jane roe hiv +!!"
        trace, span = b"jane roe hiv +!!".hex(), "4539148803436467"
        seen = []
        for who in ("ann", "ann", "bob"):
            for path in FRONTS:
                *_, sent = self.ask(sluice, path, "plain", who=who, headers={"traceparent": f"00-{trace}-{span}-01"})
                self.assertIsNotNone(sent)
                whole = repr(sent.headers) + sent.body.decode()
                self.assertNotIn(trace, whole)
                self.assertNotIn(span, whole)
                header = {k.lower(): v for k, v in sent.headers.items()}["traceparent"]
                self.assertRegex(header, r"^00-[0-9a-f]{32}-[0-9a-f]{16}-01$")
                seen.append((who, *header.split("-")[1:3]))
        self.assertEqual(len({t for who, t, _ in seen if who == "ann"}), 1, "one trace stays one trace")
        self.assertEqual(len({t for _, t, _ in seen}), 2, "of each tenant")
        self.assertEqual(len({s for *_, s in seen}), len(seen), "a call is a span of its own")
        joined = [json.loads(line) for line in sluice.log_text().splitlines() if '"event":"request"' in line]
        self.assertEqual({(j["trace"], j["upstream_trace"]) for j in joined}, {(trace, t) for _, t, _ in seen})

    def test_names_of_betas_are_words_of_the_clients_and_judged(self):
        sluice = self.serve()
        known = "interleaved-thinking-2025-05-14,claude-code-20250219"
        for names, goes in [(known, True), (known + ", patient-jane-roe-has-hepatitis-2025-05-14", False),
                            ("my-password-is-tigerlily9-2025-05-14", False)]:
            status, raw, headers, sent = self.ask(sluice, "/v1/messages", "claude", headers={"anthropic-beta": names})
            self.assertIsNotNone(sent, (status, raw))
            got = {k.lower(): v for k, v in sent.headers.items()}.get("anthropic-beta")
            self.assertEqual(got, known if goes else None)
            self.assertEqual("anthropic-beta" in headers.get("x-sluice-note", ""), not goes, headers)

    def test_a_misspelt_header_is_told(self):
        sluice = self.serve()
        for path in FRONTS:
            for name in ("x-sluice-classs", "X-Sluice-Klass", "sluice-class", "x-slucie-class"):
                status, raw, _, sent = self.ask(sluice, path, "plain", headers={name: "restricted"})
                self.assertEqual((status, sent), (400, None), (path, name, raw))
                self.assertIn("x-sluice-class", raw)
            status, raw, _, sent = self.ask(sluice, path, "plain", headers={"x-sluice-class": "confidential, pii"})
            self.assertEqual((status, sent), (400, None), raw)
            self.assertIn("behind ';'", raw)
            *_, sent = self.ask(sluice, path, "plain", headers={"x-sluice-class": "confidential; pii", "x-other": "y"})
            self.assertIsNotNone(sent)


if __name__ == "__main__":
    unittest.main()
