#!/usr/bin/env python3
"""Promise 1 for files: what a PDF says decides where it may go. A fake at each zone records all it receives. A patient's
record in a PDF never reaches the hosted one, nor does any file that was not read whole, in time and in good form; a
harmless one does, byte for byte. Programs that read files end with their time, their client and the gateway. Records,
logs and metrics name the program and the reason and hold no text."""
import concurrent.futures
import contextlib
import functools
import http.client
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "fakes"))
import files  # noqa: E402
from deepseek import FakeDeepSeek  # noqa: E402
from files import Program, chat_body, is_alive, lines_of, pdf  # noqa: E402
from sluice import Sluice, wait_until  # noqa: E402

KEY = {"FAKE_KEY": "sk-fake-upstream-key-0123456789"}
PATIENT = ("Discharge summary. The patient, Mrs. Okafor, MRN 483920, underwent laparoscopic appendectomy. Post-op course "
           "uneventful, afebrile, tolerating diet. Diagnosis: acute appendicitis. Discharged on ibuprofen 400 mg as needed.")
HARMLESS = ("Photosynthesis turns light, water and air into sugar. Leaves are green because they send green light back. "
            "At night a plant breathes like everybody else.")
ZONES = ("hosted", "managed", "private")
POLICY = """
policy: v1
revision: files-1
rules:
  - {id: open, allow: [public, internal], zones: [device, private, managed, hosted]}
  - {id: masked, allow: [confidential], zones: [hosted], when: {categories_only: [pii]}, oblige: ["pseudonymise(pii)"]}
  - {id: home, allow: [confidential, regulated], zones: [device, private]}
"""


def config(fakes, program, extra="", at_once=2, policy=None, limits=""):
    deployments = "\n".join(
        f"""  - {{name: {zone}, kind: deepseek, address: "{fake.address}", model: deepseek-flash, key_env: FAKE_KEY,
     zone: {zone}, jurisdiction: DE, ca_file: "{fake.ca_file}"}}
  - {{name: {zone}-letters, kind: anthropic, address: "{fake.address}/anthropic", model: deepseek-flash, key_env: FAKE_KEY,
     zone: {zone}, jurisdiction: DE, ca_file: "{fake.ca_file}"}}""" for zone, fake in fakes.items())
    command = program if isinstance(program, str) else f'["{program.path}"]'
    return f"""
{f'policy: {policy}' if policy else ''}
deployments:
{deployments}
routes:
  chat: [{", ".join(fakes)}]
  letters: [{", ".join(zone + "-letters" for zone in fakes)}]
limits: {{extractors_at_once: {at_once}{limits}}}
extractors:
  - {{name: pdf, media: [application/pdf], command: {command}{extra}}}
"""


class World:
    """Fakes at three zones, a program and a gateway before them."""

    def __init__(self, stack, extra="", script="", **more):
        self.folder = stack.enter_context(tempfile.TemporaryDirectory())
        self.fakes = {}
        for zone in ZONES:
            tls = os.path.join(self.folder, zone)
            os.mkdir(tls)
            self.fakes[zone] = stack.enter_context(FakeDeepSeek(tls=tls))
        self.program = Program(self.folder, extra=script)
        program = more.pop("program", self.program)
        if "policy" in more:
            path = os.path.join(self.folder, "policy.yaml")
            with open(path, "w") as file:
                file.write(more["policy"])
            more["policy"] = path
        self.sluice = stack.enter_context(Sluice(config(self.fakes, program, extra, **more), KEY))

    def post(self, body, path="/v1/chat/completions", **more):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        status, headers, answer = self.sluice.request("POST", path, raw, **more)
        return status, headers, answer.decode()

    def went_to(self, body, path="/v1/chat/completions"):
        """Zone that answered, or the error's code."""
        status, headers, answer = self.post(body, path)
        return headers.get("x-sluice-deployment").removesuffix("-letters") if status == 200 else code_of(answer)

    def bodies(self, zone):
        return [r.body for r in self.fakes[zone].received]

    def all_bodies(self):
        return b"".join(b"".join(self.bodies(zone)) for zone in ZONES)

    def metrics(self):
        return self.sluice.request("GET", "/metrics")[2].decode()

    def records(self):
        wait_until(lambda: all(r["closing"] for r in self.sluice.records()), what="closing of all records")
        return self.sluice.records()


def code_of(answer):
    found = re.search(r"policy\.\w+|request\.\w+|gateway\.\w+", answer)
    return found.group(0) if found else answer


def without_model(raw):
    return re.sub(rb'"model": ?"[^"]*"', b'"model":"-"', raw)


class Extract(unittest.TestCase):
    def setUp(self):
        self.stack = self.enterContext(contextlib.ExitStack())

    def judge_by_what_files_say(self, world):
        for path, make in files.FRONTS.items():
            # DeepSeek's Messages reads no documents.
            body = functools.partial(make, model="letters" if path.endswith("messages") else "chat")
            secret, talk = pdf(lines_of(PATIENT)), pdf(lines_of(HARMLESS))
            self.assertEqual(world.went_to(body(secret), path), "private", path)
            before = len(world.bodies("hosted"))
            raw = json.dumps(body(talk)).encode()
            self.assertEqual(world.went_to(raw, path), "hosted", path)
            received = world.bodies("hosted")[before:]
            self.assertEqual(len(received), 1)
            self.assertEqual(without_model(received[0]), without_model(raw), path)
            # On the last of many pages; beside harmless words; in an earlier turn of the conversation.
            deep = pdf(*[lines_of(HARMLESS)] * 30, lines_of(PATIENT))
            self.assertEqual(world.went_to(body(deep), path), "private", path)
        for zone in ("hosted", "managed"):
            for raw in world.bodies(zone):
                self.assertNotIn(files.data_url(secret)[40:].encode(), raw)
                self.assertNotIn(files.data_url(deep)[40:].encode(), raw)
        records = repr(world.records())
        self.assertIn("content[1] by pdf", records)
        kept = world.sluice.log_text() + records + world.metrics()
        for word in ("Okafor", "appendectomy", "Photosynthesis", "483920", "letter.pdf"):
            self.assertNotIn(word, kept)

    def test_what_a_pdf_says_decides_where_it_goes(self):
        self.judge_by_what_files_say(World(self.stack))

    @unittest.skipUnless(shutil.which("pdftotext"), "poppler-utils is not installed")
    def test_the_same_with_pdftotext(self):
        world = World(self.stack, program=f'[{shutil.which("pdftotext")}, -enc, UTF-8, "-", "-"]')
        self.judge_by_what_files_say(world)
        for scanned in (pdf(None), pdf(lines_of(HARMLESS), None), pdf(None, lines_of(HARMLESS))):
            self.assertEqual(world.went_to(chat_body(scanned)), "policy.denied")
        broken = pdf(lines_of(HARMLESS))
        for data in (b"%PDF-1.4\n" + b"\0" * 5000, broken[:60]):
            self.assertEqual(world.went_to(chat_body(data)), "policy.denied")

    def test_what_is_not_read_goes_nowhere(self):
        world = World(self.stack, extra=", time_limit: 2s, max_bytes: 100kB, max_text: 10kB", limits=", extracted_parts: 3")
        good = pdf(lines_of(HARMLESS))
        working = files.READER.format(notes=world.program.notes, extra="")
        self.assertEqual(world.went_to(chat_body(good)), "hosted")
        sent = len(world.all_bodies())

        def nowhere(body, reason, say):
            status, _, answer = world.post(body)
            self.assertEqual(code_of(answer), "policy.denied", say)
            self.assertEqual(status, 403)
            self.assertIn(reason, answer)
            self.assertIn("restricted", answer)
            self.assertEqual(len(world.all_bodies()), sent, say)

        wrongs = {
            "exit_status": "print('A harmless text.'); sys.stdout.flush(); sys.exit(3)",
            "signal": "print('A harmless text.'); sys.stdout.flush(); os.kill(os.getpid(), 11)",
            "time_limit": "print('A harmless text.'); sys.stdout.flush(); time.sleep(60)",
            "text_too_large": "print('A harmless text. ' * 1000)",
            "invalid_text": "sys.stdout.buffer.write(b'A harmless text: caf\\xe9'); sys.exit(0)",
            "no_text": "print(' \\n\\f'); sys.exit(0)",
            "blank_page": "print('A harmless text.\\f \\f'); sys.exit(0)",
        }
        for i, (reason, extra) in enumerate(wrongs.items()):
            world.program.write(files.READER.format(notes=world.program.notes, extra=extra))
            nowhere(chat_body(pdf(lines_of(f"{HARMLESS} {i}"))), f"(pdf: {reason})", reason)
        world.program.write("#!/bin/sh\nexec echo A harmless text\n")
        nowhere(chat_body(pdf(lines_of(HARMLESS + " unread"))), "(pdf: input_unread)", "unread")
        os.remove(world.program.path)
        nowhere(chat_body(pdf(lines_of(HARMLESS + " missing"))), "(pdf: exit_status)", "missing")
        world.program.write(working)

        part = chat_body(good)["messages"][0]["content"][1]
        nowhere(chat_body(pdf(lines_of(HARMLESS), packed=False) + b"%" * 100_000), "too_large", "size")
        nowhere(chat_body(b"\x89PNG\r\n\x1a\n" + good), "mismatch", "PNG in a PDF's name")
        nowhere(chat_body(good, name="letter.docx"), "mismatch", "another name")
        nowhere(chat_body(good, media="application/x-unknown"), "no_extractor", "unknown type")
        nowhere(chat_body(good, media="image/png", name="a.png"), "no_extractor", "type without a program")
        nowhere(chat_body(good + b"", words="x") | {"messages": [{"role": "user", "content": [part] * 4}]}, "too_many", "4")
        for file in ({"file_id": "file-1"}, part["file"] | {"file_id": "file-1"},
                     part["file"] | {"file_data": part["file"]["file_data"] + "\n"},
                     part["file"] | {"file_data": part["file"]["file_data"].replace(";base64", ";x=1;base64")}):
            nowhere({"model": "chat", "messages": [{"role": "user", "content": [{"type": "file", "file": file}]}]}, "(", file)
        nowhere({"model": "chat", "messages": [{"role": "user", "content": [
            part, {"type": "image_url", "image_url": {"url": "https://pictures.example/1.png"}}]}]}, "not_inline", "URL")
        # And none of it has broken anything.
        self.assertEqual(world.went_to(chat_body(pdf(lines_of(HARMLESS + " after")))), "hosted")
        self.assertEqual(world.program.alive(), [])
        outcomes = world.metrics()
        for reason in wrongs:
            self.assertRegex(outcomes, rf'sluice_extractions_total\{{extractor="pdf",outcome="{reason}"\}} [1-9]')

    def test_what_must_be_masked_in_a_file_is_refused_there(self):
        world = World(self.stack, policy=POLICY)
        address = "helen.kowalski@brightwater.io"
        secret = pdf(lines_of(f"{HARMLESS} Write to {address} or call +49 30 901820 for more."))
        status, headers, answer = world.post(chat_body(secret))
        self.assertEqual((status, headers.get("x-sluice-deployment")), (200, "private"), answer)
        self.assertEqual(world.bodies("hosted"), [])
        attempts = [a["outcome"] for a in world.records()[0]["closing"]["attempts"]]
        self.assertEqual(attempts, ["policy.obligation", "ok"])
        # Beside a harmless file the words are masked, and the file stays as it is.
        talk = pdf(lines_of(HARMLESS))
        self.assertEqual(world.went_to(chat_body(talk, words=f"Write to {address}.")), "hosted")
        body = json.loads(world.bodies("hosted")[-1])
        words, file = body["messages"][0]["content"]
        self.assertNotIn(address, json.dumps(body))
        self.assertRegex(words["text"], r"EMAIL_\w+")
        self.assertEqual(file, chat_body(talk)["messages"][0]["content"][1])
        # In both: the words' token must not hide that the file has it, too.
        before = len(world.bodies("hosted"))
        self.assertEqual(world.went_to(chat_body(secret, words=f"Write to {address}.")), "private")
        self.assertEqual(len(world.bodies("hosted")), before)

    def test_a_refusal_for_a_file_says_why(self):
        hosted_only = POLICY.replace("zones: [device, private]", "zones: [device]")
        world = World(self.stack, policy=hosted_only)
        status, _, answer = world.post(chat_body(pdf(lines_of(f"{HARMLESS} Write to helen.kowalski@brightwater.io."))))
        self.assertEqual(code_of(answer), "policy.obligation", answer)
        self.assertIn("$.messages[0].content[1], read by pdf", answer)
        self.assertEqual(world.all_bodies(), b"")

    def test_halves_in_a_file_and_beside_it_are_one(self):
        world = World(self.stack)
        half = pdf(["6362 1486 expires 11/29"])
        self.assertEqual(world.went_to(chat_body(half, words="Say yes.")), "hosted")
        self.assertEqual(world.went_to(chat_body(half, words="My card is 4539 5787")), "private")

    def test_rules_about_parts_hold_as_before(self):
        floors = POLICY + """
floors:
  - {id: no-files, when: {parts: [file]}, class: regulated}
"""
        world = World(self.stack, policy=floors)
        self.assertEqual(world.went_to(chat_body(pdf(lines_of(HARMLESS)))), "private")
        read = World(self.stack, policy=floors.replace("class: regulated", "unless: extracted, class: regulated"))
        self.assertEqual(read.went_to(chat_body(pdf(lines_of(HARMLESS)))), "hosted")

    def test_large_files_are_judged_by_what_they_say(self):
        """Not by what their packed bytes look like when they are taken for words."""
        world = World(self.stack)
        for megabytes in (2, 8):
            data = pdf(lines_of(HARMLESS)) + b"%" + random.Random(7).randbytes(megabytes << 20)
            raw = json.dumps(chat_body(data)).encode()
            self.assertEqual(world.went_to(raw), "hosted")
            self.assertEqual(without_model(world.bodies("hosted")[-1]), without_model(raw))
        # What stands beside the bytes is judged: a file's name.
        self.assertEqual(world.went_to(chat_body(data, name="card 4539 5787 6362 1486.pdf")), "private")

    def test_a_conversation_is_read_once(self):
        world = World(self.stack)
        talk = pdf(lines_of(HARMLESS))
        for turn in range(4):
            self.assertEqual(world.went_to(chat_body(talk, words=f"Question {turn}?")), "hosted")
        self.assertEqual(world.program.runs(), 1)
        self.assertEqual(world.went_to(chat_body(pdf(lines_of(PATIENT)))), "private")
        self.assertEqual(world.program.runs(), 2)
        # Where nothing may be kept, nothing is.
        strict = World(self.stack, policy=POLICY.replace("zones: [device, private, managed, hosted]}",
                                                         "zones: [device, private, managed, hosted], oblige: [no_store]}"))
        for turn in range(3):
            self.assertEqual(strict.went_to(chat_body(talk, words=f"Question {turn}?")), "hosted")
        self.assertEqual(strict.program.runs(), 3)

    def test_few_run_at_a_time_and_others_are_served_meanwhile(self):
        world = World(self.stack, script="time.sleep(1.5)", at_once=2)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(world.went_to, chat_body(pdf(lines_of(f"{HARMLESS} Copy {i}.")))) for i in range(6)]
            wait_until(lambda: world.program.runs() > 0, what="a run")
            began = time.monotonic()
            for _ in range(5):
                status, headers, _ = world.sluice.chat("chat", [{"role": "user", "content": "Say yes."}], max_tokens=4)
                self.assertEqual((status, headers["x-sluice-deployment"]), (200, "hosted"))
            self.assertLess(time.monotonic() - began, 4)
            self.assertGreater(len(world.program.alive()), 0, "the programs ran all the while")
            self.assertEqual([a.result() for a in asked], ["hosted"] * 6)
        running = most = 0
        for pid, _ in sorted(world.program.events(), key=lambda event: event[1]):
            running += 1 if pid > 0 else -1
            most = max(most, running)
        self.assertEqual((world.program.runs(), most), (6, 2))

    def leave(self, world, i):
        connection = http.client.HTTPConnection("127.0.0.1", world.sluice.port, timeout=60)
        connection.request("POST", "/v1/chat/completions", json.dumps(chat_body(pdf(lines_of(f"{HARMLESS} {i}")))),
                           {"Content-Type": "application/json"})
        return connection

    def test_a_client_that_leaves_ends_its_program(self):
        world = World(self.stack, extra=", time_limit: 5m", script="os.fork()\ntime.sleep(600)", at_once=1)
        first, second = self.leave(world, 1), self.leave(world, 2)
        wait_until(lambda: world.program.alive(), what="a run")
        first.close()
        second.close()  # its turn never comes
        wait_until(lambda: not world.program.alive(), what="the end of the program")
        wait_until(lambda: len(world.records()) == 2, what="both records")
        self.assertEqual({r["closing"]["outcome"] for r in world.records()}, {"request.cancelled"})
        self.assertLessEqual(world.program.runs(), 2)
        self.assertEqual(world.all_bodies(), b"")

    def test_programs_end_with_the_gateway(self):
        for how, times in ((signal.SIGTERM, 2), (signal.SIGKILL, 1)):
            world = World(self.stack, extra=", time_limit: 5m", script="time.sleep(600)")
            kept = [self.leave(world, i) for i in range(3)]
            wait_until(lambda: len(world.program.alive()) == 2, what="two runs")
            pids = world.program.alive()
            for _ in range(times):
                world.sluice.process.send_signal(how)
                time.sleep(0.3)
            world.sluice.process.wait(30)
            wait_until(lambda: not any(is_alive(pid) for pid in pids), what="the end of the programs")
            self.assertEqual(world.all_bodies(), b"")
            for connection in kept:
                connection.close()

    def test_a_graceful_stop_waits_for_what_is_read(self):
        world = World(self.stack, script="time.sleep(2)")
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            asked = pool.submit(world.went_to, chat_body(pdf(lines_of(HARMLESS))))
            wait_until(lambda: world.program.runs() == 1, what="a run")
            world.sluice.process.send_signal(signal.SIGTERM)
            self.assertEqual(asked.result(), "hosted")
        self.assertEqual(world.sluice.process.wait(30), 0)

    def test_the_commands_read_files_too(self):
        world = World(self.stack)
        path = os.path.join(world.folder, "letter.pdf")
        with open(path, "wb") as file:
            file.write(pdf(lines_of(PATIENT)))
        found = json.loads(world.sluice.run("classify", path, "--json"))
        self.assertEqual(found["class"], "regulated")
        self.assertTrue(all(f["path"].endswith("@pdf") for f in found["findings"]), found)
        explained = world.sluice.run("policy", "explain", path, "--model", "chat")
        self.assertIn("@pdf", explained)
        self.assertNotIn("Okafor", explained)
        asked = os.path.join(world.folder, "request.json")
        with open(asked, "w") as file:
            json.dump(chat_body(pdf(lines_of(HARMLESS))), file)
        self.assertEqual(json.loads(world.sluice.run("classify", asked, "--json"))["class"], "public")
        with open(path, "wb") as file:
            file.write(pdf(None))
        self.assertEqual(json.loads(world.sluice.run("classify", path, "--json"))["class"], "restricted")

    def test_without_extractors_every_file_is_unknown(self):
        with tempfile.TemporaryDirectory() as folder, FakeDeepSeek(tls=folder) as fake:
            plain = config({"hosted": fake}, "[/bin/cat]").split("limits:")[0]
            with Sluice(plain, KEY) as sluice:
                status, _, answer = sluice.request("POST", "/v1/chat/completions",
                                                   json.dumps(chat_body(pdf(lines_of(HARMLESS)))))
                self.assertEqual((status, code_of(answer.decode())), (403, "policy.denied"))
            self.assertEqual(fake.received, [])


if __name__ == "__main__":
    unittest.main()
