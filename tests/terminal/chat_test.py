"""`sluice chat` as people use it: in a terminal (a pseudo-terminal here), and over pipes. SLUICE names the program."""
import json
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "fakes"))
from deepseek import FakeDeepSeek  # noqa: E402
from sluice import Sluice  # noqa: E402

SLUICE = os.path.abspath(os.environ["SLUICE"])
TINY = pathlib.Path(__file__).resolve().parents[3] / "shared" / "engine" / "tiny-llama-Q8_0.gguf"
QUESTION = "How do I add a DeepSeek key?"
KEY = "client-key-0123456789abcdef"
SECONDS = 60  # on a busy machine


def environment(**more):
    return {k: v for k, v in os.environ.items() if k not in ("SLUICE_KEY", "SLUICE_URL")} | more


def piped(arguments, lines, folder=None, **more):
    return subprocess.run([SLUICE, "chat", *map(str, arguments)], input=lines, capture_output=True, text=True,
                          cwd=folder, env=environment(**more), timeout=SECONDS)


class Terminal:
    """The program in a pseudo-terminal; `seen` is all that it wrote."""

    def __init__(self, *arguments, **more):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(SLUICE, [SLUICE, "chat", *map(str, arguments)], environment(TERM="xterm", **more))
        self.seen = ""
        self.status = None

    def until(self, pattern, after=0):
        """Reads until `pattern` stands in what came behind position `after`; returns the end of it."""
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            found = re.search(pattern, self.seen[after:])
            if found:
                return after + found.end()
            if select.select([self.fd], [], [], 0.1)[0]:
                try:
                    self.seen += os.read(self.fd, 65536).decode(errors="replace")
                except OSError:
                    break
        raise AssertionError(f"{pattern!r} was not seen in {self.seen[after:]!r}")

    def type(self, text):
        os.write(self.fd, text.encode())
        return len(self.seen)

    def leave(self):
        """Waits for the end; returns the exit status."""
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            if select.select([self.fd], [], [], 0.05)[0]:
                try:
                    self.seen += os.read(self.fd, 65536).decode(errors="replace")
                except OSError:
                    pass
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
                return self.status
        raise AssertionError("it did not end: " + self.seen)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.status is None:
            os.kill(self.pid, 9)
            os.waitpid(self.pid, 0)
        os.close(self.fd)


class Piped(unittest.TestCase):
    def test_each_line_gets_its_answer_and_nothing_else_is_output(self):
        one = piped([], QUESTION + "\n")
        self.assertEqual((one.returncode, one.stderr), (0, ""))
        self.assertIn("DEEPSEEK_API_KEY", one.stdout)
        self.assertTrue(one.stdout.endswith("\n"))
        again = piped([], f"{QUESTION}\n/reset\n{QUESTION}")  # the last line without its end
        self.assertEqual(again.stdout, one.stdout * 2)
        self.assertEqual(again.stderr, "(forgotten)\n")
        self.assertNotIn("\033", again.stdout)

    def test_an_end_at_once_is_no_error(self):
        self.assertEqual(piped([], "").returncode, 0)
        self.assertEqual(piped([], "/exit\nnever asked\n").stdout, "")

    def test_the_conversation_is_saved_as_it_was_said(self):
        with tempfile.TemporaryDirectory() as folder:
            done = piped(["--system", "Be brief."], f"{QUESTION}\n/save talk.json\n/save talk.json\n", folder)
            self.assertEqual(done.returncode, 0)
            self.assertIn("chat.save", done.stderr)
            self.assertIn("File exists", done.stderr)
            with open(os.path.join(folder, "talk.json")) as file:
                talk = json.load(file)
            answer = done.stdout.rstrip("\n")
            self.assertEqual([(m["role"], m["content"].rstrip("\n")) for m in talk["messages"]],
                             [("system", "Be brief."), ("user", QUESTION), ("assistant", answer)])
            self.assertEqual(os.stat(os.path.join(folder, "talk.json")).st_mode & 0o777, 0o600)

    def test_commands_and_slashes(self):
        done = piped([], "/system\n/system One word.\n/system\n/nonsense\n/help\n")
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertTrue(done.stderr.startswith("(none)\nOne word.\nOne word.\n"), done.stderr)
        self.assertIn("chat.command: there is no command /nonsense", done.stderr)
        self.assertIn("/save FILE", done.stderr)
        self.assertNotEqual(piped([], "//etc is what?\n").stdout, "")

    def test_what_goes_wrong_is_told_with_a_status(self):
        for arguments, word in ([["no-such.gguf"], "gguf.io"], [["README.md"], "gguf.magic"],
                                [["--url", "http://192.0.2.1"], "chat.address"],
                                [["--url", "http://127.0.0.1:1"], "net."]):
            done = piped(arguments, "hello\n")
            self.assertEqual((done.returncode, done.stdout), (1, ""), arguments)
            self.assertIn(word, done.stderr)
        self.assertEqual(piped(["x.gguf", "--url", "http://127.0.0.1:1"], "").returncode, 2)
        self.assertEqual(piped(["--model", "x"], "").returncode, 2)

    @unittest.skipUnless(TINY.is_file(), "SKIPPED: the tiny model is not there")
    def test_a_model_file_answers_the_same_with_the_same_seed(self):
        arguments = [TINY, "--seed", 7, "--max-tokens", 12, "--temperature", 1]
        first, second = piped(arguments, "hello\n"), piped(arguments, "hello\n")
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertNotEqual(first.stdout.strip(), "")
        self.assertEqual(first.stdout, second.stdout)
        self.assertIn("ended early: length", first.stderr)
        too_long = piped([TINY, "--context", 16], "word " * 200 + "\nnever asked\n")
        self.assertEqual(too_long.returncode, 1)
        self.assertIn("engine.context_exceeded", too_long.stderr)


class Gateway(unittest.TestCase):
    CONFIG = """keys: [{name: me, key_env: SLUICE_KEY_ME}]
deployments:
  - {name: guide, kind: engine, model: "builtin:guide", threads: 1}
  - {name: fake, kind: deepseek, address: "ADDRESS", model: deepseek-flash, key_env: FAKE_KEY, zone: hosted, jurisdiction: CN}
routes: {guide: [guide], fake: [fake]}
"""

    def setUp(self):
        self.fake = FakeDeepSeek()
        self.fake.__enter__()
        self.addCleanup(self.fake.__exit__, None, None, None)
        config = self.CONFIG.replace("ADDRESS", self.fake.address)
        self.sluice = Sluice(config, {"SLUICE_KEY_ME": KEY, "FAKE_KEY": "sk-fake-upstream-key-0123456789"})
        self.sluice.__enter__()
        self.addCleanup(self.sluice.__exit__, None, None, None)
        self.url = f"http://127.0.0.1:{self.sluice.port}"

    def test_a_running_gateway_answers_under_the_key(self):
        there = ["--url", self.url, "--model", "guide"]
        done = piped(there, f"{QUESTION}\n", SLUICE_KEY=KEY)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, piped([], f"{QUESTION}\n").stdout)
        named = piped([*there, "--key-env", "MY_KEY"], f"{QUESTION}\n", MY_KEY=KEY)
        self.assertEqual(named.stdout, done.stdout)
        self.assertIn("auth.", piped(there, "x\n").stderr)
        self.assertIn("MY_KEY is not set", piped([*there, "--key-env", "MY_KEY"], "x\n").stderr)
        self.assertIn("There are: guide, fake", piped(there[:2], "x\n", SLUICE_KEY=KEY).stderr)
        nobody = piped(["--url", self.url + "/v1/", "--model", "nobody"], "x\n", SLUICE_KEY=KEY)
        self.assertEqual(nobody.returncode, 1)
        self.assertIn("route.unknown", nobody.stderr)

    def test_what_the_policy_denies_is_told_in_its_words(self):
        done = piped(["--url", self.url, "--model", "fake"], "My card is 4539 1488 0343 6467.\n", SLUICE_KEY=KEY)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("policy.", done.stderr)

    def test_reasoning_is_dimmed_in_a_terminal_and_ctrl_c_hangs_up(self):
        with Terminal("--url", self.url, "--model", "fake", SLUICE_KEY=KEY) as t:
            t.until("> ")
            at = t.type("What is Sluice?\n")
            at = t.until(r"\x1b\[2m[^\x1b]*think[^\x1b]*\x1b\[0m\s*Hello from the fake upstream\.\s*> ", at)
            self.fake.always = "slow"
            at = t.type("And again, slowly\n")
            at = t.until("Hello|think", at)
            t.type("\x03")
            at = t.until(r"\(stopped\)", at)
            at = t.until("> ", at)
            self.fake.always = None
            at = t.type("Still there?\n")
            t.until(r"Hello from the fake upstream\.\s*> ", at)
            t.type("/exit\n")
            self.assertEqual(t.leave(), 0)


class InTerminal(unittest.TestCase):
    def test_questions_commands_and_the_end_of_input(self):
        with Terminal() as t:
            at = t.until("> ")
            self.assertIn("/help tells the commands", t.seen)
            t.type(QUESTION + "\n")
            at = t.until(r"DEEPSEEK_API_KEY[^>]*> ", at)
            t.type("/help\n")
            at = t.until(r"Ctrl-C stops an answer.*\s*.*> ", at)
            t.type("/save /dev/null/x\n")
            at = t.until("chat.save.*\\s*> ", at)
            t.type("half a line")
            t.type("\x03")  # takes the line back, and not the program
            at = t.until(r"\(/exit or Ctrl-D leaves\)\s*.*> ", at)
            t.type("\x04")
            self.assertEqual(t.leave(), 0)

    @unittest.skipUnless(TINY.is_file(), "SKIPPED: the tiny model is not there")
    def test_ctrl_c_stops_an_answer_and_the_next_one_comes(self):
        with Terminal(TINY, "--temperature", "1", "--context", "4096", "--seed", "3") as t:
            at = t.until("> ")
            for _ in range(3):
                t.type("Tell me everything\n")
                at = t.until(r"everything\s+\S", at)
                t.type("\x03")
                at = t.until(r"\(stopped\)|ended early|> ", at)
            t.type("/reset\n")
            at = t.until(r"\(forgotten\)", at)
            t.type("\x04")
            self.assertEqual(t.leave(), 0)


if __name__ == "__main__":
    unittest.main()
