#include "sense/kinds.h"

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
    {"finance", "", Category::Financial, false},
    {"us_ssn", "SSN", Category::GovId, true},
    {"national_id", "NATIONAL_ID", Category::GovId, true},
    {"tax_id", "TAX_ID", Category::GovId, true},
    {"passport", "PASSPORT", Category::GovId, false},
    {"driver_license", "DRIVER_LICENSE", Category::GovId, false},
    {"medical_id", "MEDICAL_ID", Category::Health, false},
    {"vehicle_id", "VEHICLE_ID", Category::Pii, false},
    {"ip_address", "IP", Category::Pii, false},
    {"mac_address", "MAC", Category::Pii, false},
    {"crypto_wallet", "CRYPTO_WALLET", Category::Financial, false},
    {"health", "", Category::Health, false},
    {"legal", "", Category::Legal, false},
    {"business", "", Category::Business, false},
    {"restricted", "", Category::Restricted, false},
    {"private_key", "PRIVATE_KEY", Category::Credentials, true},
    {"api_token", "SECRET", Category::Credentials, true},
    {"password", "PASSWORD", Category::Credentials, true},
    {"source_code", "", Category::SourceCode, true},
    {"person_name", "PERSON", Category::Pii, false},
    {"local_wish", "", Category::Pii, false},  // raises no category: it sets Label::local_only
}};

}  // namespace

const KindMeaning& meaning_of(scan::Kind kind) { return kMeanings[static_cast<std::size_t>(kind)]; }

}  // namespace sluice::sense
