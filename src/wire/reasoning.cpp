#include "wire/reasoning.h"

#include "json/splice.h"
#include "json/writer.h"

namespace sluice::wire {
namespace {

using json::Type;
using json::Value;

// Clients drop a thinking block without a signature; the vendor whose contract this restores does not check it.
constexpr std::string_view kSignature = "sluice-restored";

class Restorer {
 public:
  Restorer(const json::Doc& body, const ReasoningLookup& lookup) : splice_(body), lookup_(lookup) {}

  // Empty where nobody remembers it: with tools the vendor takes no earlier turn without, but an empty one.
  std::string reasoning_of(const std::vector<std::string>& calls, std::string_view text) {
    // A client may name one call in every turn; a body larger than this is refused as it is.
    auto known = bytes_ > json::Limits().bytes ? std::nullopt : lookup_(calls, text);
    ++(known ? restored_.turns : restored_.unknown);
    if (known) bytes_ += known->size();
    return known.value_or("");
  }

  void chat_turn(Value message) {
    if (Value r = message["reasoning_content"]; r && !r.is_null()) return;
    if (Value r = message["reasoning"]; r && !r.is_null()) return;
    if (message["prefix"].boolean().value_or(false)) return;  // no earlier turn: it is to be continued
    std::vector<std::string> calls;
    for (Value call : message["tool_calls"]) calls.push_back(call["id"].string().value_or(""));
    splice_.set(message, "reasoning_content",
                json::quote(reasoning_of(calls, message["content"].string().value_or(""))));
  }

  void messages_turn(Value message) {
    Value content = message["content"];
    std::vector<std::string> calls;
    std::string text = content.string().value_or("");
    if (content.is(Type::Array)) {
      for (Value block : content) {
        std::string type = block["type"].string().value_or("");
        if (type == "thinking" || type == "redacted_thinking") return;
        if (type == "tool_use") calls.push_back(block["id"].string().value_or(""));
        if (type == "text") text += block["text"].string().value_or("");
      }
      if (content.size() == 0) return;
    }
    const std::string reasoning = reasoning_of(calls, text);
    json::Writer block;
    block.object().member("type", "thinking").member("thinking", reasoning).member("signature", kSignature).end();
    if (content.is(Type::Array)) {
      splice_.insert_before(content.at(0), block.text());
    } else {
      json::Writer words;
      words.object().member("type", "text").key("text").raw(content.raw()).end();
      splice_.replace(content, "[" + block.text() + "," + words.text() + "]");
    }
  }

  // Items of one assistant turn follow each other: reasoning, then messages and calls.
  void response_items(Value input) {
    Value first;
    bool reasoned = false;
    std::vector<std::string> calls;
    std::string text;
    auto end_turn = [&] {
      if (first && !reasoned) response_turn(first, calls, text);
      first = Value();
      reasoned = false;
      calls.clear();
      text.clear();
    };
    for (Value item : input) {
      std::string type = item["type"].string().value_or("message");
      bool call = type == "function_call", words = type == "message" && item["role"].string() == "assistant";
      if (type == "reasoning") {
        reasoned = true;
        continue;
      }
      if (!call && !words) {
        end_turn();
        continue;
      }
      if (!first) first = item;
      if (call) calls.push_back(item["call_id"].string().value_or(""));
      if (words) text += text_of_item(item["content"]);
    }
    end_turn();
  }

  void response_turn(Value first, const std::vector<std::string>& calls, std::string_view text) {
    const std::string reasoning = reasoning_of(calls, text);
    json::Writer w;
    w.object().member("type", "reasoning").key("summary").array().end();
    w.key("content").array().object().member("type", "reasoning_text").member("text", reasoning).end().end().end();
    splice_.insert_before(first, w.text());
  }

  std::optional<Restored> take() {
    if (restored_.turns + restored_.unknown == 0) return std::nullopt;
    restored_.body = splice_.apply();
    return std::move(restored_);
  }

 private:
  static std::string text_of_item(Value content) {
    std::string text = content.string().value_or("");
    if (content.is(Type::Array))
      for (Value part : content) text += part["text"].string().value_or("");
    return text;
  }

  json::Splice splice_;
  const ReasoningLookup& lookup_;
  Restored restored_;
  std::size_t bytes_ = 0;  // of the reasoning so far
};

}  // namespace

std::optional<Restored> restore_reasoning(chat::Protocol protocol, const json::Doc& body,
                                          const ReasoningLookup& lookup) {
  Value root = body.root();
  if (root["tools"].size() == 0) return std::nullopt;
  Restorer restorer(body, lookup);
  bool anthropic = protocol == chat::Protocol::AnthropicMessages;
  if (protocol == chat::Protocol::OpenAiResponses) {
    restorer.response_items(root["input"]);
  } else if (anthropic || protocol == chat::Protocol::OpenAiChat) {
    for (Value message : root["messages"]) {
      if (message["role"].string() != "assistant") continue;
      if (anthropic) {
        restorer.messages_turn(message);
      } else {
        restorer.chat_turn(message);
      }
    }
  }
  return restorer.take();
}

}  // namespace sluice::wire
