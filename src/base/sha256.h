// SHA-256 (FIPS 180-4) of what comes in pieces: large files. Not thread-safe. For what is in memory see base/id.h.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace sluice {

class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(const Sha256Stream&) = delete;
  void add(std::string_view bytes);
  std::string hex();  // of all that was added, 64 lower-case characters; nothing can be added after it

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice
