// Check digits of identifiers, each after its public definition. All functions take the bare characters, without
// separators, and answer false for a wrong length or character. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace sluice::sense::check {

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

// europe.cpp
bool germany_pension(std::string_view alnum);  // Rentenversicherungsnummer, 12
bool germany_id_card(
    std::string_view alnum);  // Personalausweis and passport: 9 and the check digit after ICAO 9303
bool germany_health(std::string_view alnum);  // Krankenversichertennummer: letter and 9 digits
bool france_spi(std::string_view digits);     // numéro fiscal, 13
bool portugal_nif(std::string_view digits);   // of a person: begins with 1, 2, 3 or 45
bool poland_nip(std::string_view digits);
bool poland_id_card(std::string_view alnum);       // 3 letters, 6 digits
bool czech_birth_number(std::string_view digits);  // 9 (until 1953) or 10; Slovakia too
bool denmark_cpr(std::string_view digits);         // date; the check digit ended in 2007
bool baltic_code(std::string_view digits);         // Estonia and Lithuania
bool latvia_code(std::string_view digits);
bool ireland_pps(std::string_view alnum);
bool austria_svnr(std::string_view digits);
bool switzerland_ahv(std::string_view digits);
bool bulgaria_egn(std::string_view digits);
bool croatia_oib(std::string_view digits);
bool greece_afm(std::string_view digits);
bool greece_amka(std::string_view digits);
bool hungary_taj(std::string_view digits);
bool hungary_tax_id(std::string_view digits);
bool yugoslav_jmbg(std::string_view digits);  // Slovenia, Serbia, Bosnia, Montenegro, North Macedonia
bool iceland_kennitala(std::string_view digits);
bool luxembourg_id(std::string_view digits);
bool ukraine_rnokpp(std::string_view digits);
bool russia_snils(std::string_view digits);
bool russia_inn(std::string_view digits);  // of a person: 12
bool uk_driving_licence(std::string_view alnum);
bool uk_utr(std::string_view digits);

// world.cpp
bool us_itin(std::string_view digits);
bool us_ein(std::string_view digits);  // no check digit: prefixes of the IRS
bool us_npi(std::string_view digits);
bool us_dea(std::string_view alnum);
bool us_mbi(std::string_view alnum);  // no check digit: shape of the CMS
bool vin(std::string_view alnum);     // ISO 3779 with the check digit of North America and China
bool brazil_cnpj(std::string_view digits);
bool brazil_cnh(std::string_view digits);  // driving licence
bool mexico_rfc(std::string_view alnum);   // of a person: shape and date
bool mexico_clabe(std::string_view digits);
bool argentina_cuit(std::string_view digits);
bool argentina_cbu(std::string_view digits);
bool ecuador_cedula(std::string_view digits);
bool uruguay_ci(std::string_view digits);
bool colombia_nit(std::string_view digits);
bool taiwan_id(std::string_view alnum);
bool hong_kong_id(std::string_view alnum);  // the check character as last one, without brackets
bool australia_medicare(std::string_view digits);
bool new_zealand_ird(std::string_view digits);
bool israel_id(std::string_view digits);
bool thailand_id(std::string_view digits);
bool malaysia_id(std::string_view digits);    // shape and date
bool indonesia_nik(std::string_view digits);  // shape and date
bool pakistan_cnic(std::string_view digits);  // shape
bool kazakhstan_iin(std::string_view digits);
bool emirates_id(std::string_view digits);
bool saudi_id(std::string_view digits);
bool egypt_id(std::string_view digits);  // shape and date
// south.cpp
bool brazil_pis(std::string_view digits);     // PIS, PASEP, NIS
bool brazil_voter(std::string_view digits);   // título de eleitor
bool brazil_health(std::string_view digits);  // cartão nacional de saúde
bool mexico_nss(std::string_view digits);     // of the IMSS
bool guatemala_cui(std::string_view digits);
bool dominican_cedula(std::string_view digits);
bool spain_nuss(std::string_view digits);     // social insurance
bool portugal_niss(std::string_view digits);  // social insurance
bool ontario_health(std::string_view digits);
bool scotland_chi(std::string_view digits);
bool iran_code(std::string_view digits);
bool kuwait_civil(std::string_view digits);
bool vietnam_cccd(std::string_view digits);    // shape
bool sri_lanka_nic(std::string_view alnum);    // shape
bool bitcoin_address(std::string_view text);   // Base58Check or Bech32
bool ethereum_address(std::string_view text);  // 0x and 40 hexadecimal digits

}  // namespace sluice::sense::check
