#include "extract/confine.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace sluice::extract {
namespace {

constexpr rlim_t kMemory = rlim_t{2} << 30;  // of address space
constexpr rlim_t kFile = rlim_t{256} << 20;  // of one file that it writes
constexpr rlim_t kDescriptors = 256;

bool limit(int what, rlim_t most) {
  rlimit now{};
  if (getrlimit(__rlimit_resource_t(what), &now) != 0) return false;
  if (now.rlim_max < most) most = now.rlim_max;
  const rlimit wanted{most, most};
  return setrlimit(__rlimit_resource_t(what), &wanted) == 0;
}

#if defined(__x86_64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr unsigned kArchitecture = 0;
#endif

// Calls that reach other processes: sockets, also by way of io_uring, and other processes' memory and descriptors.
// Calls of another architecture's numbering, which this list would misread, end the program.
constexpr sock_filter kNoOthers[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 6, 0),  // x32
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 5, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 4, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 3, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_process_vm_readv, 2, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_process_vm_writev, 1, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_getfd, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

bool cut_off() {
  if (kArchitecture == 0) return false;
  const sock_fprog filter{sizeof kNoOthers / sizeof kNoOthers[0], const_cast<sock_filter*>(kNoOthers)};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

}  // namespace

bool confine(const Confinement& confinement) {
  umask(077);
  return limit(RLIMIT_AS, kMemory) && limit(RLIMIT_CPU, confinement.cpu_seconds) && limit(RLIMIT_CORE, 0) &&
         limit(RLIMIT_FSIZE, kFile) && limit(RLIMIT_NOFILE, kDescriptors) &&
         prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && (confinement.network || cut_off());
}

}  // namespace sluice::extract
