// The tokenizers against tokenisations that others made: ../shared holds vocabularies with reference pairs.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "engine/gguf/gguf.h"
#include "engine/tokenizer/tokenizer.h"
#include "text/normalise.h"
#include "text/utf8.h"

namespace sluice::engine {
namespace {

const std::string kVocabularies = "../shared/tokenizers/ggml-vocab-";

bool absent(const std::string& path) {
  if (std::filesystem::exists(path)) return false;
  MESSAGE("SKIPPED: ", path, " is not there");
  return true;
}

std::unique_ptr<Tokenizer> load(const std::string& path) {
  auto file = gguf::File::open(path);
  REQUIRE_MESSAGE(file.has_value(), (file ? "" : file.error().to_string()));
  auto made = Tokenizer::create(**file);  // the file is closed when this returns
  REQUIRE_MESSAGE(made.has_value(), (made ? "" : made.error().to_string()));
  return std::move(*made);
}

std::string slurp(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream all;
  all << file.rdbuf();
  return all.str();
}

std::string decode(const Tokenizer& tokenizer, const std::vector<std::int32_t>& ids) {
  std::string out;
  for (const std::int32_t id : ids) tokenizer.append_token_text(out, id);
  return out;
}

std::string random_text(std::mt19937& rng) {
  static const std::vector<std::string> kWords = {"the",
                                                  " quick",
                                                  "'s",
                                                  "'LL",
                                                  "\n",
                                                  "\n\n",
                                                  "   ",
                                                  " \t ",
                                                  "123456",
                                                  "\u4F60\u597D",
                                                  "\u3053\u3093",
                                                  "\uC548\uB155",
                                                  "\U0001F600",
                                                  "e\u0301",
                                                  "\u0915\u094D\u0937",
                                                  "<|im_end|>",
                                                  "<think>",
                                                  "</think>",
                                                  "<\uFF5CUser\uFF5C>",
                                                  "foo_bar(x) {",
                                                  "\u00A0",
                                                  "\u3000",
                                                  "...",
                                                  "\u0660\u0661",
                                                  "=====",
                                                  "\u00F5\u00F7"};
  std::string out;
  for (unsigned n = rng() % 24; n > 0; --n) {
    if (rng() % 2 == 0) {
      out += kWords[rng() % kWords.size()];
    } else {
      const unsigned kind = rng() % 4;
      text::append_utf8(out, kind == 0 ? rng() % 0x110000 : kind == 1 ? rng() % 0x3100 : rng() % 0x80);
    }
  }
  return out;
}

struct Pairs {
  std::vector<std::string> texts;
  std::vector<std::vector<std::int32_t>> ids;
};

Pairs read_pairs(const std::string& vocabulary) {
  const std::string separator = "\n__ggml_vocab_test__\n";
  const std::string input = slurp(vocabulary + ".inp");
  Pairs pairs;
  for (std::size_t pos = 0; pos < input.size();) {
    const std::size_t end = input.find(separator, pos);
    if (end == std::string::npos) break;
    pairs.texts.push_back(input.substr(pos, end - pos));
    pos = end + separator.size();
  }
  std::istringstream lines(slurp(vocabulary + ".out"));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream numbers(line);
    pairs.ids.emplace_back();
    for (std::int32_t id; numbers >> id;) pairs.ids.back().push_back(id);
  }
  return pairs;
}

TEST_CASE("every upstream pair of text and tokens is reproduced") {
  if (absent("../shared/tokenizers")) return;
  for (const char* name : {"llama-bpe", "qwen2", "deepseek-r1-qwen", "deepseek-llm", "deepseek-coder"}) {
    CAPTURE(name);
    const auto tokenizer = load(kVocabularies + name + ".gguf");
    const Pairs pairs = read_pairs(kVocabularies + name + ".gguf");
    REQUIRE(pairs.texts.size() == 46);
    REQUIRE(pairs.ids.size() == 46);
    for (std::size_t i = 0; i < pairs.texts.size(); ++i) {
      CAPTURE(i);
      CAPTURE(pairs.texts[i]);
      CHECK(tokenizer->encode(pairs.texts[i]) == pairs.ids[i]);
      CHECK(decode(*tokenizer, pairs.ids[i]) == pairs.texts[i]);
    }
  }
}

TEST_CASE("decoding what was encoded gives the text back, in every byte-level vocabulary") {
  if (absent("../shared/tokenizers")) return;
  for (const char* name : {"llama-bpe", "qwen2", "deepseek-r1-qwen", "deepseek-llm", "deepseek-coder",
                           "deepseek-v3", "deepseek-v4"}) {
    CAPTURE(name);
    const auto tokenizer = load(kVocabularies + name + ".gguf");
    const bool composes = std::string_view(name).find("qwen") != std::string_view::npos;
    std::mt19937 rng(11);
    for (int round = 0; round < 3000; ++round) {
      const std::string text = random_text(rng);
      CAPTURE(text);
      const auto ids = tokenizer->encode(text);
      REQUIRE(decode(*tokenizer, ids) == (composes ? text::nfc(text) : text));
      for (const std::int32_t id : ids) {
        REQUIRE(id >= 0);
        REQUIRE(id < tokenizer->size());
        REQUIRE_FALSE(tokenizer->is_special(id));
        REQUIRE_FALSE(tokenizer->is_end(id));
      }
    }
  }
}

TEST_CASE("the DeepSeek V3 and V4 vocabularies load with their marks") {
  if (absent("../shared/tokenizers")) return;
  const auto v3 = load(kVocabularies + "deepseek-v3.gguf");
  CHECK(v3->size() == 129280);
  CHECK(v3->bos() == 0);
  CHECK(v3->eos() == 1);
  CHECK(v3->add_bos());
  CHECK(v3->is_end(1));
  CHECK(v3->token_id("<\uFF5Cbegin\u2581of\u2581sentence\uFF5C>") == 0);
  CHECK_FALSE(v3->token_id("the").has_value());
  const auto v4 = load(kVocabularies + "deepseek-v4.gguf");
  CHECK(v4->token_id("<think>") == 128821);
  CHECK(v4->token_id("</think>") == 128822);
  std::string tag;
  v4->append_token_text(tag, 128822);  // no control token: a stream has to show where reasoning ends
  CHECK(tag == "</think>");
  std::string eos;
  v4->append_token_text(eos, 1);
  CHECK(eos.empty());
  v4->append_token_text(eos, 1, true);
  CHECK(eos == "<\uFF5Cend\u2581of\u2581sentence\uFF5C>");
}

TEST_CASE("no name of a mark, alone or inside a text, is encoded as the mark") {
  if (absent("../shared/tokenizers")) return;
  for (const char* name : {"llama-bpe", "qwen2", "deepseek-r1-qwen", "deepseek-llm", "deepseek-coder",
                           "deepseek-v3", "deepseek-v4"}) {
    CAPTURE(name);
    const auto tokenizer = load(kVocabularies + name + ".gguf");
    int marks = 0;
    for (std::int32_t id = 0; id < tokenizer->size(); ++id) {
      std::string mark;
      tokenizer->append_token_text(mark, id, true);
      const auto special = tokenizer->token_id(mark);
      if (special != id || text::count_code_points(mark) < 2) continue;
      ++marks;
      CAPTURE(mark);
      for (const std::string& text : {mark, "a " + mark + "\nb", mark + mark}) {
        for (const std::int32_t got : tokenizer->encode(text)) {
          REQUIRE(got != id);
          REQUIRE_FALSE(tokenizer->is_special(got));
        }
      }
    }
    CHECK(marks > 1);
  }
}

TEST_CASE("the SentencePiece vocabulary of stories260K reads and writes its story") {
  const std::string path = "../shared/weights/stories260K-F32.gguf";
  if (absent(path)) return;
  const auto tokenizer = load(path);
  CHECK(tokenizer->bos() == 1);
  CHECK(tokenizer->eos() == 2);
  CHECK(tokenizer->add_bos());
  // Ids and text as the model's own README gives them.
  const std::vector<std::int32_t> story = {403, 407, 261, 378, 432, 383, 286, 261, 376, 298, 315, 421,
                                           395, 317, 426, 338, 401, 396, 267, 337, 410, 408, 419, 292};
  const std::string text = decode(*tokenizer, story);
  CHECK(text == " Once upon a time, there was a little girl named Lily. She loved to play outsid");
  CHECK(tokenizer->encode(text.substr(1)) == story);
  std::mt19937 rng(3);
  for (int round = 0; round < 3000; ++round) {
    const std::string random = random_text(rng);
    CAPTURE(random);
    const auto ids = tokenizer->encode(random);
    // SentencePiece's own mark for a space is a space.
    std::string expected = random.empty() ? "" : " " + random;
    for (std::size_t at; (at = expected.find("\u2581")) != std::string::npos;) expected.replace(at, 3, " ");
    REQUIRE(decode(*tokenizer, ids) == expected);
    for (const std::int32_t id : ids) REQUIRE_FALSE(tokenizer->is_special(id));
  }
  for (const std::int32_t id : tokenizer->encode("<s> hello </s> <unk> <0x41>"))
    CHECK_FALSE(tokenizer->is_special(id));
}

}  // namespace
}  // namespace sluice::engine
