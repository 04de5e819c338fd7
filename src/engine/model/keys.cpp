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

Result<std::vector<double>> Keys::numbers(const char* key, int layers, double least, double most) const {
  std::vector<double> out;
  if (const auto floats = file_.floats(name(key))) {
    out.assign(floats->begin(), floats->end());
  } else if (const auto integers = file_.integers(name(key))) {
    for (std::int64_t value : *integers) out.push_back(static_cast<double>(value));
  } else {
    SLUICE_TRY(const double value, file_.require_number(name(key)));
    out.assign(static_cast<std::size_t>(layers), value);
  }
  if (out.size() < static_cast<std::size_t>(layers))
    return fail(
        "gguf.value",
        name(key) + " has " + std::to_string(out.size()) + " numbers for " + std::to_string(layers) + " layers",
        file_.name());
  out.resize(static_cast<std::size_t>(layers));
  for (double value : out)
    if (!(value >= least && value <= most))
      return fail("gguf.value",
                  name(key) + " holds " + std::to_string(value) + ", outside " + std::to_string(least) + " to " +
                      std::to_string(most),
                  file_.name());
  return out;
}

}  // namespace sluice::engine::model
