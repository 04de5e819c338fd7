// What a configuration says of extractors: programs that read the text of parts that are no text (a PDF's text
// layer, the words on a picture), so that they can be judged. extract/ runs them.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::config {

struct Extractor {
  std::string name;                  // in labels, records, logs and metrics
  std::vector<std::string> media;    // "application/pdf": what text/media.h can tell; each of one extractor only
  std::vector<std::string> command;  // program and arguments; bytes on its standard input, UTF-8 on its output
  std::chrono::milliseconds time_limit{10'000};
  std::size_t max_bytes = 20'000'000;  // of the file
  std::size_t max_text = 8'000'000;    // of its text; at most what is judged of a request
  // Whether a page without text is nothing to judge (pages end in form feeds). Else it leaves the file unread: it
  // may be a picture.
  bool blank_pages = false;
  bool network = false;  // whether the program may open sockets
  std::string where;
};

struct Extractors {
  std::vector<Extractor> list;
  int at_once = 2;           // programs that run at a time
  int parts_a_request = 20;  // with more, none is read
  bool empty() const { return list.empty(); }
  const Extractor* of(std::string_view media) const {
    for (const Extractor& one : list)
      for (const std::string& name : one.media)
        if (name == media) return &one;
    return nullptr;
  }
};

}  // namespace sluice::config
