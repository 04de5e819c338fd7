#include "extract/extract.h"

#include <doctest/doctest.h>

#include <random>

#include "extract/payload.h"
#include "extract/workers.h"

using namespace sluice;
using namespace sluice::extract;
using Kind = chat::Part::Kind;

namespace {

chat::Part part(Kind kind, std::string raw) {
  chat::Part p;
  p.kind = kind;
  p.raw = std::move(raw);
  return p;
}

Outcome outcome_of(Kind kind, const std::string& raw) { return payload_of(part(kind, raw)).outcome; }

// "%PDF-1.7\n" in base64, by coreutils' base64.
const std::string kPdf = "JVBERi0xLjcK";

config::Extractors extractors(std::vector<std::string> command = {"/bin/cat"}) {
  config::Extractors all;
  config::Extractor one;
  one.name = "pdf";
  one.media = {"application/pdf"};
  one.command = std::move(command);
  one.max_bytes = 64;
  all.list.push_back(one);
  return all;
}

}  // namespace

TEST_CASE("Base64 is the one text that RFC 4648 has for some bytes, or nothing") {
  // Section 10 of the RFC.
  const std::pair<const char*, const char*> vectors[] = {{"f", "Zg=="},         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},       {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) CHECK(decode_base64(text) == bytes);
  CHECK(decode_base64("////") == "\xFF\xFF\xFF");
  CHECK(decode_base64("++++") == "\xFB\xEF\xBE");
  for (const char* bad : {"", "Zg", "Zg=", "Zh==", "Zm9=", "Zg==Zg==", "Z===", "====", "Zm9v\n", " Zm9v", "Zm-_",
                          "Zm9v=", "Zm9\xC3\xB6"})
    CHECK_MESSAGE(!decode_base64(bad), bad);
}

TEST_CASE("The bytes of a part are found in every protocol's form") {
  const std::string url = "\"data:application/pdf;base64," + kPdf + "\"";
  for (const std::string& raw :
       {"{\"type\":\"file\",\"file\":{\"filename\":\"a.pdf\",\"file_data\":" + url + "}}",
        "{\"type\":\"file\",\"file\":{\"file_data\":\"" + kPdf + "\",\"filename\":\"a.pdf\"}}",
        "{\"type\":\"input_file\",\"filename\":\"a.pdf\",\"file_data\":" + url + "}",
        "{\"type\":\"document\",\"source\":{\"type\":\"base64\",\"media_type\":\"application/pdf\",\"data\":\"" +
            kPdf +
            "\"},\"title\":\"Letter\",\"context\":\"old\",\"citations\":{\"enabled\":true},"
            "\"cache_control\":{\"type\":\"ephemeral\"}}"}) {
    const Payload payload = payload_of(part(Kind::File, raw));
    CHECK_MESSAGE(payload.outcome == Outcome::Read, raw);
    CHECK(payload.base64 == kPdf);
    CHECK((payload.declared == "application/pdf" || payload.named == "application/pdf"));
  }
  CHECK(payload_of(part(Kind::Image, R"({"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA",)"
                                     R"("detail":"low"}})"))
            .declared == "image/png");
  CHECK(payload_of(part(Kind::Image, R"({"type":"input_image","image_url":"data:image\/jpg;base64,AAAA"})"))
            .declared == "image/jpeg");
  CHECK(payload_of(part(Kind::Audio, R"({"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}})"))
            .declared == "audio/wav");
}

TEST_CASE("Whatever could be read otherwise has no payload") {
  const std::string data = "\"file_data\":\"data:application/pdf;base64," + kPdf + "\"";
  CHECK(outcome_of(Kind::File, "{\"type\":\"file\",\"file\":{" + data + ",\"file_id\":\"file-1\"}}") ==
        Outcome::UnknownForm);
  CHECK(outcome_of(Kind::File, "{\"type\":\"file\",\"file\":{" + data + "},\"text\":\"x\"}") ==
        Outcome::UnknownForm);
  CHECK(outcome_of(Kind::File, "{\"type\":\"input_file\"," + data + ",\"file_url\":\"https://a.example/x\"}") ==
        Outcome::UnknownForm);
  CHECK(outcome_of(Kind::File, R"({"type":"file","file":{"file_id":"file-1"}})") == Outcome::NotInline);
  CHECK(outcome_of(Kind::File, R"({"type":"input_file","file_url":"https://a.example/x.pdf"})") ==
        Outcome::NotInline);
  CHECK(outcome_of(Kind::Image, R"({"type":"image_url","image_url":{"url":"https://a.example/x.png"}})") ==
        Outcome::NotInline);
  CHECK(outcome_of(Kind::Image,
                   R"({"type":"input_image","image_url":"data:image/png;base64,AAAA","file_id":"f"})") ==
        Outcome::NotInline);
  CHECK(outcome_of(Kind::Image, R"({"type":"image","source":{"type":"url","url":"https://a.example/x"}})") ==
        Outcome::NotInline);
  CHECK(outcome_of(Kind::File,
                   R"({"type":"document","source":{"type":"text","media_type":"text/plain","data":"a"}})") ==
        Outcome::UnknownForm);
  CHECK(outcome_of(Kind::File, R"({"type":"document","source":{"type":"base64","media_type":"application/pdf",)"
                               R"("data":"AAAA","file_id":"f"}})") == Outcome::UnknownForm);
  CHECK(outcome_of(Kind::File, R"({"type":"file","file":{"file_data":"data:application/pdf;x=1;base64,AAAA"}})") ==
        Outcome::NoExtractor);
  CHECK(outcome_of(Kind::File, R"({"type":"file","file":{"file_data":"data:application/pdf,AAAA"}})") ==
        Outcome::UnknownForm);
  CHECK(outcome_of(Kind::File, R"({"type":"container_upload","file_id":"f"})") == Outcome::UnknownForm);
  CHECK(outcome_of(Kind::File, "") == Outcome::UnknownForm);
}

TEST_CASE("What is declared, named and found has to be the same") {
  const config::Extractors all = extractors();
  const Reader reader(all);
  auto file = [&](const std::string& name, const std::string& media, const std::string& base64) {
    return reader
        .open(part(Kind::File, "{\"type\":\"file\",\"file\":{\"filename\":\"" + name +
                                   "\",\"file_data\":\"data:" + media + ";base64," + base64 + "\"}}"))
        .outcome;
  };
  CHECK(file("a.pdf", "application/pdf", kPdf) == Outcome::Read);
  CHECK(file("", "application/pdf", kPdf) == Outcome::Read);
  CHECK(file("a.png", "application/pdf", kPdf) == Outcome::Mismatch);
  CHECK(file("a.pdf", "image/png", kPdf) == Outcome::NoExtractor);
  CHECK(file("a.pdf", "application/pdf", "iVBORw0KGgo=") == Outcome::Mismatch);          // a PNG's beginning
  CHECK(file("a.pdf", "application/pdf", "SGVsbG8sIHdvcmxkIQ==") == Outcome::Mismatch);  // text
  CHECK(file("a.pdf", "application/pdf", "AAECAw==") == Outcome::NoExtractor);           // nothing known
  CHECK(file("a.pdf", "application/pdf", kPdf + "\\n") == Outcome::BadBase64);
  CHECK(file("a.pdf", "application/pdf", "JVBERi0xLjcK" + std::string(400, 'A')) == Outcome::TooLarge);
  CHECK(reader.open("%PDF-1.7", "x.pdf").outcome == Outcome::Read);
  CHECK(reader.open("%PDF-1.7", "x.txt").outcome == Outcome::Mismatch);
  CHECK(reader.open("just words", "").outcome == Outcome::NoExtractor);
}

TEST_CASE("A text has to say something, on every page") {
  CHECK(worth_of("words", false) == Outcome::Read);
  CHECK(worth_of("one\ftwo\f", false) == Outcome::Read);
  CHECK(worth_of("one\ftwo\f\n", false) == Outcome::Read);
  CHECK(worth_of("", false) == Outcome::NoText);
  CHECK(worth_of(" \n\f\f\t", true) == Outcome::NoText);
  CHECK(worth_of("\u00a0\u200b\u3000\ufeff", false) == Outcome::NoText);
  CHECK(worth_of("one\f \n\fthree\f", false) == Outcome::BlankPage);
  CHECK(worth_of("\fone\f", false) == Outcome::BlankPage);
  CHECK(worth_of("one\f\f", false) == Outcome::BlankPage);
  CHECK(worth_of("one\f\u00a0", false) == Outcome::BlankPage);
  CHECK(worth_of("one\f \n\fthree\f", true) == Outcome::Read);
  CHECK(worth_of("caf\xE9", false) == Outcome::InvalidText);
  CHECK(worth_of("cut \xC3", false) == Outcome::InvalidText);
}

TEST_CASE("Parts of a request get their text or the reason why there is none") {
  config::Extractors all = extractors({"/bin/sh", "-c", "cat >/dev/null; echo read it"});
  all.parts_a_request = 2;
  chat::Request request;
  request.messages.resize(2);
  const std::string raw =
      "{\"type\":\"file\",\"file\":{\"file_data\":\"data:application/pdf;base64," + kPdf + "\"}}";
  request.messages[0].parts = {part(Kind::Text, ""), part(Kind::File, raw), part(Kind::Unknown, "{}")};
  request.messages[1].parts = {
      part(Kind::Image, R"({"type":"image_url","image_url":{"url":"https://a.example"}})")};
  read_parts(Reader(all), request);
  REQUIRE(request.messages[0].parts[1].extraction);
  CHECK(request.messages[0].parts[1].extraction->by == "pdf");
  CHECK(request.messages[0].parts[1].extraction->text == "read it\n");
  CHECK(request.messages[1].parts[0].extraction->failed == "not_inline");
  CHECK(!request.messages[0].parts[2].extraction);
  CHECK(chat::unreadable_parts(request) ==
        std::vector<std::string>{"$.messages[0].content[2]", "$.messages[1].content[0] (not_inline)"});
  request.messages[1].parts.push_back(part(Kind::File, raw));
  read_parts(Reader(all), request);
  CHECK(request.messages[0].parts[1].extraction->failed == "too_many");
}

TEST_CASE("A queue takes no more than it may, and drops what has not begun when it goes") {
  std::mutex lock;
  std::condition_variable changed;
  bool go = false;
  int begun = 0;
  auto work = [&] {
    std::unique_lock guard(lock);
    ++begun;
    changed.notify_all();
    changed.wait(guard, [&] { return go; });
  };
  std::thread later;
  {
    Workers workers(2, 3);
    for (int i = 0; i < 2; ++i) CHECK(workers.post(work));
    {
      std::unique_lock guard(lock);
      changed.wait(guard, [&] { return begun == 2; });
    }
    for (int i = 0; i < 3; ++i) CHECK(workers.post(work));
    CHECK(!workers.post(work));
    later = std::thread([&] {  // when the queue has long begun to go
      std::this_thread::sleep_for(std::chrono::milliseconds(500));
      std::lock_guard guard(lock);
      go = true;
      changed.notify_all();
    });
  }
  later.join();
  CHECK(begun == 2);
}
