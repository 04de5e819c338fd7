#include "gateway/client_words.h"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::gateway;

namespace {

const sense::Judge& judge() {
  static const std::unique_ptr<sense::Judge> one = *sense::Judge::create();
  return *one;
}

}  // namespace

TEST_CASE("A client's request id is logged as it came where it is one, and else by its keyed hash") {
  for (const char* id :
       {"", "17", "req-7f3a", "req_01J9ZK3M5N7P", "4b1f0c2e-9d3a-4c1b-8e7f-0a1b2c3d4e5f", "web-2f-881"})
    CHECK(loggable_id(judge(), "key", id) == id);
  for (const char* id :
       {"jane.roe-brightwater.io", "jane-roe", "jane-roe-1978-03-04", "ghp_x7Kq2mR9vT4wZ8nB3cF6hJ1pL5sD0gAyEuQi",
        "card-4556737586899855", "patientRoehasdiabetes", "call-me-now1"}) {
    const std::string logged = loggable_id(judge(), "key", id);
    CHECK_MESSAGE(logged.starts_with("hash-"), id);
    CHECK(logged.size() == 21);
    CHECK(logged == loggable_id(judge(), "key", id));
    CHECK(logged != loggable_id(judge(), "other", id));
  }
}

TEST_CASE("A trace's state is harmless where nothing is found in it") {
  CHECK(is_harmless(judge(), "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"));
  CHECK(!is_harmless(judge(), "note=jane.roe@corp.de"));
  CHECK(!is_harmless(judge(), "a=1,b=ghp_x7Kq2mR9vT4wZ8nB3cF6hJ1pL5sD0gAyEuQi"));
}
