#include "config/extractors.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "base/test_folder.h"
#include "config/settings.h"

namespace sluice::config {
namespace {

struct Folder : TestFolder {
  Folder() {
    std::filesystem::permissions(write("read.sh", "#!/bin/sh\n"), std::filesystem::perms::owner_all);
    write("plain.txt", "text\n");
  }
};

Result<Settings> parse(const std::string& extractors, const Folder& folder, const std::string& limits = "") {
  return parse_settings(
      "deployments: [{name: guide, kind: engine, model: \"builtin:guide\"}]\nroutes: {chat: [guide]}\n" + limits +
          "extractors:\n" + extractors,
      folder / "t.yaml", [](const char*) -> const char* { return nullptr; });
}

}  // namespace

TEST_CASE("every key of an extractor arrives, and what is left out has its usual value") {
  Folder folder;
  const auto settings =
      parse(R"(  - {name: pdf, media: [application/pdf], command: [/bin/cat, -u, "-", "-"], time_limit: 3s,
     max_bytes: 5MB, max_text: 1MB, blank_pages: true, network: true}
  - {name: ocr, media: [image/png, image/jpeg], command: [./read.sh]}
)",
            folder, "limits: {extractors_at_once: 3, extracted_parts: 7}\n");
  REQUIRE_MESSAGE(settings.has_value(), settings.error().to_string());
  const Extractors& all = settings->extractors;
  REQUIRE(all.list.size() == 2);
  CHECK(all.list[0].command == std::vector<std::string>{"/bin/cat", "-u", "-", "-"});
  CHECK(all.list[0].time_limit == std::chrono::seconds(3));
  CHECK(all.list[0].max_bytes == 5'000'000);
  CHECK(all.list[0].max_text == 1'000'000);
  CHECK(all.list[0].blank_pages);
  CHECK(all.list[0].network);
  CHECK(all.list[1].command == std::vector<std::string>{folder / "read.sh"});
  CHECK(all.list[1].time_limit == std::chrono::seconds(10));
  CHECK(all.list[1].max_bytes == 20'000'000);
  CHECK(all.list[1].max_text == 8'000'000);
  CHECK(!all.list[1].blank_pages);
  CHECK(!all.list[1].network);
  CHECK(all.at_once == 3);
  CHECK(all.parts_a_request == 7);
  CHECK(all.of("image/jpeg") == &all.list[1]);
  CHECK(all.of("image/gif") == nullptr);
  const auto usual = parse("  - {name: pdf, media: [application/pdf], command: [/bin/cat]}\n", folder);
  CHECK(usual->extractors.at_once == 2);
  CHECK(usual->extractors.parts_a_request == 20);
}

TEST_CASE("what an extractor can't be is refused with its place and the remedy") {
  Folder folder;
  struct Case {
    const char *yaml, *place, *code, *says;
  };
  for (const Case& c : {
           Case{"  - {name: a, media: [application/pdf]}\n", ":4:5", "config.missing_key", "command"},
           Case{"  - {name: a, command: [/bin/cat]}\n", ":4:5", "config.missing_key", "media"},
           Case{"  - {media: [application/pdf], command: [/bin/cat]}\n", ":4:5", "config.missing_key", "name"},
           Case{"  - {name: a, media: [application/pdf], command: [/bin/cat], shell: x}\n", ":4:62",
                "config.unknown_key", "shell"},
           Case{"  {name: a, media: [application/pdf], command: [/bin/cat]}\n", ":4:3", "config.type", "list"},
           Case{"  []\n", ":4:3", "config.value", "remove"},
           Case{"  - {name: a, media: [application/pdf], command: /bin/cat}\n", ":4:50", "config.type", "list"},
           Case{"  - {name: a, media: [application/pdf], command: []}\n", ":4:50", "config.value", "empty"},
           Case{"  - {name: a, media: [], command: [/bin/cat]}\n", ":4:22", "config.value", "empty"},
           Case{"  - {name: a, media: [application/pdv], command: [/bin/cat]}\n", ":4:23", "config.value",
                "application/pdf"},
           Case{"  - {name: a, media: [application/pdf], command: [cat]}\n", ":4:51", "config.value",
                "whole path"},
           Case{"  - {name: a, media: [application/pdf], command: [/bin/no-such]}\n", ":4:51",
                "config.no_such_file", "install"},
           Case{"  - {name: a, media: [application/pdf], command: [./plain.txt]}\n", ":4:51", "config.value",
                "chmod"},
           Case{"  - {name: a, media: [application/pdf], command: [/bin]}\n", ":4:51", "config.no_such_file",
                "program"},
           Case{"  - {name: a b, media: [application/pdf], command: [/bin/cat]}\n", ":4:12", "config.value",
                "letters"},
           Case{"  - {name: a, media: [application/pdf], command: [/bin/cat], time_limit: 0s}\n", ":4:74",
                "config.value", ""},
           Case{"  - {name: a, media: [application/pdf], command: [/bin/cat], max_text: 1GB}\n", ":4:72",
                "config.value", ""},
           Case{"  - {name: a, media: [application/pdf], command: [/bin/cat]}\n"
                "  - {name: a, media: [image/png], command: [/bin/cat]}\n",
                ":5:5", "config.duplicate_name", "another name"},
           Case{"  - {name: a, media: [application/pdf], command: [/bin/cat]}\n"
                "  - {name: b, media: [image/png, application/pdf], command: [/bin/cat]}\n",
                ":5:5", "config.contradiction", "application/pdf"},
       }) {
    CAPTURE(c.yaml);
    const auto settings = parse(c.yaml, folder);
    REQUIRE(!settings.has_value());
    const Error& error = settings.error();
    CHECK_MESSAGE(error.code == c.code, error.to_string());
    CHECK_MESSAGE(error.where.ends_with(c.place), error.to_string());
    CHECK_MESSAGE(error.to_string().find(c.says) != std::string::npos, error.to_string());
  }
}

}  // namespace sluice::config
