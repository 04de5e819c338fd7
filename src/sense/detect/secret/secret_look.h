// How a word looks that nobody says and somebody types: points for what people do to make a password, and the mark
// of strings that machines draw. They judge the word alone; which words around it speak of access is
// told_secrets.cpp's. Measured over 80 MB of technical documentation and source, not after any list of passwords.
// Pure.
#pragma once

#include <string_view>

namespace sluice::sense::detect {

// "PKCS12", "OAuth20Credentials", "Argon2id", "Windows2019": a name that has a number.
bool is_technical_name(std::string_view word);

struct Look {
  int points = 0;  // 3: odd; 4: hardly a word of any text; 5 and more: a password, or a formula
  // A sign between letters and digits, both cases: "Trombone!62Fig". In prose that is nothing else.
  bool striking = false;
  bool signs = false;  // has one of the signs that passwords are asked for, in its middle or at its end
};

// 0 points for what has another known form: addresses, paths, code, versions, references ("bug#327"), hexadecimal.
Look password_look(std::string_view word);

enum class Drawn : unsigned char {
  No,
  Hex,    // 32 or more hexadecimal digits: a key, or somebody's hash
  Mixed,  // letters of both cases and digits, as if each were drawn
};
// Whether the word, or its longest part between signs, looks drawn at random: at least 16 characters without the
// words that make identifiers long ("VkMemoryGetWin32HandleInfoKHR").
Drawn drawn_look(std::string_view word);

}  // namespace sluice::sense::detect
