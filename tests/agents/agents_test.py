#!/usr/bin/env python3
"""Agent programs, unchanged, do a scripted task with tools: the fake model answers with a tool call that writes a file,
the agent carries it out and sends the result back, the model ends. Judged is the file, and what the agent says it got.

    run.sh              through Sluice
    run.sh fake         straight to the fake, which shows that the agents start without a network and the script is right

Each agent runs in a folder and a home of its own, for two minutes at most. run.sh puts all of it, this process too, into a
network namespace that has a loopback interface and nothing else: no agent can reach anything but the fake or Sluice."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "fakes"))
from deepseek import FakeDeepSeek  # noqa: E402
from sluice import Sluice  # noqa: E402

DIRECT = os.environ.get("CLIENTS_AGAINST") == "fake"
MODULES = HERE / "node_modules"
CLAUDE = MODULES / "@anthropic-ai/claude-code-linux-x64/claude"
OPENCODE = MODULES / "opencode-linux-x64/bin/opencode"
CODEX = MODULES / "@openai/codex/vendor/x86_64-unknown-linux-musl/bin/codex"
SECONDS = 120
TEXT = "hello from an agent"

# Agents' own prompts are long and hold code: the deployment is trusted with all of it, this is about the wire.
POLICY = """
policy: v1
revision: agents-1
default_class: public
rules:
  - {id: trusted, allow: ">=public", deployments: [upstream]}
"""
CONFIG = """
policy: policy.yaml
deployments:
  - {{name: upstream, kind: deepseek, address: "{address}", model: deepseek-flash, key_env: FAKE_KEY, zone: private,
     jurisdiction: local, stall_timeout: 20s}}
routes:
  deepseek-flash: [upstream]
  "claude-*": [upstream]
"""


class Agents(unittest.TestCase):
    def setUp(self):
        routes = pathlib.Path("/proc/net/route").read_text().splitlines()[1:]
        self.assertEqual(routes, [], "there is a network here: start this with run.sh")
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="sluice-agent-")))
        self.work, self.home = self.folder / "work", self.folder / "home"
        self.work.mkdir()
        self.home.mkdir()
        self.fake = self.enterContext(FakeDeepSeek())
        self.root = self.fake.address
        if not DIRECT:
            (self.folder / "policy.yaml").write_text(POLICY)
            sluice = Sluice(CONFIG.format(address=self.fake.address), {"FAKE_KEY": "sk-fake-upstream-key-0123456789"},
                            folder=str(self.folder))
            self.root = f"http://127.0.0.1:{self.enterContext(sluice).port}"

    def run_agent(self, program, arguments, env, script=""):
        base = {"PATH": "/usr/bin:/bin", "HOME": str(self.home), "TERM": "dumb"}
        done = subprocess.run([str(program), *arguments], env=base | env, cwd=self.work, input=script, text=True,
                              capture_output=True, timeout=SECONDS)
        self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr[-2000:])
        return done.stdout

    def assert_done(self, said, path):
        written = self.work / "hello.txt"
        self.assertTrue(written.exists(), f"the tool was never run; {said[-1500:]}")
        self.assertEqual(written.read_text(), TEXT)
        self.assertIn("The tools said", said, "the tool's result never reached the model")
        seen = [r.path for r in self.fake.received]
        self.assertGreaterEqual(len(seen), 2)
        if DIRECT:
            self.assertTrue(all(path in p for p in seen), seen)

    def test_claude_code_writes_a_file(self):
        script = "use tool Write with " + json.dumps({"file_path": str(self.work / "hello.txt"), "content": TEXT})
        said = self.run_agent(CLAUDE, ["-p", script, "--output-format", "json", "--allowedTools", "Write"], {
            "ANTHROPIC_BASE_URL": self.root + "/anthropic", "ANTHROPIC_AUTH_TOKEN": "sk-agent",
            "ANTHROPIC_MODEL": "deepseek-flash", "ANTHROPIC_SMALL_FAST_MODEL": "deepseek-flash", "DISABLE_TELEMETRY": "1",
            "DISABLE_ERROR_REPORTING": "1", "DISABLE_AUTOUPDATER": "1", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1"})
        result = json.loads(said)
        self.assertFalse(result["is_error"], result["result"])
        self.assertGreater(result["usage"]["output_tokens"], 0)
        self.assert_done(result["result"], "/anthropic/v1/messages")

    def test_codex_writes_a_file(self):
        (self.home / ".codex").mkdir()
        (self.home / ".codex/config.toml").write_text(f"""
model = "deepseek-flash"
model_provider = "sluice"
[model_providers.sluice]
name = "Sluice"
base_url = "{self.root}/v1"
env_key = "SLUICE_KEY"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
[analytics]
enabled = false
""")
        script = "use tool exec_command with " + json.dumps({"cmd": f"printf '{TEXT}' > hello.txt"})
        said = self.run_agent(CODEX, ["exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox",
                                      "--json", script], {"SLUICE_KEY": "sk-agent"})
        self.assert_done(said, "/responses")

    def test_opencode_writes_a_file(self):
        provider = {"npm": "@ai-sdk/openai-compatible", "name": "Sluice",
                    "options": {"baseURL": self.root + "/v1", "apiKey": "sk-agent"},
                    "models": {"deepseek-flash": {"name": "flash", "tool_call": True, "reasoning": True}}}
        (self.work / "opencode.json").write_text(json.dumps({
            "autoupdate": False, "share": "disabled", "enabled_providers": ["sluice"], "model": "sluice/deepseek-flash",
            "small_model": "sluice/deepseek-flash", "permission": {"edit": "allow"}, "provider": {"sluice": provider}}))
        script = "use tool write with " + json.dumps({"filePath": str(self.work / "hello.txt"), "content": TEXT})
        said = self.run_agent(OPENCODE, ["run", "--format", "json"], {
            "OPENCODE_DISABLE_AUTOUPDATE": "1", "OPENCODE_DISABLE_MODELS_FETCH": "1", "OPENCODE_DISABLE_LSP_DOWNLOAD": "1",
            "OPENCODE_DISABLE_DEFAULT_PLUGINS": "1"}, script)
        self.assert_done(said, "/chat/completions")


if __name__ == "__main__":
    unittest.main(verbosity=2)
