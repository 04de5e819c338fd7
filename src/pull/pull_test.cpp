// The whole way over a hub in this process; tests/models/pull_test.py has a stricter one outside of it.
#include "pull/pull.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>

#include "base/id.h"
#include "base/test_folder.h"
#include "http/server.h"

namespace sluice::pull {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

http::Response plain(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

http::Response refuse(const Error& error, int status, const http::ErrorContext&) {
  return plain(status, error.code);
}

// Serves one file; the first `faults` range requests are answered as `fault` says.
class FakeHub {
 public:
  explicit FakeHub(std::string content) : content_(std::move(content)) {
    auto listener = net::Listener::listen(loop_, "127.0.0.1", 0, false);
    REQUIRE(listener);
    http::Handler handler = [this](http::Request& request, http::Responder& responder, const http::Connection&) {
      return answer(request, responder);
    };
    server_.emplace(loop_, std::move(*listener), http::ServerLimits(), std::move(handler), refuse);
    server_->start();
    url = "http://127.0.0.1:" + std::to_string(server_->port());
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~FakeHub() {
    loop_.stop();
    thread_.join();
  }

  enum class Fault { None, Busy, WrongRange, Short, NoRanges, Corrupt };
  std::string url;
  std::atomic<Fault> fault{Fault::None};
  std::atomic<int> faults{0}, ranges{0};

 private:
  net::Task<void> answer(const http::Request& request, http::Responder& responder) {
    http::Response response = make(request);
    auto sent = co_await responder.send(std::move(response));
    (void)sent;
  }

  http::Response make(const http::Request& request) {
    if (request.path().starts_with("/api/models/"))
      return plain(200, R"([{"type":"file","path":"m.gguf","size":1,"lfs":{"oid":")" + sha256_hex(content_) +
                            R"(","size":)" + std::to_string(content_.size()) + "}}]");
    if (request.method == "HEAD") return plain(200, "");
    const auto field = request.headers.get("range");
    if (!field) return plain(200, content_);
    ++ranges;
    unsigned long long first = 0, last = 0;
    REQUIRE(std::sscanf(std::string(*field).c_str(), "bytes=%llu-%llu", &first, &last) == 2);
    const Fault now = faults-- > 0 ? fault.load() : Fault::None;
    if (now == Fault::Busy) return plain(503, "busy");
    if (now == Fault::NoRanges) return plain(200, content_);
    std::string piece = content_.substr(first, last - first + 1);
    if (now == Fault::Short) piece.resize(piece.size() / 2), last = first + piece.size() - 1;
    if (now == Fault::Corrupt) piece[0] = static_cast<char>(piece[0] ^ 1);
    http::Response response = plain(206, std::move(piece));
    const unsigned long long shown = first + (now == Fault::WrongRange ? 7 : 0);
    response.headers.add("Content-Range", "bytes " + std::to_string(shown) + "-" + std::to_string(last) + "/" +
                                              std::to_string(content_.size()));
    return response;
  }

  const std::string content_;
  net::Loop loop_;
  std::optional<http::Server> server_;
  std::thread thread_;
};

std::string content() {
  std::string bytes;
  for (unsigned i = 0; i < 100'003; ++i) bytes += static_cast<char>(i * 2654435761u >> 13);
  return bytes;
}

Result<std::vector<Pulled>> fetch(const FakeHub& hub, const TestFolder& folder, const Watch& watch = {}) {
  Options options;
  options.repository = "maker/model";
  options.folder = folder.path();
  options.endpoint = hub.url;
  options.piece = 7000;
  options.retry_delay = 1ms;
  return pull(options, watch);
}

}  // namespace

TEST_CASE("a file comes in ranges, and progress ends at its size") {
  const FakeHub hub(content());
  const TestFolder folder;
  std::uint64_t downloaded = 0, checked = 0;
  const auto pulled = fetch(hub, folder, [&](const Progress& p) {
    CHECK(p.total == content().size());
    (p.checking ? checked : downloaded) = p.done;
  });
  REQUIRE_MESSAGE(pulled.has_value(), pulled.error().to_string());
  CHECK(folder.read("m.gguf") == content());
  CHECK(folder.files() == 1);
  CHECK(hub.ranges == 15);
  CHECK(downloaded == content().size());
  CHECK(checked == content().size());
  CHECK(pulled->front().sha256 == sha256_hex(content()));
  CHECK(fetch(hub, folder)->front().there);
  CHECK(hub.ranges == 15);
}

TEST_CASE("answers that are busy, short or of other ranges are made good") {
  for (auto fault : {FakeHub::Fault::Busy, FakeHub::Fault::WrongRange, FakeHub::Fault::Short}) {
    FakeHub hub(content());
    hub.fault = fault;
    hub.faults = 9;
    const TestFolder folder;
    const auto pulled = fetch(hub, folder);
    REQUIRE_MESSAGE(pulled.has_value(), pulled.error().to_string());
    CHECK(folder.read("m.gguf") == content());
  }
}

TEST_CASE("a server without ranges gives all in one stream, though several connections asked") {
  FakeHub hub(content());
  hub.fault = FakeHub::Fault::NoRanges;
  hub.faults = 1000;
  const TestFolder folder;
  const auto pulled = fetch(hub, folder);
  REQUIRE_MESSAGE(pulled.has_value(), pulled.error().to_string());
  CHECK(folder.read("m.gguf") == content());
}

TEST_CASE("a failure ends all connections, keeps what is whole, and the next call goes on") {
  FakeHub hub(content());
  const TestFolder folder;
  hub.fault = FakeHub::Fault::WrongRange;
  hub.faults = 1000;
  const auto refused = fetch(hub, folder);
  REQUIRE(!refused);
  CHECK(refused.error().code == "pull.range");
  CHECK(!fs::exists(folder / "m.gguf"));
  hub.faults = 0;
  CHECK(fetch(hub, folder).has_value());
  CHECK(folder.read("m.gguf") == content());
}

TEST_CASE("a wrong byte is found, and nothing of the file is left") {
  FakeHub hub(content());
  const TestFolder folder;
  hub.fault = FakeHub::Fault::Corrupt;
  hub.faults = 1;
  const auto refused = fetch(hub, folder);
  REQUIRE(!refused);
  CHECK(refused.error().code == "pull.checksum");
  CHECK(folder.files() == 0);
}

}  // namespace sluice::pull
