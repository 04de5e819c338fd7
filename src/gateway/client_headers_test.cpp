#include "gateway/client_headers.h"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::gateway;

TEST_CASE("A client declares a label in the words that labels have, and a word that is none is refused") {
  auto declared = [](const char* value) {
    auto label = declared_label(std::string_view(value));
    return label ? label->to_string() : label.error().code + " at " + label.error().where;
  };
  CHECK(declared("confidential") == "confidential");
  CHECK(declared(" regulated ; health, pii ") == "regulated; health,pii");
  CHECK(declared("public; credentials") == "restricted; credentials");  // a category lifts to its floor
  for (const char* wrong : {"", "secret", "Confidential", "regulated;", "regulated; names",
                            "regulated; pii; health", "regulated; pii,", "regulated, pii", "my patient"})
    CHECK_MESSAGE(declared(wrong) == "request.invalid at x-sluice-class", wrong);
  CHECK(declared_label("my patient").error().to_string().find("patient") == std::string::npos);
  CHECK(declared_label("confidental").error().hint.find("\"confidential\"") != std::string::npos);

  http::Headers headers;
  CHECK(declared_label(headers)->to_string() == "public");
  CHECK(declared_label(headers)->provenance.empty());
  headers.add("X-Sluice-Class", "internal; pii");
  headers.add("x-sluice-class", "regulated");
  auto both = declared_label(headers);
  REQUIRE(both);
  CHECK(both->to_string() == "regulated; pii");
  for (const sense::Provenance& why : both->provenance) {
    CHECK(why.source == "header");
    CHECK(why.detail == "x-sluice-class");
  }
  headers.add("x-sluice-class", "hidden");
  CHECK(!declared_label(headers));
}

TEST_CASE("A sign in the wrong place is named, not the word beside it") {
  auto hint = [](const char* value) {
    auto label = declared_label(std::string_view(value));
    REQUIRE_FALSE(label);
    return label.error().message + " / " + label.error().hint;
  };
  for (const char* value : {"confidential, pii", "confidential,pii", "regulated pii, health"})
    CHECK_MESSAGE(hint(value).find("behind ';'") != std::string::npos, hint(value));
  for (const char* value : {"regulated; pii; health", "regulated; pii health"})
    CHECK_MESSAGE(hint(value).find("have ',' between") != std::string::npos, hint(value));
  CHECK(hint("pii").find("a class comes first") != std::string::npos);
  CHECK(hint("pii, health").find("a class comes first") != std::string::npos);
  CHECK(hint("regulated; confidential").find("one class") != std::string::npos);
  CHECK(hint("confidental").find("did you mean \"confidential\"?") != std::string::npos);
}

TEST_CASE("A header that is meant for Sluice is one of its own, or the request is refused with what was meant") {
  auto checked = [](const char* name) -> std::string {
    http::Headers headers;
    headers.add(name, "restricted");
    Status status = check_own_headers(headers);
    return status ? "" : status.error().code + " " + status.error().where;
  };
  for (const char* own :
       {"x-sluice-class", "X-Sluice-Class", "x-sluice-declassify", "x-sluice-reason", "x-sluice-ticket"})
    CHECK_MESSAGE(checked(own) == "", own);
  for (const char* wrong :
       {"x-sluice-classs", "x-sluice-clas", "X-SLUICE-CLASSES", "x-sluice_class", "x-sluiceclass", "sluice-class",
        "x-slucie-class", "x-sluce-class", "x-slluice-class", "x_sluise_class"})
    CHECK_MESSAGE(checked(wrong) == "request.invalid x-sluice-class", wrong);
  CHECK(checked("x-sluice-tiket") == "request.invalid x-sluice-ticket");
  CHECK(checked("x-sluice-declasify") == "request.invalid x-sluice-declassify");
  CHECK(checked("x-sluice-label") == "request.invalid x-sluice-*");
  CHECK(checked("x-sluice-") == "request.invalid x-sluice-*");
  // Of other people.
  for (const char* other : {"x-request-id",
                            "x-service-class",
                            "x-stainless-lang",
                            "x-amzn-trace-id",
                            "x-api-key",
                            "x-",
                            "x",
                            "traceparent",
                            "user-agent",
                            "x-ticket",
                            "x-codex-turn-metadata",
                            "x-slice-class",
                            "x-slice-reason",
                            "x-source-reason",
                            "x-source-class",
                            "x-service-ticket",
                            "x-juice-class",
                            "x-slate-class",
                            "x-sauce-ticket",
                            "x-reason",
                            "anthropic-beta",
                            "x-app",
                            "x-forwarded-for",
                            "x-goog-api-client"})
    CHECK_MESSAGE(checked(other) == "", other);
}
