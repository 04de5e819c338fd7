#include "http/sse.h"

#include <cstring>

#include "base/check.h"

namespace sluice::http {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::size_t find_from(std::string_view text, char c, std::size_t from) {
  const void* at = from < text.size() ? std::memchr(text.data() + from, c, text.size() - from) : nullptr;
  return at ? std::size_t(static_cast<const char*>(at) - text.data()) : text.npos;
}

}  // namespace

// A line that lies whole in `bytes` is read in place; only what is cut by the end is kept.
Status SseReader::feed(std::string_view bytes, std::vector<SseEvent>& out) {
  std::size_t from = 0;
  std::size_t lf = find_from(bytes, '\n', 0), cr = find_from(bytes, '\r', 0);
  while (from < bytes.size()) {
    if (skip_lf_) {
      skip_lf_ = false;
      if (bytes[from] == '\n') {
        ++from;
        continue;
      }
    }
    if (lf != bytes.npos && lf < from) lf = find_from(bytes, '\n', from);
    if (cr != bytes.npos && cr < from) cr = find_from(bytes, '\r', from);
    std::size_t end = std::min(lf, cr);
    std::size_t size = std::min(end, bytes.size()) - from;
    if (size > max_ || buffer_.size() + data_.size() + event_.size() > max_ - size)
      return fail("sse.too_large", "a server-sent event is larger than " + std::to_string(max_) + " bytes", "",
                  "the upstream sends what is no event stream, or raise the limit");
    if (end == bytes.npos) {
      buffer_.append(bytes.substr(from));
      return {};
    }
    skip_lf_ = bytes[end] == '\r';
    if (buffer_.empty()) {
      line(bytes.substr(from, size), out);
    } else {
      buffer_.append(bytes.substr(from, size));
      line(buffer_, out);
      buffer_.clear();
    }
    from = end + 1;
  }
  return {};
}

// WHATWG HTML, "Interpreting an event stream".
void SseReader::line(std::string_view text, std::vector<SseEvent>& out) {
  if (start_ && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  start_ = false;
  if (text.empty()) {
    if (has_data_) {
      SseEvent event;
      event.event = event_.empty() ? "message" : std::move(event_);
      event.data = std::move(data_);
      out.push_back(std::move(event));
    }
    event_.clear();
    data_.clear();
    has_data_ = false;
    return;
  }
  std::size_t colon = text.find(':');
  std::string_view name = text.substr(0, colon);
  std::string_view value = colon == text.npos ? std::string_view() : text.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (colon == 0) {
    SseEvent event;
    event.data = value;
    event.comment = true;
    out.push_back(std::move(event));
  } else if (name == "data") {
    if (has_data_) data_ += '\n';
    data_ += value;
    has_data_ = true;
  } else if (name == "event") {
    event_ = value;
  }  // "id" and "retry" are for a browser that reconnects; other names are ignored
}

bool SseReader::pending() const { return !buffer_.empty() || has_data_ || !event_.empty(); }

void append_sse(std::string& out, std::string_view data, std::string_view event) {
  if (!event.empty()) {
    SLUICE_CHECK(event.find_first_of("\r\n") == event.npos, "an event's name can't start another line");
    out.append("event: ").append(event).append("\n");
  }
  for (;;) {
    std::size_t end = data.find_first_of("\r\n");
    out.append("data: ").append(data.substr(0, end)).append("\n");
    if (end == data.npos) break;
    bool pair = data[end] == '\r' && end + 1 < data.size() && data[end + 1] == '\n';
    data.remove_prefix(end + (pair ? 2 : 1));
  }
  out += '\n';
}

}  // namespace sluice::http
