// The scanner's part that looks at joints: what stands in more than one text.
#include <algorithm>
#include <iterator>
#include <utility>

#include "sense/cut_values.h"
#include "sense/encoded_joints.h"
#include "sense/kinds.h"
#include "sense/readings.h"
#include "sense/scan/decode/decode.h"
#include "sense/scanner.h"
#include "sense/seams.h"

namespace sluice::sense {
namespace {

// Kinds that end where the next word begins. A topic is none of a few pieces, and a password begins behind the
// word that tells it and may go on to anywhere: looked at by themselves, most words that stand beside a number are
// one.
bool has_edges(scan::Kind kind) {
  return kind == scan::Kind::Own ||
         (kind != scan::Kind::Password && kind != scan::Kind::ToldSecret && meaning_of(kind).type[0] != '\0');
}

// Letters, in one case behind the first.
bool is_plain_word(std::string_view text) {
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const std::string_view rest = text.substr(std::min<std::size_t>(1, text.size()));
  return !text.empty() && (upper(text.front()) || lower(text.front())) &&
         (std::all_of(rest.begin(), rest.end(), lower) || std::all_of(rest.begin(), rest.end(), upper));
}

}  // namespace

// The seams first: where these show a value by itself, what the pieces say together has it with a neighbour's
// word.
void Scanner::joint(const JointText& joint) {
  const std::optional<JointText> seams = seams_of(joint);
  if (!seams)
    judgement_.label.raise(Class::Restricted, Provenance{"detector_failure", "joints", Class::Restricted, {}});
  else if (!seams->pieces.empty())
    stretches(*seams, true);
  if (!stopped_) stretches(joint, false);
  if (!stopped_) encoded(joint);
}

// What is encoded in the end of one text and the beginning of the next is read as one, and is no word of either.
void Scanner::encoded(const JointText& joint) {
  for (const EncodedJoint& run : encoded_over(joint)) {
    const std::string_view text = std::string_view(joint.text).substr(run.start, run.size);
    scan::Unread unread;
    std::vector<scan::Decoded> pieces = scan::decode(text, unread);
    note(unread);
    for (scan::Decoded& piece : pieces) {
      if (piece.rearranged) continue;
      if (!may_go_on(piece.view.text.size())) return;
      scan::Document doc(std::move(piece.view), instruments_.phrases);
      doc.joint = true;
      this->run(doc);
      const std::vector<scan::Hit> hits = hits_;
      for (const scan::Hit& hit : hits)
        if (across_joints(hit)) crossing(joint, hit, run.start, run.start + run.size);
    }
  }
}

// Escapes and codes, of which the first half says nothing. What only stands otherwise than usual (numbers in
// lists, letters apart) is too much like the ends of harmless texts.
void Scanner::readings(const JointText& joint, std::string_view part, std::size_t start,
                       const scan::Document& outer, bool& clean) {
  scan::Unread unread;
  std::vector<scan::Decoded> pieces = scan::decode(outer.text, unread);
  if (note(unread)) clean = false;
  for (scan::Decoded& piece : pieces) {
    if (piece.rearranged) continue;
    scan::Document doc(std::move(piece.view), instruments_.phrases);
    doc.joint = true;
    if (!run(doc)) return;
    for (const scan::Hit& hit : hits_) {
      if (!across_joints(hit)) continue;
      clean = false;
      const std::size_t from = doc.origin(hit.start);
      std::size_t to = doc.origin(hit.end);
      if (to <= from) to = std::max(doc.origin(doc.text.size()), from + 1);
      crossing(joint, hit, start + outer.origin(from), start + outer.original_end(part, to));
    }
  }
}

void Scanner::stretches(const JointText& joint, bool seams) {
  for (const JointText::Stretch& part : joint.stretches()) {
    if (!may_go_on(part.end - part.start)) return;
    stretch(joint, part, seams);
  }
}

// Only stretches in which nothing was found are remembered: they say the same of any conversation.
void Scanner::stretch(const JointText& joint, const JointText::Stretch& stretch, bool seams) {
  const std::string_view part = std::string_view(joint.text).substr(stretch.start, stretch.end - stretch.start);
  TextHash::Key key{};
  std::shared_ptr<const Known> known;
  if (memory_) {
    key = (*hash_)(part);
    key[1] ^= 1;  // not what is known of a text with the same words: here other findings count
    if (memory_->find(key, known)) return;
  }
  incomplete_ = false;
  scan::Document doc = scan::Document::of(part, instruments_.phrases);
  doc.joint = true;
  run(doc);
  bool clean = true;
  Readings escapes(doc);
  if (!hits_.empty()) escapes.edges();
  for (scan::Hit& hit : hits_) {
    if (!across_joints(hit)) continue;
    if (seams && !has_edges(hit.kind)) continue;
    clean = false;
    escapes.correct(hit);
    const std::size_t end = doc.original_end(part, hit.end);
    if (end <= stretch.overlap) continue;  // the stretch before has shown it
    crossing(joint, hit, stretch.start + doc.origin(hit.start), stretch.start + end);
  }
  if (!seams && !stopped_) readings(joint, part, stretch.start, doc, clean);
  if (memory_ && clean && !stopped_ && !incomplete_) memory_->keep(key, nullptr);
}

// A finding in more than one text is listed at each of its places: whoever takes it out must take out all of it.
void Scanner::crossing(const JointText& joint, const scan::Hit& hit, std::size_t from, std::size_t to) {
  std::vector<Place> places;
  for (std::size_t i = joint.piece_at(from); i < joint.pieces.size() && joint.pieces[i].start < to; ++i) {
    const JointText::Piece& piece = joint.pieces[i];
    const std::size_t start = std::max(from, piece.start) - piece.start;
    const std::size_t end = std::min(to - piece.start, piece.size);
    if (start >= end) continue;
    const JointText::Source& source = joint.sources[piece.source];
    const std::size_t at = source.offset() + piece.source_start;
    if (!places.empty() && places.back().source == &source)
      places.back().end = at + end;
    else
      places.push_back({&source, at + start, at + end});
  }
  if (places.size() < 2 || !is_cut(hit.kind, places)) return;
  const std::optional<Finding> finding = raised(hit);
  if (!finding) return;
  const Crossing crossing{slot_of(hit), places.front().at(places.front().start),
                          places.back().at(places.back().end)};
  const auto shows = [&](const Crossing& known) {
    return known.slot == crossing.slot && known.from >= crossing.from && known.to <= crossing.to;
  };
  if (std::any_of(crossings_.begin(), crossings_.end(), shows)) return;
  std::vector<Finding> parts;
  for (const Place& place : places) {
    parts.push_back(*finding);
    parts.back().path = place.source->path();
    parts.back().start = place.start;
    parts.back().end = place.end;
    parts.back().part = true;
    settle(place.source->whole(), &parts.back(), 1);
  }
  if (is_neighbours_word(places, parts) || !may_list(hit)) return;
  crossings_.push_back(crossing);
  std::move(parts.begin(), parts.end(), std::back_inserter(judgement_.findings));
}

// Values of maps and arguments of calls: a topic is none of theirs, and a password may be anything.
bool Scanner::is_cut(scan::Kind kind, const std::vector<Place>& places) const {
  using Field = JointText::Source::Field;
  std::vector<std::string_view> parts;
  bool any_value = false;
  for (const Place& place : places) {
    parts.push_back(place.source->whole().substr(place.start, place.end - place.start));
    any_value = any_value || place.source->field == Field::Value || place.source->field == Field::Arguments;
  }
  return !any_value || kind == scan::Kind::Own || (has_edges(kind) && may_be_cut(parts));
}

// An edge is a boundary: what one of the texts shows by itself does not go on in what is a plain word of another
// ("write to jane@corp.de", "I see").
bool Scanner::is_neighbours_word(const std::vector<Place>& places, const std::vector<Finding>& parts) const {
  const auto shown = [&](const Finding& part) {
    return std::any_of(judgement_.findings.begin(), judgement_.findings.end(), [&](const Finding& whole) {
      return !whole.part && whole.detector == part.detector && whole.start >= part.start &&
             whole.end <= part.end && whole.path == part.path;
    });
  };
  bool any = false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (is_plain_word(places[i].source->whole().substr(places[i].start, places[i].end - places[i].start)))
      continue;
    if (!shown(parts[i])) return false;
    any = true;
  }
  return any;
}

// What administrators ask for is believed wherever it stands.
bool Scanner::across_joints(const scan::Hit& hit) const {
  return hit.kind == scan::Kind::Own || meaning_of(hit.kind).across_joints;
}

}  // namespace sluice::sense
