// Errors in Anthropic's shape, both ways.
#include "base/id.h"
#include "json/writer.h"
#include "wire/anthropic_messages.h"
#include "wire/openai_chat.h"
#include "wire/protocol.h"

namespace sluice::wire {
namespace {

const char* type_of_status(int status) {
  switch (status) {
    case 401:
      return "authentication_error";
    case 402:
      return "billing_error";
    case 403:
      return "permission_error";
    case 404:
      return "not_found_error";
    case 408:
    case 504:
      return "timeout_error";
    case 413:
      return "request_too_large";
    case 429:
      return "rate_limit_error";
    case 503:
    case 529:
      return "overloaded_error";
    default:
      break;
  }
  return status >= 500 ? "api_error" : "invalid_request_error";
}

}  // namespace

std::string our_signature(std::string_view id, int index) {
  std::string of = std::string(id) + ":" + std::to_string(index);
  return std::string(kOurSignature) + sha256_hex(of).substr(0, 32);
}

std::string anthropic_error_body(const Error& error, int status, std::string_view request_id) {
  std::string message = error.message;
  // Anthropic has no code for it: its clients shorten the conversation at these words.
  if (word_for_clients(error) == "context_length_exceeded" && !message.starts_with("prompt is too long"))
    message = "prompt is too long: " + message;
  if (!error.hint.empty()) message += "; " + error.hint;
  if (!error.where.empty()) message += " (at " + error.where + ")";
  json::Writer w;
  w.object().member("type", "error").key("error").object();
  w.member("type", type_of_status(status)).member("message", message).member("code", error.code);
  // Anthropic's SDK knows by this that it has to go on without a thread.
  if (error.code == "request.thread_unsupported") {
    w.key("details").object().member("error_code", "thread_unsupported_request").end();
  }
  w.end();
  if (!request_id.empty()) w.member("request_id", request_id);
  return w.end().take();
}

// {"type":"error","error":{...}}: the object stands where OpenAI has it, and its types are words of the same kind.
Error read_anthropic_error(int status, std::string_view body) { return read_openai_error(status, body); }

}  // namespace sluice::wire
