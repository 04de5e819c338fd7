#include "extract/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "extract/confine.h"

namespace sluice::extract {
namespace {

using std::chrono::milliseconds;

constexpr int kNotConfined = 126, kNotExecuted = 127;  // as shells have them
constexpr std::size_t kPiece = 64 * 1024;

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { close(); }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

struct Pipe {
  Descriptor reads, writes;
  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return;
    reads = Descriptor(ends[0]);
    writes = Descriptor(ends[1]);
  }
  explicit operator bool() const { return bool(reads); }
};

bool no_waiting(const Descriptor& fd) { return ::fcntl(fd.get(), F_SETFL, O_NONBLOCK) == 0; }

// All that the child needs, made before there is one.
struct Launch {
  std::vector<char*> arguments, environment;
  int in = -1, out = -1, err = -1;
  Confinement confinement;
  pid_t parent = 0;
};

// Every descriptor from the fourth on, also those that somebody opened without close-on-exec.
void close_others() {
  if (::close_range(3, ~0u, 0) == 0) return;
  const long most = ::sysconf(_SC_OPEN_MAX);
  for (int fd = 3; fd < most; ++fd) ::close(fd);
}

// The child, which shares the parent's memory until it is another program: nothing here takes a lock or memory, or
// changes what the parent will read.
[[noreturn]] void become(const Launch& launch) {
  // The kernel's own structure, all zero: the usual handling. sigaction() refuses the C library's two own signals,
  // which make, for one, hands on ignored.
  constexpr std::array<unsigned long, 4> kUsual = {};
  constexpr std::size_t kMaskBytes = 8;
  for (int signal = 1; signal < NSIG; ++signal)
    (void)::syscall(SYS_rt_sigaction, signal, kUsual.data(), nullptr, kMaskBytes);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const bool placed = ::getppid() == launch.parent && ::setpgid(0, 0) == 0 && ::chdir("/") == 0 &&
                      ::dup2(launch.in, 0) == 0 && ::dup2(launch.out, 1) == 1 && ::dup2(launch.err, 2) == 2;
  if (!placed) ::_exit(kNotConfined);
  close_others();
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (!confine(launch.confinement)) ::_exit(kNotConfined);
  ::execve(launch.arguments[0], launch.arguments.data(), launch.environment.data());
  ::_exit(kNotExecuted);
}

// With all signals blocked: a handler of ours must not run in the child. fork() would copy the page tables of a
// process that may hold a model.
pid_t start(const Launch& launch) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  const pid_t child = ::vfork();
#pragma GCC diagnostic pop
  if (child == 0) become(launch);
  return child;
}

// While it lives, no signal reaches this thread.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

class Run {
 public:
  Run(const Program& program, std::string_view input, const Stop& stop)
      : program_(program), input_(input), stop_(stop) {}
  ~Run() { end(); }

  Ran go() {
    if (stop_.is_set()) return {Outcome::Cancelled, 0, {}};
    if (!begin()) return {Outcome::NotStarted, 0, {}};
    Ran ran;
    ran.outcome = talk();
    if (ran.outcome == Outcome::Read) ran.outcome = wait_for_end();
    end();
    if (ran.outcome != Outcome::Read) return ran;
    if (WIFSIGNALED(status_)) return {Outcome::Signal, WTERMSIG(status_), {}};
    if (WEXITSTATUS(status_) != 0) return {Outcome::ExitStatus, WEXITSTATUS(status_), {}};
    if (!input_.empty() || waiting_in_pipe() > 0) return {Outcome::InputUnread, 0, {}};
    ran.output = std::move(output_);
    return ran;
  }

 private:
  bool begin() {
    Pipe in, out;
    Descriptor nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    if (!in || !out || !nowhere || !no_waiting(in.writes) || !no_waiting(out.reads)) return false;
    if (program_.command.empty() || stop_.descriptor() < 0) return false;
    std::vector<std::string> words = program_.command;
    std::array<std::string, 2> environment = {"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"};
    Launch launch;
    for (std::string& word : words) launch.arguments.push_back(word.data());
    for (std::string& variable : environment) launch.environment.push_back(variable.data());
    launch.arguments.push_back(nullptr);
    launch.environment.push_back(nullptr);
    // Above the three places they go to, whatever this process has closed.
    const Descriptor child_in(::fcntl(in.reads.get(), F_DUPFD_CLOEXEC, 3));
    const Descriptor child_out(::fcntl(out.writes.get(), F_DUPFD_CLOEXEC, 3));
    const Descriptor child_err(::fcntl(nowhere.get(), F_DUPFD_CLOEXEC, 3));
    if (!child_in || !child_out || !child_err) return false;
    launch.in = child_in.get();
    launch.out = child_out.get();
    launch.err = child_err.get();
    launch.confinement.network = program_.network;
    launch.confinement.cpu_seconds =
        unsigned(std::chrono::ceil<std::chrono::seconds>(program_.time_limit).count()) + 1;
    launch.parent = ::getpid();
    deadline_ = std::chrono::steady_clock::now() + program_.time_limit;
    child_ = start(launch);
    in_ = std::move(in.writes);
    given_ = std::move(in.reads);
    out_ = std::move(out.reads);
    return child_ > 0;
  }

  // Milliseconds that may still pass, at least one; 0: none.
  int left() const {
    const auto rest = deadline_ - std::chrono::steady_clock::now();
    if (rest <= rest.zero()) return 0;
    return int(std::min<std::int64_t>(std::chrono::ceil<milliseconds>(rest).count(), 60'000));
  }

  // Until its output ends. Read: it did.
  Outcome talk() {
    if (input_.empty()) in_.close();
    for (;;) {
      const int rest = left();
      if (rest == 0) return Outcome::TimeLimit;
      std::array<pollfd, 3> fds = {pollfd{stop_.descriptor(), POLLIN, 0}, pollfd{out_.get(), POLLIN, 0},
                                   pollfd{in_.get(), POLLOUT, 0}};  // one below 0 is passed over
      if (::poll(fds.data(), fds.size(), rest) < 0 && errno != EINTR) return Outcome::Failed;
      if (fds[0].revents != 0) return Outcome::Cancelled;
      if (fds[2].revents != 0) give();
      if (fds[1].revents == 0) continue;
      if (!take()) return Outcome::Read;
      if (output_.size() > program_.max_output) return Outcome::TextTooLarge;
    }
  }

  void give() {
    const ssize_t n = ::write(in_.get(), input_.data(), input_.size());
    if (n > 0) input_.remove_prefix(std::size_t(n));
    const bool broken = n < 0 && errno != EAGAIN && errno != EINTR;
    if (broken || input_.empty()) in_.close();
  }

  int waiting_in_pipe() const {
    int bytes = 1;
    (void)::ioctl(given_.get(), FIONREAD, &bytes);
    return bytes;
  }

  // False: the output has ended.
  bool take() {
    const std::size_t had = output_.size();
    output_.resize(had + kPiece);
    const ssize_t n = ::read(out_.get(), output_.data() + had, kPiece);
    output_.resize(had + std::size_t(std::max<ssize_t>(n, 0)));
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
  }

  bool has_ended() const {
    siginfo_t info{};
    return ::waitid(P_PID, id_t(child_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child_;
  }

  // Its output has ended, so it is about to end, or only says no more.
  Outcome wait_for_end() {
    in_.close();
    for (int pause = 1; !has_ended(); pause = std::min(pause * 2, 20)) {
      const int rest = left();
      if (rest == 0) return Outcome::TimeLimit;
      pollfd stop{stop_.descriptor(), POLLIN, 0};
      (void)::poll(&stop, 1, std::min(pause, rest));
      if (stop.revents != 0) return Outcome::Cancelled;
    }
    return Outcome::Read;
  }

  // Kills the group first: until its leader is waited for, the number can't be anybody else's.
  void end() {
    in_.close();
    if (child_ <= 0) return;
    (void)::kill(-child_, SIGKILL);
    if (!has_ended()) (void)::kill(child_, SIGKILL);
    while (::waitpid(child_, &status_, 0) < 0 && errno == EINTR) {
    }
    child_ = 0;
  }

  const Program& program_;
  std::string_view input_;  // that it has not got yet
  const Stop& stop_;
  std::string output_;
  Descriptor in_, out_;
  Descriptor given_;  // the pipe's other end, by which is known what the program has left in it
  pid_t child_ = 0;
  int status_ = 0;
  std::chrono::steady_clock::time_point deadline_;
};

}  // namespace

Stop::Stop() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Stop::~Stop() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void Stop::set() {
  const std::uint64_t one = 1;
  if (descriptor_ >= 0) (void)!::write(descriptor_, &one, sizeof one);
}

bool Stop::is_set() const {
  pollfd fd{descriptor_, POLLIN, 0};
  return descriptor_ < 0 || ::poll(&fd, 1, 0) > 0;
}

Ran run(const Program& program, std::string_view input, const Stop& stop) {
  const SignalsBlocked blocked;
  Run one(program, input, stop);
  return one.go();
}

const char* outcome_name(Outcome outcome) {
  constexpr std::array<const char*, kOutcomes> kNames = {
      "read",         "kept",           "no_extractor", "not_inline",  "unknown_form", "bad_base64", "mismatch",
      "too_large",    "too_many",       "busy",         "not_started", "exit_status",  "signal",     "time_limit",
      "input_unread", "text_too_large", "invalid_text", "no_text",     "blank_page",   "cancelled",  "failed"};
  return kNames[std::size_t(outcome)];
}

}  // namespace sluice::extract
