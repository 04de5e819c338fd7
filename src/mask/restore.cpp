#include "mask/restore.h"

#include <algorithm>

#include "json/writer.h"

namespace sluice::mask {
namespace {

constexpr std::array<std::string_view, 6> kBars = {"_", "-", "\\_", "\\\\_", "\\u005f", "%5f"};
// Quotes around a string of JSON, of JSON in a string, and once more.
constexpr std::array<std::string_view, 3> kQuotes = {"\"", "\\\"", "\\\\\\\""};

// Of a letter in lower case.
std::array<unsigned char, 2> either_case(char c) {
  const bool letter = c >= 'a' && c <= 'z';
  return {static_cast<unsigned char>(c), static_cast<unsigned char>(letter ? c - 'a' + 'A' : c)};
}

std::string escaped(std::string_view value, std::size_t levels) {
  std::string out(value);
  for (; levels > 0; --levels) {
    std::string quoted = json::quote(out);
    out = quoted.substr(1, quoted.size() - 2);
  }
  return out;
}

}  // namespace

Spellings::Spellings(const Vault& vault) {
  for (const Token& token : vault.tokens()) {
    std::string name = lower(token.name);
    std::size_t bar = name.find('_');
    for (std::string_view spelt : kBars) {
      std::string text = name.substr(0, bar) + std::string(spelt) + name.substr(bar + 1);
      if (token.number)
        for (std::string_view quote : kQuotes)
          all_.push_back({std::string(quote) + text + std::string(quote), &token, std::string(quote)});
      all_.push_back({std::move(text), &token, {}});
    }
  }
  std::sort(all_.begin(), all_.end(), [](const Spelling& a, const Spelling& b) { return a.text < b.text; });
  for (const Spelling& spelling : all_) {
    for (unsigned char first : either_case(spelling.text[0])) {
      may_begin_[first] = true;
      for (unsigned char second : either_case(spelling.text[1]))
        may_begin_two_[std::size_t(first) << 8 | second] = true;
    }
    longest_ = std::max(longest_, spelling.text.size());
  }
}

const Spellings::Spelling* Spellings::at(std::string_view text, std::size_t pos, bool& more) const {
  more = false;
  const std::string here = lower(text.substr(pos, longest_));
  auto after = std::upper_bound(all_.begin(), all_.end(), here,
                                [](const std::string& a, const Spelling& b) { return a < b.text; });
  if (after != all_.begin() && here.starts_with(std::prev(after)->text)) return &*std::prev(after);
  more = pos + here.size() == text.size() && after != all_.end() && after->text.starts_with(here);
  return nullptr;
}

std::string Restorer::push(std::string_view piece) {
  held_ += piece;
  return drain(false);
}

std::string Restorer::finish() { return drain(true); }

std::string Restorer::pause() {
  const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  const bool token =
      held_.find('_') != held_.npos || (held_.size() >= 2 && std::all_of(held_.begin(), held_.end(), capital));
  return token && !is_word(static_cast<unsigned char>(before_)) ? std::string() : drain(true);
}

std::string Restorer::drain(bool finished) {
  std::string out;
  std::size_t pos = 0, copied = 0;
  while (pos < held_.size()) {
    bool more = false;
    const Spellings::Spelling* spelling =
        spellings_.may_begin(held_, pos) ? spellings_.at(held_, pos, more) : nullptr;
    if (spelling && fits(*spelling)) {
      out.append(held_, copied, pos - copied);
      put(out, *spelling);
      copied = pos += spelling->text.size();
      nesting_.feed(spelling->lead.empty() ? 'x' : '0');
      continue;
    }
    if (more && !finished) break;
    if (form_ == Form::Json) nesting_.feed(held_[pos]);
    ++pos;
  }
  out.append(held_, copied, pos - copied);
  if (pos > 0) before_ = held_[pos - 1];
  held_.erase(0, pos);
  return out;
}

// A quoted spelling means a number only where the quotes are those of a whole JSON string.
bool Restorer::fits(const Spellings::Spelling& spelling) const {
  if (spelling.lead.empty()) return true;
  if (form_ != Form::Json || !nesting_.between_values()) return false;
  return spelling.lead == kQuotes[std::min(nesting_.strings(), kQuotes.size() - 1)];
}

void Restorer::put(std::string& out, const Spellings::Spelling& spelling) const {
  if (form_ == Form::Text || !spelling.lead.empty())
    out += spelling.token->value;
  else
    out += escaped(spelling.token->value, std::max<std::size_t>(nesting_.strings(), 1));
}

std::string restore(const Spellings& spellings, Form form, std::string_view text) {
  Restorer restorer(spellings, form);
  std::string out = restorer.push(text);
  return out + restorer.finish();
}

}  // namespace sluice::mask
