// The SSE reader under arbitrary bytes: the events do not depend on where the bytes were cut, memory is bounded,
// and what is written is read back as exactly one event.
#include <cstdint>
#include <string>

#include "base/check.h"
#include "http/sse.h"

namespace {

using namespace sluice;
using namespace sluice::http;

constexpr std::size_t kMax = 300;

struct Outcome {
  std::vector<SseEvent> events;
  bool failed = false, pending = false;
};

Outcome read(std::string_view bytes, std::size_t step) {
  SseReader reader(kMax);
  Outcome out;
  for (std::size_t at = 0; at < bytes.size() && !out.failed; at += step)
    out.failed = !reader.feed(bytes.substr(at, step), out.events);
  out.pending = reader.pending();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Outcome whole = read(bytes, size + 1);
  for (std::size_t step : {1, 2, 3, 7}) {
    Outcome split = read(bytes, step);
    SLUICE_CHECK(split.failed == whole.failed, "the verdict has no split in it");
    SLUICE_CHECK(split.events.size() == whole.events.size(), "nor the number of events");
    for (std::size_t i = 0; i < whole.events.size(); ++i)
      SLUICE_CHECK(split.events[i].data == whole.events[i].data &&
                       split.events[i].event == whole.events[i].event &&
                       split.events[i].comment == whole.events[i].comment,
                   "nor the events");
    if (!whole.failed) SLUICE_CHECK(split.pending == whole.pending, "nor what is pending");
  }
  for (const SseEvent& e : whole.events) SLUICE_CHECK(e.data.size() <= kMax, "an event is bounded");

  std::string wire;
  append_sse(wire, bytes);
  SseReader reader;
  std::vector<SseEvent> events;
  SLUICE_CHECK(reader.feed(wire, events).has_value(), "what is written can be read");
  SLUICE_CHECK(events.size() == 1 && !events[0].comment && events[0].event == "message", "as one event");
  return 0;
}
