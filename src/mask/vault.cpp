#include "mask/vault.h"

#include <algorithm>

#include "base/id.h"
#include "base/pseudonym.h"

namespace sluice::mask {
namespace {

constexpr std::size_t kTail = kPseudonymTail;  // collisions within a request are rare, and looked for anyway
constexpr std::size_t kLongestName = 24;

char lower_char(char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; }

std::string tail_of(std::string_view hex) {
  std::uint64_t n = 0;
  for (char c : hex.substr(0, 16)) n = n * 16 + std::uint64_t(c <= '9' ? c - '0' : c - 'a' + 10);
  std::string tail;
  for (std::size_t i = 0; i < kTail; ++i, n /= kPseudonymAlphabet.size())
    tail += kPseudonymAlphabet[n % kPseudonymAlphabet.size()];
  return tail;
}

// What stands for a card must not be judged as the number of an account: "CARD_2345678" was, now and then.
bool reads_as_number(std::string_view tail) {
  constexpr int kMostDigits = 4;
  return std::count_if(tail.begin(), tail.end(), [](char c) { return c >= '0' && c <= '9'; }) > kMostDigits;
}

// One word, so that only one underscore has to survive.
std::string word_of(std::string_view type) {
  std::string word;
  for (char c : type) {
    if (c >= 'a' && c <= 'z') c = char(c - 'a' + 'A');
    if (c >= 'A' && c <= 'Z' && word.size() + kTail + 1 < kLongestName) word += c;
  }
  return word.empty() ? "DATA" : word;
}

}  // namespace

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower_char);
  return out;
}

bool is_word(unsigned char c) {
  return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

std::string conversation_key(std::string_view secret, std::string_view tenant, const chat::Request& request) {
  std::string begun;
  for (const chat::Message& message : request.messages) {
    if (message.role != chat::Role::User) continue;
    begun = message.text();
    break;
  }
  if (begun.empty() && !request.inputs.empty()) begun = request.inputs.front();
  return hmac_sha256_hex(secret, std::string(tenant) + '\0' + begun);
}

void Vault::avoid(std::string_view text) {
  for (std::string_view bar : {"_", "-", "5f", "5F"})  // every spelling of an underscore that is restored ends so
    for (std::size_t at = text.find(bar); at != std::string_view::npos; at = text.find(bar, at + 1))
      if (text.size() - at >= bar.size() + kTail) taken_.insert(lower(text.substr(at + bar.size(), kTail)));
}

const std::string& Vault::token_of(std::string_view type, std::string_view value, bool number) {
  std::string word = word_of(type);
  std::tuple<std::string, std::string, bool> what(word, value, number);
  if (auto known = by_value_.find(what); known != by_value_.end()) return tokens_[known->second].name;
  std::string message = word + '\0' + (number ? "number" : "text") + '\0' + std::string(value) + '\0';
  std::string tail;
  for (int round = 0; tail.empty() || reads_as_number(tail) || !taken_.insert(tail).second; ++round)
    tail = tail_of(hmac_sha256_hex(key_, message + std::to_string(round)));
  tokens_.push_back(Token{word + "_" + tail, std::string(value), number});
  by_value_.emplace(std::move(what), tokens_.size() - 1);
  by_name_.emplace(lower(tokens_.back().name), tokens_.size() - 1);
  return tokens_.back().name;
}

std::size_t Vault::token_at(std::string_view text, std::size_t pos) const {
  std::string_view here = text.substr(pos, kLongestName);
  std::size_t bar = here.find('_');
  if (bar == std::string_view::npos || bar == 0 || here.size() < bar + 1 + kTail) return 0;
  here = here.substr(0, bar + 1 + kTail);
  return by_name_.contains(lower(here)) ? here.size() : 0;
}

bool Vault::covers(std::string_view text) const {
  bool any = false;
  for (std::size_t pos = 0; pos < text.size();) {
    std::size_t length = token_at(text, pos);
    if (length == 0) length = mark_at(text, pos);
    any = any || length > 0;
    if (length == 0 && is_word(static_cast<unsigned char>(text[pos]))) return false;
    pos += length == 0 ? 1 : length;
  }
  return any;
}

std::string redaction_mark(std::string_view type) { return "[" + word_of(type) + "]"; }

std::size_t mark_at(std::string_view text, std::size_t pos) {
  static const std::unordered_set<std::string> kMarks = {
      "[EMAIL]",  "[PHONE]",       "[ADDRESS]",    "[DATEOFBIRTH]", "[CREDITCARD]",
      "[IBAN]",   "[BANKACCOUNT]", "[ROUTING]",    "[SSN]",         "[NATIONALID]",
      "[TAXID]",  "[PASSPORT]",    "[PRIVATEKEY]", "[MEDICALID]",   "[DRIVERLICENSE]",
      "[SECRET]", "[PASSWORD]",    "[PERSON]",     "[SORTCODE]",    "[VEHICLEID]"};
  if (text[pos] != '[') return 0;
  std::string_view here = text.substr(pos, kLongestName);
  std::size_t close = here.find(']');
  if (close == std::string_view::npos) return 0;
  return kMarks.contains(std::string(here.substr(0, close + 1))) ? close + 1 : 0;
}

}  // namespace sluice::mask
