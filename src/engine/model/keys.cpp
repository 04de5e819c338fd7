#include "engine/model/keys.h"

namespace sluice::engine::model {

Result<int> Keys::count(const char* key, int least, int most) const {
  SLUICE_TRY(auto value, file_.require_unsigned(name(key)));
  if (value < static_cast<std::uint64_t>(least) || value > static_cast<std::uint64_t>(most))
    return fail("gguf.value",
                name(key) + " is " + std::to_string(value) + ", outside " + std::to_string(least) + " to " +
                    std::to_string(most),
                file_.name());
  return static_cast<int>(value);
}

Result<int> Keys::count_or(const char* key, int least, int most, int otherwise) const {
  if (!has(key)) return otherwise;
  return count(key, least, most);
}

Result<double> Keys::positive_or(const char* key, std::optional<double> otherwise, double most) const {
  if (!has(key) && otherwise) return *otherwise;
  SLUICE_TRY(auto value, file_.require_number(name(key)));
  if (!(value > 0 && value <= most))
    return fail("gguf.value",
                name(key) + " is " + std::to_string(value) + ", not between 0 and " + std::to_string(most),
                file_.name());
  return value;
}

}  // namespace sluice::engine::model
