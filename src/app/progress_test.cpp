#include "app/progress.h"

#include <doctest/doctest.h>

namespace sluice::app {

using namespace std::chrono_literals;

TEST_CASE("progress tells share, speed and time left, and counts what was there before for the share only") {
  CHECK(progress_words(50, 100, 0, 500ms) == "50% of 100 B");
  CHECK(progress_words(2'000'000'000, 4'000'000'000, 0, 2s) == "50% of 4.0 GB, 1.0 GB/s, 2 s left");
  CHECK(progress_words(3'000'000'000, 4'000'000'000, 2'000'000'000, 100s) ==
        "75% of 4.0 GB, 10 MB/s, 1 min 40 s left");
  CHECK(progress_words(1000, 8'000'000, 0, 10s) == "0% of 8.0 MB, 100 B/s, 22 h 13 min left");
  CHECK(progress_words(7, 7, 0, 7s) == "100% of 7 B, 1 B/s");
  CHECK(progress_words(0, 0, 0, 7s) == "100% of 0 B");
}

TEST_CASE("sizes have three digits at most") {
  CHECK(bytes_words(999) == "999 B");
  CHECK(bytes_words(1000) == "1.0 kB");
  CHECK(bytes_words(999'600) == "1.0 MB");
  CHECK(bytes_words(4.68e9) == "4.7 GB");
  CHECK(bytes_words(404.3e9) == "404 GB");
}

}  // namespace sluice::app
