// Ours are the words here; what they must not match was counted over public text (secret_look.h says how much).
#include "sense/detect/secret/secret_look.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

using namespace sluice::sense::detect;

TEST_CASE("what people make a password of has points, what has another known form has none") {
  for (const char* word : {"Trombone!62Fig", "T0rtuga#19", "Seeblick-2291!", "Lechuza.Verde88", "Xm9#kq27Lp",
                           "qu1ck-Otter!", "Zima_2024!", "copper!Anvil_2291", "0tter&Bark", "Hérisson#41x"}) {
    CAPTURE(word);
    CHECK(password_look(word).points >= 5);
  }
  for (const char* word : {"bug#327",    "PKCS#12",         "Git#7ffedfab89", "anna@mail.org",      "U+1F600",
                           "2.0.17-rc1", "1.2.3",           "src/Main2.cpp",  "deadBEEF01",         "rG985fb25c46",
                           "x&lt;y2",    "%2Fhome%2Fa",     "Argon2id",       "OAuth20Credentials", "SHA256sum",
                           "10GB",       "xcb_unlock+0x31", "a**2*x**2",      "newPassword2!",      "<token1>",
                           "web-14",     "2024-05-12",      "Password123!"}) {
    CAPTURE(word);
    CHECK(password_look(word).points <= 2);
  }
  CHECK(password_look("Trombone!62Fig").striking);
  CHECK(!password_look("Uint8Array#subarray").striking);
  CHECK(!password_look("3*S.Half").striking);
}

TEST_CASE("random strings look drawn, names of many words do not") {
  std::mt19937 random(7);
  static constexpr char kAll[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  int drawn = 0;
  constexpr int kRounds = 2000;
  for (int i = 0; i < kRounds; ++i) {
    std::string word;
    for (int k = 0; k < 32; ++k) word += kAll[random() % 62];
    drawn += drawn_look(word) == Drawn::Mixed;
  }
  CHECK(drawn > kRounds * 95 / 100);
  for (const char* word :
       {"VkMemoryGetWin32HandleInfoKHR", "xmlSecNssTransformAes192CbcId", "X509_STORE_set_ex_data",
        "BOOST_PP_LIST_FOLD_RIGHT_396", "vcmla_rot180_lane_f64_and_more", "0x13ed0cc53f939476ULL",
        "tools/javac/api/T6265137.java", "mlx5e_mpwrq_umr_entry_size"}) {
    CAPTURE(word);
    CHECK(drawn_look(word) == Drawn::No);
  }
  CHECK(drawn_look("fd6c59848fdb856d2043eb00f05a37b6") == Drawn::Hex);
  CHECK(drawn_look("fd6c59848fdb856d2043eb00") == Drawn::No);
}
