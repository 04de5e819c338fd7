// Programs that behave as they please, run as extractors are. What is expected is the kernel's word: /proc, wait,
// kill.
#include "extract/process.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <thread>

#include "base/test_folder.h"

using namespace sluice;
using namespace sluice::extract;
using std::chrono::milliseconds;

namespace {

Program shell(const std::string& script, Duration limit = std::chrono::seconds(20)) {
  Program program;
  program.command = {"/bin/sh", "-c", script};
  program.time_limit = limit;
  return program;
}

Ran run_shell(const std::string& script, std::string_view input = "", Duration limit = std::chrono::seconds(20)) {
  const Stop stop;
  return run(shell(script, limit), input, stop);
}

std::string random_bytes(std::size_t n) {
  std::mt19937_64 random(42);
  std::string bytes(n, '\0');
  for (char& c : bytes) c = char(random());
  return bytes;
}

// A file that a script writes process ids into.
struct Ids {
  TestFolder folder;
  const std::string path = folder / "ids";
  std::vector<pid_t> read() const {
    std::ifstream in(path);
    std::vector<pid_t> ids;
    for (pid_t id; in >> id;) ids.push_back(id);
    return ids;
  }
  // A killed orphan is waited for by somebody else, a moment later.
  bool all_gone() const {
    for (int i = 0; i < 500; ++i) {
      bool any = false;
      for (pid_t id : read()) {
        std::ifstream status("/proc/" + std::to_string(id) + "/stat");
        std::string word;
        for (int n = 0; n < 3 && status >> word;) ++n;
        any = any || (status && word != "Z" && word != "X");
      }
      if (!any) return true;
      std::this_thread::sleep_for(milliseconds(10));
    }
    return false;
  }
};

bool no_children() { return ::waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD; }

struct Stopwatch {
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
  Duration elapsed() const { return std::chrono::steady_clock::now() - began; }
};

}  // namespace

TEST_CASE("Bytes go in whole and come out whole, whoever reads and writes first") {
  const std::string bytes = random_bytes(3 << 20);
  Ran echo = run_shell("exec cat", bytes);
  CHECK(echo.outcome == Outcome::Read);
  CHECK(echo.output == bytes);
  // All is read before anything is written, and the other way round.
  CHECK(run_shell("t=$(base64 -w0); echo \"$t\"", random_bytes(1 << 20)).output.size() ==
        ((1 << 20) + 2) / 3 * 4 + 1);
  Ran ahead = run_shell("head -c 2000000 /dev/zero | tr '\\0' a; cat >/dev/null", bytes);
  CHECK(ahead.outcome == Outcome::Read);
  CHECK(ahead.output == std::string(2'000'000, 'a'));
  CHECK(run_shell("cat", "").outcome == Outcome::Read);
  CHECK(no_children());
}

TEST_CASE("What takes too long is killed at its limit, also where it reads nothing") {
  for (const char* script : {"echo $$ > IDS; exec sleep 60", "echo $$ > IDS; cat >/dev/null; exec sleep 60",
                             "echo $$ > IDS; exec >&-; cat >/dev/null; exec sleep 60",
                             "trap '' TERM INT; echo $$ > IDS; while :; do :; done"}) {
    CAPTURE(script);
    Ids ids;
    std::string text = script;
    text.replace(text.find("IDS"), 3, ids.path);
    Stopwatch watch;
    CHECK(run_shell(text, random_bytes(1 << 20), milliseconds(300)).outcome == Outcome::TimeLimit);
    CHECK(watch.elapsed() >= milliseconds(300));
    CHECK(watch.elapsed() < std::chrono::seconds(10));
    CHECK(ids.read().size() == 1);
    CHECK(ids.all_gone());
    CHECK(no_children());
  }
}

TEST_CASE("Grandchildren end with the run, whether they hold the output or not") {
  Ids ids;
  const std::string note = "echo $! >> " + ids.path + "; ";
  Ran holding = run_shell("sleep 60 & " + note + "cat; exit 0", "text", milliseconds(400));
  CHECK(holding.outcome == Outcome::TimeLimit);
  Ran quiet = run_shell("sleep 60 >/dev/null 2>&1 & " + note + "cat; exit 0", "text");
  CHECK(quiet.outcome == Outcome::Read);
  CHECK(quiet.output == "text");
  CHECK(ids.read().size() == 2);
  CHECK(ids.all_gone());
  CHECK(no_children());
}

TEST_CASE("How a program ended is told apart") {
  CHECK(run_shell("cat; exit 3", "a").outcome == Outcome::ExitStatus);
  CHECK(run_shell("cat; exit 3", "a").status == 3);
  CHECK(run_shell("cat >/dev/null; kill -SEGV $$", "a").outcome == Outcome::Signal);
  CHECK(run_shell("cat >/dev/null; kill -SEGV $$", "a").status == SIGSEGV);
  CHECK(run_shell("exit 0", "a").outcome == Outcome::InputUnread);
  CHECK(run_shell("head -c 1; exit 0", random_bytes(1 << 20)).outcome == Outcome::InputUnread);
  CHECK(run_shell("exit 4", random_bytes(1 << 20)).outcome == Outcome::ExitStatus);
  Program missing;
  missing.command = {"/nowhere/at-all"};
  const Stop stop;
  CHECK(run(missing, "a", stop).outcome == Outcome::ExitStatus);
  CHECK(no_children());
}

TEST_CASE("A program that writes without end is killed at the limit of its text") {
  Program program = shell("exec yes");
  program.max_output = 100'000;
  const Stop stop;
  const Ran ran = run(program, "", stop);
  CHECK(ran.outcome == Outcome::TextTooLarge);
  CHECK(ran.output.empty());
  program = shell("head -c 100000 /dev/zero");
  program.max_output = 100'000;
  CHECK(run(program, "", stop).output.size() == 100'000);
  program.max_output = 99'999;
  CHECK(run(program, "", stop).outcome == Outcome::TextTooLarge);
  CHECK(no_children());
}

TEST_CASE("A stop from another thread kills what runs, and lets nothing run after it") {
  Ids ids;
  Stop stop;
  Program program = shell("echo $$ > " + ids.path + "; exec sleep 60");
  Stopwatch watch;
  Outcome outcome = Outcome::Read;
  std::thread runner([&] { outcome = run(program, "", stop).outcome; });
  while (ids.read().empty() && watch.elapsed() < std::chrono::seconds(10))
    std::this_thread::sleep_for(milliseconds(5));
  stop.set();
  runner.join();
  CHECK(outcome == Outcome::Cancelled);
  CHECK(watch.elapsed() < std::chrono::seconds(15));
  CHECK(ids.all_gone());
  CHECK(stop.is_set());
  CHECK(run(program, "", stop).outcome == Outcome::Cancelled);
  CHECK(no_children());
}

TEST_CASE("A program inherits nothing: descriptors, environment, folder, signals, errors") {
  const int open = ::open("/dev/null", O_RDONLY);  // without close-on-exec
  REQUIRE(open >= 0);
  ::setenv("SLUICE_TEST_SECRET", "sk-of-an-upstream", 1);
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  // Not by listing the folder, which would open one more.
  const char* which = "for n in $(seq 0 300); do [ -e /proc/$$/fd/$n ] && echo $n; done; echo loud >&2";
  CHECK(run_shell(which).output == "0\n1\n2\n");
  const std::string environment = run_shell("exec env").output;
  CHECK(environment.find("SLUICE_TEST_SECRET") == std::string::npos);
  CHECK(environment.find("LANG=C.UTF-8\n") != std::string::npos);
  CHECK(run_shell("exec pwd").output == "/\n");
  const std::string status = run_shell("exec cat /proc/self/status").output;
  CHECK(status.find("SigBlk:\t0000000000000000") != std::string::npos);
  CHECK(status.find("SigIgn:\t0000000000000000") != std::string::npos);
  CHECK(status.find("NoNewPrivs:\t1") != std::string::npos);
  std::istringstream stat(run_shell("exec cat /proc/self/stat").output);
  std::string pid, name, state, parent, group;
  stat >> pid >> name >> state >> parent >> group;
  CHECK(pid == group);
  CHECK(parent == std::to_string(::getpid()));
  ::signal(SIGPIPE, before);
  ::unsetenv("SLUICE_TEST_SECRET");
  ::close(open);
}

TEST_CASE("A program has limits, and no sockets unless it is allowed") {
  CHECK(run_shell("ulimit -v; ulimit -c; ulimit -t; ulimit -n", "", std::chrono::milliseconds(2500)).output ==
        "2097152\n0\n4\n256\n");
  // Memory that it may not have: an error of its own, or death.
  CHECK(run_shell("exec dd if=/dev/zero of=/dev/null bs=3G count=1").outcome == Outcome::ExitStatus);
  const char* ask = "exec python3 -c 'import socket; socket.socket(); print(1)'";
  CHECK(run_shell(ask).outcome == Outcome::ExitStatus);
  CHECK(run_shell("exec python3 -c 'import socket; socket.socket(socket.AF_UNIX)'").outcome ==
        Outcome::ExitStatus);
  Program allowed = shell(ask);
  allowed.network = true;
  const Stop stop;
  CHECK(run(allowed, "", stop).output == "1\n");
}

TEST_CASE("Many runs at once keep their bytes apart") {
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10; ++i) {
        const std::string bytes = std::to_string(t * 100 + i) + random_bytes(100'000);
        const Ran ran = run_shell("exec cat", bytes);
        right += ran.outcome == Outcome::Read && ran.output == bytes;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 40);
  CHECK(no_children());
}
