#include "sense/scanner.h"

#include <algorithm>
#include <exception>
#include <tuple>
#include <utility>

#include "sense/kinds.h"
#include "sense/scan/byte_bits.h"
#include "sense/scan/covered.h"
#include "sense/scan/decode/decode.h"
#include "sense/scan/decode/rewritten.h"
#include "text/utf8.h"

namespace sluice::sense {
namespace {

// A window fits the second-level cache with all that is derived from it. The overlap is longer than any finding
// whose beginning does not already prove it.
constexpr std::size_t kWindow = 64 * 1024;
constexpr std::size_t kOverlap = 4 * 1024;
constexpr std::size_t kTimedBytes = 4 * 1024;  // in so many the time is looked at after each detector
constexpr std::size_t kLeastRemembered = 32;   // bytes; to scan less costs no more than to look it up

bool continues_character(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}

// The beginning of a window: at white space if there is some nearby, so that no number is cut in half.
std::size_t window_start(std::string_view text, std::size_t wanted) {
  for (std::size_t back = 0; back < 256 && back < wanted; ++back) {
    const char c = text[wanted - back];
    if (c == '\n' || c == ' ') return wanted - back;
  }
  while (wanted > 0 && continues_character(text, wanted)) --wanted;
  return wanted;
}

// Kinds of hits that yield to others where they overlap.
enum class Weak { Email, PaymentCard, Account, Phone, National, No };
constexpr std::size_t kWeakKinds = 5;

Weak rank_of(scan::Kind kind) {
  using scan::Kind;
  switch (kind) {
    case Kind::Email:
      return Weak::Email;
    case Kind::PaymentCard:
      return Weak::PaymentCard;
    case Kind::BankAccount:
    case Kind::RoutingNumber:
    case Kind::SortCode:
      return Weak::Account;
    case Kind::Phone:
      return Weak::Phone;
    case Kind::NationalId:
      return Weak::National;
    default:
      return Weak::No;
  }
}

// Of a licence that has its holder's national number it is the words right before that are believed.
constexpr double kToldRightBefore = 0.8;

bool yields(Weak weak, const scan::Hit& other) {
  using scan::Kind;
  const Kind strong = other.kind;
  switch (weak) {
    case Weak::Email:
      return strong == Kind::Password;
    case Weak::PaymentCard:
      return strong == Kind::Iban;
    case Weak::Account:
      return strong == Kind::Iban || strong == Kind::PaymentCard || strong == Kind::NationalId ||
             strong == Kind::TaxId || strong == Kind::UsSsn;
    case Weak::Phone:
      return strong != Kind::Phone &&
             (strong <= Kind::SortCode || (strong >= Kind::UsSsn && strong < Kind::HealthTopic));
    case Weak::National:
      return (strong == Kind::DriverLicense || strong == Kind::Passport) && other.confidence >= kToldRightBefore;
    case Weak::No:
      break;
  }
  return false;
}

}  // namespace

Scanner::Scanner(const Instruments& instruments, const JudgeOptions& options, Shelf* memory)
    : instruments_(instruments), options_(options), began_(instruments.clock->monotonic()), memory_(memory) {
  if (memory) hash_.emplace(*memory);
  reported_.resize(scan::kKinds + instruments.own.size());
  judgement_.label.raise(options.default_class, Provenance{"default", "", options.default_class, {}});
}

void Scanner::stop(const char* limit) {
  stopped_ = true;
  judgement_.label.raise(Class::Restricted, Provenance{"detector_failure", limit, Class::Restricted, {}});
}

bool Scanner::may_go_on(std::size_t more_bytes) {
  if (stopped_) return false;
  if (more_bytes > options_.max_bytes - std::min(options_.max_bytes, judgement_.bytes)) {
    stop("max_bytes");
  } else if (options_.given_up && options_.given_up->load(std::memory_order_relaxed)) {
    stop("given_up");
  } else if (instruments_.clock->monotonic() - began_ > options_.time_limit) {
    stop("time_limit");
  }
  return !stopped_;
}

void Scanner::unreadable(const std::string& path) {
  judgement_.label.raise(Class::Restricted, Provenance{"unreadable", path, Class::Restricted, {}});
}

void Scanner::extracted(const std::string& what) {
  judgement_.label.raise(Class::Public, Provenance{"extracted", what, Class::Public, {}});
}

// A detector that fails leaves the others their turn, since their findings explain the label.
bool Scanner::run(const scan::Document& doc) {
  hits_.clear();
  for (const auto& detector : instruments_.detectors) {
    bool failed = false;
    try {
      failed = !detector->detect(doc, hits_).has_value();
    } catch (const std::exception&) {
      failed = true;
    }
    if (failed) {
      incomplete_ = true;
      judgement_.label.raise(Class::Restricted,
                             Provenance{"detector_failure", detector->name(), Class::Restricted, {}});
    }
    // The clock costs as much as a detector does on a short text.
    if (doc.text.size() >= kTimedBytes && !may_go_on(0)) return false;
  }
  drop_weaker();
  return may_go_on(0);
}

// What two detectors read differently: a telephone number inside of an account number, a card inside of an IBAN,
// an address made of a password and its host, a national number that is a licence's too.
void Scanner::drop_weaker() {
  if (hits_.size() < 2) return;
  const bool any_weak =
      std::any_of(hits_.begin(), hits_.end(), [](const scan::Hit& hit) { return rank_of(hit.kind) != Weak::No; });
  if (!any_weak) return;
  std::array<scan::Covered, kWeakKinds> covered;
  for (const scan::Hit& hit : hits_) {
    for (std::size_t weak = 0; weak < kWeakKinds; ++weak) {
      if (yields(static_cast<Weak>(weak), hit)) covered[weak].add(hit.start, hit.end);
    }
  }
  for (scan::Covered& places : covered) places.settle();
  std::erase_if(hits_, [&](const scan::Hit& hit) {
    const Weak weak = rank_of(hit.kind);
    return weak != Weak::No && covered[static_cast<std::size_t>(weak)].meets(hit.start, hit.end);
  });
}

void Scanner::text(const std::string& path, std::string_view utf8) {
  if (!may_go_on(utf8.size())) return;
  judgement_.bytes += utf8.size();
  if (!memory_ || utf8.size() < kLeastRemembered) return scan(path, utf8);
  const TextHash::Key key = (*hash_)(utf8);
  if (recall(path, key)) return;
  incomplete_ = false;
  const std::size_t first_finding = judgement_.findings.size();
  Label before = std::exchange(judgement_.label, Label());
  scan(path, utf8);
  std::swap(judgement_.label, before);
  judgement_.label.join(before);
  if (!stopped_ && !incomplete_) remember(key, before, first_finding);
}

bool Scanner::recall(const std::string& path, const TextHash::Key& key) {
  std::shared_ptr<const Known> known;
  if (!memory_->find(key, known)) return false;
  if (!known) return true;
  judgement_.label.join(known->label);
  for (const Finding& finding : known->findings) {
    judgement_.findings.push_back(finding);
    judgement_.findings.back().path = path;
  }
  return true;
}

void Scanner::remember(const TextHash::Key& key, const Label& label, std::size_t first_finding) {
  const auto& findings = judgement_.findings;
  std::shared_ptr<Known> known;
  if (first_finding < findings.size() || !label.provenance.empty()) {
    known =
        std::make_shared<Known>(Known{label, {findings.begin() + std::ptrdiff_t(first_finding), findings.end()}});
    for (Finding& finding : known->findings) finding.path.clear();
  }
  memory_->keep(key, std::move(known));
}

void Scanner::scan(const std::string& path, std::string_view utf8) {
  const std::size_t first_finding = judgement_.findings.size();
  seen_.clear();
  std::size_t start = 0;
  while (!stopped_) {
    std::size_t end = std::min(utf8.size(), start + kWindow);
    while (end < utf8.size() && continues_character(utf8, end)) ++end;
    window(path, utf8, start, end);
    if (end == utf8.size()) break;
    start = window_start(utf8, end - kOverlap);
  }
  settle(utf8, judgement_.findings.data() + first_finding, judgement_.findings.size() - first_finding);
}

void Scanner::window(const std::string& path, std::string_view utf8, std::size_t start, std::size_t end) {
  const std::string_view part = utf8.substr(start, end - start);
  seen_.erase(seen_.begin(), seen_.lower_bound({start, 0, 0}));  // what begins before it is not found again
  const scan::Document doc = scan::Document::of(part, instruments_.phrases);
  run(doc);
  std::vector<scan::Hit> shown = std::move(hits_);
  std::vector<scan::Hit> said;
  if (!stopped_) said = records(doc, shown);
  Readings readings(doc);
  if (!stopped_) decoded(doc, part, readings);
  readings.settle();
  const auto byte_start = [&](const scan::Hit& hit) { return start + doc.origin(hit.start); };
  const auto byte_end = [&](const scan::Hit& hit) { return start + doc.original_end(part, hit.end); };
  for (scan::Hit& hit : shown) {
    // What touches the end of a window may go on in the next, which begins before it and shows it whole.
    if (end < utf8.size() && hit.end == doc.text.size() && doc.origin(hit.start) > kOverlap &&
        doc.origin(hit.start) > part.size() - kOverlap / 2)
      continue;
    if (readings.correct(hit)) add(path, hit, byte_start(hit), byte_end(hit));
  }
  for (scan::Hit& hit : said)  // what the row itself has shown isn't listed again
    if (readings.correct(hit) && !is_known(hit, byte_start(hit), byte_end(hit)))
      add(path, hit, byte_start(hit), byte_end(hit));
  for (Readings::Shown one : readings.shown())
    if (readings.correct(one.hit, one.escapes)) add(path, one.hit, byte_start(one.hit), byte_end(one.hit));
}

bool Scanner::note(const scan::Unread& unread) {
  if (unread.bound() == nullptr) return false;
  judgement_.label.raise(Class::Restricted,
                         Provenance{"detector_failure", unread.bound(), Class::Restricted, std::nullopt});
  return true;
}

void Scanner::decoded(const scan::Document& outer, std::string_view part, Readings& readings) {
  scan::Unread unread;
  for (scan::Decoded& piece : scan::decode(outer.text, unread)) {
    reading(std::move(piece), readings);
    if (stopped_) return;
  }
  std::vector<scan::Piece> more = instruments_.hints.readings(outer);
  for (scan::Piece& piece : scan::overridden(part, outer.text, outer.origins, unread))
    more.push_back(std::move(piece));
  note(unread);
  for (scan::Piece& piece : more) {
    reading({{std::move(piece.text), std::move(piece.origin)}, piece.rearranged}, readings);
    if (stopped_) return;
  }
  exponents(outer, {}, 0, readings);
}

// Kinds that a word makes of a number: in a table the word is the name of the column.
bool by_its_word(scan::Kind kind) {
  using scan::Kind;
  return kind == Kind::UsSsn || kind == Kind::NationalId || kind == Kind::TaxId || kind == Kind::MedicalId;
}

// A table as records: the same words once more. What they are about is judged where they stand. A number that its
// own column does not call so was taken for another column's.
std::vector<scan::Hit> Scanner::records(const scan::Document& outer, std::vector<scan::Hit>& shown) {
  std::vector<scan::Hit> said;
  for (scan::Tables::Record& record : instruments_.tables.readings(outer)) {
    const std::uint32_t first = record.piece.origin.front(), last = record.piece.origin.back();
    scan::Document doc({std::move(record.piece.text), std::move(record.piece.origin)}, instruments_.phrases);
    doc.heads = std::move(record.heads);
    run(doc);
    std::array<scan::Covered, scan::kKinds> places;
    for (scan::Hit hit : hits_) {
      if (hit.kind != scan::Kind::Own && meaning_of(hit.kind).type[0] == '\0') continue;
      hit.start = static_cast<std::uint32_t>(doc.origin(hit.start));
      hit.end = static_cast<std::uint32_t>(doc.origin(hit.end));
      if (hit.end <= hit.start) continue;  // in a name of a column
      said.push_back(hit);
      if (by_its_word(hit.kind)) places[static_cast<std::size_t>(hit.kind)].add(hit.start, hit.end);
    }
    for (scan::Covered& covered : places) covered.settle();
    std::erase_if(shown, [&](const scan::Hit& hit) {
      return by_its_word(hit.kind) && hit.start >= first && hit.end <= last &&
             !places[static_cast<std::size_t>(hit.kind)].meets(hit.start, hit.end);
    });
    if (stopped_) break;
  }
  return said;
}

// Whether something of the kind is listed over these bytes.
bool Scanner::is_known(const scan::Hit& hit, std::size_t byte_start, std::size_t byte_end) const {
  constexpr std::size_t kLongest = 128;
  const std::size_t slot = slot_of(hit), from = byte_start > kLongest ? byte_start - kLongest : 0;
  for (auto known = seen_.lower_bound({from, 0, 0}); known != seen_.end(); ++known) {
    const auto& [s, e, k] = *known;
    if (s >= byte_end) return false;
    if (k == slot && e > byte_start) return true;
  }
  return false;
}

void Scanner::reading(scan::Decoded piece, Readings& readings) {
  scan::Document doc(std::move(piece.view), instruments_.phrases);
  run(doc);
  for (const scan::Hit& hit : hits_)
    if (!piece.rearranged || across_joints(hit)) readings.add(doc, hit, piece.escapes);
  if (!stopped_) exponents(doc, doc.origins, piece.escapes, readings);
  readings.end(std::move(doc), piece.escapes);
}

// Numbers without their exponents, and what their neighbours say of them. `origins` leads to the window's text.
void Scanner::exponents(const scan::Document& doc, const std::vector<std::uint32_t>& origins, int escapes,
                        Readings& readings) {
  const std::vector<scan::Edit> edits = scan::exponents(doc);
  if (edits.empty()) return;
  const auto origin = [&](std::size_t at) {
    return origins.empty() ? static_cast<std::uint32_t>(at) : origins[at];
  };
  scan::Covered numbers;
  for (const scan::Edit& edit : edits) numbers.add(origin(edit.start), origin(edit.end));
  numbers.settle();
  for (scan::Piece& piece : scan::rewritten(doc.text, edits)) {
    for (std::uint32_t& at : piece.origin) at = origin(at);
    const scan::Document number({std::move(piece.text), std::move(piece.origin)}, instruments_.phrases);
    run(number);
    for (const scan::Hit& hit : hits_)
      if (numbers.meets(static_cast<std::uint32_t>(number.origin(hit.start)),
                        static_cast<std::uint32_t>(number.origin(hit.end))))
        readings.add(number, hit, escapes);
    if (stopped_) return;
  }
}

void Scanner::raise(const OwnMeaning& meaning) {
  judgement_.label.raise(meaning.category,
                         Provenance{"finding", meaning.detector, floor_of(meaning.category), meaning.category});
  if (meaning.cls)
    judgement_.label.raise(*meaning.cls, Provenance{"finding", meaning.detector, *meaning.cls, std::nullopt});
}

std::optional<Finding> Scanner::raised(const scan::Hit& hit) {
  Finding finding{"", "", Category::Pii, hit.confidence, "", 0, 0};
  if (hit.kind == scan::Kind::Own) {
    const OwnMeaning& meaning = instruments_.own.at(hit.own);
    raise(meaning);
    finding.detector = meaning.detector;
    finding.type = meaning.type;
    finding.category = meaning.category;
  } else {
    const KindMeaning& meaning = meaning_of(hit.kind);
    if (hit.kind == scan::Kind::LocalWish) {
      judgement_.label.local_only = true;
      judgement_.label.raise(Class::Public, Provenance{"finding", meaning.detector, Class::Public, {}});
      return std::nullopt;
    }
    const auto raise = [&](Category category) {
      judgement_.label.raise(category, Provenance{"finding", meaning.detector, floor_of(category), category});
    };
    if (hit.raises) raise(meaning.category);
    if (hit.raises && meaning.besides) raise(*meaning.besides);
    finding.detector = meaning.detector;
    finding.type = meaning.type;
    finding.category = meaning.category;
  }
  return finding;
}

bool Scanner::may_list(const scan::Hit& hit) {
  if (reported_[slot_of(hit)]++ < kMostListed) return true;
  incomplete_ = true;
  return false;
}

// Lists the finding with byte offsets that settle() turns into code points.
void Scanner::add(const std::string& path, const scan::Hit& hit, std::size_t byte_start, std::size_t byte_end) {
  if (!seen_.insert({byte_start, byte_end, slot_of(hit)}).second) return;
  std::optional<Finding> finding = raised(hit);
  if (!finding || !may_list(hit)) return;
  finding->path = path;
  finding->start = byte_start;
  finding->end = byte_end;
  judgement_.findings.push_back(std::move(*finding));
}

// Byte offsets of this text's findings to code points, in one walk.
void Scanner::settle(std::string_view utf8, Finding* findings, std::size_t count) {
  std::vector<std::size_t*> offsets;
  for (std::size_t i = 0; i < count; ++i) {
    offsets.push_back(&findings[i].start);
    offsets.push_back(&findings[i].end);
  }
  std::sort(offsets.begin(), offsets.end(), [](const std::size_t* a, const std::size_t* b) { return *a < *b; });
  std::size_t byte = 0, points = 0;
  for (std::size_t* offset : offsets) {
    while (byte < *offset && byte < utf8.size()) {
      if (*offset - byte >= 64 && utf8.size() - byte >= 64 && scan::is_ascii(utf8.substr(byte, 64))) {
        byte += 64;
        points += 64;
        continue;
      }
      if (static_cast<unsigned char>(utf8[byte]) < 0x80)
        ++byte;
      else
        text::next_code_point(utf8, byte);
      ++points;
    }
    *offset = points;
  }
}

Judgement Scanner::finish() {
  judgement_.took = instruments_.clock->monotonic() - began_;
  return std::move(judgement_);
}

}  // namespace sluice::sense
