// The face of mask: what is sensitive in a request goes out as tokens or not at all, and the tokens come back as
// what they stood for.
//
//   request body ──Masker──> masked body (decoded and judged again by the caller) ──> deployment
//   client <──AnswerMask (answer.h)── the deployment's answer
//
// The masker edits the client's JSON body, whatever protocol it is in, so that one way serves a body that is
// passed through and one that is translated, and unknown fields, schemas and tool definitions with them. The
// findings of sense say which texts are sensitive; each is then replaced wherever it stands in the body: in every
// string, key and number, and inside JSON that stands in a string (tool arguments, tool results), which stays
// valid JSON. What could not be replaced is found by the judgement of the result, which decides. Pure: no I/O, no
// clock.
#pragma once

#include <string>

#include "base/result.h"
#include "chat/request.h"
#include "mask/values.h"
#include "mask/vault.h"
#include "sense/sense.h"

namespace sluice::mask {

// Which categories, and how. A category in both is redacted.
struct Plan {
  sense::CategorySet pseudonymise, redact;
  sense::CategorySet all() const { return pseudonymise | redact; }
};

class Masker {
 public:
  // `vault` outlives the masker and has been told what to avoid (avoid_all()).
  Masker(const Plan& plan, Vault& vault) : plan_(plan), vault_(vault) {}

  // Learns the values that these findings about `request` point at. Topics (findings without a type) have none.
  // False: there was nothing that the plan covers and that is not masked already.
  bool learn(const chat::Request& request, const std::vector<sense::Finding>& findings);

  // The body with every learned value replaced. Errors: policy.obligation if the result would not restore to the
  // original, or if of a finding that goes on from one text into the next a part can't be replaced: without the
  // rest nobody would see it any more.
  Result<std::string> rewrite(const json::Doc& body) const;

  // One text, which may be JSON.
  Result<std::string> rewrite_text(std::string_view text) const;

 private:
  const Plan plan_;
  Vault& vault_;
  Values values_;
  bool torn_ = false;  // part of a finding stays
};

// Tells the vault what stands in the body: a token must not look like any of it.
void avoid_all(Vault& vault, const json::Doc& body);

// The judgement of a masked request without what was found in tokens and redaction marks ("password: PASSWORD_x7k2
// mq9" looks like a password). Only findings are taken back, and only where sense lists every one of their kind.
sense::Judgement residual(const chat::Request& masked, sense::Judgement judged, const Vault& vault);

}  // namespace sluice::mask
