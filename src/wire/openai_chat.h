// OpenAI chat completions <-> chat::, both directions; DeepSeek's API is a dialect of it. Pure functions.
// Facts: OpenAI API reference (chat completions, streaming); DeepSeek: reference/deepseek.md A2-A7.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "wire/call_numbers.h"
#include "wire/protocol.h"

namespace sluice::wire {

// Decodes a request body. Every string that the model could see ends in a field that chat::visible_texts() walks.
// Errors: json.*, request.invalid (`where` is the JSON path) with what was expected.
Result<chat::Request> decode_openai_chat(std::string body);

// The body for a deployment of this protocol. From the same protocol: the client's bytes with `model` replaced,
// `stream_options` asking for usage when streaming, `n` taken out (several answers are several calls), and what
// the target obliges: the role developer, the thinking switch in its form, names of efforts and of max_tokens.
// From Anthropic's Messages and OpenAI's Responses: a translation. Errors: request.unsupported.
Result<Outgoing> encode_openai_chat(const chat::Request& request, const Target& target);

// Reads an upstream's answers into events. One object per answer.
class OpenAiChatReader : public AnswerReader {
 public:
  // One whole answer. Leading blank lines are allowed; an error object inside a 200 becomes Failure. Its `raw` is
  // a whole answer, told from a piece of a stream by `last`.
  chat::Chunk read_whole(std::string_view body) override;
  // One SSE data payload, "[DONE]" included, which gives no events: end() does. A stream that ended without a
  // finish is the caller's to report: call end() when the upstream's stream is over; it returns the last chunk
  // (Finish) or a Failure upstream.truncated, which it also is when "[DONE]" never came. After a Failure
  // everything returned is empty and `last`.
  chat::Chunk read_chunk(std::string_view data);
  chat::Chunk read_event(std::string_view, std::string_view data) override { return read_chunk(data); }
  chat::Chunk end() override;
  bool done() const override { return done_; }                  // "[DONE]" was seen
  const std::string& model() const override { return model_; }  // as the upstream named it

 private:
  void read_model(json::Value root);
  chat::Chunk fail_with(Error error);
  CallNumbers calls_;
  bool done_ = false;      // "[DONE]" was seen
  bool finished_ = false;  // a finish reason was seen
  bool failed_ = false;    // a Failure was returned
  bool ended_ = false;     // the Finish was returned
  chat::FinishReason reason_ = chat::FinishReason::Stop;
  std::string stop_string_;
  std::string model_;
};

// Error of an upstream's non-200 answer: the status decides the code (upstream.*), the body's text is kept only as
// far as it is safe to show (no key, no prompt).
Error read_openai_error(int status, std::string_view body);

// Which of the answers to one request (`n`) a writer writes. Each is a call and a writer of its own. Where it is
// not alone, its pieces carry its index and the request's id, and finish_stream() ends this answer only:
//
//   streamed: one writer a choice, their pieces in any order; after the last one's finish_stream() the end:
//             finish_openai_chat_choices(request, identity, usage summed, pieces)
//   whole:    join_openai_chat({writer0.whole(), writer1.whole(), ...})
struct Choice {
  int index = 0;
  bool alone = true;
};

// Writes answers for a client of this protocol.
class OpenAiChatWriter : public AnswerWriter {
 public:
  OpenAiChatWriter(std::string id, std::int64_t created, std::string model, bool include_usage,
                   Choice choice = {});
  // SSE payloads (JSON, without framing) for these events, appended to `out`; Finish and Usage are held until
  // finish_stream(). With chunk.raw in this protocol the bytes pass through with `model` as the upstream wrote it,
  // line breaks between tokens made spaces. A Failure becomes {"error":{...}}; nothing follows it.
  void stream(const chat::Chunk& chunk, std::vector<std::string>& out);
  void stream(const chat::Chunk& chunk, std::vector<Piece>& out) override;
  // Finish chunk, usage if asked for, "[DONE]". After a Failure nothing; without a Finish an error.
  void finish_stream(std::vector<std::string>& out);
  void finish_stream(std::vector<Piece>& out) override;
  // The whole answer, from all chunks given to collect(); an error body if they carry a Failure or no Finish.
  void collect(const chat::Chunk& chunk) override;
  std::string whole() const override;
  const Error* failure() const override;

 private:
  struct State;
  std::shared_ptr<State> state_;
};
std::unique_ptr<AnswerWriter> make_openai_chat_writer(const chat::Request& request, const AnswerIdentity& identity,
                                                      Choice choice = {});
// The end of a stream of several choices: the usage of all of them, if the client asked for it, and "[DONE]".
void finish_openai_chat_choices(const chat::Request& request, const AnswerIdentity& identity,
                                const chat::Usage& usage, std::vector<Piece>& out);
// Whole answers, one for each choice in order, as one: the first with the `choices` of all, usage summed.
// Precondition: each is a whole answer as OpenAiChatWriter::whole() gives it, none an error.
std::string join_openai_chat(const std::vector<std::string>& answers);

// {"error":{"message","type","param","code"}}; `code` is the Error's code, `param` its `where` as far as it is a
// path.
std::string openai_error_body(const Error& error, int status);

}  // namespace sluice::wire
