// The face of this room: bytes <-> chat, for whichever protocol. Pure functions and small state machines, no I/O.
//
//   client ──decode()──> chat::Request ──encode()──> deployment
//   client <──AnswerWriter── chat::Chunk <──AnswerReader── deployment
//
// One file per protocol and direction stands behind it. Where client and deployment speak the same protocol the
// body goes through as it came (encode() splices, the writer passes Chunk::raw on); otherwise it is translated.
// Objects here belong to one request and one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "chat/event.h"
#include "chat/request.h"
#include "wire/target.h"

namespace sluice::wire {

// Decodes a client's body. Every string that the model could see ends in a field that chat::visible_texts() walks.
// Errors: json.*, request.invalid and request.unsupported (`where` is the JSON path) with what was expected.
Result<chat::Request> decode(chat::Protocol protocol, chat::Operation operation, std::string body);

// The body for a deployment that speaks `protocol`. Same protocol: the client's bytes with the model's name (and
// what `target` obliges) replaced, unknown fields and number spellings kept. Another: translated; what can't be
// said there is refused: request.unsupported with the client's path of the field.
Result<Outgoing> encode(chat::Protocol protocol, const chat::Request& request, const Target& target);

// One event of a stream for the client: an SSE event of this name (empty: unnamed) and data.
struct Piece {
  std::string event;
  std::string data;
};

// Reads a deployment's answer. One object per answer.
class AnswerReader {
 public:
  virtual ~AnswerReader() = default;
  // One whole answer; leading blank lines are allowed, an error object inside a 200 becomes Failure. The chunk is
  // `last`, and its `raw` is the whole answer.
  virtual chat::Chunk read_whole(std::string_view body) = 0;
  // One SSE event. A Failure is `last`; after it everything returned is empty and `last`.
  virtual chat::Chunk read_event(std::string_view event, std::string_view data) = 0;
  // The upstream's stream is over: the last chunk, with Finish, or with Failure upstream.truncated where the
  // protocol's own end was not seen.
  virtual chat::Chunk end() = 0;
  virtual bool done() const = 0;                 // the protocol's own end was seen: call end()
  virtual const std::string& model() const = 0;  // as the upstream named it; empty until known
};
std::unique_ptr<AnswerReader> make_reader(chat::Protocol protocol);

// Error of a deployment's non-200 answer: the status decides the code (upstream.*); its text is kept only as far
// as it is safe to show (no key, no prompt). Any body will do: HTML, binary, nothing.
Error read_error(chat::Protocol protocol, int status, std::string_view body);

// Writes the answer for the client. `collect`/`whole` for a whole answer, `stream`/`finish_stream` for a streamed
// one; not both.
class AnswerWriter {
 public:
  virtual ~AnswerWriter() = default;
  // The pieces for these events, appended. What tells the client that the answer is whole (finish, usage,
  // "[DONE]", message_stop) is held until finish_stream(). A Failure becomes the protocol's error event; nothing
  // follows it.
  virtual void stream(const chat::Chunk& chunk, std::vector<Piece>& out) = 0;
  // The end. After a Failure nothing; without a Finish the protocol's error event.
  virtual void finish_stream(std::vector<Piece>& out) = 0;
  virtual void collect(const chat::Chunk& chunk) = 0;
  virtual std::string whole() const = 0;  // an error body if there was a Failure or no Finish
  // Why the answer is not whole; null: it is, as far as it has come. Not only the deployment's Failure: a writer
  // finds by itself what its protocol can't say, and an end without a Finish. Asked after each chunk.
  virtual const Error* failure() const = 0;
};
struct AnswerIdentity {
  std::string id;            // of the request, "req_..."; each protocol puts its own word before it
  std::int64_t created = 0;  // seconds since 1970
};
// `request` outlives the writer.
std::unique_ptr<AnswerWriter> make_writer(const chat::Request& request, const AnswerIdentity& identity);

// An error in the protocol's own shape, and its HTTP status (docs/errors.md).
std::string error_body(chat::Protocol protocol, const Error& error, int status, std::string_view request_id);
int http_status_of(const Error& error);

// A vendor's word for it that OpenAI's clients act on ("context_length_exceeded"); empty: none.
std::string_view word_for_clients(const Error& error);

// Whether asking again brings the same, although the status (502) makes clients' libraries do so. The header
// x-should-retry, which the libraries of OpenAI and Anthropic read, tells them.
bool is_final(const Error& error);

}  // namespace sluice::wire
