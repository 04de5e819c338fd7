#include "wire/openai_completions.h"

namespace sluice::wire {

// Replaced by the protocol's own files in the next commits; refuses until then.
static tl::unexpected<Error> refused() {
  return fail("request.unsupported", "this protocol is not served yet", "", "use /v1/chat/completions");
}
Result<chat::Request> decode_openai_completions(std::string) { return refused(); }
Result<Outgoing> encode_openai_completions(const chat::Request&, const Target&) { return refused(); }
std::unique_ptr<AnswerReader> make_openai_completions_reader() { return nullptr; }
std::unique_ptr<AnswerWriter> make_openai_completions_writer(const chat::Request&, const AnswerIdentity&) {
  return nullptr;
}

}  // namespace sluice::wire
