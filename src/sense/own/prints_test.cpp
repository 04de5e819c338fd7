// The promises of the paper, which the detector's rest on: whatever is quoted from a document at a certain length
// is found, and nothing shorter is.
#include "sense/own/prints.h"
#include "base/test_folder.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <random>

namespace sluice::sense::own {
namespace {

// Words without meaning: numbers, each once in all texts that this makes unless they are repeated on purpose.
class Writer {
 public:
  explicit Writer(unsigned seed) : random_(seed) {}
  std::vector<std::string> words(std::size_t count) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < count; ++i) all.push_back("w" + std::to_string(next_++));
    return all;
  }
  std::size_t upto(std::size_t most) { return std::uniform_int_distribution<std::size_t>(0, most)(random_); }

 private:
  std::mt19937 random_;
  std::size_t next_ = 0;
};

std::string text_of(const std::vector<std::string>& words, const char* between = " ") {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

std::vector<scan::Hit> find(const Prints& prints, const WordHash& hash, const std::string& text) {
  const auto tokens = hash.tokens(text);
  const WordHash::Runs runs(hash, tokens);
  std::vector<scan::Hit> hits;
  prints.find(tokens, runs, hits);
  return hits;
}

}  // namespace

TEST_CASE("every quotation of 20 words is found where it stands, and none of 11 is") {
  Writer writer(7);
  const WordHash hash;
  const auto document = writer.words(400);
  Prints prints;
  prints.add(prints_of(text_of(document), hash), 3);
  prints.build();
  for (std::size_t length : {kSurelyFound, kSurelyFound + 1, std::size_t{60}, std::size_t{400}}) {
    for (std::size_t from = 0; from + length <= document.size(); ++from) {
      const std::vector<std::string> quoted(document.begin() + std::ptrdiff_t(from),
                                            document.begin() + std::ptrdiff_t(from + length));
      const std::string before = text_of(writer.words(writer.upto(50))), quotation = text_of(quoted, ",\n");
      const std::string text = before + "\n\n" + quotation + "\n\n" + text_of(writer.words(writer.upto(50)));
      const auto hits = find(prints, hash, text);
      REQUIRE_MESSAGE(hits.size() == 1, "from " << from << " length " << length);
      CHECK(hits[0].kind == scan::Kind::Own);
      CHECK(hits[0].own == 3);
      const std::size_t start = before.size() + 2, end = start + quotation.size();
      CHECK(hits[0].start >= start);
      CHECK(hits[0].end <= end);
      // At most a window of runs on each side does not belong to a print.
      const auto inside = std::vector<Token>(hash.tokens(text.substr(hits[0].start, hits[0].end - hits[0].start)));
      CHECK(inside.size() + 2 * (kWindow - 1) >= length);
    }
  }
  for (std::size_t from = 0; from + 11 <= document.size(); ++from) {
    const std::vector<std::string> quoted(document.begin() + std::ptrdiff_t(from),
                                          document.begin() + std::ptrdiff_t(from + 11));
    CHECK(find(prints, hash, "so he said " + text_of(quoted) + " and went").empty());
  }
}

TEST_CASE(
    "phrases of a document that stand far from each other are no quotation, nor is one phrase again and again") {
  // Which runs are prints depends on the key: with one in ten or so, all three runs of some phrase are.
  for (int key = 0; key < 200; ++key) {
    Writer writer(11);
    const WordHash hash;
    const auto document = writer.words(400);
    Prints prints;
    prints.add(prints_of(text_of(document), hash), 0);
    prints.build();
    std::string scattered, repeated;
    for (std::size_t from = 0; from + 8 <= document.size(); from += 8) {
      const std::vector<std::string> phrase(document.begin() + std::ptrdiff_t(from),
                                            document.begin() + std::ptrdiff_t(from + 8));
      scattered += text_of(phrase) + " " + text_of(writer.words(30)) + " ";
      for (int i = 0; i < 20 && from == 80; ++i) repeated += text_of(phrase) + " so ";
    }
    REQUIRE(find(prints, hash, scattered).empty());
    REQUIRE(find(prints, hash, repeated).empty());
  }
}

TEST_CASE("a paragraph with every twelfth word changed is still found") {
  Writer writer(13);
  const WordHash hash;
  const auto document = writer.words(400);
  Prints prints;
  prints.add(prints_of(text_of(document), hash), 0);
  prints.build();
  auto edited = std::vector<std::string>(document.begin() + 100, document.begin() + 200);
  for (std::size_t i = 5; i < edited.size(); i += 12) edited[i] = "other";
  CHECK(!find(prints, hash, text_of(edited)).empty());
}

TEST_CASE("detectors keep their prints apart") {
  Writer writer(17);
  const WordHash hash;
  const auto one = writer.words(30), two = writer.words(30);
  Prints prints;
  prints.add(prints_of(text_of(one), hash), 1);
  prints.add(prints_of(text_of(two), hash), 2);
  prints.add(prints_of(text_of(one), hash), 5);
  prints.build();
  const auto hits = find(prints, hash, text_of(one) + " " + text_of(two));
  REQUIRE(hits.size() == 3);
  CHECK(hits[0].own == 1);
  CHECK(hits[1].own == 2);
  CHECK(hits[2].own == 5);
}

TEST_CASE("prints are those of a folder's texts, less what is public") {
  Writer writer(19);
  const TestFolder folder;
  const WordHash hash;
  const auto secret = writer.words(100), boilerplate = writer.words(100);
  folder.write("in/a.txt", text_of(secret) + " " + text_of(boilerplate));
  folder.write("in/deeper/b.txt", text_of(writer.words(40)));
  folder.write("in/.hidden", "no");
  const std::string known = folder.write("known.txt", text_of(boilerplate));
  const auto all = prints_of_files({{folder / "in", "here"}}, {}, hash);
  const auto some = prints_of_files({{folder / "in", "here"}}, {{known, "here"}}, hash);
  REQUIRE(all.has_value());
  REQUIRE(some.has_value());
  CHECK(some->size() < all->size());
  Prints prints;
  prints.add(*some, 0);
  prints.build();
  CHECK(find(prints, hash, text_of(boilerplate)).empty());
  CHECK(find(prints, hash, text_of(secret)).size() == 1);
}

TEST_CASE("what can't be a protected document is refused with its file") {
  Writer writer(23);
  const TestFolder folder;
  const WordHash hash;
  const std::string text = text_of(writer.words(50));
  const auto error = [&](const std::string& path, const std::string& except = "") {
    std::vector<config::Said> known;
    if (!except.empty()) known.push_back({except, "there"});
    const auto made = prints_of_files({{path, "here"}}, known, hash);
    REQUIRE(!made.has_value());
    CHECK(made.error().code == "config.value");
    CHECK(made.error().where == "here");
    CHECK(made.error().message.find("w0") == std::string::npos);
    return made.error().message;
  };
  CHECK(error(folder.write("short.txt", text_of(writer.words(19)))).find("less than 20 words") !=
        std::string::npos);
  CHECK(error(folder.write("a.pdf", "%PDF-1.7\n\xE2\x28\xA1" + text)).find("not a text") != std::string::npos);
  CHECK(error(folder.write("b.bin", text + std::string(1, '\0'))).find("not a text") != std::string::npos);
  CHECK(error(folder / "none").find("can't read") != std::string::npos);
  std::filesystem::create_directories(folder / "empty");
  CHECK(error(folder / "empty").find("no file") != std::string::npos);
  const std::string same = folder.write("same.txt", text);
  CHECK(error(same, same).find("left out") != std::string::npos);
}

TEST_CASE("prints travel with a sign of their key and nothing of their text") {
  Writer writer(29);
  const TestFolder folder;
  const WordHash hash("the key of this test");
  const auto prints = prints_of(text_of(writer.words(200)), hash);
  const std::string written = write_prints(prints, hash);
  CHECK(written.find("w1") == std::string::npos);
  const std::string path = folder.write("a.prints", written);
  const auto read = read_prints({path, "here"}, WordHash("the key of this test"));
  REQUIRE(read.has_value());
  CHECK(*read == prints);
  const auto error = [&](const std::string& file, const WordHash& key) {
    const auto made = read_prints({file, "here"}, key);
    REQUIRE(!made.has_value());
    return made.error().message;
  };
  CHECK(error(path, WordHash("another key of tests")).find("another key") != std::string::npos);
  CHECK(error(folder.write("b.prints", "hello\n"), hash).find("no prints") != std::string::npos);
  CHECK(error(folder.write("c.prints", written.substr(0, written.size() - 5)), hash).find("damaged") !=
        std::string::npos);
  std::string changed = written;
  changed[written.find('\n') + 3] = 'x';
  CHECK(error(folder.write("d.prints", changed), hash).find("damaged") != std::string::npos);
  CHECK(error(folder.write("e.prints", written.substr(0, written.find('\n') + 1)), hash).find("no print") !=
        std::string::npos);
}

}  // namespace sluice::sense::own
