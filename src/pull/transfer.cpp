#include "pull/transfer.h"

#include <algorithm>
#include <charconv>

namespace sluice::pull {
namespace {

constexpr const char* kNoRanges = "pull.no_ranges";  // told to run() alone

// "bytes 0-99/1000" (RFC 9110, section 14.4).
struct ContentRange {
  std::uint64_t first = 0, last = 0, size = 0;
};

bool number(std::string_view& text, std::uint64_t& value, char behind) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (behind == '\0') return text.empty();
  if (!text.starts_with(behind)) return false;
  text.remove_prefix(1);
  return true;
}

bool parse_content_range(std::string_view text, ContentRange& range) {
  constexpr std::string_view kUnit = "bytes ";
  if (!text.starts_with(kUnit)) return false;
  text.remove_prefix(kUnit.size());
  return number(text, range.first, '-') && number(text, range.last, '/') && number(text, range.size, '\0');
}

}  // namespace

Transfer::Transfer(net::Loop& loop, Hub& hub, const Options& options, const RemoteFile& file, Partial& partial,
                   std::function<void(std::uint64_t)> watch)
    : loop_(loop),
      hub_(hub),
      options_(options),
      file_(file),
      partial_(partial),
      watch_(std::move(watch)),
      received_(partial.bytes_whole()),
      over_(loop) {}

net::Task<Status> Transfer::run(std::shared_ptr<Transfer> self) {
  Transfer& t = *self;
  auto located = co_await t.hub_.locate(t.file_);
  if (!located) co_return fail(located.error());
  t.url_ = std::move(*located);
  const auto pieces = static_cast<int>(std::min<std::size_t>(t.partial_.pieces(), 64));
  t.working_ = std::max(1, std::min(t.options_.connections, pieces));
  for (int i = t.working_; i > 0; --i) t.loop_.spawn(work(self));
  co_await t.over_.wait();
  if (!t.no_ranges_) co_return t.failure_;
  auto whole = co_await t.fetch_whole();
  co_return whole;
}

net::Task<void> Transfer::work(std::shared_ptr<Transfer> self) {
  Transfer& t = *self;
  while (t.failure_ && !t.no_ranges_) {
    while (t.next_ < t.partial_.pieces() && t.partial_.whole(t.next_)) ++t.next_;
    if (t.next_ >= t.partial_.pieces()) break;
    const std::size_t index = t.next_++;
    auto done = co_await t.fetch(index);
    if (done) continue;
    if (done.error().code == kNoRanges)
      t.no_ranges_ = true;
    else if (t.failure_)
      t.failure_ = fail(done.error());
  }
  if (--t.working_ == 0) t.over_.set();
}

net::Task<Status> Transfer::fetch(std::size_t index) {
  const Piece piece = partial_.piece(index);
  std::uint64_t at = piece.begin;
  for (int attempt = 1; at < piece.end; ++attempt) {
    const std::uint64_t before = at;
    const int generation = generation_;
    auto came = co_await stream(at, piece.end);
    if (came) break;
    if (!failure_ || no_ranges_) co_return Status();  // it is over anyway
    if (at > before) attempt = 1;
    Error error = came.error();
    const bool expired =
        (error.code == "pull.denied" || error.code == "pull.not_found") && !hub_.is_endpoint(url_);
    if ((!expired && !worth_retrying(error)) || attempt >= Hub::kTries) co_return fail(std::move(error));
    co_await hub_.wait(attempt, error);
    if (!expired) continue;
    auto located = co_await locate_again(generation);
    if (!located) co_return located;
  }
  co_return partial_.complete(index);
}

net::Task<Status> Transfer::locate_again(int generation) {
  if (generation != generation_) co_return Status();  // another connection did
  auto located = co_await hub_.locate(file_);
  if (!located) co_return fail(located.error());
  url_ = std::move(*located);
  ++generation_;
  co_return Status();
}

Status Transfer::check_range(const http::ClientResponse& response, std::uint64_t at, std::uint64_t end) const {
  const int status = response.status();
  if (status == 200) return fail(kNoRanges, "the storage knows no ranges");
  if (status == 416)
    return fail("pull.changed", "the storage has no bytes " + std::to_string(at) + " to " + std::to_string(end),
                file_.path, "the repository is being changed: try again later");
  if (status != 206) return fail(refusal(status, response.headers(), hub_.is_endpoint(url_)));
  const auto field = response.headers().get("content-range");
  ContentRange range;
  if (!field || !parse_content_range(*field, range) || range.first != at || range.last < at || range.last >= end)
    return fail("pull.range", "the storage sent other bytes than it was asked for", file_.path,
                "try again with --connections 1");
  if (range.size != file_.size)
    return fail(
        "pull.changed",
        "the storage has " + std::to_string(range.size) + " bytes, the listing says " + std::to_string(file_.size),
        file_.path, "the repository is being changed: try again later");
  return {};
}

Status Transfer::take(std::uint64_t& at, std::uint64_t end, std::string_view bytes) {
  if (bytes.size() > end - at)
    return fail("pull.range", "the storage sent more bytes than it was asked for", file_.path);
  SLUICE_TRY_VOID(partial_.write(at, bytes));
  at += bytes.size();
  received_ += bytes.size();
  if (watch_) watch_(received_);
  return {};
}

net::Task<Status> Transfer::stream(std::uint64_t& at, std::uint64_t end) {
  const std::pair<std::uint64_t, std::uint64_t> range(at, end);
  auto response = co_await hub_.get(url_, range);
  if (!response) co_return fail(response.error());
  auto right = check_range(*response, at, end);
  if (!right) co_return right;
  while (failure_ && !no_ranges_) {
    auto bytes = co_await response->read(options_.stall);
    if (!bytes) co_return fail(bytes.error());
    if (bytes->empty()) break;
    auto taken = take(at, end, *bytes);
    if (!taken) co_return taken;
  }
  if (at == end) co_return Status();
  co_return fail("http.truncated", "the answer ended early", file_.path);
}

net::Task<Status> Transfer::fetch_whole() {
  partial_.forget_all();
  for (int attempt = 1;; ++attempt) {
    std::uint64_t at = 0;
    received_ = 0;
    Error error("http.truncated", "the answer ended early", file_.path, "");
    auto response = co_await hub_.get(url_, std::nullopt);
    if (!response) {
      error = response.error();
    } else if (response->status() != 200) {
      error = refusal(response->status(), response->headers(), hub_.is_endpoint(url_));
    } else {
      for (;;) {
        auto bytes = co_await response->read(options_.stall);
        if (!bytes) error = bytes.error();
        if (!bytes || bytes->empty()) break;
        auto taken = take(at, file_.size, *bytes);
        if (!taken) co_return taken;
      }
      if (at == file_.size) co_return Status();
    }
    if (!worth_retrying(error) || attempt >= Hub::kTries) co_return fail(std::move(error));
    co_await hub_.wait(attempt, error);
  }
}

}  // namespace sluice::pull
