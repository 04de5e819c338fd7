// Numbers that authorities, standards and textbooks print as their example of an identifier. They pass its check
// and belong to nobody, and documentation is public.
#pragma once

#include <algorithm>
#include <string_view>

namespace sluice::sense::detect {

// Bare, in upper case.
inline constexpr std::string_view kDocumentedIds[] = {
    "10000000146",                                            // Turkey
    "1212121212",         "191212121212",                     // Sweden: "Tolvan Tolvansson"
    "010101123N",         "131052308T",                       // Finland, without the sign
    "11010519491231002X",                                     // China, GB 11643
    "12345678Z",          "00000000T",        "X1234567L",    // Spain
    "111222333",                                              // the Netherlands
    "44051401359",        "02070803628",                      // Poland
    "999999990019",       "ABCDE1234F",                       // India
    "86095742719",        "47036892816",      "65929970489",  // Germany: tax
    "57549285017",        "T220001293",       "L01X00T471",   // Germany: tax, identity cards
    "T22000129",          "L01X00T47",        "C01X00T47",    // the same without the check digit
    "C01X00T478",         "C01X0006H",        "A123456780",   // Germany: passports, health
    "7561234567897",      "7569217076985",                    // Switzerland
    "S1234567D",                                              // Singapore
    "HEGG560427MVZRRL04", "GODE561231GR8",                    // Mexico
    "XAXX010101000",      "XEXX010101000",                    // Mexico: the public at large, foreigners
    "20123456786",        "12345678909",      "11144477735",  // Argentina, Brazil
    "11444777000161",     "123456785",        "111111111",    // Brazil, Chile
    "046454286",          "9434765919",       "4010232137",   // Canada, NHS
    "RSSMRA85T10A562S",   "RSSMRA80A01H501U",                 // Italy
    "255081416802538",    "85073003328",                      // France, Belgium
    "37605030299",        "38001085718",      "33309240064",  // Estonia, Lithuania
    "1234567T",           "1234567FA",                        // Ireland
    "8001015009087",      "1234567890121",                    // South Africa, Thailand
    "A123456789",         "1201743399",                       // Taiwan, Iceland
    "7523169263",         "7501020018",       "7103192745",   // Bulgaria, Czechia
    "1EG4TE5MK72",        "1EG4TE5MK73",      "1234567893",   // USA: Medicare, NPI
};

inline bool is_documented_id(std::string_view bare) {
  return std::find(std::begin(kDocumentedIds), std::end(kDocumentedIds), bare) != std::end(kDocumentedIds);
}

}  // namespace sluice::sense::detect
