// Result<T>: a value or an Error. No function of a room's face throws; it returns one of these.
//
// An Error is written for the person who will read it: what happened, where, what to do. `code` is one of the
// names in docs/errors.md (for example "config.unknown_key", "policy.denied"); it is the same in the client's
// error body, the log and the metric. An Error never carries prompt or answer text, nor a secret.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace sluice {

struct Error {
  std::string code;       // "room.what", stable, in docs/errors.md
  std::string message;    // what happened, one sentence without a final full stop
  std::string where;      // file:line:column, field path or offset; empty if there is no place
  std::string hint;       // what to do about it; empty if there is nothing to do
  int retry_after_s = 0;  // seconds to wait before asking again, where somebody said so; 0: nobody did

  // "code: message (at where); hint": one line for logs and the terminal.
  std::string to_string() const {
    std::string line = code + ": " + message;
    if (!where.empty()) line += " (at " + where + ")";
    if (!hint.empty()) line += "; " + hint;
    return line;
  }
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

// return fail("json.depth", "nesting deeper than 64 levels", "$.messages[0]", "flatten the document");
inline tl::unexpected<Error> fail(std::string code, std::string message, std::string where = {},
                                  std::string hint = {}) {
  return tl::unexpected<Error>(Error{std::move(code), std::move(message), std::move(where), std::move(hint)});
}
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace sluice

#define SLUICE_CAT2(a, b) a##b
#define SLUICE_CAT(a, b) SLUICE_CAT2(a, b)

// SLUICE_TRY(auto file, open(path));   evaluates, returns the error from the enclosing function, or defines
// `file`. SLUICE_TRY_VOID(write(file));        the same for a Status. In coroutines use the CO_ forms.
#define SLUICE_TRY_IMPL(tmp, decl, expr, ret)           \
  auto tmp = (expr);                                    \
  if (!tmp) ret ::sluice::fail(std::move(tmp).error()); \
  decl = std::move(*tmp)
#define SLUICE_TRY(decl, expr) SLUICE_TRY_IMPL(SLUICE_CAT(try_, __LINE__), decl, expr, return)
#define SLUICE_CO_TRY(decl, expr) SLUICE_TRY_IMPL(SLUICE_CAT(try_, __LINE__), decl, expr, co_return)
#define SLUICE_TRY_VOID_IMPL(tmp, expr, ret) \
  auto tmp = (expr);                         \
  if (!tmp) ret ::sluice::fail(std::move(tmp).error())
#define SLUICE_TRY_VOID(expr) SLUICE_TRY_VOID_IMPL(SLUICE_CAT(try_, __LINE__), expr, return)
#define SLUICE_CO_TRY_VOID(expr) SLUICE_TRY_VOID_IMPL(SLUICE_CAT(try_, __LINE__), expr, co_return)
