// Compares a vocabulary's tokenizer with somebody else's:   compare_tokenizer FILE.gguf < texts.jsonl
// Lines as texts.mjs writes them. Exit status 1 where a text has other ids.
#include <cstdio>
#include <iostream>
#include <string>

#include "engine/gguf/gguf.h"
#include "engine/tokenizer/tokenizer.h"
#include "json/doc.h"

int main(int count, char** arguments) {
  using namespace sluice;
  auto file = engine::gguf::File::open(count > 1 ? arguments[1] : "");
  if (!file) return std::fprintf(stderr, "%s\n", file.error().to_string().c_str()), 2;
  auto tokenizer = engine::Tokenizer::create(**file);
  if (!tokenizer) return std::fprintf(stderr, "%s\n", tokenizer.error().to_string().c_str()), 2;
  int texts = 0, differ = 0;
  for (std::string line; std::getline(std::cin, line); ++texts) {
    auto doc = json::Doc::parse(line);
    if (!doc) return std::fprintf(stderr, "line %d: %s\n", texts + 1, doc.error().to_string().c_str()), 2;
    std::vector<std::int32_t> expected;
    for (const json::Value id : (*doc)->root()["ids"])
      expected.push_back(static_cast<std::int32_t>(id.integer().value_or(-1)));
    if ((*tokenizer)->encode((*doc)->root()["text"].string().value_or("")) == expected) continue;
    if (++differ <= 10) std::printf("differs: %s\n", line.c_str());
  }
  std::printf("%d texts, %d differ\n", texts, differ);
  return differ == 0 && texts > 0 ? 0 : 1;
}
