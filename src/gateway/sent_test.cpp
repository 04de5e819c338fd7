// What is sent was judged: whatever a client puts wherever into a request, by any front, each key, each string and
// each long number of the body that leaves for a deployment, translated or not, stands in a text that was judged,
// or is a word of the protocol.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "backend/dialect.h"
#include "config/deployment.h"
#include "json/doc.h"
#include "json/json_random.h"
#include "sense/joints.h"
#include "wire/protocol.h"

using namespace sluice;

namespace {

// A request of one protocol, of random texts, each with a mark that no other has, and with fields nobody knows.
class RandomRequest {
 public:
  explicit RandomRequest(std::uint64_t seed) : random_(seed) {}

  std::string chat() {
    std::string out = R"({"model":"route","messages":[{"role":"system","content":)" + text() + extra() + "}";
    for (std::size_t i = 0, n = 1 + random_.below(3); i < n; ++i) {
      out += R"(,{"role":"user","content":)" + content(R"("type":"text","text":)") + maybe("name", text()) +
             extra() + "}";
      if (random_.chance(40)) out += chat_tool_turn();
    }
    return out + R"(,{"role":"user","content":)" + text() + "}]" + chat_tools() + maybe("stop", text()) +
           maybe("user", text()) +
           maybe("response_format",
                 R"({"type":"json_schema","json_schema":{"name":)" + text() + R"(,"schema":)" + schema() + "}}") +
           maybe("metadata", "{" + text() + ":" + text() + "}") + numbers("seed", "max_tokens") + extra() + "}";
  }

  std::string responses() {
    std::string out = R"({"model":"route","instructions":)" + text() + R"(,"input":[)";
    for (std::size_t i = 0, n = 1 + random_.below(3); i < n; ++i) {
      out += R"({"role":"user","content":)" + content(R"("type":"input_text","text":)") + extra() + "},";
      if (!random_.chance(40)) continue;
      const std::string id = text();
      out += R"({"type":"function_call","call_id":)" + id + R"(,"name":)" + text() + R"(,"arguments":)" +
             arguments() + extra() + "},";
      out += R"({"type":"function_call_output","call_id":)" + id + R"(,"output":)" + text() + extra() + "},";
    }
    out += R"({"role":"user","content":)" + text() + "}]";
    if (random_.chance(50))
      out += R"(,"tools":[{"type":"function","name":)" + text() + R"(,"description":)" + text() +
             R"(,"parameters":)" + schema() + extra() + "}]";
    return out + maybe("user", text()) + maybe("metadata", "{" + text() + ":" + text() + "}") +
           maybe("text",
                 R"({"format":{"type":"json_schema","name":)" + text() + R"(,"schema":)" + schema() + "}}") +
           numbers("seed", "max_output_tokens") + extra() + "}";
  }

  std::string anthropic(bool counted) {
    std::string out = counted ? R"({"model":"route","system":)" : R"({"model":"route","max_tokens":9,"system":)";
    out += content(R"("type":"text","text":)") + R"(,"messages":[)";
    for (std::size_t i = 0, n = 1 + random_.below(3); i < n; ++i) {
      out += R"({"role":"user","content":)" + content(R"("type":"text","text":)") + extra() + "},";
      const std::string id = text();
      out += R"({"role":"assistant","content":[{"type":"tool_use","id":)" + id + R"(,"name":)" + text() +
             R"(,"input":)" + object() + extra() + "}]},";
      out += R"({"role":"user","content":[{"type":"tool_result","tool_use_id":)" + id + R"(,"content":)" +
             content(R"("type":"text","text":)") + extra() + "}]},";
    }
    out += R"({"role":"user","content":)" + text() + "}]";
    if (random_.chance(50))
      out += R"(,"tools":[{"name":)" + text() + R"(,"description":)" + text() + R"(,"input_schema":)" + schema() +
             extra() + "}]";
    return out +
           (counted ? ""
                    : maybe("stop_sequences", "[" + text() + "]") +
                          maybe("metadata", R"({"user_id":)" + text() + "}") + numbers("seed", "top_k")) +
           extra() + "}";
  }

  std::string completions() {
    return R"({"model":"route","prompt":)" + (random_.chance(50) ? text() : "[" + text() + "," + text() + "]") +
           maybe("suffix", text()) + maybe("user", text()) + maybe("stop", text()) +
           numbers("seed", "max_tokens") + extra() + "}";
  }

  std::string embeddings() {
    return R"({"model":"route","input":)" + (random_.chance(50) ? text() : "[" + text() + "," + text() + "]") +
           maybe("user", text()) + extra() + "}";
  }

 private:
  std::string text() {
    std::string out = "\"zq" + std::to_string(++marks_) + "q";
    random_.string_body(out);
    return out + "zq" + std::to_string(marks_) + "e\"";
  }
  std::string maybe(const char* name, const std::string& value) {
    return random_.chance(30) ? ",\"" + std::string(name) + "\":" + value : "";
  }
  std::string number() {
    ++marks_;
    return std::to_string(random_.chance(50) ? 4'539'000'000'000'000 + marks_ : 1'000'000'000 + marks_);
  }
  // Fields that decoding turns into numbers.
  std::string numbers(const char* seed, const char* limit) {
    return maybe(seed, number()) + maybe(limit, number()) + maybe("temperature", "0." + number()) +
           maybe("top_p", "0." + number());
  }
  std::string object() { return "{" + text() + ":" + text() + ",\"" + "deep\":" + deep() + "}"; }
  std::string deep() {
    std::string out;
    random_.value(out, 3);
    return out;
  }
  // Now and then a field of no protocol, some with names that look like those of one.
  std::string extra() {
    if (!random_.chance(6)) return "";
    static const char* names[] = {"Model",          "model ",    "mess\\u0061ges2", "CONTENT",
                                  "content\\u200b", "tool_call", "x-field",         "input_"};
    std::string name =
        random_.chance(50) ? "\"" + std::string(names[random_.below(std::size(names))]) + "\"" : text();
    return "," + name + ":" + (random_.chance(50) ? deep() : object());
  }
  std::string content(const std::string& part) {
    if (random_.chance(50)) return text();
    return "[{" + part + text() + extra() + "},{" + part + text() + "}]";
  }
  std::string schema() {
    return R"({"type":"object","description":)" + text() + R"(,"properties":{)" + text() +
           R"(:{"type":"string","description":)" + text() + R"(,"enum":[)" + text() + "," + text() +
           R"(],"default":)" + text() + R"(},"inner":{"type":"object","properties":{)" + text() +
           R"(:{"type":"array","items":{"type":"string","pattern":)" + text() + "}}}}}" + extra() + "}";
  }
  std::string arguments() {
    if (random_.chance(30)) return text();
    std::string quoted = "\"";
    for (char c : object())
      quoted += c == '"' || c == '\\' ? std::string("\\") + c : c < ' ' ? " " : std::string(1, c);
    return quoted + "\"";
  }
  std::string chat_tool_turn() {
    const std::string id = text();
    return R"(,{"role":"assistant","content":)" + (random_.chance(50) ? std::string("null") : text()) +
           R"(,"tool_calls":[{"id":)" + id + R"(,"type":"function","function":{"name":)" + text() +
           R"(,"arguments":)" + arguments() + "}" + extra() + "}]" + extra() +
           R"(},{"role":"tool","tool_call_id":)" + id + R"(,"content":)" + text() + extra() + "}";
  }
  std::string chat_tools() {
    if (!random_.chance(50)) return "";
    return R"(,"tools":[{"type":"function","function":{"name":)" + text() + R"(,"description":)" + text() +
           R"(,"parameters":)" + schema() + extra() + "}}]";
  }

  json::test::RandomJson random_;
  int marks_ = 0;
};

// Keys and values that encoders write by themselves.
const std::set<std::string, std::less<>> kWords = {"_invalid_arguments",
                                                   "arguments",
                                                   "assistant",
                                                   "call_id",
                                                   "content",
                                                   "format",
                                                   "function",
                                                   "function_call",
                                                   "function_call_output",
                                                   "id",
                                                   "input",
                                                   "input_schema",
                                                   "input_text",
                                                   "instructions",
                                                   "max_completion_tokens",
                                                   "max_output_tokens",
                                                   "max_tokens",
                                                   "message",
                                                   "messages",
                                                   "metadata",
                                                   "model",
                                                   "name",
                                                   "output",
                                                   "output_config",
                                                   "parameters",
                                                   "prompt",
                                                   "reasoning",
                                                   "reasoning_content",
                                                   "reasoning_text",
                                                   "response_format",
                                                   "role",
                                                   "seed",
                                                   "stop",
                                                   "stop_sequences",
                                                   "store",
                                                   "stream",
                                                   "strict",
                                                   "suffix",
                                                   "summary",
                                                   "system",
                                                   "temperature",
                                                   "text",
                                                   "tool",
                                                   "tool_call_id",
                                                   "tool_calls",
                                                   "tool_result",
                                                   "tool_use",
                                                   "tool_use_id",
                                                   "tools",
                                                   "top_k",
                                                   "top_p",
                                                   "type",
                                                   "upstream-model",
                                                   "user",
                                                   "user_id"};

// A call's id in the form that the Messages API wants: a hash of what the client named it.
bool made_id(const std::string& leaf) {
  return leaf.starts_with("toolu_") && leaf.size() == 30 &&
         leaf.find_first_not_of("0123456789abcdef", 6) == leaf.npos;
}

struct Judged {
  explicit Judged(const chat::Request& request) {
    const chat::VisibleTexts visible = chat::visible_texts(request);
    for (const chat::VisibleText& t : visible) all += std::string(t.text) + "\n";
    for (const sense::JointText& joint : sense::joints_of(request, visible)) all += joint.text + "\n";
  }
  // As a whole, or line by line: what translation joins, it joins by line ends, and the joints are judged apart.
  bool has(const std::string& leaf) const {
    if (all.find(leaf) != std::string::npos) return true;
    for (std::size_t at = 0; at <= leaf.size();) {
      const std::size_t end = std::min(leaf.find('\n', at), leaf.size());
      if (all.find(leaf.substr(at, end - at)) == std::string::npos) return false;
      at = end + 1;
    }
    return true;
  }
  std::string all;
};

// What was sent without having been judged: the leaf, and where it was seen first.
using Unjudged = std::map<std::string, std::string>;

void compare(json::Value value, const Judged& judged, const std::string& where, Unjudged& out) {
  auto known = [&](const std::string& leaf) {
    return judged.has(leaf) || kWords.contains(leaf) || leaf.empty() || made_id(leaf);
  };
  if (value.is(json::Type::String)) {
    const std::string leaf = *value.string();
    if (known(leaf)) return;
    auto inner = json::Doc::parse(leaf);  // arguments are judged decoded
    if (inner && (*inner)->root().size() > 0) return compare((*inner)->root(), judged, where, out);
    out.emplace(leaf, where + " " + value.path());
  }
  if (value.is(json::Type::Number)) {
    std::string number(value.raw());
    if (number.size() >= 9 && !judged.has(number)) out.emplace(number, where + " " + value.path());
  }
  for (json::Value element : value) {
    if (value.is(json::Type::Object) && !known(element.key()))
      out.emplace(element.key(), where + " a key of " + value.path());
    compare(element, judged, where, out);
  }
}

struct Tally {
  int decoded = 0, same = 0, translated = 0;
  Unjudged unjudged;
};

void check_sent(chat::Protocol protocol, chat::Operation operation, const std::string& body, Tally& tally) {
  auto request = wire::decode(protocol, operation, body);
  if (!request) return;
  ++tally.decoded;
  if (!chat::unreadable_parts(*request).empty()) return;  // restricted as a whole, whatever it says
  const Judged judged(*request);
  std::vector<std::string_view> names{"deepseek", "anthropic"};
  for (const char* name : config::kOpenAiDialects) names.push_back(name);
  for (std::string_view name : names) {
    const backend::Dialect& dialect = backend::dialect(name);
    for (int p = 0; p < chat::kProtocols; ++p) {
      if (dialect.paths[std::size_t(p)].empty()) continue;
      const auto spoken = chat::Protocol(p);
      auto sent = wire::encode(spoken, *request, dialect.target_for(spoken, "upstream-model"));
      if (!sent) continue;
      ++(spoken == protocol ? tally.same : tally.translated);
      auto doc = json::Doc::parse(sent->body);
      REQUIRE_MESSAGE(doc, sent->body);
      compare((*doc)->root(), judged, std::string(name) + " " + chat::protocol_name(spoken), tally.unjudged);
    }
  }
}

}  // namespace

TEST_CASE("Every key, string and long number that is sent was judged, by every front and to every deployment") {
  using chat::Operation;
  using chat::Protocol;
  Tally chat, responses, messages, counted, completions, embeddings;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    RandomRequest make(seed);
    check_sent(Protocol::OpenAiChat, Operation::Generate, make.chat(), chat);
    check_sent(Protocol::OpenAiResponses, Operation::Generate, make.responses(), responses);
    check_sent(Protocol::AnthropicMessages, Operation::Generate, make.anthropic(false), messages);
    check_sent(Protocol::AnthropicMessages, Operation::CountTokens, make.anthropic(true), counted);
    check_sent(Protocol::OpenAiCompletions, Operation::Generate, make.completions(), completions);
    check_sent(Protocol::OpenAiEmbeddings, Operation::Embed, make.embeddings(), embeddings);
  }
  for (const Tally* t : {&chat, &responses, &messages, &counted, &completions, &embeddings}) {
    MESSAGE(t->decoded << " decoded, sent " << t->same << " as they came, " << t->translated << " translated");
    CHECK(t->decoded > 100);
    CHECK(t->same > 100);
    for (const auto& [leaf, where] : t->unjudged) FAIL_CHECK(where << ": " << leaf);
  }
  for (const Tally* t : {&chat, &responses, &messages}) CHECK(t->translated > 100);
}

TEST_CASE("A key, a string, an argument and a number that were not judged are noticed") {
  auto request = wire::decode(chat::Protocol::OpenAiChat, chat::Operation::Generate,
                              R"({"model":"m","messages":[{"role":"user","content":"asked"}]})");
  REQUIRE(request);
  auto sent = json::Doc::parse(
      R"({"messages":[{"role":"user","content":"asked"},{"content":"added"}],"user":4539578763621486,)"
      R"("added key":1,"arguments":"{\"input\":\"added \\u0061rgument\"}"})");
  REQUIRE(sent);
  Unjudged found;
  compare((*sent)->root(), Judged(*request), "", found);
  std::string leaves;
  for (const auto& [leaf, where] : found) leaves += leaf + "; ";
  CHECK(leaves == "4539578763621486; added; added argument; added key; ");
}
