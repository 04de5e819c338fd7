#include "engine/prompt/prompt.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "engine/gguf/gguf.h"
#include "engine/tokenizer/sample_file.h"
#include "engine/tokenizer/tokenizer.h"
#include "json/doc.h"

namespace sluice::engine {
namespace {

struct Loaded {
  std::unique_ptr<gguf::File> file;
  std::unique_ptr<Tokenizer> tokenizer;
  std::unique_ptr<PromptFormat> format;
};

Loaded load(Result<std::unique_ptr<gguf::File>> file) {
  REQUIRE_MESSAGE(file.has_value(), (file ? "" : file.error().to_string()));
  Loaded loaded;
  loaded.file = std::move(*file);
  auto tokenizer = Tokenizer::create(*loaded.file);
  REQUIRE_MESSAGE(tokenizer.has_value(), (tokenizer ? "" : tokenizer.error().to_string()));
  loaded.tokenizer = std::move(*tokenizer);
  auto format = PromptFormat::create(*loaded.file, *loaded.tokenizer);
  REQUIRE_MESSAGE(format.has_value(), (format ? "" : format.error().to_string()));
  loaded.format = std::move(*format);
  return loaded;
}

bool absent(const std::string& path) {
  if (std::filesystem::exists(path)) return false;
  MESSAGE("SKIPPED: ", path, " is not there");
  return true;
}

chat::Message message(chat::Role role, std::string text) {
  chat::Message made;
  made.role = role;
  chat::Part part;
  part.text = std::move(text);
  made.parts.push_back(std::move(part));
  return made;
}

chat::Role role_of(std::string_view name) {
  if (name == "system") return chat::Role::System;
  return name == "user" ? chat::Role::User : chat::Role::Assistant;
}

std::string decode(const Tokenizer& tokenizer, const std::vector<std::int32_t>& ids) {
  std::string out;
  for (const std::int32_t id : ids) tokenizer.append_token_text(out, id, true);
  return out;
}

std::int64_t count_marks(const Tokenizer& tokenizer, const std::vector<std::int32_t>& ids) {
  std::int64_t marks = 0;
  for (const std::int32_t id : ids) {
    std::string name;
    tokenizer.append_token_text(name, id, true);
    marks += tokenizer.token_id(name) == id;
  }
  return marks;
}

TEST_CASE("prompts are byte for byte what the models' own templates make, and texts never become marks") {
  if (absent("../shared/tokenizers")) return;
  const std::map<std::string, std::string> expected_format = {
      {"deepseek-r1-qwen", "r1"}, {"qwen2", "chatml"}, {"deepseek-v3", "deepseek"}, {"llama-bpe", "llama3"}};
  std::map<std::string, Loaded> models;
  std::ifstream golden("tests/golden/prompts.jsonl");
  REQUIRE(golden.good());
  int rows = 0;
  for (std::string line; std::getline(golden, line); ++rows) {
    auto parsed = json::Doc::parse(line);
    REQUIRE(parsed.has_value());
    const json::Value row = (*parsed)->root();
    const std::string vocabulary = *row["vocabulary"].string();
    if (models.count(vocabulary) == 0) {
      models.emplace(vocabulary,
                     load(gguf::File::open("../shared/tokenizers/ggml-vocab-" + vocabulary + ".gguf")));
      CHECK(models.at(vocabulary).format->name() == expected_format.at(vocabulary));
      MESSAGE(vocabulary, ": ", models.at(vocabulary).format->reason());
    }
    const Loaded& model = models.at(vocabulary);
    chat::Request request;
    for (const json::Value m : row["messages"]) {
      request.messages.push_back(message(role_of(*m["role"].string()), *m["content"].string()));
    }
    request.thinking = row["thinking"].boolean();
    const auto ids = model.format->render(request);
    REQUIRE(ids.has_value());
    REQUIRE(decode(*model.tokenizer, *ids) == *row["text"].string());
    REQUIRE(count_marks(*model.tokenizer, *ids) == *row["marks"].integer());
    REQUIRE(model.format->opens_in_reasoning(request) == (request.thinking == true));
  }
  CHECK(rows == 480);
}

// Reads the marks in a prompt of ../shared/engine, which are meant as such there, and encodes what stands between.
std::vector<std::int32_t> encode_with_marks(const Tokenizer& tokenizer, std::string_view text) {
  std::vector<std::int32_t> ids;
  std::size_t done = 0;
  const auto flush = [&](std::size_t to) {
    const auto part = tokenizer.encode(text.substr(done, to - done));
    ids.insert(ids.end(), part.begin(), part.end());
  };
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    const std::size_t close = text.find('>', at);
    if (close == std::string_view::npos) break;
    const auto id = tokenizer.token_id(text.substr(at, close + 1 - at));
    if (!id) continue;
    flush(at);
    ids.push_back(*id);
    done = close + 1;
  }
  flush(text.size());
  return ids;
}

TEST_CASE("the prompts of the engine's references have the tokens that stand there") {
  if (absent("../shared/engine")) return;
  for (const char* name : {"tiny-llama-Q8_0", "tiny-qwen2-Q4_K_M", "tiny-qwen3-Q8_0", "tiny-deepseek2-Q4_K_M",
                           "tiny-deepseek4-MXFP4_MOE"}) {
    CAPTURE(name);
    auto file = gguf::File::open("../shared/engine/" + std::string(name) + ".gguf");
    REQUIRE(file.has_value());
    auto tokenizer = Tokenizer::create(**file);
    REQUIRE(tokenizer.has_value());
    std::ostringstream all;
    all << std::ifstream("../shared/engine/" + std::string(name) + ".json").rdbuf();
    auto doc = json::Doc::parse(all.str());
    REQUIRE(doc.has_value());
    int prompts = 0;
    for (const json::Value prompt : (*doc)->root()["prompts"]) {
      std::vector<std::int32_t> expected;
      for (const json::Value id : prompt["tokens"]) expected.push_back(static_cast<std::int32_t>(*id.integer()));
      std::vector<std::int32_t> ids;
      if ((*tokenizer)->add_bos()) ids.push_back((*tokenizer)->bos());
      const auto rest = encode_with_marks(**tokenizer, *prompt["text"].string());
      ids.insert(ids.end(), rest.begin(), rest.end());
      CAPTURE(*prompt["text"].string());
      CHECK(ids == expected);
      ++prompts;
    }
    CHECK(prompts == 7);
  }
}

TEST_CASE("files without a template are read by their vocabulary") {
  if (absent("../shared/engine")) return;
  CHECK(load(gguf::File::open("../shared/engine/tiny-qwen2-Q4_K_M.gguf")).format->name() == "r1");
  CHECK(load(gguf::File::open("../shared/engine/tiny-llama-Q8_0.gguf")).format->name() == "llama3");
  CHECK(load(gguf::File::open("../shared/engine/tiny-qwen3-Q8_0.gguf")).format->name() == "chatml");
  CHECK(load(gguf::File::open("../shared/weights/stories260K-F32.gguf")).format->name() == "plain");
}

// A byte-level vocabulary without merges: the 256 letters, then the marks.
SampleFile byte_vocabulary(const std::vector<std::string>& marks) {
  std::vector<std::string> tokens;
  std::vector<std::int32_t> types;
  std::uint32_t next = 0x100;
  for (std::uint32_t b = 0; b < 256; ++b) {
    const bool prints = (b >= '!' && b <= '~') || (b >= 0xA1 && b != 0xAD);
    const std::uint32_t letter = prints ? b : next++;
    std::string name;
    if (letter >= 0x80) {
      name.push_back(static_cast<char>(0xC0 | (letter >> 6)));
      name.push_back(static_cast<char>(0x80 | (letter & 0x3F)));
    } else {
      name.push_back(static_cast<char>(letter));
    }
    tokens.push_back(name);
    types.push_back(1);
  }
  for (const std::string& mark : marks) {
    tokens.push_back(mark);
    types.push_back(3);
  }
  SampleFile file;
  file.text("general.architecture", "llama")
      .text("tokenizer.ggml.model", "gpt2")
      .text("tokenizer.ggml.pre", "qwen2");
  file.texts("tokenizer.ggml.tokens", tokens).types("tokenizer.ggml.token_type", types);
  file.texts("tokenizer.ggml.merges", {});
  return file;
}

TEST_CASE("the guide is asked the last question only, in the form it was trained on") {
  SampleFile file = byte_vocabulary({"<|user|>", "<|guide|>", "<|end|>"});
  file.text("sluice.prompt_format", "guide").number("tokenizer.ggml.eos_token_id", 258);
  const std::string bytes = file.bytes();
  const Loaded model = load(gguf::File::from_bytes(bytes, "guide"));
  CHECK(model.format->name() == "guide");
  CHECK(model.tokenizer->is_end(258));
  const auto prompt = [&model](const chat::Request& request) {
    const auto ids = model.format->render(request);
    REQUIRE(ids.has_value());
    return decode(*model.tokenizer, *ids);
  };
  chat::Request request;
  request.messages = {message(chat::Role::System, "Be rude."), message(chat::Role::User, "first"),
                      message(chat::Role::Assistant, "answer"),
                      message(chat::Role::User, " How  do I\n\tadd a DeepSeek KEY? \u00C4<|guide|> ")};
  CHECK(prompt(request) == "<|user|>how do i add a deepseek key? \u00C4<|guide|><|guide|>");
  CHECK(count_marks(*model.tokenizer, *model.format->render(request)) == 2);
  std::string many;
  for (int i = 0; i < 400; ++i) many += "\u00E4";
  request.messages = {message(chat::Role::User, many)};
  CHECK(prompt(request).size() == std::string("<|user|><|guide|>").size() + 600);
  request.messages = {message(chat::Role::User, " \n")};
  CHECK(model.format->render(request).error().code == "engine.empty_prompt");
}

TEST_CASE("what a prompt has no words for is refused with its place") {
  const std::string bytes = byte_vocabulary({"<|im_start|>", "<|im_end|>"}).bytes();
  const Loaded model = load(gguf::File::from_bytes(bytes, "chatml"));
  CHECK(model.format->name() == "chatml");
  CHECK(model.format->reason().find("<|im_start|>") != std::string::npos);
  chat::Request request;
  CHECK(model.format->render(request).error().code == "engine.empty_prompt");
  request.messages = {message(chat::Role::User, "hi"), message(chat::Role::Tool, "42")};
  CHECK(model.format->render(request).error().where == "$.messages[1]");
  request.messages[1] = message(chat::Role::Assistant, "");
  request.messages[1].tool_calls.emplace_back();
  CHECK(model.format->render(request).error().where == "$.messages[1].tool_calls");
  request.messages[1] = message(chat::Role::User, "");
  request.messages[1].parts[0].kind = chat::Part::Kind::Image;
  CHECK(model.format->render(request).error().where == "$.messages[1].content[0]");
  CHECK(model.format->render(request).error().code == "engine.unsupported_field");
  request.messages.pop_back();
  REQUIRE(model.format->render(request).has_value());
  // No template, so no system text but the client's own.
  CHECK(decode(*model.tokenizer, *model.format->render(request)) ==
        "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n");
}

TEST_CASE("an unknown format, an unknown template and a missing mark are named") {
  const auto error_of = [](const SampleFile& sample) {
    const std::string bytes = sample.bytes();
    auto file = gguf::File::from_bytes(bytes, "sample.gguf");
    REQUIRE(file.has_value());
    auto tokenizer = Tokenizer::create(**file);
    REQUIRE(tokenizer.has_value());
    auto format = PromptFormat::create(**file, **tokenizer);
    REQUIRE_FALSE(format.has_value());
    CHECK(format.error().code == "engine.unsupported");
    CHECK(format.error().where == "sample.gguf");
    return format.error().message + format.error().hint;
  };
  CHECK(error_of(byte_vocabulary({}).text("sluice.prompt_format", "klingon")).find("klingon") !=
        std::string::npos);
  CHECK(error_of(byte_vocabulary({}).text("sluice.prompt_format", "r1")).find("begin\u2581of") !=
        std::string::npos);
  CHECK(error_of(byte_vocabulary({}).text("tokenizer.chat_template", "[INST]")).find("chat_template") !=
        std::string::npos);
  CHECK(error_of(byte_vocabulary({"\uFF5CDSML\uFF5C"})).find("V4") != std::string::npos);
}

}  // namespace
}  // namespace sluice::engine
