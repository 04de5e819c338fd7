// Check digits of identifiers, each after its public definition. All functions take the bare characters, without
// separators, and answer false for a wrong length or character. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace sluice::sense::detect {

bool luhn(std::string_view digits);                 // ISO/IEC 7812-1 annex B
bool verhoeff(std::string_view digits);             // J. Verhoeff 1969; last digit is the check digit
bool mod97_is_1(std::string_view alnum);            // ISO/IEC 7064 MOD 97-10, letters count 10..35
bool iban(std::string_view alnum);                  // ISO 13616: country length, then MOD 97-10; upper case
std::size_t iban_length(std::string_view country);  // 0: no IBAN country
bool aba_routing(std::string_view digits);          // American Bankers Association, weights 3 7 1

bool us_ssn(std::string_view digits);  // ranges of the Social Security Administration
bool brazil_cpf(std::string_view digits);
bool spain_dni(std::string_view alnum);  // DNI and NIE, upper case
bool italy_codice_fiscale(std::string_view alnum);
bool france_nir(std::string_view alnum);       // 15 characters, 2A/2B for Corsica
bool germany_tax_id(std::string_view digits);  // ISO/IEC 7064 MOD 11,10
bool netherlands_bsn(std::string_view digits);
bool poland_pesel(std::string_view digits);
bool sweden_personnummer(std::string_view digits);  // 10 or 12
bool finland_hetu(std::string_view alnum);          // with the century sign, upper case
bool norway_fnr(std::string_view digits);
bool belgium_rrn(std::string_view digits);
bool uk_nhs(std::string_view digits);
bool uk_nino(std::string_view alnum);  // no check digit: letter rules
bool canada_sin(std::string_view digits);
bool australia_tfn(std::string_view digits);
bool india_aadhaar(std::string_view digits);
bool india_pan(std::string_view alnum);          // no check digit: shape and holder type
bool china_resident_id(std::string_view alnum);  // GB 11643
bool korea_rrn(std::string_view digits);         // shape and date; the check digit ended in 2020
bool japan_my_number(std::string_view digits);
bool singapore_nric(std::string_view alnum);
bool south_africa_id(std::string_view digits);
bool mexico_curp(std::string_view alnum);  // shape, date and check digit
bool chile_rut(std::string_view alnum);
bool turkey_tckn(std::string_view digits);
bool romania_cnp(std::string_view digits);

}  // namespace sluice::sense::detect
