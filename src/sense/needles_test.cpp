// A sensitive paragraph in a book: 200 KB of public text with one paragraph at a random place.
#include <doctest/doctest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "sense/test_text.h"

namespace sluice::sense::testing {
namespace {

constexpr std::size_t kBook = 200 * 1024;

struct Needle {
  Category category;
  const char* text;
};
constexpr std::array<Needle, 7> kNeedles = {{
    {Category::Health,
     "Mrs. Okafor, 71, was admitted with chest pain and shortness of breath. History of type 2 diabetes, takes "
     "metformin 500 mg. Troponin was raised; she is scheduled for angiography on Monday."},
    {Category::Health,
     "Der Patient, 54 Jahre, klagt über Atemnot und Husten. Befund: Lungenentzündung, Therapie mit Antibiotikum."},
    {Category::Legal,
     "This Agreement is entered into by and between Fernway Ltd (the \"Supplier\") and Orme plc (the "
     "\"Customer\"). "
     "The Supplier shall indemnify and hold harmless the Customer from any claims arising out of a breach."},
    {Category::Business,
     "Strictly confidential, do not distribute: we will close the Dayton plant in May; the unions do not know "
     "yet."},
    {Category::Credentials, "The password of the admin account is Falke!2291x, please change it soon."},
    {Category::Financial, "Please transfer the deposit to DE76 8571 3384 8541 8736 42 by Friday."},
    {Category::Pii,
     "Please call Marta Ferreira back on +351 912 448 203, her address is marta.ferreira@correiovivo.pt."},
}};

constexpr std::array<const char*, 24> kSentences = {
    "The river leaves the hills at the old mill and turns south, where the meadows are wide and wet in spring.",
    "In 1782 the town had four thousand inhabitants, two bridges and a market that was known beyond the valley.",
    "Ships came up with the tide, unloaded timber and salt, and left again before the ebb uncovered the "
    "sandbanks.",
    "She had never liked the lighthouse, but on clear evenings the light over the bay was a comfort.",
    "Most beetles of the genus live under bark; their larvae need two summers before they leave the wood.",
    "The road was paved in the reign of his grandson, who also planted the limes that stand there today.",
    "Add the flour slowly, stir until no lumps are left, and let the dough rest under a cloth for an hour.",
    "On the third day the wind turned, the clouds broke, and the climbers saw the northern ridge for the first "
    "time.",
    "Glass is made of sand, soda and lime; the colour comes from small amounts of iron, cobalt or copper.",
    "The orchestra played the slow movement twice, since the audience would not stop clapping.",
    "Trade followed the caravans: silk went west, horses and silver went east, and stories went both ways.",
    "A comet of that size is seen once in a lifetime, and the farmers watched it from their roofs.",
    "Das alte Haus am See stand lange leer, bis ein Maler dort sein Atelier einrichtete.",
    "Im Herbst ziehen die Kraniche über das Moor, und abends hört man sie bis ins Dorf.",
    "Le marché s'ouvre à l'aube, et les premières barques arrivent chargées de légumes et de fleurs.",
    "Au printemps, les amandiers fleurissent sur les terrasses au-dessus du village.",
    "El camino sube entre olivos hasta una ermita blanca desde la que se ve el mar.",
    "Los pastores bajaban al valle con las primeras nieves y volvían a subir en mayo.",
    "Nel pomeriggio il vento cade e le barche rientrano lentamente nel porto.",
    "O comboio atravessa a ponte de ferro e segue junto ao rio até à foz.",
    "Зимой озеро замерзает, и дети катаются на коньках до темноты.",
    "山里的雾很大，早晨看不见对面的桥。",
    "春になると川沿いの桜が咲き、町の人々が集まる。",
    "The last chapter returns to the harbour, where the book began, and leaves the reader on the quay.",
};

// The sentences in random order, again and again.
std::string book(std::mt19937& random) {
  std::string out;
  while (out.size() < kBook)
    out += std::string(kSentences[random() % kSentences.size()]) + (random() % 5 == 0 ? "\n\n" : "\n");
  return out;
}

}  // namespace

TEST_CASE("a book of public texts is public") {
  std::mt19937 random(11);
  for (int i = 0; i < 3; ++i) {
    const Judgement judgement = standard_judge().judge_text(book(random), {});
    CHECK_MESSAGE(judgement.label.cls < Class::Confidential, judgement.label.to_string());
  }
}

TEST_CASE("a sensitive paragraph is found wherever it stands in a book") {
  std::mt19937 random(12);
  for (const Needle& needle : kNeedles) {
    for (int i = 0; i < 6; ++i) {
      std::string text = book(random);
      // The first and the last place too, then anywhere between two lines.
      std::size_t at = i == 0 ? 0 : i == 1 ? text.size() : text.find('\n', random() % (text.size() - 2048)) + 1;
      text.insert(at, "\n" + std::string(needle.text) + "\n");
      const Judgement judgement = standard_judge().judge_text(text, {});
      CHECK_MESSAGE(judgement.label.categories.has(needle.category), std::string(category_name(needle.category))
                                                                         << " at " << at << ": "
                                                                         << judgement.label.to_string());
    }
  }
}

}  // namespace sluice::sense::testing
