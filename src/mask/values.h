// Values: the sensitive texts to be replaced, and where they stand in a text. Built once, then read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sluice::mask {

struct SensitiveValue {
  std::string text;
  std::string type;     // a finding's: "EMAIL"
  bool redact = false;  // for good, else by a token
};

class Values {
 public:
  // The first of two with the same text stays. Too short a text (under three bytes) is refused: false.
  bool add(SensitiveValue value);
  bool empty() const { return values_.empty(); }
  std::size_t size() const { return values_.size(); }
  // The longest value that stands at this byte; null if none does. A short one (under six bytes) only as a word of
  // its own.
  const SensitiveValue* at(std::string_view text, std::size_t pos) const {
    if (text.size() - pos < kShortest) return nullptr;
    auto byte = [&](std::size_t i) { return std::size_t(static_cast<unsigned char>(text[pos + i])); };
    return may_start_[byte(0) | byte(1) << 8] ? find(text, pos) : nullptr;
  }

 private:
  static constexpr std::size_t kShortest = 3;
  const SensitiveValue* find(std::string_view text, std::size_t pos) const;

  std::vector<SensitiveValue> values_;
  // By the first three bytes: indices in values_, longest text first.
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> starts_;
  std::vector<bool> may_start_ = std::vector<bool>(1 << 16);  // by the first two: most places are none
};

}  // namespace sluice::mask
