// What ties a request to its client's own logs and traces: x-request-id and W3C Trace Context (level 1,
// https://www.w3.org/TR/trace-context-1/). Pure functions; everything that comes from a client is checked to the
// character, since it goes into logs and on to upstreams.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/codec.h"

namespace sluice::http {

// The client's own name for its request: 1 to 128 of [A-Za-z0-9._-]. nullopt if the header is absent, repeated or
// anything else. It is the client's text, judged before it is logged, and never in place of our own id.
std::optional<std::string_view> client_request_id(const Headers& headers);

struct TraceContext {
  std::string trace_id;     // 32 lower-case hexadecimal digits, not all zero
  std::string span_id;      // 16, not all zero: "parent-id" on the wire
  std::uint8_t flags = 0;   // 1: sampled; the others have no meaning yet and are not passed on
  std::string trace_state;  // the field tracestate, "" if there is none
};

// One value of traceparent. Version 00 exactly; a higher one (but ff) by its first four fields, as section 2.2.2
// asks; then it is sent on as version 00. nullopt: to be treated as if it had not come.
std::optional<TraceContext> parse_traceparent(std::string_view value);
// Whether a (joined) tracestate may be passed on: at most 32 members of valid keys and values, 512 characters.
bool valid_tracestate(std::string_view value);

// The client's context; a new one, unsampled, if there is none or it is not valid (a repeated traceparent is not).
// A tracestate that is not valid is left out, and without a valid traceparent it means nothing.
TraceContext trace_of(const Headers& headers);
// The same trace with a span of its own: what a call to an upstream carries.
TraceContext child_of(const TraceContext& context);
std::string traceparent(const TraceContext& context);  // as version 00
// Sets traceparent, and tracestate if there is one.
void set_trace(Headers& headers, const TraceContext& context);

}  // namespace sluice::http
