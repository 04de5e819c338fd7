#include "sense/detect/topic.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace sluice::sense::detect {
namespace {

constexpr std::uint32_t kNameWord = 0, kMoneyWord = 1, kAddressWord = 2, kAmountWord = 3, kFirstPhrase = 4;

// A quick no for the many numbers that stand between ordinary words.
bool may_touch_currency(std::string_view text, const scan::NumberRun& run) {
  std::size_t at = run.start;
  if (at > 0 && text[at - 1] == ' ') --at;
  const char before = at > 0 ? text[at - 1] : ' ';
  if (static_cast<unsigned char>(before) >= 0x80 ||
      std::string_view("$DRPF.").find(before) != std::string_view::npos)
    return true;
  std::size_t end = run.end;
  while (end < text.size() && (text[end] == ',' || text[end] == ' ' || (text[end] >= '0' && text[end] <= '9')))
    ++end;
  if (end == text.size()) return false;
  return static_cast<unsigned char>(text[end]) >= 0x80 ||
         std::string_view("EUGCedp").find(text[end]) != std::string_view::npos;
}

// "€24,117.99", "USD 34,386.50", "1.200 EUR": a number of at least two digits beside a sign or code of a currency.
bool is_money(const scan::Document& doc, const scan::NumberRun& run) {
  if (run.digits < 2) return false;
  const std::string_view text = doc.text;
  if (!may_touch_currency(text, run)) return false;
  std::size_t at = run.start;
  if (at > 0 && text[at - 1] == ' ') --at;
  const std::string_view before = text.substr(at > 3 ? at - 3 : 0, at > 3 ? 3 : at);
  for (const char* sign : {"$", "€", "£", "₹", "¥", "USD", "EUR", "GBP", "CHF", "INR", "AUD", "CAD", "Rs."}) {
    if (before.ends_with(sign)) return true;
  }
  std::size_t end = run.end;
  while (end < text.size() && (text[end] == ',' || text[end] == ' ' || (text[end] >= '0' && text[end] <= '9')))
    ++end;
  const std::string_view after = text.substr(end, 5);
  for (const char* sign : {"€", "EUR", "USD", "GBP", "CHF", "euro", "Euro", "dolla", "pound", "元", "¥", "円"}) {
    if (after.starts_with(sign)) return true;
  }
  return false;
}

// "310.00", or the "50" of "1.204,50" (a comma ends a run).
bool has_cents(const scan::Document& doc, const scan::NumberRun& run) {
  const scan::DigitGroup& last = doc.groups[run.first_group + run.groups - 1u];
  if (last.size != 2 || last.start < 2) return false;
  const char before = doc.text[last.start - 1], digit = doc.text[last.start - 2];
  if (digit < '0' || digit > '9') return false;
  return (before == '.' && run.groups == 2) || (before == ',' && run.groups == 1);
}

// 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, written with four numbers.
bool is_private_address(const scan::Document& doc, const scan::NumberRun& run) {
  if (run.groups < 4) return false;
  std::array<int, 4> parts{};
  for (std::size_t i = 0; i < 4; ++i) {
    const scan::DigitGroup& g = doc.groups[run.first_group + i];
    if (g.size > 3 ||
        (i > 0 && (doc.text[g.start - 1] != '.' || g.start != doc.groups[run.first_group + i - 1].start +
                                                                  doc.groups[run.first_group + i - 1].size + 1u)))
      return false;
    for (std::size_t k = 0; k < g.size; ++k) parts[i] = parts[i] * 10 + (doc.text[g.start + k] - '0');
    if (parts[i] > 255) return false;
  }
  return parts[0] == 10 || (parts[0] == 172 && parts[1] >= 16 && parts[1] <= 31) ||
         (parts[0] == 192 && parts[1] == 168);
}

}  // namespace

Topic::Topic(scan::PhraseSet& set, Definition definition)
    : definition_(definition), set_(&set), owner_(set.new_owner()) {
  words_.push_back({definition.name_group, definition.name_weight});
  words_.push_back({definition.money_group, definition.money_weight});
  words_.push_back({definition.address_group, definition.address_weight});
  words_.push_back({definition.amount_group, 1});
}

void Topic::add(int group, double weight, std::string_view phrases, scan::Edge edge) {
  scan::for_each_phrase(phrases, [&](std::string_view phrase) {
    if (!known_.emplace(phrase, edge).second) return;  // a word counts once, in whatever tables it stands
    set_->add(owner_, phrase, edge);
    words_.push_back({group, weight});
  });
}

void Topic::telling_places(const scan::Document& doc, std::vector<std::uint32_t>& places) const {
  for (const scan::PhraseHit& hit : doc.phrases[owner_]) {
    const Word& word = words_[hit.id + kFirstPhrase];
    if (word.weight >= definition_.telling_weight && (definition_.telling >> word.group & 1u) != 0)
      places.push_back(hit.start);
  }
}

// One word may stand in a table and begin with a stem of another: of two that begin at one place in one group the
// heavier counts.
void Topic::drop_doubles(std::vector<Event>& events) const {
  const auto weight = [this](const Event& e) { return words_[e.word].weight; };
  std::sort(events.begin(), events.end(), [&](const Event& a, const Event& b) {
    if (a.start != b.start) return a.start < b.start;
    if (words_[a.word].group != words_[b.word].group) return words_[a.word].group < words_[b.word].group;
    return weight(a) > weight(b);
  });
  const auto same = [this](const Event& a, const Event& b) {
    return a.start == b.start && words_[a.word].group == words_[b.word].group;
  };
  events.erase(std::unique(events.begin(), events.end(), same), events.end());
}

std::vector<Topic::Event> Topic::events_of(const scan::Document& doc) const {
  std::vector<Event> events;
  const auto& phrases = doc.phrases[owner_];
  if (phrases.empty()) return events;
  events.reserve(phrases.size() + doc.names.size());
  for (const auto& hit : phrases) events.push_back({hit.start, hit.end, hit.id + kFirstPhrase});
  if (words_[kNameWord].group >= 0) {
    for (const std::uint32_t at : doc.names) events.push_back({at, at + 1, kNameWord});
  }
  for (const auto& run : doc.numbers) {
    if (words_[kMoneyWord].group >= 0 && is_money(doc, run)) events.push_back({run.start, run.end, kMoneyWord});
    if (words_[kAmountWord].group >= 0 && has_cents(doc, run)) events.push_back({run.start, run.end, kAmountWord});
    if (words_[kAddressWord].group >= 0 && is_private_address(doc, run))
      events.push_back({run.start, run.end, kAddressWord});
  }
  drop_doubles(events);
  std::sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.end < b.end; });
  return events;
}

Status Topic::detect(const scan::Document& doc, std::vector<scan::Hit>& hits) const {
  const std::vector<Event> events = events_of(doc);
  if (events.empty()) return {};
  const std::size_t before = hits.size();
  sweep(events, definition_.window, hits);
  const bool longer = definition_.paragraph > 0 && says_new_after(events, definition_.paragraph);
  if (longer && hits.size() == before) sweep(events, definition_.paragraph, hits);
  return {};
}

// A short text said again is no longer one: whether a word ends that far behind the first and had not stood
// before.
bool Topic::says_new_after(const std::vector<Event>& events, std::uint32_t distance) const {
  const std::uint32_t limit = events.front().start + distance;
  if (events.back().end <= limit) return false;
  std::vector<bool> had(words_.size());
  for (const Event& e : events) {
    if (e.end > limit && !had[e.word]) return true;
    had[e.word] = true;
  }
  return false;
}

void Topic::sweep(const std::vector<Event>& events, std::uint32_t window, std::vector<scan::Hit>& hits) const {
  // How often each word stands in the window: by the words that occur, where they are few of the many there are.
  std::vector<std::uint32_t> words;
  const bool few = events.size() * 16 < words_.size();
  if (few) {
    for (const Event& e : events) words.push_back(e.word);
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
  }
  const auto slot = [&](std::uint32_t word) {
    return few ? static_cast<std::size_t>(std::lower_bound(words.begin(), words.end(), word) - words.begin())
               : word;
  };
  std::vector<std::uint32_t> count(few ? words.size() : words_.size(), 0);
  Sums sums{};
  const auto change = [&](const Event& e, bool enters) {
    const Word& word = words_[e.word];
    std::uint32_t& n = count[slot(e.word)];
    const bool first = enters ? n++ == 0 : --n == 0;
    if (first) sums[static_cast<std::size_t>(word.group)] += enters ? word.weight : -word.weight;
  };
  std::size_t oldest = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    change(events[i], true);
    while (events[i].end > events[oldest].start && events[i].end - events[oldest].start > window) {
      change(events[oldest++], false);
    }
    // Only full windows are judged, so that a word that speaks against the topic counts wherever it stands in one.
    const bool full = i + 1 == events.size() || events[i + 1].end - events[oldest].start > window;
    double confidence = full ? definition_.decide(sums) : 0;
    // In a narrow window also without what stands at its beginning.
    while (full && confidence <= 0 && window < definition_.window && oldest < i) {
      change(events[oldest++], false);
      confidence = definition_.decide(sums);
    }
    if (confidence <= 0) continue;
    // It ends with the last word that it did not have before, so that saying it twice does not make it longer.
    std::size_t last = i;
    while (count[slot(events[last].word)] > 1) change(events[last--], false);
    hits.push_back({definition_.kind, confidence, events[oldest].start, events[last].end});
    // One finding a window: begin anew behind it.
    while (oldest <= last) change(events[oldest++], false);
    oldest = i + 1;
  }
}

void add_reporting(Topic& topic, int general_group) {
  topic.add(
      general_group, 1,
      "(cnn)|cnn|(reuters)|reuters|(ap)|(afp)|told reporters|told cnn|told bbc|the bbc|bbc|said in a statement|"
      "spokesman|spokeswoman|spokesperson|according to police|police said|officials said|prosecutors said|"
      "associated press|news agency|correspondent|was quoted|newspaper|the article|this article|following article|"
      "following articles|news articles|context below|movie title|the film|the movie|starring|the novel|the plot|"
      "protagonist|season|episode|wikipedia|born in|census|championship|premier league|world cup|olympic|"
      "presidential|parliament|senator|congressman|republican|democrats|the government|study found|researchers|"
      "university of|journal|published in|percent of|multiple choice|possible answers|given facts");
  topic.add(general_group, 0.5,
            "said|told|says|according to|police|president|minister|announced|reported|fans|voters");
}

}  // namespace sluice::sense::detect
