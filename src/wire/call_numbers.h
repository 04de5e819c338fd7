// Inside this room: which tool call of an answer a piece belongs to.
//
// Servers number the calls by `index`; some give every call the number 0, or none (Ollama, some proxies), and
// their arguments would run together. A piece with a name and with an id other than its number's call had begins
// another call, under the next free number. An id alone begins none: some servers make one up for each piece.
#pragma once

#include <map>
#include <set>
#include <string>

namespace sluice::wire {

class CallNumbers {
 public:
  // `index`: 0 to `most`. The number to use; `index` itself as long as the server numbers them apart.
  int number(int index, const std::string& id, const std::string& name, int most);

 private:
  struct Call {
    int number = 0;
    std::string id;
  };
  std::map<int, Call> calls_;  // by the server's number, the latest
  std::set<int> used_;
};

}  // namespace sluice::wire
