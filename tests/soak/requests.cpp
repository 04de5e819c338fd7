#include "requests.h"

#include <fmt/format.h>

#include <cmath>

namespace soak {
namespace {

constexpr double kManners[std::size_t(Manner::kCount)] = {82, 5, 1, 3, 1, 2, 1, 0.5, 1, 1, 0.5};
constexpr double kRoutes[std::size_t(Route::kCount)] = {80, 18, 2};

constexpr std::string_view kFiller[] = {
    "The mill stands by the river and turns when it rains. ", "The bridge was painted green two summers ago. ",
    "Some planets have rings and many have moons. ",          "A good knife is sharpened along its whole edge. ",
    "Two boats lie on the shore beside the lighthouse. ",     "The old song has four verses and no end. "};

// Invented; numbers are valid by their checksums.
constexpr std::string_view kSensitive[] = {
    "Please charge my card 4539 1488 0343 6467 expiring 11/29.", "My SSN is 536-22-4178, please file the form.",
    "aws_access_key_id = AKIAQ3EGRTWXK7PLJ2MN",
    "Patient Mrs. Okafor, 71 y/o, admitted with chest pain and dyspnea. Takes metformin 500 mg twice daily."};

std::string prompt(const Asked& asked, Random& random) {
  std::string text = "Page " + asked.mark + ": ";
  if (asked.sensitive) text += std::string(kSensitive[random.below(std::size(kSensitive))]) + " ";
  while (text.size() < asked.prompt_bytes) text += kFiller[random.below(std::size(kFiller))];
  return text;
}

constexpr std::string_view kTools =
    R"(,"tools":[{"type":"function","function":{"name":"look_up","description":"Looks it up.",)"
    R"("parameters":{"type":"object","properties":{}}}}])";

std::string body_of(const Asked& asked, Random& random) {
  std::string text = prompt(asked, random);
  const char* model = name(asked.route);
  std::string_view stream = asked.stream ? R"(,"stream":true)" : "";
  switch (asked.front) {
    case Front::Messages:
      return fmt::format(R"({{"model":"{}","max_tokens":8,"messages":[{{"role":"user","content":"{}"}}]{}}})",
                         model, text, stream);
    case Front::Responses:  // not stored: what the gateway keeps for later turns would look like a leak
      return fmt::format(R"({{"model":"{}","store":false,"max_output_tokens":8,"input":"{}"{}}})", model, text,
                         stream);
    default:
      return fmt::format(R"({{"model":"{}","max_tokens":8,"messages":[{{"role":"user","content":"{}"}}]{}{}}})",
                         model, text, stream, asked.tools ? kTools : "");
  }
}

const char* path_of(Front front) {
  if (front == Front::Messages) return "/v1/messages";
  return front == Front::Responses ? "/v1/responses" : "/v1/chat/completions";
}

AskedPtr draw(Random& random, std::uint64_t seed, std::uint32_t number, const std::vector<Front>& fronts,
              Manner manner) {
  auto asked = std::make_shared<Asked>();
  asked->number = number;
  asked->mark = mark_of(seed, number);
  asked->manner = manner;
  asked->front = random.below(3) != 0 ? Front::Chat : fronts[random.below(fronts.size())];
  asked->stream = random.below(10) < 6 || manner == Manner::LeavesMid;
  asked->route = Route(random.pick(kRoutes, std::size_t(Route::kCount)));
  bool whole_request = manner <= Manner::Slow;
  // Sensitive texts for the guide are a tenth of those that are denied: each keeps a core busy for a moment.
  asked->sensitive = whole_request && random.below(asked->route == Route::Mixed ? 5 : 20) == 0;
  asked->tools = asked->front == Front::Chat && asked->route != Route::Mixed && random.below(40) == 0;
  asked->prompt_bytes = std::size_t(100 * std::pow(200.0, random.unit()));  // 100 B to 20 KB, small ones as often
  if (asked->route == Route::Mixed) asked->prompt_bytes = 100 + random.below(200);  // the guide's context is small
  return asked;
}

}  // namespace

std::vector<AskedPtr> draw_requests(Random& random, std::uint64_t seed, std::uint32_t& number,
                                    const std::vector<Front>& fronts) {
  auto manner = Manner(random.pick(kManners, std::size_t(Manner::kCount)));
  std::vector<AskedPtr> list;
  for (int i = manner == Manner::Pipelined ? 3 : 1; i > 0; --i)
    list.push_back(draw(random, seed, ++number, fronts, manner));
  return list;
}

std::string write_request(const Asked& asked, Random& random) {
  std::string key = asked.manner == Manner::WrongKey ? "wrong-client-key-0123456789" : kClientKey;
  if (asked.manner == Manner::Page)
    return "GET /v1/models HTTP/1.1\r\nHost: soak\r\nAuthorization: Bearer " + key + "\r\n\r\n";
  std::string body = body_of(asked, random);
  if (asked.manner == Manner::BrokenJson) body.insert(body.size() / 2 + random.below(body.size() / 2), "\"}{");
  std::string head = fmt::format(
      "POST {} HTTP/1.1\r\nHost: soak\r\nAuthorization: Bearer {}\r\nContent-Type: "
      "application/json\r\nContent-Length: {}\r\n",
      path_of(asked.front), key, body.size());
  if (asked.manner == Manner::Fresh) head += "Connection: close\r\n";
  if (asked.manner == Manner::BrokenHttp)
    head += "Transfer-Encoding: chunked\r\n";  // two lengths: request smuggling
  if (asked.manner == Manner::HalfBody) body.resize(body.size() / 2);
  return head + "\r\n" + body;
}

}  // namespace soak
