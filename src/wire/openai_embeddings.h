// OpenAI's embeddings: decoded so that every input is judged; the answer passes through whole. wire/protocol.h
// says what each promises.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "wire/protocol.h"

namespace sluice::wire {

Result<chat::Request> decode_openai_embeddings(std::string body);
Result<Outgoing> encode_openai_embeddings(const chat::Request& request, const Target& target);

// For a deployment that has vectors and speaks no protocol: an answer of this one.
bool wants_base64(const chat::Request& request);
// One element of `data`: numbers in the shortest form that reads back the same float, or the base64 of their
// 32-bit little-endian bytes.
std::string openai_embedding(std::size_t index, std::span<const float> vector, bool base64);
std::string openai_embeddings(std::string_view model, std::span<const std::string> data, std::int64_t tokens);

std::unique_ptr<AnswerReader> make_openai_embeddings_reader();
std::unique_ptr<AnswerWriter> make_openai_embeddings_writer(const chat::Request& request,
                                                            const AnswerIdentity& identity);

}  // namespace sluice::wire
