// The tokenizers on vocabularies made here, against the plain definition of byte-pair encoding and against damage.
#include "engine/tokenizer/tokenizer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <thread>

#include "engine/gguf/gguf.h"
#include "engine/tokenizer/pretokenizer.h"
#include "engine/tokenizer/sample_file.h"
#include "text/utf8.h"

namespace sluice::engine {
namespace {

using Ids = std::vector<std::int32_t>;

std::string letter_of(unsigned char byte) {  // GPT-2's letter for a byte
  std::uint32_t next = 0x100;
  for (std::uint32_t b = 0; b < 256; ++b) {
    const bool prints = (b >= '!' && b <= '~') || (b >= 0xA1 && b != 0xAD);
    const std::uint32_t letter = prints ? b : next++;
    if (b != byte) continue;
    std::string out;
    text::append_utf8(out, letter);
    return out;
  }
  return {};
}

std::string spelled(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out += letter_of(static_cast<unsigned char>(c));
  return out;
}

struct Model {
  std::vector<std::string> tokens;                             // raw bytes; the first 256 are the bytes themselves
  std::vector<std::pair<std::string, std::string>> merges;     // raw bytes
  std::vector<std::pair<std::string, std::int32_t>> specials;  // name, type
};

Model byte_model() {
  Model model;
  for (int b = 0; b < 256; ++b) model.tokens.emplace_back(1, static_cast<char>(b));
  return model;
}

SampleFile sample(const Model& model, const std::string& pre) {
  std::vector<std::string> tokens, merges;
  std::vector<std::int32_t> types(model.tokens.size(), 1);
  for (const std::string& token : model.tokens) tokens.push_back(spelled(token));
  for (const auto& [name, type] : model.specials) {
    tokens.push_back(name);
    types.push_back(type);
  }
  for (const auto& [left, right] : model.merges) merges.push_back(spelled(left) + " " + spelled(right));
  SampleFile file;
  file.text("tokenizer.ggml.model", "gpt2").text("tokenizer.ggml.pre", pre);
  file.texts("tokenizer.ggml.tokens", tokens).types("tokenizer.ggml.token_type", types);
  return file.texts("tokenizer.ggml.merges", merges);
}

Result<std::unique_ptr<Tokenizer>> try_load(const SampleFile& sample) {
  const std::string bytes = sample.bytes();
  auto file = gguf::File::from_bytes(bytes, "sample.gguf");
  REQUIRE_MESSAGE(file.has_value(), (file ? "" : file.error().to_string()));
  return Tokenizer::create(**file);
}

std::unique_ptr<Tokenizer> load(const SampleFile& sample) {
  auto made = try_load(sample);
  REQUIRE_MESSAGE(made.has_value(), (made ? "" : made.error().to_string()));
  return std::move(*made);
}

// The definition: join the leftmost of the pairs whose merge is listed first, until no listed pair is left.
Ids reference_merge(const Model& model, std::string_view piece) {
  std::vector<std::string> symbols;
  for (const char c : piece) symbols.emplace_back(1, c);
  while (true) {
    std::size_t best_rank = model.merges.size(), best = 0;
    for (std::size_t i = 0; i + 1 < symbols.size(); ++i) {
      for (std::size_t rank = 0; rank < best_rank; ++rank) {
        if (model.merges[rank] != std::pair(symbols[i], symbols[i + 1])) continue;
        best_rank = rank;
        best = i;
      }
    }
    if (best_rank == model.merges.size()) break;
    symbols[best] += symbols[best + 1];
    symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
  Ids ids;
  for (const std::string& symbol : symbols) {
    const auto token = std::find(model.tokens.begin(), model.tokens.end(), symbol);
    if (token != model.tokens.end()) {
      ids.push_back(static_cast<std::int32_t>(token - model.tokens.begin()));
    } else {
      for (const char c : symbol) ids.push_back(static_cast<unsigned char>(c));
    }
  }
  return ids;
}

TEST_CASE("merging follows the definition for pieces of every length, also through strings without a token") {
  std::mt19937 rng(17);
  for (int round = 0; round < 40; ++round) {
    Model model = byte_model();
    std::vector<std::string> known = {"a", "b", "c"};
    while (model.merges.size() < 25) {
      const std::pair merge(known[rng() % known.size()], known[rng() % known.size()]);
      if (std::find(model.merges.begin(), model.merges.end(), merge) != model.merges.end()) continue;
      model.merges.push_back(merge);
      known.push_back(merge.first + merge.second);
      if (rng() % 4 != 0) model.tokens.push_back(known.back());  // every fourth is no token of its own
    }
    const auto tokenizer = load(sample(model, "deepseek-v3"));
    for (int text = 0; text < 60; ++text) {
      std::string piece;
      for (unsigned n = 1 + rng() % 90; n > 0; --n) piece.push_back(static_cast<char>('a' + rng() % 3));
      CAPTURE(piece);
      REQUIRE(tokenizer->encode(piece) == reference_merge(model, piece));
      REQUIRE(tokenizer->encode(piece) == reference_merge(model, piece));  // the second time from memory
    }
  }
}

TEST_CASE("llama-bpe takes a piece that is a token as it is, the others only what merges lead to") {
  Model model = byte_model();
  model.tokens.push_back("abc");
  model.merges = {{"b", "c"}};
  model.tokens.push_back("bc");
  CHECK(load(sample(model, "llama-bpe"))->encode("abc") == Ids{256});
  CHECK(load(sample(model, "qwen2"))->encode("abc") == Ids{'a', 257});
  CHECK(load(sample(model, "qwen2"))->encode("abc abc") == Ids{'a', 257, ' ', 'a', 257});
}

TEST_CASE("marks are never found in text, single letters of the file's own are") {
  Model model = byte_model();
  model.specials = {{"<|end|>", 3}, {"<think>", 4}, {"\u00F5", 4}, {"[PAD]", 5}, {"x", 4}};
  const auto tokenizer = load(sample(model, "deepseek-coder").number("tokenizer.ggml.eos_token_id", 256));
  for (const std::int32_t id : tokenizer->encode("<|end|><think>[PAD]x")) CHECK(id < 256);
  CHECK(tokenizer->encode("a\u00F5b") == Ids{'a', 258, 'b'});
  std::string text;
  for (const std::int32_t id : {256, 257, 258, 259, -1, 1000}) tokenizer->append_token_text(text, id);
  CHECK(text == "<think>\u00F5");
  CHECK(tokenizer->token_id("<|end|>") == 256);
  CHECK(tokenizer->token_id("<think>") == 257);
  CHECK_FALSE(tokenizer->token_id("a").has_value());
  CHECK(tokenizer->is_end(256));
  CHECK_FALSE(tokenizer->is_end(257));
  CHECK(tokenizer->is_special(256));
  CHECK_FALSE(tokenizer->is_special(257));
  CHECK_FALSE(tokenizer->is_special(-1));
  CHECK(tokenizer->bos() == -1);
  CHECK_FALSE(tokenizer->add_bos());
}

TEST_CASE("a file without token types still keeps its marks apart") {
  SampleFile file;
  std::vector<std::string> tokens;
  for (int b = 0; b < 256; ++b) tokens.push_back(letter_of(static_cast<unsigned char>(b)));
  tokens.push_back("<|im_end|>");
  file.text("tokenizer.ggml.model", "gpt2")
      .text("tokenizer.ggml.pre", "qwen2")
      .texts("tokenizer.ggml.tokens", tokens);
  file.texts("tokenizer.ggml.merges", {});
  const auto tokenizer = load(file);
  CHECK(tokenizer->token_id("<|im_end|>") == 256);
  CHECK(tokenizer->is_end(256));
  CHECK(tokenizer->encode("<|im_end|>").size() == 10);
}

TEST_CASE("bytes that are no UTF-8 become U+FFFD") {
  const auto tokenizer = load(sample(byte_model(), "llama-bpe"));
  CHECK(tokenizer->encode("a\xFFz") == Ids{'a', 0xEF, 0xBF, 0xBD, 'z'});
  CHECK(load(sample(byte_model(), "qwen2"))->encode("\xC3") == Ids{0xEF, 0xBF, 0xBD});
  CHECK(tokenizer->encode("").empty());
}

TEST_CASE("SentencePiece joins by score, then from the left, and falls back to bytes") {
  SampleFile file;
  std::vector<std::string> tokens = {"<unk>", "<s>", "</s>"};
  std::vector<std::int32_t> types = {2, 3, 3};
  std::vector<float> scores = {0, 0, 0};
  for (int b = 0; b < 256; ++b) {
    const std::string hex = "0123456789ABCDEF";
    tokens.push_back(std::string("<0x") + hex[static_cast<std::size_t>(b) / 16] +
                     hex[static_cast<std::size_t>(b) % 16] + ">");
    types.push_back(6);
    scores.push_back(0);
  }
  const auto add = [&](const std::string& token, float score) {
    tokens.push_back(token);
    types.push_back(1);
    scores.push_back(score);
  };
  add("a", -10);       // 259
  add("b", -11);       // 260
  add("\u2581", -12);  // 261
  add("ab", -2);       // 262
  add("aa", -2);       // 263
  add("\u2581a", -5);  // 264
  add("abab", -1);     // 265
  file.text("tokenizer.ggml.model", "llama").texts("tokenizer.ggml.tokens", tokens);
  file.floats("tokenizer.ggml.scores", scores).types("tokenizer.ggml.token_type", types);
  file.number("tokenizer.ggml.bos_token_id", 1)
      .number("tokenizer.ggml.eos_token_id", 2)
      .number("tokenizer.ggml.unknown_token_id", 0);
  SampleFile bare = file;
  const auto tokenizer = load(file.flag("tokenizer.ggml.add_bos_token", true));
  CHECK(tokenizer->add_bos());
  CHECK(tokenizer->encode("ab") == Ids{261, 262});
  CHECK(tokenizer->encode("aab") == Ids{261, 263, 260});  // equal scores: the left pair first
  CHECK(tokenizer->encode("abab b") == Ids{261, 265, 261, 260});
  CHECK(tokenizer->encode("a") == Ids{264});
  CHECK(tokenizer->encode("a\u00E9") == Ids{264, 3 + 0xC3, 3 + 0xA9});
  CHECK(tokenizer->encode("").empty());
  const auto unprefixed = load(bare.flag("tokenizer.ggml.add_space_prefix", false));
  CHECK(unprefixed->encode("ab a") == Ids{262, 264});
  CHECK_FALSE(unprefixed->add_bos());
}

TEST_CASE("what is not supported or damaged is named") {
  const auto error = [](const SampleFile& file) {
    const auto made = try_load(file);
    REQUIRE_FALSE(made.has_value());
    return made.error();
  };
  const Error pre = error(sample(byte_model(), "tekken"));
  CHECK(pre.code == "engine.unsupported");
  CHECK(pre.message.find("tokenizer.ggml.pre") != std::string::npos);
  CHECK(pre.message.find("tekken") != std::string::npos);
  CHECK(pre.hint.find("deepseek-r1-qwen") != std::string::npos);
  CHECK(pre.where == "sample.gguf");
  const Error kind = error(SampleFile().text("tokenizer.ggml.model", "bert"));
  CHECK(kind.code == "engine.unsupported");
  CHECK(kind.message.find("bert") != std::string::npos);
  CHECK(error(SampleFile()).message.find("tokenizer.ggml.model") != std::string::npos);
  Model few;
  few.tokens = {"a", "b"};
  CHECK(error(sample(few, "qwen2")).message.find("byte 0") != std::string::npos);
  few.specials = {{"<unk>", 2}};
  CHECK(load(sample(few, "qwen2").number("tokenizer.ggml.unknown_token_id", 2))->encode("ac") == Ids{0, 2});
  CHECK(error(sample(byte_model(), "qwen2").number("tokenizer.ggml.eos_token_id", 256)).code ==
        "engine.vocabulary");
  Model torn = byte_model();
  torn.merges = {{"a", ""}};
  CHECK(error(sample(torn, "qwen2")).message.find("merges[0]") != std::string::npos);
  SampleFile types = SampleFile().text("tokenizer.ggml.model", "llama").texts("tokenizer.ggml.tokens", {"a"});
  CHECK(error(SampleFile(types)).message.find("scores") != std::string::npos);
  CHECK(error(types.types("tokenizer.ggml.token_type", {1, 1})).message.find("token_type") != std::string::npos);
}

TEST_CASE("long runs of anything take no more than their length and a bit") {
  const auto started = std::chrono::steady_clock::now();
  for (const char* pre : {"llama-bpe", "qwen2", "deepseek-llm", "deepseek-coder", "deepseek-v3"}) {
    CAPTURE(pre);
    Model model = byte_model();
    model.merges = {{"a", "a"}, {"aa", "aa"}, {" ", " "}, {"  ", "  "}};
    for (const auto& [left, right] : model.merges) model.tokens.push_back(left + right);
    const auto tokenizer = load(sample(model, pre));
    for (const char* unit :
         {"a", " ", "\n", " \n", "7", "-", "\u4E00", " \u4E00", "\u0301", "'", "\x01", "\u3000"}) {
      std::string text;
      while (text.size() < 100000) text += unit;
      for (const char* tail : {"", "x", "\u4E00", "\n"}) {
        std::string decoded;
        for (const std::int32_t id : tokenizer->encode(text + tail)) tokenizer->append_token_text(decoded, id);
        REQUIRE(decoded == text + tail);
      }
    }
  }
  // Quadratic work would take hours.
  CHECK(std::chrono::steady_clock::now() - started < std::chrono::seconds(120));
}

TEST_CASE("pieces follow each other without gaps whatever the text") {
  std::mt19937 rng(23);
  for (const char* name :
       {"llama-bpe", "qwen2", "deepseek-r1-qwen", "deepseek-llm", "deepseek-coder", "deepseek-v3"}) {
    const auto pre = PreTokenizer::create(name);
    REQUIRE(pre.has_value());
    for (int round = 0; round < 2000; ++round) {
      std::string text;
      for (unsigned n = rng() % 30; n > 0; --n)
        text::append_utf8(text, rng() % 2 == 0 ? rng() % 0x80 : rng() % 0x11000);
      std::uint32_t expected = 0;
      for (const Piece piece : pre->split(text)) {
        REQUIRE(piece.begin == expected);
        REQUIRE(piece.end > piece.begin);
        expected = piece.end;
      }
      REQUIRE(expected == text.size());
    }
  }
}

TEST_CASE("many threads may encode at once") {
  Model model = byte_model();
  model.merges = {{"t", "h"}, {"th", "e"}};
  model.tokens.insert(model.tokens.end(), {"th", "the"});
  const auto tokenizer = load(sample(model, "qwen2"));
  const Ids expected = load(sample(model, "qwen2"))->encode("the other the");
  std::vector<std::jthread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) wrong += tokenizer->encode("the other the") != expected;
    });
  }
  threads.clear();
  CHECK(wrong == 0);
}

}  // namespace
}  // namespace sluice::engine
