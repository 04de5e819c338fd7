// json::Writer: appends one JSON text to a string, keeping track of commas.
//
//   json::Writer w;
//   w.object().member("id", "x").key("list").array().value(1).value(true).end().end();
//   w.take() == R"({"id":"x","list":[1,true]})"
//
// Strings are escaped as RFC 8259 asks and no more (UTF-8 stays; invalid UTF-8 becomes U+FFFD, so that the
// output is always valid). Not thread-safe; a misuse (a key outside an object) breaks a SLUICE_CHECK.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::json {

class Writer {
 public:
  Writer() = default;
  explicit Writer(std::size_t expected) { out_.reserve(expected); }  // bytes, so that it need not grow
  Writer& object();
  Writer& array();
  Writer& end();  // closes the innermost object or array
  Writer& key(std::string_view key);
  Writer& value(std::string_view text);
  Writer& value(const char* text) { return value(std::string_view(text)); }
  Writer& value(const std::string& text) { return value(std::string_view(text)); }
  Writer& value(bool b);
  Writer& value(int n) { return value(std::int64_t(n)); }
  Writer& value(unsigned n) { return value(std::uint64_t(n)); }
  Writer& value(std::int64_t n);
  Writer& value(std::uint64_t n);
  Writer& value(double d);  // shortest form that reads back the same; not finite: null
  Writer& null();
  Writer& raw(std::string_view json);  // a complete JSON value as written

  template <class T>
  Writer& member(std::string_view name, const T& v) {
    key(name);
    return value(v);
  }

  const std::string& text() const { return out_; }
  std::string take();

 private:
  void separate();
  std::string out_;
  std::string open_;  // '{' or '[': a string, since a few need no memory of their own
  bool first_ = true;
  bool after_key_ = false;
};

// `text` as a JSON string with quotes.
std::string quote(std::string_view text);
void append_quoted(std::string& out, std::string_view text);

}  // namespace sluice::json
