// Anthropic's Messages API <-> chat::, both directions; DeepSeek's /anthropic is a dialect of it. Pure functions.
// wire/protocol.h says what each function promises.
#pragma once

#include "wire/protocol.h"

namespace sluice::wire {

Result<chat::Request> decode_anthropic_messages(chat::Operation operation, std::string body);
Result<Outgoing> encode_anthropic_messages(const chat::Request& request, const Target& target);
std::unique_ptr<AnswerReader> make_anthropic_messages_reader();
std::unique_ptr<AnswerWriter> make_anthropic_messages_writer(const chat::Request& request,
                                                             const AnswerIdentity& identity);
// {"type":"error","error":{"type","message"},"request_id"}
std::string anthropic_error_body(const Error& error, int status, std::string_view request_id);
Error read_anthropic_error(int status, std::string_view body);

}  // namespace sluice::wire
