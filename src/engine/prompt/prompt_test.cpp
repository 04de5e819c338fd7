#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "engine/prompt/loaded.h"
#include "json/doc.h"

namespace sluice::engine {
namespace {

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
  const std::string plain_bytes = byte_vocabulary({}).bytes();
  const Loaded plain = load(gguf::File::from_bytes(plain_bytes, "plain"));
  const std::string bytes = byte_vocabulary({"<|im_start|>", "<|im_end|>"}).bytes();
  const Loaded model = load(gguf::File::from_bytes(bytes, "chatml"));
  CHECK(plain.format->name() == "plain");
  CHECK(plain.format->dialect() == ToolDialect::None);
  CHECK(model.format->name() == "chatml");
  CHECK(model.format->reason().find("<|im_start|>") != std::string::npos);
  chat::Request request;
  CHECK(model.format->render(request).error().code == "engine.empty_prompt");
  request.messages = {message(chat::Role::User, "hi"), message(chat::Role::Tool, "42")};
  CHECK(plain.format->render(request).error().where == "$.messages[1]");
  request.messages[1] = message(chat::Role::Assistant, "");
  request.messages[1].tool_calls.emplace_back();
  CHECK(plain.format->render(request).error().where == "$.messages[1].tool_calls");
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
  CHECK(error_of(byte_vocabulary({}).text("tokenizer.chat_template", "{% macro f() %}{% endmacro %}"))
            .find("chat_template") != std::string::npos);
  CHECK(error_of(byte_vocabulary({"\uFF5CDSML\uFF5C"})).find("deepseek-v4") != std::string::npos);
}

// A question, two calls, their results, an answer, another question; one tool.
chat::Request tool_talk() {
  chat::Request request;
  request.messages = {message(chat::Role::User, "q"),         message(chat::Role::Assistant, "let me see"),
                      message(chat::Role::Tool, "r1"),        message(chat::Role::Tool, "r2"),
                      message(chat::Role::Assistant, "done"), message(chat::Role::User, "again")};
  request.messages[1].tool_calls = {{"1", "f", "{\"a\":1.5,\"b\":\"\u00E9\"}"}, {"2", "g", "{}"}};
  chat::Tool tool;
  tool.name = "f";
  tool.raw =
      R"({"type":"function","function":{"name":"f","description":"Gr\u00f6\u00dfe <x>","parameters":{"type":"object",)"
      R"("properties":{"a":{"type":"number","enum":[1.0,1e-05]}}}}})";
  request.tools = {tool};
  return request;
}

std::string tool_prompt(const std::string& format, const std::vector<std::string>& marks,
                        const chat::Request& request) {
  SampleFile sample = byte_vocabulary(marks);
  sample.text("sluice.prompt_format", format);
  const std::string bytes = sample.bytes();
  const Loaded model = load(gguf::File::from_bytes(bytes, format));
  const auto ids = model.format->render(request);
  REQUIRE_MESSAGE(ids.has_value(), (ids ? "" : ids.error().to_string()));
  return decode(*model.tokenizer, *ids);
}

TEST_CASE("tools, calls and results are written as the models' own templates write them") {
  // Rendered by Jinja2 from the template in ggml-vocab-qwen2.gguf.
  const std::string qwen = R"X(<|im_start|>system
You are Qwen, created by Alibaba Cloud. You are a helpful assistant.

# Tools

You may call one or more functions to assist with the user query.

You are provided with function signatures within <tools></tools> XML tags:
<tools>
{"type": "function", "function": {"name": "f", "description": "Größe <x>", "parameters": {"type": "object", "properties": {"a": {"type": "number", "enum": [1.0, 1e-05]}}}}}
</tools>

For each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:
<tool_call>
{"name": <function-name>, "arguments": <args-json-object>}
</tool_call><|im_end|>
<|im_start|>user
q<|im_end|>
<|im_start|>assistant
let me see
<tool_call>
{"name": "f", "arguments": {"a": 1.5, "b": "é"}}
</tool_call>
<tool_call>
{"name": "g", "arguments": {}}
</tool_call><|im_end|>
<|im_start|>user
<tool_response>
r1
</tool_response>
<tool_response>
r2
</tool_response><|im_end|>
<|im_start|>assistant
done<|im_end|>
<|im_start|>user
again<|im_end|>
<|im_start|>assistant
)X";
  const std::string path = "../shared/tokenizers/ggml-vocab-qwen2.gguf";
  if (!absent(path)) {
    const Loaded model = load(gguf::File::open(path));
    const auto ids = model.format->render(tool_talk());
    REQUIRE(ids.has_value());
    CHECK(decode(*model.tokenizer, *ids) == qwen);
    CHECK(model.format->dialect() == ToolDialect::Hermes);
  }
  const std::vector<std::string> marks = {"<\uFF5Cbegin\u2581of\u2581sentence\uFF5C>",
                                          "<\uFF5Cend\u2581of\u2581sentence\uFF5C>",
                                          "<\uFF5CUser\uFF5C>",
                                          "<\uFF5CAssistant\uFF5C>",
                                          "<think>",
                                          "</think>"};
  // DeepSeek-V3.1's chat template, by hand.
  const std::string v31 = tool_prompt("deepseek-v3.1", marks, tool_talk());
  CHECK(v31.find("## Tools\nYou have access to the following tools:\n\n### f\nDescription: Gr\u00F6\u00DFe <x>\n\n"
                 "Parameters: {\"type\": \"object\", \"properties\": {\"a\": {\"type\": \"number\", \"enum\": "
                 "[1.0, 1e-05]}}}\n\nIMPORTANT: ALWAYS adhere") != std::string::npos);
  CHECK(v31.ends_with(
      "<｜User｜>q<｜Assistant｜></think>let me see<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>"
      "{\"a\":1.5,\"b\":\"\u00E9\"}<｜tool▁call▁end｜><｜tool▁call▁begin｜>g<｜tool▁sep｜>{}<｜tool▁call▁end｜>"
      "<｜tool▁calls▁end｜><｜end▁of▁sentence｜><｜tool▁output▁begin｜>r1<｜tool▁output▁end｜>"
      "<｜tool▁output▁begin｜>r2<｜tool▁output▁end｜>done<｜end▁of▁sentence｜><｜User｜>again<｜Assistant｜></"
      "think>"));
  // DeepSeek-R1's, likewise.
  const std::string r1 = tool_prompt("r1", marks, tool_talk());
  CHECK(
      r1.ends_with("<｜User｜>q<｜Assistant｜>let me "
                   "see<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n"
                   "{\"a\":1.5,\"b\":\"\u00E9\"}\n```<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<"
                   "｜tool▁sep｜>g\n```json\n{}\n```"
                   "<｜tool▁call▁end｜><｜tool▁calls▁end｜><｜end▁of▁sentence｜><｜tool▁outputs▁begin｜><"
                   "｜tool▁output▁begin｜>r1"
                   "<｜tool▁output▁end｜>\n<｜tool▁output▁begin｜>r2<｜tool▁output▁end｜><｜tool▁outputs▁end｜>"
                   "done<｜end▁of▁sentence｜>"
                   "<｜User｜>again<｜Assistant｜><think>\n"));
  // Llama 3.1's: one call a turn, results quoted.
  chat::Request llama = tool_talk();
  const std::vector<std::string> llama_marks = {"<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"};
  llama.messages[1].tool_calls.pop_back();
  llama.messages.erase(llama.messages.begin() + 3);
  const std::string text = tool_prompt("llama3", llama_marks, llama);
  CHECK(
      text.starts_with("<|start_header_id|>system<|end_header_id|>\n\nEnvironment: ipython\n<|eot_id|>"
                       "<|start_header_id|>user<|end_header_id|>\n\nGiven the following functions"));
  CHECK(text.find("{\n    \"type\": \"function\",\n    \"function\": {\n        \"name\": \"f\",") !=
        std::string::npos);
  CHECK(text.find(
            "\n\nq<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n{\"name\": \"f\", \"parameters\": "
            "{\"a\": 1.5, \"b\": \"\u00E9\"}}<|eot_id|><|start_header_id|>ipython<|end_header_id|>\n\n\"r1\""
            "<|eot_id|>") != std::string::npos);
}

TEST_CASE("a client's request becomes the encoders' conversation") {
  const std::string path = "../shared/tokenizers/ggml-vocab-deepseek-v4.gguf";
  if (absent(path)) return;
  const Loaded model = load(gguf::File::open(path));
  CHECK(model.format->name() == "deepseek-v4");
  CHECK(model.format->dialect() == ToolDialect::Dsml4);
  chat::Request request = tool_talk();
  request.messages[2].tool_call_id = "2";
  request.messages[3].tool_call_id = "1";
  request.messages.pop_back();
  request.messages.pop_back();
  request.thinking = false;
  const auto ids = model.format->render(request);
  REQUIRE(ids.has_value());
  const std::string text = decode(*model.tokenizer, *ids);
  CHECK(text.starts_with("<｜begin▁of▁sentence｜>\n\n## Tools\n\n"));
  CHECK(text.find("\n\n{\"name\": \"f\", \"description\": \"Gr\u00F6\u00DFe <x>\"") != std::string::npos);
  CHECK(text.ends_with(
      "<｜User｜><tool_result>r2</tool_result>\n\n<tool_result>r1</tool_result><｜Assistant｜></think>"));
  CHECK_FALSE(model.format->opens_in_reasoning(request));
  request.thinking.reset();
  CHECK(model.format->opens_in_reasoning(request));
  request.tool_choice.mode = chat::ToolChoice::Mode::None;
  CHECK(decode(*model.tokenizer, *model.format->render(request)).find("## Tools") == std::string::npos);
}

}  // namespace
}  // namespace sluice::engine
