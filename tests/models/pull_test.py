"""`sluice models pull` against a hub that behaves like Hugging Face's, and one that does not. SLUICE names the program.

    tests/models/pull_test.py [-v] [Pull.test_...]
"""
import hashlib
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from hub import REPO, Fault, Hub, certificates  # noqa: E402

SLUICE = os.environ["SLUICE"]
MIB = 1 << 20
FILE = "model-Q4_K_M.gguf"


def content(size, seed=1):
    return random.Random(seed).randbytes(size)


class Pull(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.models = self.folder / "models"

    def hub(self, files=None, **options):
        hub = Hub(files if files is not None else {FILE: content(5 * MIB + 123)}, **options)
        self.addCleanup(hub.__exit__)
        return hub

    def command(self, hub, what=REPO, *more):
        return [SLUICE, "models", "pull", what, "--to", str(self.models), "--endpoint", hub.url, "--piece", "1",
                "--retry-delay", "0.02", *more]

    def pull(self, hub, what=REPO, *more, token=None):
        environment = {k: v for k, v in os.environ.items() if k not in ("HF_TOKEN", "HF_ENDPOINT")}
        if token:
            environment["HF_TOKEN"] = token
        return subprocess.run(self.command(hub, what, *more), capture_output=True, text=True, env=environment,
                              timeout=60)

    def assert_pulled(self, done, hub, *paths):
        self.assertEqual(done.returncode, 0, done.stderr)
        for path in paths or hub.files:
            name = path.split("/")[-1]
            self.assertEqual((self.models / name).read_bytes(), hub.files[path])
            digest = hashlib.sha256(hub.files[path]).hexdigest()
            self.assertEqual((self.models / (name + ".sha256")).read_text(), f"{digest}  {name}\n")
        self.assert_nothing_partial()

    def assert_nothing_partial(self):
        left = [p.name for p in self.models.glob("*.part*")]
        self.assertEqual(left, [])

    def assert_refused(self, done, code):
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn(f"sluice: {code}: ", done.stderr)

    # --- as it should be ---

    def test_a_file_comes_whole_in_ranges_over_several_connections_and_is_verified(self):
        hub = self.hub()
        self.assert_pulled(self.pull(hub), hub)
        ranges = sorted(r.range for r in hub.storage.requests)
        self.assertEqual(len(ranges), 6)
        self.assertEqual(ranges[0], (0, MIB - 1))
        self.assertEqual(ranges[-1], (5 * MIB, 5 * MIB + 122))
        listed = subprocess.run([SLUICE, "models", "verify", str(self.models)], capture_output=True, text=True)
        self.assertEqual(listed.returncode, 0)

    def test_the_token_goes_to_the_hub_and_nowhere_else(self):
        hub = self.hub()
        self.assert_pulled(self.pull(hub, token="hf_secret"), hub)
        self.assertTrue(all(r.headers.get("authorization") == "Bearer hf_secret" for r in hub.hub.requests))
        self.assertTrue(hub.storage.requests)
        for request in hub.storage.requests:
            self.assertNotIn("authorization", request.headers)
            self.assertNotIn("hf_secret", str(request.headers) + request.path)

    def test_a_model_in_parts_comes_with_all_of_them_and_an_incomplete_one_not_at_all(self):
        parts = {f"Q8_0/big-Q8_0-0000{i}-of-00003.gguf": content(MIB + i, i) for i in (1, 2, 3)}
        hub = self.hub({**parts, FILE: content(100)})
        self.assert_pulled(self.pull(hub, f"{REPO}:Q8_0"), hub, *parts)
        del hub.listed["Q8_0/big-Q8_0-00002-of-00003.gguf"]
        self.assert_refused(self.pull(hub, f"{REPO}:Q8_0"), "pull.not_found")

    def test_a_file_is_chosen_by_path_or_quantisation_and_a_question_is_answered_with_the_list(self):
        names = ["m-IQ4_K_M.gguf", "m-Q4_K_M.gguf", "m-Q4_K_S.gguf", "mmproj-Q4_K_M.gguf", "a dir/m ü.gguf"]
        hub = self.hub({name: content(1000, i) for i, name in enumerate(names)})
        self.assert_pulled(self.pull(hub, f"{REPO}:q4_k_m"), hub, "m-Q4_K_M.gguf")
        self.assert_pulled(self.pull(hub, f"{REPO}:a dir/m ü.gguf"), hub, "a dir/m ü.gguf")
        question = self.pull(hub)
        self.assert_refused(question, "pull.choose")
        self.assertIn("m-Q4_K_S.gguf", question.stderr)
        self.assert_refused(self.pull(hub, f"{REPO}:Q5_K_M"), "pull.not_found")
        self.assert_refused(self.pull(hub, f"{REPO}:m-Q9.gguf"), "pull.not_found")

    def test_a_listing_of_several_pages_is_read_to_its_end(self):
        hub = self.hub({f"m-{i}.gguf": content(10, i) for i in range(25)})
        hub.page_size = 4
        self.assert_pulled(self.pull(hub, f"{REPO}:m-24.gguf"), hub, "m-24.gguf")

    def test_what_is_there_already_is_not_fetched_again_and_another_file_is_kept(self):
        hub = self.hub()
        self.assert_pulled(self.pull(hub), hub)
        before = len(hub.storage.requests)
        again = self.pull(hub)
        self.assert_pulled(again, hub)
        self.assertIn("(was there)", again.stdout)
        self.assertEqual(len(hub.storage.requests), before)
        (self.models / FILE).write_bytes(b"mine")
        self.assert_refused(self.pull(hub), "pull.exists")
        self.assertEqual((self.models / FILE).read_bytes(), b"mine")
        self.assert_pulled(self.pull(hub, REPO, "--force"), hub)

    # --- interruptions ---

    def test_a_killed_pull_goes_on_where_it_was(self):
        hub = self.hub({FILE: content(12 * MIB)})
        hub.fault = lambda r: Fault(pause=0 if r.range[0] < 6 * MIB else 30)
        process = subprocess.Popen(self.command(hub), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        state = self.models / (FILE + ".part.json")
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not (state.exists() and state.read_text().count("1") >= 0
                                                   and '"whole":"111111' in state.read_text()):
            time.sleep(0.02)
        process.kill()
        process.wait()
        self.assertFalse((self.models / FILE).exists())
        hub.fault = lambda r: None
        hub.storage.requests.clear()
        self.assert_pulled(self.pull(hub), hub)
        # A request of the killed process may be noted late, so that a piece can stand there twice.
        self.assertEqual(sorted({r.range[0] // MIB for r in hub.storage.requests}), list(range(6, 12)))

    def test_a_state_that_is_about_something_else_is_not_gone_on_with(self):
        hub = self.hub()
        self.models.mkdir()
        (self.models / (FILE + ".part")).write_bytes(b"z" * (5 * MIB + 123))
        (self.models / (FILE + ".part.json")).write_text(
            '{"sha256":"%s","size":%d,"piece":1048576,"whole":"111111"}' % ("0" * 64, 5 * MIB + 123))
        self.assert_pulled(self.pull(hub), hub)

    def test_connections_that_break_go_on_from_the_last_byte(self):
        hub = self.hub()
        cuts = iter([1000, 200_000, 0, 999_999] * 3)
        hub.fault = lambda r: (lambda cut: Fault(cut=cut) if cut is not None else None)(next(cuts, None))
        self.assert_pulled(self.pull(hub), hub)
        self.assertLess(hub.storage.bytes_sent, 5.2 * MIB)  # no byte came twice

    def test_a_server_that_is_busy_is_asked_again_when_it_says(self):
        hub = self.hub({FILE: content(1000)})
        answers = iter([Fault(status=429, headers={"Retry-After": "1"}), Fault(status=503), Fault(status=500)])
        hub.fault = lambda r: next(answers, None)
        begun = time.monotonic()
        self.assert_pulled(self.pull(hub), hub)
        self.assertGreater(time.monotonic() - begun, 1)
        hub_answers = iter([Fault(status=502), None, Fault(status=429), None])
        hub.hub_fault = lambda r: next(hub_answers, None)
        (self.models / FILE).unlink()
        self.assert_pulled(self.pull(hub), hub)

    def test_a_server_that_stays_busy_is_given_up_and_named(self):
        hub = self.hub({FILE: content(1000)})
        hub.fault = lambda r: Fault(status=503)
        done = self.pull(hub)
        self.assert_refused(done, "pull.unavailable")
        self.assertIn("the storage answered 503", done.stderr)
        self.assertEqual(len(hub.storage.requests), 6)

    def test_a_link_that_expired_is_asked_for_again(self):
        hub = self.hub()
        hub.fault = lambda r: Fault(status=403) if "link=1&" in r.path and r.range[0] > 2 * MIB else None
        self.assert_pulled(self.pull(hub), hub)
        self.assertGreaterEqual(hub.links, 2)

    def test_a_slow_server_is_waited_for(self):
        hub = self.hub()
        hub.fault = lambda r: Fault(pause=0.3)
        self.assert_pulled(self.pull(hub), hub)

    # --- wrong answers ---

    def test_a_wrong_byte_is_found_and_nothing_of_it_kept(self):
        hub = self.hub()
        hub.fault = lambda r: Fault(corrupt=True)
        self.assert_refused(self.pull(hub), "pull.checksum")
        self.assertEqual(list(self.models.iterdir()), [])
        hub.fault = lambda r: None
        self.assert_pulled(self.pull(hub), hub)

    def test_ranges_that_were_not_asked_for_are_refused_though_once_is_forgiven(self):
        hub = self.hub()
        wrong = iter([Fault(shift=1), Fault(extra=5), Fault(headers={"Content-Range": "nonsense"})])
        hub.fault = lambda r: next(wrong, None)
        self.assert_pulled(self.pull(hub), hub)
        (self.models / FILE).unlink()
        hub.fault = lambda r: Fault(shift=-1 if r.range[0] else 1)
        self.assert_refused(self.pull(hub), "pull.range")

    def test_a_server_without_ranges_gives_the_file_in_one_stream(self):
        hub = self.hub()
        cuts = iter([None, None, None, None, 3 * MIB])
        hub.fault = lambda r: Fault(whole=True, cut=None if r.range else next(cuts, None))
        self.assert_pulled(self.pull(hub), hub)

    def test_a_file_of_another_size_or_digest_than_listed_is_refused(self):
        for fault in (Fault(status=416), Fault(size=77)):
            hub = self.hub()
            hub.fault = lambda r, fault=fault: fault
            self.assert_refused(self.pull(hub), "pull.changed")
        hub = self.hub()
        hub.hub_fault = lambda r: Fault(headers={"X-Linked-Etag": '"' + "ab" * 32 + '"'})
        self.assert_refused(self.pull(hub), "pull.changed")
        hub.hub_fault = lambda r: Fault(headers={"X-Linked-Size": "5"})
        self.assert_refused(self.pull(hub), "pull.changed")

    def test_names_that_lead_out_of_the_folder_are_refused(self):
        for path in ("../evil.gguf", "/etc/evil.gguf", "a/../../evil.gguf", "a\\evil.gguf", "a//b.gguf", "\x1b[2J.gguf",
                     "x" * 300 + ".gguf", "./a.gguf"):
            hub = self.hub()
            hub.listed["evil"] = {**hub.listed[FILE], "path": path}
            done = self.pull(hub)
            self.assert_refused(done, "pull.unsafe")
            self.assertNotIn("\x1b", done.stderr)

    def test_a_listing_that_is_none_or_has_no_checksum_is_refused(self):
        hub = self.hub()
        del hub.listed[FILE]["lfs"]
        self.assert_refused(self.pull(hub), "pull.no_checksum")
        hub.listed[FILE] = {"type": "file"}
        self.assert_refused(self.pull(hub), "pull.listing")
        hub.hub_fault = lambda r: Fault(status=404)
        self.assert_refused(self.pull(hub), "pull.not_found")
        hub.hub_fault = lambda r: Fault(status=401)
        self.assert_refused(self.pull(hub), "pull.denied")

    def test_redirects_end_and_lead_no_token_away(self):
        hub, other = self.hub(), self.hub()
        hub.hub_fault = lambda r: Fault(redirect=hub.url + r.path)
        self.assert_refused(self.pull(hub), "pull.redirect")
        hub.hub_fault = lambda r: Fault(redirect=other.url + r.path)
        self.assert_pulled(self.pull(hub, token="hf_secret"), hub)
        for request in other.hub.requests + other.storage.requests:
            self.assertNotIn("authorization", request.headers)

    def test_a_disk_that_is_too_small_is_told_before_anything_is_fetched(self):
        hub = self.hub()
        hub.listed[FILE]["lfs"]["size"] = 10 ** 17
        done = self.pull(hub)
        self.assert_refused(done, "pull.disk_full")
        self.assertIn(str(10 ** 17), done.stderr)
        self.assertEqual(hub.storage.requests, [])
        self.assert_nothing_partial()

    def test_names_that_are_none_are_refused(self):
        hub = self.hub()
        for name in ("model", "a/b/c", "../b", "a b/c", "a/"):
            self.assert_refused(self.pull(hub, name), "pull.repository")
        self.assert_refused(self.pull(hub, REPO, "--revision", "../x"), "pull.repository")
        hub.url = "http://hub.example"
        self.assert_refused(self.pull(hub, token="hf_secret"), "pull.insecure")

    # --- TLS ---

    def test_tls_is_verified_and_a_redirect_to_plain_http_refused(self):
        ca, context = certificates(self.folder)
        hub = self.hub(context=context)
        self.assert_refused(self.pull(hub), "net.tls")
        self.assert_pulled(self.pull(hub, REPO, "--ca-file", str(ca), token="hf_secret"), hub)
        plain = self.hub()
        (self.models / FILE).unlink()
        hub.fault = lambda r: Fault(redirect=plain.storage.url + r.path)
        self.assert_refused(self.pull(hub, REPO, "--ca-file", str(ca)), "pull.redirect")
        self.assertEqual(plain.storage.requests, [])


if __name__ == "__main__":
    unittest.main()
