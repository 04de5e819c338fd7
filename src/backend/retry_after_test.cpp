#include "backend/retry_after.h"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

using namespace sluice;

namespace {

// 1994-11-06T08:49:37Z, the date of the examples in RFC 9110.
constexpr UtcTime kNow{784'111'777'000'000};

int wait(const std::vector<std::pair<std::string, std::string>>& fields) {
  http::Headers headers;
  for (const auto& [name, value] : fields) headers.add(name, value);
  return backend::retry_after(headers, kNow);
}

}  // namespace

TEST_CASE("retry after: seconds, milliseconds rounded up, and dates counted from the answer's own clock") {
  CHECK(wait({{"Retry-After", "120"}}) == 120);
  CHECK(wait({{"Retry-After", "1.5"}}) == 2);
  CHECK(wait({{"retry-after-ms", "1200"}}) == 2);
  CHECK(wait({{"retry-after-ms", "250.0"}, {"Retry-After", "9"}}) == 1);
  CHECK(wait({{"Retry-After", "Sun, 06 Nov 1994 08:50:07 GMT"}}) == 30);
  CHECK(wait({{"Date", "Sun, 06 Nov 1994 08:50:00 GMT"}, {"Retry-After", "Sun, 06 Nov 1994 08:50:07 GMT"}}) == 7);
}

TEST_CASE("retry after: nothing, the past, nonsense and times beyond a day tell nothing") {
  CHECK(wait({}) == 0);
  for (const char* value : {"", "-5", "0", "soon", "5 minutes", "1e3", "86401", "99999999999999999999", "1.5.2",
                            "Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:00:00 GMT",
                            "Sun, 06 Nov 2094 08:00:00 GMT", "Sun, 06 Nov 1994 08:50:07 CET"})
    CHECK_MESSAGE(wait({{"Retry-After", value}}) == 0, value);
  CHECK(wait({{"retry-after-ms", "later"}, {"Retry-After", "3"}}) == 3);
}
