#include "gateway/client_headers.h"

#include <algorithm>
#include <string>
#include <vector>

#include "config/reader.h"
#include "gateway/field_names.h"

namespace sluice::gateway {
namespace {

constexpr const char* kClassHeader = "x-sluice-class";
constexpr std::string_view kOurs = "x-sluice-";
constexpr const char* kExamples = "for example: confidential, or: regulated; health,pii";

// What may stand behind "x-sluice-" in a request.
const std::vector<std::string>& own_headers() {
  static const std::vector<std::string> names = {"class", "declassify", "reason", "ticket"};
  return names;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// A letter too many, missing, wrong, or two neighbours swapped.
bool is_one_edit_from(std::string_view written, std::string_view meant) {
  std::size_t same = 0;
  while (same < written.size() && same < meant.size() && written[same] == meant[same]) ++same;
  written.remove_prefix(same);
  meant.remove_prefix(same);
  while (!written.empty() && !meant.empty() && written.back() == meant.back()) {
    written.remove_suffix(1);
    meant.remove_suffix(1);
  }
  if (written.size() + meant.size() == 1 || (written.size() == 1 && meant.size() == 1)) return true;
  return written.size() == 2 && meant.size() == 2 && written[0] == meant[1] && written[1] == meant[0];
}

// Whether whoever wrote this name meant Sluice, and the part of it that says which header. What does not begin
// with our name is other people's, unless one slip of the pen would make one of our headers of it
// ("x-slucie-class"). A slice is a word, and may be anybody's.
bool is_meant(const std::string& name, std::string& rest) {
  const std::string plain = plain_name(name);
  for (std::string_view ours : {"xsluice", "sluice"}) {
    if (!plain.starts_with(ours)) continue;
    rest = plain.substr(ours.size());
    return true;
  }
  if (!plain.starts_with('x') || plain.starts_with("xslice")) return false;
  for (const std::string& own : own_headers()) {
    if (!is_one_edit_from(plain, "xsluice" + own)) continue;
    rest = own;
    return true;
  }
  return false;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

std::vector<std::string> classes() {
  std::vector<std::string> known;
  for (int i = 0; i < sense::kClasses; ++i) known.emplace_back(sense::class_name(sense::Class(i)));
  return known;
}

// The word is the client's own: it is not told back.
Failure unknown_word(const char* what, std::string_view word, const std::vector<std::string>& known) {
  auto near = config::did_you_mean(std::string(word), known);
  return fail("request.invalid", std::string("the header ") + kClassHeader + " has a word that is no " + what,
              kClassHeader,
              (near ? "did you mean \"" + *near + "\"? " : "known: " + config::any_of(known) + "; ") + kExamples);
}

Failure wrong_sign(const std::string& message) {
  return fail("request.invalid", std::string("in the header ") + kClassHeader + " " + message, kClassHeader,
              kExamples);
}

Result<sense::Class> class_word(std::string_view word) {
  if (auto cls = sense::parse_class(word)) return *cls;
  // "confidential, pii": the class is right, and what follows it does not say so.
  if (const std::size_t sign = word.find_first_of(", \t");
      sign != word.npos && sense::parse_class(word.substr(0, sign)))
    return wrong_sign("the categories stand behind ';', and only they have ',' between them");
  if (sense::parse_category(trimmed(word.substr(0, word.find(',')))))
    return wrong_sign("a class comes first, and the categories behind ';'");
  return unknown_word("class", word, classes());
}

Result<sense::Category> category_word(std::string_view word) {
  if (auto category = sense::parse_category(word)) return *category;
  if (const std::size_t sign = word.find_first_of("; \t");
      sign != word.npos && sense::parse_category(word.substr(0, sign)))
    return wrong_sign("the categories have ',' between them");
  if (sense::parse_class(word)) return wrong_sign("one class stands before ';', and categories behind it");
  std::vector<std::string> known;
  for (int i = 0; i < sense::kCategories; ++i) known.emplace_back(sense::category_name(sense::Category(i)));
  return unknown_word("category", word, known);
}

}  // namespace

// A name that is none of ours may be anything, and is not told back.
Status check_own_headers(const http::Headers& headers) {
  for (const auto& [written, value] : headers.list()) {
    // Most begin otherwise, and SDKs send many.
    if (written.empty() || ((written[0] | 0x20) != 'x' && (written[0] | 0x20) != 's')) continue;
    const std::string name = lower_case(written);
    std::string rest;
    if (!is_meant(name, rest)) continue;
    const auto& known = own_headers();
    if (std::find(known.begin(), known.end(), rest) != known.end() && name == std::string(kOurs) + rest) continue;
    const auto near = config::did_you_mean(rest, known);
    std::vector<std::string> all;
    for (const std::string& own : known) all.push_back(std::string(kOurs) + own);
    return fail("request.invalid", "the request has a header that is meant for Sluice and that it does not know",
                std::string(kOurs) + near.value_or("*"),
                near ? "did you mean \"" + std::string(kOurs) + *near + "\"?" : "known: " + config::any_of(all));
  }
  return {};
}

Result<sense::Label> declared_label(std::string_view value) {
  sense::Label label;
  const std::size_t end = std::min(value.find(';'), value.size());
  SLUICE_TRY(sense::Class cls, class_word(trimmed(value.substr(0, end))));
  label.raise(cls, {"header", kClassHeader, cls, std::nullopt});
  if (end == value.size()) return label;
  for (std::string_view rest = value.substr(end + 1);;) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    SLUICE_TRY(sense::Category category, category_word(trimmed(rest.substr(0, comma))));
    label.raise(category, {"header", kClassHeader, cls, category});
    if (comma == rest.size()) return label;
    rest.remove_prefix(comma + 1);
  }
}

// A header that comes several times says all of it.
Result<sense::Label> declared_label(const http::Headers& headers) {
  sense::Label label;
  for (const auto& [name, value] : headers.list()) {
    if (!http::equal_ignoring_case(name, kClassHeader)) continue;
    SLUICE_TRY(sense::Label declared, declared_label(std::string_view(value)));
    label.join(declared);
  }
  return label;
}

}  // namespace sluice::gateway
