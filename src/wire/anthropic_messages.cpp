#include "wire/anthropic_messages.h"

#include "wire/openai_chat.h"

namespace sluice::wire {

// Replaced by the protocol's own files in the next commits; refuses until then.
static tl::unexpected<Error> refused() {
  return fail("request.unsupported", "this protocol is not served yet", "", "use /v1/chat/completions");
}
Result<chat::Request> decode_anthropic_messages(chat::Operation, std::string) { return refused(); }
Result<Outgoing> encode_anthropic_messages(const chat::Request&, const Target&) { return refused(); }
std::unique_ptr<AnswerReader> make_anthropic_messages_reader() { return nullptr; }
std::unique_ptr<AnswerWriter> make_anthropic_messages_writer(const chat::Request&, const AnswerIdentity&) {
  return nullptr;
}
std::string anthropic_error_body(const Error& error, int status, std::string_view) {
  return openai_error_body(error, status);
}
Error read_anthropic_error(int status, std::string_view body) { return read_openai_error(status, body); }

}  // namespace sluice::wire
