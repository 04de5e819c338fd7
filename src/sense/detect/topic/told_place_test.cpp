#include "sense/detect/topic/told_place.h"

#include <doctest/doctest.h>

#include <string>

namespace sluice::sense::detect {
namespace {

// The place that is guessed in a text in which this word speaks of access; "" for none.
std::string guessed(const std::string& text, const std::string& access, const std::vector<scan::Hit>& hits = {}) {
  scan::PhraseSet set;
  set.build();
  const scan::Document doc = scan::Document::of(text, set);
  std::vector<std::uint32_t> places;
  for (std::size_t at = doc.lower.find(access); at != std::string::npos; at = doc.lower.find(access, at + 1))
    places.push_back(static_cast<std::uint32_t>(at));
  REQUIRE(!places.empty());
  const auto place = told_place(doc, 0, static_cast<std::uint32_t>(doc.text.size()), places, hits);
  return place ? std::string(doc.slice(place->start, place->end)) : "";
}

TEST_CASE("the place of a told secret is the word that looks like one, or what is said to be it") {
  CHECK(guessed("The router went to the attic, its password is now PuffinLantern, nobody likes it.", "password") ==
        "PuffinLantern");
  CHECK(guessed("Wi-Fi in der Laube: das Passwort lautet drei rote Mützen, bitte nicht weitersagen.",
                "passwort") == "drei rote Mützen");
  CHECK(guessed("Shed padlock, for whoever waters: 5-0-9-3. The hose is behind it.", "padlock") == "5-0-9-3");
  CHECK(guessed("El código del portal: 44 88 10, y luego la campana.", "código") == "44 88 10");
  CHECK(guessed("She says «bruma lenta» to the bank when they ask for the secret word.", "secret") ==
        "bruma lenta");
  CHECK(guessed("Login to the old board: guest, then quartz.heron.9 and press enter.", "login") ==
        "quartz.heron.9");
}

TEST_CASE("who signs in, a question, an amount and what has another name are no place of a secret") {
  CHECK(guessed("The login: user kiln2, then the usual thing that you know by heart.", "login").empty());
  CHECK(guessed("The page with the secret asks \"which street was it?\" and nothing else.", "secret").empty());
  CHECK(guessed("The safe holds 40ml of it.", "safe").empty());
  CHECK(guessed("The password is not here.", "password").empty());
  CHECK(guessed("Password: ____ ____ (fill in by hand)", "password").empty());
  CHECK(guessed("Password: – no –", "password").empty());
  const std::string text = "The password goes to the phone 5550173-22x only.";
  CHECK(guessed(text, "password") == "5550173-22x");
  const auto at = static_cast<std::uint32_t>(text.find("5550173"));
  CHECK(guessed(text, "password", {{scan::Kind::Phone, 0.9, at, at + 7}}).empty());
}

TEST_CASE("a passage that the model knows to tell a secret shows where it may stand") {
  // Signs at both ends of a passage, and passages that end within a character, are no trouble.
  for (const std::string text : {"", " ", "\"", "“", ".:;", "pin", "pin:", "pin: “", "пин: «",
                                 "pin \xE2\x80\x9C x", "暗証番号は「さくら」です", "пин: зебра-Ёж и всё"}) {
    CAPTURE(text);
    scan::PhraseSet set;
    set.build();
    const scan::Document doc = scan::Document::of(text, set);
    const auto size = static_cast<std::uint32_t>(doc.text.size());
    for (std::uint32_t start = 0; start <= size; ++start) {
      for (std::uint32_t end = start; end <= size; ++end) {
        const auto place = told_place(doc, start, end, {0}, {});
        CHECK((!place || (place->start < place->end && place->end <= size)));
        CHECK((!place || (doc.text[place->start] & 0xC0) != 0x80));
      }
    }
  }
}

}  // namespace
}  // namespace sluice::sense::detect
