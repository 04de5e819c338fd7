// How a token that stands for a hidden value is spelled: "EMAIL_8d52v97", a type in capitals, "_" and seven random
// characters. mask makes them (mask/vault.h); sense must know them, since what is masked is judged again and
// random letters must not decide what a text is about ("EMAIL_v34j3mg" holds no dose of three milligrams).
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace sluice {

// No vowels: no words, and no letter of a type is needed to tell where a token ends. Nor a "w": "pwd" names a
// secret.
inline constexpr std::string_view kPseudonymAlphabet = "bcdfghjkmnpqrstvxz23456789";
inline constexpr std::size_t kPseudonymTail = 7;  // 26^7 = 8 * 10^9

// Whether `text` begins with such seven characters.
constexpr bool has_pseudonym_tail(std::string_view text) {
  return text.size() >= kPseudonymTail &&
         text.substr(0, kPseudonymTail).find_first_not_of(kPseudonymAlphabet) == std::string_view::npos;
}

constexpr bool is_pseudonym(std::string_view value) {
  if (value.size() < kPseudonymTail + 3 || value[value.size() - kPseudonymTail - 1] != '_') return false;
  const std::string_view type = value.substr(0, value.size() - kPseudonymTail - 1);
  return std::all_of(type.begin(), type.end(), [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; }) &&
         has_pseudonym_tail(value.substr(type.size() + 1));
}

}  // namespace sluice
