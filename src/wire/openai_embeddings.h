// OpenAI's embeddings: decoded so that every input is judged; the answer passes through whole. wire/protocol.h
// says what each promises.
#pragma once

#include "wire/protocol.h"

namespace sluice::wire {

Result<chat::Request> decode_openai_embeddings(std::string body);
Result<Outgoing> encode_openai_embeddings(const chat::Request& request, const Target& target);
std::unique_ptr<AnswerReader> make_openai_embeddings_reader();
std::unique_ptr<AnswerWriter> make_openai_embeddings_writer(const chat::Request& request,
                                                            const AnswerIdentity& identity);

}  // namespace sluice::wire
