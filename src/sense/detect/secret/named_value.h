// Whether what stands behind the name of a secret is a live one, and not a type, a call, a reference, a name in
// another language, or what is said of passwords. Pure.
#pragma once

#include <string_view>

#include "sense/detect/secret/read_value.h"
#include "sense/detect/secret/secret_value.h"

namespace sluice::sense::detect {

enum class SecretName : unsigned char {
  Password,  // chosen by people
  Key,       // made by machines
  WeakKey    // "key:", believed only before what looks random
};

// The last question that it asks costs most: a name may stand at every few bytes of a long value.
bool accepts(std::string_view text, const Value& v, SecretName name);

// "Garden.Gate88", "Kettle-Drum19": two capitalised words and digits at the end.
bool is_word_pair(std::string_view text, const Classes& c);

}  // namespace sluice::sense::detect
