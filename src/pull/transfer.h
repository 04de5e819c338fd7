// One file's bytes over several connections; private to this room. Used on one loop's thread.
#pragma once

#include <functional>
#include <memory>

#include "pull/hub.h"
#include "pull/partial.h"

namespace sluice::pull {

class Transfer : public std::enable_shared_from_this<Transfer> {
 public:
  // All of these must outlive the transfer. `watch` is called with the bytes that are there.
  Transfer(net::Loop& loop, Hub& hub, const Options& options, const RemoteFile& file, Partial& partial,
           std::function<void(std::uint64_t)> watch);

  // Until all pieces are whole, or one can't be had.
  static net::Task<Status> run(std::shared_ptr<Transfer> self);

 private:
  static net::Task<void> work(std::shared_ptr<Transfer> self);
  net::Task<Status> fetch(std::size_t index);
  // Bytes [at, end) into the file; `at` moves with what came. Ends early with an error that may be worth a retry.
  net::Task<Status> stream(std::uint64_t& at, std::uint64_t end);
  net::Task<Status> fetch_whole();  // from a server that knows no ranges
  net::Task<Status> locate_again(int generation);
  Status check_range(const http::ClientResponse& response, std::uint64_t at, std::uint64_t end) const;
  Status take(std::uint64_t& at, std::uint64_t end, std::string_view bytes);

  net::Loop& loop_;
  Hub& hub_;
  const Options& options_;
  const RemoteFile& file_;
  Partial& partial_;
  std::function<void(std::uint64_t)> watch_;

  Url url_;
  int generation_ = 0;  // of url_: links expire
  std::size_t next_ = 0;
  int working_ = 0;
  std::uint64_t received_ = 0;
  bool no_ranges_ = false;
  Status failure_;
  net::Signal over_;
};

}  // namespace sluice::pull
