#!/usr/bin/env python3
"""Proves that tools/check_house.py can fail: plants one breach of every rule in a copy of the tree's skeleton and
expects it to be named, and plants lawful look-alikes and expects silence."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent


class House(unittest.TestCase):
    def setUp(self):
        self.top = pathlib.Path(tempfile.mkdtemp())
        (self.top / "tools").mkdir()
        shutil.copy(ROOT / "tools" / "check_house.py", self.top / "tools")
        self.write("src/base/CMakeLists.txt", "sluice_room(base PKGS fmt)\n")
        self.write("src/net/CMakeLists.txt", "sluice_room(net DEPS base)\n")
        self.write("src/http/CMakeLists.txt", "sluice_room(http DEPS base net)\n")
        self.write("src/base/a.h", "#pragma once\n")
        self.write("src/net/n.h", '#pragma once\n#include "base/a.h"\n')
        self.write("src/http/h.h", '#pragma once\n#include "base/a.h"\n#include "net/n.h"\n')

    def tearDown(self):
        shutil.rmtree(self.top)

    def write(self, name, text):
        path = self.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def breaches(self):
        run = subprocess.run([sys.executable, str(self.top / "tools" / "check_house.py"), "--no-format"],
                             capture_output=True, text=True)
        return run.returncode, run.stdout

    def expect(self, words):
        status, output = self.breaches()
        self.assertEqual(status, 1, output)
        self.assertIn(words, output)

    def expect_clean(self):
        status, output = self.breaches()
        self.assertEqual(status, 0, output)

    def test_the_skeleton_is_clean(self):
        self.expect_clean()

    def test_an_undeclared_include_is_found(self):
        self.write("src/net/CMakeLists.txt", "sluice_room(net)\n")
        self.expect("room 'net' includes 'base', which its CMakeLists.txt does not declare")

    def test_a_declared_room_that_nothing_includes_is_found(self):
        self.write("src/http/h.h", '#pragma once\n#include "base/a.h"\n')
        self.expect("declares 'net', but nothing in 'http' includes it")

    def test_looking_up_a_floor_is_found(self):
        self.write("src/net/CMakeLists.txt", "sluice_room(net DEPS base http)\n")
        self.write("src/net/up.h", '#include "http/h.h"\n')
        self.expect("room 'net' must not look into 'http'")

    def test_a_heavy_header_outside_its_room_is_found(self):
        self.write("src/http/x.cpp", "#include <boost/asio.hpp>\n")
        self.expect("<boost/asio.hpp> belongs in src/net/")

    def test_braces_lambdas_and_bindings_beside_co_await_are_found(self):
        for statement in ("auto r = co_await send({1, 2});", "co_await run(Options{1});",
                          "co_await run([this](int a) { return a; });", "auto [a, b] = co_await pair();",
                          "auto r = co_await f(\n      Opt{\n          .a = 1});"):
            self.write("src/net/c.cpp", "Task<void> f() {\n  " + statement + "\n}\n")
            status, output = self.breaches()
            self.assertEqual(status, 1, statement + output)
            self.assertIn("co_await", output)

    def test_lawful_coroutines_pass(self):
        self.write("src/net/c.cpp", """Task<int> f() {
  Options options{1};
  auto r = co_await run(std::move(options));
  if (!r) co_return fail(r.error());
  while (co_await more()) {
    auto call = [](int a) { return a; };
    co_await run(call);  // { not code }
  }
  for (auto& x : list) {
    co_await run(x);
  }
  co_return 1;
}
""")
        self.expect_clean()

    def test_a_long_function_and_a_long_file_are_found(self):
        self.write("src/net/f.cpp", "int f(int x) {\n" + "  ++x;\n" * 80 + "  return x;\n}\n")
        self.expect("a function of 83 lines")
        self.write("src/net/f.cpp", "// line\n" * 1200)
        self.expect("1200 lines")

    def test_a_class_of_many_short_functions_is_no_long_function(self):
        self.write("src/net/k.cpp", "class K {\n public:\n" + "  int f(int x) { return x; }\n" * 100 + "};\n")
        self.expect_clean()

    def test_a_dead_link_is_found(self):
        self.write("README.md", "[there](docs/none.md)\n")
        self.expect("the link docs/none.md leads nowhere")

    def test_unfinished_work_and_naked_new_are_found(self):
        self.write("src/net/t.cpp", "// TO" "DO later\n")
        self.expect("unfinished")
        self.write("src/net/t.cpp", "int* p = new int(1);\n")
        self.expect("a naked new")

    def test_meaningless_names_are_found(self):
        self.write("src/net/util.cpp", "\n")
        self.expect("the name says nothing")


if __name__ == "__main__":
    unittest.main()
