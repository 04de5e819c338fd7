#include "sense/scan/phrases.h"

#include <array>
#include <utility>

#include "base/check.h"

namespace sluice::sense::scan {
namespace {

constexpr std::size_t kLongestPhrase = 60;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Letters and digits of scripts that separate words; the bytes of CJK characters (three-byte sequences from E3 on)
// do not continue a word, so that "密码abc" and "卡号4111" have their boundaries.
bool joins_word(std::string_view text, std::size_t at) {
  const auto b = static_cast<unsigned char>(text[at]);
  if (b < 0x80) return is_word_byte(text[at]);
  std::size_t lead = at;
  while (lead > 0 && at - lead < 3 && (static_cast<unsigned char>(text[lead]) & 0xC0) == 0x80) --lead;
  // Two-byte sequences from C3 on hold the letters of Europe and the Near East; E1 and E2 also hold punctuation.
  const auto first = static_cast<unsigned char>(text[lead]);
  return first >= 0xC3 && first <= 0xE0;
}

constexpr std::array<bool, 256> ascii_word_bytes() {
  std::array<bool, 256> table{};
  for (std::size_t b = 0; b < 0x80; ++b) table[b] = is_word_byte(static_cast<char>(b));
  return table;
}
constexpr auto kAsciiWord = ascii_word_bytes();

bool edges_hold(std::string_view text, std::size_t start, bool joined_after, Edge edge) {
  const auto joined_before = [&] { return start > 0 && joins_word(text, start - 1); };
  switch (edge) {
    case Edge::Any:
      return true;
    case Edge::Start:
      return !joined_before();
    case Edge::End:
      return !joined_after;
    case Edge::Word:
      return !joined_after && !joined_before();
    case Edge::AfterDigit:
      if (joined_after || start == 0) return false;
      return is_digit(text[start - 1]) || (start > 1 && text[start - 1] == ' ' && is_digit(text[start - 2]));
  }
  return false;
}

void fold(char& lead, char& tail, int new_lead, int step) {
  lead = static_cast<char>(new_lead);
  tail = static_cast<char>(tail + step);
}

}  // namespace

std::uint16_t PhraseSet::add(Owner owner, std::string_view phrase, Edge edge) {
  SLUICE_CHECK(next_.empty() && owner < owners_, "phrases are added before build() and by a known owner");
  SLUICE_CHECK(!phrase.empty() && phrase.size() <= kLongestPhrase, "phrases are short constants of our own");
  next_id_.resize(owners_, 0);
  const std::uint16_t id = next_id_[owner]++;
  phrases_.push_back(Phrase{std::string(phrase), owner, id, edge});
  return id;
}

void PhraseSet::build() {
  for (const Phrase& phrase : phrases_) {
    for (const char c : phrase.text) {
      auto& column = symbol_[static_cast<unsigned char>(c)];
      if (column == 0) column = static_cast<std::uint8_t>(columns_++);
    }
  }
  next_.assign(columns_, 0);
  ending_.resize(1);
  for (std::uint32_t i = 0; i < phrases_.size(); ++i) insert(i);
  link();
  ending_.clear();
}

PhraseSet::State PhraseSet::child(State state, std::uint8_t column) {
  const std::size_t cell = state * columns_ + column;
  if (next_[cell] == 0) {
    const std::size_t created = next_.size() / columns_;
    SLUICE_CHECK(created < kEndsPhrase, "our phrases make fewer than 32768 states");
    next_[cell] = static_cast<State>(created);
    next_.resize(next_.size() + columns_, 0);
    ending_.emplace_back();
  }
  return next_[cell];
}

void PhraseSet::insert(std::uint32_t phrase) {
  State state = 0;
  for (const char c : phrases_[phrase].text) state = child(state, symbol_[static_cast<unsigned char>(c)]);
  ending_[state].push_back(phrase);
}

// Breadth first, each missing transition takes that of the longest proper suffix, so that the search never steps
// back.
void PhraseSet::link() {
  const std::size_t states = next_.size() / columns_;
  std::vector<State> fail(states, 0), order;
  order.reserve(states);
  for (std::size_t column = 1; column < columns_; ++column) {
    if (next_[column] != 0) order.push_back(next_[column]);
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    const State state = order[i];
    for (std::size_t column = 1; column < columns_; ++column) {
      State& to = next_[state * columns_ + column];
      const State through = next_[fail[state] * columns_ + column];
      if (to == 0) {
        to = through;
      } else {
        fail[to] = through;
        order.push_back(to);
      }
    }
  }
  collect_outputs(fail, order);
  renumber(order);
}

void PhraseSet::collect_outputs(const std::vector<State>& fail, const std::vector<State>& order) {
  for (const State state : order) {
    const auto& suffix = ending_[fail[state]];
    ending_[state].insert(ending_[state].end(), suffix.begin(), suffix.end());
  }
}

// States in breadth-first order, so that those near the root, where a search spends its time, lie together in the
// cache; and a mark on each transition into a state that ends a phrase.
void PhraseSet::renumber(const std::vector<State>& order) {
  const std::size_t states = next_.size() / columns_;
  std::vector<State> place(states, 0), at(states, 0);
  for (std::size_t i = 0; i < order.size(); ++i) {
    place[order[i]] = static_cast<State>(i + 1);
    at[i + 1] = order[i];
  }
  std::vector<State> moved(next_.size());
  first_output_.push_back(0);
  for (std::size_t s = 0; s < states; ++s) {
    for (std::size_t column = 0; column < columns_; ++column) {
      const State to = next_[at[s] * columns_ + column];
      moved[s * columns_ + column] = static_cast<State>(place[to] | (ending_[to].empty() ? 0 : kEndsPhrase));
    }
    bool anywhere = false;
    for (const std::uint32_t number : ending_[at[s]]) {
      const Phrase& phrase = phrases_[number];
      outputs_.push_back({phrase.owner, phrase.id, static_cast<std::uint8_t>(phrase.text.size()), phrase.edge});
      anywhere = anywhere || phrase.edge == Edge::Any || phrase.edge == Edge::Start;
    }
    ends_anywhere_.push_back(anywhere);
    first_output_.push_back(static_cast<std::uint32_t>(outputs_.size()));
  }
  next_ = std::move(moved);
}

// One transition is a load that depends on the one before, so the search waits for memory most of the time. A long
// text is therefore searched in several places at once. Each begins as many bytes early as the longest phrase has:
// by then the automaton is in the state in which a search from the text's beginning would be.
void PhraseSet::find(std::string_view lower, std::vector<std::vector<PhraseHit>>& hits) const {
  SLUICE_CHECK(!first_output_.empty(), "build() comes before find()");
  hits.resize(owners_);
  for (auto& list : hits) list.clear();
  constexpr std::size_t kWorthIt = 8 * kLongestPhrase;  // bytes for each place
  if (lower.size() >= 8 * kWorthIt)
    find_in_lanes<8>(lower, hits);
  else if (lower.size() >= 4 * kWorthIt)
    find_in_lanes<4>(lower, hits);
  else
    find_in_lanes<1>(lower, hits);
}

template <std::size_t Lanes>
void PhraseSet::find_in_lanes(std::string_view lower, std::vector<std::vector<PhraseHit>>& hits) const {
  std::array<std::vector<Stop>, Lanes> stops;
  std::array<std::size_t, Lanes> row{};
  const std::size_t lane = lower.size() / Lanes;
  for (std::size_t k = 1; k < Lanes; ++k) {
    row[k] = walk(lower, k * lane - kLongestPhrase, k * lane, 0, stops[k]);
    stops[k].clear();  // the lane before finds these
  }
  for (std::size_t i = 0; i < lane; ++i) {
    for (std::size_t k = 0; k < Lanes; ++k) step(lower, k * lane + i, row[k], stops[k]);
  }
  walk(lower, Lanes * lane, lower.size(), row[Lanes - 1], stops[Lanes - 1]);
  for (const auto& list : stops) {
    for (const Stop& stop : list) report(stop, lower, hits);
  }
}

std::size_t PhraseSet::walk(std::string_view lower, std::size_t from, std::size_t to, std::size_t row,
                            std::vector<Stop>& stops) const {
  for (std::size_t i = from; i < to; ++i) step(lower, i, row, stops);
  return row;
}

inline void PhraseSet::step(std::string_view lower, std::size_t at, std::size_t& row,
                            std::vector<Stop>& stops) const {
  const State to = next_[row + symbol_[static_cast<unsigned char>(lower[at])]];
  const std::size_t state = to & (kEndsPhrase - 1u);
  row = state * columns_;
  if (!(to & kEndsPhrase)) [[likely]]
    return;
  // Most phrases end inside of longer words.
  const bool inside = at + 1 < lower.size() && kAsciiWord[static_cast<unsigned char>(lower[at + 1])];
  if (inside && !ends_anywhere_[state]) return;
  stops.push_back({static_cast<std::uint32_t>(at + 1), static_cast<std::uint32_t>(state)});
}

void PhraseSet::report(const Stop& stop, std::string_view lower, std::vector<std::vector<PhraseHit>>& hits) const {
  const bool joined_after = stop.end < lower.size() && joins_word(lower, stop.end);
  for (std::uint32_t o = first_output_[stop.state]; o < first_output_[stop.state + 1]; ++o) {
    const Output& output = outputs_[o];
    const std::uint32_t start = stop.end - output.size;
    if (edges_hold(lower, start, joined_after, output.edge))
      hits[output.owner].push_back(PhraseHit{start, stop.end, output.id});
  }
}

std::string lower_case(std::string_view utf8) {
  std::string out(utf8);
  unsigned char seen = 0;
  for (char& c : out) {
    const auto b = static_cast<unsigned char>(c);
    seen |= b;
    c = static_cast<char>(b + (static_cast<unsigned char>(b - 'A') < 26 ? 32 : 0));
  }
  if (seen < 0x80) return out;
  for (std::size_t i = 0; i + 1 < out.size(); ++i) {
    auto& c = out[i];
    const auto b = static_cast<unsigned char>(c);
    if (b < 0xC3 || b > 0xD0) continue;
    auto& tail = out[i + 1];
    const auto t = static_cast<unsigned char>(tail);
    if (b == 0xC3 && t >= 0x80 && t <= 0x9E && t != 0x97) tail = static_cast<char>(t + 0x20);  // À..Þ
    if (b == 0xCE && t >= 0x91 && t <= 0x9F) tail = static_cast<char>(t + 0x20);               // Α..Ο
    if (b == 0xD0 && t >= 0x90 && t <= 0x9F) tail = static_cast<char>(t + 0x20);               // А..П
    if (b == 0xCE && t >= 0xA0 && t <= 0xA9) fold(c, tail, 0xCF, -0x20);                       // Π..Ω
    if (b == 0xD0 && t >= 0xA0 && t <= 0xAF) fold(c, tail, 0xD1, -0x20);                       // Р..Я
    if (b == 0xD0 && t >= 0x80 && t <= 0x8F) fold(c, tail, 0xD1, 0x10);                        // Ѐ..Џ
    ++i;
  }
  return out;
}

}  // namespace sluice::sense::scan
