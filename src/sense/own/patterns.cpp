#include "sense/own/patterns.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sense/check/check.h"
#include "sense/detect/context/words.h"
#include "text/normalise.h"

namespace sluice::sense::own {
namespace {

constexpr std::size_t kMostPatterns = 256;
constexpr int kMostInstructions = 10'000;  // of a compiled pattern; \b[A-Z]{2}\d{8}\b has 40
constexpr std::int64_t kMemory = 8 << 20;  // of a pattern, its automaton included
constexpr std::size_t kAround = 100;       // bytes before or behind a match in which a context word stands
constexpr std::size_t kLongestPhrase = 60;

// A text is searched in steps, so that a pattern which looks far ahead for each match stays linear. Matches up to
// kReach bytes are found wherever they stand.
constexpr std::size_t kStep = 4096, kReach = 2048;
constexpr std::size_t kMostHits = 1000;  // in one window: as many as a judgement lists

struct NamedCheck {
  std::string_view name;
  Patterns::Check check;
};
constexpr std::array<NamedCheck, 24> kChecks{{{"luhn", check::luhn},
                                              {"verhoeff", check::verhoeff},
                                              {"mod97", check::mod97_is_1},
                                              {"iban", check::iban},
                                              {"aba_routing", check::aba_routing},
                                              {"us_ssn", check::us_ssn},
                                              {"us_npi", check::us_npi},
                                              {"vin", check::vin},
                                              {"uk_nhs", check::uk_nhs},
                                              {"uk_nino", check::uk_nino},
                                              {"germany_tax_id", check::germany_tax_id},
                                              {"germany_pension", check::germany_pension},
                                              {"france_nir", check::france_nir},
                                              {"spain_dni", check::spain_dni},
                                              {"italy_codice_fiscale", check::italy_codice_fiscale},
                                              {"netherlands_bsn", check::netherlands_bsn},
                                              {"poland_pesel", check::poland_pesel},
                                              {"sweden_personnummer", check::sweden_personnummer},
                                              {"switzerland_ahv", check::switzerland_ahv},
                                              {"austria_svnr", check::austria_svnr},
                                              {"brazil_cpf", check::brazil_cpf},
                                              {"brazil_cnpj", check::brazil_cnpj},
                                              {"canada_sin", check::canada_sin},
                                              {"india_aadhaar", check::india_aadhaar}}};

// The bare characters, as checks have them.
std::string bare(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= 'a' && c <= 'z')
      out += static_cast<char>(c - 'a' + 'A');
    else if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'))
      out += c;
  }
  return out;
}

RE2::Options options_of() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMemory);
  return options;
}

// The letter of an escape that has no meaning here: \A and \z speak of a whole text, of which a detector sees
// windows, \C of single bytes. 0: none.
char out_of_place(std::string_view regex) {
  bool quoted = false;
  for (std::size_t i = 0; i + 1 < regex.size(); ++i) {
    if (regex[i] != '\\') continue;
    const char c = regex[++i];
    if (quoted) {
      quoted = c != 'E';
      continue;
    }
    if (c == 'Q') quoted = true;
    if (c == 'A' || c == 'z' || c == 'C') return c;
  }
  return 0;
}

// Whether it finds a place without a character somewhere.
bool matches_empty(const RE2& regex) {
  for (const re2::StringPiece text : {"", "a", "1", " a b\n1 ", "-", "A.\n"}) {
    re2::StringPiece found;
    for (std::size_t at = 0; at <= text.size(); ++at)
      if (regex.Match(text, at, text.size(), RE2::UNANCHORED, &found, 1) && found.empty()) return true;
  }
  return false;
}

Failure wrong(const config::Said& said, std::string message, std::string hint) {
  return fail("config.value", std::move(message), said.where, std::move(hint));
}

Result<std::unique_ptr<RE2>> compile_one(const config::OwnPattern& written) {
  const config::Said& said = written.regex;
  if (const char c = out_of_place(said.text))
    return wrong(said,
                 std::string("\\") + c + " has no meaning in a pattern that is looked for anywhere in a text",
                 "^ and $ stand for the beginning and the end of a line");
  const RE2 alone(said.text, options_of());
  if (!alone.ok())
    return wrong(said, "the pattern is not in RE2's syntax, or too large: " + alone.error(),
                 "https://github.com/google/re2/wiki/Syntax; look-around and back-references don't exist");
  auto regex = std::make_unique<RE2>((written.ignore_case ? "(?im:" : "(?m:") + said.text + ")", options_of());
  if (!regex->ok() || regex->ProgramSize() > kMostInstructions)
    return wrong(said, "the pattern is too large once compiled", "repeat less, or write several patterns");
  if (matches_empty(*regex))
    return wrong(said, "the pattern matches where nothing stands", "make something of it obligatory: + for *");
  return regex;
}

Result<Patterns::Check> find_check(const config::Said& said) {
  if (said.text.empty()) return nullptr;
  std::string known;
  for (const NamedCheck& one : kChecks) {
    if (one.name == said.text) return one.check;
    known += (known.empty() ? "" : ", ") + std::string(one.name);
  }
  return wrong(said, "there is no check \"" + said.text + "\"", "known: " + known);
}

Result<Patterns::One> make_one(const config::OwnPattern& written) {
  Patterns::One one;
  SLUICE_TRY(one.regex, compile_one(written));
  SLUICE_TRY(one.check, find_check(written.check));
  one.group = one.regex->NumberOfCapturingGroups() > 0;
  for (const config::Said& word : written.context) {
    std::string lower = scan::lower_case(text::normalise(word.text).text);
    if (lower.size() > kLongestPhrase)
      return wrong(word, "a context word has at most 60 bytes", "take the part of it that tells most");
    one.context.push_back(std::move(lower));
  }
  return one;
}

class PatternDetector : public scan::Detector {
 public:
  PatternDetector(const Patterns& patterns, scan::PhraseSet& set, std::uint16_t first)
      : patterns_(patterns), first_(first) {
    for (const Patterns::One& one : patterns.all()) {
      words_.emplace_back(one.context.empty() ? nullptr : std::make_unique<detect::Words>(set));
      for (const std::string& word : one.context) words_.back()->add(1, word);
    }
  }
  const char* name() const override { return "own_patterns"; }

  Status detect(const scan::Document& doc, std::vector<scan::Hit>& hits) const override {
    for (const int index : patterns_.candidates(doc.text)) {
      const auto i = static_cast<std::size_t>(index);
      if (words_[i] && words_[i]->hits(doc).empty()) continue;
      find(doc, i, hits);
    }
    return {};
  }

 private:
  void find(const scan::Document& doc, std::size_t index, std::vector<scan::Hit>& hits) const {
    const Patterns::One& one = patterns_.all()[index];
    const std::size_t size = doc.text.size(), before = hits.size();
    const auto character = [&](std::size_t at) {  // the first one that begins there or behind
      while (at < size && (static_cast<unsigned char>(doc.text[at]) & 0xC0) == 0x80) ++at;
      return std::min(at, size);
    };
    for (std::size_t at = 0; at < size && hits.size() - before < kMostHits;) {
      const std::size_t step = character(at + kStep), limit = character(step + kReach);
      re2::StringPiece found[2];
      if (!one.regex->Match(doc.text, at, limit, RE2::UNANCHORED, found, one.group ? 2 : 1)) {
        at = limit == size ? size : step;
        continue;
      }
      const auto start = static_cast<std::size_t>(found[0].data() - doc.text.data());
      if (start >= step && limit < size) {
        at = start;  // again from there, with all of its reach
        continue;
      }
      at = std::max(start + found[0].size(), character(start + 1));
      take(doc, index, one.group && !found[1].empty() ? found[1] : found[0], hits);
    }
  }

  void take(const scan::Document& doc, std::size_t index, re2::StringPiece found,
            std::vector<scan::Hit>& hits) const {
    const Patterns::One& one = patterns_.all()[index];
    if (found.empty() || (one.check && !one.check(bare({found.data(), found.size()})))) return;
    const auto start = static_cast<std::size_t>(found.data() - doc.text.data()), end = start + found.size();
    if (words_[index] && words_[index]->around(doc, start, end, kAround, kAround) == 0) return;
    scan::Hit hit{scan::Kind::Own, 0.95, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end)};
    hit.own = static_cast<std::uint16_t>(first_ + index);
    hits.push_back(hit);
  }

  const Patterns& patterns_;  // outlives this
  std::uint16_t first_;
  std::vector<std::unique_ptr<detect::Words>> words_;  // of each pattern; null: no context needed
};

}  // namespace

Result<std::shared_ptr<const Patterns>> Patterns::compile(const std::vector<config::OwnPattern>& written) {
  auto patterns = std::make_shared<Patterns>();
  if (written.size() > kMostPatterns)
    return fail("config.value", "there are more than 256 patterns", written[kMostPatterns].where,
                "join some with |, or use a dictionary");
  for (const config::OwnPattern& one : written) {
    SLUICE_TRY(One made, make_one(one));
    patterns->all_.push_back(std::move(made));
  }
  if (written.size() < 2) return patterns;
  RE2::Options options = options_of();
  options.set_max_mem(8 * kMemory);
  auto set = std::make_unique<RE2::Set>(options, RE2::UNANCHORED);
  bool added = true;
  for (const One& one : patterns->all_) added = added && set->Add(one.regex->pattern(), nullptr) >= 0;
  if (added && set->Compile()) patterns->set_ = std::move(set);
  return patterns;
}

std::vector<int> Patterns::candidates(std::string_view text) const {
  std::vector<int> found;
  if (set_) {
    RE2::Set::ErrorInfo error{};
    if (set_->Match({text.data(), text.size()}, &found, &error) || error.kind == RE2::Set::kNoError) {
      std::sort(found.begin(), found.end());
      return found;
    }
    found.clear();  // its automaton outgrew its memory: each for itself
  }
  for (std::size_t i = 0; i < all_.size(); ++i) found.push_back(static_cast<int>(i));
  return found;
}

std::unique_ptr<scan::Detector> Patterns::detector(scan::PhraseSet& set, std::uint16_t first) const {
  return std::make_unique<PatternDetector>(*this, set, first);
}

}  // namespace sluice::sense::own
