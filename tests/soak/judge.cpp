#include "judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace soak {
namespace {

constexpr long kShown = 40;  // violations in full; more are only counted

// The string after `key` in `text` from `from` on. Our upstream's texts need no escapes; the gateway's errors have
// them, and are not compared.
std::string string_after(std::string_view text, std::string_view key, std::size_t from = 0) {
  std::size_t at = text.find(key, from);
  if (at == std::string_view::npos) return {};
  at += key.size();
  return std::string(text.substr(at, text.find('"', at) - at));
}

// What an answer says, whichever protocol it is in.
struct Said {
  std::string text;
  bool finish = false, end = false;  // both marks of a proper end
  std::string error;                 // code, or type where there is none
  bool raised = false;               // an event "error" came
  bool after_error = false;          // something came after the error
};

void read_event(Front front, std::string_view event, std::string_view data, Said& said) {
  // The Responses API has two events for one failure: the response's, and the one that every client raises at.
  bool second = front == Front::Responses && event == "error" && !said.raised;
  if (event == "error") said.raised = true;
  if (!said.error.empty() && !second) said.after_error = true;
  bool error = data.starts_with("{\"error\"") || event == "error" || event == "response.failed";
  if (error) {
    said.error = string_after(data, "\"code\":\"");
    if (said.error.empty()) said.error = "(no code)";
  } else if (front == Front::Chat) {
    if (data == "[DONE]") said.end = true;
    said.text += string_after(data, "\"content\":\"");
    if (data.find("\"finish_reason\":\"") != data.npos) said.finish = true;
  } else if (front == Front::Messages) {
    if (event == "content_block_delta") said.text += string_after(data, "\"text\":\"");
    if (data.find("\"stop_reason\":\"") != data.npos) said.finish = true;
    if (event == "message_stop") said.end = true;
  } else {
    if (event == "response.output_text.delta") said.text += string_after(data, "\"delta\":\"");
    if (event == "response.completed" || event == "response.incomplete") said.finish = said.end = true;
  }
}

Said read_stream(Front front, std::string_view body) {
  Said said;
  std::string_view event, data;
  while (!body.empty()) {
    std::string_view line = body.substr(0, body.find('\n'));
    body.remove_prefix(std::min(body.size(), line.size() + 1));
    if (line.starts_with("event: ")) event = line.substr(7);
    if (line.starts_with("data: ")) data = line.substr(6);
    if (!line.empty() || data.empty()) continue;
    read_event(front, event, data, said);
    event = data = {};
  }
  return said;
}

Said read_whole(Front front, const Answer& answer) {
  Said said;
  std::string_view body = answer.body;
  if (answer.status != 200 || body.starts_with("{\"error\"")) {
    said.error = string_after(body, "\"code\":\"");
    if (said.error.empty() && body.find("\"error\"") != body.npos) said.error = "(no code)";
    return said;
  }
  constexpr std::string_view kFinish[] = {"\"finish_reason\":\"", "\"stop_reason\":\"",
                                          "\"status\":\"completed\""};
  said.finish = said.end = body.find(kFinish[std::size_t(front)]) != body.npos ||
                           (front == Front::Responses && body.find("\"incomplete_details\":{") != body.npos);
  if (front == Front::Chat)
    said.text = string_after(body, "\"content\":\"");
  else
    said.text = string_after(body, "\"text\":\"",
                             front == Front::Responses ? std::min(body.find("output_text"), body.size()) : 0);
  return said;
}

bool is_stream(const Answer& answer) { return answer.header("content-type").starts_with("text/event-stream"); }

}  // namespace

std::string Answer::header(std::string_view lower_name) const {
  std::string_view rest = head;
  while (!rest.empty()) {
    std::string_view line = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(std::min(rest.size(), line.size() + 2));
    if (line.size() <= lower_name.size() || line[lower_name.size()] != ':') continue;
    bool same = std::equal(lower_name.begin(), lower_name.end(), line.begin(),
                           [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + 32 : b); });
    if (!same) continue;
    line.remove_prefix(lower_name.size() + 1);
    while (line.starts_with(' ')) line.remove_prefix(1);
    return std::string(line);
  }
  return {};
}

void Judge::violation(const std::string& what) {
  if (++violations <= kShown) fmt::print("VIOLATION: {}\n", what);
  std::fflush(stdout);
}

void Judge::wrong(const Asked& asked, const Answer* answer, const std::string& what) {
  std::string text =
      fmt::format("{}: request {} ({}, {}, {}, {}{}, prompt {} B)", what, asked.mark, name(asked.manner),
                  name(asked.front), name(asked.route), asked.stream ? "streamed" : "whole",
                  asked.sensitive ? ", sensitive" : "", asked.prompt_bytes);
  for (const Attempt& a : asked.attempts)
    text +=
        fmt::format("\n    attempt at {}: {}, {} pieces", a.deployment ? "backup" : "up", name(a.fault), a.pieces);
  if (answer)
    text +=
        fmt::format("\n    status {}, id {}, deployment {}, {} bytes ending in: {}", answer->status,
                    answer->header("x-request-id"), answer->header("x-sluice-deployment"), answer->body.size(),
                    answer->body.substr(answer->body.size() - std::min<std::size_t>(answer->body.size(), 300)));
  violation(text);
}

void Judge::lost(const Asked& asked, const std::string& how) {
  ++lost_requests;
  wrong(asked, nullptr, "lost (" + how + ")");
}

void Judge::check_marks(const Asked& asked, const Answer& answer) {
  for (const std::string* text : {&answer.head, &answer.body}) {
    std::size_t from = 0;
    for (std::string_view mark = find_mark(*text, from); !mark.empty(); mark = find_mark(*text, from))
      if (mark != asked.mark && is_mark(upstream_.seed(), mark))
        return wrong(asked, &answer, "bytes of another answer, " + std::string(mark));
  }
}

// The same deployment is asked again only where a kept connection was closed before a byte of the answer; a
// request that was refused is never sent again.
void Judge::check_attempts(const Asked& asked) {
  for (std::size_t i = 1; i < asked.attempts.size(); ++i) {
    const Attempt &before = asked.attempts[i - 1], &now = asked.attempts[i];
    if (before.fault == Fault::Status400) wrong(asked, nullptr, "sent again after a 400");
    bool cut = before.fault == Fault::Reset || before.fault == Fault::Cut;
    if (before.deployment == now.deployment && !cut) wrong(asked, nullptr, "sent again to the same deployment");
  }
}

void Judge::answered(const Asked& asked, const Answer& answer) {
  ++manners[std::size_t(asked.manner)];
  check_marks(asked, answer);
  check_attempts(asked);
  judge_answer(asked, answer);
}

void Judge::left(const Asked& asked, const Answer& answer) {
  ++manners[std::size_t(asked.manner)];
  check_marks(asked, answer);
  if (asked.manner == Manner::HalfBody) return;
  std::string id = answer.header("x-request-id");
  if (id.empty())
    ++unseen;
  else
    ids[id] = {};
}

void Judge::judge_answer(const Asked& asked, const Answer& answer) {
  std::string id = answer.header("x-request-id");
  std::string code = string_after(answer.body, "\"code\":\"");
  switch (asked.manner) {
    case Manner::Page:
      if (answer.status != 200) wrong(asked, &answer, "the models page failed");
      return;
    case Manner::WrongKey:
      if (answer.status != 401) wrong(asked, &answer, "a wrong key was not refused");
      return;
    case Manner::BrokenHttp:
      if (answer.status != 400) wrong(asked, &answer, "broken HTTP was not refused");
      return;
    default:
      break;
  }
  if (id.empty()) return wrong(asked, &answer, "an answer without x-request-id");
  if (!ids.emplace(id, Expected()).second) wrong(asked, &answer, "an id that another answer had");
  if (asked.manner == Manner::BrokenJson) {
    ids[id].outcome = code;
    if (answer.status != 400 || !asked.attempts.empty()) wrong(asked, &answer, "broken JSON was not refused");
    return;
  }
  judge_served(asked, answer);
}

void Judge::judge_served(const Asked& asked, const Answer& answer) {
  ++fronts[std::size_t(asked.front)];
  bool by_guide = answer.header("x-sluice-deployment") == "here";
  bool streamed = is_stream(answer);
  Said said = streamed ? read_stream(asked.front, answer.body) : read_whole(asked.front, answer);
  bool proper_end = said.finish && said.end && said.error.empty();
  if (streamed) proper_end = proper_end && !said.after_error;
  Expected& expected = ids[answer.header("x-request-id")];
  if (said.error != "(no code)") expected.outcome = said.error.empty() ? "ok" : said.error;
  if (answer.status == 200 && !proper_end && said.error.empty())
    return wrong(asked, &answer, "neither a proper end nor an error");
  if (answer.status != 200 && said.error.empty()) return wrong(asked, &answer, "an error without its body");
  if (said.after_error) wrong(asked, &answer, "something follows the error");
  if (said.end && !said.error.empty()) wrong(asked, &answer, "an error and a proper end");
  if (asked.calm && said.error == "request.unsupported") {  // the question which fronts there are
    ++refused;
    return;
  }
  (proper_end ? whole : answer.status == 200 ? told : refused) += 1;
  if (asked.sensitive && asked.route != Route::Mixed) {
    if (answer.status != 403) wrong(asked, &answer, "a sensitive text was not denied");
    return;
  }
  // The built-in policy holds credentials even for the guide, until somebody approves.
  if (asked.sensitive && said.error == "policy.held") return;
  if (by_guide || said.error.starts_with("engine.")) {
    ++guide;
    return;
  }
  if (asked.attempts.empty()) {
    if (answer.status != 502 || !upstream_.refused_since(asked.sent))
      wrong(asked, &answer, "refused without a cause");
    return;
  }
  const Attempt& last = asked.attempts.back();
  if (proper(last.fault)) {
    if (!proper_end || said.text != expected_text(asked, last))
      wrong(asked, &answer, "a proper answer did not arrive as it was");
    std::chrono::duration<double, std::milli> took = Clock::now() - asked.due;
    if (last.fault == Fault::None && asked.manner == Manner::Plain && !asked.calm)
      whole_ms.push_back(took.count());
    return;
  }
  if (proper_end) wrong(asked, &answer, "a broken answer looks whole");
  if (streamed && !expected_text(asked, last).starts_with(said.text))
    wrong(asked, &answer, "text that the upstream did not send");
}

}  // namespace soak
