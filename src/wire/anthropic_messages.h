// Anthropic's Messages API <-> chat::, both directions; DeepSeek's /anthropic is a dialect of it. Pure functions.
// wire/protocol.h says what each function promises. Facts: Anthropic's API reference (Messages, streaming, errors)
// and the types of its official SDK; DeepSeek: reference/deepseek.md A10.
#pragma once

#include <string>
#include <string_view>

#include "wire/protocol.h"

namespace sluice::wire {

// What a thinking block's signature begins with where we made it. Anthropic's clients drop a thinking block that
// has none, and DeepSeek then refuses the next turn, which must bring the thinking back.
inline constexpr std::string_view kOurSignature = "sluice-";
// The signature of the block at `index` of the answer `id`; the same for the same two.
std::string our_signature(std::string_view id, int index);

// An answer's length where the client set none and the deployment wants one: a note tells the client.
inline constexpr std::int64_t kDefaultMaxTokens = 32'000;

// An assistant message at the end is a prefill (Message::prefix). Results of tools become messages of their own,
// in front of what else the same turn says.
Result<chat::Request> decode_anthropic_messages(chat::Operation operation, std::string body);
Result<Outgoing> encode_anthropic_messages(const chat::Request& request, const Target& target);
std::unique_ptr<AnswerReader> make_anthropic_messages_reader();
std::unique_ptr<AnswerWriter> make_anthropic_messages_writer(const chat::Request& request,
                                                             const AnswerIdentity& identity);
// What of the header anthropic-beta may go to a vendor: names of betas as Anthropic gives them (words of
// small letters with a date at the end, of at most 56 characters, at most 16 of them), joined by commas. The
// header is not judged, so anything else in it stays here.
struct Betas {
  std::string names;  // "interleaved-thinking-2025-05-14,context-management-2025-06-27"; empty: none
  bool more = false;  // something was left out
};
Betas read_betas(std::string_view header);

// {"type":"error","error":{"type","message","code"},"request_id"}; `code` is the Error's code. `request_id` may be
// empty: then there is none.
std::string anthropic_error_body(const Error& error, int status, std::string_view request_id);
Error read_anthropic_error(int status, std::string_view body);

}  // namespace sluice::wire
