// Server-sent events (WHATWG HTML, "Server-sent events"): an incremental reader and a writer. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sluice::http {

struct SseEvent {
  std::string event;     // "message" if the stream named none
  std::string data;      // lines joined with '\n'
  bool comment = false;  // a comment line (": keep-alive"); data holds its text
};

// Accepts any split of the bytes, CR, LF and CRLF line ends, and a byte-order mark at the start.
class SseReader {
 public:
  explicit SseReader(std::size_t max_event_bytes = 16u << 20) : max_(max_event_bytes) {}
  // Appends the events that became complete. Errors: sse.too_large.
  Status feed(std::string_view bytes, std::vector<SseEvent>& out);
  // True if bytes of an unfinished event or line are waiting: the stream was cut.
  bool pending() const;

 private:
  void line(std::string_view text, std::vector<SseEvent>& out);
  std::size_t max_;
  std::string buffer_;  // an unfinished line
  std::string event_, data_;
  bool has_data_ = false, skip_lf_ = false, start_ = true;
};

// Appends "data: ...\n\n"; line ends inside `data` become several data lines, so text can't forge an event.
void append_sse(std::string& out, std::string_view data, std::string_view event = {});

}  // namespace sluice::http
