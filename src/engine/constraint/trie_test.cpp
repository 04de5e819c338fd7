// Masks are made of sets that were counted in advance and of walks; what they must be is what each token alone
// says.
#include "engine/constraint/trie.h"

#include <doctest/doctest.h>

#include "engine/constraint/test_vocabulary.h"

namespace sluice::engine::constraint {
namespace {

using namespace test;

// Words, phrases, long runs, characters of two to four bytes, parts of them, and text that ends or escapes
// strings.
std::vector<std::string> random_pieces(std::mt19937_64& random) {
  static const char* const kParts[] = {"a",    "b",      "kind",   "name",      " ",          "  ",     "9",
                                       "Z",    "<",      "</",     "\"",        "\\",         "\n",     "\t",
                                       "-",    "_",      "\u00E9", "\u4E16",    "\U0001F600", "\uFF5C", "\uFF5B",
                                       "\x7F", "\u0800", "\uE000", "\U0010FFFF"};
  std::vector<std::string> pieces;
  for (int i = 0; i < 1500; ++i) {
    std::string piece;
    const std::uint64_t parts = 1 + random() % (i % 10 == 0 ? 24 : 4);
    const bool plain = random() % 3 != 0;  // of the first parts, which are ordinary
    for (std::uint64_t n = 0; n < parts; ++n) piece += kParts[random() % (plain ? 8 : std::size(kParts))];
    if (random() % 8 == 0) piece.pop_back();
    if (random() % 8 == 0 && !piece.empty()) piece.erase(0, 1);
    if (!piece.empty()) pieces.push_back(piece);
  }
  return pieces;
}

std::vector<std::shared_ptr<const Grammar>> forms() {
  std::vector<std::shared_ptr<const Grammar>> out{json_object()};
  for (
      const char* schema :
      {R"({"type":"object","properties":{"name":{"type":"string"},"kind":{"type":"string","maxLength":3}}})",
       R"({"type":"array","items":{"type":"string","minLength":1,"maxLength":20}})",
       R"({"type":"string","maxLength":16})", R"({"type":"string","maxLength":15})",
       R"({"enum":["name","kind <a>","b"]})",
       R"({"type":"object","properties":{"a":{"pattern":"^[a-z]{2,}$"}},"required":["a"],"additionalProperties":false})"}) {
    auto grammar = parse_schema(schema);
    REQUIRE_MESSAGE(grammar.has_value(), schema);
    out.push_back(*grammar);
  }
  for (const char* gbnf :
       {"root ::= [^<]* \"<\" [^\"]*", "root ::= .{0,9} \"b\"", "root ::= [a-z ]* ([\\n] root)?",
        "root ::= [^\\u4E16]*", "root ::= [^\\uFF5C]{0,5} | \"a\" [^ ]*",
        "root ::= ([a-m] | [n-z]) .* | [^a-z] \"name\"", "root ::= .*", "root ::= [^a] [^a]? | \"a\" .*",
        "root ::= [\\U0001F600-\\U0010FFFF] .* | [\\u00E9] . | [^\\u00E9] [^\\n]*"}) {
    auto grammar = parse_grammar(gbnf);
    REQUIRE_MESSAGE(grammar.has_value(), gbnf);
    out.push_back(*grammar);
  }
  return out;
}

}  // namespace

TEST_CASE("a mask is what each token alone says, whatever form an answer has and wherever it stands") {
  std::mt19937_64 random(29);
  const TestVocabulary vocabulary(random_pieces(random));
  const TokenTrie trie(vocabulary, {});
  std::vector<std::string> spelled(static_cast<std::size_t>(vocabulary.size()));
  for (std::int32_t id = 0; id < vocabulary.size(); ++id)
    vocabulary.append_token_text(spelled[static_cast<std::size_t>(id)], id, false);
  std::size_t masks = 0, tokens = 0;
  for (const auto& grammar : forms()) {
    for (int answer = 0; answer < 6; ++answer) {
      Automaton walked(grammar), checker(grammar);
      Automaton::State at = walked.start(), state = checker.start();
      for (int step = 0; step < 12; ++step) {
        TokenSet expected(vocabulary.size()), allowed(vocabulary.size());
        std::vector<std::pair<std::int32_t, Automaton::State>> ways;
        for (std::int32_t id = 0; id < vocabulary.size(); ++id) {
          Automaton::State next = state;
          for (const char c : spelled[static_cast<std::size_t>(id)])
            if (next != Automaton::kDead) next = checker.step(next, static_cast<unsigned char>(c));
          if (next == Automaton::kDead || id == TestVocabulary::kEnd) continue;
          expected.add(id);
          ways.emplace_back(id, next);
        }
        trie.walk(walked, at, allowed);
        for (std::int32_t id = 0; id < vocabulary.size(); ++id)
          REQUIRE_MESSAGE(allowed.has(id) == expected.has(id), spelled[static_cast<std::size_t>(id)]);
        ++masks;
        tokens += ways.size();
        if (ways.empty()) break;
        const auto& [chosen, next] = ways[random() % ways.size()];
        state = next;
        for (const char c : spelled[static_cast<std::size_t>(chosen)])
          at = walked.step(at, static_cast<unsigned char>(c));
      }
    }
  }
  MESSAGE(masks, " masks of ", tokens, " tokens in all");
  CHECK(masks > 300);
}

}  // namespace sluice::engine::constraint
