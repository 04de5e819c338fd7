// Result<T>: a value or an Error. No function of a room's face throws; it returns one of these.
//
// An Error is written for the person who will read it: what happened, where, what to do. `code` is one of the
// names in docs/errors.md (for example "config.unknown_key", "policy.denied"); it is the same in the client's
// error body, the log and the metric. An Error never carries prompt or answer text, nor a secret.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>

namespace sluice {

// What a vendor called its refusal, in words of its protocol that clients act on.
struct VendorWords {
  std::string code;   // "context_length_exceeded"; empty: none that is safe to tell
  std::string param;  // the field, as the vendor wrote it; empty: none
  int status = 0;     // of the vendor's answer
};

struct Error {
  std::string code;       // "room.what", stable, in docs/errors.md
  std::string message;    // what happened, one sentence without a final full stop
  std::string where;      // file:line:column, field path or offset; empty if there is no place
  std::string hint;       // what to do about it; empty if there is nothing to do
  int retry_after_s = 0;  // seconds to wait before asking again, where somebody said so; 0: nobody did
  std::shared_ptr<const VendorWords> vendor = {};  // null: it is no vendor's refusal

  // "code: message (at where); hint": one line for logs and the terminal.
  std::string to_string() const {
    std::string line = code + ": " + message;
    if (!where.empty()) line += " (at " + where + ")";
    if (!hint.empty()) line += "; " + hint;
    return line;
  }
};

// The error of a Result, out of line: a Result is returned and kept in thousands of suspended coroutines, almost
// always without an error, so an absent one takes a pointer's room and no more.
class ErrorBox {
 public:
  explicit ErrorBox(Error error) : error_(std::make_unique<Error>(std::move(error))) {}
  ErrorBox(const ErrorBox& other) : error_(std::make_unique<Error>(*other.error_)) {}
  ErrorBox(ErrorBox&&) noexcept = default;
  ErrorBox& operator=(const ErrorBox& other) { return *this = ErrorBox(other); }
  ErrorBox& operator=(ErrorBox&&) noexcept = default;
  Error& operator*() const { return *error_; }  // not after it was moved from

 private:
  std::unique_ptr<Error> error_;
};

// What fail() gives: a Result of any type is made of it.
using Failure = tl::unexpected<ErrorBox>;

// error() only where there is one. As with tl::expected, * and -> only where there is a value.
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result() = default;
  Result(Failure failure) : inner_(std::move(failure)) {}
  template <class U = T>
    requires(!std::is_same_v<std::remove_cvref_t<U>, Result> && !std::is_same_v<std::remove_cvref_t<U>, Failure> &&
             std::is_constructible_v<T, U>)
  explicit(!std::is_convertible_v<U, T>) Result(U&& value) : inner_(tl::in_place, std::forward<U>(value)) {}

  bool has_value() const noexcept { return inner_.has_value(); }
  explicit operator bool() const noexcept { return inner_.has_value(); }
  T& operator*() & { return *inner_; }
  const T& operator*() const& { return *inner_; }
  T&& operator*() && { return *std::move(inner_); }
  T* operator->() { return &*inner_; }
  const T* operator->() const { return &*inner_; }
  // For tests: throws where there is no value.
  T& value() & { return inner_.value(); }
  const T& value() const& { return inner_.value(); }
  T&& value() && { return std::move(inner_).value(); }
  template <class U>
  T value_or(U&& other) const& {
    return inner_.value_or(std::forward<U>(other));
  }
  template <class U>
  T value_or(U&& other) && {
    return std::move(inner_).value_or(std::forward<U>(other));
  }
  Error& error() & { return *inner_.error(); }
  const Error& error() const& { return *inner_.error(); }
  Error&& error() && { return std::move(*inner_.error()); }
  Failure failure() && { return Failure(std::move(inner_).error()); }  // to be returned as another Result
  friend bool operator==(const Result& a, const T& b) { return a.has_value() && *a == b; }

 private:
  tl::expected<T, ErrorBox> inner_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Failure failure) : inner_(std::move(failure)) {}

  bool has_value() const noexcept { return inner_.has_value(); }
  explicit operator bool() const noexcept { return inner_.has_value(); }
  Error& error() & { return *inner_.error(); }
  const Error& error() const& { return *inner_.error(); }
  Error&& error() && { return std::move(*inner_.error()); }
  Failure failure() && { return Failure(std::move(inner_).error()); }

 private:
  tl::expected<void, ErrorBox> inner_;
};

using Status = Result<void>;

// return fail("json.depth", "nesting deeper than 64 levels", "$.messages[0]", "flatten the document");
inline Failure fail(Error error) { return Failure(ErrorBox(std::move(error))); }
inline Failure fail(std::string code, std::string message, std::string where = {}, std::string hint = {}) {
  return fail(Error{std::move(code), std::move(message), std::move(where), std::move(hint)});
}

}  // namespace sluice

#define SLUICE_CAT2(a, b) a##b
#define SLUICE_CAT(a, b) SLUICE_CAT2(a, b)

// SLUICE_TRY(auto file, open(path));   evaluates, returns the error from the enclosing function, or defines
// `file`. SLUICE_TRY_VOID(write(file));        the same for a Status. In coroutines use the CO_ forms.
#define SLUICE_TRY_IMPL(tmp, decl, expr, ret) \
  auto tmp = (expr);                          \
  if (!tmp) ret std::move(tmp).failure();     \
  decl = std::move(*tmp)
#define SLUICE_TRY(decl, expr) SLUICE_TRY_IMPL(SLUICE_CAT(try_, __LINE__), decl, expr, return)
#define SLUICE_CO_TRY(decl, expr) SLUICE_TRY_IMPL(SLUICE_CAT(try_, __LINE__), decl, expr, co_return)
#define SLUICE_TRY_VOID_IMPL(tmp, expr, ret) \
  auto tmp = (expr);                         \
  if (!tmp) ret std::move(tmp).failure()
#define SLUICE_TRY_VOID(expr) SLUICE_TRY_VOID_IMPL(SLUICE_CAT(try_, __LINE__), expr, return)
#define SLUICE_CO_TRY_VOID(expr) SLUICE_TRY_VOID_IMPL(SLUICE_CAT(try_, __LINE__), expr, co_return)
