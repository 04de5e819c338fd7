// Errors in OpenAI's shape, both ways, and the table of docs/errors.md.
#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "json/writer.h"
#include "text/utf8.h"
#include "wire/openai_chat.h"
#include "wire/openai_error.h"

namespace sluice::wire {
namespace {

constexpr std::size_t kMaxMessage = 300;  // bytes of an upstream's words that are kept

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_word(char c) { return is_letter(c) || is_digit(c); }

// A run of characters that keys, tokens, card and phone numbers and addresses are written in.
bool in_token(char c) { return is_word(c) || std::string_view("-_.+/=@*:~%").find(c) != std::string_view::npos; }

bool starts_like_key(std::string_view token) {
  for (std::string_view prefix :
       {"sk-",    "pk-",   "rk-",   "ak-",  "sk_",  "pk_",  "rk_", "ghp_", "gho_",   "ghs_", "github_pat_",
        "glpat-", "xoxb-", "xoxp-", "AKIA", "ASIA", "AIza", "eyJ", "hf_",  "nvapi-", "****"}) {
    if (token.starts_with(prefix) && token.size() > prefix.size() + 3) return true;
  }
  return false;
}

// Shapes of secrets and of personal data, coarse on purpose: an error message loses nothing by a masked word.
bool must_mask(std::string_view token) {
  std::size_t digits = 0, letters = 0, stars = 0;
  for (char c : token) {
    digits += is_digit(c);
    letters += is_letter(c);
    stars += c == '*';
  }
  if (token.find('@') != std::string_view::npos || stars >= 3) return true;
  if (digits >= 7) return true;
  return starts_like_key(token) || token.size() >= 40 || (token.size() >= 16 && digits >= 2 && letters >= 8);
}

// What stands in quotes is kept if it can only be a name of the protocol ('max_tokens', "messages[0].content"); an
// upstream also quotes what it was sent.
bool name_like(std::string_view quoted) {
  if (quoted.empty() || quoted.size() > 40) return false;
  for (char c : quoted) {
    if (!is_word(c) && std::string_view("_-.[]$").find(c) == std::string_view::npos) return false;
  }
  return !must_mask(quoted);
}

std::string single_line(std::string_view text) {
  std::string out;
  for (char c : text::repair_utf8(text)) {
    bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    if (control || c == ' ') {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else {
      out += c;
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

// The end of a quotation that begins at `open`, or npos if the mark is an apostrophe or a lone mark.
std::size_t closing_quote(std::string_view text, std::size_t open) {
  if (open > 0 && is_word(text[open - 1])) return std::string_view::npos;
  for (std::size_t i = open + 1; i < text.size(); ++i) {
    if (text[i] == text[open] && (i + 1 == text.size() || !is_word(text[i + 1]))) return i;
  }
  return text.size();  // never closed: everything after it may be quoted
}

void cut(std::string& text, std::size_t most) {
  if (text.size() <= most) return;
  text.resize(most);
  text.resize(most - text::incomplete_tail(text));
  text += "...";
}

struct Rule {
  std::string_view code;  // a whole code, or a room's prefix "json."
  int status;
};

// First match counts: whole codes before their room. What is in no row is a fault of this program: 500.
constexpr Rule kStatus[] = {
    {"request.not_found", 404},
    {"request.method", 405},
    {"request.cancelled", 503},
    {"request.", 400},
    {"json.size", 413},
    {"json.", 400},
    {"http.bad_request", 400},
    {"http.tls_required", 400},
    {"http.request_timeout", 408},
    {"http.length_required", 411},
    {"http.body_too_large", 413},
    {"http.target_too_long", 414},
    {"http.header_too_large", 431},
    {"http.too_many_connections", 503},
    {"http.unsupported_version", 505},
    {"auth.forbidden", 403},
    {"auth.", 401},
    {"policy.denied", 403},
    {"policy.not_reloaded", 422},
    {"policy.held", 403},  // not 409, which clients' libraries send again by themselves
    {"approval.unknown", 404},
    {"approval.text", 404},
    {"approval.decided", 409},
    {"approval.reason", 400},
    {"approval.deployment", 400},
    {"approval.too_many", 429},
    {"approval.unavailable", 503},
    {"approval.corrupt", 500},
    {"approval.", 403},
    {"policy.obligation", 403},
    {"policy.output", 403},
    {"route.unknown", 404},
    {"response.unknown", 404},
    {"deployment.unsupported", 400},
    {"route.", 400},
    {"limit.", 429},
    {"upstream.rate_limited", 429},
    {"gateway.", 503},
    {"engine.busy", 503},
    {"engine.memory", 503},
    {"engine.stopped", 503},
    {"engine.context_exceeded", 400},
    {"engine.constraint", 400},
    {"engine.template", 400},
    {"engine.empty_prompt", 400},
    {"engine.unsupported_field", 400},
    {"upstream.refused", 400},
    {"upstream.unavailable", 503},
    {"upstream.timeout", 504},
    {"upstream.stalled", 504},
    {"upstream.", 502},
    {"ledger.unavailable", 503},
    {"ledger.overloaded", 503},
};

const char* type_of_status(int status) {
  switch (status) {
    case 401:
      return "authentication_error";
    case 403:
      return "permission_error";
    case 404:
      return "not_found_error";
    case 429:
      return "rate_limit_error";
    default:
      break;
  }
  return status >= 500 ? "server_error" : "invalid_request_error";
}

// A code as OpenAI's protocol has them ("context_length_exceeded"), not a type told again
// ("invalid_request_error").
std::string code_word(std::string_view said) {
  if (said.size() < 4 || said.size() > 48 || said.ends_with("_error") || said.find('_') == said.npos) return {};
  for (const char c : said)
    if ((c < 'a' || c > 'z') && c != '_') return {};
  return std::string(said);
}

// Other servers than OpenAI's say in words what its clients know by this code: they shorten the conversation then.
constexpr std::string_view kContextCode = "context_length_exceeded";

bool mentions(std::string_view text, std::initializer_list<std::string_view> words) {
  std::string lower;
  for (char c : text) lower += c >= 'A' && c <= 'Z' ? char(c + 32) : c;
  for (std::string_view word : words) {
    if (lower.find(word) != std::string::npos) return true;
  }
  return false;
}

// For an error object inside a 200: the status that the same words have elsewhere.
int status_of_words(std::string_view kind, std::string_view message) {
  if (mentions(message, {"insufficient balance", "insufficient_balance"})) return 402;
  if (mentions(kind, {"insufficient_quota", "insufficient_balance", "billing", "payment"})) return 402;
  if (mentions(kind, {"authentication", "invalid_api_key", "permission", "unauthorized", "forbidden"})) return 401;
  if (mentions(kind, {"rate_limit", "too_many", "overload", "unavailable", "busy", "insufficient_system",
                      "server_error", "internal", "capacity"})) {
    return 503;
  }
  if (mentions(kind, {"timeout"})) return 504;
  if (mentions(kind, {"not_found", "notfound"})) return 404;
  if (mentions(kind, {"invalid", "context_length", "bad_request", "badrequest", "content_filter", "unsupported"}))
    return 400;
  return 503;
}

bool says_too_long(std::string_view message) {
  return mentions(message,
                  {"maximum context length", "prompt is too long", "context window", "exceed context",
                   "exceeds the context", "exceeds the available context", "longer than the maximum model length",
                   "input is too long", "input length and `max_tokens` exceed"});
}

// What servers made with FastAPI say of a body that does not fit: "detail" as a text, or as a list of places.
void read_detail(json::Value detail, std::string& message, VendorWords& words) {
  if (!message.empty()) return;
  message = detail.string().value_or("");
  if (!detail.is(json::Type::Array) || detail.size() == 0) return;
  const json::Value first = detail.at(0);
  message = first["msg"].string().value_or("");
  std::string place;
  for (json::Value step : first["loc"]) {
    const std::string name = step.string().value_or(std::string(step.raw()));
    if (name != "body") place += (place.empty() ? "" : ".") + name;
  }
  if (!name_like(place)) return;
  words.param = place;
  if (!message.empty()) message = place + ": " + message;
}

// One line or two of words, as servers answer that have no JSON for it.
bool is_plain_line(std::string_view body) {
  if (body.size() > 1000 || body.find('<') != body.npos || body.find('{') != body.npos) return false;
  return text::valid_utf8(body) && std::none_of(body.begin(), body.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t';
         });
}

Error error_of_status(int status, std::string said) {
  std::string with = said.empty() ? "" : ": " + said;
  std::string number = " (status " + std::to_string(status) + ")";
  if (status == 401 || status == 403) {
    return {"upstream.auth", "the deployment does not accept the key that Sluice has for it" + number, "",
            "whoever runs this Sluice checks the deployment's key_env"};
  }
  if (status == 402) {
    return {"upstream.balance", "the deployment's account has no balance left", "",
            "whoever runs this Sluice tops up the account"};
  }
  if (status == 404) {
    return {"upstream.not_found", "the deployment does not know this model or address" + with, "",
            "whoever runs this Sluice checks the deployment's address and model"};
  }
  if (status == 408 || status == 504) {
    return {"upstream.timeout", "the deployment did not answer in time" + number, "", "try again later"};
  }
  if (status == 429) {
    return {"upstream.rate_limited", "the deployment takes no more requests for now" + number + with, "",
            "try again later"};
  }
  if (status >= 500) {
    return {"upstream.unavailable", "the deployment is overloaded or failing" + number + with, "",
            "try again later"};
  }
  if (status >= 400) {
    return {"upstream.refused", "the deployment refused the request" + number + with, "", "change the request"};
  }
  return {"upstream.protocol", "the deployment answered with an unexpected status" + number, "",
          "whoever runs this Sluice checks the deployment's address"};
}

}  // namespace

std::string safe_upstream_message(std::string_view said) {
  std::string line = single_line(said.substr(0, 4 * kMaxMessage));
  // Structures hold echoes of the request.
  line.resize(std::min(line.size(), line.find('{')));
  std::string out;
  for (std::size_t i = 0; i < line.size() && out.size() <= kMaxMessage;) {
    char c = line[i];
    if (c == '\'' || c == '"' || c == '`') {
      std::size_t end = closing_quote(line, i);
      if (end == std::string::npos) {
        out += c;
        ++i;
        continue;
      }
      std::string_view quoted = std::string_view(line).substr(i + 1, end - i - 1);
      out += c;
      out += name_like(quoted) ? std::string(quoted) : std::string("...");
      out += c;
      i = end + 1;
    } else if (in_token(c)) {
      std::size_t end = i;
      // A number may be written in groups: digits, one separator, digits.
      while (end < line.size() && (in_token(line[end]) || (line[end] == ' ' && is_digit(line[end - 1]) &&
                                                           end + 1 < line.size() && is_digit(line[end + 1])))) {
        ++end;
      }
      std::string_view token = std::string_view(line).substr(i, end - i);
      out += must_mask(token) ? std::string("[masked]") : std::string(token);
      i = end;
    } else {
      out += c;
      ++i;
    }
  }
  while (!out.empty() && (out.back() == ' ' || out.back() == ':')) out.pop_back();
  cut(out, kMaxMessage - 3);
  return out;
}

Error error_of_object(json::Value error, int status) {
  std::string message, kind;
  VendorWords words;
  if (error.is(json::Type::Object)) {
    message = error["message"].string().value_or("");
    read_detail(error["detail"], message, words);
    words.code = code_word(error["code"].string().value_or(""));
    if (std::string param = error["param"].string().value_or(""); name_like(param)) words.param = param;
    kind = error["type"].string().value_or("") + " " + error["code"].string().value_or("");
    auto number = error["code"].integer();
    if (status == 200 && number && *number >= 400 && *number <= 599) status = int(*number);
  } else {
    message = error.string().value_or("");
  }
  if (status == 200) status = status_of_words(kind, message);
  if (status == 400 && says_too_long(message)) words.code = kContextCode;
  Error made = error_of_status(status, safe_upstream_message(message));
  words.status = status;
  made.vendor = std::make_shared<VendorWords>(std::move(words));
  return made;
}

Error read_openai_error(int status, std::string_view body) {
  if (status >= 200 && status < 300) status = 300;  // never an error by its status: unexpected
  json::Limits limits;
  limits.bytes = 1u << 20;
  auto doc = json::Doc::parse(std::string(body), limits);
  // HTML, binary, empty: nothing of it is worth keeping. A line of text is.
  if (!doc) return error_of_status(status, is_plain_line(body) ? safe_upstream_message(body) : "");
  json::Value root = (*doc)->root();
  return error_of_object(root["error"] ? root["error"] : root, status);
}

std::string_view word_for_clients(const Error& error) {
  if (error.code == "engine.context_exceeded") return kContextCode;
  return error.vendor ? std::string_view(error.vendor->code) : std::string_view();
}

// 502 and 503 are sent again by clients' libraries; these come again in the same way.
bool is_final(const Error& error) {
  return error.code == "upstream.auth" || error.code == "upstream.balance" || error.code == "upstream.not_found";
}

int http_status_of(const Error& error) {
  // Of the other statuses of a refusal, 409 is one that clients' libraries send again by themselves.
  if (error.code == "upstream.refused" && error.vendor &&
      (error.vendor->status == 413 || error.vendor->status == 422))
    return error.vendor->status;
  for (const Rule& rule : kStatus) {
    bool room = rule.code.back() == '.';
    if (room ? error.code.starts_with(rule.code) : error.code == rule.code) return rule.status;
  }
  return 500;
}

std::string openai_error_body(const Error& error, int status) {
  std::string message = error.message;
  if (!error.hint.empty()) message += "; " + error.hint;
  std::size_t path = error.where.starts_with('$') ? 0 : error.where.find(" in $");
  json::Writer w;
  w.object().key("error").object();
  w.member("message", error.where.empty() ? message : message + " (at " + error.where + ")");
  w.member("type", type_of_status(status)).key("param");
  if (error.vendor && !error.vendor->param.empty()) {
    w.value(error.vendor->param);
  } else if (path == std::string::npos) {
    w.null();
  } else {
    w.value(error.where.substr(path == 0 ? 0 : path + 4));
  }
  const std::string_view word = word_for_clients(error);
  w.member("code", word.empty() ? std::string_view(error.code) : word);
  if (!word.empty()) w.member("sluice_code", error.code);
  w.end().end();
  return w.take();
}

}  // namespace sluice::wire
