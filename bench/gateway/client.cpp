#include "client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>

namespace bench {
namespace {

constexpr std::string_view kFirstWord = "abcdefgh ";

double now_us() {
  auto now = std::chrono::steady_clock::now().time_since_epoch();
  return double(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count()) / 1000;
}

[[noreturn]] void stop(const char* what, std::string_view detail) {
  std::fprintf(stderr, "bench: %s: %.*s\n", what, int(std::min<std::size_t>(detail.size(), 600)), detail.data());
  std::exit(1);
}

// Where the body ends, or npos if it is not complete. `body` is the offset of its first byte.
std::size_t end_of_answer(std::string_view bytes, std::size_t body) {
  std::string_view head = bytes.substr(0, body);
  auto length = head.find("ontent-Length: ");
  if (length == std::string_view::npos) length = head.find("ontent-length: ");
  if (length != std::string_view::npos) {
    std::size_t end = body + std::strtoull(head.data() + length + 15, nullptr, 10);
    return bytes.size() >= end ? end : std::string_view::npos;
  }
  return bytes.size() >= body + 5 && bytes.ends_with("0\r\n\r\n") ? bytes.size() : std::string_view::npos;
}

std::string prompt(std::size_t bytes) {
  constexpr std::string_view kText[] = {
      "The river runs past the old mill and under the stone bridge where children used to fish in summer. ",
      "Why does bread rise, and what happens to the yeast when the oven is too hot? ",
      "In 1998 about 3,400 visitors came to the exhibition, twice as many as the year before. ",
      "Please write a short story in which a lighthouse keeper learns to play the accordion.\\n",
      "The committee met on Tuesday and talked about the new playground behind the library. "};
  std::string text(kFirstWord);
  for (std::size_t i = 0; text.size() < bytes; ++i) text += kText[i % std::size(kText)];
  return text;
}

std::string request(const char* path, const std::string& body) {
  return std::string("POST ") + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " +
         std::string(kClientKey) +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

}  // namespace

Connection::Connection(std::uint16_t port) {
  socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    stop("can't connect", std::strerror(errno));
  int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Connection::~Connection() { ::close(socket_); }

void Connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) stop("send failed", std::strerror(errno));
    bytes.remove_prefix(std::size_t(n));
  }
}

std::size_t Connection::receive() {
  char bytes[16384];
  ssize_t n = ::recv(socket_, bytes, sizeof bytes, 0);
  if (n <= 0) stop("the connection closed early after", buffer_);
  buffer_.append(bytes, std::size_t(n));
  return std::size_t(n);
}

Connection::Timing Connection::ask(std::string_view request) {
  buffer_.clear();
  std::string bytes = fresh(request);
  double start = now_us(), first = 0;
  send(bytes);
  for (std::size_t body = std::string::npos;;) {
    receive();
    if (body == std::string::npos) {
      std::size_t head = buffer_.find("\r\n\r\n");
      if (head == std::string::npos) continue;
      body = head + 4;
      if (buffer_.compare(0, 12, "HTTP/1.1 200") != 0) stop("not a 200", buffer_);
    }
    if (first == 0 && buffer_.size() > body) first = now_us();
    if (end_of_answer(buffer_, body) != std::string::npos) break;
  }
  return {first - start, now_us() - start};
}

std::string fresh(std::string_view request) {
  static std::uint64_t number = 0;
  std::string bytes(request);
  std::size_t at = bytes.find(kFirstWord);
  std::uint64_t n = ++number;
  for (std::size_t i = 0; i + 1 < kFirstWord.size(); ++i, n /= 26) bytes[at + i] = char('a' + n % 26);
  return bytes;
}

std::string chat_request(std::size_t prompt_bytes, bool stream) {
  return request("/v1/chat/completions", R"({"model":"bench","messages":[{"role":"user","content":")" +
                                             prompt(prompt_bytes) + R"("}])" +
                                             (stream ? R"(,"stream":true})" : "}"));
}

std::string messages_request(std::size_t prompt_bytes) {
  return request("/v1/messages",
                 R"({"model":"bench-chat","max_tokens":64,"messages":[{"role":"user","content":")" +
                     prompt(prompt_bytes) + R"("}]})");
}

}  // namespace bench
