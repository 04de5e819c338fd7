#include "sense/detect/identifier/identity_table.h"

#include <algorithm>

#include "sense/check/check.h"

namespace sluice::sense::detect {
namespace {

using namespace check;
using scan::Edge;
using scan::Kind;

constexpr Kind kNat = Kind::NationalId, kTaxKind = Kind::TaxId, kMed = Kind::MedicalId;

const NumericId kNumeric[] = {
    {kUsTax, kTaxKind, 9, us_itin, Alone::Grouped, {3, 2, 4}, "--"},
    {kUsTax, kTaxKind, 9, us_ein, Alone::Never, {2, 7}, "-"},
    {kBrazil, kNat, 11, brazil_cpf, Alone::Grouped, {3, 3, 3, 2}, "..-"},
    {kIndia, kNat, 12, india_aadhaar, Alone::Never, {4, 4, 4}, ""},
    {kFrance, kNat, 15, france_nir, Alone::Always, {1, 2, 2, 2, 3, 3, 2}, ""},
    {kFrance, kTaxKind, 13, france_spi, Alone::Never, {2, 2, 3, 3, 3}, ""},
    {kGermanTax, kTaxKind, 11, germany_tax_id, Alone::Never, {2, 3, 3, 3}, ""},
    {kNetherlands, kNat, 9, netherlands_bsn, Alone::Never, {4, 2, 3}, ""},
    {kPoland, kNat, 11, poland_pesel, Alone::Never, {11}, ""},
    {kPolishTax, kTaxKind, 10, poland_nip, Alone::Never, {3, 3, 2, 2}, ""},
    {kPolishTax, kTaxKind, 10, poland_nip, Alone::Never, {3, 2, 2, 3}, ""},
    {kCzech, kNat, 10, czech_birth_number, Alone::Grouped, {6, 4}, "/"},
    {kCzech, kNat, 9, czech_birth_number, Alone::Never, {6, 3}, "/"},
    {kSweden, kNat, 10, sweden_personnummer, Alone::Grouped, {6, 4}, "-"},
    {kSweden, kNat, 12, sweden_personnummer, Alone::Grouped, {8, 4}, "-"},
    {kNorway, kNat, 11, norway_fnr, Alone::Grouped, {6, 5}, " "},
    {kDenmark, kNat, 10, denmark_cpr, Alone::Never, {6, 4}, ""},
    {kBaltic, kNat, 11, baltic_code, Alone::Never, {11}, ""},
    {kBaltic, kNat, 11, latvia_code, Alone::Never, {6, 5}, "-"},
    {kSocialInsurance, kNat, 10, austria_svnr, Alone::Never, {4, 6}, ""},
    {kSwitzerland, kNat, 13, switzerland_ahv, Alone::Always, {3, 4, 4, 2}, ""},
    {kPortugal, kTaxKind, 9, portugal_nif, Alone::Never, {3, 3, 3}, ""},
    {kBelgium, kNat, 11, belgium_rrn, Alone::Grouped, {2, 2, 2, 3, 2}, "..-."},
    {kBelgium, kNat, 11, belgium_rrn, Alone::Never, {6, 3, 2}, ""},
    {kNhs, kMed, 10, uk_nhs, Alone::Never, {3, 3, 4}, ""},
    {kUtr, kTaxKind, 10, uk_utr, Alone::Never, {5, 5}, ""},
    {kCanada, kNat, 9, canada_sin, Alone::Never, {3, 3, 3}, ""},
    {kAustralia, kTaxKind, 9, australia_tfn, Alone::Never, {3, 3, 3}, ""},
    {kMedicare, kMed, 10, australia_medicare, Alone::Never, {4, 5, 1}, ""},
    {kMedicare, kMed, 11, australia_medicare, Alone::Never, {4, 5, 1, 1}, ""},
    {kNpi, kMed, 10, us_npi, Alone::Never, {10}, ""},
    {kChina, kNat, 18, china_resident_id, Alone::Always, {18}, ""},
    {kKorea, kNat, 13, korea_rrn, Alone::Grouped, {6, 7}, "-"},
    {kJapan, kNat, 12, japan_my_number, Alone::Never, {4, 4, 4}, ""},
    {kSouthAfrica, kNat, 13, south_africa_id, Alone::Never, {6, 4, 2, 1}, ""},
    {kMexico, Kind::BankAccount, 18, mexico_clabe, Alone::Never, {3, 3, 11, 1}, ""},
    {kArgentina, kTaxKind, 11, argentina_cuit, Alone::Grouped, {2, 8, 1}, "--"},
    {kChile, kNat, 9, chile_rut, Alone::Grouped, {2, 3, 3, 1}, "..-"},
    {kChile, kNat, 8, chile_rut, Alone::Grouped, {1, 3, 3, 1}, "..-"},
    {kTurkey, kNat, 11, turkey_tckn, Alone::Never, {11}, ""},
    {kRomania, kNat, 13, romania_cnp, Alone::Never, {13}, ""},
    {kBulgaria, kNat, 10, bulgaria_egn, Alone::Never, {10}, ""},
    {kCroatia, kNat, 11, croatia_oib, Alone::Never, {11}, ""},
    {kGreekTax, kTaxKind, 9, greece_afm, Alone::Never, {9}, ""},
    {kGreece, kNat, 11, greece_amka, Alone::Never, {11}, ""},
    {kHungary, kNat, 9, hungary_taj, Alone::Never, {3, 3, 3}, ""},
    {kHungary, kTaxKind, 10, hungary_tax_id, Alone::Never, {10}, ""},
    {kYugoslavia, kNat, 13, yugoslav_jmbg, Alone::Never, {13}, ""},
    {kIceland, kNat, 10, iceland_kennitala, Alone::Grouped, {6, 4}, "-"},
    {kUkraine, kTaxKind, 10, ukraine_rnokpp, Alone::Never, {10}, ""},
    {kSnils, kNat, 11, russia_snils, Alone::Grouped, {3, 3, 3, 2}, "-- "},
    {kInn, kTaxKind, 12, russia_inn, Alone::Never, {12}, ""},
    {kCompany, kTaxKind, 14, brazil_cnpj, Alone::Never, {2, 3, 3, 4, 2}, "../-"},
    {kDriver, Kind::DriverLicense, 11, brazil_cnh, Alone::Never, {11}, ""},
    {kCedula, kNat, 10, ecuador_cedula, Alone::Never, {10}, ""},
    {kCedula, kNat, 8, uruguay_ci, Alone::Never, {1, 3, 3, 1}, "..-"},
    {kCedula, kTaxKind, 10, colombia_nit, Alone::Never, {3, 3, 3, 1}, "..-"},
    {kNewZealand, kTaxKind, 9, new_zealand_ird, Alone::Never, {3, 3, 3}, ""},
    {kNewZealand, kTaxKind, 8, new_zealand_ird, Alone::Never, {2, 3, 3}, ""},
    {kIsrael, kNat, 9, israel_id, Alone::Never, {8, 1}, "-"},
    {kAsia, kNat, 13, thailand_id, Alone::Grouped, {1, 4, 5, 2, 1}, "----"},
    {kAsia, kNat, 12, malaysia_id, Alone::Grouped, {6, 2, 4}, "--"},
    {kAsia, kNat, 16, indonesia_nik, Alone::Never, {16}, ""},
    {kAsia, kNat, 13, pakistan_cnic, Alone::Grouped, {5, 7, 1}, "--"},
    {kAsia, kNat, 12, kazakhstan_iin, Alone::Never, {12}, ""},
    {kAsia, kNat, 15, emirates_id, Alone::Grouped, {3, 4, 7, 1}, "---"},
    {kAsia, kNat, 10, saudi_id, Alone::Never, {10}, ""},
    {kAsia, kNat, 14, egypt_id, Alone::Never, {14}, ""},
    {kAsia, kNat, 10, iran_code, Alone::Never, {10}, ""},
    {kAsia, kNat, 12, kuwait_civil, Alone::Never, {12}, ""},
    {kAsia, kNat, 12, vietnam_cccd, Alone::Never, {12}, ""},
    {kCompany, kNat, 11, brazil_pis, Alone::Never, {3, 5, 2, 1}, ""},
    {kCompany, kNat, 12, brazil_voter, Alone::Never, {4, 4, 4}, ""},
    {kCompany, kMed, 15, brazil_health, Alone::Never, {3, 4, 4, 4}, ""},
    {kMexico, kNat, 11, mexico_nss, Alone::Never, {2, 2, 2, 4, 1}, ""},
    {kCedula, kNat, 13, guatemala_cui, Alone::Never, {4, 5, 4}, ""},
    {kCedula, kNat, 11, dominican_cedula, Alone::Never, {3, 7, 1}, ""},
    {kSpain, kNat, 12, spain_nuss, Alone::Never, {2, 8, 2}, ""},
    {kPortugal, kNat, 11, portugal_niss, Alone::Never, {11}, ""},
    {kMedicare, kMed, 10, ontario_health, Alone::Never, {4, 3, 3}, ""},
    {kNhs, kMed, 10, scotland_chi, Alone::Never, {6, 4}, ""},
    {kAsia, kNat, 13, luxembourg_id, Alone::Never, {13}, ""},
};

bool any(std::string_view) { return true; }

// Outside of North America neither the check digit nor digits at the end are asked for.
bool vin_letters(std::string_view s) {
  const auto digits = std::count_if(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
  return s.find_first_of("IOQ") == s.npos && digits >= 4 && digits <= 14;
}

const MixedId kMixed[] = {
    {kSpain, kNat, "99999999A", spain_dni, false},
    {kSpain, kNat, "A9999999A", spain_dni, false},
    {kSingapore, kNat, "A9999999A", singapore_nric, true},
    {kItaly, kNat, "AAAAAAXXAXXAXXXA", italy_codice_fiscale, true},
    {kDriver, Kind::DriverLicense, "AXXXX999999XXXAA", uk_driving_licence, true},
    {kNino, kNat, "AA999999A", uk_nino, true},
    {kDea, kMed, "AX9999999", us_dea, false},
    {kMedicare, kMed, "9AX9AX9AA99", us_mbi, true},
    {kPan, kTaxKind, "AAAAA9999A", india_pan, true},
    {kChina, kNat, "99999999999999999A", china_resident_id, true},
    {kMexico, kNat, "AAAA999999AAAAAAX9", mexico_curp, true},
    {kMexico, kTaxKind, "AAAA999999XXX", mexico_rfc, false},
    {kFrance, kNat, "999999A99999999", france_nir, true},
    {kChile, kNat, "99999999A", chile_rut, false},
    {kChile, kNat, "9999999A", chile_rut, false},
    {kTaiwan, kNat, "A999999999", taiwan_id, false},
    {kMedicare, kMed, "A999999999", germany_health, false},
    {kGermanCard, kNat, "AXXXXXXXX9", germany_id_card, false},
    {kFinland, kNat, "999999A999X", finland_hetu, true},
    {kAsia, kNat, "999999999A", sri_lanka_nic, false},
    {kSocialInsurance, kNat, "99999999A999", germany_pension, true},
    {kIreland, kNat, "9999999A", ireland_pps, false},
    {kIreland, kNat, "9999999AA", ireland_pps, false},
    {kPoland, kNat, "AAA999999", poland_id_card, false},
    {kVehicle, Kind::VehicleId, "XXXXXXXXXXXXX9999", vin, true},
    {kVehicle, Kind::VehicleId, "XXXXXXXXXXXXX9999", any, false},
    {kVehicle, Kind::VehicleId, "XXXXXXXXXXXXXXXXX", vin_letters, false},
};

void add_american_words(Words& words) {
  words.add(tag(kUs),
            "socialnum|social number|social no|social no.|social sec no|"
            "ssn|ssns|social security|social security number|social|soc sec|ss#|seguro social|itin|taxpayer|"
            "sécurité sociale américaine|ss no|soc. sec.");
  words.add(tag(kUsTax),
            "itin|individual taxpayer identification number|individual taxpayer|ein|fein|employer identification "
            "number|taxpayer id|tin|federal tax id|tax id");
  words.add(tag(kNpi), "npi|national provider identifier|npi number|provider");
  words.add(tag(kDea), "dea|dea number|dea#|dea no|prescriber");
  words.add(tag(kCanada),
            "sin|s.i.n.|social insurance|social insurance number|assurance sociale|nas|canadian sin");
  words.add(tag(kMexico),
            "curp|rfc|clabe|clabe interbancaria|registro federal|nss|imss|número de seguridad social|clave única");
  words.add(tag(kBrazil), "cpf|cadastro|cpf/mf");
  words.add(tag(kCompany),
            "cnpj|pis|pasep|pis/pasep|nis|nit|título de eleitor|titulo de eleitor|título eleitoral|cns|cartão sus|"
            "cartão nacional de saúde|cartao sus");
  words.add(tag(kArgentina), "cuit|cuil|cdi|clave única");
  words.add(tag(kChile), "rut|run|rol único");
  words.add(tag(kCedula),
            "cédula|cedula|cédula de identidad|cédula de ciudadanía|cc|c.c.|ci|c.i.|nit|cui|dpi|"
            "cédula de identidade|cedula de identidad y electoral|cédula nº|cédula no.");
  words.add(tag(kDriver), "cnh|carteira de motorista|habilitação|driving licence|driver|dvla|licence number");
  words.add(tag(kVehicle),
            "vin|vin number|vehicle identification number|vehicle identification|chassis|chassis number|"
            "fahrgestellnummer|fin|fahrzeug-identifizierungsnummer|numéro de châssis|número de bastidor|bastidor|"
            "telaio|numero di telaio|chassisnummer|numer vin|nr vin|číslo vin|vin-nummer|vin code|vin no|vin "
            "no.|niv|vin-код|vin-kod");
  words.add(tag(kVehicle), "车架号|車台番号|차대번호", Edge::Any);
}

void add_west_european_words(Words& words) {
  words.add(tag(kSpain),
            "identificación de extranjero|dni|nie|nif|documento|documento "
            "nacional|identidad|nif/nie|d.n.i.|seguridad social|nuss|naf|n.i.e.|"
            "n.i.f.|dni/nie|afiliación");
  words.add(tag(kPortugal),
            "nif|contribuinte|número de contribuinte|nº de contribuinte|número fiscal|niss|segurança "
            "social|n.i.f.|contribuinte n.º");
  words.add(tag(kFrance),
            "nir|sécurité sociale|securite sociale|numéro de sécu|insee|n° sécu|sécu|numéro fiscal|spi|référence "
            "fiscale|carte vitale");
  words.add(tag(kItaly), "codice fiscale|cf|c.f.|cod. fisc.");
  words.add(
      tag(kGermanTax),
      "steuer-id|steuerid|steueridentifikationsnummer|identifikationsnummer|idnr|idnr.|steuer-idnr|steuer-idnr.|"
      "steuer-identifikationsnummer|steuerliche identifikationsnummer|tin|steuernummer|steuer-id-nr|tax id");
  words.add(tag(kSocialInsurance),
            "rentenversicherungsnummer|sozialversicherungsnummer|sv-nummer|sv-nr|svnr|sv-nr.|versicherungsnummer|"
            "rv-nummer|rvnr|vsnr|svnr.|sozialversicherungsnr|ecard|e-card");
  words.add(tag(kGermanCard),
            "personalausweis|personalausweisnummer|ausweisnummer|ausweis-nr|ausweis|ausweis-nr.|id card germany|"
            "reisepass");
  words.add(tag(kNetherlands), "bsn|burgerservicenummer|sofinummer|burger service nummer");
  words.add(tag(kBelgium), "rijksregisternummer|registre national|rijksregister|insz|niss|numéro national|rrn");
  words.add(tag(kSwitzerland), "ahv|ahv-nummer|avs|ahvn13|navs|numéro avs|numero avs");
  words.add(tag(kNhs), "nhs|nhs number|nhs no|nhs no.|nhs nr|chi|chi number|chi no|h&c number");
  words.add(tag(kNino), "nino|national insurance|ni number|insurance number|ni no|ni no.");
  words.add(tag(kUtr), "utr|unique taxpayer reference|self assessment");
  words.add(tag(kIreland), "pps|ppsn|pps number|pps no|personal public service");
}

void add_north_and_east_words(Words& words) {
  words.add(tag(kSweden), "pnr|samordningsnummer|personnr|person nr");
  words.add(tag(kSweden) | tag(kNorway), "personnummer", Edge::Start);
  words.add(tag(kFinland), "henkilötunnu|hetu|henkilötun|sotu|personbeteckning", Edge::Start);
  words.add(tag(kNorway), "fødselsnummer|fnr", Edge::Start);
  words.add(tag(kDenmark), "cpr|cpr-nummer|cpr.nr|cpr-nr|cprnr|personnummer|cpr nr");
  words.add(tag(kIceland), "kennital", Edge::Start);
  words.add(tag(kBaltic), "isikukood|asmens kod|personas kod|personal code", Edge::Start);
  words.add(tag(kPoland), "pesel|dowód|dowodu|dowód osobisty|dowodu osobistego");
  words.add(tag(kPolishTax), "nip|numer identyfikacji podatkowej");
  words.add(tag(kCzech), "rodné číslo|rodneho cisla|rodné č.|rodne cislo|rč|r.č.|rodného čísla");
  words.add(tag(kHungary),
            "taj|taj-szám|taj szám|tajszám|adóazonosító|adóazonosító jel|adószám|adószámom|adóazonosítóm|"
            "adóazonosító jelem|taj-számom|taj számom|adóazonosító jele|taj-száma|adószáma|adóazonosítója");
  words.add(tag(kRomania), "cnp|cod numeric personal");
  words.add(tag(kBulgaria), "егн|egn|единен граждански номер");
  words.add(tag(kCroatia), "oib");
  words.add(tag(kYugoslavia),
            "jmbg|emšo|emso|embg|enotna matična številka|jedinstveni matični broj|matični "
            "broj|јмбг|ембг|единствен матичен број");
  words.add(tag(kGreekTax), "αφμ|afm|α.φ.μ.|α.φ.μ");
  words.add(tag(kGreece), "αμκα|amka|α.μ.κ.α.");
  words.add(tag(kUkraine), "рнокпп|іпн|ідентифікаційний код|ідентифікаційний номер|rnokpp|ипн");
  words.add(tag(kSnils), "снилс|snils|страховой номер");
  words.add(tag(kInn), "инн|inn");
  words.add(tag(kTurkey), "tc kimlik|tckn|kimlik|t.c. kimlik no|kimlik no|kimlik numara|tc no");
}

void add_asian_words(Words& words) {
  words.add(tag(kIndia), "aadhaar|aadhar|adhaar|uidai|uid");
  words.add(tag(kIndia), "आधार", Edge::Any);
  words.add(tag(kPan), "pan|pan card|permanent account number");
  words.add(tag(kJapan), "my number|individual number");
  words.add(tag(kJapan), "マイナンバー|個人番号", Edge::Any);
  words.add(tag(kKorea), "resident registration number|rrn");
  words.add(tag(kKorea), "주민등록번호|주민번호", Edge::Any);
  words.add(tag(kChina), "身份证|身分證|证件号|身份證", Edge::Any);
  words.add(tag(kTaiwan) | tag(kHongKong), "身分證|身份證|統一編號|身分证", Edge::Any);
  words.add(tag(kTaiwan), "taiwan|taiwanese");
  words.add(tag(kHongKong), "hkid|hong kong|hk id|hkic");
  words.add(tag(kSingapore), "nric|fin|nric number");
  words.add(tag(kIsrael), "teudat zehut|israeli id|tz");
  words.add(tag(kIsrael), "תעודת זהות|ת.ז|מספר זהות|ת\"ז", Edge::Any);
  words.add(tag(kAsia),
            "mykad|ic number|nric|nik|ktp|no. ktp|cnic|iin|иин|жсн|emirates id|iqama|thai id|matricule|nadra|kod "
            "melli|civil id|cccd|cmnd|căn cước|nic no|số cccd|qid|"
            "cccd số|nomor ktp|my kad|no ic|ic no|ic:|nomor induk kependudukan");
  words.add(tag(kAsia),
            "เลขบัตรประชาชน|บัตรประชาชน|เลขประจำตัวประชาชน|เลขประจําตัวประชาชน|เลขประจำตัว|رقم الهوية|الهوية "
            "الوطنية|هوية|رقم القومي|شناختی کارڈ|کد ملی|کدملی|شماره "
            "ملی|الرقم المدني|البطاقة المدنية|الرقم القومي|رقم الإقامة|บัตร ปชช",
            Edge::Any);
  words.add(tag(kSouthAfrica), "south african id|sa id|id number|identity number|rsa id|south african");
  words.add(tag(kAustralia), "tfn|tax file|tax file number");
  words.add(tag(kMedicare),
            "medicare|mbi|medicare beneficiary|medicare number|ohip|health card|health card number|ontario health|"
            "versichertennummer|krankenversichertennummer|krankenversichertennr|versichertennr|versicherten-nr|"
            "versicherten-nr.|versichertennr.|kvnr|kvnr.|kv-nummer|kv-nr|kv-nr.|krankenkasse|"
            "gesundheitskarte|egk|krankenversicherung");
  words.add(tag(kNewZealand), "ird|ird number|ird no|inland revenue");
}

}  // namespace

std::span<const NumericId> numeric_ids() { return kNumeric; }
std::span<const MixedId> mixed_ids() { return kMixed; }

void add_id_words(Words& words) {
  add_american_words(words);
  add_west_european_words(words);
  add_north_and_east_words(words);
  add_asian_words(words);
  words.add(tag(kAnyId),
            "personal identity code|national id|national identity|identity card|id "
            "card|identification number|citizen id|personal id|"
            "personal number|identity document|national identification number|personal identification number|"
            "government id|resident id");
  words.add(tag(kOtherThing),
            "serial|serial number|s/n|part|part number|part no|order|order number|model|sku|tracking|batch|lot|"
            "article|invoice|firmware|flight|product|barcode|seriennummer|artikelnummer|bestellnummer|numéro de "
            "série|número de serie|example|sample|dummy|fictional|placeholder|format");
}

}  // namespace sluice::sense::detect
