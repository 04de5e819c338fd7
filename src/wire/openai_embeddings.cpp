#include "wire/openai_embeddings.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <optional>

#include "base/check.h"
#include "json/splice.h"
#include "json/writer.h"
#include "wire/answer_parts.h"
#include "wire/fields.h"
#include "wire/openai_chat.h"
#include "wire/openai_error.h"

namespace sluice::wire {
namespace {

using chat::Chunk;
using chat::Protocol;
using json::Type;
using json::Value;

// The form and the length of the vectors are the deployment's to honour: kept, like any field we don't know.
Status decode_field(std::string_view key, Value value, chat::Request& out) {
  if (key == "user") {
    SLUICE_TRY(out.user, text_of(value));
    return {};
  }
  if (key == "stream") {
    SLUICE_TRY(bool on, boolean_of(value));
    if (!on) return {};
    return fail("request.unsupported", "embeddings are not streamed", "$.stream", "leave stream out");
  }
  if (key == "dimensions") {
    std::optional<std::int64_t> n;
    SLUICE_TRY_VOID(decode_integer(value, 1, "an integer of at least 1", n));
  }
  if (key == "encoding_format") {
    SLUICE_TRY(std::string format, text_of(value));
    if (format != "float" && format != "base64") return wrong_value(value, "\"float\" or \"base64\"");
  }
  keep(out, value);
  return {};
}

Chunk failed(Error error) {
  Chunk chunk;
  chunk.protocol = Protocol::OpenAiEmbeddings;
  chunk.events.push_back(chat::Failure{std::move(error)});
  chunk.last = true;
  return chunk;
}

Chunk protocol_failed(std::string message) { return failed(protocol_error(std::move(message))); }

class Reader : public AnswerReader {
 public:
  Chunk read_whole(std::string_view body) override {
    ended_ = true;
    json::Limits limits;
    limits.nodes = 64u << 20;  // thousands of vectors with thousands of numbers each
    limits.bytes = 512u << 20;
    auto doc = json::Doc::parse(std::string(body), limits);
    if (!doc) return protocol_failed("the deployment's answer is not valid JSON (" + doc.error().code + ")");
    Value root = (*doc)->root();
    if (Value error = root["error"]; error && !error.is_null()) return failed(error_of_object(error, 200));
    if (root["object"].string() == "error") return failed(error_of_object(root, 200));
    if (!root["data"].is(Type::Array)) return protocol_failed("the deployment's answer has no embeddings");
    std::string model = root["model"].string().value_or("");
    if (model.size() <= kMaxModelName) model_ = std::move(model);
    Chunk chunk;
    chunk.protocol = Protocol::OpenAiEmbeddings;
    auto tokens = token_count(root["usage"]["prompt_tokens"]);
    if (!tokens) tokens = token_count(root["usage"]["total_tokens"]);
    if (tokens) {
      chat::Usage usage;
      usage.cache_miss = *tokens;
      chunk.events.push_back(usage);
    }
    chunk.events.push_back(chat::Finish{});
    chunk.raw = std::string(body);
    chunk.last = chunk.closing = done_ = true;
    return chunk;
  }

  Chunk read_event(std::string_view, std::string_view) override {
    if (ended_) return end();
    ended_ = true;
    return protocol_failed("the deployment streamed its answer, which embeddings never are");
  }

  Chunk end() override {
    if (ended_) {
      Chunk chunk;
      chunk.protocol = Protocol::OpenAiEmbeddings;
      chunk.last = true;
      return chunk;
    }
    ended_ = true;
    return failed(empty_error());
  }

  bool done() const override { return done_; }
  const std::string& model() const override { return model_; }

 private:
  bool done_ = false, ended_ = false;
  std::string model_;
};

// An answer exists only as a deployment's own bytes: no event has vectors.
class Writer : public AnswerWriter {
 public:
  void stream(const Chunk& chunk, std::vector<Piece>&) override { collect(chunk); }
  void finish_stream(std::vector<Piece>& out) override {
    if (!told_) out.push_back({"", whole()});
    told_ = true;
  }
  void collect(const Chunk& chunk) override {
    if (!chunk.raw.empty() && chunk.last && chunk.protocol == Protocol::OpenAiEmbeddings) raw_ = chunk.raw;
    for (const chat::Event& event : chunk.events) {
      if (auto* failure = std::get_if<chat::Failure>(&event); failure && !error_) error_ = failure->error;
    }
    if (chunk.last && !error_ && raw_.empty())
      error_ = Error{"upstream.protocol", "the deployment gave no embeddings", "",
                     "use a model whose deployment makes embeddings"};
  }
  const Error* failure() const override { return error_ ? &*error_ : nullptr; }
  std::string whole() const override {
    if (!error_ && !raw_.empty()) return raw_;
    Error error = error_.value_or(Error{"upstream.protocol", "the deployment gave no embeddings", "",
                                        "use a model whose deployment makes embeddings"});
    return openai_error_body(error, http_status_of(error));
  }

 private:
  std::optional<Error> error_;
  std::string raw_;
  bool told_ = false;
};

void append_numbers(std::string& out, std::span<const float> vector) {
  char digits[32];
  char separator = '[';
  for (const float number : vector) {
    out += separator;
    const auto end = std::to_chars(digits, digits + sizeof digits, number);
    out.append(digits, end.ptr);
    separator = ',';
  }
  out += ']';
}

void append_base64(std::string& out, std::span<const float> vector) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  for (const float number : vector) {
    const auto bits = std::bit_cast<std::uint32_t>(number);
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(bits >> shift);
  }
  out += '"';
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t three = 0;
    for (std::size_t j = 0; j < 3; ++j)
      three = three << 8 | (j < left ? static_cast<unsigned char>(bytes[i + j]) : 0u);
    for (std::size_t j = 0; j < 4; ++j) out += j <= left ? kDigits[three >> (18 - 6 * j) & 63] : '=';
  }
  out += '"';
}

}  // namespace

Result<chat::Request> decode_openai_embeddings(std::string body) {
  SLUICE_TRY(std::shared_ptr<const json::Doc> doc, json::Doc::parse(std::move(body)));
  Value root = doc->root();
  if (!root.is(Type::Object)) return wrong_type(root, "an object with \"model\" and \"input\"");
  chat::Request out;
  out.protocol = Protocol::OpenAiEmbeddings;
  out.operation = chat::Operation::Embed;
  out.body = doc;
  SLUICE_TRY(out.model, required_text(root, "model"));
  if (out.model.empty()) return wrong_value(root["model"], "the name of a model");
  SLUICE_TRY_VOID(decode_inputs(root, "input", out));
  for (Value member : root) {
    std::string key = member.key();
    if (key == "model" || key == "input") continue;
    if (member.is_null() && one_of(key, {"user", "stream", "dimensions", "encoding_format"})) continue;
    SLUICE_TRY_VOID(decode_field(key, member, out));
  }
  return out;
}

Result<Outgoing> encode_openai_embeddings(const chat::Request& request, const Target& target) {
  if (request.protocol != Protocol::OpenAiEmbeddings) {
    return fail("request.unsupported", "the deployment makes embeddings only", "$.model",
                "use a model whose deployment answers this kind of request");
  }
  SLUICE_CHECK(request.body != nullptr, "a request of this protocol keeps its body");
  json::Splice splice(*request.body);
  splice.set(request.body->root(), "model", json::quote(target.model));
  return Outgoing{splice.apply(), {}};
}

bool wants_base64(const chat::Request& request) {
  for (const chat::ExtraField& field : request.extra)
    if (field.path == "$.encoding_format") return json::unescape(field.raw) == "base64";
  return false;
}

std::string openai_embedding(std::size_t index, std::span<const float> vector, bool base64) {
  std::string out = R"({"object":"embedding","index":)" + std::to_string(index) + R"(,"embedding":)";
  if (base64) {
    append_base64(out, vector);
  } else {
    append_numbers(out, vector);
  }
  return out + "}";
}

std::string openai_embeddings(std::string_view model, std::span<const std::string> data, std::int64_t tokens) {
  std::string list = "[";
  for (const std::string& element : data) list.append(list.size() > 1 ? "," : "").append(element);
  json::Writer w;
  w.object().member("object", "list").key("data").raw(list + "]").member("model", model).key("usage").object();
  return w.member("prompt_tokens", tokens).member("total_tokens", tokens).end().end().take();
}

std::unique_ptr<AnswerReader> make_openai_embeddings_reader() { return std::make_unique<Reader>(); }

std::unique_ptr<AnswerWriter> make_openai_embeddings_writer(const chat::Request&, const AnswerIdentity&) {
  return std::make_unique<Writer>();
}

}  // namespace sluice::wire
