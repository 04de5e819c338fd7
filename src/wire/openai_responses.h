// OpenAI's Responses API <-> chat::, both directions; DeepSeek's /responses is a dialect of it. Pure functions.
// wire/protocol.h says what each function promises.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "wire/protocol.h"

namespace sluice::wire {

Result<chat::Request> decode_openai_responses(std::string body);
Result<Outgoing> encode_openai_responses(const chat::Request& request, const Target& target);
std::unique_ptr<AnswerReader> make_openai_responses_reader();
// Beyond what AnswerWriter promises, whole() may also be called after finish_stream(): it is the response object
// that the stream ended with (the deployment's own where its events were passed on), or an error body.
std::unique_ptr<AnswerWriter> make_openai_responses_writer(const chat::Request& request,
                                                           const AnswerIdentity& identity);

// The conversation up to and with this answer, as a JSON array of items: those of the request's own input (a
// string stands as a message), then those of the answer's output, all as they came. `instructions` is not among
// them: it holds for one request. `whole_answer` is what AnswerWriter::whole() gave; one that is no answer adds
// nothing.
std::string response_items(const chat::Request& request, std::string_view whole_answer);

// `body` with those items before its own input and without previous_response_id; all else stays byte for byte.
// To be decoded and judged like any other body. Errors: request.invalid (an input that is neither a string nor
// items), json.* (earlier_items).
Result<std::string> continue_response(const json::Doc& body, std::string_view earlier_items);

// Items of earlier answers that a body only names ({"type":"item_reference","id":...}, as clients do that rely on
// the server's memory), put in their places. nullopt: there are none. An id that `lookup` does not know is
// response.unknown at its path.
using ItemLookup = std::function<std::optional<std::string>(const std::string& id)>;
Result<std::optional<std::string>> resolve_item_references(const json::Doc& body, const ItemLookup& lookup);
// The items of a whole answer that have an id: (id, JSON).
std::vector<std::pair<std::string, std::string>> answer_items(std::string_view whole_answer);

}  // namespace sluice::wire
