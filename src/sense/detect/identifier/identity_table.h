// Which identifiers identity.cpp looks for, how each is written, and the words that name it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "sense/detect/context/words.h"
#include "sense/scan/detector.h"

namespace sluice::sense::detect {

// Whose words stand near the number. Countries whose identifiers differ in length share one.
enum IdName : int {
  kUs,
  kUsTax,
  kSpain,
  kBrazil,
  kIndia,
  kFrance,
  kItaly,
  kGermanTax,
  kSocialInsurance,  // Germany and Austria
  kGermanCard,
  kNetherlands,
  kPoland,
  kPolishTax,
  kCzech,
  kSweden,
  kFinland,
  kNorway,
  kDenmark,
  kBaltic,
  kIreland,
  kSwitzerland,
  kPortugal,
  kBelgium,
  kNhs,
  kNino,
  kUtr,
  kCanada,
  kAustralia,
  kMedicare,
  kNpi,
  kDea,
  kPan,
  kChina,
  kKorea,
  kJapan,
  kSingapore,
  kSouthAfrica,
  kMexico,
  kArgentina,
  kChile,
  kTurkey,
  kRomania,
  kBulgaria,
  kCroatia,
  kGreekTax,
  kGreece,
  kHungary,
  kYugoslavia,
  kIceland,
  kUkraine,
  kSnils,
  kInn,
  kCompany,  // Brazil's CNPJ
  kCedula,
  kTaiwan,
  kHongKong,
  kNewZealand,
  kIsrael,
  kAsia,  // Thailand, Malaysia, Indonesia, Pakistan, Kazakhstan, the Emirates, Saudi Arabia, Egypt, Luxembourg
  kVehicle,
  kDriver,
  kAnyId,
  kOtherThing,  // serial, part and order numbers
  kIdNames
};
static_assert(kIdNames <= 64);
constexpr Tags tag(IdName name) { return Tags{1} << name; }

void add_id_words(Words& words);

// How a number must be written to be believed without its word.
enum class Alone { Never, Grouped, Always };

struct NumericId {
  IdName name;
  scan::Kind kind;
  std::size_t digits;
  bool (*valid)(std::string_view);
  Alone alone;
  std::array<std::uint8_t, 7> groups;  // sizes in the official writing, 0 after the last
  std::string_view separators;         // between those groups; "" any
};
std::span<const NumericId> numeric_ids();

struct MixedId {
  IdName name;
  scan::Kind kind;
  std::string_view shape;  // A letter, 9 digit, X either
  bool (*valid)(std::string_view);
  bool alone;
};
std::span<const MixedId> mixed_ids();

}  // namespace sluice::sense::detect
