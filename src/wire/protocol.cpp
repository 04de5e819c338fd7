#include "wire/protocol.h"

#include "wire/anthropic_messages.h"
#include "wire/openai_chat.h"
#include "wire/openai_completions.h"
#include "wire/openai_embeddings.h"
#include "wire/openai_responses.h"

namespace sluice::wire {

using chat::Protocol;

Result<chat::Request> decode(Protocol protocol, chat::Operation operation, std::string body) {
  switch (protocol) {
    case Protocol::OpenAiChat:
      return decode_openai_chat(std::move(body));
    case Protocol::OpenAiCompletions:
      return decode_openai_completions(std::move(body));
    case Protocol::OpenAiResponses:
      return decode_openai_responses(std::move(body));
    case Protocol::OpenAiEmbeddings:
      return decode_openai_embeddings(std::move(body));
    case Protocol::AnthropicMessages:
      break;
  }
  return decode_anthropic_messages(operation, std::move(body));
}

Result<Outgoing> encode(Protocol protocol, const chat::Request& request, const Target& target) {
  switch (protocol) {
    case Protocol::OpenAiChat:
      return encode_openai_chat(request, target);
    case Protocol::OpenAiCompletions:
      return encode_openai_completions(request, target);
    case Protocol::OpenAiResponses:
      return encode_openai_responses(request, target);
    case Protocol::OpenAiEmbeddings:
      return encode_openai_embeddings(request, target);
    case Protocol::AnthropicMessages:
      break;
  }
  return encode_anthropic_messages(request, target);
}

std::unique_ptr<AnswerReader> make_reader(Protocol protocol) {
  switch (protocol) {
    case Protocol::OpenAiChat:
      return std::make_unique<OpenAiChatReader>();
    case Protocol::OpenAiCompletions:
      return make_openai_completions_reader();
    case Protocol::OpenAiResponses:
      return make_openai_responses_reader();
    case Protocol::OpenAiEmbeddings:
      return make_openai_embeddings_reader();
    case Protocol::AnthropicMessages:
      break;
  }
  return make_anthropic_messages_reader();
}

Error read_error(Protocol protocol, int status, std::string_view body) {
  if (protocol == Protocol::AnthropicMessages) return read_anthropic_error(status, body);
  return read_openai_error(status, body);
}

std::unique_ptr<AnswerWriter> make_writer(const chat::Request& request, const AnswerIdentity& identity) {
  switch (request.protocol) {
    case Protocol::OpenAiChat:
      return make_openai_chat_writer(request, identity);
    case Protocol::OpenAiCompletions:
      return make_openai_completions_writer(request, identity);
    case Protocol::OpenAiResponses:
      return make_openai_responses_writer(request, identity);
    case Protocol::OpenAiEmbeddings:
      return make_openai_embeddings_writer(request, identity);
    case Protocol::AnthropicMessages:
      break;
  }
  return make_anthropic_messages_writer(request, identity);
}

std::string error_body(Protocol protocol, const Error& error, int status, std::string_view request_id) {
  if (protocol == Protocol::AnthropicMessages) return anthropic_error_body(error, status, request_id);
  return openai_error_body(error, status);
}

}  // namespace sluice::wire
