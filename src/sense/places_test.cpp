// What is found does not depend on where in a block of a fast pass it stands, nor on what harmless text goes
// before.
#include <doctest/doctest.h>

#include <string>

#include "sense/test_text.h"

namespace sluice::sense {
namespace {

using testing::standard_judge;

std::string found_in(const std::string& text, std::size_t from) {
  std::string all;
  for (const Finding& finding : standard_judge().judge_text(text, {}).findings)
    if (!finding.type.empty())  // a topic is shown with what stands around it
      all += finding.detector + " " + std::to_string(finding.start - from) + "-" +
             std::to_string(finding.end - from) + "\n";
  return all;
}

TEST_CASE("numbers and passwords are found alike wherever they stand") {
  const std::string texts[] = {
      "The account number is 2531858508 at the bank, which has moved in 1998 and again later.\n",
      "My passport number is XG9382049, and the recovery codes: 8f3k-29dk 77dh-1k2m are new.\n",
      "Her card is 4539,5787,6362,1486 and valid.\n", "The root password is Falcon7003% until Monday.\n",
      "We were told that Falcon7003% is the root password.\n"};
  for (const std::string& text : texts) {
    CAPTURE(text);
    const std::string expected = found_in("zz\n" + text, 3);
    CHECK(!expected.empty());
    for (std::size_t before = 3; before <= 140; ++before) {
      CAPTURE(before);
      CHECK(found_in(std::string(before - 1, 'z') + "\n" + text, before) == expected);
    }
  }
}

}  // namespace
}  // namespace sluice::sense
