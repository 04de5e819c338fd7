// Prompts whose answer was begun: judged by what the models' own templates make of longer conversations, in which
// the same answer is whole.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "engine/prompt/loaded.h"
#include "json/doc.h"

namespace sluice::engine {
namespace {

std::string spelled(const Loaded& model, const chat::Request& request) {
  const auto ids = model.format->render(request);
  REQUIRE_MESSAGE(ids.has_value(), (ids ? "" : ids.error().to_string()));
  return decode(*model.tokenizer, *ids);
}

// The place of what the format has no words for.
std::string refusal(const Loaded& model, const chat::Request& request) {
  const auto ids = model.format->render(request);
  REQUIRE(!ids.has_value());
  CHECK(ids.error().code == "engine.unsupported_field");
  return ids.error().where;
}

Loaded vocabulary(const std::string& name) {
  return load(gguf::File::open("../shared/tokenizers/ggml-vocab-" + name + ".gguf"));
}

chat::Request begun(std::string reasoning, std::string words) {
  chat::Request request;
  request.messages = {message(chat::Role::User, "why?"), message(chat::Role::Assistant, std::move(words))};
  request.messages[1].reasoning = std::move(reasoning);
  request.messages[1].prefix = true;
  return request;
}

// Templates take blanks off, or what stands before </think>: a begun answer keeps them.
bool plain_ends(const std::string& text) {
  const auto visible = [](char c) { return c > ' ' && c <= '~'; };
  return !text.empty() && visible(text.front()) && visible(text.back()) &&
         text.find("</think>") == std::string::npos;
}

}  // namespace

TEST_CASE("an answer that was begun stands as the models' templates have it, up to its end mark") {
  if (absent("../shared/tokenizers")) return;
  const std::map<std::string, std::string> ends = {{"deepseek-r1-qwen", "<\uFF5Cend\u2581of\u2581sentence\uFF5C>"},
                                                   {"deepseek-v3", "<\uFF5Cend\u2581of\u2581sentence\uFF5C>"},
                                                   {"qwen2", "<|im_end|>\n"},
                                                   {"llama-bpe", "<|eot_id|>"}};
  std::map<std::string, Loaded> models;
  std::map<std::string, int> judged;
  std::ifstream golden("tests/golden/prompts.jsonl");
  REQUIRE(golden.good());
  for (std::string line; std::getline(golden, line);) {
    const auto parsed = json::Doc::parse(line);
    REQUIRE(parsed.has_value());
    const json::Value row = (*parsed)->root();
    const std::string name = *row["vocabulary"].string(), whole = *row["text"].string();
    if (!models.contains(name)) models.emplace(name, vocabulary(name));
    std::vector<chat::Message> messages;
    for (const json::Value m : row["messages"])
      messages.push_back(message(role_of(*m["role"].string()), *m["content"].string()));
    for (std::size_t i = 0; i < messages.size(); ++i) {
      if (messages[i].role != chat::Role::Assistant || !plain_ends(messages[i].text())) continue;
      // DeepSeek's templates put all system texts before everything else.
      bool later_system = false;
      for (std::size_t j = i; j < messages.size(); ++j)
        later_system = later_system || messages[j].role == chat::Role::System;
      if (later_system && name.starts_with("deepseek")) continue;
      chat::Request request;
      request.messages.assign(messages.begin(), messages.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      request.messages.back().prefix = true;
      CAPTURE(name);
      CAPTURE(whole);
      const std::string open = spelled(models.at(name), request);
      REQUIRE(whole.starts_with(open + ends.at(name)));
      REQUIRE_FALSE(models.at(name).format->opens_in_reasoning(request));
      ++judged[name];
    }
  }
  for (const auto& [name, end] : ends) CHECK_MESSAGE(judged[name] >= 20, name);
}

TEST_CASE("what was begun keeps its blanks, and its marks are words") {
  if (absent("../shared/tokenizers")) return;
  for (const char* name : {"qwen2", "llama-bpe", "deepseek-v3"}) {
    CAPTURE(name);
    const Loaded model = vocabulary(name);
    const std::string words = " \n The <|im_end|><|eot_id|><\uFF5CUser\uFF5C></think> \n";
    const chat::Request request = begun("", words);
    CHECK(spelled(model, request).ends_with(words));
    chat::Request plain = begun("", "The ");
    const auto ids = model.format->render(request), other = model.format->render(plain);
    const auto marks = [&](const std::vector<std::int32_t>& all) {
      return std::count_if(all.begin(), all.end(), [&](std::int32_t id) {
        std::string spelled;
        model.tokenizer->append_token_text(spelled, id, true);
        return model.tokenizer->token_id(spelled) == id;
      });
    };
    CHECK(marks(*ids) == marks(*other));
  }
}

TEST_CASE("reasoning that was begun goes on, and is closed before words of the answer") {
  if (absent("../shared/tokenizers")) return;
  const std::string user = "<\uFF5CUser\uFF5C>why?<\uFF5CAssistant\uFF5C>";
  struct Case {
    const char* vocabulary;
    std::string words, both, reasoning, nothing;
  };
  const Case cases[] = {
      {"deepseek-r1-qwen", user + "Be", user + "<think>\nHm\n</think>\n\nBe", user + "<think>\nHm",
       user + "<think>\n"},
      {"deepseek-v4", user + "</think>Be", user + "<think>Hm</think>Be", user + "<think>Hm", user + "<think>"}};
  for (const Case& one : cases) {
    CAPTURE(one.vocabulary);
    const Loaded model = vocabulary(one.vocabulary);
    CHECK(spelled(model, begun("", "Be")).ends_with(one.words));
    CHECK(spelled(model, begun("Hm", "Be")).ends_with(one.both));
    CHECK(spelled(model, begun("Hm", "")).ends_with(one.reasoning));
    CHECK(spelled(model, begun("", "")).ends_with(one.nothing));
    CHECK_FALSE(model.format->opens_in_reasoning(begun("", "Be")));
    CHECK_FALSE(model.format->opens_in_reasoning(begun("Hm", "Be")));
    CHECK(model.format->opens_in_reasoning(begun("Hm", "")));
    CHECK(model.format->opens_in_reasoning(begun("", "")));
  }
}

TEST_CASE("what can't be continued is refused with its place") {
  if (absent("../shared/tokenizers")) return;
  for (const char* name : {"qwen2", "llama-bpe", "deepseek-v3"})
    CHECK(refusal(vocabulary(name), begun("Hm", "Be")) == "$.messages[1].reasoning_content");
  chat::Request calls = begun("", "Be");
  calls.messages[1].tool_calls.push_back({});
  CHECK(refusal(vocabulary("qwen2"), calls) == "$.messages[1].tool_calls");
  const std::string bytes =
      byte_vocabulary({"<|user|>", "<|guide|>"}).text("sluice.prompt_format", "guide").bytes();
  CHECK(refusal(load(gguf::File::from_bytes(bytes, "guide")), begun("", "Be")) == "$.messages[1].prefix");
}

TEST_CASE("a file's own template is cut behind what was begun, and refuses where it ends otherwise") {
  const auto model_of = [](const std::string& source) {
    return byte_vocabulary({"<|a|>", "<|end|>"}).text("tokenizer.chat_template", source).bytes();
  };
  const std::string turns = "{% for m in messages %}<|a|>{{ m.role }}:{{ m.content | trim }}<|end|>\n{% endfor %}";
  const std::string bytes = model_of(turns + "{% if add_generation_prompt %}<|a|>assistant:{% endif %}");
  const Loaded model = load(gguf::File::from_bytes(bytes, "template"));
  REQUIRE(model.format->name() == "template");
  CHECK(spelled(model, begun("", "Be <|end|>x")) == "<|a|>user:why?<|end|>\n<|a|>assistant:Be <|end|>x");
  CHECK(refusal(model, begun("", "Be ")) == "$.messages[1].prefix");  // the template takes the blank away
  CHECK(refusal(model, begun("", "")) == "$.messages[1].prefix");
  const std::string last = model_of(turns + "{{ messages[0].content }}");
  CHECK(refusal(load(gguf::File::from_bytes(last, "template")), begun("", "Be")) == "$.messages[1].prefix");
}

TEST_CASE("a model without turns goes on with the last line") {
  const std::string bytes = byte_vocabulary({}).bytes();
  CHECK(spelled(load(gguf::File::from_bytes(bytes, "plain")), begun("", "Be ")) == "why?\nBe ");
}

}  // namespace sluice::engine
