#include "pull/hub.h"

#include <algorithm>
#include <charconv>

namespace sluice::pull {
namespace {

using namespace std::chrono_literals;

constexpr int kHops = 6;                        // redirects
constexpr int kPages = 200;                     // of a listing
constexpr std::size_t kPageBytes = 32u << 20;   // of one page
constexpr std::size_t kWordsBytes = 64u << 10;  // of a redirect's body
constexpr Duration kLongestWait = 60s;
constexpr int kLongestRetryAfter = 600;  // seconds

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

int retry_after(const http::Headers& headers) {
  const auto field = headers.get("retry-after");
  int seconds = 0;
  if (field) std::from_chars(field->data(), field->data() + field->size(), seconds);
  return std::clamp(seconds, 0, kLongestRetryAfter);
}

// The text between quotes of an entity tag.
std::string tag_of(const http::Headers& headers) {
  auto field = headers.get("x-linked-etag");
  if (!field) field = headers.get("etag");
  if (!field) return "";
  std::string_view tag = *field;
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"') tag = tag.substr(1, tag.size() - 2);
  std::string text(tag);
  for (char& c : text)
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

// The address with rel="next" in a Link field (RFC 8288), or none.
std::string next_of(const http::Headers& headers) {
  const auto field = headers.get("link");
  if (!field) return "";
  for (std::size_t at = 0; at < field->size();) {
    const std::size_t open = field->find('<', at), close = field->find('>', at);
    if (open == field->npos || close == field->npos || close < open) return "";
    const std::size_t end = std::min(field->find('<', close), field->size());
    if (field->substr(close, end - close).find("rel=\"next\"") != field->npos)
      return std::string(field->substr(open + 1, close - open - 1));
    at = end;
  }
  return "";
}

Status same_file(const RemoteFile& file, const http::Headers& headers) {
  const std::string tag = tag_of(headers);
  if (is_sha256(tag) && tag != file.sha256)
    return fail("pull.changed", "the hub lists the SHA-256 " + file.sha256 + " and offers " + tag, file.path,
                "the repository is being changed: try again later");
  const auto size = headers.get("x-linked-size");
  if (size && *size != std::to_string(file.size))
    return fail(
        "pull.changed",
        "the hub lists " + std::to_string(file.size) + " bytes and offers " + std::string(size->substr(0, 20)),
        file.path, "the repository is being changed: try again later");
  return {};
}

}  // namespace

bool Url::same_origin(const Url& other) const {
  return origin.tls == other.origin.tls && origin.host == other.origin.host && origin.port == other.origin.port;
}

Result<Url> parse_url(const std::string& address) {
  const std::size_t scheme = address.find("://");
  const std::size_t end = scheme == address.npos ? address.npos : address.find_first_of("/?#", scheme + 3);
  SLUICE_TRY(auto origin, http::Origin::parse(address.substr(0, end)));
  Url url{std::move(origin), end == address.npos ? "" : address.substr(end)};
  url.target = url.target.substr(0, url.target.find('#'));
  if (url.target.starts_with('?')) url.target.insert(0, "/");
  return url;
}

Result<Url> follow_url(const Url& base, const std::string& location) {
  Url url = base;
  if (location.starts_with("//")) {
    SLUICE_TRY(url, parse_url((base.origin.tls ? "https:" : "http:") + location));
  } else if (location.starts_with('/')) {
    url.target = location.substr(0, location.find('#'));
  } else {
    auto parsed = parse_url(location);
    if (!parsed)
      return fail("pull.redirect", "a redirect can't be read: " + parsed.error().message, base.origin.host);
    url = std::move(*parsed);
  }
  if (base.origin.tls && !url.origin.tls)
    return fail("pull.redirect", "a redirect leads from https to http", base.origin.host, "don't trust this hub");
  if (url.target.empty()) url.target = "/";
  return url;
}

bool worth_retrying(const Error& error) {
  const std::string& code = error.code;
  if (code == "net.tls" || code == "net.cancelled") return false;  // a certificate stays wrong
  return code.starts_with("net.") || code == "http.truncated" || code == "http.bad_response" ||
         code == "pull.range" || code == "pull.unavailable";
}

Error refusal(int status, const http::Headers& headers, bool endpoint) {
  const std::string said =
      "the " + std::string(endpoint ? "hub" : "storage") + " answered " + std::to_string(status);
  if (status == 408 || status == 425 || status == 429 || status >= 500)
    return {"pull.unavailable", said, "", "try again later: it goes on from here", retry_after(headers)};
  if (status == 401 || status == 403)
    return {"pull.denied", said, "",
            "set HF_TOKEN to a token that may read it, and accept its licence on the hub"};
  if (status == 404 || status == 410)
    return {"pull.not_found", said, "", "check the names of repository, revision and file"};
  return {"pull.answer", said, "", "is this a hub of Hugging Face's layout?"};
}

Hub::Hub(net::Loop& loop, const Options& options, Url endpoint)
    : loop_(loop), options_(options), endpoint_(std::move(endpoint)) {
  while (endpoint_.target.ends_with('/')) endpoint_.target.pop_back();
}

http::Client& Hub::client_for(const http::Origin& origin) {
  const std::string key = (origin.tls ? "https://" : "http://") + origin.host_header();
  auto& client = clients_[key];
  if (!client) {
    http::ClientOptions options;
    options.origin = origin;
    options.ca_file = options_.ca_file;
    options.head_timeout = options_.stall;
    client = std::make_unique<http::Client>(loop_, std::move(options));
  }
  return *client;
}

net::Task<void> Hub::wait(int attempt, const Error& error) {
  Duration by = options_.retry_delay * (std::int64_t{1} << std::min(attempt - 1, 10));
  by = std::max<Duration>(std::min(by, kLongestWait), std::chrono::seconds(error.retry_after_s));
  co_await loop_.sleep(by);
}

net::Task<Result<http::ClientResponse>> Hub::send(std::string method, Url url, std::string range) {
  http::Request request;
  request.method = std::move(method);
  request.target = url.target;
  request.headers.add("user-agent", "sluice");
  request.headers.add("accept-encoding", "identity");
  if (!range.empty()) request.headers.add("range", std::move(range));
  if (!options_.token.empty() && is_endpoint(url))
    request.headers.add("authorization", "Bearer " + options_.token);
  auto response = co_await client_for(url.origin).send(std::move(request));
  co_return response;
}

net::Task<Result<http::ClientResponse>> Hub::chase(std::string method, Url& url, std::string range, bool leave) {
  for (int hop = 0; hop < kHops; ++hop) {
    auto response = co_await send(method, url, range);
    if (!response || !is_redirect(response->status())) co_return response;
    const auto location = response->headers().get("location");
    if (!location) co_return fail("pull.redirect", "a redirect says not where to", url.origin.host);
    auto next = follow_url(url, std::string(*location));
    if (!next) co_return fail(next.error());
    const bool leaves = !next->same_origin(url);
    url = std::move(*next);
    if (leaves && !leave) co_return response;
    auto words = co_await response->read_all(kWordsBytes, options_.stall);  // so that the connection can be kept
    (void)words;
  }
  co_return fail("pull.redirect", "there are more than " + std::to_string(kHops) + " redirects", url.origin.host);
}

net::Task<Result<http::ClientResponse>> Hub::get(Url url,
                                                 std::optional<std::pair<std::uint64_t, std::uint64_t>> range) {
  std::string field;
  if (range) field = "bytes=" + std::to_string(range->first) + "-" + std::to_string(range->second - 1);
  auto response = co_await chase("GET", url, std::move(field), true);
  co_return response;
}

net::Task<Result<std::string>> Hub::page(Url url, std::string& next) {
  for (int attempt = 1;; ++attempt) {
    Url at = url;
    Error error;
    auto response = co_await chase("GET", at, "", true);
    if (!response) {
      error = response.error();
    } else if (response->status() != 200) {
      error = refusal(response->status(), response->headers(), is_endpoint(at));
    } else {
      next = next_of(response->headers());
      auto body = co_await response->read_all(kPageBytes, options_.stall);
      if (body) co_return body;
      error = body.error();
    }
    if (!worth_retrying(error) || attempt == kTries) co_return fail(std::move(error));
    co_await wait(attempt, error);
  }
}

net::Task<Result<std::vector<RemoteFile>>> Hub::list() {
  Url url = endpoint_;
  url.target +=
      "/api/models/" + options_.repository + "/tree/" + encode_path(options_.revision) + "?recursive=true";
  std::vector<RemoteFile> all;
  for (int pages = 0; pages < kPages; ++pages) {
    std::string next;
    auto text = co_await page(url, next);
    if (!text) co_return fail(text.error());
    auto files = read_listing(std::move(*text));
    if (!files) co_return fail(files.error());
    all.insert(all.end(), files->begin(), files->end());
    if (next.empty()) co_return all;
    auto following = follow_url(url, next);
    if (!following || !is_endpoint(*following))
      co_return fail("pull.listing", "the listing goes on at another host", endpoint_.origin.host);
    url = std::move(*following);
  }
  co_return fail("pull.listing", "the listing has no end", endpoint_.origin.host);
}

net::Task<Result<Url>> Hub::locate_once(const RemoteFile& file) {
  Url url = endpoint_;
  url.target +=
      "/" + options_.repository + "/resolve/" + encode_path(options_.revision) + "/" + encode_path(file.path);
  auto response = co_await chase("HEAD", url, "", false);
  if (!response) co_return fail(response.error());
  const int status = response->status();
  if (status != 200 && !is_redirect(status))
    co_return fail(refusal(status, response->headers(), is_endpoint(url)));
  auto same = same_file(file, response->headers());
  if (!same) co_return fail(same.error());
  co_return url;
}

net::Task<Result<Url>> Hub::locate(const RemoteFile& file) {
  for (int attempt = 1;; ++attempt) {
    auto url = co_await locate_once(file);
    if (url || !worth_retrying(url.error()) || attempt == kTries) co_return url;
    co_await wait(attempt, url.error());
  }
}

}  // namespace sluice::pull
