// Source code: runs of lines that look like program text in any of the common languages, scored line by line, so
// that a page of code inside a letter is found and a line of it is not.
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <initializer_list>
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
  const auto ends = [](char c) { return c == ' ' || c == '\t' || c == '(' || c == '{' || c == '<'; };
  while (end < line.size() && !ends(line[end])) ++end;
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
  if (word == "goto") return m.words == 2;
  if (word == "echo" || word == "puts" || word == "print") {
    if (last == '"' || last == '\'') return true;
  }
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

// Looked for by the sign, since blanks are everywhere.
bool between_blanks(std::string_view line, std::string_view sign) {
  for (std::size_t at = line.find(sign, 1); at != line.npos; at = line.find(sign, at + 1)) {
    if (line[at - 1] == ' ' && at + sign.size() < line.size() && line[at + sign.size()] == ' ') return true;
  }
  return false;
}

// Lisp's forms, types and clauses of Haskell, Prolog and Erlang: "(defun f (x)", "f :: Int -> Int",
// "p(X) :- q(X).", "-export([f/1]).", "loop(N) ->".
bool is_declarative(std::string_view line, const Marks& m) {
  if (line.front() == '(' && m.brackets >= 2) {
    for (const char* form :
         {"(def", "(let", "(lambda", "(if ", "(when ", "(unless ", "(cond", "(set", "(ns ", "(do", "(require",
          "(import", "(fn ", "(loop", "(case ", "(begin", "(values", "(error", "(->"}) {
      if (line.starts_with(form)) return true;
    }
  }
  if (m.pairs >= 2 && between_blanks(line, "::")) return true;
  if (m.brackets < 2) return false;
  if (between_blanks(line, ":-") || line.ends_with(" :-") || line.starts_with(":- ")) return true;
  if (line.starts_with("-module(") || line.starts_with("-export(") || line.starts_with("-record(")) return true;
  return line.ends_with("->");
}

// Whether one of the words is what the line begins with.
bool begins(std::string_view line, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return !line.empty() && word[0] == line[0] && line.starts_with(word);
  });
}

bool is_sql_type(std::string_view word) {
  static constexpr std::string_view kTypes[] = {
      "bigint", "bigserial", "bool",    "boolean",   "char",  "date",    "decimal", "double",
      "float",  "int",       "integer", "json",      "jsonb", "number",  "numeric", "nvarchar",
      "serial", "smallint",  "text",    "timestamp", "uuid",  "varchar", "varchar2"};
  std::array<char, 10> lower{};
  if (word.empty() || word.size() > lower.size()) return false;
  std::transform(word.begin(), word.end(), lower.begin(),
                 [](char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
  return std::binary_search(std::begin(kTypes), std::end(kTypes), std::string_view(lower.data(), word.size()));
}

// What a column is held to, behind its type.
bool is_constraint(std::string_view rest) {
  for (const char* word : {" not null", " NOT NULL", " null", " NULL", " primary ", " PRIMARY ", " default ",
                           " DEFAULT ", " unique", " UNIQUE", " references ", " REFERENCES "}) {
    if (rest.find(word) != rest.npos) return true;
  }
  return false;
}

// "create table account", "drop index", "id bigint not null,": SQL in small letters, whose verbs are everyone's.
bool is_small_sql(std::string_view line, const Marks& m) {
  switch (line.front()) {
    case 'a':
      if ((line.starts_with("alter ") || line.starts_with("add ")) &&
          begins(line, {"alter table ", "alter view ", "alter session ", "alter user ", "add constraint ",
                        "add column "}))
        return true;
      break;
    case 'c':
      if (line.starts_with("create "))
        return m.words <= 12 &&
               begins(line.substr(7), {"table ", "view ", "index ", "unique index ", "or replace ", "function ",
                                       "procedure ", "trigger ", "schema ", "database ", "sequence ",
                                       "temporary table ", "materialized view ", "type "});
      break;
    case 'd':
      if (line.starts_with("drop "))
        return m.words <= 7 && begins(line.substr(5), {"table ", "view ", "index ", "function ", "procedure ",
                                                       "trigger ", "schema ", "database ", "sequence ", "column ",
                                                       "constraint ", "package ", "type "});
      if (line.starts_with("delete from ")) return m.words <= 12 && (m.operators > 0 || line.back() == ';');
      break;
    case 'g':
      if (line.starts_with("grant ")) return line.find(" on ") != line.npos && line.find(" to ") != line.npos;
      if (line.starts_with("group by ")) return m.words <= 8;
      break;
    case 'i':
      if (line.starts_with("insert into ")) return m.words <= 30 && m.brackets > 0;
      break;
    case 'l':
      if (line.starts_with("left join ")) return m.words <= 14;
      break;
    default:
      break;
  }
  if (m.words > 12 || m.words < 2 || (line.back() != ',' && !line.ends_with("null") && !line.ends_with("NULL")))
    return false;
  const std::size_t name = line.find(' '), type = line.find_first_not_of(' ', name);
  if (type == line.npos) return false;
  const std::size_t end = std::min(line.find_first_of(" (,", type), line.size());
  const std::string_view rest = line.substr(end);
  if (rest.starts_with(' ') && !is_constraint(rest)) return false;  // "the date of the meeting,"
  return is_sql_type(line.substr(type, end - type));
}

// "class Invoice extends Document", "module Billing": a name of one's own behind what it is.
bool is_declaration(std::string_view line, const Marks& m) {
  if (m.words > 7 || m.words < 2) return false;
  const std::size_t blank = line.find(' ');
  if (blank == line.npos || blank + 1 >= line.size()) return false;
  const std::string_view what = line.substr(0, blank);
  if (what != "class" && what != "struct" && what != "interface" && what != "module" && what != "trait" &&
      what != "enum" && what != "namespace" && what != "package" && what != "object")
    return false;
  const char first = line[blank + 1], last = line.back();
  if (first < 'A' || first > 'Z' || last == '.' || last == '?' || last == '!') return false;
  return m.words == 2 || m.operators + m.pairs > 0 || line.find(" extends ") != line.npos ||
         line.find(" implements ") != line.npos || line.find(" : ") != line.npos;
}

// Visual Basic's lines that begin as sentences do: "Private view As GridView", "Set sheet = Nothing",
// "On Error Resume Next"; and the older kind with its numbers, "250 PRINT TOTAL".
bool is_basic(std::string_view line, const Marks& m) {
  const char front = line.front();
  if (front >= '0' && front <= '9') {
    const std::size_t number = std::min(line.find_first_not_of("0123456789"), line.size());
    if (number > 5 || number + 1 >= line.size() || line[number] != ' ') return false;
    const std::string_view rest = line.substr(line.find_first_not_of(' ', number));
    return begins(rest, {"PRINT", "LET ", "REM", "FOR ", "NEXT", "GOTO ", "GOSUB ", "IF ", "DIM ", "DATA ",
                         "READ ", "INPUT ", "RETURN", "POKE ", "DEF FN", "END"});
  }
  if (m.words > 16) return false;
  switch (front) {
    case 'P':
    case 'F':
      return begins(line, {"Private ", "Public ", "Protected ", "Friend "}) &&
             (line.find(" As ") != line.npos || line.find("Sub ") != line.npos ||
              line.find("Property ") != line.npos);
    case 'S':
      return line.starts_with("Set ") && m.assignment;
    case 'O':
      return begins(line,
                    {"Option Explicit", "Option Compare ", "Option Base ", "On Error Resume", "On Error GoTo "});
    case 'E':
      return m.words == 2 && begins(line, {"Exit Sub", "Exit Function", "Exit For", "Exit Do", "Exit Property"});
    case 'A':
      return line.starts_with("Attribute VB_");
    case '#':
      return begins(line, {"#If ", "#Else", "#End If", "#Const "});
    default:
      return false;
  }
}

// "//STEP1 EXEC PGM=SORT": of a mainframe's jobs, not a comment.
bool is_job(std::string_view line) {
  if (line.size() < 8 || !line.starts_with("//") || line[2] < 'A' || line[2] > 'Z' || line.size() > 80)
    return false;
  const std::string_view name = line.substr(0, line.find(' '));
  const std::string_view rest = line.substr(name.size());
  const std::size_t verb = rest.find_first_not_of(' ');
  return verb != rest.npos && begins(rest.substr(verb), {"EXEC ", "DD ", "JOB ", "PROC "});
}

// "%JAVA_HOME%"
bool has_batch_variable(std::string_view line) {
  const std::size_t open = line.find('%');
  if (open == line.npos || open + 2 >= line.size()) return false;
  const std::size_t close =
      std::min(line.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789", open + 1), line.size() - 1);
  return close > open + 2 && line[close] == '%' && (line[open + 1] < '0' || line[open + 1] > '9');
}

// The statement ends before a comment does: "count += 1;  // of all".
bool ends_before_note(std::string_view line) {
  // Of the bytes of " //" and " /*" the slash is the rare one.
  for (std::size_t at = line.find('/', 1); at != line.npos && at + 1 < line.size(); at = line.find('/', at + 1)) {
    if (line[at - 1] != ' ' || (line[at + 1] != '/' && line[at + 1] != '*')) continue;
    const std::size_t end = line.find_last_not_of(' ', at - 1);
    return end != line.npos && std::strchr(";{},)", line[end]) != nullptr;
  }
  return false;
}

// What is less sure: members and values of a list, calls without brackets, a line that goes on in the next.
double likely(std::string_view line, const Marks& m) {
  const char last = line.back(), front = line.front();
  if (last == ';' && m.words <= 4) return 0.6;
  if (last == '\\' && line.size() > 1 && line[line.size() - 2] != '\\') return 0.6;
  const bool name = (front >= 'a' && front <= 'z') || (front >= 'A' && front <= 'Z') || front == '_';
  if (last == ',') {
    if (m.words == 1 && name) return 0.4;
    if (m.words <= 8 && line.find(" AS ") != line.npos) return 0.7;
    const std::size_t colon = line.find(": ");
    if (name && colon != line.npos && m.words <= 14 && line.find(' ') == colon + 1) return 0.6;
  }
  if (name && front >= 'a' && m.words <= 10) {
    const std::size_t blank = line.find(' ');
    if (blank != line.npos && blank + 2 < line.size()) {
      const char next = line[blank + 1];
      const bool quoted = (next == '"' || next == '\'') && (last == next || last == ',');
      if (quoted || (next == ':' && line[blank + 2] >= 'a' && line[blank + 2] <= 'z')) return 0.5;
    }
  }
  if (m.pairs >= 1 && m.words <= 12 && last != '.' && last != '?' && last != '!') return 0.5;
  return 0;
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
  if (is_job(line)) return {0.9, true};
  if (is_comment(line)) return {0.4, false};
  if (line.starts_with("#!/") || line.starts_with("<?php") || line.starts_with("```")) return {0.5, true};
  if (m.words == 0) return {m.brackets > 0 ? 0.6 : 0.0, false};  // "}", "});"
  if (line.front() == '|' && last == '|') return {0, false};     // a row of a table
  if (line.front() == '`' && last == '`') return {0.4, false};   // a command in a guide
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
  const bool opens = last == '(' || last == '[' || (last == ']' && (line.front() == '[' || line.front() == '#'));
  if (m.call && (last == ')' || last == ',' || last == ':' || opens) && m.words <= 14) {
    return {m.brackets >= 4 || m.words <= 4 ? 1.0 : 0.7, true};
  }
  if (last == ',' && m.brackets >= 2 && m.words <= 10) return {0.7, false};
  if (line.front() == '<' && last == '>') return {0.6, true};
  if (line.ends_with("%>%") || line.ends_with("|>") || line.front() == '@') return {0.8, true};
  if (line.front() == '.' && m.call) return {1, true};  // chained calls
  if (last == '}' && m.statements >= 2 && m.words <= 12 && line.find(':') != line.npos) return {1, true};  // CSS
  if (closes_block(line, m)) return {0.8, true};
  if (m.brackets >= 3 && is_form(line, m)) return {0.8, true};
  if (m.pairs >= 1 && m.words <= 10 && (line.ends_with("->") || line.ends_with("=>"))) return {0.9, true};
  if (m.operators >= 2 && ends_before_note(line)) return {1 + more, true};
  if (m.words <= 14 &&
      (line.find(" do |") != line.npos || (line.ends_with(" do") && m.brackets + m.operators > 0)))
    return {1, true};
  if (last == ';' && m.words <= 4 && line.find('_') != line.npos) return {0.8, true};  // "lamp_t front;"
  if (line.ends_with(" (") && m.words >= 1 && m.words <= 5) return {0.8, true};
  if (line.starts_with("$(") || line.starts_with("${")) return {0.7, true};
  if (m.operators >= 2 && has_batch_variable(line)) return {0.6, true};
  if (m.call && line.ends_with(").") && line.find(' ') > line.find('(')) return {0.7, true};  // a fact of Prolog
  if (line.front() == '.' && line.size() > 1 && line[1] >= 'A' && m.brackets >= 2 && (last == ',' || last == ')'))
    return {0.9, true};  // Verilog's ports
  if (is_declaration(line, m)) return {0.9, true};
  if (is_small_sql(line, m) || is_basic(line, m)) return {0.9, true};
  // "toUpper x = if x ...": some words to the left, and no sentence.
  if (m.assignment && m.words <= 12 && last != '.' && last != '?' && last != '!') return {0.5, false};
  if (m.words <= 4 && m.brackets > 0 && m.words > 0 && line.find(". ") == line.npos) return {0.5, false};
  return {likely(line, m), false};
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
