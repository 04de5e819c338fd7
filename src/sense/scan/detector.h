// Detector: the one interface behind which every detector of sense stands. It reads a Document and reports Hits in
// bytes of the canonical text; what a kind of hit means for the label stands in sense/kinds.h alone.
//
// A detector is immutable after construction and may be used from several threads. An error from it, or an
// exception, makes the label `restricted`: it must not be returned for input that is merely odd.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "sense/scan/document.h"

namespace sluice::sense::scan {

enum class Kind : std::uint8_t {
  Email,
  Phone,
  Address,
  DateOfBirth,
  PaymentCard,
  Iban,
  BankAccount,
  RoutingNumber,
  SortCode,
  FinanceTopic,
  UsSsn,
  NationalId,
  TaxId,
  Passport,
  DriverLicense,
  MedicalId,
  VehicleId,
  IpAddress,
  MacAddress,
  CryptoWallet,
  HealthTopic,
  LegalTopic,
  BusinessTopic,
  RestrictedTopic,
  CredentialTopic,
  PrivateKey,
  ApiToken,
  Password,
  ToldSecret,  // where one of which only the telling is known may stand
  SourceCode,
  Person,
  LocalWish,
  Own = 255,  // of an administrator's detector; Hit::own says which
};
inline constexpr std::size_t kKinds = 32;  // without Own

struct Hit {
  Kind kind;
  double confidence;                 // 0..1
  std::uint32_t start = 0, end = 0;  // bytes of Document::text, half-open
  bool raises = true;                // false: listed, but too little to raise a label
  std::uint16_t own = 0;             // of kind Own: its number (sense/own/own.h)
};

class Detector {
 public:
  virtual ~Detector() = default;
  virtual const char* name() const = 0;
  virtual Status detect(const Document& doc, std::vector<Hit>& hits) const = 0;
};

}  // namespace sluice::sense::scan
