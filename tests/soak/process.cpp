#include "process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace soak {
namespace {

// Field `index` (1-based, as in proc(5)) of /proc/PID/stat, counted after the command's closing parenthesis.
double stat_field(pid_t pid, int index) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line, word;
  std::getline(file, line);
  auto close = line.rfind(')');
  if (close == std::string::npos) return 0;
  std::istringstream rest(line.substr(close + 2));
  for (int i = 3; i <= index; ++i) rest >> word;
  return std::strtod(word.c_str(), nullptr);
}

}  // namespace

Process::Process(std::vector<std::string> arguments, std::string log, std::vector<std::string> environment)
    : log_(std::move(log)) {
  pid_ = ::fork();
  if (pid_ != 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // it never outlives the harness
  int file = ::open(log_.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
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
  if (!running()) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

double Process::resident_mib() const { return stat_field(pid_, 24) * double(::sysconf(_SC_PAGESIZE)) / 1048576; }

int Process::descriptors() const {
  std::error_code none;
  int count = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator("/proc/" + std::to_string(pid_) + "/fd", none))
    ++count;
  return count;
}

double Process::cpu_seconds() const {
  return (stat_field(pid_, 14) + stat_field(pid_, 15)) / double(::sysconf(_SC_CLK_TCK));
}

bool Process::running() {
  if (status_ >= 0) return false;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return true;
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return false;
}

void Process::terminate() { ::kill(pid_, SIGTERM); }

int Process::wait(int seconds) {
  for (int i = 0; i < seconds * 20 && running(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  return status_;
}

std::string Process::log_text() const {
  std::ifstream file(log_);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::uint16_t Process::port(int seconds) {
  constexpr std::string_view kSign = "Sluice serves on http://127.0.0.1:";
  for (int i = 0; i < seconds * 20 && running(); ++i) {
    std::string text = log_text();
    if (auto at = text.find(kSign);
        at != std::string::npos && text.find('/', at + kSign.size()) != std::string::npos)
      return std::uint16_t(std::atoi(text.c_str() + at + kSign.size()));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return 0;
}

int run_command(const std::string& command, std::string& output) {
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return -1;
  char buffer[4096];
  for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) output.append(buffer, n);
  int status = ::pclose(pipe);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace soak
