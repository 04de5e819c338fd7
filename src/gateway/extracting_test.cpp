#include "gateway/extracting.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/test_folder.h"

using namespace sluice;
using namespace sluice::gateway;

namespace {

// A program that notes each run and says "words".
struct Counted {
  TestFolder folder;
  const std::string notes = folder / "runs";
  config::Extractors settings;
  explicit Counted(const std::string& then = "echo words") {
    config::Extractor one;
    one.name = "pdf";
    one.media = {"application/pdf"};
    one.command = {"/bin/sh", "-c", "echo $$ >> " + notes + "; cat >/dev/null; " + then};
    settings.list.push_back(one);
  }
  int runs() const {
    std::ifstream in(notes);
    int n = 0;
    for (std::string line; std::getline(in, line);) ++n;
    return n;
  }
};

// A PDF's beginning, and a number.
chat::Request asking(int number, int copies = 1) {
  const std::string digits = std::to_string(1000 + number);
  const char* const table = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string tail;
  const unsigned bits = unsigned(digits[1]) << 16 | unsigned(digits[2]) << 8 | unsigned(digits[3]);
  for (int shift = 18; shift >= 0; shift -= 6) tail += table[bits >> shift & 63];
  chat::Part part;
  part.kind = chat::Part::Kind::File;
  part.raw = R"({"type":"file","file":{"file_data":"data:application/pdf;base64,JVBERi0xLjcK)" + tail + "\"}}";
  chat::Request request;
  request.messages.resize(1);
  request.messages[0].parts.assign(std::size_t(copies), part);
  return request;
}

struct Fixture {
  Counted program;
  Extracting extracting;
  net::Loop loop;
  explicit Fixture(const std::string& then = "echo words")
      : program(then), extracting(program.settings, system_clock(), "a secret of this test") {}

  // What came of the first part.
  chat::Extraction read(chat::Request request, const std::string& tenant = "acme", bool forget = false) {
    loop.spawn(one(request, tenant, forget));
    loop.run();
    REQUIRE(request.messages[0].parts[0].extraction);
    return *request.messages[0].parts[0].extraction;
  }

 private:
  net::Task<void> one(chat::Request& request, std::string tenant, bool forget) {
    auto reading = extracting.begin(request, tenant, "req_1", loop);
    co_await reading->done();
    reading->give(request);
    if (forget) reading->forget();
    loop.stop();
  }
};

net::Task<void> wait_and_note(Extracting::Reading& reading, bool& done, net::Loop& loop) {
  co_await reading.done();
  done = true;
  loop.stop();
}

}  // namespace

TEST_CASE("What was read is kept for the same tenant and the same bytes") {
  Fixture f;
  CHECK(f.read(asking(1)).text == "words\n");
  CHECK(f.read(asking(1)).text == "words\n");
  CHECK(f.program.runs() == 1);
  CHECK(f.read(asking(2)).by == "pdf");
  CHECK(f.program.runs() == 2);
  CHECK(f.read(asking(1), "other").text == "words\n");
  CHECK(f.program.runs() == 3);
  CHECK(f.extracting.sweep(UtcTime{system_clock().utc().micros + 9 * 60'000'000LL}) == 0);
  CHECK(f.extracting.sweep(UtcTime{system_clock().utc().micros + 11 * 60'000'000LL}) == 3);
  CHECK(f.read(asking(1), "acme", true).text == "words\n");
  CHECK(f.program.runs() == 4);
  CHECK(f.read(asking(1)).text == "words\n");  // it was forgotten
  CHECK(f.program.runs() == 5);
  f.extracting.forget_all();
  CHECK(f.read(asking(1)).text == "words\n");
  CHECK(f.program.runs() == 6);
}

TEST_CASE("Failures are not kept, and say why") {
  Fixture f("exit 5");
  for (int i = 1; i <= 2; ++i) {
    const chat::Extraction read = f.read(asking(1));
    CHECK(read.failed == "exit_status");
    CHECK(read.text.empty());
    CHECK(f.program.runs() == i);
  }
  CHECK(f.read(asking(1, 21)).failed == "too_many");
  CHECK(f.program.runs() == 2);
}

TEST_CASE("Nothing to read is nothing to wait for") {
  Fixture f;
  chat::Request request;
  request.messages.resize(1);
  request.messages[0].parts.resize(2);
  request.messages[0].parts[1].kind = chat::Part::Kind::Unknown;
  CHECK(!f.extracting.begin(request, "acme", "req_1", f.loop));
}

TEST_CASE("Cancelled, all ends at once: what runs and what waits") {
  Fixture f("exec sleep 60");
  chat::Request request = asking(1);
  for (int i = 2; i < 8; ++i) request.messages[0].parts.push_back(asking(i).messages[0].parts[0]);
  auto reading = f.extracting.begin(request, "acme", "req_1", f.loop);
  const auto began = std::chrono::steady_clock::now();
  while (f.program.runs() < 2 && std::chrono::steady_clock::now() - began < std::chrono::seconds(20))
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  bool done = false;
  f.loop.spawn(wait_and_note(*reading, done, f.loop));
  reading->cancel();
  f.loop.run();
  CHECK(done);
  reading->give(request);
  for (const chat::Part& part : request.messages[0].parts) CHECK(part.extraction->failed == "cancelled");
  CHECK(f.program.runs() == 2);
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(40));
}

TEST_CASE("A reading that goes away takes its programs along, also where its loop is gone") {
  Fixture f("exec sleep 60");
  auto loop = std::make_unique<net::Loop>();
  for (int i = 0; i < 20; ++i) {
    chat::Request request = asking(i, 3);
    auto reading = f.extracting.begin(request, "acme", "req_1", *loop);
    if (i == 10) loop = nullptr;
    std::this_thread::sleep_for(std::chrono::milliseconds(i));
    reading.reset();
    if (!loop) loop = std::make_unique<net::Loop>();
  }
  CHECK(f.program.runs() < 60);
}
