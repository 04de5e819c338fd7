// What a configuration says of the detectors that its administrators add: patterns, dictionaries and fingerprints
// of documents. Plain values as they were written, each with its place; sense/own makes detectors of them and
// refuses there what they can't mean.
#pragma once

#include <string>
#include <vector>

namespace sluice::config {

// A text of the file and where it stands: "sluice.yaml:12:7".
struct Said {
  std::string text;
  std::string where;
};

// What every own detector has.
struct OwnDetector {
  std::string name;                   // in findings, records and explanations; unique among the own ones
  Said category;                      // "business"
  Said cls;                           // "regulated": a class above the category's own; empty text: none
  std::string type;                   // of the span, in tokens and marks: "TERM"
  std::vector<Said> match, no_match;  // examples that it must find, and such that it must not
  std::string where;
};

struct OwnPattern : OwnDetector {
  Said regex;  // RE2 syntax
  bool ignore_case = false;
  std::vector<Said> context;  // words, one of which has to stand nearby; empty: none has to
  Said check;                 // "luhn"; empty text: none
};

struct OwnDictionary : OwnDetector {
  std::vector<Said> terms;
  Said file;  // path of a file with a term a line; empty text: none
};

struct OwnFingerprints : OwnDetector {
  std::vector<Said> files;   // paths of texts, or of folders of such
  std::vector<Said> except;  // the same: what they say is no secret
  Said prints;               // path of what `sluice fingerprint` wrote; empty text: none
};

struct OwnDetectors {
  std::vector<OwnPattern> patterns;
  std::vector<OwnDictionary> dictionaries;
  std::vector<OwnFingerprints> fingerprints;
  std::string key_env, key;  // of `prints`; the key's value is never printed
  bool empty() const { return patterns.empty() && dictionaries.empty() && fingerprints.empty(); }
};

}  // namespace sluice::config
