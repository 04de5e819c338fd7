// Reads GBNF: `name ::= alternatives` with literals, character classes, groups, repetitions and comments.
#include <map>
#include <optional>

#include "engine/constraint/constraint.h"
#include "text/utf8.h"

namespace sluice::engine::constraint {
namespace {

constexpr int kDeepest = 200;        // groups in groups
constexpr int kMostCount = 100'000;  // of {n,m}

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

class GbnfReader {
 public:
  explicit GbnfReader(std::string_view text) : text_(text) {}
  Result<std::shared_ptr<const Grammar>> read();

 private:
  using Id = GrammarBuilder::Id;
  struct Named {
    Id id;
    bool defined = false;
    std::size_t seen = 0;  // where it stands first
  };
  Failure error(const std::string& what, std::size_t at) const;
  bool ends() const { return at_ >= text_.size(); }
  char peek() const { return ends() ? '\0' : text_[at_]; }
  void skip_space(bool lines);
  bool at_rule() const;
  std::string_view name();
  Named& named(std::string_view name, std::size_t at);
  Result<Id> alternatives(int depth);
  Result<Id> sequence(int depth);
  Result<std::optional<Id>> item(int depth);
  Result<Id> repeated(Id part);
  Result<Id> literal();
  Result<Id> char_class();
  Result<std::uint32_t> character();
  Result<int> count();

  std::string_view text_;
  std::size_t at_ = 0;
  int group_ = 0;  // line breaks are space inside of groups
  GrammarBuilder builder_;
  std::map<std::string, Named, std::less<>> names_;
};

Failure GbnfReader::error(const std::string& what, std::size_t at) const {
  const std::string_view before = text_.substr(0, std::min(at, text_.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  return fail("engine.constraint", "the grammar is not understood: " + what, "line " + std::to_string(line),
              "GBNF is wanted: name ::= \"text\" [a-z]* other-rule");
}

void GbnfReader::skip_space(bool lines) {
  for (; !ends(); ++at_) {
    const char c = text_[at_];
    if (c == '#') {
      while (!ends() && text_[at_] != '\n') ++at_;
      if (ends() || !lines) return;
    } else if (c != ' ' && c != '\t' && !(lines && (c == '\n' || c == '\r'))) {
      return;
    }
  }
}

// Does a new rule begin here? Alternatives may go on after a line break.
bool GbnfReader::at_rule() const {
  std::size_t at = at_;
  while (at < text_.size() && is_name(text_[at])) ++at;
  if (at == at_) return false;
  while (at < text_.size() && (text_[at] == ' ' || text_[at] == '\t')) ++at;
  return text_.substr(at).starts_with("::=");
}

std::string_view GbnfReader::name() {
  const std::size_t begin = at_;
  while (!ends() && is_name(text_[at_])) ++at_;
  return text_.substr(begin, at_ - begin);
}

GbnfReader::Named& GbnfReader::named(std::string_view name, std::size_t at) {
  auto found = names_.find(name);
  if (found == names_.end()) found = names_.emplace(std::string(name), Named{builder_.declare(), false, at}).first;
  return found->second;
}

Result<std::uint32_t> GbnfReader::character() {
  const std::size_t begin = at_;
  if (peek() != '\\') {
    const std::uint32_t c = text::next_code_point(text_, at_);
    return c;
  }
  ++at_;
  if (ends()) return error("a text that is not closed", begin);
  const char kind = text_[at_++];
  const int digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
  if (digits == 0) {
    switch (kind) {
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case '\\':
      case '"':
      case '[':
      case ']':
      case '-':
      case '^':
        return static_cast<unsigned char>(kind);
      default: {
        std::size_t end = begin + 1;  // the whole character: what is told must be UTF-8 as the grammar is
        text::next_code_point(text_, end);
        return error("the escape " + std::string(text_.substr(begin, end - begin)), begin);
      }
    }
  }
  std::uint32_t value = 0;
  for (int i = 0; i < digits; ++i, ++at_) {
    const std::size_t digit = std::string_view("0123456789abcdef").find(static_cast<char>(peek() | 0x20));
    if (ends() || digit == std::string_view::npos) return error("an escape without its digits", begin);
    value = value * 16 + static_cast<std::uint32_t>(digit);
  }
  if (value > CodeSet::kLast || (value >= 0xD800 && value <= 0xDFFF)) return error("no such character", begin);
  return value;
}

Result<GbnfReader::Id> GbnfReader::literal() {
  const std::size_t begin = at_++;
  std::string bytes;
  while (!ends() && peek() != '"') {
    SLUICE_TRY(const std::uint32_t c, character());
    text::append_utf8(bytes, c);
  }
  if (ends()) return error("a text that is not closed", begin);
  ++at_;
  return builder_.literal(bytes);
}

Result<GbnfReader::Id> GbnfReader::char_class() {
  const std::size_t begin = at_++;
  const bool inverted = peek() == '^';
  if (inverted) ++at_;
  CodeSet set;
  while (!ends() && peek() != ']') {
    SLUICE_TRY(const std::uint32_t first, character());
    std::uint32_t last = first;
    if (peek() == '-' && at_ + 1 < text_.size() && text_[at_ + 1] != ']') {
      ++at_;
      SLUICE_TRY(last, character());
    }
    if (last < first) return error("a range that ends before it begins", begin);
    set.add(first, last);
  }
  if (ends()) return error("a class that is not closed", begin);
  ++at_;
  return builder_.chars(inverted ? set.inverted() : set);
}

Result<int> GbnfReader::count() {
  const std::size_t begin = at_;
  int value = 0;
  for (; peek() >= '0' && peek() <= '9'; ++at_) {
    value = value * 10 + (peek() - '0');
    if (value > kMostCount) return error("more than 100000 repetitions", begin);
  }
  if (at_ == begin) return error("a number is missing", begin);
  return value;
}

Result<GbnfReader::Id> GbnfReader::repeated(Id part) {
  for (;;) {
    const char c = peek();
    const std::size_t begin = at_;
    if (c == '*' || c == '+' || c == '?') {
      ++at_;
      part = builder_.repeat(part, c == '+' ? 1 : 0, c == '?' ? 1 : GrammarBuilder::kNoLimit);
    } else if (c == '{') {
      ++at_;
      skip_space(false);
      SLUICE_TRY(const int least, count());
      int most = least;
      skip_space(false);
      if (peek() == ',') {
        ++at_;
        skip_space(false);
        most = GrammarBuilder::kNoLimit;
        if (peek() != '}') {
          SLUICE_TRY(most, count());
        }
      }
      skip_space(false);
      if (peek() != '}' || (most >= 0 && most < least)) return error("a repetition like {2,5} is wanted", begin);
      ++at_;
      part = builder_.repeat(part, least, most);
    } else {
      return part;
    }
    if (builder_.too_large()) return error("it has more than 300,000 parts", begin);
  }
}

Result<std::optional<GbnfReader::Id>> GbnfReader::item(int depth) {
  const std::size_t begin = at_;
  const char c = peek();
  Id part = 0;
  if (c == '"') {
    SLUICE_TRY(part, literal());
  } else if (c == '[') {
    SLUICE_TRY(part, char_class());
  } else if (c == '.') {
    ++at_;
    part = builder_.chars(CodeSet::all());
  } else if (c == '(') {
    if (depth >= kDeepest) return error("more than 200 groups in each other", begin);
    ++at_;
    ++group_;
    SLUICE_TRY(part, alternatives(depth + 1));
    --group_;
    if (peek() != ')') return error("a group that is not closed", begin);
    ++at_;
  } else if (is_name(c) && !(group_ == 0 && at_rule())) {
    part = named(name(), begin).id;
  } else {
    return std::optional<Id>();
  }
  SLUICE_TRY(part, repeated(part));
  return std::optional<Id>(part);
}

Result<GbnfReader::Id> GbnfReader::sequence(int depth) {
  std::vector<Id> parts;
  for (;;) {
    skip_space(true);
    SLUICE_TRY(const std::optional<Id> part, item(depth));
    if (!part) return builder_.sequence(parts);
    parts.push_back(*part);
  }
}

Result<GbnfReader::Id> GbnfReader::alternatives(int depth) {
  std::vector<Id> all;
  for (;;) {
    SLUICE_TRY(const Id one, sequence(depth));
    all.push_back(one);
    skip_space(true);
    if (peek() != '|') break;
    ++at_;
  }
  return all.size() == 1 ? all[0] : builder_.choice(all);
}

Result<std::shared_ptr<const Grammar>> GbnfReader::read() {
  if (!text::valid_utf8(text_)) return error("it is not UTF-8", 0);
  for (skip_space(true); !ends(); skip_space(true)) {
    const std::size_t begin = at_;
    if (!at_rule()) return error("a rule is wanted", begin);
    const std::string_view rule = name();
    skip_space(false);
    at_ += 3;  // ::=
    if (named(rule, begin).defined) return error("the rule " + std::string(rule) + " is defined twice", begin);
    named(rule, begin).defined = true;
    const Id id = named(rule, begin).id;
    SLUICE_TRY(const Id body, alternatives(0));
    builder_.define(id, body);
  }
  for (const auto& [rule, info] : names_)
    if (!info.defined) return error("the rule " + rule + " is not defined", info.seen);
  const auto root = names_.find("root");
  if (root == names_.end()) return error("there is no rule named root", 0);
  return builder_.build(root->second.id);
}

}  // namespace

Result<std::shared_ptr<const Grammar>> parse_grammar(std::string_view gbnf) { return GbnfReader(gbnf).read(); }

}  // namespace sluice::engine::constraint
