#include "sense/detect/secret/machine_text.h"

#include <doctest/doctest.h>

#include <string>

namespace sluice::sense::detect {
namespace {

// What git 2.39 writes for 91 random bytes.
const std::string kPatch =
    "GIT binary patch\n"
    "literal 91\n"
    "zcmV-h0Hpr_MSOOjIoM=DnZV_}y!*&oH_nmE-XFoR>T5*tFhgzEDgJ4_o{a0JpnV<e\n"
    "xC9$xF@8WC+{|zD6+Y2*ycQ~cSbkl$FHtNAYRWc){I6+1YJ8Gfkjc6w*`yA>lFBt#;\n"
    "\n"
    "-- \n"
    "2.39.5\n";

TEST_CASE("lines of a binary patch are encoded data") {
  CHECK_FALSE(in_encoded_line(kPatch, kPatch.find("binary")));
  CHECK_FALSE(in_encoded_line(kPatch, kPatch.find("91\n")));
  CHECK(in_encoded_line(kPatch, kPatch.find("y!*&")));
  CHECK(in_encoded_line(kPatch, kPatch.find("lFBt#")));
  CHECK_FALSE(in_encoded_line(kPatch, kPatch.find("2.39")));
}

TEST_CASE("a word that only looks like a line of base85 is none without the lines before it") {
  CHECK_FALSE(in_encoded_line("Dabc1!", 2));
  CHECK_FALSE(in_encoded_line("notes\nDabc1!\n", 8));
  CHECK(in_encoded_line("literal 4\nDabc1!\n", 12));
  CHECK(in_encoded_line("> literal 4\n> Dabc1!\n", 16));
  CHECK_FALSE(in_encoded_line("literally 4\nDabc1!\n", 14));
  CHECK_FALSE(in_encoded_line("literal 4\nDabc1!2\n", 12));
}

TEST_CASE("lines of uuencode are encoded data") {
  CHECK(in_encoded_line("begin 644 cat.txt\n#8V%T\n`\nend\n", 20));
  CHECK_FALSE(in_encoded_line("the cat\n#8V%T\n", 10));
}

TEST_CASE("what stands between the marks of ascii85 is encoded data") {
  const std::string text = "<~9jqo^BlbD-BleB1DJ+*+F(f,q/0JhKF<GL>Cj@.4Gp$d7~> and pass Gp$d7";
  CHECK(in_encoded_line(text, 20));
  CHECK_FALSE(in_encoded_line(text, text.size() - 2));
}

TEST_CASE("a digest is known by the name of its function before it") {
  CHECK(is_digest("integrity sha512-abc", 17));
  CHECK(is_digest("h1:abc", 3));
  CHECK(is_digest("h1: abc", 4));
  CHECK(is_digest("c:q1hprz8q9", 2));
  CHECK_FALSE(is_digest("path1:abc", 6));
  CHECK_FALSE(is_digest("token-abc", 6));
}

TEST_CASE("bytes in escapes are told from text with one") {
  CHECK(has_byte_escapes(R"(\xe7\x40ab)"));
  CHECK(has_byte_escapes(R"(\347\100ab)"));
  CHECK_FALSE(has_byte_escapes(R"(pa\x24word)"));
  CHECK_FALSE(has_byte_escapes(R"(C:\xampp\xml)"));
}

TEST_CASE("a name inside of base64 is told from one that is joined to others") {
  const std::string run = "q8Zk3vTPwd7Lm2xYc9RfB4nHs6jKtQa1WgEuVoXi5yDr0NpMlSzCbhGFeIJUOTA";
  CHECK(in_drawn_run(run, run.find("Pwd"), run.find("Pwd") + 3));
  const std::string name = "DatabaseConnectionPasswordPropertyResolverFactoryBean";
  CHECK_FALSE(in_drawn_run(name, name.find("Password"), name.find("Password") + 8));
}

TEST_CASE("names in lists are told from passwords between commas") {
  CHECK(is_code_name("addressLine1"));
  CHECK(is_code_name("oauth2_scope"));
  CHECK(is_code_name("FIELD_3"));
  CHECK_FALSE(is_code_name("kettle_lamp42"));
  CHECK_FALSE(is_code_name("Seeblick-2291!"));
  const std::string list = R"({"fields": ["password", "addressLine1", "id"]})",
                    told = "The old one, kettle2Lamp, is it.";
  CHECK(is_listed(list, list.find("address"), list.find("address") + 12));
  CHECK_FALSE(is_listed(told, 13, 24));
}

TEST_CASE("fields that everybody may know are told from those of secrets") {
  const std::string key = R"({"kty": "ec", "kid": "r8_i5alhidkpwxfomiyrwu8xhda"})";
  CHECK(is_public_field(field_before(key, key.find("r8"))));
  for (const char* secret : {"session_id", "sid", "client_secret", "token", "api_key", "d", "secret_id"})
    CHECK_FALSE(is_public_field(secret));
}

TEST_CASE("a list of digests has words for files, a list of keys has words for keys") {
  const std::string hex(40, 'a'), digests = hex + "  login.deb\n" + hex + "  lamp.deb\n",
                                  keys = "api_key=" + hex + "\ntoken=" + hex + "\n";
  CHECK(in_list_of_digests(digests, 0, 40));
  CHECK_FALSE(in_list_of_digests(keys, 8, 48));
}

}  // namespace
}  // namespace sluice::sense::detect
