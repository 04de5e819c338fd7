// Requests to a hub and to where it sends us; private to this room. Used on one loop's thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "http/client.h"
#include "net/loop.h"
#include "pull/listing.h"
#include "pull/pull.h"

namespace sluice::pull {

struct Url {
  http::Origin origin;  // without a base path
  std::string target;
  bool same_origin(const Url& other) const;
};
// Absolute, or relative to `base`. pull.redirect where it can't be read or leads from https to http.
Result<Url> follow_url(const Url& base, const std::string& location);
Result<Url> parse_url(const std::string& address);

// Whether trying again may help, and after how many seconds the other side wants it.
bool worth_retrying(const Error& error);

class Hub {
 public:
  Hub(net::Loop& loop, const Options& options, Url endpoint);

  // All files of the repository. Retries by itself.
  net::Task<Result<std::vector<RemoteFile>>> list();
  // Where the file's bytes are, after the hub has agreed that it is this file. Retries by itself.
  net::Task<Result<Url>> locate(const RemoteFile& file);
  // Status and head of the answer to a GET of these bytes (all: without a range); redirects are followed.
  net::Task<Result<http::ClientResponse>> get(Url url,
                                              std::optional<std::pair<std::uint64_t, std::uint64_t>> range);
  bool is_endpoint(const Url& url) const { return url.same_origin(endpoint_); }
  // Waits before try `attempt` (counted from 1), as the error wants or longer each time.
  net::Task<void> wait(int attempt, const Error& error);

  static constexpr int kTries = 6;  // without progress

 private:
  net::Task<Result<http::ClientResponse>> send(std::string method, Url url, std::string range);
  // Follows redirects; with `leave` false one to another origin is the answer itself: its url is put into `url`.
  net::Task<Result<http::ClientResponse>> chase(std::string method, Url& url, std::string range, bool leave);
  net::Task<Result<std::string>> page(Url url, std::string& next);
  net::Task<Result<Url>> locate_once(const RemoteFile& file);
  http::Client& client_for(const http::Origin& origin);

  net::Loop& loop_;
  const Options& options_;
  Url endpoint_;  // its target is the base path
  std::map<std::string, std::unique_ptr<http::Client>> clients_;
};

// What a status says that is none of success; `endpoint`: it came from the hub itself.
Error refusal(int status, const http::Headers& headers, bool endpoint);

}  // namespace sluice::pull
