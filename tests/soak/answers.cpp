#include "answers.h"

#include <fmt/format.h>

namespace soak {
namespace {

constexpr std::string_view kUsage =
    R"("usage":{"prompt_tokens":50,"completion_tokens":8,"total_tokens":58,"prompt_cache_hit_tokens":10,)"
    R"("prompt_cache_miss_tokens":40})";

constexpr double kWeights[std::size_t(Fault::kCount)] = {80,  1.5, 1, 1.5, 0.4, 2,   1.2, 1.5, 1,
                                                         0.5, 1,   1, 1,   1.5, 1.5, 1.5, 0.8, 1.5};

std::string piece_event(std::string_view delta, std::string_view reason, bool usage) {
  return fmt::format(R"(data: {{"id":"1","object":"chat.completion.chunk","created":1,"model":"soak-1","choices":)"
                     R"([{{"index":0,"delta":{{{}}},"logprobs":null,"finish_reason":{}}}]{}{}}})",
                     delta, reason, usage ? "," : "", usage ? kUsage : "") +
         "\n\n";
}

std::string call_delta(const Asked& asked) {
  return fmt::format(R"("role":"assistant","content":null,"tool_calls":[{{"index":0,"id":"call_soak{}","type":)"
                     R"("function","function":{{"name":"look_up","arguments":"{{}}"}}}}])",
                     asked.number % 256);
}

// The events of a stream, each with its end.
std::vector<std::string> events_of(const Asked& asked, const Attempt& attempt) {
  std::vector<std::string> events;
  for (int i = 0; i < attempt.pieces; ++i) {
    if (attempt.fault == Fault::KeepAlives) events.push_back(": keep-alive\n\n");
    std::string_view role = i == 0 ? R"("role":"assistant",)" : "";
    events.push_back(
        piece_event(fmt::format(R"({}"content":"{}")", role, piece_text(asked, attempt, i)), "null", false));
  }
  if (asked.tools) events.push_back(piece_event(call_delta(asked), "null", false));
  if (attempt.fault == Fault::ErrorEvent) {
    events.push_back("data: {\"error\":{\"message\":\"overloaded\",\"type\":\"server_error\",\"code\":null}}\n\n");
    return events;
  }
  if (attempt.fault == Fault::Garbage) events.push_back("data: {\"choices\":[{\"ind\n\n");
  if (attempt.fault != Fault::NoFinish)
    events.push_back(piece_event(R"("content":"")", asked.tools ? R"("tool_calls")" : R"("stop")", true));
  if (attempt.fault != Fault::NoDone) events.push_back("data: [DONE]\n\n");
  return events;
}

std::string chunk(std::string_view bytes) { return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes); }

std::string whole_head(int status, std::string_view type, std::size_t length) {
  return fmt::format("HTTP/1.1 {} Soak\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n", status, type, length);
}

std::string whole(int status, std::string_view body) {
  return whole_head(status, "application/json", body.size()) += body;
}

// Whole answers to either kind of request; empty where the fault is another.
std::string plain_failure(Fault fault) {
  auto error = [](int status, std::string_view type) {
    return whole(status, fmt::format(R"({{"error":{{"message":"no luck","type":"{}","code":null}}}})", type));
  };
  constexpr std::string_view kHtml = "<html><body><h1>502 Bad Gateway</h1></body></html>";
  switch (fault) {
    case Fault::Status500:
      return error(500, "server_error");
    case Fault::Status429:
      return error(429, "rate_limit_error");
    case Fault::Status402:
      return error(402, "insufficient_balance");
    case Fault::Status400:
      return error(400, "invalid_request_error");
    case Fault::ErrorIn200:
      return error(200, "server_error");
    case Fault::Html502:
      return whole_head(502, "text/html", kHtml.size()) += kHtml;
    default:
      return {};
  }
}

std::string whole_body(const Asked& asked, const Attempt& attempt) {
  std::string calls;
  if (asked.tools) {
    std::string delta = call_delta(asked);
    calls = "," + delta.substr(delta.find("\"tool_calls\""));
  }
  return fmt::format(
      R"({{"id":"1","object":"chat.completion","created":1,"model":"soak-1","choices":[{{"index":0,)"
      R"("message":{{"role":"assistant","content":"{}"{}}},"logprobs":null,"finish_reason":"{}"}}],{}}})",
      expected_text(asked, attempt), calls, asked.tools ? "tool_calls" : "stop", kUsage);
}

// Cuts at random places, which need not be those of events, with a pause before each.
std::vector<Step> spread(std::string_view bytes, std::size_t parts, int most_ms, Random& random) {
  std::vector<Step> steps;
  while (!bytes.empty()) {
    std::size_t size =
        steps.size() + 1 >= parts ? bytes.size() : 1 + random.below(std::max<std::size_t>(1, bytes.size() / 2));
    steps.push_back({Millis(most_ms == 0 ? 0 : long(random.below(std::uint64_t(most_ms)))),
                     std::string(bytes.substr(0, size))});
    bytes.remove_prefix(size);
  }
  return steps;
}

std::vector<Step> byte_by_byte(std::string_view bytes) {
  std::vector<Step> steps;
  for (char c : bytes) steps.push_back({Millis(0), std::string(1, c)});
  return steps;
}

Script whole_script(const Asked& asked, const Attempt& attempt, Random& random) {
  Script script;
  std::string bytes = whole(200, whole_body(asked, attempt));
  std::size_t head = bytes.find("\r\n\r\n") + 4;
  switch (attempt.fault) {
    case Fault::OneByte:
      script.steps = byte_by_byte(bytes);
      return script;
    case Fault::Drip:
      script.steps = spread(bytes, 8, 200, random);
      return script;
    case Fault::KeepAlives:  // a queued answer begins with blank lines
      bytes = whole(200, "\n\n\n" + whole_body(asked, attempt));
      break;
    case Fault::Cut:
    case Fault::Stall:
      bytes.resize(random.below(4) == 0 ? random.below(head) : head + random.below(bytes.size() - head));
      script.ending = attempt.fault == Fault::Cut ? Ending::Close : Ending::Hang;
      break;
    case Fault::ErrorEvent:
    case Fault::NoFinish:
      bytes = whole(200, R"({"id":"1","object":"chat.completion","choices":[]})");
      break;
    case Fault::NoDone:
    case Fault::Garbage: {
      std::string body = whole_body(asked, attempt);
      body.resize(body.size() / 2);
      bytes = whole(200, body);
      break;
    }
    default:
      break;
  }
  script.steps = spread(bytes, 1 + random.below(3), 15, random);
  return script;
}

Script stream_script(const Asked& asked, const Attempt& attempt, Random& random) {
  std::vector<std::string> events = events_of(asked, attempt);
  std::string all;
  for (const std::string& event : events) all += event;
  Script script;
  script.steps.push_back(
      {Millis(0), "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"});
  if (attempt.fault == Fault::Cut || attempt.fault == Fault::Stall) {
    // Before the piece with the finish begins: what stops there is not whole.
    std::size_t end = all.size() - events.back().size() - events[events.size() - 2].size();
    all.resize(random.below(4) == 0 ? 0 : random.below(end));
    script.ending = attempt.fault == Fault::Cut ? Ending::Close : Ending::Hang;
  }
  std::vector<Step> parts;
  if (attempt.fault == Fault::Drip) {
    for (const std::string& event : events) parts.push_back({Millis(20 + random.below(300)), event});
  } else {
    parts = spread(all, 1 + random.below(4), 15, random);
  }
  for (Step& part : parts) {
    if (attempt.fault != Fault::OneByte)
      script.steps.push_back({part.wait, chunk(part.bytes)});
    else
      for (Step& byte : byte_by_byte(chunk(part.bytes))) script.steps.push_back(std::move(byte));
  }
  if (script.ending == Ending::Keep) script.steps.push_back({Millis(0), "0\r\n\r\n"});
  return script;
}

}  // namespace

Fault draw_fault(Random& random) { return Fault(random.pick(kWeights, std::size_t(Fault::kCount))); }

Attempt make_attempt(int deployment, Fault fault, Random& random) {
  Attempt attempt{deployment, fault, 1 + int(random.below(8)), 0};
  if (fault == Fault::OneByte) attempt.pieces = 2;
  if (fault == Fault::Huge) attempt.padding = 50'000 + random.below(350'000);
  return attempt;
}

Script write_script(const Asked& asked, const Attempt& attempt, bool stream, Random& random) {
  Script script;
  if (std::string failure = plain_failure(attempt.fault); !failure.empty()) {
    script.steps.push_back({Millis(random.below(10)), std::move(failure)});
  } else if (attempt.fault == Fault::Reset && random.below(2) == 0) {
    script.ending = Ending::Reset;  // before a byte of the answer
  } else {
    Attempt shape = attempt;
    if (attempt.fault == Fault::Reset) shape.fault = Fault::Cut;
    script = stream ? stream_script(asked, shape, random) : whole_script(asked, shape, random);
    if (attempt.fault == Fault::Reset) script.ending = Ending::Reset;
  }
  // Some connections are closed later, which the gateway finds out when it uses them.
  if (script.ending == Ending::Keep && random.below(40) == 0) script.ending = Ending::CloseLater;
  return script;
}

}  // namespace soak
