// Source code: runs of lines that look like program text in any of the common languages, scored line by line, so
// that a page of code inside a letter is found and a line of it is not.
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "sense/detect/topic/assembly.h"
#include "sense/detect/topic/code_keywords.h"
#include "sense/detect/topic/detectors.h"
#include "sense/scan/byte_bits.h"
#include "sense/scan/byte_class.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

// "About eight lines" (the definition of the category), less what closing brackets and comments lack.
constexpr double kEnough = 6.0;
constexpr int kStrongLines = 3;   // lines that only code has
constexpr double kDensity = 0.5;  // of non-blank lines
constexpr int kGap = 3;           // prose lines in a row that end a run

// Where the keywords with each first byte begin.
constexpr std::array<std::uint16_t, 129> keyword_ranges() {
  std::array<std::uint16_t, 129> first{};
  std::size_t k = 0;
  for (std::size_t c = 0; c < 128; ++c) {
    first[c] = static_cast<std::uint16_t>(k);
    while (k < std::size(kKeywords) && static_cast<unsigned char>(kKeywords[k][0]) == c) ++k;
  }
  first[128] = static_cast<std::uint16_t>(k);
  return first;
}
constexpr auto kKeywordsFrom = keyword_ranges();
static_assert(kKeywordsFrom[128] == std::size(kKeywords), "the keywords are sorted and fit the table");

bool is_keyword(std::string_view word) {
  if (word.empty() || static_cast<unsigned char>(word[0]) >= 128) return false;
  const auto c = static_cast<std::size_t>(word[0]);
  const auto* const from = kKeywords + kKeywordsFrom[c];
  return std::find(from, kKeywords + kKeywordsFrom[c + 1], word) != kKeywords + kKeywordsFrom[c + 1];
}

// What one pass over a line counts.
struct Marks {
  int brackets = 0, operators = 0, statements = 0, words = 0, pairs = 0;
  bool call = false;        // name(
  bool assignment = false;  // name = value
};

bool is_operator(char c) { return c != 0 && std::strchr("=+*/<>%&|^!~", c) != nullptr; }

// Two characters that stand together in programs and hardly elsewhere.
bool is_pair(char a, char b) {
  switch (a) {
    case '-':
      return b == '>' || b == '=';
    case '=':
      return b == '>' || b == '=';
    case ':':
      return b == ':' || b == '=';
    case '!':
    case '*':
      return b == '=';
    case '<':
      return b == '=' || b == '<' || b == '-';
    case '>':
      return b == '=';
    case '&':
    case '|':
    case '?':
      return b == a;
    case '+':
      return b == '+' || b == '=';
    case '(':
      return b == ')';
    case '[':
      return b == ']';
    case '{':
      return b == '}';
    default:
      return false;
  }
}

void count_sign(std::string_view line, std::size_t i, bool after_word, Marks& m) {
  const char c = line[i];
  if (c == '(' || c == ')' || c == '{' || c == '}' || c == '[' || c == ']') ++m.brackets;
  if (is_operator(c)) ++m.operators;
  if (c == ';' || c == '{') ++m.statements;
  if (c == '(' && after_word) m.call = true;
  if (c == '=' && i > 0 && i + 1 < line.size() && line[i + 1] != '=' && line[i - 1] != '=') m.assignment = true;
  if (i + 1 < line.size() && is_pair(c, line[i + 1])) ++m.pairs;
}

constexpr scan::ByteClass kWords("_", true);
constexpr scan::ByteClass kSigns("(){}[];=+*/<>%&|^!~-:?");  // of which count_sign() counts something

// Reads the lines of a text one after the other.
class Marker {
 public:
  explicit Marker(std::string_view text) : text_(text), words_(text, kWords), signs_(text, kSigns) {}

  // Of a line, a part of the text behind the one before.
  Marks of(std::string_view line) {
    Marks m;
    const auto start = static_cast<std::size_t>(line.data() - text_.data()), end = start + line.size();
    std::uint64_t before = 0;  // 1 if the byte before these is part of a word
    for (std::size_t at = start / 64 * 64; at < end; at += 64) {
      std::uint64_t inside = ~std::uint64_t{0};
      if (at < start) inside <<= start - at;
      if (end - at < 64) inside &= (std::uint64_t{1} << (end - at)) - 1;
      const std::uint64_t words = inside & words_.of(at), after_word = words << 1 | before;
      m.words += std::popcount(words & ~after_word);
      before = words >> 63;
      scan::for_each_bit(inside & signs_.of(at),
                         [&](std::size_t i) { count_sign(line, at + i - start, after_word >> i & 1, m); });
    }
    return m;
  }

 private:
  std::string_view text_;
  scan::ClassBits words_, signs_;
};

struct LineScore {
  double value = 0;
  bool strong = false;
};

bool is_comment(std::string_view line) {
  return line.starts_with("//") || line.starts_with("/*") || line.starts_with("* ") || line.starts_with("--") ||
         line.starts_with("# ") || line.starts_with("\"\"\"") || line.starts_with("*/") ||
         line.starts_with(";;") || line.starts_with("; ");
}

// name = value, name.name[0] += value, with one word on the left.
bool is_assignment(std::string_view line) {
  std::size_t i = 0;
  // A zero byte is one of them, as it ends the list of signs.
  constexpr scan::ByteTable kLeft = scan::byte_table(std::string_view("_.[]$@\"'*,:\0", 12), true);
  while (i < line.size() && scan::among(line[i], kLeft)) ++i;
  if (i == 0) return false;
  std::size_t op = i;
  while (op < line.size() && line[op] == ' ') ++op;
  if (op + 1 >= line.size()) return false;
  if (line[op] == '=' && line[op + 1] != '=') return true;
  if (line[op] == '<' && line[op + 1] == '-') return true;  // R
  return std::strchr("+-*/|&:", line[op]) != nullptr && line[op + 1] == '=';
}

bool is_statement_start(std::string_view line, const Marks& m) {
  std::size_t end = 0;
  while (end < line.size() && line[end] != ' ' && line[end] != '(' && line[end] != '{' && line[end] != '<') ++end;
  const std::string_view word = line.substr(0, end);
  if (!is_keyword(word)) return false;
  if (word[0] == '#' || word[0] == '@') return true;
  const bool upper = word[0] >= 'A' && word[0] <= 'Z';
  const char last = line.back();
  const bool closed = last == ':' || last == '{' || last == ';' || last == ')' || last == ',' || last == '(';
  if (line.size() == end) return true;  // "else", "end", "BEGIN"
  if (upper)
    return m.words >= 2 && (m.operators + m.brackets + m.pairs > 0 || closed || line.find('.') != line.npos ||
                            line.find(',') != line.npos || m.words <= 5);
  if (word == "import" || word == "from" || word == "package" || word == "use" || word == "using")
    return m.words <= 8;
  if (word == "return" || word == "break" || word == "continue" || word == "raise")
    return m.words <= 3 || m.brackets + m.operators > 0 || closed;
  return closed || m.brackets + m.pairs > 0 || m.assignment;
}

// A command with a variable, "do" or "then" at the end.
bool is_shell(std::string_view line) {
  if (line.ends_with("; do") || line.ends_with("; then")) return true;
  if (line.front() < 'a' || line.front() > 'z') return false;
  const std::size_t dollar = line.find('$');
  if (dollar == line.npos || dollar + 1 >= line.size()) return false;
  const char next = line[dollar + 1];
  return next == '{' || next == '(' || next == '_' || (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z');
}

// Lisp's forms, types and clauses of Haskell, Prolog and Erlang: "(defun f (x)", "f :: Int -> Int", "p(X) :-
// q(X).",
// "-export([f/1]).", "loop(N) ->".
bool is_declarative(std::string_view line, const Marks& m) {
  if (line.front() == '(' && m.brackets >= 2) {
    for (const char* form :
         {"(def", "(let", "(lambda", "(if ", "(when ", "(unless ", "(cond", "(set", "(ns ", "(do", "(require",
          "(import", "(fn ", "(loop", "(case ", "(begin", "(values", "(error", "(->"}) {
      if (line.starts_with(form)) return true;
    }
  }
  if (m.pairs >= 2 && line.find(" :: ") != line.npos) return true;
  if (m.brackets < 2) return false;
  if (line.find(" :- ") != line.npos || line.ends_with(" :-") || line.starts_with(":- ")) return true;
  if (line.starts_with("-module(") || line.starts_with("-export(") || line.starts_with("-record(")) return true;
  return line.ends_with("->");
}

// "end tell", "End Sub": a block of Basic, Pascal's kin, Lua or AppleScript closes.
bool closes_block(std::string_view line, const Marks& m) {
  if (m.words != 2 || (!line.starts_with("end ") && !line.starts_with("End "))) return false;
  const std::string_view what = line.substr(4);
  for (const char* block :
       {"tell",     "repeat",    "if",      "If",        "try",    "Try",     "Sub",    "Function",
        "Class",    "Property",  "With",    "While",     "Select", "Module",  "do",     "subroutine",
        "function", "module",    "program", "loop",      "case",   "process", "record", "Type",
        "Enum",     "Structure", "on",      "Namespace", "Using"}) {
    if (what.starts_with(block)) return true;
  }
  return false;
}

// A form of Lisp's kind, "(display (f x))", or the end of one, "(g y)))"; not "(a) the Seller (if any)".
bool is_form(std::string_view line, const Marks& m) {
  if (m.words > 14 || line.find(". ") != line.npos || line.find("; ") != line.npos) return false;
  const bool opens = line.front() == '(' && line.size() > 1 && line[1] != '"' && line[1] != ' ';
  const std::size_t close = line.find(')'), blank = line.find_first_of(" (", 1);
  if (opens && m.brackets >= 3 && blank != line.npos && (close == line.npos || blank < close)) {
    return line.back() == ')' && (m.brackets >= 4 || line.ends_with("))"));
  }
  return line.front() != '(' && m.words <= 6 && line.ends_with(")))");
}

LineScore score(std::string_view line, const Marks& m) {
  const char last = line.back();
  if (is_comment(line)) return {0.4, false};
  if (line.starts_with("#!/") || line.starts_with("<?php") || line.starts_with("```")) return {0.5, true};
  if (m.words == 0) return {m.brackets > 0 ? 0.6 : 0.0, false};  // "}", "});"
  // Several statements on one line count as the lines they could be.
  const double more = m.statements > 1 ? std::min(m.statements - 1, 12) * 0.5 : 0;
  if (is_statement_start(line, m)) return {1 + more, true};
  const bool json = line.front() == '"' && line.find("\":") != line.npos;
  if (json) return {0, false};
  const bool ends_statement = last == ';' || last == '{' || line.ends_with("},") || line.ends_with("})");
  if (ends_statement && (m.brackets + m.operators + m.pairs > 0)) return {1 + more, true};
  if (m.pairs >= 1 && (m.call || m.assignment || m.brackets >= 2)) return {1 + more, true};
  if (is_assembly(line)) return {0.8, true};
  if (is_cobol(line)) return {0.9, true};
  if (is_declarative(line, m)) return {1, true};
  if (is_shell(line)) return {0.7, true};
  if (is_assignment(line)) return {0.8, m.call || m.pairs > 0};
  if (m.call && (last == ')' || last == ',' || last == ':') && m.words <= 14) {
    return {m.brackets >= 4 || m.words <= 4 ? 1.0 : 0.7, true};
  }
  if (last == ',' && m.brackets >= 2 && m.words <= 10) return {0.7, false};
  if (line.front() == '<' && last == '>') return {0.6, true};
  if (line.ends_with("%>%") || line.ends_with("|>") || line.front() == '@') return {0.8, true};
  if (line.front() == '.' && m.call) return {1, true};  // chained calls
  if (last == '}' && m.statements >= 2 && m.words <= 12 && line.find(':') != line.npos) return {1, true};  // CSS
  if (closes_block(line, m)) return {0.8, true};
  if (m.brackets >= 3 && is_form(line, m)) return {0.8, true};
  // "toUpper x = if x ...": some words to the left, and no sentence.
  if (m.assignment && m.words <= 12 && last != '.' && last != '?' && last != '!') return {0.5, false};
  if (m.words <= 4 && m.brackets > 0 && m.words > 0 && line.find(". ") == line.npos) return {0.5, false};
  return {0, false};
}

class SourceCode : public scan::Detector {
 public:
  const char* name() const override { return "source_code"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    Run run;
    const std::string_view text = doc.text;
    Marker marker(text);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t newline = std::min(text.find('\n', at), text.size());
      std::string_view line = text.substr(at, newline - at);
      while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
      while (!line.empty() && (line.back() == ' ' || line.back() == '\r' || line.back() == '\t'))
        line.remove_suffix(1);
      if (!line.empty()) take(run, score(line, marker.of(line)), at, newline, hits);
      at = newline + 1;
    }
    finish(run, hits);
    return {};
  }

 private:
  struct Run {
    double sum = 0;
    int lines = 0, strong = 0, prose = 0, code_lines = 0;
    std::size_t start = 0, end = 0;
  };

  static void take(Run& run, LineScore s, std::size_t start, std::size_t end, std::vector<Hit>& hits) {
    if (s.value <= 0) {
      if (run.lines == 0) return;
      ++run.prose;
      if (run.prose > kGap) finish(run, hits);
      return;
    }
    if (run.lines == 0) run.start = start;
    run.lines += 1 + run.prose;  // prose between two lines of code counts against the density
    run.prose = 0;
    ++run.code_lines;
    run.sum += s.value;
    run.strong += s.strong;
    run.end = end;
  }

  static void finish(Run& run, std::vector<Hit>& hits) {
    const bool found = run.sum >= kEnough && (run.strong >= kStrongLines || run.sum >= run.code_lines * 3.0) &&
                       run.code_lines >= run.lines * kDensity && run.strong > 0;
    if (found) {
      const double confidence = std::min(0.99, 0.6 + 0.01 * run.sum);
      hits.push_back(Hit{Kind::SourceCode, confidence, static_cast<std::uint32_t>(run.start),
                         static_cast<std::uint32_t>(run.end)});
    }
    run = Run{};
  }
};

}  // namespace

Made make_source_code(scan::PhraseSet&) { return std::make_unique<SourceCode>(); }

}  // namespace sluice::sense::detect
