#include "config/detectors.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <initializer_list>

#include "base/test_folder.h"
#include "config/settings.h"

namespace sluice::config {
namespace {

struct Folder : TestFolder {
  Folder() { std::filesystem::create_directories(*this / "papers"); }
  void text(const std::string& name) const { write(name, "text\n"); }
};

const char* key_of(const char* name) {
  if (std::string(name) == "PRINT_KEY") return "a-key-of-this-test-0123";
  return std::string(name) == "SHORT_KEY" ? "short" : nullptr;
}

Result<Settings> parse(const std::string& detectors, const Folder& folder) {
  return parse_settings(
      "deployments: [{name: guide, kind: engine, model: \"builtin:guide\"}]\nroutes: {chat: [guide]}\n"
      "detectors:\n" +
          detectors,
      folder / "t.yaml", key_of);
}

}  // namespace

TEST_CASE("every key of own detectors arrives, with its place") {
  Folder folder;
  folder.text("names.txt");
  folder.text("c.prints");
  folder.text("public.txt");
  const auto settings = parse(R"(  key_env: PRINT_KEY
  patterns:
    - name: file_number
      category: legal
      class: restricted
      type: FILE_NO
      regex: '\bAZ-\d{6}\b'
      ignore_case: true
      context: [file, Akte]
      check: luhn
      examples: {match: [AZ-123456], no_match: [AZ-1, AZ-2]}
  dictionaries:
    - {name: names, category: business, file: names.txt}
    - {name: more, category: business, terms: [Blue Heron, "2026"]}
  fingerprints:
    - {name: papers, category: legal, files: [papers, names.txt], except: [public.txt]}
    - {name: made, category: legal, prints: c.prints}
)",
                              folder);
  REQUIRE_MESSAGE(settings.has_value(), (settings ? "" : settings.error().to_string()));
  const OwnDetectors& own = settings->detectors;
  REQUIRE(own.patterns.size() == 1);
  const OwnPattern& p = own.patterns[0];
  CHECK(p.name == "file_number");
  CHECK(p.category.text == "legal");
  CHECK(p.category.where.ends_with("t.yaml:7:17"));
  CHECK(p.cls.text == "restricted");
  CHECK(p.type == "FILE_NO");
  CHECK(p.regex.text == R"(\bAZ-\d{6}\b)");
  CHECK(p.regex.where.ends_with("t.yaml:10:14"));
  CHECK(p.ignore_case);
  REQUIRE(p.context.size() == 2);
  CHECK(p.context[1].text == "Akte");
  CHECK(p.check.text == "luhn");
  CHECK(p.match.size() == 1);
  REQUIRE(p.no_match.size() == 2);
  CHECK(p.no_match[1].text == "AZ-2");
  REQUIRE(own.dictionaries.size() == 2);
  CHECK(own.dictionaries[0].file.text == folder / "names.txt");
  CHECK(own.dictionaries[0].type == "TERM");
  CHECK(own.dictionaries[1].terms[1].text == "2026");
  REQUIRE(own.fingerprints.size() == 2);
  CHECK(own.fingerprints[0].files[0].text == folder / "papers");
  CHECK(own.fingerprints[0].except.size() == 1);
  CHECK(own.fingerprints[0].type.empty());
  CHECK(own.fingerprints[1].prints.text == folder / "c.prints");
  CHECK(own.key == "a-key-of-this-test-0123");
}

TEST_CASE("without the section there are none") {
  const Folder folder;
  const auto settings = parse_settings(
      "deployments: [{name: guide, kind: engine, model: \"builtin:guide\"}]\nroutes: {chat: [guide]}\n", "t.yaml",
      key_of);
  REQUIRE(settings.has_value());
  CHECK(settings->detectors.empty());
}

TEST_CASE("what an own detector can't be is refused with its place") {
  Folder folder;
  folder.text("a.txt");
  const auto error = [&](const std::string& text) {
    const auto settings = parse(text, folder);
    REQUIRE_MESSAGE(!settings.has_value(), text);
    CHECK_MESSAGE(settings.error().where.find("t.yaml:") != std::string::npos, settings.error().to_string());
    return settings.error().code;
  };
  CHECK(error("  patterns: [{name: a, category: pii}]\n") == "config.missing_key");
  CHECK(error("  patterns: [{name: a, regex: x}]\n") == "config.missing_key");
  CHECK(error("  patterns: [{name: a, category: pii, regexp: x}]\n") == "config.unknown_key");
  CHECK(error("  patterns: [{name: a b, category: pii, regex: x}]\n") == "config.value");
  CHECK(error("  patterns: [{name: a, category: pii, regex: x, type: lower}]\n") == "config.value");
  CHECK(error("  patterns: [{name: a, category: pii, regex: x, context: []}]\n") == "config.value");
  CHECK(error("  patterns: [{name: a, category: pii, regex: x}, {name: a, category: pii, regex: y}]\n") ==
        "config.duplicate_name");
  CHECK(error("  dictionaries: [{name: a, category: pii}]\n") == "config.missing_key");
  CHECK(error("  dictionaries: [{name: a, category: pii, terms: [x], file: a.txt}]\n") == "config.contradiction");
  CHECK(error("  dictionaries: [{name: a, category: pii, file: none.txt}]\n") == "config.no_such_file");
  CHECK(error("  dictionaries: [{name: a, category: pii, file: papers}]\n") == "config.no_such_file");
  CHECK(error("  fingerprints: [{name: a, category: pii, files: [a.txt, none.txt]}]\n") == "config.no_such_file");
  CHECK(error("  fingerprints: [{name: a, category: pii, files: [a.txt], type: X}]\n") == "config.unknown_key");
  CHECK(error("  fingerprints: [{name: a, category: pii, prints: a.txt}]\n") == "config.missing_key");
  CHECK(error("  key_env: NOT_SET\n") == "config.missing_secret");
  CHECK(error("  key_env: SHORT_KEY\n") == "config.value");
  CHECK(error("  key: abc\n") == "config.unsupported");
  CHECK(error("  model: abc\n") == "config.unknown_key");
}

}  // namespace sluice::config
