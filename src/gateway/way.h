// The way of a request, the gateway's table of contents:
//
//   accept -> authenticate -> decode -> declare -> admit -> extract -> sense -> decide -> hold -> plan -> attempt*
//   -> relay
//   -> settle
//
// One function a step, in this order, in way.cpp; hold stands in holding.cpp, relay in relay.cpp, settle in
// settle.cpp. A step that fails ends the way with a named Error, which becomes the client's error body, the
// record's outcome, the log's event and the metric's label alike. After decode every request has exactly one
// record: opened before a byte leaves, closed by settle.
//
// A Way is made per request, lives on its loop's thread, and ends with its handler.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "gateway/answer_marks.h"
#include "gateway/chorus.h"
#include "gateway/front.h"
#include "gateway/later.h"
#include "gateway/obligations.h"
#include "gateway/principal.h"
#include "gateway/pulse.h"
#include "gateway/shared.h"
#include "gateway/voice.h"
#include "http/correlation.h"
#include "http/server.h"
#include "wire/anthropic_messages.h"
#include "wire/protocol.h"

namespace sluice::gateway {

// Backends of one loop, by deployment name.
using Backends = std::map<std::string, std::unique_ptr<backend::Backend>>;

// What a Way uses of its loop.
struct Lane {
  Shared& shared;
  Backends& backends;
  net::Loop& loop;
  Pulse& pulse;
  Meters& meters;
};

class Way {
 public:
  Way(Lane lane, Front front, http::Request& in, http::Responder& out, const http::Connection& connection);
  // Never fails: every error is answered, recorded and counted.
  net::Task<void> go();

 private:
  // The steps.
  net::Task<Status> walk();
  Status decode();
  Status declare();
  Status admit();
  net::Task<Status> extract();
  net::Task<void> sense();
  void decide();
  Status hold();
  net::Task<Status> open_record();
  Status plan();
  net::Task<Status> attempt();
  net::Task<Status> relay_stream();
  net::Task<Status> relay_whole();
  net::Task<void> refuse(const Error& error);
  void settle(const Status& status);

  // Within the steps.
  Status read_body();
  void judge(const std::atomic<bool>* given_up);
  void judge_betas();
  Status recall_response();
  Status recall_items();
  Status restore_reasoning();
  Status restore_thoughts();
  void restore_signatures(chat::Request& request);
  void admit_sealed_thoughts();
  ledger::Opening opening() const;
  approval::Asked asked() const;
  void tell_of_waiting(const approval::Ticket& ticket) const;
  void release_approval();
  void make_voices();
  void forget_request();
  void forget_what_must_not_be_kept();
  Voice& voice(std::size_t i) const { return chorus_ ? chorus_->voice(i) : *voice_; }
  // Of the first voice; null until its content came: an attempt that may yet fail serves nobody.
  const backend::Answer* serving() const;
  net::Task<chat::Chunk> next(std::size_t& voice);
  bool waiting() const { return chorus_ ? chorus_->waiting() : voice_->waiting(); }
  void cancel();
  void make_writers();
  wire::AnswerIdentity identity() const;
  http::Headers answer_headers() const;
  void account(std::size_t voice, const chat::Chunk& chunk);
  void remember();
  void mark_answers();
  sense::Label made_from(std::size_t voice) const;
  void remember_thoughts(const Remembered& common);
  void remember_response(const Remembered& common);
  std::optional<Remembered> recall(Memory& memory, const std::string& key);
  void count_usage();
  net::Task<Status> relay_chunks(Pulse::Stream& stream);
  void append_served(std::string& bytes) const;

  Lane lane_;
  Shared& shared_;
  const Front front_;
  http::Request& in_;  // its body goes into request_
  http::Responder& out_;

  std::string id_;
  UtcTime time_;
  MonotonicTime began_;
  http::TraceContext trace_;       // the client's, or a new one
  std::string upstream_trace_;     // the trace's id as upstreams see it; empty: none was asked
  std::string client_request_id_;  // for the log
  wire::Betas betas_;              // that may go on
  Principal principal_;
  chat::Request request_;                    // as the client meant it
  std::unique_ptr<chat::Request> reasoned_;  // the same with what earlier turns thought, where a client dropped it
  sense::Label declared_;                    // by the client
  sense::Label earlier_;                     // of what was remembered and is part of the request now
  std::optional<UtcTime> earlier_until_;     // when the first of that has to be gone
  std::unique_ptr<Extracting::Reading> reading_;  // of files and pictures; null: nothing to read
  const config::Route* route_ = nullptr;
  sense::Judgement judgement_;
  // Taken when the request is judged and kept to its end: whatever comes into force meanwhile, one request is of
  // one revision. A later one may only stop what was not sent yet (later_).
  ActivePolicy::Snapshot policy_;
  policy::Subject subject_;
  policy::Decision decision_;
  std::string ticket_;                  // that the request waits for or was admitted by; empty: none
  std::vector<std::string> approvers_;  // who admitted it; empty: nobody had to
  bool released_ = false;               // the approval holds again
  std::vector<backend::Backend*> plan_;
  std::unique_ptr<Obligations> obligations_;  // null: no deployment is owed anything
  std::unique_ptr<Later> later_;              // once attempts begin

  std::unique_ptr<Voice> voice_;                              // the one answer,
  std::unique_ptr<Chorus> chorus_;                            // or several
  std::vector<std::unique_ptr<wire::AnswerWriter>> writers_;  // one an answer
  bool served_ = false;                                       // every voice has its deployment
  bool content_sent_ = false;
  bool client_gone_ = false;
  ledger::Closing closing_;
  bool recorded_ = false;

  // What each answer used, thought and called; the latter two for the next turn, where the deployment wants them.
  struct Heard {
    std::optional<chat::Usage> usage;
    bool wanted = false;
    std::optional<Given> given;  // for mark_answers(); absent: nobody has to know
    std::string text, reasoning;
    std::vector<std::string> calls;
    // Of the one thought that there was, by a vendor that takes back only what it signed; of several it says
    // nothing.
    std::string signature;
    int signatures = 0;
    std::vector<std::string> sealed;  // hashes of what only the vendor reads
    void listen(const chat::Event& event);
  };
  std::vector<Heard> heard_;
};

}  // namespace sluice::gateway
