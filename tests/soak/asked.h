// What is known of each request: what it is, what the upstream did with it, what the client saw.
//
// Every prompt carries a mark of its own ("qz" and 16 consonants, so that no detector takes it for a number, a key
// or, one time in 20,000, a word of medicine by its ending). The upstream finds it, draws from the seed how it
// will misbehave, and writes the mark into every piece of its answer; so an answer can be compared with what it
// must be, and never holds another's.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "loop.h"

namespace soak {

// A stream of numbers that depends on its seed only (splitmix64).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  double unit() { return double(next() >> 11) * 0x1.0p-53; }
  // An index, each as likely as its weight says.
  std::size_t pick(const double* weights, std::size_t count);

 private:
  std::uint64_t state_;
};

enum class Front { Chat, Messages, Responses, kCount };
enum class Route { Hosted, Pair, Mixed, kCount };  // one upstream; two of them; an upstream and the built-in guide

// What the client does.
enum class Manner {
  Plain,        // a kept connection
  Fresh,        // a connection of its own
  Pipelined,    // three requests at once
  LeavesMid,    // closes after the first bytes of the answer
  LeavesEarly,  // closes before the answer
  Slow,         // reads 2 KiB every 10 ms
  BrokenJson,
  BrokenHttp,
  HalfBody,  // closes in the middle of its body
  WrongKey,
  Page,  // GET /v1/models
  kCount
};

// What the upstream does.
enum class Fault {
  None,
  KeepAlives,
  OneByte,
  Drip,
  Huge,
  Cut,
  Stall,
  Status500,
  Status429,
  Status402,
  Status400,
  Html502,
  ErrorIn200,
  ErrorEvent,
  NoFinish,
  NoDone,
  Garbage,
  Reset,
  kCount
};
// The answer ends as it should, however it arrives.
bool proper(Fault fault);

const char* name(Front front);
const char* name(Route route);
const char* name(Manner manner);
const char* name(Fault fault);

struct Attempt {
  int deployment;  // 0: up, 1: backup
  Fault fault;
  int pieces;
  std::size_t padding;  // bytes in the first piece besides the mark
};

struct Asked {
  std::uint32_t number = 0;
  std::string mark;
  Front front = Front::Chat;
  Route route = Route::Hosted;
  Manner manner = Manner::Plain;
  bool stream = false, sensitive = false, tools = false;
  bool calm = false;  // the upstream behaves, but slowly: for the stop at the end
  std::size_t prompt_bytes = 0;

  Time due, sent, left;  // left: when the client went
  bool answered = false, over = false;
  std::vector<Attempt> attempts;
};
using AskedPtr = std::shared_ptr<Asked>;

std::string mark_of(std::uint64_t seed, std::uint32_t number);
// Whether some request of this seed has it. One in eight million identifiers of an answer, which are drawn at
// random, has letters that look like a mark.
bool is_mark(std::uint64_t seed, std::string_view mark);
constexpr std::size_t kMarkBytes = 18;
// The first mark in `text` from `from` on; empty if there is none.
std::string_view find_mark(std::string_view text, std::size_t& from);

// The whole text that an attempt's answer has when it is proper.
std::string expected_text(const Asked& asked, const Attempt& attempt);
std::string piece_text(const Asked& asked, const Attempt& attempt, int piece);

// All requests that run, by mark.
using Running = std::unordered_map<std::string, AskedPtr>;

}  // namespace soak
