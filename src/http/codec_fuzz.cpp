// The codec under arbitrary bytes: it must not read out of bounds, its verdict must not depend on where the
// network cut the bytes, what it accepts must survive being written again, and what it accepts Boost.Beast's
// parser (an oracle that we did not write) must not frame in another way.
#include <boost/beast/http/basic_parser.hpp>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/check.h"
#include "http/codec.h"

namespace {

using namespace sluice;
using namespace sluice::http;
namespace beast = boost::beast;

// Only notes what the head says; bodies are not fed.
class Oracle : public beast::http::basic_parser<true> {
  void on_request_impl(beast::http::verb, beast::string_view, beast::string_view, int,
                       beast::error_code&) override {}
  void on_response_impl(int, beast::string_view, int, beast::error_code&) override {}
  void on_field_impl(beast::http::field, beast::string_view, beast::string_view, beast::error_code&) override {}
  void on_header_impl(beast::error_code&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, beast::error_code&) override {}
  std::size_t on_body_impl(beast::string_view body, beast::error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, beast::error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body, beast::error_code&) override {
    return body.size();
  }
  void on_finish_impl(beast::error_code&) override {}
};

void agree_with_oracle(std::string_view head_bytes, const RequestHead& head) {
  Oracle oracle;
  oracle.header_limit(1 << 20);
  oracle.body_limit(boost::none);
  beast::error_code ec;
  oracle.put(boost::asio::const_buffer(head_bytes.data(), head_bytes.size()), ec);
  // Beast refuses a few things that are fine (it knows no field longer than 64 KiB, for one): no verdict then.
  if (ec && ec != beast::http::error::need_more) return;
  if (!oracle.is_header_done()) return;
  bool chunked = head.framing.kind == Framing::Kind::Chunked;
  SLUICE_CHECK(oracle.chunked() == chunked, "both parsers see the same transfer coding");
  if (head.framing.kind == Framing::Kind::Length)
    SLUICE_CHECK(oracle.content_length() && *oracle.content_length() == head.framing.length,
                 "both parsers see the same length");
  else
    SLUICE_CHECK(!oracle.content_length(), "both parsers see no length");
}

void round_trip(const RequestHead& head) {
  if (head.request.target == "*") return;  // only OPTIONS may say that again; nothing is lost by skipping it
  std::string wire = write_request_head(head.request, head.framing);
  std::size_t consumed = 0;
  HeaderLimits generous;
  generous.bytes = 1 << 20;
  generous.fields = 1000;
  auto again = parse_request_head(wire, generous, consumed);
  if (head.minor_version == 0) return;  // Host may be missing there
  SLUICE_CHECK(again && *again && consumed == wire.size(), "what was accepted is accepted again");
  SLUICE_CHECK((*again)->framing.kind == head.framing.kind && (*again)->framing.length == head.framing.length,
               "the framing survives");
  SLUICE_CHECK((*again)->request.target == head.request.target, "the target survives");
}

template <class Parse>
std::string verdict_at_every_split(std::string_view bytes, Parse parse) {
  for (std::size_t n = 0; n <= bytes.size(); ++n) {
    std::string verdict = parse(bytes.substr(0, n));
    if (verdict != "incomplete") return verdict;
  }
  return "incomplete";
}

void fuzz_heads(std::string_view bytes) {
  HeaderLimits limits;
  limits.bytes = 512;
  limits.fields = 10;
  auto request = [&](std::string_view b) -> std::string {
    std::size_t consumed = 0;
    auto head = parse_request_head(b, limits, consumed);
    if (!head) return head.error().code;
    return *head ? std::to_string(consumed) : "incomplete";
  };
  auto response = [&](std::string_view b) -> std::string {
    std::size_t consumed = 0;
    auto head = parse_response_head(b, limits, "GET", consumed);
    if (!head) return head.error().code;
    return *head ? std::to_string(consumed) : "incomplete";
  };
  SLUICE_CHECK(request(bytes) == verdict_at_every_split(bytes, request), "a request's verdict has no split in it");
  SLUICE_CHECK(response(bytes) == verdict_at_every_split(bytes, response), "a response's neither");
  std::size_t consumed = 0;
  auto head = parse_request_head(bytes, limits, consumed);
  Request peeked = peek_request_line(bytes);
  SLUICE_CHECK(peeked.target.empty() || peeked.target[0] == '/' || peeked.target == "*",
               "a peeked target is a path");
  if (!head || !*head) return;
  SLUICE_CHECK(peeked.method == (*head)->request.method && peeked.target == (*head)->request.target,
               "what is peeked at is what is read");
  agree_with_oracle(bytes.substr(0, consumed), **head);
  round_trip(**head);
}

void fuzz_chunks(std::string_view bytes) {
  ChunkDecoder whole, bytewise;
  std::string a, b;
  auto used = whole.feed(bytes, a);
  bool failed = false;
  std::size_t taken = 0;
  while (taken < bytes.size() && !bytewise.done() && !failed) {
    auto one = bytewise.feed(bytes.substr(taken, 1), b);
    failed = !one;
    if (one) taken += *one;
  }
  SLUICE_CHECK(failed == !used, "a chunked body's verdict has no split in it");
  SLUICE_CHECK(a == b && whole.done() == bytewise.done(), "nor its payload");
  if (used) SLUICE_CHECK(*used == taken, "nor its end");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 2048) return 0;  // every split of a head is tried: quadratic
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  fuzz_heads(bytes);
  fuzz_chunks(bytes);
  return 0;
}
