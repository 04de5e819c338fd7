// A blocking HTTP/1.1 client on raw sockets, written apart from Sluice's own: the measuring stick must not share
// code with what it measures. Sends one prepared request again and again on a kept connection.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

class Connection {
 public:
  explicit Connection(std::uint16_t port);  // to 127.0.0.1; exits the program if it is refused
  ~Connection();
  Connection(const Connection&) = delete;

  struct Timing {
    double first_us;  // from the first byte sent to the first byte of the body
    double whole_us;  // to the end of the answer
  };
  // Exits the program if the answer is not a 200: a benchmark of errors is worthless.
  Timing ask(std::string_view request);

 private:
  void send(std::string_view bytes);
  std::size_t receive();  // appends to buffer_
  int socket_ = -1;
  std::string buffer_;
};

inline constexpr std::string_view kClientKey = "bench-client-key-0000000000000000";

// A chat request of the client with that key, with a prompt of about `prompt_bytes` of plain English.
std::string chat_request(std::size_t prompt_bytes, bool stream);

// The same text for the Anthropic front; the deployment is asked in chat form all the same.
std::string messages_request(std::size_t prompt_bytes);

// The same request with another first word in its prompt: a text that was judged once is not scanned again, and a
// benchmark that sends one text for ever would measure that.
std::string fresh(std::string_view request);

}  // namespace bench
