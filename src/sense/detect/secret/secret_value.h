// What makes a string look like a live secret, and what makes it look like a placeholder. Pure.
#pragma once

#include <string_view>

namespace sluice::sense::detect {

// Shannon entropy of the bytes, in bits a byte. 0 for the empty string.
double entropy(std::string_view value);

// "your-api-key-here", "xxxxxxxx", "<token>", "${SECRET}", "AKIAIOSFODNN7EXAMPLE", "changeme", "********": shown
// to explain a place, never to open a door.
bool is_placeholder(std::string_view value);

// A reference to where the secret is kept, or a type or call: os.environ["X"], process.env.X, getenv("X"), None.
bool is_reference(std::string_view value);

// "a password like Tr0ub4dor&3", "z. B. ...": whether the words before a value give it as an example.
bool is_shown(std::string_view lower, std::size_t start);

// "Beispielpasswort: ...", "example password", "contraseña de ejemplo": whether the name of a password at
// [start, end) says so itself.
bool is_name_of_example(std::string_view lower, std::size_t start, std::size_t end);

struct Classes {
  int upper = 0, lower = 0, digit = 0, symbol = 0, other = 0;  // other: beyond ASCII
  int kinds() const { return (upper > 0) + (lower > 0) + (digit > 0) + (symbol > 0); }
};
Classes classes_of(std::string_view value);

// Letters and digits without order, as generators make them: long and of high entropy for its length.
bool looks_random(std::string_view value);
// What people choose: at least six characters mixing letters with digits or symbols, and no plain word or number.
bool looks_like_password(std::string_view value);

}  // namespace sluice::sense::detect
