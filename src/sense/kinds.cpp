#include "sense/kinds.h"

#include <algorithm>
#include <array>

namespace sluice::sense {
namespace {

// In the order of scan::Kind.
constexpr std::array<KindMeaning, scan::kKinds> kMeanings = {{
    {"email", "EMAIL", Category::Pii, true},
    {"phone", "PHONE", Category::Pii, false},
    {"address", "ADDRESS", Category::Pii, false},
    {"date_of_birth", "DATE_OF_BIRTH", Category::Pii, false},
    {"payment_card", "CREDIT_CARD", Category::Financial, true},
    {"iban", "IBAN", Category::Financial, true},
    {"bank_account", "BANK_ACCOUNT", Category::Financial, false},
    {"routing_number", "ROUTING", Category::Financial, false},
    {"routing_number", "SORT_CODE", Category::Financial, false},
    {"finance", "", Category::Financial, false},
    {"us_ssn", "SSN", Category::GovId, true, Category::Pii},
    {"national_id", "NATIONAL_ID", Category::GovId, true, Category::Pii},
    {"tax_id", "TAX_ID", Category::GovId, true},
    {"passport", "PASSPORT", Category::GovId, false, Category::Pii},
    {"driver_license", "DRIVER_LICENSE", Category::GovId, false, Category::Pii},
    {"medical_id", "MEDICAL_ID", Category::Health, false},
    {"vehicle_id", "VEHICLE_ID", Category::Pii, false},
    {"ip_address", "IP", Category::Pii, false},
    {"mac_address", "MAC", Category::Pii, false},
    {"crypto_wallet", "CRYPTO_WALLET", Category::Financial, false},
    {"health", "", Category::Health, false},
    {"legal", "", Category::Legal, false},
    {"business", "", Category::Business, false},
    {"restricted", "", Category::Restricted, false},
    {"told_credentials", "", Category::Credentials, false},
    {"private_key", "PRIVATE_KEY", Category::Credentials, true},
    {"api_token", "SECRET", Category::Credentials, true},
    {"password", "PASSWORD", Category::Credentials, true},
    {"told_secret", "PASSWORD", Category::Credentials, false},
    {"source_code", "", Category::SourceCode, true},
    {"person_name", "PERSON", Category::Pii, false},
    {"local_wish", "", Category::Pii, false},  // raises no category: it sets Label::local_only
}};

template <class All>
std::string list_of(std::size_t count, All name) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : ", ") + std::string(name(i));
  return text;
}

Result<OwnMeaning> meaning_of(const config::OwnDetector& own) {
  const auto taken = [&](const KindMeaning& known) { return own.name == known.detector; };
  if (std::any_of(kMeanings.begin(), kMeanings.end(), taken))
    return fail("config.value", "\"" + own.name + "\" is the name of a detector of this program", own.where,
                "give it another name");
  const std::optional<Category> category = parse_category(own.category.text);
  if (!category)
    return fail(
        "config.value", "there is no category \"" + own.category.text + "\"", own.category.where,
        "known: " + list_of(kCategories, [](std::size_t i) { return category_name(static_cast<Category>(i)); }));
  OwnMeaning meaning{own.name, own.type, *category, std::nullopt};
  if (own.cls.text.empty()) return meaning;
  meaning.cls = parse_class(own.cls.text);
  if (!meaning.cls)
    return fail("config.value", "there is no class \"" + own.cls.text + "\"", own.cls.where,
                "known: " + list_of(kClasses, [](std::size_t i) { return class_name(static_cast<Class>(i)); }));
  if (*meaning.cls < floor_of(*category))
    return fail("config.value",
                "the category " + own.category.text + " is at least " + class_name(floor_of(*category)),
                own.cls.where, "remove class, or take another category");
  return meaning;
}

}  // namespace

const KindMeaning& meaning_of(scan::Kind kind) { return kMeanings[static_cast<std::size_t>(kind)]; }

Result<std::vector<OwnMeaning>> meanings_of(const config::OwnDetectors& own) {
  std::vector<OwnMeaning> all;
  const auto take = [&](const auto& detectors) -> Status {
    for (const config::OwnDetector& one : detectors) {
      SLUICE_TRY(OwnMeaning meaning, meaning_of(one));
      all.push_back(std::move(meaning));
    }
    return {};
  };
  SLUICE_TRY_VOID(take(own.patterns));
  SLUICE_TRY_VOID(take(own.dictionaries));
  SLUICE_TRY_VOID(take(own.fingerprints));
  return all;
}

}  // namespace sluice::sense
