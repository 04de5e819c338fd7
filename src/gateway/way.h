// The way of a request, the gateway's table of contents:
//
//   accept -> authenticate -> decode -> admit -> sense -> decide -> plan -> attempt* -> relay -> settle
//
// One function a step, in this order, in way.cpp. A step that fails ends the way with a named Error, which
// becomes the client's error body, the record's outcome, the log's event and the metric's label alike. After
// decode every request has exactly one record: opened before a byte leaves, closed by settle.
//
// A Way is made per request, lives on its loop's thread, and ends with its handler.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "gateway/shared.h"
#include "http/server.h"
#include "wire/openai_chat.h"

namespace sluice::gateway {

// Backends of one loop, by deployment name.
using Backends = std::map<std::string, std::unique_ptr<backend::Backend>>;

struct Principal {
  std::string name = "local";
  std::string tenant = "local";
  std::string team;
};

// The principal of a request, from its Authorization header; auth.missing or auth.invalid.
Result<Principal> authenticate(const config::Settings& settings, const http::Headers& headers);

class Way {
 public:
  Way(Shared& shared, Backends& backends, net::Loop& loop, const http::Request& in, http::Responder& out,
      const http::Connection& connection);
  // Never fails: every error is answered, recorded and counted.
  net::Task<void> go();

 private:
  // The steps.
  net::Task<Status> walk();
  Status decode();
  Status admit();
  void sense();
  void decide();
  net::Task<Status> open_record();
  Status plan();
  net::Task<Status> attempt_all();
  net::Task<Status> attempt(backend::Backend& backend);
  net::Task<chat::Chunk> next_chunk();
  net::Task<Status> relay_stream();
  net::Task<Status> relay_whole();
  net::Task<void> refuse(const Error& error);
  void settle(const Status& status);

  // What the steps share.
  ledger::Opening opening() const;
  void account(const chat::Chunk& chunk);
  http::Headers answer_headers() const;
  const Error* failure_in(const chat::Chunk& chunk) const;
  std::unique_ptr<wire::OpenAiChatWriter> make_writer() const;
  policy::Subject subject() const;

  Shared& shared_;
  Backends& backends_;
  net::Loop& loop_;
  const http::Request& in_;
  http::Responder& out_;

  std::string id_;
  UtcTime time_;
  MonotonicTime began_;
  Principal principal_;
  chat::Request request_;
  const config::Route* route_ = nullptr;
  sense::Judgement judgement_;
  policy::Decision decision_;
  std::vector<backend::Backend*> plan_;

  std::unique_ptr<backend::Answer> answer_;  // of the attempt that serves
  std::vector<chat::Chunk> held_;            // what it sent up to and with its first content
  std::size_t relayed_ = 0;                  // how many of held_ were relayed
  bool content_sent_ = false;
  bool client_gone_ = false;
  ledger::Closing closing_;
  bool recorded_ = false;
};

}  // namespace sluice::gateway
