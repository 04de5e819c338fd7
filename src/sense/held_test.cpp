// The topics on texts that are not the trained model's training texts: tests/cases/sense/topics.held. Rates, not single texts.
#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <string>

#include "sense/test_text.h"

namespace sluice::sense::testing {
namespace {

struct Count {
  int texts = 0, right = 0, escaped = 0;
};

std::string unescaped(std::string_view line) {
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool escape = line[i] == '\\' && i + 1 < line.size() && (line[i + 1] == 'n' || line[i + 1] == 't');
    if (escape) {
      out += line[++i] == 'n' ? '\n' : '\t';
    } else {
      out += line[i];
    }
  }
  return out;
}

// By label: how many texts, how many judged right, and how many sensitive ones judged harmless.
std::map<std::string, Count> counted() {
  std::ifstream file("tests/cases/sense/topics.held");
  REQUIRE(file);
  std::map<std::string, Count> counts;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t tab = line.find('\t');
    REQUIRE_MESSAGE(tab != std::string::npos, line);
    const std::string label = line.substr(0, tab);
    const Judgement judgement = standard_judge().judge_text(unescaped(std::string_view(line).substr(tab + 1)), {});
    const bool sensitive = judgement.label.cls >= Class::Confidential;
    Count& count = counts[label];
    ++count.texts;
    bool right = false;
    if (label == "public") {
      right = !sensitive && !judgement.label.local_only;
    } else if (label == "wish") {
      right = judgement.label.local_only;
    } else {
      const auto category = parse_category(label);
      REQUIRE_MESSAGE(category.has_value(), line);
      right = judgement.label.categories.has(*category);
      count.escaped += !sensitive;
    }
    count.right += right;
    if (!right) MESSAGE(line << " -> " << judgement.label.to_string());
  }
  return counts;
}

}  // namespace

TEST_CASE("texts that the topic model was not trained on are judged within the limits") {
  auto counts = counted();
  const auto share = [&](const std::string& label, int Count::* what) {
    REQUIRE(counts[label].texts >= 2);
    return double(counts[label].*what) / counts[label].texts;
  };
  CHECK(share("public", &Count::right) >= 0.97);
  CHECK(share("source_code", &Count::escaped) <= 0.03);
  CHECK(share("health", &Count::escaped) <= 0.2);
  CHECK(share("legal", &Count::escaped) <= 0.2);
  CHECK(share("business", &Count::escaped) <= 0.3);
  CHECK(share("restricted", &Count::escaped) <= 0.3);
  CHECK(share("financial", &Count::escaped) <= 0.3);
  CHECK(share("wish", &Count::right) >= 0.85);
}

TEST_CASE("a paragraph in a book is found where it stands, and the book alone is harmless") {
  const char* const kSentences[] = {
      "The ferry left at noon and the gulls went with it as far as the second buoy. ",
      "Nobody had told Ilse that the orchard belonged to the school, and she picked what she liked. ",
      "In the evening they played cards, badly, and laughed about the priest's new hat. ",
      "Winter came early that year; the pond froze before the geese had gone. ",
      "He wrote letters to a woman in Trieste whom he had met once, on a tram. ",
      "\n\nOn the third day the road turned away from the river and climbed among pines. ",
  };
  const std::string paragraph =
      "\n\n7. Indemnification. The Supplier shall indemnify and hold harmless the Customer from and against any "
      "claims "
      "arising out of a breach of this Agreement. This Agreement shall be governed by the laws of Norway.\n\n";
  std::string book;
  std::size_t number = 1;
  while (book.size() < 300'000) {
    book += kSentences[number % 6];
    number = (number * 1103515245 + 12345) >> 3 & 0xFFFFFFFF;
  }
  CHECK(standard_judge().judge_text(book, {}).label.cls == Class::Public);
  for (const std::size_t at : {std::size_t{0}, std::size_t{100'000}, book.size()}) {
    const Judgement judgement = standard_judge().judge_text(book.substr(0, at) + paragraph + book.substr(at), {});
    CHECK(judgement.label.categories.has(Category::Legal));
    bool there = false;
    for (const Finding& f : judgement.findings) {
      if (f.category != Category::Legal) continue;
      CHECK(f.start + 1'500 > at);
      CHECK(f.end < at + paragraph.size() + 1'500);
      there = true;
    }
    CHECK(there);
  }
}

TEST_CASE("a wish to stay at home is kept in the label with its source, and raises no class") {
  const Judgement judgement =
      standard_judge().judge_text("Please keep this on our own servers, do not send it to the cloud.", {});
  CHECK(judgement.label.local_only);
  CHECK(judgement.label.cls == Class::Public);
  CHECK(judgement.findings.empty());
  bool told = false;
  for (const Provenance& p : judgement.label.provenance) told |= p.source == "wish" && p.detail == "local_only";
  CHECK(told);
  CHECK(!standard_judge().judge_text("What is cloud computing?", {}).label.local_only);
}

}  // namespace sluice::sense::testing
