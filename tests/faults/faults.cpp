#include "faults.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace faults {

bool text(const char* name, char* value, unsigned size) {
  const char* path = std::getenv("SLUICE_FAULTS");
  int file = path ? ::open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return false;
  char content[1024];
  ssize_t n = ::read(file, content, sizeof content - 1);
  ::close(file);
  content[n > 0 ? n : 0] = 0;
  const std::size_t length = std::strlen(name);
  for (char* line = content; line && *line; line = std::strchr(line, '\n')) {
    if (*line == '\n') ++line;
    if (std::strncmp(line, name, length) != 0 || line[length] != ' ') continue;
    const char* from = line + length + 1;
    std::size_t to = std::strcspn(from, "\n");
    if (to >= size) to = size - 1;
    std::memcpy(value, from, to);
    value[to] = 0;
    return true;
  }
  return false;
}

std::int64_t number(const char* name) {
  char value[32];
  return text(name, value, sizeof value) ? std::atoll(value) : 0;
}

}  // namespace faults
