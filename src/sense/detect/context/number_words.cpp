#include "sense/detect/context/number_words.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sense/scan/phrases.h"

namespace sluice::sense::detect {
namespace {

enum class Part : std::uint8_t {
  Plain,    // "nine", "ninety"
  Ordinal,  // "third"
  Stem,     // "трет": a number only with an ending
  Times,    // "hundred", "tausend"
  Joint,    // "und", between two others
  Ending    // "ten", which makes an ordinal of what stands before
};

// Languages whose parts are joined to one another.
enum : std::uint8_t {
  kEnglish = 1,
  kGerman = 2,
  kRomance = 4,
  kSlavic = 8,
  kHungarian = 16,
  kNordic = 32,
  kFinnish = 64
};

struct Rows {
  std::uint8_t family;
  Part part;
  std::string_view words;  // "word value" with '|' between them
};

constexpr Rows kRows[] = {
    {kEnglish, Part::Plain,
     "zero 0|oh 0|o 0|nought 0|naught 0|one 1|two 2|three 3|four 4|five 5|six 6|seven 7|eight 8|nine 9|niner "
     "9|ten 10|"
     "eleven 11|twelve 12|thirteen 13|fourteen 14|fifteen 15|sixteen 16|seventeen 17|eighteen 18|nineteen 19|"
     "twenty 20|thirty 30|forty 40|fourty 40|fifty 50|sixty 60|seventy 70|eighty 80|ninety 90"},
    {kEnglish, Part::Ordinal,
     "first 1|second 2|third 3|fourth 4|fifth 5|sixth 6|seventh 7|eighth 8|ninth 9|tenth 10|eleventh 11|twelfth "
     "12|"
     "thirteenth 13|fourteenth 14|fifteenth 15|sixteenth 16|seventeenth 17|eighteenth 18|nineteenth 19|"
     "twentieth 20|thirtieth 30"},
    {kEnglish, Part::Times, "hundred 100|thousand 1000"},
    {kGerman, Part::Plain,
     "null 0|eins 1|ein 1|zwei 2|zwo 2|drei 3|vier 4|fünf 5|sechs 6|sech 6|sieben 7|sieb 7|acht 8|neun 9|zehn 10|"
     "elf 11|zwölf 12|zwanzig 20|dreißig 30|dreissig 30|vierzig 40|fünfzig 50|sechzig 60|siebzig 70|achtzig 80|"
     "neunzig 90|nul 0|een 1|één 1|twee 2|drie 3|vijf 5|zes 6|zeven 7|negen 9|tien 10|twaalf 12|dertien 13|"
     "veertien 14|twintig 20|dertig 30|veertig 40|vijftig 50|zestig 60|zeventig 70|tachtig 80|negentig 90"},
    {kGerman, Part::Ordinal,
     "erste 1|ersten 1|erster 1|dritte 3|dritten 3|dritter 3|achte 8|achten 8|achter 8|eerste 1|derde 3"},
    {kGerman, Part::Times, "hundert 100|tausend 1000|honderd 100|duizend 1000"},
    {kGerman, Part::Joint, "und 0|en 0|ën 0"},
    {kGerman, Part::Ending, "te 0|ten 0|ter 0|tes 0|ste 0|sten 0|ster 0|stes 0|de 0"},
    {kRomance, Part::Plain,
     "zéro 0|un 1|une 1|deux 2|trois 3|quatre 4|cinq 5|six 6|sept 7|huit 8|neuf 9|dix 10|onze 11|douze 12|treize "
     "13|"
     "quatorze 14|quinze 15|seize 16|vingt 20|vingts 20|trente 30|quarante 40|cinquante 50|soixante 60|septante "
     "70|"
     "huitante 80|nonante 90|"
     "cero 0|uno 1|dos 2|tres 3|cuatro 4|cinco 5|seis 6|siete 7|ocho 8|nueve 9|diez 10|once 11|doce 12|trece 13|"
     "catorce 14|quince 15|dieciséis 16|dieciseis 16|diecisiete 17|dieciocho 18|diecinueve 19|veinte 20|"
     "veintiuno 21|veintiún 21|veintidós 22|veintidos 22|veintitrés 23|veintitres 23|veinticuatro 24|"
     "veinticinco 25|veintiséis 26|veintiseis 26|veintisiete 27|veintiocho 28|veintinueve 29|treinta 30|"
     "cuarenta 40|cincuenta 50|sesenta 60|setenta 70|ochenta 80|noventa 90|cien 100|ciento 100|doscientos 200|"
     "novecientos 900|ochocientos 800|"
     "due 2|tre 3|tré 3|quattro 4|cinque 5|sei 6|sette 7|otto 8|nove 9|dieci 10|undici 11|dodici 12|tredici 13|"
     "quattordici 14|quindici 15|sedici 16|diciassette 17|diciotto 18|diciannove 19|venti 20|vent 20|trenta 30|"
     "trent 30|quaranta 40|quarant 40|cinquanta 50|cinquant 50|sessanta 60|sessant 60|settanta 70|settant 70|"
     "ottanta 80|ottant 80|novanta 90|novant 90|"
     "um 1|uma 1|dois 2|duas 2|três 3|quatro 4|meia 6|sete 7|oito 8|dez 10|doze 12|treze 13|dezasseis 16|"
     "dezesseis 16|dezassete 17|dezessete 17|dezoito 18|dezanove 19|dezenove 19|vinte 20|trinta 30|quarenta 40|"
     "cinquenta 50|sessenta 60|oitenta 80|novecentos 900|oitocentos 800|"
     "unu 1|doi 2|trei 3|patru 4|cinci 5|șase 6|sase 6|șapte 7|sapte 7|opt 8|nouă 9|noua 9|zece 10"},
    {kRomance, Part::Ordinal, "premier 1|première 1|primero 1|primo 1|primeiro 1"},
    {kRomance, Part::Times, "cent 100|cents 100|cento 100|mille 1000|mil 1000|mila 1000"},
    {kSlavic, Part::Plain,
     "ноль 0|нуль 0|один 1|одна 1|два 2|две 2|дві 2|три 3|четыре 4|чотири 4|пять 5|п'ять 5|шесть 6|шість 6|семь 7|"
     "сім 7|восемь 8|вісім 8|девять 9|дев'ять 9|десять 10|одиннадцать 11|двенадцать 12|тринадцать 13|"
     "четырнадцать 14|пятнадцать 15|шестнадцать 16|семнадцать 17|восемнадцать 18|девятнадцать 19|двадцать 20|"
     "двадцять 20|тридцать 30|тридцять 30|сорок 40|пятьдесят 50|п'ятдесят 50|шестьдесят 60|шістдесят 60|"
     "семьдесят 70|сімдесят 70|восемьдесят 80|вісімдесят 80|девяносто 90|дев'яносто 90|сто 100|двести 200|"
     "триста 300|четыреста 400|пятьсот 500|шестьсот 600|семьсот 700|восемьсот 800|девятьсот 900|дев'ятсот 900|"
     "zero 0|jeden 1|dwa 2|trzy 3|cztery 4|pięć 5|sześć 6|siedem 7|osiem 8|dziewięć 9|dziesięć 10|jedenaście 11|"
     "dwanaście 12|trzynaście 13|czternaście 14|piętnaście 15|szesnaście 16|siedemnaście 17|osiemnaście 18|"
     "dziewiętnaście 19|dwadzieścia 20|trzydzieści 30|czterdzieści 40|pięćdziesiąt 50|sześćdziesiąt 60|"
     "siedemdziesiąt 70|osiemdziesiąt 80|dziewięćdziesiąt 90|sto 100|dwieście 200|trzysta 300|czterysta "
     "400|pięćset 500|sześćset 600|siedemset 700|dziewięćset 900|osiemset 800|"
     "nula 0|jedna 1|dva 2|dvě 2|tři 3|čtyři 4|pět 5|šest 6|sedm 7|osm 8|devět 9|deset 10|jedenáct 11|dvanáct 12|"
     "třináct 13|čtrnáct 14|patnáct 15|šestnáct 16|sedmnáct 17|osmnáct 18|devatenáct 19|dvacet 20|třicet 30|"
     "čtyřicet 40|padesát 50|šedesát 60|sedmdesát 70|osmdesát 80|devadesát 90|devatenáctset 1900"},
    {kSlavic, Part::Times,
     "тысяча 1000|тысячи 1000|тысяч 1000|тисяча 1000|тисячі 1000|tysiąc 1000|tysiące 1000|tisíc 1000|tisíce 1000"},
    {kSlavic, Part::Stem,
     "перв 1|втор 2|трет 3|четверт 4|четвёрт 4|пят 5|шест 6|седьм 7|восьм 8|девят 9|десят 10|одиннадцат 11|"
     "двенадцат 12|тринадцат 13|четырнадцат 14|пятнадцат 15|шестнадцат 16|семнадцат 17|восемнадцат 18|"
     "девятнадцат 19|двадцат 20|тридцат 30|сороков 40|пятидесят 50|шестидесят 60|семидесят 70|восьмидесят 80|"
     "девяност 90|двухтысячн 2000|перш 1|друг 2|четверт 4|п'ят 5|шост 6|сьом 7|восьм 8|дев'ят 9|двадцят 20|"
     "pierwsz 1|drug 2|trzec 3|czwart 4|piąt 5|szóst 6|siódm 7|ósm 8|dziewiąt 9|dziesiąt 10|jedenast 11|dwunast "
     "12|"
     "trzynast 13|czternast 14|piętnast 15|szesnast 16|siedemnast 17|osiemnast 18|dziewiętnast 19|dwudziest 20|"
     "trzydziest 30|czterdziest 40|dwutysięczn 2000|prvn 1|druh 2|třet 3|čtvrt 4|pát 5|šest 6|sedm 7|osm 8|"
     "devát 9|desát 10|jedenáct 11|dvanáct 12|třináct 13|čtrnáct 14|patnáct 15|šestnáct 16|sedmnáct 17|"
     "osmnáct 18|devatenáct 19|dvacát 20|třicát 30"},
    {kSlavic, Part::Ending,
     "ого 0|его 0|ьего 0|ое 0|ый 0|ой 0|ье 0|ого 0|ього 0|ego 0|iego 0|ého 0|ího 0|y 0|ý 0"},
    {kHungarian, Part::Plain,
     "nulla 0|egy 1|kettő 2|két 2|három 3|négy 4|öt 5|hat 6|hét 7|nyolc 8|kilenc 9|tíz 10|tizen 10|húsz 20|huszon "
     "20|"
     "harminc 30|negyven 40|ötven 50|hatvan 60|hetven 70|nyolcvan 80|kilencven 90"},
    {kHungarian, Part::Times, "száz 100|ezer 1000"},
    {kHungarian, Part::Ordinal, "elsején 1|elseje 1"},
    {kHungarian, Part::Stem,
     "egyed 1|másod 2|ketted 2|harmad 3|negyed 4|ötöd 5|hatod 6|heted 7|nyolcad 8|kilenced 9|tized 10|huszad 20|"
     "harmincad 30"},
    {kHungarian, Part::Ending, "ikán 0|ikén 0|ika 0|ike 0|ik 0"},
    {kNordic, Part::Plain,
     "noll 0|ett 1|två 2|tre 3|fyra 4|fem 5|sex 6|sju 7|åtta 8|nio 9|tio 10|elva 11|tolv 12|tretton 13|fjorton 14|"
     "femton 15|sexton 16|sjutton 17|arton 18|nitton 19|tjugo 20|trettio 30|fyrtio 40|femtio 50|sextio 60|"
     "sjuttio 70|åttio 80|nittio 90|nul 0|null 0|en 1|én 1|to 2|fire 4|seks 6|syv 7|otte 8|åtte 8|ni 9|ti 10|"
     "elleve 11|tretten 13|fjorten 14|femten 15|seksten 16|sytten 17|atten 18|nitten 19|tyve 20|tjue 20|tredive "
     "30|"
     "tretti 30|fyrre 40|førti 40|femti 50|seksti 60|sytti 70|åtti 80|nitti 90"},
    {kNordic, Part::Ordinal,
     "första 1|andra 2|tredje 3|fjärde 4|femte 5|sjätte 6|sjunde 7|åttonde 8|nionde 9|tionde 10|første 1|anden 2|"
     "fjerde 4|sjette 6|syvende 7|ottende 8|niende 9|tiende 10"},
    {kNordic, Part::Times, "hundra 100|hundre 100|hundrede 100|tusen 1000|tusind 1000"},
    {kNordic, Part::Joint, "og 0"},
    {kNordic, Part::Ending, "nde 0|ende 0"},
    {kFinnish, Part::Plain,
     "nolla 0|yksi 1|kaksi 2|kolme 3|neljä 4|viisi 5|kuusi 6|seitsemän 7|kahdeksan 8|yhdeksän 9|kymmenen "
     "10|toista 10"},
    {kFinnish, Part::Times, "kymmentä 10|sata 100|sataa 100|tuhat 1000|tuhatta 1000"},
};

struct Morpheme {
  std::string_view text;
  int value;
  Part part;
  std::uint8_t family;
};

// The parts by their beginnings, and a filter that says no to nearly every word of other kinds.
class Table {
 public:
  Table() {
    for (const Rows& rows : kRows) {
      scan::for_each_phrase(rows.words, [&](std::string_view row) {
        const std::size_t blank = row.find(' ');
        all_.push_back(
            {row.substr(0, blank), std::stoi(std::string(row.substr(blank + 1))), rows.part, rows.family});
        longest_ = std::max(longest_, blank);
        if (rows.part != Part::Joint && rows.part != Part::Ending) begins_[hash(row.substr(0, blank))] = true;
      });
    }
    std::sort(all_.begin(), all_.end(), [](const Morpheme& a, const Morpheme& b) {
      return a.text != b.text ? a.text < b.text : a.family < b.family;
    });
  }

  bool may_begin(std::string_view word) const { return begins_[hash(word)] || begins_[hash(word.substr(0, 1))]; }

  // Tries each part that the rest of the word begins with; longer ones first.
  template <class Take>
  bool each(std::string_view rest, Take take) const {
    for (std::size_t size = std::min(rest.size(), longest_); size > 0; --size) {
      const std::string_view text = rest.substr(0, size);
      auto at = std::lower_bound(all_.begin(), all_.end(), text,
                                 [](const Morpheme& m, std::string_view t) { return m.text < t; });
      for (; at != all_.end() && at->text == text; ++at) {
        if (take(*at)) return true;
      }
    }
    return false;
  }

 private:
  static std::size_t hash(std::string_view word) {
    const auto byte = [&](std::size_t i) { return i < word.size() ? static_cast<unsigned char>(word[i]) : 0u; };
    return (byte(0) * 31u + byte(1) * 7u + (byte(0) >= 0x80 ? byte(3) * 13u : byte(2) * 3u)) % kFilter;
  }
  static constexpr std::size_t kFilter = 4096;
  std::vector<Morpheme> all_;
  std::size_t longest_ = 0;
  std::array<bool, kFilter> begins_{};
};

const Table& table() {
  static const Table one;
  return one;
}

struct Sum {
  int total = 0, current = 0;
  bool ordinal = false, only_times = true;
};

// Whether the rest of a word is made of parts; `before` is the kind of the last one.
bool split(std::string_view rest, std::uint8_t family, Part before, int depth, Sum sum, Sum& found) {
  constexpr int kMostParts = 9;
  if (rest.empty()) {
    if (before == Part::Joint || before == Part::Stem) return false;
    found = sum;
    return true;
  }
  if (depth == kMostParts || before == Part::Ordinal || before == Part::Ending) return false;
  return table().each(rest, [&](const Morpheme& m) {
    if ((m.family & family) == 0) return false;
    if (before == Part::Stem && m.part != Part::Ending) return false;
    if (depth == 0 && (m.part == Part::Joint || m.part == Part::Ending)) return false;
    if (before == Part::Joint && (m.part == Part::Joint || m.part == Part::Ending)) return false;
    Sum next = sum;
    if (m.part == Part::Times && m.value == 1000) {
      next.total += std::max(next.current, 1) * 1000;
      next.current = 0;
    } else if (m.part == Part::Times) {
      next.current = std::max(next.current, 1) * m.value;
    } else {
      next.current += m.value;
    }
    next.ordinal = next.ordinal || m.part == Part::Ordinal || m.part == Part::Stem || m.part == Part::Ending;
    next.only_times = next.only_times && m.part == Part::Times;
    return split(rest.substr(m.text.size()), family & m.family, m.part, depth + 1, next, found);
  });
}

}  // namespace

std::optional<NumberWord> number_word(std::string_view lower) {
  constexpr std::size_t kLongest = 64;
  if (lower.empty() || lower.size() > kLongest || !table().may_begin(lower)) return std::nullopt;
  Sum sum;
  if (!split(lower, 0xFF, Part::Joint, 0, {}, sum)) return std::nullopt;
  return NumberWord{sum.total + sum.current, sum.ordinal, sum.only_times};
}

std::optional<NumberWord> together(const NumberWord& first, const NumberWord& second) {
  if (first.ordinal) return std::nullopt;
  if (second.times && first.value > 0 && first.value < 100)
    return NumberWord{first.value * second.value, second.ordinal, false};
  const int units = first.value % 1000;
  if (second.times && second.value == 100 && units > 0 && units < 10)  // mille neuf cent
    return NumberWord{first.value + units * 99, second.ordinal, false};
  if (first.value == 4 && second.value == 20) return NumberWord{80, second.ordinal, false};  // quatre-vingt
  int lowest = first.value >= 20 ? 1 : 0;  // what may be added is less than this
  for (int rest = first.value; lowest > 0 && rest % 10 == 0; rest /= 10) lowest *= 10;
  const int tens = first.value % 100;
  if ((tens == 60 || tens == 80) && second.value < 20) lowest = 20;  // soixante-treize
  if (second.value <= 0 || second.value >= lowest) return std::nullopt;
  return NumberWord{first.value + second.value, second.ordinal, false};
}

}  // namespace sluice::sense::detect
