#include "chat/request.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "chat/unreadable.h"

namespace sluice::chat {
namespace {

// Shorter numbers, in characters as written, identify nobody: limits, temperatures, small seeds.
constexpr std::size_t kLongNumber = 8;

// What points elsewhere (chat/unreadable.h) in tools that a vendor runs: their files, stores of documents,
// containers and skills.
constexpr std::array<std::string_view, 9> kElsewhereInTools = {
    "container_id", "document_ids", "file_id",   "file_ids",        "file_search_store_names",
    "image_url",    "skill_id",     "skill_ids", "vector_store_ids"};

// A JSON value as it is read, and what of it the client chose.
struct Lines {
  std::string text;
  VisibleTexts::Values values;
  bool sealed = false;  // what is encrypted in it is known, and said by nobody

  void value(json::Value value, std::pair<std::size_t, std::size_t> key = {}) {
    switch (value.type()) {
      case json::Type::String:
        leaf(*value.string(), key, true);
        break;
      case json::Type::Number:
        leaf(value.raw(), key, value.raw().size() >= kLongNumber);
        break;
      case json::Type::Bool:
      case json::Type::Null:
        leaf(value.raw(), key, false);
        break;
      case json::Type::Array:
        for (json::Value element : value) this->value(element, key);
        break;
      case json::Type::Object:
        for (json::Value inner : value)
          if (!sealed || !inner.is(json::Type::String) || !is_encrypted_name(inner.key())) member(inner);
    }
  }

  // A line "key: value"; elements of arrays stand on lines of their own.
  void member(json::Value member) {
    const std::pair key(text.size(), member.key().size());
    text += member.key();
    text += ": ";
    if (member.is(json::Type::Array) || member.is(json::Type::Object)) text += '\n';
    value(member, key);
  }

  // All of `words` as one value of this key.
  void whole(std::string_view key, std::string_view words) {
    text += key;
    const std::pair place(std::size_t{0}, text.size());
    if (!key.empty()) text += ": ";
    const std::size_t start = text.size();
    text += words;
    note(place, start, words.size());
  }

 private:
  void leaf(std::string_view words, std::pair<std::size_t, std::size_t> key, bool noted) {
    if (noted) note(key, text.size(), words.size());
    text += words;
    text += '\n';
  }
  void note(std::pair<std::size_t, std::size_t> key, std::size_t start, std::size_t size) {
    const auto small = [](std::size_t n) { return static_cast<std::uint32_t>(n); };
    if (size > 0) values.push_back({small(key.first), small(key.second), small(start), small(size)});
  }
};

// The strings of a part that hold its bytes, in the forms that extract/payload.h reads: as words they would be
// noise, and what they say was read. Everything beside them is text.
bool holds_bytes(json::Value member) {
  constexpr std::array<std::string_view, 4> kKeys = {"data", "file_data", "image_url", "url"};
  return member.is(json::Type::String) && std::find(kKeys.begin(), kKeys.end(), member.key()) != kKeys.end();
}

// The protocols' own words for what a part is and where its bytes stand. They are nobody's, hide nothing, and
// beside a title read like the beginning of an agreement ("type: document, source: title: Letter").
bool is_protocols_word(std::string_view word) {
  constexpr std::array<std::string_view, 14> kWords = {
      "base64",      "document",   "file",      "image",     "image_url",  "input_audio", "input_file",
      "input_image", "image/jpeg", "image/png", "image/gif", "image/webp", "source",      "application/pdf"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

bool says_the_kind(json::Value member) {
  if (!member.is(json::Type::String)) return false;
  const std::string_view raw = member.raw();
  return is_protocols_word(raw.substr(1, raw.size() - 2));
}

void append_without_bytes(Lines& out, json::Value object) {
  for (json::Value member : object) {
    if (member.is(json::Type::Object)) {
      if (!is_protocols_word(member.key())) out.text += member.key() + ":\n";
      append_without_bytes(out, member);
    } else if (!holds_bytes(member) && !says_the_kind(member)) {
      out.member(member);
    }
  }
}

// `raw` as readable lines, behind the name of its field. What is not JSON (a hand-made Request) is judged as it
// stands.
Lines lines_of(const std::string& raw, const std::string& name = "", bool sealed = false) {
  Lines out;
  out.sealed = sealed;
  auto doc = json::Doc::parse(raw);
  if (!doc) {
    out.whole(name, raw);
    return out;
  }
  const std::pair key(std::size_t{0}, name.size());
  if (!name.empty()) out.text = name + ": ";
  out.value((*doc)->root(), key);
  return out;
}

class Collector {
 public:
  VisibleTexts take() { return std::move(texts_); }

  // A text of the request itself.
  void text(std::string path, const char* role, const std::string& text) {
    texts_.add(std::move(path), role, text);
  }
  void text(std::string path, const char* role, std::string&& text) = delete;  // it would be gone: made()
  void made(std::string path, const char* role, std::string text) {
    texts_.add_made(std::move(path), role, std::move(text));
  }
  void made(std::string path, const char* role, Lines lines) {
    texts_.add_made(std::move(path), role, std::move(lines.text), std::move(lines.values));
  }
  void json(std::string path, const char* role, const std::string& raw, bool sealed = false) {
    if (!raw.empty()) made(std::move(path), role, lines_of(raw, "", sealed));
  }
  // A text of one of the fields whose values are looked at one after the other, too.
  void one(std::string path, const char* role, std::string_view words) {
    Lines lines;
    lines.whole("", words);
    made(std::move(path), role, std::move(lines));
  }

  // Numbers that decoding turned into values (a seed, a limit, a temperature) are sent on with their digits, which
  // may be those of a card. The name is left out: "seed" would speak against it. Conversation and tools are
  // arrays, and judged by themselves.
  void numbers(json::Value object, const std::string& path) {
    std::size_t position = 0;
    for (json::Value member : object) {
      const bool inner = member.is(json::Type::Object);
      const bool is_long = member.is(json::Type::Number) && member.raw().size() >= kLongNumber;
      const std::size_t at = position++;
      if (!inner && !is_long) continue;
      std::string place = path;
      json::append_path_key(place, member.key(), at);
      if (inner) numbers(member, place);
      if (is_long) made(std::move(place), "field", std::string(member.raw()));
    }
  }

  void message(const Message& m, const std::string& path) {
    const char* role = role_name(m.role);
    text(path + ".name", role, m.name);
    text(path + ".reasoning_content", role, m.reasoning);
    text(path + ".signature", role, m.signature);
    for (std::size_t i = 0; i < m.parts.size(); ++i) {
      const Part& part = m.parts[i];
      std::string place = path + ".content";
      if (!part.raw.empty()) place += "[" + std::to_string(i) + "]";
      if (part.kind == Part::Kind::Text) {
        text(std::move(place), role, part.text);
      } else {
        unwritten(part, std::move(place), role);
      }
    }
    for (std::size_t i = 0; i < m.tool_calls.size(); ++i) {
      const ToolCall& call = m.tool_calls[i];
      std::string place = path + ".tool_calls[" + std::to_string(i) + "]";
      text(place + ".id", role, call.id);
      text(place + ".function.name", role, call.name);
      arguments(place + ".function.arguments", role, call.arguments);
    }
    text(path + ".tool_call_id", role, m.tool_call_id);
  }

  // A file, picture or recording.
  void unwritten(const Part& part, std::string place, const char* role) {
    if (!part.extraction || !part.is_read()) return json(std::move(place), role, part.raw);
    if (part.extraction->by == kEarlierAnswer) return json(std::move(place), role, part.raw, true);
    text(place + "@" + part.extraction->by, role, part.extraction->text);
    auto doc = json::Doc::parse(part.raw);
    if (!doc) return made(std::move(place), role, part.raw);
    Lines beside;
    append_without_bytes(beside, (*doc)->root());
    beside.values.clear();
    made(std::move(place), role, std::move(beside));
  }

  // Arguments are JSON inside a string. Prompt encoders decode them, so that an escape in them ("\u0034") is a
  // character to the model: where there are escapes the decoded form is judged beside the written one.
  void arguments(const std::string& path, const char* role, const std::string& written) {
    text(path, role, written);
    if (written.find('\\') != std::string::npos) made(path + "#decoded", role, json::decode_escapes(written));
  }

  void tool(const Tool& tool, const std::string& path) {
    constexpr const char* kRole = "tool_definition";
    auto doc = json::Doc::parse(tool.raw);
    if (!doc) {  // no whole definition at hand
      one(path + ".function.name", kRole, tool.name);
      one(path + ".function.description", kRole, tool.description);
      json(path + ".function.parameters", kRole, tool.parameters);
      text(path, kRole, tool.raw);
      return;
    }
    json::Value function = (*doc)->root()["function"];
    one(path + ".function.name", kRole, function["name"].string().value_or(""));
    one(path + ".function.description", kRole, function["description"].string().value_or(""));
    Lines parameters;
    if (json::Value schema = function["parameters"]) parameters.value(schema);
    made(path + ".function.parameters", kRole, std::move(parameters));
    // Whatever else the definition carries, and the whole of one that is not a function.
    Lines rest;
    for (json::Value member : (*doc)->root()) {
      if (member.key() == "function" && member.is(json::Type::Object)) {
        for (json::Value inner : member) {
          bool known = inner.key() == "parameters" ||
                       (inner.is(json::Type::String) && (inner.key() == "name" || inner.key() == "description"));
          if (!known) rest.member(inner);
        }
      } else if (member.key() != "type" || member.string() != "function") {
        rest.member(member);
      }
    }
    made(path, kRole, std::move(rest));
  }

 private:
  VisibleTexts texts_;
};

bool carries_encoded(std::string_view name, const std::string& raw) {
  if (raw.size() <= 2) return false;
  auto doc = json::Doc::parse(raw);
  return doc && is_unreadable(name, (*doc)->root());
}

bool is_nothing(json::Value value) {
  if (value.is(json::Type::Array) || value.is(json::Type::Object)) return value.size() == 0;
  return value.is_null() || value.raw() == "\"\"";
}

// At any depth, but for schemas, whose members are names of arguments. A new container ({"type": "auto"}) has
// nothing in it, one that is named may.
bool names_what_is_elsewhere(json::Value value) {
  for (json::Value member : value) {
    if (value.is(json::Type::Object)) {
      const std::string name = member.key();
      if (name == "parameters" || name == "input_schema" || name == "output_schema") continue;
      const bool elsewhere =
          std::find(kElsewhereInTools.begin(), kElsewhereInTools.end(), name) != kElsewhereInTools.end();
      if ((elsewhere || (name == "container" && member.is(json::Type::String))) && !is_nothing(member))
        return true;
    }
    const bool deeper = member.is(json::Type::Object) || member.is(json::Type::Array);
    if (deeper && names_what_is_elsewhere(member)) return true;
  }
  return false;
}

// Of a tool that the client does not run.
bool reaches_elsewhere(const Tool& tool) {
  if (tool.kind == Tool::Kind::Function) return false;
  auto doc = json::Doc::parse(tool.raw);
  if (!doc || !(*doc)->root().is(json::Type::Object)) return false;
  return names_what_is_elsewhere((*doc)->root()) || is_unreadable("tool", (*doc)->root());
}

bool reaches_elsewhere(const ExtraField& field) {
  if (field.name != "tool_resources") return false;  // of tools, in older APIs
  auto doc = json::Doc::parse(field.raw);
  return doc && (*doc)->root().is(json::Type::Object) && names_what_is_elsewhere((*doc)->root());
}

bool points_elsewhere(const ExtraField& field) {
  if (reaches_elsewhere(field)) return true;
  if (field.raw == "null") return false;
  if (field.path == "$.prompt") return field.raw.starts_with("{");  // a template by id, of the Responses API
  if (field.name == "audio") return field.path.starts_with("$.messages[");
  return names_elsewhere(field.name);
}

}  // namespace

const char* role_name(Role role) {
  switch (role) {
    case Role::System:
      return "system";
    case Role::Developer:
      return "developer";
    case Role::User:
      return "user";
    case Role::Assistant:
      return "assistant";
    case Role::Tool:
      break;
  }
  return "tool";
}

const char* protocol_name(Protocol protocol) {
  switch (protocol) {
    case Protocol::OpenAiChat:
      return "openai_chat";
    case Protocol::OpenAiCompletions:
      return "openai_completions";
    case Protocol::OpenAiResponses:
      return "openai_responses";
    case Protocol::OpenAiEmbeddings:
      return "openai_embeddings";
    case Protocol::AnthropicMessages:
      break;
  }
  return "anthropic_messages";
}

std::string Message::text() const {
  std::string out;
  for (const Part& part : parts) {
    if (part.kind == Part::Kind::Text) out += part.text;
  }
  return out;
}

VisibleTexts visible_texts(const Request& request) {
  Collector out;
  for (std::size_t i = 0; i < request.messages.size(); ++i) {
    out.message(request.messages[i], "$.messages[" + std::to_string(i) + "]");
  }
  for (std::size_t i = 0; i < request.tools.size(); ++i) {
    out.tool(request.tools[i], "$.tools[" + std::to_string(i) + "]");
  }
  for (std::size_t i = 0; i < request.inputs.size(); ++i) {
    out.text("$.input[" + std::to_string(i) + "]", "user", request.inputs[i]);
  }
  out.text("$.suffix", "user", request.suffix);
  out.json("$.tool_choice", "field", request.tool_choice.raw);
  out.json("$.response_format", "field", request.format.raw);
  out.json("$.logit_bias", "field", request.sampling.logit_bias);
  const std::vector<std::string>& stops = request.sampling.stop;
  for (std::size_t i = 0; i < stops.size(); ++i)
    out.one(stops.size() == 1 ? "$.stop" : "$.stop[" + std::to_string(i) + "]", "field", stops[i]);
  out.one("$.reasoning_effort", "field", request.reasoning_effort);
  out.one("$.user", "field", request.user);
  for (const ExtraField& field : request.extra)
    out.made(field.path, "field", lines_of(field.raw, field.name, field.sealed));
  if (request.body && request.body->root().is(json::Type::Object)) {
    out.numbers(request.body->root(), "$");
  } else if (request.sampling.seed) {
    out.made("$.seed", "field", std::to_string(*request.sampling.seed));
  }
  return out.take();
}

std::vector<std::string> unreadable_parts(const Request& request) {
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < request.messages.size(); ++i) {
    const std::vector<Part>& parts = request.messages[i].parts;
    for (std::size_t j = 0; j < parts.size(); ++j) {
      if (parts[j].is_read()) continue;
      paths.push_back(part_path(i, j));
      if (const Extraction* tried = parts[j].extraction.get())
        paths.back() += " (" + (tried->by.empty() ? "" : tried->by + ": ") + tried->failed + ")";
    }
  }
  if (request.inputs_are_tokens) paths.push_back("$.input");
  // The gateway puts the earlier turns in the place of this id; where it could not, nobody knows what it stands
  // for.
  if (!request.previous_response_id.empty()) paths.push_back("$.previous_response_id");
  for (const ExtraField& field : request.extra) {
    if (field.sealed) continue;
    if (points_elsewhere(field) || carries_encoded(field.name, field.raw)) paths.push_back(field.path);
  }
  for (std::size_t i = 0; i < request.tools.size(); ++i)
    if (reaches_elsewhere(request.tools[i])) paths.push_back("$.tools[" + std::to_string(i) + "]");
  // Known fields whose values a client may put more into than we know of.
  if (carries_encoded("tool_choice", request.tool_choice.raw)) paths.push_back("$.tool_choice");
  if (carries_encoded("response_format", request.format.raw)) paths.push_back("$.response_format");
  return paths;
}

std::string part_path(std::size_t message, std::size_t part) {
  return "$.messages[" + std::to_string(message) + "].content[" + std::to_string(part) + "]";
}

void share_extractions(const Request& from, Request& to) {
  std::map<std::pair<Part::Kind, std::string_view>, const Part*> tried;  // a request may be made of parts
  for (const Message& message : from.messages)
    for (const Part& part : message.parts)
      if (part.extraction) tried.emplace(std::pair(part.kind, std::string_view(part.raw)), &part);
  for (Message& message : to.messages) {
    for (Part& part : message.parts) {
      const auto found = tried.find(std::pair(part.kind, std::string_view(part.raw)));
      if (found != tried.end()) part.extraction = found->second->extraction;
    }
  }
}

}  // namespace sluice::chat
