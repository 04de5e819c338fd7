// OpenAI's Responses API <-> chat::, both directions; DeepSeek's /responses is a dialect of it. Pure functions.
// wire/protocol.h says what each function promises.
#pragma once

#include "wire/protocol.h"

namespace sluice::wire {

Result<chat::Request> decode_openai_responses(std::string body);
Result<Outgoing> encode_openai_responses(const chat::Request& request, const Target& target);
std::unique_ptr<AnswerReader> make_openai_responses_reader();
std::unique_ptr<AnswerWriter> make_openai_responses_writer(const chat::Request& request,
                                                           const AnswerIdentity& identity);

// The conversation up to and with this answer, as a JSON array of items; continue_response() puts it before the
// input of a body that names the answer in previous_response_id.
std::string response_items(const chat::Request& request, std::string_view whole_answer);
Result<std::string> continue_response(const json::Doc& body, std::string_view earlier_items);

}  // namespace sluice::wire
