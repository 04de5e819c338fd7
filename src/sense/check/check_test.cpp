#include "sense/check/check.h"

#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <string>

using namespace sluice::sense::check;

namespace {

const std::map<std::string, bool (*)(std::string_view)> kValidators = {
    {"luhn", luhn},
    {"verhoeff", verhoeff},
    {"iban", iban},
    {"aba_routing", aba_routing},
    {"brazil_cpf", brazil_cpf},
    {"spain_dni", spain_dni},
    {"italy_codice_fiscale", italy_codice_fiscale},
    {"france_nir", france_nir},
    {"germany_tax_id", germany_tax_id},
    {"netherlands_bsn", netherlands_bsn},
    {"poland_pesel", poland_pesel},
    {"sweden_personnummer", sweden_personnummer},
    {"finland_hetu", finland_hetu},
    {"norway_fnr", norway_fnr},
    {"belgium_rrn", belgium_rrn},
    {"uk_nhs", uk_nhs},
    {"canada_sin", canada_sin},
    {"australia_tfn", australia_tfn},
    {"india_aadhaar", india_aadhaar},
    {"china_resident_id", china_resident_id},
    {"japan_my_number", japan_my_number},
    {"singapore_nric", singapore_nric},
    {"south_africa_id", south_africa_id},
    {"mexico_curp", mexico_curp},
    {"chile_rut", chile_rut},
    {"turkey_tckn", turkey_tckn},
    {"romania_cnp", romania_cnp},
    {"germany_pension", germany_pension},
    {"germany_id_card", germany_id_card},
    {"portugal_nif", portugal_nif},
    {"poland_nip", poland_nip},
    {"czech_birth_number", czech_birth_number},
    {"baltic_code", baltic_code},
    {"austria_svnr", austria_svnr},
    {"switzerland_ahv", switzerland_ahv},
    {"bulgaria_egn", bulgaria_egn},
    {"croatia_oib", croatia_oib},
    {"greece_afm", greece_afm},
    {"greece_amka", greece_amka},
    {"ukraine_rnokpp", ukraine_rnokpp},
    {"russia_snils", russia_snils},
    {"russia_inn", russia_inn},
    {"taiwan_id", taiwan_id},
    {"hong_kong_id", hong_kong_id},
    {"new_zealand_ird", new_zealand_ird},
    {"brazil_pis", brazil_pis},
    {"brazil_health", brazil_health},
    {"guatemala_cui", guatemala_cui},
    {"portugal_niss", portugal_niss},
    {"iran_code", iran_code},
    {"dominican_cedula", dominican_cedula},
    {"mexico_nss", mexico_nss},
    {"ontario_health", ontario_health},
    {"israel_id", israel_id},
    {"brazil_cnpj", brazil_cnpj},
    {"argentina_cuit", argentina_cuit},
    {"mexico_clabe", mexico_clabe},
    {"us_npi", us_npi},
    {"us_dea", us_dea},
    {"vin", vin},
};

}  // namespace

TEST_CASE("validators agree with numbers computed in Python by other formulas") {
  std::ifstream file("tests/golden/identifiers.txt");
  REQUIRE(file);
  std::map<std::string, int> seen;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string name, value, verdict;
    words >> name >> value >> verdict;
    REQUIRE(kValidators.count(name) == 1);
    CHECK_MESSAGE(kValidators.at(name)(value) == (verdict == "ok"), line);
    ++seen[name];
  }
  CHECK(seen.size() == kValidators.size());
}

TEST_CASE("published examples pass") {
  CHECK(luhn("79927398713"));
  CHECK(verhoeff("2363"));
  CHECK(iban("GB82WEST12345698765432"));
  CHECK(iban("NO9386011117947"));
  CHECK(iban("MT84MALT011000012345MTLCAST001S"));
  CHECK(uk_nhs("9434765919"));
  CHECK(brazil_cpf("11144477735"));
  CHECK(spain_dni("12345678Z"));
  CHECK(italy_codice_fiscale("RSSMRA85T10A562S"));
  CHECK(china_resident_id("11010519491231002X"));
  CHECK(finland_hetu("131052-308T"));
  CHECK(germany_tax_id("86095742719"));
  CHECK(netherlands_bsn("111222333"));
  CHECK(canada_sin("046454286") == false);  // Luhn holds, but no number begins with 0
  CHECK(canada_sin("130692544"));
  CHECK(poland_pesel("44051401359"));
  CHECK(south_africa_id("8001015009087"));
  CHECK(france_nir("253072B07300470"));
  CHECK(mexico_curp("HEGG560427MVZRRL04"));
  CHECK(singapore_nric("S1234567D"));
  CHECK(turkey_tckn("10000000146"));
  CHECK(belgium_rrn("85073003328"));
  CHECK(chile_rut("123456785"));
  CHECK(uk_nino("AB123456C"));
  CHECK_FALSE(uk_nino("QQ123456C"));
  CHECK_FALSE(uk_nino("GB123456C"));
  CHECK(india_pan("ABCPE1234F"));
  CHECK_FALSE(india_pan("ABCDE1234F"));
  CHECK(us_npi("1234567893"));
  CHECK(vin("1M8GDM9AXKP042788"));
  CHECK(switzerland_ahv("7569217076985"));
  CHECK(taiwan_id("A123456789"));
  CHECK(hong_kong_id("A1234563"));
  CHECK(croatia_oib("69435151530"));
  CHECK(germany_pension("15070649C103"));
  CHECK(germany_health("A123456780"));
  CHECK(portugal_nif("123456789"));
  CHECK(brazil_cnpj("11222333000181"));
  CHECK(argentina_cuit("20123456786"));
  CHECK(mexico_clabe("032180000118359719"));
  CHECK(thailand_id("1234545678781"));
  CHECK(new_zealand_ird("49091850"));
  CHECK(ireland_pps("1234567T"));
  CHECK(ireland_pps("1234567FA"));
  CHECK(austria_svnr("1237010180"));
  CHECK(iceland_kennitala("1201743399"));
  CHECK(russia_snils("11223344595"));
  CHECK(bulgaria_egn("7523169263"));
  CHECK(bitcoin_address("1BoatSLRHtKNngkdXEeobR76b53LETtpyT"));
  CHECK(bitcoin_address("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"));
  CHECK_FALSE(bitcoin_address("1BoatSLRHtKNngkdXEeobR76b53LETtpyU"));
  CHECK(us_ssn("536228471"));
  CHECK_FALSE(us_ssn("000228471"));
  CHECK_FALSE(us_ssn("666228471"));
  CHECK_FALSE(us_ssn("900228471"));
  CHECK_FALSE(us_ssn("536008471"));
  CHECK_FALSE(us_ssn("536220000"));
}

TEST_CASE("Luhn, Verhoeff and MOD 97-10 notice every single wrong digit") {
  std::mt19937 rng(11);
  std::uniform_int_distribution<int> digit(0, 9);
  for (int round = 0; round < 300; ++round) {
    std::string number;
    for (int i = 0; i < 15; ++i) number += static_cast<char>('0' + digit(rng));
    for (bool (*valid)(std::string_view) : {luhn, verhoeff}) {
      std::string whole = number + "0";
      int fitting = 0;
      for (char c = '0'; c <= '9'; ++c) {
        whole.back() = c;
        fitting += valid(whole);
      }
      CHECK(fitting == 1);  // exactly one check digit fits
    }
    std::string whole = number + "0";
    while (!verhoeff(whole)) ++whole.back();
    for (std::size_t i = 0; i + 1 < whole.size(); ++i) {  // and every swap of neighbours, for Verhoeff
      if (whole[i] == whole[i + 1]) continue;
      std::string swapped = whole;
      std::swap(swapped[i], swapped[i + 1]);
      CHECK_FALSE(verhoeff(swapped));
    }
    for (std::size_t i = 0; i < whole.size(); ++i) {
      std::string wrong = whole;
      for (char c = '0'; c <= '9'; ++c) {
        if (c == whole[i]) continue;
        wrong[i] = c;
        CHECK_FALSE(verhoeff(wrong));
      }
    }
  }
  const std::string good = "DE76857133848541873642";
  REQUIRE(iban(good));
  for (std::size_t i = 2; i < good.size(); ++i) {
    for (char c = '0'; c <= '9'; ++c) {
      std::string wrong = good;
      wrong[i] = c;
      CHECK(iban(wrong) == (c == good[i]));
    }
  }
}

TEST_CASE("every validator refuses what is too short, too long or made of other characters") {
  for (const auto& [name, valid] : kValidators) {
    for (const std::string& odd :
         {std::string(), std::string("0"), std::string(40, '1'), std::string("abc"),
          std::string("12345678901\xFF"), std::string("           "), std::string(9, 'A'), std::string(10, '\xC3'),
          std::string(11, '-'), std::string(15, 'z'), std::string(16, '@'), std::string(18, 'X')}) {
      if (name == "luhn" || name == "verhoeff") continue;
      CHECK_MESSAGE(!valid(odd), name << " takes '" << odd << "'");
    }
  }
  CHECK_FALSE(luhn("1"));
  CHECK_FALSE(luhn("49927398a16"));
  CHECK_FALSE(verhoeff(""));
}
