#include "sense/detect/topic/framing.h"

#include <doctest/doctest.h>

#include <string>

namespace sluice::sense::detect {
namespace {

TEST_CASE("a text that says it is invented or published says so of the page around, in many languages") {
  scan::PhraseSet set;
  const Framing framing(set);
  set.build();
  const auto framed = [&](const std::string& text, std::uint32_t at) {
    return framing.around(scan::Document::of(text, set), at, at + 5);
  };
  const std::string page(1200, 'x'), pages(4000, 'x');
  for (const char* words :
       {"a fictitious patient", "Fallbeispiel, frei erfunden:", "un cas inventé", "caso ficticio",
        "un caso di fantasia", "вымышленный случай", "架空の症例", "虚构的案例", "가공의 사례",
        "from a published judgment", "for chapter two of my crime novel"}) {
    CAPTURE(words);
    CHECK(framed(std::string(words) + "\n" + page, 1000));
    CHECK(framed(page + "\n" + words, 0));
    CHECK_FALSE(framed(std::string(words) + "\n" + pages, 3900));
  }
  for (const char* words :
       {"summarise for students", "draft the press release", "he made up an excuse", "published"}) {
    CAPTURE(words);
    CHECK_FALSE(framed(std::string(words) + "\n" + page, 100));
  }
}

TEST_CASE("terms of sites and apps are known by whom they speak to") {
  scan::PhraseSet set;
  const OpenTerms terms(set);
  set.build();
  const auto words = [&](const std::string& text) { return terms.around(scan::Document::of(text, set), 0, 5); };
  CHECK(words("By using our website you agree to these terms.") == 2);
  CHECK(words("Die Nutzungsbedingungen gelten für alle.") == 1);
  CHECK(words("our website, our website and our website") == 1);
  CHECK(words("Lessee brings the crane to the site and back from the site.") == 0);
  CHECK(words("The content of other users is theirs.") == 1);
  CHECK(words("Supplier shall indemnify Customer; the Services are described in Schedule 2.") == 0);
  CHECK(words("You acknowledge that you have received all wages due to you.") == 0);
  CHECK(words(std::string(4000, 'x') + " by using our website") == 0);
  CHECK(words("Redistributions in binary form keep the above copyright notice.") == 2);
  CHECK(words("Each contributor grants what this license says of derivative works.") == 1);
  CHECK(words("Supplier grants Customer a royalty-free licence to derivative works.") == 0);
  CHECK(words("A person who keeps a lamp unlit commits an offence under this Act.") == 2);
  CHECK(words("This agreement is made on [date] between [company name] for lamps.") == 1);
  CHECK(words("Between [company name] and [name], at [address], on [date].") == 2);
  CHECK(words("The price is [amount] until the parties have met; Harbour Lamps Ltd pays it.") == 0);
}

TEST_CASE("studies speak of many: their words are a list of their own") {
  scan::PhraseSet set;
  const Framing studies(set, kStudies, kStudiesUnspaced);
  set.build();
  for (const char* words :
       {"in 43% (95% ci 31-55) of them", "patients were randomly assigned", "die kontrollgruppe", "groupe témoin",
        "fueron incluidos 30 hombres", "questo studio", "本研究纳入了120例患者"}) {
    CAPTURE(words);
    CHECK(studies.around(scan::Document::of(words, set), 0, 5));
  }
  for (const char* words : {"the patient was seen in clinic", "a fictitious patient", "he studied the report"}) {
    CAPTURE(words);
    CHECK_FALSE(studies.around(scan::Document::of(words, set), 0, 5));
  }
}

}  // namespace
}  // namespace sluice::sense::detect
