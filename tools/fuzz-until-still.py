#!/usr/bin/env python3
"""Runs libFuzzer programs one after the other, each until its coverage has stood still for a while.

    tools/fuzz-until-still.py [--still SECONDS] [--limit SECONDS] [--seeds FOLDER] [--corpus FOLDER]
                              [--kept FOLDER] [--keep] PROGRAM...

A program stops when SECONDS (180) went by without a new edge in a line below src/, or after the limit (1800). Edges
within the libraries' templates (whether a string has its own memory, at each place where one is copied) count in
"edges" and do not keep a program running. Seconds are those of processor time that the program had: on a busy machine
the clock says nothing of how hard it tried.
Seeds are read from FOLDER/NAME (tests/cases/fuzz), where every file is one input; \\n, \\r, \\0 and \\xHH stand for
those bytes and a real line end counts for nothing. Words to try are the string literals of the folder of src/ where
NAME.cpp stands: what a reader compares with. The corpus is kept in FOLDER/NAME (build/fuzz/corpus), so that a
later run goes on from there; a new one begins with what KEPT/NAME.tar.xz holds (tests/cases/fuzz/kept), where --keep
puts what the program reached, without inputs that others make needless. One line a program is printed at the end:
minutes, executions, coverage and findings.
Ends with status 1 at a finding.
"""
import argparse
import io
import os
import pathlib
import queue
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def unescape(text):
    named = {"n": b"\n", "r": b"\r", "t": b"\t", "0": b"\0", "\\": b"\\"}
    out = b""
    for piece in re.findall(r"\\x[0-9a-fA-F]{2}|\\[nrt0\\]|[^\n]", text):
        if len(piece) == 4:
            out += bytes([int(piece[2:], 16)])
        else:
            out += named[piece[1]] if len(piece) == 2 else piece.encode()
    return out


def write_seeds(folder, into):
    for number, path in enumerate(sorted(folder.glob("*")) if folder.exists() else []):
        (into / f"{number}").write_bytes(unescape(path.read_text()))


def words(name):
    """A program's dictionary: each word as it is and as the name of a JSON member. What has a space is for people."""
    found = set()
    for source in ROOT.glob(f"src/**/{name}.cpp"):
        for path in source.parent.iterdir():
            if path.suffix in (".cpp", ".h") and not path.stem.endswith(("_test", "_fuzz")):
                code = re.sub(r"^\s*(#include|//).*", "", path.read_text(), flags=re.M)
                found |= set(re.findall(r'"((?:[^\s"\\]|\\["\\]){2,32})"', code))
    names = {rf'\"{word}\":' for word in found if re.fullmatch(r"[a-z][a-z0-9_]*", word)}
    return "".join(f'"{word}"\n' for word in sorted(found | names))


def unpack(archive, corpus):
    if not archive.exists() or any(corpus.iterdir()):
        return
    with tarfile.open(archive) as kept:
        for member in kept.getmembers():
            (corpus / pathlib.Path(member.name).name).write_bytes(kept.extractfile(member).read())


def pack(program, corpus, archive):
    """The same corpus gives the same archive: nothing of when and by whom."""
    with tempfile.TemporaryDirectory() as few:
        subprocess.run([program.resolve(), "-set_cover_merge=1", "-rss_limit_mb=1024", few, corpus], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        archive.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archive, "w:xz", preset=9) as kept:
            for number, path in enumerate(sorted(pathlib.Path(few).iterdir())):
                member = tarfile.TarInfo(f"{number:05}")
                member.size = path.stat().st_size
                kept.addfile(member, io.BytesIO(path.read_bytes()))


def processor_seconds(process):
    try:
        fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Lines:
    """Says of an address in a program whether its line stands below src/. Without llvm-symbolizer every one does."""

    def __init__(self, program):
        tool = next(filter(None, map(shutil.which, ("llvm-symbolizer-19", "llvm-symbolizer"))), None)
        command = [tool, "--no-inlines", "--functions=none", f"--obj={program.resolve()}"]
        self.process = tool and subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def own(self, printed):
        """`printed`: what libFuzzer's -print_pcs says, with the file's name (under sanitizers) or without."""
        address = re.search(r"\+(0x[0-9a-f]+)\)", printed)
        if not address or not self.process:
            return not self.process or "/src/" in printed
        self.process.stdin.write(address.group(1) + "\n")
        self.process.stdin.flush()
        path, line, _ = self.process.stdout.readline().rsplit(":", 2)
        self.process.stdout.readline()
        return os.path.normpath(path).startswith(f"{ROOT}/src/") and line != "0"  # 0: what the compiler put in

    def close(self):
        if self.process:
            self.process.stdin.close()
            self.process.wait()


def pump(stream, lines):
    for line in stream:
        lines.put(line)
    lines.put(None)


def fuzz(program, options):
    name = program.name
    corpus = pathlib.Path(options.corpus) / name
    corpus.mkdir(parents=True, exist_ok=True)
    archive = pathlib.Path(options.kept) / f"{name}.tar.xz"
    unpack(archive, corpus)
    with tempfile.TemporaryDirectory() as own:
        seeds, dictionary = pathlib.Path(own) / "seeds", pathlib.Path(own) / "words"
        seeds.mkdir()
        write_seeds(pathlib.Path(options.seeds) / name, seeds)
        dictionary.write_text(words(name))
        process = subprocess.Popen(
            [program.resolve(), f"-dict={dictionary}", "-timeout=10", "-rss_limit_mb=1024", "-print_final_stats=1",
             "-print_pcs=1", f"-artifact_prefix={corpus.parent}/{name}-", corpus, seeds],
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, errors="replace")
        began, spent, grew = time.monotonic(), 0.0, 0.0
        best, executions, grown_at, tail = (0, 0), 0, 0, []
        stopped = fresh = False
        lines, places = queue.Queue(), Lines(program)
        threading.Thread(target=pump, args=(process.stderr, lines), daemon=True).start()
        while True:
            spent = max(spent, processor_seconds(process))
            if not stopped and (spent - grew > options.still or spent > options.limit):
                stopped = True
                process.send_signal(signal.SIGINT)
            try:
                line = lines.get(timeout=1)
            except queue.Empty:
                continue
            if line is None:
                break
            if "NEW_PC:" in line:
                fresh = places.own(line) or fresh
                continue
            tail = (tail + [line])[-60:]
            if match := re.match(r"#(\d+)\s.*\bcov: (\d+) ft: (\d+)", line):
                executions = max(executions, int(match.group(1)))
                if fresh or "\tINITED" in line:
                    grew, grown_at, fresh = spent, executions, False
                best = max(best, (int(match.group(2)), int(match.group(3))))
        status = process.wait()
        places.close()
    for line in tail:
        if match := re.match(r"stat::number_of_executed_units:\s*(\d+)", line):
            executions = int(match.group(1))
    # An interrupt ends libFuzzer with a status of its own (72); anything else but 0 is a finding.
    finding = status not in (0, 72)
    if finding:
        sys.stderr.writelines(tail)
    print(f"{name}: {spent / 60:.1f} min of processor time in {(time.monotonic() - began) / 60:.1f} min, "
          f"{executions} executions, {best[0]} edges, {best[1]} features, no new edge for {(spent - grew) / 60:.1f} min "
          f"and {executions - grown_at} executions, "
          f"{'A FINDING' if finding else 'no finding'}", flush=True)
    if options.keep:
        pack(program, corpus, archive)
    return finding


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--still", type=int, default=180)
    parser.add_argument("--limit", type=int, default=1800)
    parser.add_argument("--seeds", default=ROOT / "tests/cases/fuzz")
    parser.add_argument("--corpus", default=ROOT / "build/fuzz/corpus")
    parser.add_argument("--kept", default=ROOT / "tests/cases/fuzz/kept")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("programs", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    findings = [fuzz(program, options) for program in options.programs]
    return 1 if any(findings) else 0


if __name__ == "__main__":
    sys.exit(main())
