#!/usr/bin/env python3
"""Holds the house rules of docs/architecture.md; runs as the test `style/house`.

    tools/check_house.py            all rules
    tools/check_house.py --no-format  without clang-format (for machines that lack version 19)

Rules: the include graph equals the graph that CMake declares, and points down the floors only; heavy headers stay
in the one file that owns them; no brace, lambda or structured binding in a statement with co_await (g++ 12
destroys such temporaries twice); sizes; names; formatting; links in the documentation resolve; nothing unfinished.
Prints file:line for each breach and ends with status 1 if there is one.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SRC = ROOT / "src"

FLOORS = [["base"], ["json", "text", "net"], ["chat", "http", "config"], ["wire", "engine", "sense", "store", "pull", "extract"],
          ["policy", "ledger", "backend", "approval", "mask"], ["gateway"], ["study", "admin"], ["app"]]

# Header prefix -> the files (or folders, with a final /) that may include it.
OWNED = {
    "boost/asio": ["src/net/"],
    "openssl/ssl": ["src/net/", "src/http/"],
    "simdjson": ["src/json/"],
    "boost/json": ["src/json/", "src/wire/", "src/engine/constraint/schema_judge.h"],
    "yaml-cpp": ["src/config/yaml.cpp"],
    "CLI/": ["src/app/cli.cpp"],
    "spdlog": ["src/base/log.cpp"],
    "prometheus": ["src/base/metrics.cpp"],
    "SQLiteCpp": ["src/store/"],
    "sqlite3": ["src/store/"],
    "sodium": ["src/approval/vault.cpp", "src/engine/cache/page_seal.cpp"],
    "zstd": ["src/engine/cache/page_seal.cpp"],
    "re2": ["src/sense/"],
    "pcre2": ["src/engine/tokenizer/"],
    "utf8proc": ["src/text/", "src/engine/tokenizer/"],
    "regex": [],
    "iostream": ["src/app/"],
}

FUNCTION_LINES = 70
FILE_LINES = 1000
BANNED_NAMES = {"util", "utils", "misc", "helpers", "common_utils"}

problems = []


def report(path, line, message):
    problems.append(f"{path.relative_to(ROOT)}:{line}: {message}")


def sources():
    for folder in ("src", "tests", "bench"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".h", ".cpp") and "node_modules" not in path.parts:
                yield path


def strip_comments(text):
    """Blanks comments and string contents, keeping line numbers, so that rules see code only."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', re.S)

    def blank(match):
        piece = match.group(0)
        kept = '""' if piece[0] in 'R"' else "' '" if piece[0] == "'" else ""
        return kept + "\n" * piece.count("\n")

    return pattern.sub(blank, text)


def declared_rooms():
    """Room -> set of rooms its CMakeLists.txt declares as DEPS."""
    rooms = {}
    for path in sorted(SRC.rglob("CMakeLists.txt")):
        for match in re.finditer(r"sluice_room\(\s*([^\s)]+)([^)]*)\)", path.read_text()):
            words = match.group(2).split()
            deps, group = set(), None
            for word in words:
                if word in ("DEPS", "LIBS", "PKGS", "TEST_LIBS"):
                    group = word
                elif group == "DEPS":
                    deps.add(word)
            rooms[match.group(1)] = deps
            if (SRC / match.group(1)) != path.parent:
                report(path, 1, f"room '{match.group(1)}' is declared outside its own folder")
    return rooms


def room_of(include, rooms):
    """The room that a quoted include path belongs to: the longest declared prefix."""
    parts = include.split("/")[:-1]
    while parts:
        if "/".join(parts) in rooms:
            return "/".join(parts)
        parts.pop()
    return None


def floor_of(room):
    top = room.split("/")[0]
    for level, names in enumerate(FLOORS):
        if top in names:
            return level
    return None


def check_includes(rooms):
    used = {room: set() for room in rooms}
    for path in sorted(SRC.rglob("*")):
        if path.suffix not in (".h", ".cpp"):
            continue
        room = room_of(str(path.relative_to(SRC)), rooms)
        if room is None:
            report(path, 1, "stands in no declared room")
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if not match:
                continue
            target = room_of(match.group(1), rooms)
            if target is None:
                if not match.group(1).startswith("generated/"):
                    report(path, number, f"includes \"{match.group(1)}\", which belongs to no room")
                continue
            if target == room:
                continue
            if not path.name.endswith(("_test.cpp", "_fuzz.cpp")):
                used[room].add(target)
            check_direction(path, number, room, target)
            if target not in rooms[room]:
                report(path, number, f"room '{room}' includes '{target}', which its CMakeLists.txt does not declare")
    for room, deps in rooms.items():
        for dep in sorted(deps - used[room]):
            if dep not in rooms:
                report(SRC / room / "CMakeLists.txt", 1, f"declares '{dep}', which is no room")
            elif not any(room_of(i, rooms) == dep for i in test_includes(room)):
                report(SRC / room / "CMakeLists.txt", 1, f"declares '{dep}', but nothing in '{room}' includes it")


def test_includes(room):
    for path in (SRC / room).glob("*_*.cpp"):
        if path.name.endswith(("_test.cpp", "_fuzz.cpp")):
            yield from re.findall(r'#\s*include\s+"([^"]+)"', path.read_text())


def check_direction(path, number, room, target):
    a, b = floor_of(room), floor_of(target)
    if a is None or b is None:
        report(path, number, f"room '{room if a is None else target}' stands on no floor of check_house.py")
    elif b > a or (a == b and room.split("/")[0] != target.split("/")[0]):
        report(path, number, f"room '{room}' must not look into '{target}': dependencies point down only")


def check_owned_headers():
    for path in sources():
        name = str(path.relative_to(ROOT))
        if name.endswith(("_test.cpp", "_fuzz.cpp")) or not name.startswith("src/"):
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = re.match(r"\s*#\s*include\s+<([^>]+)>", line)
            if not match:
                continue
            for prefix, owners in OWNED.items():
                if match.group(1).startswith(prefix) and not any(name.startswith(o) for o in owners):
                    report(path, number, f"<{match.group(1)}> belongs in {' or '.join(owners) or 'no file'}")


def statements_with_co_await(code):
    """Yields (offset, text) of each statement or condition that contains co_await, bounded by ; { } at depth 0."""
    for match in re.finditer(r"\bco_await\b", code):
        start = max(code.rfind(c, 0, match.start()) for c in ";{}")
        # An initialiser's own brace directly before co_await belongs to the statement.
        depth, end = 0, match.start()
        while end < len(code):
            c = code[end]
            if c in "({[":
                depth += 1
            elif c in ")}]":
                depth -= 1
                if depth < -8:
                    break
            elif c == ";" and depth <= 0:
                break
            if c == "{" and depth <= 1 and code[:end].rstrip().endswith(")"):
                break  # the body of an if or loop whose condition awaits
            end += 1
        yield start + 1, code[start + 1:end]


def check_coroutines():
    for path in sources():
        code = strip_comments(path.read_text())
        for offset, text in statements_with_co_await(code):
            line = code.count("\n", 0, offset + len(text) - len(text.lstrip())) + 1
            before = code[:offset].rstrip()
            braced = before.endswith("{") and re.search(r"[\w>(,=]\s*\{$", before) and not re.search(
                r"(\)|else|do|const|noexcept|mutable|try)\s*\{$|->\s*[\w:<>]+\s*\{$", before)
            if "{" in text or braced:
                report(path, line, "a brace in a statement with co_await; name the object first")
            if re.search(r"\bauto\s*&{0,2}\s*\[", text):
                report(path, line, "a structured binding of a co_await; name the result first")
            if re.search(r"\[[^\]]*\]\s*\([^)]*\)\s*(mutable)?\s*(->|\{)", text):
                report(path, line, "a lambda in a statement with co_await; name it first")


def check_sizes():
    for path in sources():
        text = path.read_text()
        lines = text.count("\n")
        if lines > FILE_LINES:
            report(path, lines, f"{lines} lines; {FILE_LINES} is the limit: which two subjects are in it?")
        if path.stem.split("_")[0] in BANNED_NAMES or path.stem in BANNED_NAMES:
            report(path, 1, "the name says nothing of the subject")
        check_function_sizes(path, text)


def check_function_sizes(path, text):
    """A function begins at a line that ends in '{' at namespace or class level and whose head has a parenthesis.
    Rows of a table (lines that begin with a string, a brace or a case) are data and do not count."""
    if path.name.endswith("_test.cpp"):
        return
    rows, code = text.splitlines(), strip_comments(text).splitlines()
    depth, start = 0, None
    for number, line in enumerate(code, 1):
        for c in line:
            if c == "{":
                head = head_of(code, number)
                is_scope = re.search(r"\b(namespace|class|struct|enum|union|extern)\b", head) and "(" not in head
                if start is None and not is_scope and re.search(r"\)[^;=]*$|\)\s*:.*$", head):
                    start, start_depth = number, depth
                depth += 1
            elif c == "}":
                depth -= 1
                if start is not None and depth == start_depth:
                    data = sum(1 for row in rows[start:number - 1] if row.lstrip().startswith(('"', "{", "case ")))
                    if number - start + 1 - data > FUNCTION_LINES:
                        report(path, start, f"a function of {number - start + 1} lines; {FUNCTION_LINES} fit a screen")
                    start = None


def head_of(code, number):
    head = code[number - 1].split("{")[0]
    back = number - 2
    while back >= 0 and number - back < 8 and not re.search(r"[;{}]\s*$|^\s*$|^\s*(public|private|protected):|^#",
                                                            code[back]):
        head = code[back] + " " + head
        back -= 1
    return head


def check_words():
    for path in sources():
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", line):
                report(path, number, "unfinished: do it, or write it down in docs/architecture.md as out of scope")
            code = re.sub(r'"(?:\\.|[^"\\])*"', '""', line.split("//")[0])
            if re.search(r"(?<![\w:])new\s+[A-Za-z_:]+[\s(<{\[]", code) and "operator new" not in code:
                report(path, number, "a naked new; own it by a value or std::make_unique")


def check_format():
    tool = "clang-format-19"
    files = [str(p) for p in sources()]
    try:
        run = subprocess.run([tool, "--dry-run", "--Werror", "--ferror-limit=1", *files], capture_output=True,
                             text=True)
    except FileNotFoundError:
        problems.append(f"{tool} is not installed; tools/install-packages.sh test brings it")
        return
    for line in run.stderr.splitlines():
        if "error:" in line:
            problems.append(line.replace(str(ROOT) + "/", "") + f"  ({tool} -i)")


def check_links():
    """Relative links in Markdown must point to files that exist, and #L and `path` references to source likewise."""
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md"),
                 *(ROOT / "tools").rglob("*.md"), *(ROOT / "bench").rglob("*.md"), *(ROOT / "tests").glob("*.md")]:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for target in re.findall(r"\]\(([^)\s]+)\)", line):
                if re.match(r"[a-z]+:|#", target):
                    continue
                file = (path.parent / target.split("#")[0]).resolve()
                if not file.exists():
                    report(path, number, f"the link {target} leads nowhere")


def main():
    rooms = declared_rooms()
    check_includes(rooms)
    check_owned_headers()
    check_coroutines()
    check_sizes()
    check_words()
    check_links()
    if "--no-format" not in sys.argv:
        check_format()
    for problem in problems:
        print(problem)
    count = len(list(sources()))
    print(f"{count} files, {len(rooms)} rooms: {len(problems)} breaches of the house rules")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
