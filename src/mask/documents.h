// Random requests with sensitive values in them, for the tests of this room. Deterministic for a seed.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "chat/request.h"
#include "json/writer.h"
#include "sense/sense.h"
#include "text/utf8.h"

namespace sluice::mask::test {

struct Planted {
  std::string type;
  std::string text;
  sense::Category category;
  bool digits = false;  // may stand as a JSON number
};

struct Document {
  std::vector<Planted> values;
  std::string prose;      // of the user
  std::string arguments;  // of the assistant's tool call: JSON
  std::string result;     // of the tool: JSON
  std::string body;       // the whole request as OpenAI's chat API has it
  chat::Request request;  // the same decoded
  std::vector<sense::Finding> findings;
};

class RandomDocuments {
 public:
  explicit RandomDocuments(std::uint64_t seed) : random_(seed) {}
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool chance(int percent) { return below(100) < std::uint64_t(percent); }

  std::string pick(const std::vector<std::string>& list) { return list[below(list.size())]; }

  std::string digits(std::size_t n) {
    std::string out(1, char('1' + below(9)));
    while (out.size() < n) out += char('0' + below(10));
    return out;
  }

  std::string letters(std::size_t n) {
    std::string out;
    while (out.size() < n) out += char('a' + below(26));
    return out;
  }

  std::string name() {
    static const std::vector<std::string> kFirst = {"Jürgen", "Zoë",        "Nguyễn", "Иван",
                                                    "李小龙", "Anne-Marie", "Bob",    "O\"Neil"};
    static const std::vector<std::string> kLast = {"Müller",       "D'Arcy", "Петров",
                                                   "Smith\\Jones", "Ōta",    "van der Berg"};
    std::string first = pick(kFirst);
    return first + " " + pick(kLast) + std::to_string(below(1000));
  }

  Planted value() {
    switch (below(8)) {
      case 0:
        return {"EMAIL", letters(5) + "." + letters(4) + "@" + letters(6) + ".org", sense::Category::Pii};
      case 1:
        return {"PERSON", name(), sense::Category::Pii};
      case 2:
        return {"CREDIT_CARD", digits(16), sense::Category::Financial, true};
      case 3:
        return {"IBAN", "DE" + digits(20), sense::Category::Financial};
      case 4:
        return {"PHONE", "+" + digits(2) + " " + digits(3) + " " + digits(7), sense::Category::Pii};
      case 5:
        return {"ADDRESS", digits(2) + " \"" + letters(6) + "\" Street\n" + digits(5) + "\t" + letters(5),
                sense::Category::Pii};
      case 6:
        return {"SECRET", "sk_live_" + letters(12) + "_" + digits(6), sense::Category::Credentials};
      default:
        return {"PASSWORD", letters(4) + "\\" + digits(3) + "/\"" + letters(2), sense::Category::Credentials};
    }
  }

  // Words, line breaks, quotes, Unicode, and what looks like a token.
  std::string filler() {
    static const std::vector<std::string> kWords = {
        "the",      "invoice",       "für",   "数据",    "\n",   "\"quoted\"", "C:\\temp", "`code`",
        "**bold**", "EMAIL_",        "a_b",   "[EMAIL]", "\t",   "EMAIL\\_",   "emoji😀",  "CREDITCARD",
        "_",        "{x}",           "email", "%5f",     "null", "<tag>",      "&amp;",    "IBAN_x7k",
        "\\",       "PERSON_bcdfghj"};
    static const std::vector<std::string> kTypes = {"EMAIL_", "PERSON_", "IBAN_", "Phone_", "SECRET_", "data_"};
    if (chance(10)) return pick(kTypes) + tail();
    return pick(kWords);
  }

  std::string tail() {
    std::string out;
    while (out.size() < 7) out += "bcdfghjkmnpqrstvwxz23456789"[below(27)];
    return out;
  }

  // `extra`: texts that must stand somewhere, tokens that a user typed for example.
  Document document(const std::vector<std::string>& extra) {
    Document d;
    for (std::size_t n = 1 + below(6); n > 0; --n) d.values.push_back(value());
    d.prose = prose(d.values, extra);
    json::Writer args;
    object(args, d.values, 2);
    d.arguments = args.take();
    json::Writer result;
    object(result, d.values, 2);
    d.result = result.take();
    build(d);
    find(d);
    return d;
  }

 private:
  std::string prose(const std::vector<Planted>& values, const std::vector<std::string>& extra) {
    std::string out;
    for (const std::string& text : extra) out += filler() + text + (chance(50) ? " " : "");
    for (const Planted& value : values) {
      for (std::size_t n = below(5); n > 0; --n) out += filler() + (chance(80) ? " " : "");
      out += value.text;
      if (chance(70)) out += " ";
      out += filler();
    }
    return out;
  }

  void object(json::Writer& w, const std::vector<Planted>& values, int depth) {
    w.object();
    for (std::size_t i = below(5); i > 0; --i) {
      std::string key = "k" + std::to_string(i) + "_" + letters(2);
      const Planted& value = values[below(values.size())];
      if (chance(10)) key += value.text;
      w.key(key);
      if (value.digits && chance(40)) {
        w.raw(value.text);
      } else if (chance(20) && depth > 0) {
        object(w, values, depth - 1);
      } else if (chance(20) && depth > 0) {
        json::Writer inner;
        object(inner, values, 0);
        w.value(inner.take());
      } else {
        w.value(filler() + " " + value.text + filler());
      }
    }
    w.end();
  }

  void build(Document& d) {
    json::Writer w;
    w.object().member("model", "chat").key("messages").array();
    w.object().member("role", "user").member("content", d.prose).end();
    w.object().member("role", "assistant").key("content").null().key("tool_calls").array().object();
    w.member("id", "c1").member("type", "function").key("function").object().member("name", "look");
    w.member("arguments", d.arguments).end().end().end().end();
    w.object().member("role", "tool").member("tool_call_id", "c1").member("content", d.result).end().end();
    w.key("metadata").object().member("note", d.values.front().text).end().end();
    d.body = w.take();
    chat::Message user, assistant, tool;
    user.parts.push_back({chat::Part::Kind::Text, d.prose, ""});
    assistant.role = chat::Role::Assistant;
    assistant.tool_calls.push_back({"c1", "look", d.arguments});
    tool.role = chat::Role::Tool;
    tool.tool_call_id = "c1";
    tool.parts.push_back({chat::Part::Kind::Text, d.result, ""});
    d.request.messages = {user, assistant, tool};
    d.request.body = *json::Doc::parse(d.body);
  }

  // What a perfect detector would report: each value where it stands literally.
  static void find(Document& d) {
    const chat::VisibleTexts texts = chat::visible_texts(d.request);
    for (const chat::VisibleText& text : texts) {
      for (const Planted& value : d.values) {
        std::size_t at = text.text.find(value.text);
        if (at == std::string::npos) continue;
        std::size_t start = text::count_code_points(text.text.substr(0, at));
        std::size_t end = start + text::count_code_points(value.text);
        d.findings.push_back({"perfect", value.type, value.category, 1.0, text.path, start, end});
      }
    }
  }

  std::mt19937_64 random_;
};

}  // namespace sluice::mask::test
