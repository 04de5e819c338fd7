// Regular expressions as grammars: the part of ECMA 262 that describes regular languages.
#include "engine/constraint/parts.h"
#include "text/utf8.h"

namespace sluice::engine::constraint {
namespace {

constexpr int kDeepest = 200;
constexpr int kMostCount = 10'000;

CodeSet digit_set() { return CodeSet::range('0', '9'); }
CodeSet word_set() { return CodeSet::range('0', '9').add('A', 'Z').add('a', 'z').add('_', '_'); }
CodeSet space_set() {
  return CodeSet::range(0x09, 0x0D)
      .add(0x20, 0x20)
      .add(0xA0, 0xA0)
      .add(0x1680, 0x1680)
      .add(0x2000, 0x200A)
      .add(0x2028, 0x2029)
      .add(0x202F, 0x202F)
      .add(0x205F, 0x205F)
      .add(0x3000, 0x3000)
      .add(0xFEFF, 0xFEFF);
}

class RegexReader {
 public:
  RegexReader(GrammarBuilder& builder, std::string_view pattern, const Writing& writing, bool search)
      : b_(builder), text_(pattern), writing_(writing), search_(search) {}
  Result<Id> read() {
    if (!text::valid_utf8(text_)) return error("it is not UTF-8", 0);
    SLUICE_TRY(const Id all, alternatives(0, true));
    if (!ends()) return error("a parenthesis closes nothing", at_);
    return all;
  }

 private:
  Failure error(const std::string& what, std::size_t at) const {
    return fail("engine.constraint", "the regular expression is not understood: " + what,
                "byte " + std::to_string(at) + " of the pattern",
                "classes, groups, alternatives, repetitions and anchors at the ends are possible");
  }
  bool ends() const { return at_ >= text_.size(); }
  char peek() const { return ends() ? '\0' : text_[at_]; }
  bool take(std::string_view expected) {
    if (!text_.substr(at_).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }
  Id any() { return b_.repeat(written(b_, CodeSet::all(), writing_), 0); }

  // At the outermost level each alternative may have anchors, and what has none is searched for.
  Result<Id> alternatives(int depth, bool outer) {
    std::vector<Id> all;
    do {
      const bool begins = outer && take("^");
      SLUICE_TRY(const Id run, sequence(depth));
      const bool closes = outer && take("$");
      std::vector<Id> parts{run};
      if (outer && search_ && !begins) parts.insert(parts.begin(), any());
      if (outer && search_ && !closes) parts.push_back(any());
      all.push_back(parts.size() == 1 ? run : b_.sequence(parts));
    } while (take("|"));
    return all.size() == 1 ? all[0] : b_.choice(all);
  }

  Result<Id> sequence(int depth) {
    std::vector<Id> parts;
    while (!ends() && peek() != '|' && peek() != ')' && !(peek() == '$' && depth == 0)) {
      SLUICE_TRY(const Id one, atom(depth));
      SLUICE_TRY(const Id some, repeated(one));
      parts.push_back(some);
    }
    return b_.sequence(parts);
  }

  Result<Id> atom(int depth) {
    const std::size_t begin = at_;
    switch (peek()) {
      case '(':
        return group(depth);
      case '[':
        return char_class();
      case '.':
        ++at_;
        return written(b_, CodeSet::of("\n\r\u2028\u2029").inverted(), writing_);
      case '^':
      case '$':
        return error("an anchor stands inside", begin);
      case '*':
      case '+':
      case '?':
        return error("a repetition repeats nothing", begin);
      default:
        break;
    }
    SLUICE_TRY(const CodeSet set, peek() == '\\' ? escape(false) : Result<CodeSet>(next()));
    return written(b_, set, writing_);
  }

  CodeSet next() {
    const std::uint32_t c = text::next_code_point(text_, at_);
    return CodeSet::range(c, c);
  }

  Result<Id> group(int depth) {
    const std::size_t begin = at_++;
    if (depth >= kDeepest) return error("more than 200 groups in each other", begin);
    if (take("?")) {
      const bool named = peek() == '<' && at_ + 1 < text_.size() && text_[at_ + 1] != '=' && text_[at_ + 1] != '!';
      if (named) {
        const std::size_t close = text_.find('>', at_);
        if (close == std::string_view::npos) return error("a group's name is not closed", begin);
        at_ = close + 1;
      } else if (!take(":")) {
        return error("look-around and flags are not possible", begin);
      }
    }
    SLUICE_TRY(const Id inner, alternatives(depth + 1, false));
    if (!take(")")) return error("a group is not closed", begin);
    return inner;
  }

  Result<Id> repeated(Id one) {
    const std::size_t begin = at_;
    int least = 0, most = GrammarBuilder::kNoLimit;
    if (take("*")) {
    } else if (take("+")) {
      least = 1;
    } else if (take("?")) {
      most = 1;
    } else if (peek() == '{') {
      ++at_;
      SLUICE_TRY(least, count());
      most = least;
      if (take(",")) {
        most = GrammarBuilder::kNoLimit;
        if (peek() != '}') {
          SLUICE_TRY(most, count());
        }
      }
      if (!take("}") || (most >= 0 && most < least)) return error("a repetition like {2,5} is wanted", begin);
    } else {
      return one;
    }
    take("?");  // a lazy repetition matches the same texts
    if (b_.too_large()) return error("it has more than 300,000 parts", begin);
    return b_.repeat(one, least, most);
  }

  Result<int> count() {
    int value = 0;
    const std::size_t begin = at_;
    for (; peek() >= '0' && peek() <= '9'; ++at_) {
      value = value * 10 + (peek() - '0');
      if (value > kMostCount) return error("more than 10000 repetitions", begin);
    }
    if (at_ == begin) return error("a number is missing", begin);
    return value;
  }

  Result<CodeSet> escape(bool in_class) {
    const std::size_t begin = at_++;
    if (ends()) return error("it ends with a backslash", begin);
    const char c = text_[at_];
    if (static_cast<unsigned char>(c) >= 0x80) return next();
    ++at_;
    switch (c) {
      case 'd':
        return digit_set();
      case 'D':
        return digit_set().inverted();
      case 'w':
        return word_set();
      case 'W':
        return word_set().inverted();
      case 's':
        return space_set();
      case 'S':
        return space_set().inverted();
      case 'n':
        return CodeSet::of("\n");
      case 'r':
        return CodeSet::of("\r");
      case 't':
        return CodeSet::of("\t");
      case 'f':
        return CodeSet::of("\f");
      case 'v':
        return CodeSet::of("\v");
      case 'x':
        return hex(2, begin);
      case 'u':
        return hex(4, begin);
      case 'b':
        if (in_class) return CodeSet::of("\b");
        break;
      default:
        break;
    }
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
      return error(std::string("the escape \\") + c, begin);
    return CodeSet::range(static_cast<unsigned char>(c), static_cast<unsigned char>(c));
  }

  Result<CodeSet> hex(int digits, std::size_t begin) {
    std::uint32_t value = 0;
    for (int i = 0; i < digits; ++i, ++at_) {
      const std::size_t digit = std::string_view("0123456789abcdef").find(static_cast<char>(peek() | 0x20));
      if (ends() || digit == std::string_view::npos) return error("an escape without its digits", begin);
      value = value * 16 + static_cast<std::uint32_t>(digit);
    }
    if (value >= 0xD800 && value <= 0xDFFF) return error("half of a surrogate pair", begin);
    return CodeSet::range(value, value);
  }

  Result<Id> char_class() {
    const std::size_t begin = at_++;
    const bool inverted = take("^");
    CodeSet set;
    while (!ends() && peek() != ']') {
      SLUICE_TRY(const CodeSet first, peek() == '\\' ? escape(true) : Result<CodeSet>(next()));
      const bool range = peek() == '-' && at_ + 1 < text_.size() && text_[at_ + 1] != ']';
      if (!range) {
        set.add(first);
        continue;
      }
      ++at_;
      SLUICE_TRY(const CodeSet last, peek() == '\\' ? escape(true) : Result<CodeSet>(next()));
      const auto single = [](const CodeSet& s) {
        return s.ranges().size() == 1 && s.ranges()[0].first == s.ranges()[0].second;
      };
      if (!single(first) || !single(last) || last.ranges()[0].first < first.ranges()[0].first)
        return error("a range without proper ends", begin);
      set.add(first.ranges()[0].first, last.ranges()[0].first);
    }
    if (!take("]")) return error("a class is not closed", begin);
    return written(b_, inverted ? set.inverted() : set, writing_);
  }

  GrammarBuilder& b_;
  std::string_view text_;
  const Writing& writing_;
  const bool search_;
  std::size_t at_ = 0;
};

}  // namespace

Result<Id> regex(GrammarBuilder& builder, std::string_view pattern, const Writing& writing, bool search) {
  return RegexReader(builder, pattern, writing, search).read();
}

}  // namespace sluice::engine::constraint
