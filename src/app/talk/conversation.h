// What was said so far, as a chat request has it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "chat/request.h"

namespace sluice::app {

struct TalkSettings {
  std::string system;  // empty: none
  std::optional<int> max_tokens;
  std::optional<double> temperature;
  std::optional<std::uint64_t> seed;
};

class Conversation {
 public:
  explicit Conversation(TalkSettings settings) : settings_(std::move(settings)) {}

  void say(std::string text) { turns_.push_back({"user", std::move(text)}); }
  void answered(std::string text) { turns_.push_back({"assistant", std::move(text)}); }
  void take_back() { turns_.pop_back(); }  // the last turn
  void reset() { turns_.clear(); }
  const std::string& system() const { return settings_.system; }
  void set_system(std::string text) { settings_.system = std::move(text); }
  bool empty() const { return turns_.empty(); }

  // The next turn is asked of `model`, streamed.
  Result<chat::Request> request(std::string_view model) const;
  // {"model": ..., "messages": [...]}, as `sluice classify` and a gateway read it.
  std::string json(std::string_view model) const;

 private:
  struct Turn {
    const char* role;
    std::string text;
  };
  TalkSettings settings_;
  std::vector<Turn> turns_;
};

}  // namespace sluice::app
