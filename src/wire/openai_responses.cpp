#include "wire/openai_responses.h"

namespace sluice::wire {

// Replaced by the protocol's own files in the next commits; refuses until then.
static tl::unexpected<Error> refused() {
  return fail("request.unsupported", "this protocol is not served yet", "", "use /v1/chat/completions");
}
Result<chat::Request> decode_openai_responses(std::string) { return refused(); }
Result<Outgoing> encode_openai_responses(const chat::Request&, const Target&) { return refused(); }
std::unique_ptr<AnswerReader> make_openai_responses_reader() { return nullptr; }
std::unique_ptr<AnswerWriter> make_openai_responses_writer(const chat::Request&, const AnswerIdentity&) {
  return nullptr;
}
std::string response_items(const chat::Request&, std::string_view) { return "[]"; }
Result<std::string> continue_response(const json::Doc&, std::string_view) { return refused(); }

}  // namespace sluice::wire
