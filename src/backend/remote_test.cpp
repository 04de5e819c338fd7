#include "backend/remote.h"

#include <doctest/doctest.h>

#include <optional>

#include "backend/dialect.h"
#include "http/fixture.h"
#include "wire/protocol.h"

using namespace sluice;
using chat::Protocol;
using http::fixture::ScriptedUpstream;

namespace {

std::string answer(int status, const std::string& type, const std::string& body, const std::string& fields = {}) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: " + type + "\r\n" + fields +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

const std::string kChat = R"({"model":"up","choices":[{"message":{"content":"hi"},"finish_reason":"stop"}],)"
                          R"("usage":{"prompt_tokens":2,"completion_tokens":1,"total_tokens":3}})";
const std::string kPiece = R"({"model":"up","choices":[{"index":0,"delta":{"content":"hi"}}]})";
const std::string kEnd = R"({"model":"up","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})";

chat::Request asked(const std::string& fields = {}, Protocol protocol = Protocol::OpenAiChat,
                    chat::Operation operation = chat::Operation::Generate) {
  std::string body = R"({"model":"auto","messages":[{"role":"user","content":"q"}])" + fields + "}";
  if (protocol == Protocol::AnthropicMessages) body.insert(1, R"("max_tokens":5,)");
  if (protocol == Protocol::OpenAiResponses) body = R"({"model":"auto","input":"q"})";
  if (protocol == Protocol::OpenAiEmbeddings) body = R"({"model":"auto","input":"q"})";
  auto request = wire::decode(protocol, operation, body);
  if (!request) FAIL(request.error().to_string());
  return *request;
}

// What one call came to: "text|finish" of an answer, the error's code of a failure.
struct Outcome {
  std::string text, code, where;
  int retry_after_s = 0;
  bool finished = false;
  std::vector<std::string> notes;
  std::string sent;  // the request as it came to the upstream
  std::size_t calls = 0;
};

struct Run {
  std::string dialect;
  chat::Request request;
  std::vector<std::string> answers;
  std::string key = "secret-key";
  backend::CallContext context = {};
  std::vector<std::string> protocols = {};
};

net::Task<void> read_all(backend::Answer& from, Outcome& out) {
  for (bool last = false; !last;) {
    chat::Chunk chunk = co_await from.next();
    last = chunk.last;
    for (const chat::Event& event : chunk.events) {
      if (auto* text = std::get_if<chat::TextDelta>(&event)) out.text += text->text;
      if (std::holds_alternative<chat::Finish>(event)) out.finished = true;
      if (auto* failure = std::get_if<chat::Failure>(&event)) {
        out.code = failure->error.code;
        out.retry_after_s = failure->error.retry_after_s;
      }
    }
  }
}

net::Task<void> call(backend::Backend& backend, const Run& run, Outcome& out) {
  auto got = co_await backend.ask(run.request, run.context);
  if (!got) {
    out.code = got.error().code;
    out.where = got.error().where;
    out.retry_after_s = got.error().retry_after_s;
    co_return;
  }
  out.notes = (*got)->notes();
  co_await read_all(**got, out);
}

Outcome outcome_of(Run run) {
  ScriptedUpstream upstream(run.answers);
  config::Deployment deployment;
  deployment.name = "far";
  deployment.kind = config::Kind::OpenAi;
  deployment.dialect = run.dialect;
  deployment.model = "their-model";
  deployment.address = "http://127.0.0.1:" + std::to_string(upstream.listener->port());
  deployment.key = run.key;
  deployment.protocols = run.protocols;
  deployment.stall_timeout = std::chrono::milliseconds(500);
  auto backend = backend::make_remote(upstream.loop, deployment);
  REQUIRE(backend);
  Outcome out;
  upstream.run(call(**backend, run, out));
  out.calls = upstream.script.requests.size();
  if (out.calls > 0) out.sent = upstream.script.requests[0];
  return out;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE(
    "remote: the key goes out as the dialect wants it, with the request's ids and nothing else of the client") {
  backend::CallContext context;
  context.request_id = "req_1";
  context.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  Outcome chat = outcome_of({"vllm", asked(), {answer(200, "application/json", kChat)}, "k1", context});
  CHECK(chat.text == "hi");
  CHECK(chat.finished);
  CHECK(chat.sent.starts_with("POST /chat/completions HTTP/1.1\r\n"));
  CHECK(contains(chat.sent, "\r\nAuthorization: Bearer k1\r\n"));
  CHECK(contains(chat.sent, "\r\nx-request-id: req_1\r\n"));
  CHECK(contains(chat.sent, "\r\ntraceparent: " + context.traceparent + "\r\n"));
  CHECK_FALSE(contains(chat.sent, "tracestate"));
  CHECK(contains(chat.sent, R"("model":"their-model")"));
  Outcome azure = outcome_of({"azure", asked(), {answer(200, "application/json", kChat)}, "k1"});
  CHECK(contains(azure.sent, "\r\napi-key: k1\r\n"));
  CHECK_FALSE(contains(azure.sent, "Authorization"));
  backend::CallContext beta;
  beta.betas = "interleaved-thinking-2025-05-14";
  for (const char* dialect : {"anthropic", "deepseek"}) {
    Outcome out = outcome_of({dialect, asked("", Protocol::AnthropicMessages), {}, "k1", beta});
    CHECK(contains(out.sent, "\r\nanthropic-beta: " + beta.betas + "\r\n") ==
          (std::string(dialect) == "anthropic"));
  }
  Outcome claude = outcome_of({"anthropic", asked("", Protocol::AnthropicMessages), {}, "k1"});
  CHECK(claude.sent.starts_with("POST /v1/messages HTTP/1.1\r\n"));
  CHECK(contains(claude.sent, "\r\nx-api-key: k1\r\n"));
  CHECK(contains(claude.sent, "\r\nanthropic-version: 2023-06-01\r\n"));
  Outcome open = outcome_of({"ollama", asked(), {answer(200, "application/json", kChat)}, ""});
  CHECK_FALSE(contains(open.sent, "Authorization"));
}

TEST_CASE("remote: a request goes where it can be said: its own protocol, else chat, Responses or Messages") {
  auto line = [](const char* dialect, chat::Request request) {
    std::string sent = outcome_of({dialect, std::move(request), {}}).sent;
    return sent.substr(0, sent.find(" HTTP"));
  };
  const char* schema =
      R"(,"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"object"},"strict":true}})";
  CHECK(line("deepseek", asked()) == "POST /chat/completions");
  CHECK(line("deepseek", asked(schema)) == "POST /responses");
  CHECK(line("openai", asked(schema)) == "POST /chat/completions");
  CHECK(line("deepseek", asked(R"(,"tools":[{"type":"function","function":{"name":"f","strict":true}}])")) ==
        "POST /beta/chat/completions");
  CHECK(line("deepseek", asked("", Protocol::AnthropicMessages)) == "POST /anthropic/v1/messages");
  CHECK(line("vllm", asked("", Protocol::AnthropicMessages)) == "POST /messages");
  CHECK(line("openai", asked("", Protocol::AnthropicMessages)) == "POST /chat/completions");
  CHECK(line("anthropic", asked(R"(,"max_tokens":5)")) == "POST /v1/messages");
  CHECK(line("vllm", asked("", Protocol::AnthropicMessages, chat::Operation::CountTokens)) ==
        "POST /messages/count_tokens");
  CHECK(line("openai", asked("", Protocol::OpenAiEmbeddings, chat::Operation::Embed)) == "POST /embeddings");
}

TEST_CASE("remote: what a deployment does not have is said before it is called, and another may be tried") {
  Outcome embed = outcome_of({"deepseek", asked("", Protocol::OpenAiEmbeddings, chat::Operation::Embed), {}});
  CHECK(embed.code == "deployment.unsupported");
  CHECK(embed.sent.empty());
  CHECK(backend::may_try_another({embed.code, "", "", ""}));
  Outcome count = outcome_of({"ollama", asked("", Protocol::AnthropicMessages, chat::Operation::CountTokens), {}});
  CHECK(count.code == "deployment.unsupported");
  Outcome bias = outcome_of({"deepseek", asked(R"(,"logit_bias":{"1":5})"), {}});
  CHECK(bias.where == "$.logit_bias");
  CHECK(bias.sent.empty());
  CHECK(backend::may_try_another({bias.code, "", "", ""}));
  CHECK_FALSE(backend::may_try_another({"upstream.refused", "", "", ""}));
}

TEST_CASE("remote: a schema that only another protocol takes is not blamed for what that protocol lacks") {
  const std::string schema =
      R"(,"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"object"}}})";
  CHECK(outcome_of({"deepseek", asked(schema + R"(,"stop":"x","logprobs":true,"top_logprobs":1)"), {}}).where ==
        "$.stop");
  CHECK(outcome_of({"deepseek", asked(schema + R"(,"logit_bias":{"1":5})"), {}}).where == "$.logit_bias");
  // Its chat does not honour these either, and says so.
  for (const char* field : {"seed", "frequency_penalty", "presence_penalty"}) {
    CAPTURE(field);
    Outcome out = outcome_of({"deepseek",
                              asked(schema + ",\"" + field + "\":1"),
                              {answer(500, "application/json", R"({"error":{"message":"enough"}})")}});
    CHECK(out.code == "upstream.unavailable");  // it was asked
    CHECK(out.calls == 1);
  }
}

TEST_CASE("remote: an answer ends at stop strings that its deployment does not take, and the call with it") {
  const std::string five = R"(,"stop":["a","b","c","d","END"])";
  const std::string whole =
      R"({"model":"up","choices":[{"message":{"content":"one END two"},"finish_reason":"stop"}],)"
      R"("usage":{"prompt_tokens":2,"completion_tokens":5,"total_tokens":7}})";
  Outcome out = outcome_of({"openai", asked(five), {answer(200, "application/json", whole)}});
  CHECK(out.text == "one ");
  CHECK(out.finished);
  CHECK(contains(out.sent, R"("stop":["a","b","c","d"])"));
  CHECK(out.notes.size() == 1);
  auto piece = [](const std::string& text) {
    return "data: {\"model\":\"up\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text + "\"}}]}\n\n";
  };
  // It never ends by itself: what the client gets does not wait for it.
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 100000\r\n\r\n";
  Outcome streamed = outcome_of(
      {"openai", asked(five + R"(,"stream":true)"), {head + piece("one E") + piece("ND two") + piece("three")}});
  CHECK(streamed.text == "one ");
  CHECK(streamed.finished);
  CHECK(streamed.code.empty());
}

TEST_CASE("remote: no effort is sent where thinking is off, and that is told") {
  for (const char* more : {R"(,"reasoning_effort":"high","thinking":{"type":"disabled"})",
                           R"(,"reasoning_effort":"high","tool_choice":"required")"}) {
    CAPTURE(more);
    Outcome out = outcome_of({"deepseek", asked(more), {answer(200, "application/json", kChat)}});
    CHECK(out.text == "hi");
    CHECK_FALSE(contains(out.sent, "reasoning_effort"));
    CHECK(contains(out.sent, R"("thinking":{"type":"disabled"})"));
    REQUIRE_FALSE(out.notes.empty());
    CHECK(out.notes.back() == "dropped reasoning_effort: thinking is off");
  }
}

TEST_CASE("remote: a server is asked in the protocols that the configuration says it offers, and in no other") {
  auto path_of = [](const char* dialect, const std::vector<std::string>& protocols, Protocol client) {
    Run run{dialect, asked("", client), {answer(500, "application/json", "{}")}};
    run.protocols = protocols;
    Outcome out = outcome_of(std::move(run));
    return out.calls == 0 ? out.code : out.sent.substr(0, out.sent.find(" HTTP"));
  };
  CHECK(path_of("generic", {}, Protocol::OpenAiResponses) == "POST /chat/completions");
  CHECK(path_of("generic", {"chat", "responses"}, Protocol::OpenAiResponses) == "POST /responses");
  CHECK(path_of("vllm", {}, Protocol::AnthropicMessages) == "POST /messages");
  CHECK(path_of("vllm", {"chat"}, Protocol::AnthropicMessages) == "POST /chat/completions");
  CHECK(path_of("vllm", {"messages"}, Protocol::OpenAiChat) == "POST /messages");
  CHECK(path_of("vllm", {"embeddings"}, Protocol::OpenAiChat) == "deployment.unsupported");
  CHECK(path_of("vllm", {"chat"}, Protocol::OpenAiEmbeddings) == "deployment.unsupported");
}

TEST_CASE("remote: reasoning that TGI leaves in the text is told as reasoning, and only there") {
  const std::string whole =
      R"({"id":"x","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":)"
      R"({"role":"assistant","content":"<think>why</think>so"},"finish_reason":"stop"}]})";
  CHECK(outcome_of({"tgi", asked(), {answer(200, "application/json", whole)}}).text == "so");
  CHECK(outcome_of({"vllm", asked(), {answer(200, "application/json", whole)}}).text == "<think>why</think>so");
}

TEST_CASE("remote: what was changed is told in notes") {
  Outcome out = outcome_of({"deepseek", asked(R"(,"tool_choice":"required")"), {answer(200, "text/html", kChat)}});
  CHECK(out.text == "hi");  // read by what it is, not by what its type says
  CHECK(out.notes == std::vector<std::string>{"thinking off: tool_choice is forced"});
}

TEST_CASE(
    "remote: errors keep the time to wait; pages, bytes and nothing become errors of ours; nothing is repeated") {
  const std::string said = R"({"error":{"message":"slow down","type":"rate_limit"}})";
  Outcome busy = outcome_of({"deepseek", asked(), {answer(503, "application/json", said, "Retry-After: 7\r\n")}});
  CHECK(busy.code == "upstream.unavailable");
  CHECK(busy.retry_after_s == 7);
  CHECK(outcome_of({"deepseek", asked(), {answer(429, "application/json", said, "retry-after: 12\r\n")}})
            .retry_after_s == 12);
  struct Case {
    int status;
    std::string body, code;
  };
  const Case kCases[] = {{502, "<html><body>Bad gateway</body></html>", "upstream.unavailable"},
                         {500, std::string("\0\xFF\xFE", 3), "upstream.unavailable"},
                         {401, "", "upstream.auth"},
                         {402, R"({"error":{"message":"Insufficient Balance"}})", "upstream.balance"},
                         {400, "<html>", "upstream.refused"},
                         {301, "", "upstream.protocol"}};
  for (const Case& c : kCases) {
    CAPTURE(c.status);
    Outcome out = outcome_of(
        {"deepseek",
         asked(),
         {answer(c.status, "application/octet-stream", c.body), answer(200, "application/json", kChat)}});
    CHECK(out.code == c.code);
    CHECK(out.text.empty());
    CHECK(out.calls == 1);
  }
}

TEST_CASE("remote: a stream is read with any line ends, comments and a byte-order mark, in bytes of any size") {
  for (std::string end : {"\n", "\r", "\r\n"}) {
    std::string body = "\xEF\xBB\xBF: keep-alive" + end + end;
    for (const std::string& data : {kPiece, kEnd, std::string("[DONE]")}) body += "data: " + data + end + end;
    std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (char c : body) chunked += std::string("1\r\n") + c + "\r\n";
    Outcome out = outcome_of({"deepseek", asked(R"(,"stream":true)"), {chunked + "0\r\n\r\n"}});
    CHECK(out.text == "hi");
    CHECK(out.finished);
    CHECK(out.code.empty());
  }
}

TEST_CASE("remote: an answer of another form than asked for is read by its content") {
  std::string stream = "data: " + kPiece + "\n\ndata: " + kEnd + "\n\ndata: [DONE]\n\n";
  Outcome whole = outcome_of({"generic", asked(), {answer(200, "application/json", stream)}});
  CHECK(whole.text == "hi");
  CHECK(whole.finished);
  Outcome cut = outcome_of({"generic", asked(), {answer(200, "application/json", "data: " + kPiece + "\n\n")}});
  CHECK(cut.code == "upstream.truncated");
  Outcome streamed =
      outcome_of({"generic", asked(R"(,"stream":true)"), {answer(200, "text/event-stream", kChat)}});
  CHECK(streamed.text == "hi");
  CHECK(streamed.finished);
  Outcome page = outcome_of({"generic", asked(R"(,"stream":true)"), {answer(200, "text/html", "<html></html>")}});
  CHECK(page.code == "upstream.protocol");
  Outcome silent = outcome_of({"generic",
                               asked(R"(,"stream":true)"),
                               {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ndata:\r\n"}});
  CHECK(silent.code == "upstream.stalled");
}

TEST_CASE(
    "remote: a call that still waits for its deployment ends when it is cancelled, and the upstream learns it") {
  net::Loop* loop = nullptr;
  std::optional<net::Signal> began, gone;
  auto handler = [&](const http::Request&, http::Responder& out, const http::Connection&) -> net::Task<void> {
    began->set();
    co_await http::fixture::until_client_left(*loop, out, *gone);
  };
  http::fixture::Site site(handler);
  loop = &site.loop;
  began.emplace(site.loop);
  gone.emplace(site.loop);
  config::Deployment deployment;
  deployment.name = "far";
  deployment.dialect = "deepseek";
  deployment.address = "http://127.0.0.1:" + std::to_string(site.server->port());
  auto backend = backend::make_remote(site.loop, deployment);
  REQUIRE(backend);
  Run run{"deepseek", asked(), {}};
  Outcome out;
  net::Signal done(site.loop);
  auto caller = [&]() -> net::Task<void> {
    co_await call(**backend, run, out);
    done.set();
  };
  auto body = [&]() -> net::Task<void> {
    site.loop.spawn(caller());
    co_await began->wait();
    run.context.cancellation.cancel();
    co_await done.wait();
    co_await gone->wait();
  };
  site.run(body());
  CHECK(out.code == "request.cancelled");
}

TEST_CASE("dialects: every name that a configuration can have has a row, and every path is absolute") {
  for (const char* name : config::kOpenAiDialects) {
    const backend::Dialect& row = backend::dialect(name);
    CHECK(row.name == name);
    CHECK_FALSE(row.paths[std::size_t(Protocol::OpenAiChat)].empty());
    for (std::string_view path : row.paths) CHECK((path.empty() || path.starts_with('/')));
  }
  CHECK(backend::dialect("deepseek").target.needs_reasoning);
  CHECK(backend::dialect("anthropic").target.verifies_signatures);
}
