// Runs tests/cases/http/*.case against the real server loop; the README there tells their form.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "http/fixture.h"

using namespace sluice;
using namespace sluice::http;
using namespace sluice::http::fixture;
using net::Task;

namespace {

constexpr std::string_view kFolder = "tests/cases/http";
const std::string kCanary = "GET /canary HTTP/1.1\r\nHost: canary\r\nConnection: close\r\n\r\n";

struct Case {
  std::string name, place;
  std::vector<std::string> statuses;  // as they come back
  std::string code;                   // of the last one, if it is a refusal
  std::optional<std::vector<std::string>> calls;
  std::string bytes;
  bool eof = false;     // the client closes its side instead of sending the canary
  bool closed = false;  // the connection closes although nothing was refused
};

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    char kind = text.at(++i);
    if (kind == 'x') {
      out += char(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else if (kind == '*') {  // \*(a,9000)
      std::size_t end = text.find(')', i);
      REQUIRE(end != text.npos);
      out.append(std::stoul(std::string(text.substr(i + 4, end - i - 4))), text.at(i + 2));
      i = end;
    } else {
      constexpr std::string_view kNames = "rnt0\\", kBytes("\r\n\t\0\\", 5);
      std::size_t at = kNames.find(kind);
      REQUIRE(at != kNames.npos);
      out += kBytes[at];
    }
  }
  return out;
}

std::vector<std::string> split_calls(std::string_view text) {
  std::vector<std::string> calls;
  while (!text.empty()) {
    std::size_t bar = text.find(" | ");
    calls.push_back(unescape(text.substr(0, bar)));
    text.remove_prefix(bar == text.npos ? text.size() : bar + 3);
  }
  return calls;
}

void read_line(const std::string& line, Case& c) {
  auto value = [&](std::string_view key) { return line.substr(std::min(line.size(), key.size() + 1)); };
  if (line.starts_with("expect:")) {
    std::istringstream words(value("expect:"));
    for (std::string word; words >> word;)
      (word.find('.') == word.npos ? c.statuses.emplace_back() : c.code) = word;
  } else if (line.starts_with("calls:")) {
    c.calls = split_calls(value("calls:"));
  } else if (line.starts_with(">")) {
    c.bytes += unescape(value(">")) + "\r\n";
  } else if (line.starts_with("+")) {
    c.bytes += unescape(value("+"));
  } else if (line == "eof") {
    c.eof = true;
  } else if (line == "closed") {
    c.closed = true;
  } else {
    FAIL("a line that no case has: " << line);
  }
}

std::vector<Case> read_cases() {
  std::vector<Case> cases;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder))
    if (entry.path().extension() == ".case") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    std::ifstream in(file);
    int number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      if (line.empty() || line.starts_with("#")) continue;
      if (line.starts_with("case: ")) {
        cases.emplace_back();
        cases.back().name = line.substr(6);
        cases.back().place = file.string() + ":" + std::to_string(number);
      } else {
        REQUIRE_MESSAGE(!cases.empty(), file.string());
        read_line(line, cases.back());
      }
    }
  }
  return cases;
}

struct Outcome {
  std::vector<std::string> statuses;
  std::string code;
  bool framed = true;  // the answers are whole and nothing stands between or behind them
};

Outcome read_answers(std::string_view bytes) {
  Outcome out;
  while (!bytes.empty()) {
    std::size_t consumed = 0;
    auto head = parse_response_head(bytes, HeaderLimits(), "GET", consumed);
    out.framed = head && *head && (*head)->framing.kind == Framing::Kind::Length &&
                 (*head)->framing.length <= bytes.size() - consumed;
    if (!out.framed) break;
    out.statuses.push_back(std::to_string((*head)->status));
    std::size_t length = std::size_t((*head)->framing.length);
    if ((*head)->status >= 400) out.code = bytes.substr(consumed, length);
    bytes.remove_prefix(consumed + length);
  }
  return out;
}

// Sends in pieces of `step` bytes. The server may refuse and close before the last of them.
Task<std::string> play(Site& site, const Case& c, std::size_t step) {
  net::Stream stream = co_await site.dial();
  std::string bytes = c.eof ? c.bytes : c.bytes + kCanary;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    Status sent = co_await stream.write_all(std::string_view(bytes).substr(at, step));
    if (!sent) break;
  }
  if (c.eof) stream.shutdown_send();
  co_return co_await receive(stream);
}

void judge(const Case& c, const std::string& answer, std::vector<std::string> calls) {
  Outcome out = read_answers(answer);
  CHECK(out.framed);
  bool refused = !c.statuses.empty() && c.statuses.back() >= "400";
  std::vector<std::string> statuses = c.statuses;
  if (!refused && !c.eof && !c.closed) {
    statuses.push_back("200");
    REQUIRE_FALSE(calls.empty());
    CHECK(calls.back() == "GET /canary ");
    calls.pop_back();
  }
  CHECK(out.statuses == statuses);
  CHECK(out.code == c.code);
  for (const std::string& call : calls) {
    CHECK(call.find("/canary") == call.npos);
    CHECK_FALSE(call.starts_with("GET /smuggled"));
  }
  if (c.calls) CHECK(calls == *c.calls);
}

}  // namespace

TEST_CASE("no framing makes the server take a part of a request for another one") {
  if (!std::filesystem::exists(kFolder)) {
    MESSAGE("SKIPPED: " << kFolder << " is not here");
    return;
  }
  std::vector<Case> cases = read_cases();
  CHECK(cases.size() > 200);
  ServerLimits limits;
  limits.headers.bytes = 4096;
  limits.headers.fields = 20;
  limits.body_bytes = 64;
  std::vector<std::string> calls;
  auto handler = [&calls](const Request& request, Responder& out, const Connection& c) -> Task<void> {
    calls.push_back(request.method + " " + request.target + " " + request.body);
    co_await echo(request, out, c);
  };
  Site site(handler, limits);
  auto body = [&calls](Site& s, const std::vector<Case>& all) -> Task<void> {
    for (const Case& c : all) {
      CAPTURE(c.place);
      CAPTURE(c.name);
      for (std::size_t step : {std::size_t(1) << 20, std::size_t(1)}) {
        CAPTURE(step);
        calls.clear();
        std::string answer = co_await play(s, c, step);
        if (c.eof) co_await s.loop.sleep(1ms);  // a handler that ran all the same would show itself now
        judge(c, answer, calls);
      }
    }
  };
  site.run(body(site, cases));
}
