// OpenAI's (text) completions <-> chat::; DeepSeek's fill-in-the-middle is a dialect of it. Only a deployment that
// speaks it, or the engine, can answer: continuing a text is not a chat. wire/protocol.h says what each promises.
#pragma once

#include "wire/protocol.h"

namespace sluice::wire {

Result<chat::Request> decode_openai_completions(std::string body);
Result<Outgoing> encode_openai_completions(const chat::Request& request, const Target& target);
std::unique_ptr<AnswerReader> make_openai_completions_reader();
std::unique_ptr<AnswerWriter> make_openai_completions_writer(const chat::Request& request,
                                                             const AnswerIdentity& identity);

}  // namespace sluice::wire
