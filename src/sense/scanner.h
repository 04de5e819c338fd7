// Scanner: one judgement in the making. Cuts texts into windows, gives each to every detector, watches the limits,
// and gathers findings and the label. Used once, by one thread.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/time.h"
#include "sense/joints.h"
#include "sense/kinds.h"
#include "sense/memory.h"
#include "sense/readings.h"
#include "sense/scan/decode/decode.h"
#include "sense/scan/decode/hints.h"
#include "sense/scan/decode/tables.h"
#include "sense/scan/detector.h"
#include "sense/sense.h"

namespace sluice::sense {

// What a Judge keeps: immutable after creation.
struct Instruments {
  scan::PhraseSet phrases;
  scan::Hints hints{phrases};
  scan::Tables tables{phrases};
  std::vector<std::unique_ptr<scan::Detector>> detectors;
  std::vector<OwnMeaning> own;  // by Hit::own
  const Clock* clock = nullptr;
};

// The kinds, then the own detectors.
inline std::size_t slot_of(const scan::Hit& hit) {
  return hit.kind == scan::Kind::Own ? scan::kKinds + hit.own : static_cast<std::size_t>(hit.kind);
}

class Scanner {
 public:
  // `memory`: null, or what was judged before for this tenant.
  Scanner(const Instruments& instruments, const JudgeOptions& options, Shelf* memory);

  void text(const std::string& path, std::string_view utf8);
  void joint(const JointText& joint);
  void unreadable(const std::string& path);
  void extracted(const std::string& what);  // raises nothing: it says whose word the label rests on
  Judgement finish();

 private:
  // Of a text of the conversation that a finding goes through.
  struct Place {
    const JointText::Source* source;
    std::size_t start, end;  // bytes of what stands at the source's path
    using Order = std::tuple<std::uint32_t, JointText::Source::Field, std::int32_t, std::size_t>;
    Order at(std::size_t byte) const {
      // A number of a text is none of a message.
      const std::uint32_t texts = source->field == JointText::Source::Field::Value ? 1u << 31 : 0;
      return {source->message | texts, source->field, source->part, byte};
    }
  };
  struct Crossing {
    std::size_t slot;
    Place::Order from, to;
  };

  bool may_go_on(std::size_t more_bytes);
  void stop(const char* limit);
  // Whether something was not read in another notation; then the label says so.
  bool note(const scan::Unread& unread);
  bool run(const scan::Document& doc);  // hits_ of all detectors
  void drop_weaker();
  void window(const std::string& path, std::string_view utf8, std::size_t start, std::size_t end);
  // What the window says in other notations, each judged as a document of its own.
  void decoded(const scan::Document& outer, std::string_view part, Readings& readings);
  void reading(scan::Decoded piece, Readings& readings);
  void exponents(const scan::Document& doc, const std::vector<std::uint32_t>& origins, int escapes,
                 Readings& readings);
  // What tables say when they are read as records; takes what these refute from what the text itself has shown.
  std::vector<scan::Hit> records(const scan::Document& outer, std::vector<scan::Hit>& shown);
  bool is_known(const scan::Hit& hit, std::size_t byte_start, std::size_t byte_end) const;
  bool across_joints(const scan::Hit& hit) const;
  void raise(const OwnMeaning& meaning);
  // Raises the label; the finding without its place, if it is one to list.
  std::optional<Finding> raised(const scan::Hit& hit);
  bool may_list(const scan::Hit& hit);
  void add(const std::string& path, const scan::Hit& hit, std::size_t byte_start, std::size_t byte_end);
  void settle(std::string_view utf8, Finding* findings, std::size_t count);
  void scan(const std::string& path, std::string_view utf8);
  bool recall(const std::string& path, const TextHash::Key& key);
  void remember(const TextHash::Key& key, const Label& label, std::size_t first_finding);
  void stretches(const JointText& joint, bool seams);
  void stretch(const JointText& joint, const JointText::Stretch& stretch, bool seams);
  // What joints say in other notations.
  void encoded(const JointText& joint);
  void readings(const JointText& joint, std::string_view part, std::size_t start, const scan::Document& outer,
                bool& clean);
  bool is_cut(scan::Kind kind, const std::vector<Place>& places) const;
  bool is_neighbours_word(const std::vector<Place>& places, const std::vector<Finding>& parts) const;
  void crossing(const JointText& joint, const scan::Hit& hit, std::size_t from, std::size_t to);

  const Instruments& instruments_;
  const JudgeOptions& options_;
  MonotonicTime began_;
  Judgement judgement_;
  std::vector<scan::Hit> hits_;
  // Start, end and kind (as slot_of() numbers it) of what this text has shown already: windows overlap, and
  // decoding repeats. Only of the latest window.
  std::set<std::tuple<std::size_t, std::size_t, std::size_t>> seen_;
  std::vector<Crossing> crossings_;    // that are listed
  std::vector<std::size_t> reported_;  // of each kind, then of each own detector
  bool stopped_ = false;
  bool incomplete_ = false;  // of this text: a detector failed, or not all findings are listed
  Shelf* memory_;
  std::optional<TextHash> hash_;
};

}  // namespace sluice::sense
