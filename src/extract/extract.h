// The face of extract: the text of parts that are no text, by programs that administrators name (`extractors` in
// sluice.yaml), so that a PDF can be judged instead of being unknown.
//
//   part --payload--> bytes --media--> extractor --process--> text, or why there is none
//
// Never says more than it knows: a file whose text is not there whole, in good form and in time stays unread, and
// what is unread is `restricted`. A Reader is immutable and thread-safe; read() blocks for as long as a program
// runs.
#pragma once

#include <string>
#include <string_view>

#include "chat/request.h"
#include "config/extractors.h"
#include "extract/outcome.h"
#include "extract/process.h"

namespace sluice::extract {

struct File {
  Outcome outcome = Outcome::UnknownForm;        // Read: there is one, and an extractor for it
  const config::Extractor* extractor = nullptr;  // of Read and TooLarge
  std::string bytes;
};

struct Text {
  Outcome outcome = Outcome::Failed;
  int status = 0;    // as in Ran
  std::string text;  // of Read
};

class Reader {
 public:
  explicit Reader(const config::Extractors& extractors) : extractors_(extractors) {}  // which outlive it

  // What a part carries, and who reads it. Takes no longer than decoding does.
  File open(const chat::Part& part) const;
  // The same of bytes whose only declaration is their file's name ("" for none).
  File open(std::string bytes, std::string_view file_name) const;
  Text read(const File& file, const Stop& stop) const;
  // The same as what stands at a part, with the reason where there is no text.
  chat::Extraction extraction(const File& file, const Stop& stop) const;

  const config::Extractors& settings() const { return extractors_; }

 private:
  File choose(std::string bytes, std::string_view declared, std::string_view named) const;
  const config::Extractors& extractors_;
};

// Whether a part is of a kind that an extractor could read.
bool may_be_read(const chat::Part& part);

// Parts of the request that are no text, on this thread, one after the other: for commands. The gateway has
// gateway/extracting.h.
void read_parts(const Reader& reader, chat::Request& request);

// What `text` is worth as an extractor's output: Read, InvalidText, NoText or BlankPage.
Outcome worth_of(std::string_view text, bool blank_pages);

}  // namespace sluice::extract
