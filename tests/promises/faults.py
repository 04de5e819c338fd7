"""Promise 1 under faults, one by one: a recording fake stands in each zone, prompts of every class go through every front,
streamed and whole, while something fails. Not one byte of a text may reach a zone that its label forbids, what does not go
fails by name, and a request leaves one record. The program is sluice_faults: see tests/faults. What fails, the tests say
that are named faults*_test.py."""
import concurrent.futures
import contextlib
import http.client
import itertools
import json
import os
import random
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "fakes"))
from canary import found, haystack  # noqa: E402
from deepseek import FakeDeepSeek  # noqa: E402
from fronts import FRONTS  # noqa: E402
from sensitive import KINDS, POSITIONS, PUBLIC, messages  # noqa: E402
from sluice import Sluice, wait_until  # noqa: E402

KEY = {"FAKE_KEY": "sk-fake-upstream-key-0123456789"}
ZONES = ("hosted", "managed", "private")
CODE = """Why does this leak?
```cpp
static int reap_%s(struct pool *p, size_t n) {
    for (size_t i = 0; i < n; ++i) { if (!p->items[i]) return -1; free(p->items[i]); p->items[i] = NULL; }
    return pool_shrink(p, n * sizeof(*p->items));
}
```"""
# Where the built-in policy lets each kind go without an approval, this process aside.
ALLOWED = {None: set(ZONES), "code": {"managed", "private"}, "key": set()} | {
    kind: {"private"} for kind in ("card", "ssn", "patient", "contract")}
FIRST = {None: "hosted", "code": "managed"}  # of a healthy route; regulated texts: private
CHAT = ("chat", "responses", "messages", "completions")
numbers = itertools.count()


def make_case(kind, position):
    number = next(numbers)
    r = random.Random(number)
    tag = f"canary{number:05}x" + "".join(r.choice("bcdfghjklmnp") for _ in range(10))
    sensitive = (CODE % tag[-8:] if kind == "code" else KINDS[kind](r)) if kind else None
    return {"tag": tag, "kind": kind, "position": position, "sensitive": sensitive,
            "messages": messages(position, sensitive, r.choice(PUBLIC), tag)}


def mixed_cases():
    """Each kind once, at changing positions, and a public one beside it."""
    return [make_case(k, position)
            for kind, position in zip([*KINDS, "code"], itertools.cycle(p for p in POSITIONS if p != "tool result"))
            for k in (kind, None)]


class Answer:
    def __init__(self, case, front, stream, status, headers, raw):
        self.case, self.front, self.stream = case, front, stream
        self.status, self.headers, self.raw = status, headers, raw

    @property
    def where(self):
        return self.headers.get("x-sluice-deployment", "").split("-")[0]

    @property
    def error(self):
        with contextlib.suppress(ValueError, AttributeError):
            error = json.loads(self.raw).get("error") or {}
            return error.get("code") or error.get("type") or ""
        return ""

    def __repr__(self):
        return f"{self.front}{' streamed' if self.stream else ''} {self.case['kind']} {self.status} {self.where} {self.raw[:200]!r}"

class FaultsTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="sluice-test-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.fakes = {zone: FakeDeepSeek() for zone in ZONES}
        for fake in self.fakes.values():
            fake.__enter__()
            self.addCleanup(fake.__exit__)
        self.sluice = None
        self.sent = []  # every case
        self.requests = 0

    def tearDown(self):
        if self.sluice:
            self.sluice.__exit__()
            self.sluice.process.stdout.close()

    def config(self, more=""):
        deployments = ""
        for zone, fake in self.fakes.items():
            about = f'model: deepseek-flash, key_env: FAKE_KEY, zone: {zone}, jurisdiction: DE, stall_timeout: 2s}}'
            deployments += (f'  - {{name: {zone}, kind: openai, dialect: generic, address: "{fake.address}/v1", {about}\n'
                            f'  - {{name: {zone}-claude, kind: anthropic, address: "{fake.address}", {about}\n')
        return f"""
deployments:
  - {{name: local, kind: engine, model: "builtin:guide", zone: device, jurisdiction: local, threads: 1, context: 512}}
{deployments}
routes:
  chat: [hosted, managed, private, local]
  claude: [hosted-claude, managed-claude, private-claude, local]
{more}
"""

    def start(self, more=""):
        env = KEY | {"SLUICE_FAULTS": os.path.join(self.folder, "faults")}
        self.sluice = Sluice(self.config(more), env, folder=self.folder).start()

    def fault(self, **faults):
        """These from now on, and no others."""
        path = os.path.join(self.folder, "faults")
        with open(path + ".new", "w") as file:
            file.writelines(f"{name} {value}\n" for name, value in faults.items())
        os.replace(path + ".new", path)

    def ask(self, case, front="chat", stream=False, headers=None, **more):
        path, body, _, _ = FRONTS[front]
        route = "claude" if front in ("messages", "count_tokens") else "chat"
        self.sent.append(case)
        self.requests += 1
        more |= {"stream": True} if stream else {}
        try:
            got = self.sluice.request("POST", path, json.dumps(body(case, route, **more)), headers)
        except (http.client.HTTPException, ConnectionError):
            got = (0, {}, b"")  # cut
        return Answer(case, front, stream, *got)

    def ask_all(self, fronts=FRONTS, cases=None):
        asked = [(case, front, stream) for front in fronts for stream in ([False, True] if FRONTS[front][2] else [False])
                 for case in (cases or mixed_cases)()]
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            return list(pool.map(lambda a: self.ask(*a), asked))

    def received(self, zone):
        fake = self.fakes[zone]
        with fake.lock:
            return [r.path.encode() + b"\n" + repr(r.headers).encode() for r in fake.received] + [r.body for r in fake.received]

    def assert_confined(self):
        for zone in ZONES:
            hay = haystack(self.received(zone))
            for case in self.sent:
                if zone in ALLOWED[case["kind"]]:
                    continue
                for text in (case["tag"], case["sensitive"]):
                    self.assertFalse(found(text, hay), f"a {case['kind']} in the {case['position']} reached {zone}: {text}")

    def assert_kept_nothing(self):
        """Neither log nor records nor any file of the data folder says what was asked."""
        texts = [self.sluice.log_text()]
        for folder, _, files in os.walk(os.path.join(self.folder, "data")):
            for name in files:
                with open(os.path.join(folder, name), "rb") as file:
                    texts.append(file.read().decode("latin-1"))
        kept = "\n".join(texts)
        for case in self.sent:
            self.assertNotIn(case["tag"], kept, "a file holds prompt text")
            if case["sensitive"]:
                self.assertNotIn(case["sensitive"][:60], kept, "a file holds prompt text")

    def assert_records(self, count=None):
        wait_until(lambda: all(r["closing"] for r in self.sluice.records()), what="closing of all records")
        records = self.sluice.records()
        self.assertEqual(len(records), self.requests if count is None else count, "one record for each request")
        self.assertEqual(len({r["id"] for r in records}), len(records))
        return records

    def assert_promises(self, answers=(), count=None):
        self.assert_confined()
        self.assert_kept_nothing()
        self.assert_records(count)
        for a in answers:
            if a.status >= 400:
                self.assertTrue(a.error, a)

    def assert_healthy(self, answers):
        for a in answers:
            if a.case["kind"] == "key":
                self.assertEqual((a.status, "x-sluice-ticket" in a.headers), (403, True), a)
            elif a.front == "completions":
                self.assertIn(a.status, (200, 400, 502), a)  # generic servers may lack them, and the guide fills no gaps
            else:
                self.assertEqual(a.status, 200, a)
                self.assertEqual(a.where, FIRST.get(a.case["kind"], "private"), a)

    def assert_nothing_arrived(self):
        self.assertEqual({zone: len(fake.received) for zone, fake in self.fakes.items()}, dict.fromkeys(ZONES, 0))
