// The words that make a number a document's: passports, driving licences, medical records, tax and identity
// papers.
#pragma once

#include "sense/detect/context/words.h"

namespace sluice::sense::detect {

constexpr Tags kPassport = 1, kLicense = 2, kMedical = 4, kTax = 8, kNational = 16;
constexpr Tags kChecked = 32;                    // identifiers with a check digit, which identity.cpp computes
constexpr Tags kBareLicense = 64, kMotor = 128;  // "licence", and what makes it one to drive
constexpr Tags kBareId = 256, kInsured = 512;    // "ID", and what makes it a patient's or a member's
constexpr Tags kDni = 1024;                      // also of countries whose number has no check letter

constexpr Tags kCapitals = 2048;  // "DL", "ВУ", "RG": in capitals only
constexpr Tags kGoods = 4096;     // right before them: "SKU DL-6120874"
constexpr Tags kSpecimen = 8192;  // of a document that is nobody's

constexpr Tags kRecords = 16384;  // "medical records": behind it a letter and digits, else it is how many
constexpr Tags kHolder = 32768;   // what papers say of who holds a licence

constexpr Tags kState = 65536;   // whose licences are written as they are nowhere else
constexpr Tags kShort = 131072;  // "ppt" for a passport: with a letter and digits right behind it only
constexpr Tags kChart = 262144, kCare = 524288;  // "chart", and where it is a patient's

void add_document_words(Words& words);

}  // namespace sluice::sense::detect
