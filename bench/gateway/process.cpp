#include "process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace bench {
namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(std::uint16_t(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// Field `index` (1-based, as in proc(5)) of /proc/PID/stat, counted after the command's closing parenthesis.
double stat_field(pid_t pid, int index) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  auto close = line.rfind(')');
  if (close == std::string::npos) return 0;
  std::istringstream rest(line.substr(close + 2));
  std::string word;
  for (int i = 3; i <= index; ++i) rest >> word;
  return std::strtod(word.c_str(), nullptr);
}

}  // namespace

Process::Process(std::vector<std::string> arguments, const std::string& log, std::vector<std::string> environment,
                 int core) {
  pid_ = ::fork();
  if (pid_ != 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // where this program ends early
  if (core >= 0) pin_to_core(core);
  int file = ::open(log.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
  ::dup2(file, 1);
  ::dup2(file, 2);
  for (std::string& variable : environment) ::putenv(variable.data());
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  std::perror(argv[0]);
  ::_exit(127);
}

Process::~Process() {
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

std::vector<pid_t> Process::family() const {
  std::vector<pid_t> members{pid_};
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    pid_t pid = pid_t(std::atoi(entry.path().filename().c_str()));
    if (pid > 0 && pid_t(stat_field(pid, 4)) == pid_) members.push_back(pid);
  }
  return members;
}

// The first field of schedstat: nanoseconds on a processor (Documentation/scheduler/sched-stats.rst). The times in
// /proc/PID/stat have a resolution of 10 ms.
double Process::cpu_us() const {
  double nanoseconds = 0;
  for (pid_t pid : family()) {
    for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
      std::ifstream file(entry.path() / "schedstat");
      double on_cpu = 0;
      file >> on_cpu;
      nanoseconds += on_cpu;
    }
  }
  return nanoseconds / 1000;
}

double Process::resident_kib() const {
  double pages = 0;
  for (pid_t pid : family()) pages += stat_field(pid, 24);
  return pages * double(::sysconf(_SC_PAGESIZE)) / 1024;
}

void pin_to_core(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  ::sched_setaffinity(0, sizeof set, &set);
}

void wait_for_port(int port) {
  for (int i = 0; i < 600; ++i) {
    int probe = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(port);
    bool up = ::connect(probe, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::close(probe);
    if (up) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  std::fprintf(stderr, "bench: nothing listens on port %d\n", port);
  std::exit(1);
}

int free_port() {
  int probe = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = loopback(0);
  ::bind(probe, reinterpret_cast<sockaddr*>(&address), sizeof address);
  socklen_t size = sizeof address;
  ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(probe);
  return ntohs(address.sin_port);
}

}  // namespace bench
