"""Starts the built program as a user would and talks to it by plain HTTP. Standard library only."""
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time

PROGRAM = os.environ.get("SLUICE", "build/release/bin/sluice")
START_SECONDS = 60  # also under sanitizers on a busy machine


class Sluice:
    """config: text of a sluice.yaml without listen and data_dir; None: the built-in default."""

    def __init__(self, config=None, env=None, folder=None, keep=False):
        self.keep = keep or folder is not None
        self.folder = folder or tempfile.mkdtemp(prefix="sluice-test-")
        self.env = {k: v for k, v in os.environ.items() if k != "DEEPSEEK_API_KEY"} | (env or {})
        self.config = config
        self.process = None
        self.output = ""

    def start(self):
        arguments = [os.path.abspath(PROGRAM), "serve", "--listen", "127.0.0.1:0"]
        if self.config is not None:
            path = os.path.join(self.folder, "sluice.yaml")
            with open(path, "w") as file:
                file.write("data_dir: " + os.path.join(self.folder, "data") + "\n" + self.config)
            arguments += ["--config", path]
        self.log = open(os.path.join(self.folder, "log"), "ab")
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=self.log, env=self.env,
                                        cwd=self.folder, text=True)
        found = threading.Event()

        def read():
            for line in self.process.stdout:
                self.output += line
                if line.startswith("Sluice serves on"):
                    self.port = int(re.search(r":(\d+)/", line).group(1))
                    found.set()
            found.set()

        threading.Thread(target=read, daemon=True).start()
        found.wait(START_SECONDS)
        if not hasattr(self, "port"):
            raise RuntimeError("sluice did not start:\n" + self.output + self.log_text())
        return self

    def log_text(self):
        with open(os.path.join(self.folder, "log"), errors="replace") as file:
            return file.read()

    def stop(self, how=signal.SIGTERM, wait=60):
        """Ends the process; returns its exit status."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
        status = self.process.wait(wait)
        self.log.close()
        del self.port
        return status

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.log.close()
        if not self.keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def request(self, method, path, body=None, headers=None, timeout=120):
        """A whole answer: (status, headers in lower case, bytes)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"} | (headers or {}))
            response = connection.getresponse()
            return response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
        finally:
            connection.close()

    def chat(self, model, messages, timeout=120, headers=None, **more):
        """(status, headers, parsed JSON) of a whole answer."""
        body = json.dumps({"model": model, "messages": messages} | more)
        status, got, raw = self.request("POST", "/v1/chat/completions", body, headers, timeout)
        return status, got, json.loads(raw)

    def stream(self, model, messages, **more):
        return Stream(self.port, {"model": model, "messages": messages, "stream": True} | more)

    def records(self, *arguments):
        """Every record, newest first, as `sluice records --json` prints them."""
        out = self.run("records", "--json", "--limit", "100000", *arguments)
        return [json.loads(line) for line in out.splitlines()]

    def run(self, *arguments, stdin=None, check=True):
        config = ["--config", os.path.join(self.folder, "sluice.yaml")] if self.config is not None else []
        done = subprocess.run([os.path.abspath(PROGRAM), *arguments, *config], input=stdin, capture_output=True,
                              text=True, env=self.env, cwd=self.folder, timeout=120)
        if check and done.returncode != 0:
            raise RuntimeError(done.stderr)
        return done.stdout


class Stream:
    """A streamed answer, read event by event; closing it early is a client that leaves."""

    def __init__(self, port, body, timeout=120):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        self.connection.request("POST", "/v1/chat/completions", json.dumps(body), {"Content-Type": "application/json"})
        self.response = self.connection.getresponse()
        self.status = self.response.status
        self.headers = {k.lower(): v for k, v in self.response.getheaders()}

    def events(self):
        """Yields the data of each event: parsed JSON, or the string [DONE]. Raises if the connection is cut."""
        for line in self.response:
            line = line.decode().rstrip("\r\n")
            if line.startswith("data: "):
                data = line[len("data: "):]
                yield data if data == "[DONE]" else json.loads(data)

    def close(self):
        self.connection.close()
        self.response.close()


def text_of(events):
    """The joined content of stream events."""
    return "".join(e["choices"][0]["delta"].get("content") or "" for e in events
                   if e != "[DONE]" and e.get("choices"))


def wait_until(condition, seconds=30, what="the condition"):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come true within {seconds} s")
