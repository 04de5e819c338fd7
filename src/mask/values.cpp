#include "mask/values.h"

#include <algorithm>

#include "mask/vault.h"

namespace sluice::mask {
namespace {

constexpr std::size_t kAlone = 6;  // shorter ones are words that may be parts of others

std::uint32_t start_of(std::string_view text) {
  auto byte = [&](std::size_t i) { return std::uint32_t(static_cast<unsigned char>(text[i])); };
  return byte(0) | byte(1) << 8 | byte(2) << 16;
}

bool word_at(std::string_view text, std::size_t pos) {
  return pos < text.size() && is_word(static_cast<unsigned char>(text[pos]));
}

}  // namespace

bool Values::add(SensitiveValue value) {
  if (value.text.size() < kShortest) return false;
  may_start_[start_of(value.text) & 0xFFFF] = true;
  std::vector<std::uint32_t>& list = starts_[start_of(value.text)];
  auto place = list.begin();
  for (; place != list.end() && values_[*place].text.size() >= value.text.size(); ++place)
    if (values_[*place].text == value.text) return true;
  list.insert(place, std::uint32_t(values_.size()));
  values_.push_back(std::move(value));
  return true;
}

const SensitiveValue* Values::find(std::string_view text, std::size_t pos) const {
  const std::uint32_t start = start_of(text.substr(pos, kShortest));
  auto list = starts_.find(start);
  if (list == starts_.end()) return nullptr;
  for (std::uint32_t index : list->second) {
    const SensitiveValue& value = values_[index];
    if (text.compare(pos, value.text.size(), value.text) != 0) continue;
    bool inside = (pos > 0 && word_at(text, pos - 1)) || word_at(text, pos + value.text.size());
    if (value.text.size() >= kAlone || !inside) return &value;
  }
  return nullptr;
}

}  // namespace sluice::mask
