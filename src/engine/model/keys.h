// The numbers of a model's metadata, each checked against limits that no real model reaches; private to this room.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/gguf/gguf.h"

namespace sluice::engine::model {

// Reads "<architecture>.<name>" keys. Errors: gguf.missing_key, gguf.key_type, gguf.value (key and range).
class Keys {
 public:
  Keys(const gguf::File& file, std::string prefix) : file_(file), prefix_(std::move(prefix)) {}

  std::string name(const char* key) const { return prefix_ + "." + key; }
  bool has(const char* key) const { return file_.has(name(key)); }
  Result<int> count(const char* key, int least, int most) const;
  Result<int> count_or(const char* key, int least, int most, int otherwise) const;
  // A number per layer: an array of at least `layers`, or one number for all.
  Result<std::vector<double>> numbers(const char* key, int layers, double least, double most) const;
  Result<double> positive_or(const char* key, std::optional<double> otherwise, double most) const;

 private:
  const gguf::File& file_;
  std::string prefix_;
};

}  // namespace sluice::engine::model
