#include "wire/call_numbers.h"

#include <algorithm>

namespace sluice::wire {

int CallNumbers::number(int index, const std::string& id, const std::string& name, int most) {
  auto found = calls_.find(index);
  bool known = found != calls_.end();
  bool other = known && !id.empty() && !name.empty() && !found->second.id.empty() && found->second.id != id;
  if (known && !other) {
    if (found->second.id.empty()) found->second.id = id;
    return found->second.number;
  }
  int number = used_.contains(index) ? std::min(*used_.rbegin() + 1, most) : index;
  calls_[index] = {number, id};
  used_.insert(number);
  return number;
}

}  // namespace sluice::wire
