// Vault: the tokens that stand for the sensitive values of one request, and what they stand for.
//
// A token is TYPE_ and seven letters and digits ("EMAIL_x7k2mq9"): one plain word that models copy as they copy a
// name, that needs no escape in JSON, Markdown or a URL, and that tells nothing but its type. The seven come from
// an HMAC over type and value with a key of the conversation, so that a value has the same token in every turn,
// and another one in another conversation: two of them can't be put together by what they mention. No conversation
// is kept for that: the client sends its history with every turn, with originals in it, and they become the same
// tokens again. A vault lives as long as the answer to its request; it is bounded by the request.
//
// A token never equals a text that was there already (see avoid()), so that what is restored was masked. Not
// thread-safe while it is filled; after that it may be read from several threads.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_set>
#include <vector>

#include "chat/request.h"
#include "json/doc.h"

namespace sluice::mask {

struct Token {
  std::string name;     // "EMAIL_x7k2mq9"
  std::string value;    // the original
  bool number = false;  // the original stood as a JSON number: the token is a string in its place
};

// The key of a conversation's tokens: of the tenant, and of how the conversation began. `secret` is the gateway's.
std::string conversation_key(std::string_view secret, std::string_view tenant, const chat::Request& request);

class Vault {
 public:
  explicit Vault(std::string key) : key_(std::move(key)) {}

  // No token will look like anything in this text. Every text of the request, before the first token is made.
  void avoid(std::string_view text);
  // The token of a value, a new one if there is none. `type` is a finding's ("EMAIL").
  const std::string& token_of(std::string_view type, std::string_view value, bool number);

  const std::vector<Token>& tokens() const { return tokens_; }
  bool empty() const { return tokens_.empty(); }
  // Bytes of the token that begins exactly here, letters in any case; 0 if none does.
  std::size_t token_at(std::string_view text, std::size_t pos) const;
  // Whether nothing but tokens, redaction marks, white space and punctuation is in this text.
  bool covers(std::string_view text) const;

 private:
  std::string key_;
  std::vector<Token> tokens_;
  std::map<std::tuple<std::string, std::string, bool>, std::size_t> by_value_;
  std::map<std::string, std::size_t, std::less<>> by_name_;  // in lower case
  std::unordered_set<std::string>
      taken_;  // seven characters after an underscore or what may stand for one, in lower case
};

// What stands in the place of a redacted value: "[EMAIL]".
std::string redaction_mark(std::string_view type);
// Bytes of the mark that begins here; 0 if none does.
std::size_t mark_at(std::string_view text, std::size_t pos);

std::string lower(std::string_view text);  // ASCII letters only
bool is_word(unsigned char c);             // an ASCII letter or digit, or any byte beyond ASCII

}  // namespace sluice::mask
