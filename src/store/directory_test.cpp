#include "store/directory.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "base/test_folder.h"

using namespace sluice;
using namespace sluice::store;

namespace {

int mode_of(const std::string& path) {
  struct stat info{};
  return stat(path.c_str(), &info) == 0 ? int(info.st_mode & 0777) : -1;
}

}  // namespace

TEST_CASE("What is missing of a path is made private, and what is there keeps its mode") {
  TestFolder root;
  REQUIRE(chmod(root.path().c_str(), 0755) == 0);
  REQUIRE(make_private_directory(root.path() + "/a/b/c"));
  CHECK(mode_of(root.path()) == 0755);
  for (const char* part : {"/a", "/a/b", "/a/b/c"}) CHECK(mode_of(root.path() + part) == 0700);
  REQUIRE(chmod((root.path() + "/a").c_str(), 0750) == 0);
  REQUIRE(make_private_directory(root.path() + "/a/"));
  CHECK(mode_of(root.path() + "/a") == 0750);
}

TEST_CASE("A file that stands where the directory should be is an error that names it") {
  TestFolder root;
  std::string file = root.path() + "/file";
  std::ofstream(file) << "x";
  for (const std::string& path : {file, file + "/below"}) {
    Status status = make_private_directory(path);
    REQUIRE_FALSE(status);
    CHECK(status.error().code == "store.open");
    CHECK(status.error().where == path);
  }
}

TEST_CASE("A directory has one holder at a time, and the refusal names the directory and the holder") {
  TestFolder root;
  {
    auto first = DirectoryLock::take(root.path());
    REQUIRE(first);
    CHECK(mode_of(root.path() + "/sluice.lock") == 0600);
    auto second = DirectoryLock::take(root.path());
    REQUIRE_FALSE(second);
    CHECK(second.error().code == "store.locked");
    CHECK(second.error().where == root.path());
    CHECK(second.error().message.find("(" + std::to_string(getpid()) + ")") != std::string::npos);
    CHECK_FALSE(second.error().hint.empty());
    DirectoryLock moved = std::move(*first);
    CHECK_FALSE(DirectoryLock::take(root.path()).has_value());
  }
  CHECK(DirectoryLock::take(root.path()).has_value());
}

TEST_CASE("The lock of a killed process is free") {
  TestFolder root;
  int ready[2];
  REQUIRE(pipe(ready) == 0);
  pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    auto lock = DirectoryLock::take(root.path());
    char c = lock ? 'y' : 'n';
    if (write(ready[1], &c, 1) != 1) _exit(1);
    for (;;) pause();
  }
  char answer = 0;
  REQUIRE(read(ready[0], &answer, 1) == 1);
  CHECK(answer == 'y');
  CHECK_FALSE(DirectoryLock::take(root.path()).has_value());
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  CHECK(DirectoryLock::take(root.path()).has_value());
  close(ready[0]);
  close(ready[1]);
}
